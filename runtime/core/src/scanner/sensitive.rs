//! Private data in what a model answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use crate::entity::{Entity, PatternGroup, Recognizers, RecognizersSpec};
use crate::error::{ConfigError, ScannerError};
use crate::literal::LiteralList;
use crate::risk::{risk_score, round_to};
use crate::scanner::{Evidence, Input, Scanner};
use crate::verdict::Verdict;

/// Parameters of [`Sensitive`]; the names are llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensitiveSpec {
    /// The entities that are not to be there.
    pub entity_types: Vec<String>,
    /// The caller's patterns instead of llm-guard's groups.
    pub regex_patterns: Option<Vec<PatternGroup>>,
    /// Whether each entity is replaced by its name in angle brackets: `<EMAIL_ADDRESS>`.
    pub redact: bool,
    /// The least score that counts.
    pub threshold: f64,
    /// The same for single entities.
    pub thresholds: BTreeMap<String, f64>,
    /// `en` or `zh`.
    pub language: String,
}

/// Refuses texts with private data in them. Risks are llm-guard's.
#[derive(Debug)]
pub struct Sensitive {
    recognizers: Recognizers,
    redact: bool,
    threshold: f64,
    degraded: Option<Arc<str>>,
}

impl Sensitive {
    /// Compiles the recognisers.
    pub fn new(spec: SensitiveSpec) -> Result<Self, ConfigError> {
        let SensitiveSpec { entity_types, regex_patterns, redact, threshold, thresholds, language } = spec;
        let (hidden_names, allowed_names) = (Vec::new(), Vec::new());
        let recognizers = Recognizers::new(
            "Sensitive",
            &RecognizersSpec {
                entity_types,
                hidden_names,
                allowed_names,
                regex_patterns,
                threshold,
                thresholds,
                language,
            },
        )?;
        let degraded = recognizers.degraded();
        Ok(Self { recognizers, redact, threshold, degraded })
    }

    /// Says which entities a model finds.
    #[must_use]
    pub fn with_model<'e>(self, found: impl Iterator<Item = &'e str>) -> Self {
        let recognizers = self.recognizers.with_model(found);
        let degraded = recognizers.degraded();
        Self { recognizers, degraded, ..self }
    }

    /// What recognises.
    pub const fn recognizers(&self) -> &Recognizers {
        &self.recognizers
    }

    /// Whether it asks for changes of a text.
    pub const fn redacts(&self) -> bool {
        self.redact
    }

    /// The verdict on a text in which `entities` were found.
    pub fn verdict(&self, entities: Vec<Entity>) -> Result<Verdict, ScannerError> {
        let best = entities.iter().map(|entity| entity.score).fold(0.0, f64::max);
        let mut verdict = if entities.is_empty() {
            Verdict::pass()
        } else {
            Verdict::new(false, risk_score(round_to(best, 2), self.threshold))
        };
        let mut marks: HashMap<String, Arc<str>> = HashMap::new();
        for entity in entities {
            if self.redact {
                let mark = marks
                    .entry(entity.label.to_string())
                    .or_insert_with(|| format!("<{}>", entity.label).into());
                verdict.redact(entity.label, entity.span, entity.score, mark)?;
            } else {
                verdict.report(entity.label, entity.span, entity.score);
            }
        }
        verdict.degraded.clone_from(&self.degraded);
        Ok(verdict)
    }
}

impl Scanner for Sensitive {
    fn name(&self) -> &'static str {
        "Sensitive"
    }

    fn literals(&self) -> Option<&LiteralList> {
        self.recognizers.literals()
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        self.recognizers.cost_ns(bytes)
    }

    fn cost_of(&self, text: &str) -> u64 {
        self.recognizers.cost_of(text)
    }

    fn scan(&self, input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        self.verdict(self.recognizers.analyze(input.text, evidence.literals, input.interrupt)?)
    }
}
