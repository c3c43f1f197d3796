//! What can go wrong when a scanner is built, and when it runs. No variant ever carries scanned text.

use crate::interrupt::Interrupted;

/// A scanner that cannot be built as declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{scanner}: {field}: {reason}")]
pub struct ConfigError {
    /// The scanner, by class name.
    pub scanner: &'static str,
    /// The parameter at fault, with an index where it is a list: `patterns[3]`.
    pub field: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl ConfigError {
    /// A configuration error of `scanner` at `field`.
    pub fn new(scanner: &'static str, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { scanner, field: field.into(), reason: reason.into() }
    }
}

/// A scan that did not come to a verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScannerError {
    /// The text would need more of something than is allowed.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there was too much of: `edits`, `backtracking steps`.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// The deadline passed or the caller went away.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The scanner panicked. The payload is not kept: it may quote the text.
    #[error("the scanner panicked")]
    Panicked,
    /// The model the scanner reads cannot be used, or its run failed.
    #[error("model {model}: {reason}")]
    Model {
        /// The model as declared.
        model: std::sync::Arc<str>,
        /// A stable name of what is wrong: `missing`, `run`, ….
        kind: &'static str,
        /// What is wrong and what would help.
        reason: String,
    },
    /// The vault the scanner works with could not do its part.
    #[error("{reason}")]
    Vault {
        /// A stable name of what is wrong: `full`, `unavailable`, ….
        kind: &'static str,
        /// What is wrong, without a word of what the vault holds.
        reason: String,
    },
    /// Anything else, in words that do not quote the text.
    #[error("{0}")]
    Failed(String),
}
