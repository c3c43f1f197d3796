//! Followers: scanners that judge a text while it is still being written.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::edit::Edit;
use crate::error::ScannerError;
use crate::finding::{Finding, Severity};
use crate::interrupt::Interrupt;
use crate::literal::LiteralHits;
use crate::span::Span;
use crate::text::Text;

/// The part of a stream that is held: what may still change, and as much before it as followers asked for.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The held text.
    pub text: &'a Text,
    /// Where it begins in the stream, in bytes.
    pub base: usize,
    /// Whether nothing follows: what is at the end is decided now.
    pub last: bool,
    /// Asked between steps of long work.
    pub interrupt: Interrupt<'a>,
}

impl Window<'_> {
    /// Where the window ends in the stream, in bytes.
    pub fn end(&self) -> usize {
        self.base + self.text.len()
    }
}

/// How far a follower has come, in bytes of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whatever follows, nothing that starts before this is found or changed any more.
    pub decided: usize,
    /// The next window has to begin here or earlier. After `decided` if what lies between is only held because
    /// what takes its place is not decided: it need not be read again.
    pub needed: usize,
}

impl Progress {
    /// Nothing will be found any more, whatever follows.
    pub const DONE: Self = Self { decided: usize::MAX, needed: usize::MAX };
}

/// What a follower found in one step. Spans are bytes of the stream, not of the window.
#[derive(Debug, Default)]
pub struct Found {
    /// What is in the text, each with its rank.
    pub findings: Vec<(u32, Finding)>,
    /// What is to change, each with the rank of what asks for it.
    pub edits: Vec<(u32, Edit)>,
}

impl Found {
    /// Adds a finding, which `replacement` takes the place of if there is one. In a whole text the scanner
    /// would list findings of a lower `rank` first, those of one rank in the order in which they come here.
    pub fn push(
        &mut self,
        rank: u32,
        label: impl Into<Cow<'static, str>>,
        span: Span,
        score: f64,
        replacement: Option<&Arc<str>>,
    ) {
        if let Some(replacement) = replacement {
            self.edits.push((rank, Edit { span, score, replacement: Arc::clone(replacement) }));
        }
        self.also(rank, label, span, score, replacement);
    }

    /// Adds a finding where `replacement`, if there is one, takes the place of another one already.
    pub fn also(
        &mut self,
        rank: u32,
        label: impl Into<Cow<'static, str>>,
        span: Span,
        score: f64,
        replacement: Option<&Arc<str>>,
    ) {
        let (label, severity) = (label.into(), Severity::of_score(score));
        self.findings.push((
            rank,
            Finding { label, span, score, severity, replacement: replacement.cloned(), view: None },
        ));
    }
}

/// Judges a text as it grows. Made by [`Scanner::follow`](crate::Scanner::follow), one for each stream.
///
/// What a follower finds in a stream is what its scanner finds in the whole text, however the text is cut
/// into pieces.
pub trait Follow: Send + Sync + fmt::Debug {
    /// Looks at the window, which has grown at its end, and reports what is decided. Starts of findings and
    /// edits are at or after the [`Progress::decided`] of the step before. `literals` are the hits of the
    /// scanner's list in this window. Once the window is the last one, everything is decided.
    fn advance(
        &mut self,
        window: &Window<'_>,
        literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError>;

    /// Where the window has to end at least before there is anything new to say, in bytes of the stream; it is
    /// not asked before, but for the last window. So that much that is held is not looked at for every piece.
    fn rests_until(&self) -> usize {
        0
    }

    /// What could not be looked for, as [`Verdict::degraded`](crate::Verdict::degraded).
    fn degraded(&self) -> Option<Arc<str>> {
        None
    }

    /// Whether a text passes that ends at byte `end` of the stream and holds `findings` findings, and its
    /// risk as in [`Verdict::risk`](crate::Verdict::risk).
    fn conclude(&self, findings: usize, end: usize) -> (bool, f64);
}
