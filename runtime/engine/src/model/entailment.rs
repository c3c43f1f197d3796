//! Labels of models that tell whether one text follows from another.

use super::head::Head;

/// The position of the label for "it follows": models call it `entailment`, `entails`, `ENTAILMENT`.
pub(crate) fn entailment(head: &Head) -> Option<usize> {
    let starts = |label: &str| label.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("entail"));
    head.labels.iter().position(|label| starts(label))
}

/// The position of the label that is weighed against [`entailment`] when there is but one thing to ask: the first
/// one that is not it, or the last if it is the first. So transformers does.
pub(crate) fn opposite(head: &Head, entails: usize) -> usize {
    if entails == 0 { head.labels.len().saturating_sub(1) } else { 0 }
}
