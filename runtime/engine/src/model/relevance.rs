//! `Relevance`: outputs that have nothing to do with their prompt.

use std::sync::Arc;

use pyshield_core::risk::risk_score;
use pyshield_core::stream::windows::Reads;
use pyshield_core::{Input, ScannerError, Span, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::Answers;
use super::passage::{Passage, Piece};
use super::scale::Scale;
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;
use super::spec::{check_threshold, find_head, parse, unfit};
use super::vector::similarity;

/// A `Relevance` as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelevanceSpec {
    /// The model.
    pub model: ModelSource,
    /// The head's name, for models that have several.
    pub head: String,
    /// The least similarity that passes.
    pub threshold: f64,
    /// The threshold that the scanner has when nobody says; see [`Scale`].
    #[serde(default)]
    pub usual_threshold: Option<f64>,
}

/// Refuses outputs whose place is too far from their prompt's.
#[derive(Debug)]
pub struct Relevance {
    model: Arc<Model>,
    head: [usize; 1],
    scale: Scale,
    spec: RelevanceSpec,
}

/// Makes the scanner of a declaration.
pub(crate) fn build(name: &'static str, spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    Relevance::new(name, parse(name, spec)?).map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl Relevance {
    /// Opens the model.
    pub fn new(name: &'static str, spec: RelevanceSpec) -> Result<Self, BuildError> {
        check_threshold(name, "threshold", spec.threshold)?;
        let model = Model::open(&spec.model)?;
        let at = find_head(name, &spec.model, &model, &spec.head)?;
        let head = &model.config().heads[at];
        if !head.labels.is_empty() {
            let detail = format!("{name} compares texts; the head {} gives labels, no vector", head.name);
            return Err(unfit(&spec.model, detail));
        }
        let scale = Scale::of(model.config(), name, spec.usual_threshold);
        Ok(Self { model, head: [at], scale, spec })
    }
}

impl ModelScanner for Relevance {
    fn name(&self) -> &'static str {
        "Relevance"
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
        let Some(prompt) = input.prompt.filter(|_| !input.text.is_blank()) else { return Vec::new() };
        let prompt = Passage { text: Piece::Prompt(0..prompt.len()), pair: None, ends: None };
        vec![Passage::whole(input), prompt]
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let [output, prompt] = &answers.passages[..] else { return Ok(Verdict::pass()) };
        let cosine = similarity(output.embedding(self.head[0]), prompt.embedding(self.head[0]));
        let similarity = self.scale.score(cosine);
        let threshold = self.spec.threshold;
        // llm-guard's: the distance is compared with the threshold of the similarity.
        let risk = risk_score(1.0 - similarity, threshold);
        let mut verdict = Verdict::new(similarity >= threshold, risk);
        if !verdict.valid {
            let distance = (1.0 - similarity).clamp(0.0, 1.0);
            verdict.report("IRRELEVANT", Span::new(0, input.text.len()), distance);
        }
        Ok(verdict)
    }
}
