//! In which order the scanners of a plan run, and when the rest of them need not.
//!
//! As a rule all run side by side. A plan can also be declared to run its scanners one after another, or those
//! that need no model before those that do, and to leave the rest out once a text is refused. A text that passes
//! has been seen by every scanner: only a refusal ends a scan early.

use std::hash::{Hash, Hasher};

use pyshield_core::ScannerError;
use serde::{Deserialize, Serialize};

use crate::outcome::Judgement;

/// What the first stages of cascades are called: what the cascade says takes their places.
pub const CASCADE: &str = "Cascade";

/// How the scanners of a plan follow each other. The default is all of them at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineSpec {
    /// Each scanner when the one before it is done; scanners in a row that read one model share its run.
    pub sequential: bool,
    /// A refusal with at least this risk ends a sequential scan; without it none does.
    pub short_circuit: Option<f64>,
    /// Scanners that read no model come first, and a refusal of theirs is the end.
    pub prefilter: bool,
    /// If a model fails, what the scanners that read none say stands.
    pub fallback: bool,
}

impl Hash for PipelineSpec {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.sequential, self.prefilter, self.fallback).hash(state);
        self.short_circuit.map(f64::to_bits).hash(state);
    }
}

/// Why a scanner did not look at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skipped {
    /// One before it refused the text.
    ShortCircuit,
    /// It reads a model, and the shield is to use none.
    HeuristicOnly,
    /// It reads no model, and the shield is to use nothing else.
    MlOnly,
}

impl Skipped {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShortCircuit => "short_circuit",
            Self::HeuristicOnly => "heuristic_only",
            Self::MlOnly => "ml_only",
        }
    }
}

/// What a result rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Detection {
    /// On scanners that read no model.
    Heuristic,
    /// On models alone.
    Ml,
    /// On scanners that read no model, which refused: models were not asked.
    HeuristicShortCircuit,
    /// On scanners that read no model, since a model failed.
    MlFallbackToHeuristic,
    /// On both.
    HybridBoth,
}

impl Detection {
    /// Every way, in the order of its discriminants.
    pub const ALL: [Self; 5] = [
        Self::Heuristic,
        Self::Ml,
        Self::HeuristicShortCircuit,
        Self::MlFallbackToHeuristic,
        Self::HybridBoth,
    ];

    /// The name in results and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Heuristic => "heuristic",
            Self::Ml => "ml",
            Self::HeuristicShortCircuit => "heuristic_short_circuit",
            Self::MlFallbackToHeuristic => "ml_fallback_to_heuristic",
            Self::HybridBoth => "hybrid_both",
        }
    }

    /// What the judgements of a scan rest on.
    pub fn of(judgements: &[Judgement]) -> Self {
        let has = |test: fn(&Judgement) -> bool| judgements.iter().any(test);
        let models =
            has(|judgement| judgement.by_model && judgement.skipped.is_none() && !judgement.fell_back);
        let others = has(|judgement| !judgement.by_model && judgement.skipped.is_none());
        if has(|judgement| judgement.fell_back) {
            Self::MlFallbackToHeuristic
        } else if models {
            if others { Self::HybridBoth } else { Self::Ml }
        } else if has(|judgement| judgement.by_model && judgement.skipped == Some(Skipped::ShortCircuit)) {
            Self::HeuristicShortCircuit
        } else {
            Self::Heuristic
        }
    }
}

impl PipelineSpec {
    /// Whether all scanners run at once.
    pub const fn is_parallel(&self) -> bool {
        !self.sequential && !self.prefilter
    }

    /// Which scanners run together, by their positions: `model` says which model each reads, if any, as a number
    /// that two share if they share the model.
    pub fn steps(&self, models: &[Option<usize>]) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..models.len()).collect();
        if self.prefilter {
            order.sort_by_key(|&at| models[at].is_some());
        }
        let mut steps: Vec<Vec<usize>> = Vec::new();
        for at in order {
            let together = steps.last().and_then(|step| step.last()).is_some_and(|&last| {
                let same_model = models[at].is_some() && models[at] == models[last];
                let same_kind = models[at].is_some() == models[last].is_some();
                if self.sequential { same_model } else { !self.prefilter || same_kind }
            });
            match steps.last_mut() {
                Some(step) if together => step.push(at),
                _ => steps.push(vec![at]),
            }
        }
        steps
    }

    /// Whether a judgement ends the scan.
    pub fn ends(&self, judgement: &Judgement) -> bool {
        let Ok(verdict) = &judgement.verdict else { return false };
        // What is redacted may go on, so it has to be seen by all; and what a vault is asked is not known yet.
        // So is the word of a cascade's second stage.
        let open = judgement.pending.is_some() || judgement.scanner.class() == CASCADE;
        if verdict.valid || !verdict.edits.is_empty() || open {
            return false;
        }
        let short = self.sequential && self.short_circuit.is_some_and(|least| verdict.risk >= least);
        short || self.prefilter && !judgement.by_model
    }

    /// Marks the models' failures for which the verdicts of other scanners stand in.
    pub fn fall_back(&self, judgements: &mut [Judgement]) {
        let stands = |judgement: &Judgement| {
            !judgement.by_model && judgement.skipped.is_none() && judgement.verdict.is_ok()
        };
        if !self.fallback || !judgements.iter().any(stands) {
            return;
        }
        for judgement in judgements {
            judgement.fell_back =
                judgement.by_model && matches!(judgement.verdict, Err(ScannerError::Model { .. }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: [Option<usize>; 6] = [None, Some(1), Some(1), None, Some(1), Some(2)];

    #[test]
    fn all_at_once() {
        assert_eq!(PipelineSpec::default().steps(&MODELS), [vec![0, 1, 2, 3, 4, 5]]);
        assert!(PipelineSpec::default().steps(&[]).is_empty());
    }

    #[test]
    fn one_after_another() {
        let spec = PipelineSpec { sequential: true, ..PipelineSpec::default() };
        assert_eq!(spec.steps(&MODELS), [vec![0], vec![1, 2], vec![3], vec![4], vec![5]]);
    }

    #[test]
    fn models_last() {
        let spec = PipelineSpec { prefilter: true, ..PipelineSpec::default() };
        assert_eq!(spec.steps(&MODELS), [vec![0, 3], vec![1, 2, 4, 5]]);
        let spec = PipelineSpec { sequential: true, ..spec };
        assert_eq!(spec.steps(&MODELS), [vec![0], vec![3], vec![1, 2, 4], vec![5]]);
    }
}
