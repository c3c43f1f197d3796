//! `FactualConsistency`: outputs that do not follow from their prompt.

use std::sync::Arc;

use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::stream::windows::Reads;
use pyshield_core::{Input, ScannerError, Span, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::{Answers, LabelWindow, PassageAnswer};
use super::entailment::entailment;
use super::passage::{Passage, Piece};
use super::scale::Scale;
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;
use super::spec::{check_threshold, find_head, no_label, parse};

/// A `FactualConsistency` as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencySpec {
    /// The model.
    pub model: ModelSource,
    /// The head's name, for models that have several.
    pub head: String,
    /// The least probability of entailment that passes.
    pub minimum_score: f64,
    /// The least score that the scanner asks for when nobody says; see [`Scale`].
    #[serde(default)]
    pub usual_threshold: Option<f64>,
}

/// Refuses outputs that a model does not take for a consequence of their prompt.
#[derive(Debug)]
pub struct FactualConsistency {
    model: Arc<Model>,
    head: [usize; 1],
    entails: usize,
    scale: Scale,
    spec: ConsistencySpec,
}

/// Whether a declaration is of the scanner of the same name that reads no model, but compares words.
pub(crate) fn reads_words(name: &str, spec: &Value) -> bool {
    name == "FactualConsistency" && spec.get("model").is_none() && spec.get("minimum_score").is_some()
}

/// Makes the scanner of a declaration.
pub(crate) fn build(name: &'static str, spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    let scanner = FactualConsistency::new(name, parse(name, spec)?);
    scanner.map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl FactualConsistency {
    /// Opens the model and finds the label of entailment.
    pub fn new(name: &'static str, spec: ConsistencySpec) -> Result<Self, BuildError> {
        check_threshold(name, "minimum_score", spec.minimum_score)?;
        let model = Model::open(&spec.model)?;
        let at = find_head(name, &spec.model, &model, &spec.head)?;
        let head = &model.config().heads[at];
        let entails = entailment(head).ok_or_else(|| no_label(name, &spec.model, head))?;
        let scale = Scale::of(model.config(), name, spec.usual_threshold);
        Ok(Self { model, head: [at], entails, scale, spec })
    }

    /// An ordinary model is asked as llm-guard asks it: whether the prompt follows from the output. One with a
    /// head for it is asked what it was trained for: whether the output follows from the prompt.
    fn as_llm_guard(&self) -> bool {
        self.model.config().is_single()
    }

    /// How likely the worst supported part of the output is to follow from the part of the prompt that supports
    /// it best.
    fn entailed(&self, answer: &PassageAnswer) -> f64 {
        let windows = answer.label_windows(self.head[0]);
        let of = |window: &LabelWindow| window.probabilities.get(self.entails).copied().unwrap_or(0.0);
        let lowest = |parts: &mut dyn Iterator<Item = f64>| parts.fold(1.0, f64::min);
        // Every part of the first text meets every part of the second, in this order.
        let by_first: Vec<&[LabelWindow]> = windows.chunk_by(|a, b| a.tokens == b.tokens).collect();
        if windows.is_empty() {
            return 0.0;
        }
        if self.as_llm_guard() {
            return lowest(&mut by_first.iter().map(|parts| parts.iter().map(of).fold(0.0, f64::max)));
        }
        let parts = by_first.first().map_or(0, |parts| parts.len());
        let best = |part: usize| by_first.iter().filter_map(|of| of.get(part)).map(of).fold(0.0, f64::max);
        lowest(&mut (0..parts).map(best))
    }
}

impl ModelScanner for FactualConsistency {
    fn name(&self) -> &'static str {
        "FactualConsistency"
    }

    fn model(&self) -> &Arc<Model> {
        &self.model
    }

    fn heads(&self) -> &[usize] {
        &self.head
    }

    fn reads(&self) -> Reads {
        Reads::Whole
    }

    fn passages(&self, input: &Input<'_>, _most: usize) -> Vec<Passage> {
        let prompt = input.prompt.filter(|prompt| !prompt.is_blank() && !input.text.is_blank());
        let Some(prompt) = prompt else { return Vec::new() };
        let (output, prompt) = (Piece::Text(0..input.text.len()), Piece::Prompt(0..prompt.len()));
        let (first, second) = if self.as_llm_guard() { (output, prompt) } else { (prompt, output) };
        vec![Passage { text: first, pair: None, ends: None }.with(second)]
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let Some(answer) = answers.passages.first() else { return Ok(Verdict::pass()) };
        let score = self.scale.score(self.entailed(answer));
        let (entails, not) = (round_to(score, 2), round_to(1.0 - score, 2));
        let minimum = self.spec.minimum_score;
        let mut verdict = Verdict::new(entails >= minimum, risk_score(not, minimum));
        if !verdict.valid {
            verdict.report("INCONSISTENT", Span::new(0, input.text.len()), not);
        }
        Ok(verdict)
    }
}
