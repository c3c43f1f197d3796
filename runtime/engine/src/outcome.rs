//! What a request comes back with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pyshield_core::{ScannerError, Text, Verdict, apply_edits, merge_edits};

use crate::config::OnError;
use crate::error::EngineError;
use crate::metrics::Lane;
use crate::model::answer::Spent;
use crate::pipeline::{Detection, Skipped};
use crate::private::{Found, Settle, Unnamed};

/// A scanner's key in results and metrics: its class name, and from the second of a kind on `Name#2`.
///
/// Copied with every verdict, so it is no reference count: those of many threads would meet in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScannerName {
    class: &'static str,
    number: u32,
}

impl ScannerName {
    /// The `number`-th scanner of a class, counted from one.
    pub const fn new(class: &'static str, number: u32) -> Self {
        Self { class, number }
    }

    /// The name of its class.
    pub const fn class(self) -> &'static str {
        self.class
    }
}

impl fmt::Display for ScannerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            1 => f.write_str(self.class),
            number => write!(f, "{}#{number}", self.class),
        }
    }
}

/// What one scanner said.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Which scanner.
    pub scanner: ScannerName,
    /// Its verdict, or why there is none.
    pub verdict: Result<Verdict, ScannerError>,
    /// How long it took.
    pub elapsed: Duration,
    /// The model it rests on, by name and version, if it rests on one that was loaded.
    pub model: Option<Arc<str>>,
    /// The same of one that is compiled in.
    pub compiled: Option<&'static str>,
    /// Whether it is a model that judges.
    pub by_model: bool,
    /// Why it was not asked, if it was not; the verdict is a pass that says nothing then.
    pub skipped: Option<Skipped>,
    /// Whether its model failed and the verdicts of other scanners stand in for it.
    pub fell_back: bool,
    /// What is still to be asked of a vault; the verdict is provisional as long as this is there.
    pub(crate) pending: Option<Arc<dyn Settle>>,
    /// What waits for a model; the verdict is provisional as long as this is there.
    pub(crate) unnamed: Option<Box<Unnamed>>,
}

impl Judgement {
    /// A word that rests on no model.
    pub const fn new(
        scanner: ScannerName,
        verdict: Result<Verdict, ScannerError>,
        elapsed: Duration,
    ) -> Self {
        Self {
            scanner,
            verdict,
            elapsed,
            model: None,
            compiled: None,
            by_model: false,
            skipped: None,
            fell_back: false,
            pending: None,
            unnamed: None,
        }
    }

    /// Name and version of the model it rests on, if it rests on one.
    pub fn rests_on(&self) -> Option<Arc<str>> {
        self.model.clone().or_else(|| self.compiled.map(Arc::from))
    }

    /// Takes over what a scanner found.
    pub(crate) fn take(&mut self, found: Result<Found, ScannerError>) {
        match found {
            Err(error) => self.verdict = Err(error),
            Ok(Found::Verdict(verdict)) => self.verdict = Ok(verdict),
            Ok(Found::Waits(pending)) => self.pending = Some(pending),
            Ok(Found::Unnamed(unnamed)) => {
                // A text whose names nobody asked for must not pass for one without.
                self.verdict = Err(ScannerError::Failed("the model was not asked".into()));
                self.unnamed = Some(Box::new(unnamed));
            }
        }
    }

    /// What stands in the place of a scanner that was not asked.
    pub const fn skipped(scanner: ScannerName, why: Skipped) -> Self {
        let mut judgement = Self::new(scanner, Ok(Verdict::new(true, 0.0)), Duration::ZERO);
        judgement.skipped = Some(why);
        judgement
    }
}

/// What all scanners of a plan said, merged: the part that a cache may keep. `Debug` does not show the text.
pub struct Scan {
    /// Each scanner's word, in declared order.
    pub judgements: Vec<Judgement>,
    /// The text after all edits; `None` when nothing changed.
    pub rewritten: Option<String>,
    /// Whether every scanner lets the text pass.
    pub is_valid: bool,
    /// The highest risk any scanner reported, `0.0..=1.0`.
    pub risk: f64,
    /// What it rests on.
    pub detection: Detection,
    /// What a failing scanner means.
    pub on_error: OnError,
    /// What models took.
    pub spent: Spent,
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("judgements", &self.judgements)
            .field("rewritten_bytes", &self.rewritten.as_ref().map(String::len))
            .field("is_valid", &self.is_valid)
            .field("risk", &self.risk)
            .field("detection", &self.detection)
            .field("on_error", &self.on_error)
            .field("spent", &self.spent)
            .finish()
    }
}

impl Scan {
    /// Merges verdicts: edits are resolved and applied once, errors count as `on_error` says.
    pub fn merge(
        text: &Text,
        mut judgements: Vec<Judgement>,
        on_error: OnError,
    ) -> Result<Self, EngineError> {
        let mut edits = Vec::new();
        let mut is_valid = true;
        let mut risk: f64 = 0.0;
        for judgement in &mut judgements {
            match &mut judgement.verdict {
                Ok(verdict) => {
                    is_valid &= verdict.valid;
                    risk = risk.max(verdict.risk);
                    edits.append(&mut verdict.edits);
                }
                Err(_) if judgement.fell_back => {}
                Err(error) => match on_error {
                    OnError::Raise => {
                        let scanner = judgement.scanner;
                        return Err(EngineError::Scanner { scanner, error: error.clone() });
                    }
                    OnError::Block => {
                        is_valid = false;
                        risk = 1.0;
                    }
                    OnError::Allow => {}
                },
            }
        }
        let rewritten = if edits.is_empty() { None } else { apply_edits(text.as_str(), &merge_edits(edits)) };
        // Positions are converted where the time is free, not on the event loop that reads them.
        if judgements.iter().any(|j| j.verdict.as_ref().is_ok_and(|v| !v.findings.is_empty())) {
            text.code_points();
        }
        let (risk, detection) = (risk.clamp(0.0, 1.0), Detection::of(&judgements));
        Ok(Self { judgements, rewritten, is_valid, risk, detection, on_error, spent: Spent::default() })
    }

    /// Whether a scanner lets the text pass.
    pub fn passes(&self, judgement: &Judgement) -> bool {
        match &judgement.verdict {
            Ok(verdict) => verdict.valid,
            Err(_) => judgement.fell_back || self.on_error == OnError::Allow,
        }
    }

    /// Whether a scanner came to no verdict, though others may stand in for it: it may come to one the next time.
    pub fn failed(&self) -> bool {
        self.judgements.iter().any(|judgement| judgement.verdict.is_err())
    }

    /// The risk a scanner reports.
    pub fn risk_of(&self, judgement: &Judgement) -> f64 {
        match &judgement.verdict {
            Ok(verdict) => verdict.risk,
            Err(_) if self.passes(judgement) => 0.0,
            Err(_) => 1.0,
        }
    }

    /// Roughly what the scan occupies, in bytes: for the weight of a cache entry.
    pub fn weight(&self) -> usize {
        let findings: usize =
            self.judgements.iter().filter_map(|j| j.verdict.as_ref().ok()).map(|v| v.findings.len()).sum();
        size_of::<Self>()
            + self.rewritten.as_ref().map_or(0, String::len)
            + self.judgements.len() * size_of::<Judgement>()
            + findings * size_of::<pyshield_core::Finding>()
    }
}

/// Where the time of a request went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From submission until scanning began.
    pub queue: Duration,
    /// Scanning.
    pub scan: Duration,
    /// Making tokens for models; a part of `scan`.
    pub tokenize: Duration,
    /// Running models, from the first run's start to the last one's end; a part of `scan`.
    pub inference: Duration,
    /// From submission until the result was ready.
    pub total: Duration,
}

/// The result of a request.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the scanners said.
    pub scan: Arc<Scan>,
    /// Which way the request went.
    pub lane: Lane,
    /// Whether the scan was made for an earlier request.
    pub cached: bool,
    /// Where the time went.
    pub timings: Timings,
}
