//! A plan's steps: which scanners run together, and what becomes of those that are not reached.

use pyshield_core::ScannerError;

use super::{Plan, Stage};
use crate::outcome::Judgement;

impl Plan {
    /// How many steps a scan has; a plan whose scanners all run at once has one.
    pub const fn steps(&self) -> usize {
        self.of_scan
    }

    /// Whether the scanner at position `at` runs in a step.
    pub(super) fn is_in(&self, step: usize, at: usize) -> bool {
        self.steps.get(step).is_some_and(|step| step.contains(&at))
    }

    /// Whether the judgements of a step are the end of the scan.
    pub(crate) fn ends(&self, judged: &[(usize, Judgement)]) -> bool {
        judged.iter().any(|(_, judgement)| self.pipeline.ends(judgement))
    }

    /// The judgements in declared order, with those of scanners that were not asked in their places.
    pub(crate) fn complete(&self, judged: Vec<(usize, Judgement)>) -> Vec<Judgement> {
        let whole = judged.len() == self.stages.len() && judged.is_sorted_by_key(|(at, _)| *at);
        if whole && !self.pipeline.sequential {
            let mut judgements: Vec<_> = judged.into_iter().map(|(_, judgement)| judgement).collect();
            self.pipeline.fall_back(&mut judgements);
            return judgements;
        }
        let mut places: Vec<Option<Judgement>> = self.stages.iter().map(|_| None).collect();
        for (at, judgement) in judged {
            if let Some(place) = places.get_mut(at) {
                *place = Some(judgement);
            }
        }
        let judgement = |((place, stage), name): ((Option<Judgement>, &Stage), _)| {
            place.unwrap_or_else(|| match stage {
                Stage::Absent(absent) => absent.judgement(name),
                stage => stage.unasked(name),
            })
        };
        let mut judgements: Vec<Judgement> =
            places.into_iter().zip(&self.stages).zip(self.names.iter().copied()).map(judgement).collect();
        self.ended_early(&mut judgements);
        self.pipeline.fall_back(&mut judgements);
        judgements
    }

    /// Of the scanners of one step, those behind the one that ended a sequential scan count as not asked, even if
    /// the model had answered them as well.
    fn ended_early(&self, judgements: &mut [Judgement]) {
        if !self.pipeline.sequential {
            return;
        }
        let order = self.steps.iter().take(self.of_scan).flatten();
        let mut ended = false;
        for &at in order {
            let Some(judgement) = judgements.get_mut(at) else { continue };
            if ended {
                if let Some(stage) = self.stages.get(at) {
                    *judgement = stage.unasked(judgement.scanner);
                }
            } else {
                ended = judgement.skipped.is_none() && self.pipeline.ends(judgement);
            }
        }
    }
}

/// A scanner that takes no part in any scan: it was left out, or its model cannot be used.
#[derive(Debug)]
pub(super) struct Absent {
    pub(super) name: &'static str,
    pub(super) why: Result<crate::pipeline::Skipped, ScannerError>,
    pub(super) by_model: bool,
}

impl Absent {
    fn judgement(&self, name: crate::outcome::ScannerName) -> Judgement {
        let mut judgement = match &self.why {
            Ok(why) => Judgement::skipped(name, *why),
            Err(error) => Judgement::new(name, Err(error.clone()), std::time::Duration::ZERO),
        };
        judgement.by_model = self.by_model;
        judgement
    }
}
