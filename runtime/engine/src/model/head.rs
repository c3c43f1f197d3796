//! Heads: what a model says about a text, and how its numbers are to be read.

use std::sync::Arc;

use serde::Deserialize;

/// Heads a model may have: a request names the ones it wants as bits of a `u64`.
pub const MAX_HEADS: usize = 64;

/// What a head judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadKind {
    /// A text: logits `[batch, labels]`.
    Sequence,
    /// Two texts: logits `[batch, labels]`.
    Pair,
    /// Each token: logits `[batch, tokens, labels]`.
    Token,
    /// The text's place in a space: `[batch, dimensions]`, or `[batch, tokens, dimensions]`.
    Embedding,
}

impl HeadKind {
    /// The name in configuration files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sequence => "sequence",
            Self::Pair => "pair",
            Self::Token => "token",
            Self::Embedding => "embedding",
        }
    }
}

/// How logits become probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Labels exclude each other.
    Softmax,
    /// Each label for itself.
    Sigmoid,
}

/// How the windows of a long text become one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The highest probability of each label.
    Max,
    /// The probability that the windows' mean odds give: what is somewhere in a text is as likely in one window as in
    /// another, so the evidence of one counts the less, the more windows there are that could have it by chance.
    Odds,
    /// The mean, weighted by the windows' lengths.
    Mean,
}

/// How the vectors of the tokens become the vector of the text, when the graph leaves that to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenPooling {
    /// The first token's.
    Cls,
    /// The mean over all tokens.
    Mean,
}

/// One output of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// What scanners call it.
    pub name: Arc<str>,
    /// Names the graph may have for it, the likeliest first; none for the graph's first output.
    pub outputs: Vec<String>,
    /// What it judges.
    pub kind: HeadKind,
    /// How to read its logits.
    pub activation: Activation,
    /// What its logits stand for; empty for an embedding.
    pub labels: Vec<Arc<str>>,
    /// Logits are divided by it before the activation: calibration.
    pub temperature: f32,
    /// How windows are combined.
    pub pooling: Pooling,
    /// For an embedding whose graph gives a vector for each token.
    pub token_pooling: TokenPooling,
}

impl Head {
    /// Probabilities of one row of logits.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        let mut row: Vec<f32> = logits.iter().map(|logit| logit / self.temperature).collect();
        match self.activation {
            Activation::Sigmoid => {
                for x in &mut row {
                    *x = 1.0 / (1.0 + (-*x).exp());
                }
            }
            Activation::Softmax => softmax(&mut row),
        }
        row
    }

    /// Whether probabilities can be made of a row of logits. Some models rule a label out by minus infinity.
    pub(crate) fn is_sound(&self, logits: &[f32]) -> bool {
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let exclusive = self.kind == HeadKind::Token || self.activation == Activation::Softmax;
        !logits.iter().any(|logit| logit.is_nan()) && (highest.is_finite() || !exclusive)
    }

    /// The position of a label, whatever its case.
    pub fn label(&self, name: &str) -> Option<usize> {
        self.labels.iter().position(|label| label.eq_ignore_ascii_case(name))
    }
}

/// In place; a row that is not finite becomes evenly spread rather than not-a-number.
pub(crate) fn softmax(row: &mut [f32]) {
    let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in &mut *row {
        *x = (*x - highest).exp();
        sum += *x;
    }
    if sum.is_finite() && sum > 0.0 {
        for x in row {
            *x /= sum;
        }
    } else {
        let even = 1.0 / row.len().max(1) as f32;
        row.fill(even);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(activation: Activation, temperature: f32) -> Head {
        Head {
            name: "labels".into(),
            outputs: Vec::new(),
            kind: HeadKind::Sequence,
            activation,
            labels: vec!["SAFE".into(), "INJECTION".into()],
            temperature,
            pooling: Pooling::Max,
            token_pooling: TokenPooling::Mean,
        }
    }

    #[test]
    fn activations_are_the_textbook_s() {
        let soft = head(Activation::Softmax, 1.0).probabilities(&[1.0, 3.0]);
        assert!((soft[1] - 0.880_797).abs() < 1e-6, "{soft:?}");
        let calibrated = head(Activation::Softmax, 2.0).probabilities(&[1.0, 3.0]);
        assert!((calibrated[1] - 0.731_058_6).abs() < 1e-6, "{calibrated:?}");
        let each = head(Activation::Sigmoid, 1.0).probabilities(&[0.0, -2.0]);
        assert!((each[0] - 0.5).abs() < 1e-6 && (each[1] - 0.119_202_9).abs() < 1e-6, "{each:?}");
    }

    #[test]
    fn numbers_that_are_none_do_not_spread() {
        let row = head(Activation::Softmax, 1.0).probabilities(&[f32::NAN, 1.0]);
        assert!(row.iter().all(|p| p.is_finite()), "{row:?}");
        let row = head(Activation::Softmax, 1.0).probabilities(&[1000.0, -1000.0]);
        assert!((row[0] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn labels_are_found_in_any_case() {
        assert_eq!(head(Activation::Softmax, 1.0).label("injection"), Some(1));
        assert_eq!(head(Activation::Softmax, 1.0).label("LABEL_1"), None);
    }
}
