//! Scanners that compare the probabilities of labels with a threshold: most of llm-guard's.
//!
//! What tells them apart is data: which head, which labels count, what is read, what the risk is. All of it
//! comes with the declaration.

use std::borrow::Cow;
use std::sync::Arc;

use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::{ConfigError, Input, ScannerError, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::Answers;
use super::error::ModelFault;
use super::passage::{Passage, Piece};
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;

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
    /// What is read.
    pub match_type: MatchType,
    /// Whether the prompt is read with the output, as one text.
    #[serde(default)]
    pub with_prompt: bool,
    /// Decimals the score is rounded to before it is compared, as llm-guard does for some.
    #[serde(default)]
    pub decimals: Option<usize>,
    /// The risk of a text that passes.
    #[serde(default)]
    pub passing_risk: PassingRisk,
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

/// What of a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// All of it, in windows if it is long.
    Full,
    /// Each sentence for itself.
    Sentence,
    /// 256 characters at a time, overlapping by 25.
    Chunks,
    /// The first and the last 126 characters, if there are more than 256.
    TruncateHeadTail,
    /// The first 128 and the last 382 tokens, if there are more than 512.
    TruncateTokenHeadTail,
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
    spec: LabelSpec,
}

/// Makes a scanner of a declaration.
pub(crate) fn build(name: &'static str, mut spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("type");
    }
    let spec: LabelSpec = serde_json::from_value(spec)
        .map_err(|error| ConfigError::new(name, "declaration", error.to_string()))?;
    LabelScanner::new(name, spec).map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl LabelScanner {
    /// Opens the model and finds the labels.
    pub fn new(name: &'static str, spec: LabelSpec) -> Result<Self, BuildError> {
        if !(0.0..=1.0).contains(&spec.threshold) {
            return Err(ConfigError::new(name, "threshold", "must be at least 0 and at most 1").into());
        }
        let model = Model::open(&spec.model)?;
        let fault = |detail: String| spec.model.error(ModelFault::Labels(detail));
        let config = model.config();
        let has = || config.heads.iter().map(|head| &*head.name).collect::<Vec<_>>().join(", ");
        let at = config
            .head(&spec.head)
            .ok_or_else(|| fault(format!("{name} reads the head {}; the model has {}", spec.head, has())))?;
        let head = &config.heads[at];
        let watched = spec.labels.of(&head.labels).ok_or_else(|| {
            let labels = head.labels.join(", ");
            fault(format!("{name} knows none of the labels of the head {}: {labels}", head.name))
        })?;
        let watched = watched.into_iter().map(|at| (at, shouted(&head.labels[at]))).collect();
        Ok(Self { name, model, head: [at], watched, spec })
    }

    fn score(&self, labels: &[f64]) -> Option<(f64, &Arc<str>)> {
        let watched = self.watched.iter().filter_map(|(at, name)| Some((*labels.get(*at)?, name)));
        watched.max_by(|a, b| a.0.total_cmp(&b.0))
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

/// A label as findings show it: upper case, words joined by underscores.
fn shouted(label: &str) -> Arc<str> {
    label
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect::<String>()
        .into()
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

    fn passages(&self, input: &Input<'_>) -> Vec<Passage> {
        if input.text.is_blank() {
            return Vec::new();
        }
        if let (true, Some(prompt)) = (self.spec.with_prompt, input.prompt) {
            return vec![Passage::own(format!("{}\n{}", prompt.as_str(), input.text.as_str()))];
        }
        passages(self.spec.match_type, input)
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let threshold = self.spec.threshold;
        if answers.passages.is_empty() {
            return Ok(Verdict::pass());
        }
        let mut verdict = Verdict::pass();
        let mut highest: f64 = 0.0;
        for answer in &answers.passages {
            let Some((score, label)) = self.score(answer.labels(self.head[0])) else { continue };
            let score = self.spec.decimals.map_or(score, |decimals| round_to(score, decimals));
            highest = highest.max(score);
            if score > threshold {
                verdict.valid = false;
                verdict.report(Cow::Owned(label.to_string()), answer.passage.span(input), score);
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

/// What of a text is read.
pub fn passages(match_type: MatchType, input: &Input<'_>) -> Vec<Passage> {
    const CHUNK: usize = 256;
    const OVERLAP: usize = 25;
    const ENDS: usize = (CHUNK - 3) / 2;
    let text = input.text.as_str();
    match match_type {
        MatchType::Full => vec![Passage::whole(input)],
        MatchType::Sentence => sentences(text).into_iter().map(Passage::part).collect(),
        MatchType::Chunks => {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let ranges = super::window::ranges(starts.len() - 1, CHUNK, OVERLAP);
            ranges.into_iter().map(|range| Passage::part(starts[range.start]..starts[range.end])).collect()
        }
        MatchType::TruncateHeadTail => {
            if text.chars().nth(CHUNK).is_none() {
                return vec![Passage::whole(input)];
            }
            let head = text.char_indices().nth(ENDS).map_or(text.len(), |(at, _)| at);
            let tail = text.char_indices().rev().nth(ENDS - 1).map_or(0, |(at, _)| at);
            vec![Passage::own(format!("{}...{}", &text[..head], &text[tail..]))]
        }
        MatchType::TruncateTokenHeadTail => {
            vec![Passage { text: Piece::Text(0..text.len()), pair: None, ends: Some((128, 382)) }]
        }
    }
}

/// The sentences of a text: up to a full stop or its like before white space, or to an empty line.
fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut ended = false;
    let mut push = |start: usize, end: usize| {
        let sentence = &text[start..end];
        let trimmed = sentence.trim();
        if !trimmed.is_empty() {
            let from = start + (sentence.len() - sentence.trim_start().len());
            sentences.push(from..from + trimmed.len());
        }
    };
    for (at, c) in text.char_indices() {
        if ended && c.is_whitespace() {
            push(start, at);
            start = at;
        }
        let closing = matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»');
        ended = matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？') || (ended && closing);
    }
    push(start, text.len());
    sentences
}

#[cfg(test)]
mod tests {
    use pyshield_core::Text;

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

    #[test]
    fn sentences_end_before_white_space() {
        let text = " One. Two (2.5)? \"Three!\"\n\nfour ";
        let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["One.", "Two (2.5)?", "\"Three!\"", "four"]);
        assert!(sentences(" \n").is_empty());
    }

    #[test]
    fn ways_to_cut() {
        let long = "é".repeat(600);
        let text = Text::from(&*long);
        let input = Input::text(&text);
        assert_eq!(passages(MatchType::Full, &input).len(), 1);
        assert_eq!(passages(MatchType::Chunks, &input).len(), 3);
        let ends = passages(MatchType::TruncateHeadTail, &input);
        assert_eq!(ends[0].text.resolve(&input).chars().count(), 255);
        let short = Text::from("short");
        assert_eq!(
            passages(MatchType::TruncateHeadTail, &Input::text(&short))[0].text.resolve(&Input::text(&short)),
            "short"
        );
    }
}
