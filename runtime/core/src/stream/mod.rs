//! A text that is judged while it is written: what no scanner can change any more leaves at once.
//!
//! Each scanner of a plan has a [`Follow`]er that reads the growing text and says up to where it has decided.
//! Text before the least of these positions leaves, with the edits of all scanners merged as for a whole text;
//! what comes after it is held, and with it as much context as the followers need. For every way to cut a text
//! into pieces the result is that of the whole text: [`Stream`] only decides *when* something leaves.
//!
//! A finding that is not replaced (or, if so asked, any finding) ends the stream before the text it is in. The
//! place does not depend on the pieces either: what could be found before it is waited for.

pub mod follow;
mod highest;
mod position;
mod track;
pub mod windows;

use std::fmt;
use std::sync::Arc;

use crate::edit::{Edit, apply_edits, merge_edits};
use crate::error::ScannerError;
use crate::finding::Finding;
use crate::interrupt::Interrupt;
use crate::literal::{LiteralAutomaton, LiteralHits};
use crate::span::Span;
use crate::text::Text;
use crate::verdict::Verdict;

pub use follow::{Follow, Found, Progress, Window};
pub use highest::Highest;
use position::{Positions, count};
use track::Track;

/// What ends a stream before its text does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A finding that nothing takes the place of.
    Unredacted,
    /// Any finding.
    Found,
}

impl Cut {
    const fn blocks(self, finding: &Finding) -> bool {
        matches!(self, Self::Found) || finding.replacement.is_none()
    }
}

/// What becomes of a stream when a scanner comes to no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The stream ends at what the scanner had decided.
    Block,
    /// The scanner has no say any more.
    Ignore,
}

/// What came of one piece. `Debug` does not show the text.
#[derive(Default)]
pub struct Step {
    /// The text that leaves, edited.
    pub text: String,
    /// What was found, with the number of the follower; spans in code points of the stream.
    pub findings: Vec<(usize, Finding)>,
    /// The followers that end the stream here, before its text; then nothing more is to be fed.
    pub blocked_by: Vec<usize>,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("bytes", &self.text.len())
            .field("findings", &self.findings)
            .field("blocked_by", &self.blocked_by)
            .finish_non_exhaustive()
    }
}

/// One text on its way through the scanners of a plan. `Debug` does not show it.
pub struct Stream {
    tracks: Vec<Track>,
    literals: Arc<LiteralAutomaton>,
    cut: Cut,
    failure: Failure,
    /// The held text; its begin in the stream, in bytes and in code points.
    window: String,
    base: usize,
    chars: usize,
    /// Up to where the text has left, in bytes.
    left: usize,
    /// Where the stream is to end, as far as is known.
    block: Option<usize>,
    ended: bool,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("tracks", &self.tracks)
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

impl Stream {
    /// A stream for followers, each with the number of its list in `literals` if it has one.
    pub fn new(
        followers: Vec<(Box<dyn Follow>, Option<usize>)>,
        literals: Arc<LiteralAutomaton>,
        cut: Cut,
        failure: Failure,
    ) -> Self {
        Self {
            tracks: followers.into_iter().map(|(follower, list)| Track::new(follower, list)).collect(),
            literals,
            cut,
            failure,
            window: String::new(),
            base: 0,
            chars: 0,
            left: 0,
            block: None,
            ended: false,
        }
    }

    /// Bytes that are held.
    pub const fn held(&self) -> usize {
        self.window.len()
    }

    /// Whether the stream has ended: with its text, or blocked.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Takes the next piece. After the end there is nothing to come.
    pub fn feed(&mut self, piece: &str, interrupt: Interrupt<'_>) -> Step {
        self.step(piece, false, interrupt)
    }

    /// Takes the end of the text.
    pub fn finish(&mut self, interrupt: Interrupt<'_>) -> Step {
        self.step("", true, interrupt)
    }

    /// The first follower that came to no verdict, and why.
    pub fn error(&self) -> Option<(usize, &ScannerError)> {
        self.tracks.iter().enumerate().find_map(|(number, track)| Some((number, track.error()?)))
    }

    /// The verdict of each follower on the text as far as the stream went; spans in code points. To be asked
    /// once, after the end.
    pub fn conclude(&mut self) -> Vec<Result<Verdict, ScannerError>> {
        let end = self.block.unwrap_or(usize::MAX);
        self.tracks.iter_mut().map(|track| track.conclude(end)).collect()
    }

    fn step(&mut self, piece: &str, last: bool, interrupt: Interrupt<'_>) -> Step {
        let mut step = Step::default();
        if self.ended {
            return step;
        }
        self.window.push_str(piece);
        self.advance(last, interrupt);
        let decided = if last { usize::MAX } else { self.decided() };
        // What starts where the stream is to end could still come: until then nobody knows what else is there.
        let blocked = self.block.is_some_and(|block| decided > block);
        let end = self.block.map_or(decided, |block| block.min(decided));
        if blocked {
            step.blocked_by = self.blockers();
        }
        self.pass(if blocked { end.saturating_add(1) } else { end }, &mut step);
        self.leave(end, &mut step);
        self.ended = last || blocked;
        if self.ended {
            self.window = String::new();
        } else {
            self.trim();
        }
        step
    }

    /// Has all followers look at the window.
    fn advance(&mut self, last: bool, interrupt: Interrupt<'_>) {
        let end = if last { usize::MAX } else { self.base + self.window.len() };
        if self.tracks.iter().all(|track| track.rests(end)) {
            return;
        }
        // What is held only because it cannot leave yet is not read again with every piece.
        let asked = self.tracks.iter().filter(|track| !track.rests(end));
        let needed = asked.map(Track::reads_from).min().unwrap_or(self.base).max(self.base);
        let from = self.window.floor_char_boundary(needed - self.base);
        let text = Text::from(self.window.get(from..).unwrap_or_default());
        let window = Window { text: &text, base: self.base + from, last, interrupt };
        let hits = if self.tracks.iter().any(|track| track.list.is_some() && !track.rests(end)) {
            self.literals.find(&text, &interrupt)
        } else {
            Ok(Vec::new())
        };
        let none = LiteralHits::default();
        for track in &mut self.tracks {
            let literals = match (&hits, track.list) {
                (Err(error), Some(_)) => Err(error),
                (Ok(hits), Some(list)) => Ok(hits.get(list).unwrap_or(&none)),
                (_, None) => Ok(&none),
            };
            let ends = if let Ok(first) = track.advance(&window, literals, self.cut) {
                first
            } else {
                let at = track.decided();
                track.dismiss(at);
                (self.failure == Failure::Block).then_some(at)
            };
            if let Some(at) = ends {
                self.block = Some(self.block.map_or(at, |block| block.min(at)));
            }
        }
    }

    /// Who ends the stream where it is to end.
    fn blockers(&self) -> Vec<usize> {
        let numbered = self.tracks.iter().enumerate();
        numbered
            .filter(|(_, track)| track.blocks_at(self.block, self.cut))
            .map(|(number, _)| number)
            .collect()
    }

    /// Up to where all followers have decided.
    fn decided(&self) -> usize {
        let all = self.base + self.window.len();
        self.tracks.iter().map(Track::decided).fold(all, usize::min)
    }

    /// Passes findings on that start before `end`.
    fn pass(&mut self, end: usize, step: &mut Step) {
        let mut positions = Positions::new(&self.window, self.base, self.chars);
        for (number, track) in self.tracks.iter_mut().enumerate() {
            track.pass(end, &mut positions, |finding| step.findings.push((number, finding)));
        }
        step.findings.sort_by_key(|(_, finding)| finding.span.start);
    }

    /// Lets the text before `end` go.
    fn leave(&mut self, end: usize, step: &mut Step) {
        if end <= self.left {
            return;
        }
        let end = self.whole_edits(end);
        let all = self.base + self.window.len();
        let Some(text) = self.window.get(self.left - self.base..end.min(all) - self.base) else { return };
        let mut edits = Vec::new();
        for track in &mut self.tracks {
            track.take_edits(end, &mut edits);
        }
        if edits.is_empty() {
            text.clone_into(&mut step.text);
        } else {
            let shift = |edit: Edit| {
                let Span { start, end } = edit.span;
                Edit { span: Span::new(start - self.left, end - self.left), ..edit }
            };
            let edits = merge_edits(edits.into_iter().map(shift).collect());
            step.text = apply_edits(text, &edits).unwrap_or_else(|| text.to_owned());
        }
        self.left = end.min(all);
    }

    /// The last position up to `end` that no edit reaches across: edits that overlap are merged together.
    fn whole_edits(&self, end: usize) -> usize {
        let end = end.max(self.left);
        if !self.tracks.iter().any(Track::has_edits) {
            return end;
        }
        let mut spans: Vec<Span> = self.tracks.iter().flat_map(Track::edits).collect();
        // From the last start to the first, so that whoever is across the new position comes later.
        spans.sort_unstable_by_key(|span| std::cmp::Reverse(span.start));
        let mut whole = end;
        for span in spans {
            if span.start < whole && whole < span.end {
                whole = span.start;
            }
        }
        whole
    }

    /// Lets go of what nobody needs any more.
    fn trim(&mut self) {
        let needed = self.tracks.iter().map(Track::needed).fold(self.left, usize::min);
        let cut = self.window.floor_char_boundary(needed.saturating_sub(self.base));
        // Moving the rest costs as much as it has bytes, so some are gathered first.
        if cut * 2 < self.window.len() && cut < 64 {
            return;
        }
        self.chars += count(self.window.get(..cut).unwrap_or_default());
        self.window.replace_range(..cut, "");
        self.base += cut;
        // One long piece should not keep its memory for the rest of the stream.
        if self.window.capacity() > 4_096 && self.window.capacity() / 8 > self.window.len() {
            self.window.shrink_to(2 * self.window.len());
        }
    }
}
