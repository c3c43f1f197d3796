//! What a scanner saw, and where.

use std::borrow::Cow;
use std::sync::Arc;

use crate::span::Span;

/// How serious a finding is, derived from its score unless the scanner knows better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing wrong.
    None,
    /// Below 0.25.
    Low,
    /// Below 0.5.
    Medium,
    /// Below 0.75.
    High,
    /// 0.75 and above.
    Critical,
}

impl Severity {
    /// The severity of a score in `0.0..=1.0`; zero and below (and NaN) is [`Severity::None`].
    pub fn of_score(score: f64) -> Self {
        match score {
            s if s >= 0.75 => Self::Critical,
            s if s >= 0.5 => Self::High,
            s if s >= 0.25 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::None,
        }
    }

    /// The lower-case name, as in the Python enum.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One thing a scanner found. Which scanner is known from the verdict that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is, in upper case with underscores: `SUBSTRING`, `PATTERN`, `TOKEN_LIMIT`.
    pub label: Cow<'static, str>,
    /// Where it is, in bytes of the scanned text.
    pub span: Span,
    /// How sure or how bad, `0.0..=1.0`.
    pub score: f64,
    /// How serious.
    pub severity: Severity,
    /// What takes its place, when the scanner redacts.
    pub replacement: Option<Arc<str>>,
    /// Through which view of the text it was seen, see [`crate::view`]; `None` if in the text itself.
    pub view: Option<Arc<str>>,
}
