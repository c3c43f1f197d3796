//! `BanTopics`: texts about something that nobody should talk about here.
//!
//! With a model that tells whether one text follows from another, each topic is a claim about the text, as in
//! transformers' zero-shot classification. With one that gives texts a place, a topic is as likely as the text is
//! nearer to it than to anything at all.

use std::borrow::Cow;
use std::sync::Arc;

use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::{ConfigError, Input, ScannerError, Span, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::{Answers, PassageAnswer};
use super::config::ModelConfig;
use super::entailment::{entailment, opposite};
use super::head::HeadKind;
use super::passage::{Passage, Piece};
use super::scale::Scale;
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;
use super::spec::{check_threshold, parse, unfit};
use super::vector::similarity;

/// What no topic is: short texts lie near every topic, and near this.
const ANYTHING: &str = "something";
/// How much of a text's nearness to [`ANYTHING`] is taken off its nearness to a topic. `training/similarity.py`
/// measures what it does and chooses the threshold that goes with it.
const TAKEN_OFF: f64 = 0.6;

/// A `BanTopics` as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicsSpec {
    /// The model.
    pub model: ModelSource,
    /// The topics, in words.
    pub topics: Vec<String>,
    /// A score above it is refused.
    pub threshold: f64,
    /// The threshold that the scanner has when nobody says; see [`Scale`].
    #[serde(default)]
    pub usual_threshold: Option<f64>,
}

/// How a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By the logits of these two labels.
    Claims { entails: usize, opposite: usize },
    /// By the angles between the text and the topics.
    Places,
}

/// Refuses texts that a model takes to be about a topic.
#[derive(Debug)]
pub struct BanTopics {
    model: Arc<Model>,
    head: [usize; 1],
    way: Way,
    scale: Scale,
    /// What the text is compared with: a claim for each topic; before them, by places, one for anything.
    claims: Vec<Arc<str>>,
    spec: TopicsSpec,
}

/// Makes the scanner of a declaration.
pub(crate) fn build(name: &'static str, spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    BanTopics::new(name, parse(name, spec)?).map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl BanTopics {
    /// Opens the model and finds out how it can be asked.
    pub fn new(name: &'static str, spec: TopicsSpec) -> Result<Self, BuildError> {
        check_threshold(name, "threshold", spec.threshold)?;
        if let Some(at) = spec.topics.iter().position(|topic| topic.trim().is_empty()) {
            return Err(ConfigError::new(name, format!("topics[{at}]"), "is empty").into());
        }
        let model = Model::open(&spec.model)?;
        let (at, way) = way(model.config()).ok_or_else(|| {
            let detail = "needs a model that tells entailment, or one that gives embeddings";
            unfit(&spec.model, format!("{name} {detail}"))
        })?;
        let scale = Scale::of(model.config(), name, spec.usual_threshold);
        let topics = std::iter::once(ANYTHING).filter(|_| way == Way::Places);
        let topics = topics.chain(spec.topics.iter().map(|topic| &**topic));
        let claims = topics.map(|topic| claim(way, topic)).collect();
        Ok(Self { model, head: [at], way, scale, claims, spec })
    }

    /// The score of each topic.
    fn scores(&self, answers: &[PassageAnswer]) -> Vec<f64> {
        match (self.way, answers) {
            (Way::Places, [text, anything, topics @ ..]) => {
                let anything = anything.embedding(self.head[0]);
                let windows = text.embedding_windows(self.head[0]).iter();
                let windows: Vec<_> =
                    windows.map(|window| (window, TAKEN_OFF * similarity(window, anything))).collect();
                let near = |topic: &PassageAnswer| {
                    let topic = topic.embedding(self.head[0]);
                    let nearer = windows.iter().map(|(window, off)| similarity(window, topic) - off);
                    nearer.fold(0.0, f64::max)
                };
                topics.iter().map(|topic| self.scale.score(near(topic))).collect()
            }
            (Way::Places, _) => Vec::new(),
            // One topic is weighed against its contrary, several against each other.
            (Way::Claims { entails, opposite }, [one]) => {
                let windows = one.label_windows(self.head[0]).iter();
                let against =
                    |logits: &[f64]| [logits.get(entails), logits.get(opposite)].map(Option::<&f64>::copied);
                let scores = windows.map(|window| match against(&window.logits) {
                    [Some(entails), Some(opposite)] => softmax(&[entails, opposite])[0],
                    _ => 0.0,
                });
                vec![self.scale.score(scores.fold(0.0, f64::max))]
            }
            (Way::Claims { entails, .. }, topics) => {
                let highest = |topic: &PassageAnswer| {
                    let windows = topic.label_windows(self.head[0]).iter();
                    let logits = windows.filter_map(|window| window.logits.get(entails));
                    logits.copied().fold(f64::NEG_INFINITY, f64::max)
                };
                let logits: Vec<f64> = topics.iter().map(highest).collect();
                softmax(&logits).into_iter().map(|p| self.scale.score(p)).collect()
            }
        }
    }
}

/// The head to ask, and how. Places come first where a model has both: they were made for comparing.
fn way(config: &ModelConfig) -> Option<(usize, Way)> {
    let heads = || config.heads.iter().enumerate();
    let places = heads().find(|(_, head)| head.kind == HeadKind::Embedding).map(|(at, _)| (at, Way::Places));
    places.or_else(|| {
        heads().find_map(|(at, head)| {
            let asks = head.kind == HeadKind::Pair || config.is_single() && head.kind == HeadKind::Sequence;
            let entails = entailment(head).filter(|_| asks)?;
            Some((at, Way::Claims { entails, opposite: opposite(head, entails) }))
        })
    })
}

/// What a text is compared with. As a question, a topic lies nearer to what people write about it.
fn claim(way: Way, topic: &str) -> Arc<str> {
    match way {
        Way::Places => format!("a question about {topic}"),
        Way::Claims { .. } => format!("This example is {topic}."),
    }
    .into()
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let highest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.iter().map(|logit| (logit - highest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| if sum.is_finite() && sum > 0.0 { power / sum } else { 0.0 }).collect()
}

impl ModelScanner for BanTopics {
    fn name(&self) -> &'static str {
        "BanTopics"
    }

    fn model(&self) -> &Arc<Model> {
        &self.model
    }

    fn heads(&self) -> &[usize] {
        &self.head
    }

    fn reads_views(&self) -> bool {
        true
    }

    fn passages(&self, input: &Input<'_>, _most: usize) -> Vec<Passage> {
        if input.text.is_blank() || self.spec.topics.is_empty() {
            return Vec::new();
        }
        let claims = self.claims.iter().map(Arc::clone);
        match self.way {
            Way::Places => {
                std::iter::once(Passage::whole(input)).chain(claims.map(Passage::standing)).collect()
            }
            Way::Claims { .. } => claims.map(|claim| Passage::whole(input).with(Piece::Own(claim))).collect(),
        }
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let threshold = self.spec.threshold;
        if answers.passages.is_empty() {
            // llm-guard's score of no topics is 0.
            let none = if self.spec.topics.is_empty() && !input.text.is_blank() {
                risk_score(0.0, threshold)
            } else {
                -1.0
            };
            return Ok(Verdict::new(true, none));
        }
        let mut verdict = Verdict::pass();
        let mut highest: f64 = 0.0;
        for (topic, score) in self.spec.topics.iter().zip(self.scores(&answers.passages)) {
            let score = round_to(score, 2);
            highest = highest.max(score);
            if score > threshold {
                verdict.valid = false;
                let label = format!("TOPIC_{}", super::spec::shouted(topic));
                verdict.report(Cow::Owned(label), Span::new(0, input.text.len()), score);
            }
        }
        verdict.risk = risk_score(highest, threshold);
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_topics() {
        let shares = softmax(&[1.0, 1.0, f64::NEG_INFINITY]);
        assert!((shares[0] - 0.5).abs() < 1e-9 && shares[2].abs() < 1e-9, "{shares:?}");
        assert_eq!(softmax(&[f64::NEG_INFINITY, f64::NEG_INFINITY]), [0.0, 0.0]);
        assert!(softmax(&[]).is_empty());
    }
}
