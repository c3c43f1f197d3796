//! Why a pattern cannot be compiled.

/// A pattern that Python's `re` would refuse, or that is larger than the stated limits.
///
/// The reason never quotes the pattern: patterns may hold the very secrets they look for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at position {position}")]
pub struct PatternError {
    /// Where, in code points from the start of the pattern.
    pub position: usize,
    /// What is wrong.
    pub reason: String,
}

impl PatternError {
    /// An error at `position`.
    pub(super) fn new(position: usize, reason: impl Into<String>) -> Self {
        Self { position, reason: reason.into() }
    }
}
