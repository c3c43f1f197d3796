//! Private data in what a model answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use crate::entity::{Entity, Following, PatternGroup, Recognizers, RecognizersSpec};
use crate::error::{ConfigError, ScannerError};
use crate::literal::{LiteralHits, LiteralList};
use crate::risk::{risk_score, round_to};
use crate::scanner::{Evidence, Input, Scanner};
use crate::stream::{Follow, Found, Highest, Progress, Window};
use crate::text::Text;
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
    recognizers: Arc<Recognizers>,
    redact: bool,
    threshold: f64,
    degraded: Option<Arc<str>>,
}

impl Sensitive {
    /// Compiles the recognisers.
    pub fn new(spec: SensitiveSpec) -> Result<Self, ConfigError> {
        Self::of(spec, |recognizers| recognizers)
    }

    /// The same where a model finds `found`, believed from `threshold` on.
    pub fn with_model<'e>(
        spec: SensitiveSpec,
        found: impl Iterator<Item = &'e str>,
        threshold: f64,
    ) -> Result<Self, ConfigError> {
        Self::of(spec, |recognizers| recognizers.with_model(found, threshold))
    }

    fn of(spec: SensitiveSpec, with: impl FnOnce(Recognizers) -> Recognizers) -> Result<Self, ConfigError> {
        let SensitiveSpec { entity_types, regex_patterns, redact, threshold, thresholds, language } = spec;
        let (hidden_names, allowed_names) = (Vec::new(), Vec::new());
        let recognizers = with(Recognizers::new(
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
        )?);
        let degraded = recognizers.degraded();
        Ok(Self { recognizers: Arc::new(recognizers), redact, threshold, degraded })
    }

    /// What recognises.
    pub fn recognizers(&self) -> &Recognizers {
        &self.recognizers
    }

    /// Whether it asks for changes of a text.
    pub const fn redacts(&self) -> bool {
        self.redact
    }

    /// The verdict on a text in which `entities` were found.
    pub fn verdict(&self, entities: Vec<Entity>) -> Result<Verdict, ScannerError> {
        let best = entities.iter().map(|entity| entity.score).reduce(f64::max);
        let (valid, risk) = judged(best, self.threshold);
        let mut verdict = Verdict::new(valid, risk);
        let mut marks = Marks::default();
        for entity in entities {
            if self.redact {
                let mark = marks.of(&entity);
                verdict.redact(entity.label, entity.span, entity.score, mark)?;
            } else {
                verdict.report(entity.label, entity.span, entity.score);
            }
        }
        verdict.degraded.clone_from(&self.degraded);
        Ok(verdict)
    }
}

/// Whether a text passes in which the surest entity has the score `best`, and its risk.
fn judged(best: Option<f64>, threshold: f64) -> (bool, f64) {
    best.map_or((true, -1.0), |best| (false, risk_score(round_to(best, 2), threshold)))
}

/// What stands in the place of entities, by their names.
#[derive(Debug, Default)]
struct Marks(HashMap<String, Arc<str>>);

impl Marks {
    fn of(&mut self, entity: &Entity) -> &Arc<str> {
        let mark = || format!("<{}>", entity.label).into();
        self.0.entry(entity.label.to_string()).or_insert_with(mark)
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

    fn cost_of(&self, text: &Text) -> u64 {
        self.recognizers.cost_of(text)
    }

    fn scan(&self, input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        self.verdict(self.recognizers.analyze(input.text, evidence.literals, input.interrupt)?)
    }

    fn follow(&self) -> Option<Box<dyn Follow>> {
        Some(Box::new(SensitiveFollower {
            entities: Following::new(&self.recognizers)?,
            marks: self.redact.then(Marks::default),
            threshold: self.threshold,
            degraded: self.degraded.clone(),
            highest: Highest::default(),
            rests_until: 0,
        }))
    }
}

/// From how many held bytes on a step waits until a quarter more have come.
const PATIENT: usize = 2_048;

/// Follows one stream.
#[derive(Debug)]
struct SensitiveFollower {
    entities: Following,
    /// What takes the place of entities, if something does.
    marks: Option<Marks>,
    threshold: f64,
    degraded: Option<Arc<str>>,
    highest: Highest,
    rests_until: usize,
}

impl Follow for SensitiveFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError> {
        let mut entities = Vec::new();
        let decided = self.entities.advance(window, &mut entities)?;
        for entity in entities {
            let mark = self.marks.as_mut().map(|marks| Arc::clone(marks.of(&entity)));
            self.highest.add(entity.span.start, entity.score);
            found.push(0, entity.label, entity.span, entity.score, mark.as_ref());
        }
        self.highest.settle(window.base);
        let held = window.end() - decided;
        self.rests_until = if held < PATIENT { 0 } else { window.end() + held / 4 };
        Ok(Progress { decided, needed: self.entities.needed() })
    }

    fn rests_until(&self) -> usize {
        self.rests_until
    }

    fn degraded(&self) -> Option<Arc<str>> {
        self.degraded.clone()
    }

    fn conclude(&self, _findings: usize, end: usize) -> (bool, f64) {
        judged(self.highest.until(end), self.threshold)
    }
}
