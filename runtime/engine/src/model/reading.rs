//! What a head said of a row: its part of the output, as probabilities, labels of tokens or a vector.

use super::error::ModelFault;
use super::head::{Head, HeadKind, TokenPooling, softmax};
use super::window::Window;

/// What a head said of one row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    /// The probability of each label, and its logit.
    Labels { probabilities: Vec<f32>, logits: Vec<f32> },
    /// The likeliest label of each token of the first text, and how likely it is.
    Tokens(Vec<(u16, f32)>),
    /// The text's place; of length one.
    Embedding(Vec<f32>),
}

/// The readings of `head` for all rows of a batch, from an output of `shape`.
pub(crate) fn read(
    head: &Head,
    rows: &[&Window],
    longest: usize,
    shape: &[i64],
    data: &[f32],
) -> Result<Vec<Reading>, ModelFault> {
    let dimensions: Vec<usize> = shape.iter().map(|&n| usize::try_from(n).unwrap_or(0)).collect();
    let wrong = || ModelFault::Shape(format!("head {}: its output has the shape {dimensions:?}", head.name));
    let labels = head.labels.len();
    let by_token = match (head.kind, &dimensions[..]) {
        (HeadKind::Sequence | HeadKind::Pair, &[batch, width]) if batch == rows.len() && width == labels => {
            false
        }
        (HeadKind::Token, &[batch, tokens, width])
            if batch == rows.len() && tokens == longest && width == labels =>
        {
            true
        }
        (HeadKind::Embedding, &[batch, width]) if batch == rows.len() && width > 0 => false,
        (HeadKind::Embedding, &[batch, tokens, width])
            if batch == rows.len() && tokens == longest && width > 0 =>
        {
            true
        }
        _ => return Err(wrong()),
    };
    let width = dimensions.last().copied().unwrap_or(0);
    let stride = if by_token { longest * width } else { width };
    if stride == 0 || data.len() != stride * rows.len() {
        return Err(wrong());
    }
    let chunks = data.chunks_exact(stride).zip(rows);
    let readings = chunks.map(|(chunk, row)| {
        one(head, row, chunk, width, by_token)
            .ok_or_else(|| ModelFault::Run(format!("head {} gave what is no number", head.name)))
    });
    readings.collect()
}

/// What a head said of a row; `None` if it is not to be made sense of: what it finds harmless or not would be
/// by chance, and a text must not pass by that.
fn one(head: &Head, row: &Window, chunk: &[f32], width: usize, by_token: bool) -> Option<Reading> {
    let reading = match head.kind {
        HeadKind::Sequence | HeadKind::Pair => {
            if !head.is_sound(chunk) {
                return None;
            }
            Reading::Labels { probabilities: head.probabilities(chunk), logits: chunk.to_vec() }
        }
        HeadKind::Token => {
            let tokens = chunk.chunks_exact(width).skip(row.before).take(row.tokens.len());
            let label = |logits: &[f32]| head.is_sound(logits).then(|| likeliest(head, logits));
            Reading::Tokens(tokens.map(label).collect::<Option<_>>()?)
        }
        HeadKind::Embedding => {
            let mut vector = if by_token {
                match head.token_pooling {
                    TokenPooling::Cls => chunk[..width].to_vec(),
                    TokenPooling::Mean => mean(chunk.chunks_exact(width).take(row.len()), width),
                }
            } else {
                chunk.to_vec()
            };
            normalise(&mut vector);
            if !vector.iter().all(|x| x.is_finite()) {
                return None;
            }
            Reading::Embedding(vector)
        }
    };
    Some(reading)
}

fn likeliest(head: &Head, logits: &[f32]) -> (u16, f32) {
    let mut row: Vec<f32> = logits.iter().map(|logit| logit / head.temperature).collect();
    softmax(&mut row);
    let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or((0, 0.0), |(label, &p)| (label as u16, p))
}

fn mean<'a>(vectors: impl Iterator<Item = &'a [f32]>, width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    let mut count = 0_u32;
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
        count += 1;
    }
    for sum in &mut sum {
        *sum /= count.max(1) as f32;
    }
    sum
}

/// Makes a vector's length one; the zero vector stays.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length.is_finite() && length > 0.0 {
        for x in vector {
            *x /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::config::{ModelConfig, Overrides};

    fn head(activation: &str) -> Head {
        let json = serde_json::json!({
            "name": "n", "version": "1", "format": 1, "max_tokens": 32,
            "heads": {"h": {"output": "h", "kind": "sequence", "activation": activation, "labels": ["a", "b"]}},
        });
        let config = ModelConfig::parse(json.to_string().as_bytes(), "n", &Overrides::default());
        config.unwrap().heads.remove(0)
    }

    #[test]
    fn what_is_no_number_is_no_answer() {
        let row = Window { ids: vec![1], types: vec![0], before: 0, tokens: 0..1, key: 0 };
        let of = |activation: &str, logits: [f32; 2]| {
            read(&head(activation), &[&row], 1, &[1, 2], &logits).map(|readings| readings.len())
        };
        let (nan, most) = (f32::NAN, f32::INFINITY);
        for activation in ["softmax", "sigmoid"] {
            assert_eq!(of(activation, [0.5, -0.5]), Ok(1));
            assert_eq!(of(activation, [0.5, -most]), Ok(1), "a label that is ruled out");
            assert_eq!(of(activation, [nan, 9.0]).unwrap_err().kind(), "run");
        }
        assert_eq!(of("sigmoid", [most, -most]), Ok(1));
        assert_eq!(of("softmax", [most, most]).unwrap_err().kind(), "run");
        assert_eq!(of("softmax", [-most, -most]).unwrap_err().kind(), "run");
    }
}
