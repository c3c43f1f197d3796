//! What one scanner says of one text.

use std::borrow::Cow;
use std::sync::Arc;

use crate::edit::Edit;
use crate::error::ScannerError;
use crate::finding::{Finding, Severity};
use crate::span::Span;

/// How many findings a verdict keeps; the rest are counted in [`Verdict::omitted`].
pub const MAX_FINDINGS: usize = 1_000;

/// How many edits a verdict may ask for. More is [`ScannerError::Limit`]: a text that is one match
/// after another would otherwise grow without bound.
pub const MAX_EDITS: usize = 1_000_000;

/// What one scanner says of one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether the text passes.
    pub valid: bool,
    /// llm-guard's risk score, `-1.0..=1.0`; see [`crate::risk`].
    pub risk: f64,
    /// What was found, the first [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many findings are not listed.
    pub omitted: usize,
    /// Every change the scanner asks for, listed findings or not.
    pub edits: Vec<Edit>,
    /// What could not be looked for, if something that was asked for could not.
    pub degraded: Option<Arc<str>>,
}

impl Verdict {
    /// A verdict with nothing found.
    pub const fn new(valid: bool, risk: f64) -> Self {
        Self { valid, risk, findings: Vec::new(), omitted: 0, edits: Vec::new(), degraded: None }
    }

    /// A pass at llm-guard's usual risk of `-1.0`.
    pub const fn pass() -> Self {
        Self::new(true, -1.0)
    }

    /// Adds a finding that changes nothing.
    pub fn report(&mut self, label: impl Into<Cow<'static, str>>, span: Span, score: f64) {
        self.push(label.into(), span, score, None);
    }

    /// Adds a finding that is replaced by `replacement`.
    pub fn redact(
        &mut self,
        label: impl Into<Cow<'static, str>>,
        span: Span,
        score: f64,
        replacement: &Arc<str>,
    ) -> Result<(), ScannerError> {
        self.edit(span, score, replacement)?;
        self.push(label.into(), span, score, Some(Arc::clone(replacement)));
        Ok(())
    }

    /// Adds a finding where `replacement` takes the place of another one already.
    pub fn also(
        &mut self,
        label: impl Into<Cow<'static, str>>,
        span: Span,
        score: f64,
        replacement: &Arc<str>,
    ) {
        self.push(label.into(), span, score, Some(Arc::clone(replacement)));
    }

    /// Adds a change that is not a finding of its own (white space collapsed, say).
    pub fn edit(&mut self, span: Span, score: f64, replacement: &Arc<str>) -> Result<(), ScannerError> {
        if self.edits.len() >= MAX_EDITS {
            return Err(ScannerError::Limit { what: "edits", limit: MAX_EDITS });
        }
        self.edits.push(Edit { span, score, replacement: Arc::clone(replacement) });
        Ok(())
    }

    fn push(&mut self, label: Cow<'static, str>, span: Span, score: f64, replacement: Option<Arc<str>>) {
        let severity = Severity::of_score(score);
        self.list(Finding { label, span, score, severity, replacement, view: None });
    }

    /// Lists a finding, or counts it if there are too many.
    pub(crate) fn list(&mut self, finding: Finding) {
        if self.findings.len() >= MAX_FINDINGS {
            self.omitted += 1;
        } else {
            self.findings.push(finding);
        }
    }
}
