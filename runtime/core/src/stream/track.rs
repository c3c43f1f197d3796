//! What is kept of one follower while its stream runs.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::edit::Edit;
use crate::error::ScannerError;
use crate::finding::Finding;
use crate::literal::LiteralHits;
use crate::span::Span;
use crate::stream::Cut;
use crate::stream::follow::{Follow, Found, Progress, Window};
use crate::stream::position::Positions;
use crate::verdict::{MAX_FINDINGS, Verdict};

/// One follower, and what it found that has not been passed on.
pub(super) struct Track {
    follower: Box<dyn Follow>,
    /// Which list of the literal automaton is its own.
    pub(super) list: Option<usize>,
    progress: Progress,
    /// Edits of text that has not left, as they came.
    edits: Vec<(u32, Edit)>,
    /// Findings that have not been passed on, as they came, and where the first of them starts.
    waiting: Vec<(u32, Finding)>,
    earliest: usize,
    /// The first [`MAX_FINDINGS`] of those that have, as a whole text would list them; spans in code points.
    kept: BTreeMap<(u32, usize), Finding>,
    /// How many were passed on.
    passed: usize,
    error: Option<ScannerError>,
    failed_at: Option<usize>,
}

impl Track {
    pub(super) fn new(follower: Box<dyn Follow>, list: Option<usize>) -> Self {
        Self {
            follower,
            list,
            progress: Progress { decided: 0, needed: 0 },
            edits: Vec::new(),
            waiting: Vec::new(),
            earliest: usize::MAX,
            kept: BTreeMap::new(),
            passed: 0,
            error: None,
            failed_at: None,
        }
    }

    /// Has the follower look at the window. Where the first of what it found starts that ends the stream. An
    /// error, a panic too, is its last word.
    pub(super) fn advance(
        &mut self,
        window: &Window<'_>,
        literals: Result<&LiteralHits, &ScannerError>,
        cut: Cut,
    ) -> Result<Option<usize>, ScannerError> {
        if self.rests(if window.last { usize::MAX } else { window.end() }) {
            return Ok(None);
        }
        let mut found = Found::default();
        // A follower that panicked is never asked again, so nobody sees what state it is in. The payload may
        // quote the text; it is dropped unread.
        let step =
            AssertUnwindSafe(|| self.follower.advance(window, literals.map_err(Clone::clone)?, &mut found));
        match catch_unwind(step).unwrap_or(Err(ScannerError::Panicked)) {
            Ok(progress) => {
                self.progress = if window.last { Progress::DONE } else { progress };
                self.edits.append(&mut found.edits);
                self.earliest = self.earliest.min(first(&found.findings, |_| true).unwrap_or(usize::MAX));
                let ends = first(&found.findings, |finding| cut.blocks(finding));
                self.waiting.append(&mut found.findings);
                Ok(ends)
            }
            Err(error) => {
                self.error = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Whether it has nothing to say of a window that ends there.
    pub(super) fn rests(&self, end: usize) -> bool {
        self.error.is_some() || self.progress == Progress::DONE || end < self.follower.rests_until()
    }

    /// Up to where the follower has decided.
    pub(super) const fn decided(&self) -> usize {
        self.progress.decided
    }

    /// From where on it reads the window.
    pub(super) const fn reads_from(&self) -> usize {
        self.progress.needed
    }

    /// From where on the window has to be kept for it.
    pub(super) fn needed(&self) -> usize {
        self.progress.needed.min(self.earliest)
    }

    /// The follower failed where it had decided up to `at`, and is not asked any more.
    pub(super) const fn dismiss(&mut self, at: usize) {
        self.progress = Progress::DONE;
        self.failed_at = Some(at);
    }

    pub(super) const fn error(&self) -> Option<&ScannerError> {
        self.error.as_ref()
    }

    /// Whether it is this follower that ends the stream at `block`.
    pub(super) fn blocks_at(&self, block: Option<usize>, cut: Cut) -> bool {
        let found = || first(&self.waiting, |finding| cut.blocks(finding));
        block.is_some() && (self.failed_at == block || found() == block)
    }

    /// The edits that have not left.
    pub(super) fn edits(&self) -> impl Iterator<Item = Span> {
        self.edits.iter().map(|(_, edit)| edit.span)
    }

    /// Whether there are edits that have not left.
    pub(super) const fn has_edits(&self) -> bool {
        !self.edits.is_empty()
    }

    /// Takes the edits that start before `end`, in the order in which a whole text would list them.
    pub(super) fn take_edits(&mut self, end: usize, taken: &mut Vec<Edit>) {
        let mut ready: Vec<(u32, Edit)> =
            self.edits.extract_if(.., |(_, edit)| edit.span.start < end).collect();
        ready.sort_by_key(|(rank, _)| *rank);
        taken.extend(ready.into_iter().map(|(_, edit)| edit));
    }

    /// Passes on the findings that start before `end`, with spans in code points.
    pub(super) fn pass(&mut self, end: usize, positions: &mut Positions<'_>, mut to: impl FnMut(Finding)) {
        if self.earliest >= end {
            return;
        }
        for (rank, mut finding) in self.waiting.extract_if(.., |(_, finding)| finding.span.start < end) {
            finding.span = positions.code_points(finding.span);
            to(finding.clone());
            self.kept.insert((rank, self.passed), finding);
            self.passed += 1;
            if self.kept.len() > MAX_FINDINGS {
                self.kept.pop_last();
            }
        }
        self.earliest = first(&self.waiting, |_| true).unwrap_or(usize::MAX);
    }

    /// The verdict on the text before `end`; spans in code points.
    pub(super) fn conclude(&mut self, end: usize) -> Result<Verdict, ScannerError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let (valid, risk) = self.follower.conclude(self.passed, end);
        let mut verdict = Verdict::new(valid, risk);
        verdict.degraded = self.follower.degraded();
        verdict.omitted = self.passed - self.kept.len();
        verdict.findings = std::mem::take(&mut self.kept).into_values().collect();
        Ok(verdict)
    }
}

/// Where the first of the findings starts that counts.
fn first(findings: &[(u32, Finding)], counts: impl Fn(&Finding) -> bool) -> Option<usize> {
    let counting = findings.iter().filter(|(_, finding)| counts(finding));
    counting.map(|(_, finding)| finding.span.start).min()
}

impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track")
            .field("follower", &self.follower)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
