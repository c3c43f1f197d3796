//! `BanCompetitors`: texts that name one of some organisations.

use std::collections::HashSet;
use std::sync::Arc;

use pyshield_core::{Input, ScannerError, Span, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::Answers;
use super::entities;
use super::passage::Passage;
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;
use super::spec::{check_threshold, find_token_head, parse};

/// What takes a competitor's place.
const REDACTED: &str = "[REDACTED]";

/// What models call an organisation, or what bears its name. A model that knows none of these finds nothing
/// else either, and all it finds counts.
const ORGANISATIONS: &[&str] =
    &["ORG", "ORGANIZATION", "ORGANISATION", "COMPANY", "COMPANYNAME", "CORPORATION", "PRODUCT", "BRAND"];

/// A `BanCompetitors` as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompetitorsSpec {
    /// The model.
    pub model: ModelSource,
    /// The head's name, for models that have several.
    pub head: String,
    /// The names, as they are written.
    pub competitors: Vec<String>,
    /// A name counts from this probability on.
    pub threshold: f64,
    /// Whether names are replaced.
    pub redact: bool,
}

/// Refuses texts in which a model sees a competitor's name as that of an organisation.
#[derive(Debug)]
pub struct BanCompetitors {
    model: Arc<Model>,
    head: [usize; 1],
    names: HashSet<String>,
    /// Whether the model tells organisations from other things.
    tells: bool,
    spec: CompetitorsSpec,
}

/// Makes the scanner of a declaration.
pub(crate) fn build(name: &'static str, spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    BanCompetitors::new(name, parse(name, spec)?).map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl BanCompetitors {
    /// Opens the model.
    pub fn new(name: &'static str, spec: CompetitorsSpec) -> Result<Self, BuildError> {
        check_threshold(name, "threshold", spec.threshold)?;
        let model = Model::open(&spec.model)?;
        let at = find_token_head(name, &spec.model, &model, &spec.head)?;
        let tells =
            model.config().heads[at].labels.iter().any(|label| is_organisation(entities::kind(label)));
        let names = spec.competitors.iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self { model, head: [at], names, tells, spec })
    }
}

fn is_organisation(label: &str) -> bool {
    ORGANISATIONS.iter().any(|known| known.eq_ignore_ascii_case(label))
}

impl ModelScanner for BanCompetitors {
    fn name(&self) -> &'static str {
        "BanCompetitors"
    }

    fn model(&self) -> &Arc<Model> {
        &self.model
    }

    fn heads(&self) -> &[usize] {
        &self.head
    }

    fn redacts(&self) -> bool {
        self.spec.redact
    }

    fn passages(&self, input: &Input<'_>, _most: usize) -> Vec<Passage> {
        if input.text.is_blank() || self.names.is_empty() {
            return Vec::new();
        }
        vec![Passage::whole(input)]
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let replacement: Arc<str> = REDACTED.into();
        let mut verdict = Verdict::pass();
        for entity in answers.passages.iter().flat_map(|answer| answer.entities(self.head[0])) {
            let found = input.text.as_str().get(entity.span.range()).unwrap_or_default();
            let name = found.trim();
            let counts = entity.score >= self.spec.threshold
                && self.names.contains(name)
                && (!self.tells || is_organisation(&entity.label));
            if !counts {
                continue;
            }
            verdict.valid = false;
            verdict.risk = 1.0;
            let start = entity.span.start + (found.len() - found.trim_start().len());
            let span = Span::new(start, start + name.len());
            if self.spec.redact {
                verdict.redact("COMPETITOR", span, entity.score, &replacement)?;
            } else {
                verdict.report("COMPETITOR", span, entity.score);
            }
        }
        Ok(verdict)
    }
}
