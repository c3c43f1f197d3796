//! The scanners of a plan that judge a text by the sense of it, which is a step of its own for each window.

use std::sync::Arc;

use pyshield_core::stream::windows::Reads;

use super::Stage;

/// Scanners of a plan that see as much of a text at a time.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) reads: Reads,
    /// The step in which they run together.
    pub(crate) step: usize,
    /// Their positions in the plan.
    pub(crate) positions: Vec<usize>,
    /// Whether one of them asks for changes.
    pub(crate) redacts: bool,
}

/// The parts of a plan, the first of which is step `first`.
pub(super) fn parts(stages: &[Stage], first: usize) -> Vec<Arc<Part>> {
    let mut parts = Vec::new();
    for reads in [Reads::Windows, Reads::Sentences, Reads::Whole] {
        let here: Vec<(usize, &Stage)> =
            stages.iter().enumerate().filter(|(_, stage)| stage.reads() == Some(reads)).collect();
        if here.is_empty() {
            continue;
        }
        parts.push(Arc::new(Part {
            reads,
            step: first + parts.len(),
            positions: here.iter().map(|(at, _)| *at).collect(),
            redacts: here.iter().any(|(_, stage)| stage.redacts()),
        }));
    }
    parts
}
