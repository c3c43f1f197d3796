//! Scanners that compare the probabilities of labels with a threshold: most of llm-guard's.
//!
//! What tells them apart is data: which head, which labels count, what is read, what the risk is. All of it
//! comes with the declaration.

use std::borrow::Cow;
use std::sync::Arc;

use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::stream::windows::Reads;
use pyshield_core::{Input, ScannerError, Span, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::{Answers, PassageAnswer, pool};
use super::cut::{MatchType, passages, sentence_ranges};
use super::head::{Activation, Head};
use super::passage::{Passage, Piece};
use super::prose;
use super::scale::Scale;
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;
use super::spec::{check_threshold, find_head, no_label, parse, shouted};

/// A scanner of labels as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSpec {
    /// The model.
    pub model: ModelSource,
    /// The head's name, for models that have several.
    pub head: String,
    /// Which labels count.
    pub labels: Labels,
    /// A score above it is refused.
    pub threshold: f64,
    /// The threshold that the scanner has when nobody says; see [`Scale`].
    #[serde(default)]
    pub usual_threshold: Option<f64>,
    /// What is read.
    #[serde(default)]
    pub match_type: MatchType,
    /// Whether a label counts for itself, or all that count together.
    #[serde(default)]
    pub scoring: Scoring,
    /// Whether the prompt is read with the output.
    #[serde(default)]
    pub with_prompt: bool,
    /// Whether an ordinary model of transformers reads the text without its Markdown.
    #[serde(default)]
    pub as_prose: bool,
    /// Decimals the score is rounded to before it is compared, as llm-guard does for some.
    #[serde(default)]
    pub decimals: Option<usize>,
    /// The risk of a text that passes.
    #[serde(default)]
    pub passing_risk: PassingRisk,
    /// Whether views of the text are read as well.
    #[serde(default)]
    pub reads_views: bool,
    /// Whether the findings are all labels with their highest scores, whatever the threshold.
    #[serde(default)]
    pub summary: bool,
}

/// Which labels count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labels {
    /// Those of these that the model has; it must have one.
    Watch(Vec<String>),
    /// All but these; the model must have one of these.
    Allow(Vec<String>),
    /// All.
    All,
}

/// How the probabilities of several labels that count become scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// Each is a score.
    #[default]
    Each,
    /// One for all: if labels exclude each other, that none of the other labels is right.
    One,
}

/// The risk of a text that passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassingRisk {
    /// How far the score stays below the threshold.
    #[default]
    Score,
    /// -1.
    None,
    /// 0.
    Zero,
}

/// Refuses texts of which a label is likelier than a threshold.
#[derive(Debug)]
pub struct LabelScanner {
    name: &'static str,
    model: Arc<Model>,
    head: [usize; 1],
    /// Which labels count, by position, with their names in findings.
    watched: Vec<(usize, Arc<str>)>,
    scale: Scale,
    spec: LabelSpec,
}

/// Makes a scanner of a declaration.
pub(crate) fn build(name: &'static str, spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    LabelScanner::new(name, parse(name, spec)?).map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl LabelScanner {
    /// Opens the model and finds the labels.
    pub fn new(name: &'static str, spec: LabelSpec) -> Result<Self, BuildError> {
        check_threshold(name, "threshold", spec.threshold)?;
        let model = Model::open(&spec.model)?;
        let at = find_head(name, &spec.model, &model, &spec.head)?;
        let head = &model.config().heads[at];
        let watched = spec.labels.of(&head.labels).ok_or_else(|| no_label(name, &spec.model, head))?;
        let watched = watched.into_iter().map(|at| (at, shouted(&head.labels[at]))).collect();
        let scale = Scale::of(model.config(), name, spec.usual_threshold);
        Ok(Self { name, model, head: [at], watched, scale, spec })
    }

    fn its_head(&self) -> &Head {
        &self.model.config().heads[self.head[0]]
    }

    /// The scores of a passage, each with the label it is of.
    fn scores(&self, answer: &PassageAnswer) -> Vec<(f64, &Arc<str>)> {
        let head = self.its_head();
        let scored: Vec<(f64, &Arc<str>)> =
            if self.spec.scoring == Scoring::One && head.activation == Activation::Softmax {
                self.one(head, answer).into_iter().collect()
            } else {
                let labels = answer.labels(self.head[0]);
                self.watched.iter().filter_map(|(at, name)| Some((*labels.get(*at)?, name))).collect()
            };
        let rounded = |p: f64| {
            let score = self.scale.score(p);
            self.spec.decimals.map_or(score, |decimals| round_to(score, decimals))
        };
        scored.into_iter().map(|(p, name)| (rounded(p), name)).collect()
    }

    /// How likely it is that one of the labels that count is right, and the likeliest of them.
    fn one(&self, head: &Head, answer: &PassageAnswer) -> Option<(f64, &Arc<str>)> {
        let ordinary = self.model.config().is_single();
        let windows = answer.label_windows(self.head[0]);
        let judged = windows.iter().map(|window| {
            let p = &window.probabilities;
            let watched: f64 = self.watched.iter().filter_map(|(at, _)| p.get(*at)).sum();
            let top = p.iter().copied().fold(0.0, f64::max);
            let of_watched =
                self.watched.iter().filter_map(|(at, _)| p.get(*at)).copied().fold(0.0, f64::max);
            // llm-guard goes by the likeliest label: its probability, or what it leaves of one.
            let score = match (ordinary, of_watched >= top) {
                (false, _) => watched,
                (true, true) => top,
                (true, false) => 1.0 - top,
            };
            (score, window.length)
        });
        let score = pool(head.pooling, judged);
        let labels = answer.labels(self.head[0]);
        let likeliest = self.watched.iter().max_by(|(a, _), (b, _)| {
            let p = |at: usize| labels.get(at).copied().unwrap_or(0.0);
            p(*a).total_cmp(&p(*b))
        })?;
        (!windows.is_empty()).then_some((score.clamp(0.0, 1.0), &likeliest.1))
    }

    /// All labels with the highest score that any passage gives them.
    fn summary(&self, answers: &Answers, whole: Span) -> Verdict {
        let mut verdict = Verdict::pass();
        for (at, name) in &self.watched {
            let scores = answers.passages.iter().filter_map(|answer| answer.labels(self.head[0]).get(*at));
            let highest = scores.copied().fold(0.0, f64::max);
            verdict.report(Cow::Owned(name.to_string()), whole, self.scale.score(highest));
        }
        verdict
    }
}

impl Labels {
    /// Which of a head's labels count, by position; `None` if the head knows none of those that are named.
    fn of(&self, labels: &[Arc<str>]) -> Option<Vec<usize>> {
        let named = |names: &[String], label: &str| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        let all = 0..labels.len();
        let of: Vec<usize> = match self {
            Self::All => all.collect(),
            Self::Watch(names) => all.filter(|&at| named(names, &labels[at])).collect(),
            Self::Allow(names) if labels.iter().any(|label| named(names, label)) => {
                all.filter(|&at| !named(names, &labels[at])).collect()
            }
            Self::Allow(_) => Vec::new(),
        };
        (!of.is_empty()).then_some(of)
    }
}

impl ModelScanner for LabelScanner {
    fn name(&self) -> &'static str {
        self.name
    }

    fn model(&self) -> &Arc<Model> {
        &self.model
    }

    fn heads(&self) -> &[usize] {
        &self.head
    }

    fn reads_views(&self) -> bool {
        self.spec.reads_views
    }

    fn reads(&self) -> Reads {
        match self.spec.match_type {
            MatchType::Full | MatchType::Chunks => Reads::Windows,
            MatchType::Sentence => Reads::Sentences,
            // Where the ends are is known at the end.
            MatchType::TruncateHeadTail | MatchType::TruncateTokenHeadTail => Reads::Whole,
        }
    }

    fn passages(&self, input: &Input<'_>, most: usize) -> Vec<Passage> {
        if input.text.is_blank() {
            return Vec::new();
        }
        if self.spec.as_prose && self.model.config().is_single() {
            return vec![Passage::own(prose::of(input.text.as_str()))];
        }
        match (self.spec.with_prompt, input.prompt) {
            (true, Some(prompt)) if self.spec.match_type == MatchType::Sentence => {
                let of_prompt = sentence_ranges(prompt.as_str(), most).into_iter().map(Piece::Prompt);
                let of_prompt = of_prompt.map(|text| Passage { text, pair: None, ends: None });
                of_prompt.chain(passages(MatchType::Sentence, input, most)).collect()
            }
            (true, Some(prompt)) => {
                vec![Passage::own(format!("{}\n{}", prompt.as_str(), input.text.as_str()))]
            }
            _ => passages(self.spec.match_type, input, most),
        }
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let threshold = self.spec.threshold;
        if answers.passages.is_empty() {
            return Ok(Verdict::pass());
        }
        if self.spec.summary {
            return Ok(self.summary(answers, Span::new(0, input.text.len())));
        }
        let mut verdict = Verdict::pass();
        let mut highest: f64 = 0.0;
        for answer in &answers.passages {
            for (score, label) in self.scores(answer) {
                highest = highest.max(score);
                if score > threshold {
                    verdict.valid = false;
                    verdict.report(Cow::Owned(label.to_string()), answer.passage.span(input), score);
                }
            }
        }
        verdict.risk = match self.spec.passing_risk {
            PassingRisk::None if verdict.valid => -1.0,
            PassingRisk::Zero if verdict.valid => 0.0,
            _ => risk_score(highest, threshold),
        };
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_count() {
        let labels: Vec<Arc<str>> = ["SAFE", "INJECTION"].map(Arc::from).to_vec();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(Labels::Watch(names(&["injection", "direct"])).of(&labels), Some(vec![1]));
        assert_eq!(Labels::Allow(names(&["safe"])).of(&labels), Some(vec![1]));
        assert_eq!(Labels::All.of(&labels), Some(vec![0, 1]));
        assert_eq!(Labels::Watch(names(&["toxic"])).of(&labels), None);
        assert_eq!(Labels::Allow(names(&["neutral"])).of(&labels), None);
    }
}
