//! Where each byte of a view comes from.

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::step::{Step, Steps};

/// How the bytes of a run correspond to those of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Byte for byte the same text.
    Same,
    /// Evenly: base64's three bytes come from four characters. A bound within a source character takes in
    /// the whole character.
    Even(Step),
    /// Only as a whole: any part of the run comes from all of its source.
    Whole(Step),
}

/// A stretch of the view; it ends where the next one begins.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// First byte in the view.
    view: usize,
    /// First byte in the source.
    start: usize,
    /// One past its last byte in the source.
    end: usize,
    kind: Kind,
    /// What removed the source text between the run before and this one.
    gap: Option<Step>,
}

/// The map of a view to the text it was made of: runs in the order of both.
///
/// At most one run for each byte of the view; looking up a span takes the logarithm of their number, plus
/// the runs that the span touches.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    runs: Vec<Run>,
    /// Length of the view in bytes.
    len: usize,
}

impl SourceMap {
    /// The span of the source that `span` of the view comes from, and the steps that changed something in
    /// it. Text that was removed counts if there is view text of the span on both sides of it.
    pub fn source(&self, span: Span) -> (Span, Steps) {
        let mut steps = Steps::NONE;
        let first = self.run_at(span.start);
        let last = if span.is_empty() { first } else { self.run_at(span.end - 1) };
        let (Some(first_run), Some(last_run)) = (self.runs.get(first), self.runs.get(last)) else {
            return (Span::new(0, 0), steps);
        };
        for (number, run) in self.runs[first..=last].iter().enumerate() {
            if let Kind::Even(step) | Kind::Whole(step) = run.kind {
                steps.insert(step);
            }
            if let (1.., Some(step)) = (number, run.gap) {
                steps.insert(step);
            }
        }
        let start = first_run.source(span.start, self.end_of(first), false);
        let end = last_run.source(span.end, self.end_of(last), true);
        (Span::new(start, end), steps)
    }

    /// The stretches of the view that differ from the source, in order; what touches is one stretch. Where
    /// text was removed, that is the empty span between its neighbours.
    pub fn changed(&self) -> impl Iterator<Item = Span> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let mut found: Option<Span> = None;
            while let Some(run) = self.runs.get(next) {
                let same = run.kind == Kind::Same;
                let here = if same {
                    run.gap.map(|_| Span::new(run.view, run.view))
                } else {
                    Some(Span::new(run.view, self.end_of(next)))
                };
                match (found, here) {
                    (None, _) => found = here,
                    (Some(before), Some(here)) if before.end == here.start => {
                        found = Some(Span::new(before.start, here.end));
                    }
                    (Some(_), _) => break,
                }
                next += 1;
            }
            found
        })
    }

    /// What the map occupies, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.runs.len() * size_of::<Run>()
    }

    fn run_at(&self, at: usize) -> usize {
        self.runs.partition_point(|run| run.view <= at).saturating_sub(1)
    }

    fn end_of(&self, run: usize) -> usize {
        self.runs.get(run + 1).map_or(self.len, |next| next.view)
    }
}

impl Run {
    /// The source position of byte `at` of the view; `view_end` is where the run ends there.
    fn source(&self, at: usize, view_end: usize, end: bool) -> usize {
        let offset = at.clamp(self.view, view_end) - self.view;
        match self.kind {
            Kind::Same => self.start + offset,
            Kind::Whole(_) if end => self.end,
            Kind::Whole(_) => self.start,
            Kind::Even(_) => {
                let (source, view) = ((self.end - self.start) as u128, (view_end - self.view).max(1) as u128);
                let scaled = offset as u128 * source;
                let position = if end { scaled.div_ceil(view) } else { scaled / view };
                self.start + position as usize
            }
        }
    }
}

/// Writes a view and its map at once.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    source: &'a str,
    bounds: &'a Bounds<'a>,
    text: String,
    map: SourceMap,
    /// What was taken of the bounds.
    taken: usize,
    /// That the bounds were not enough.
    failed: Option<ScannerError>,
    /// How much of the source is written or skipped.
    done: usize,
    gap: Option<Step>,
    changed: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(source: &'a str, bounds: &'a Bounds<'a>) -> Self {
        Self {
            source,
            bounds,
            text: String::new(),
            map: SourceMap::default(),
            taken: 0,
            failed: None,
            done: 0,
            gap: None,
            changed: false,
        }
    }

    /// Whether `bytes` more may be written; if not, nothing is any more, and [`Self::finish`] says so.
    fn may_take(&mut self, bytes: usize) -> bool {
        if self.failed.is_none() {
            match self.bounds.take(bytes) {
                Ok(()) => self.taken += bytes,
                Err(error) => self.failed = Some(error),
            }
        }
        self.failed.is_none()
    }

    /// Copies the source up to byte `to`, a character boundary.
    pub(super) fn copy_to(&mut self, to: usize) {
        let Some(piece) = self.source.get(self.done..to).filter(|piece| !piece.is_empty()) else { return };
        let joined = self.gap.is_none()
            && self.map.runs.last_mut().is_some_and(|run| {
                let joins = run.kind == Kind::Same && run.end == self.done;
                if joins {
                    run.end = to;
                }
                joins
            });
        if !joined {
            self.push(self.done, to, Kind::Same);
        }
        self.append(piece, to);
    }

    /// Writes `piece`, which stands for the source up to byte `to` as a whole.
    pub(super) fn replace(&mut self, piece: &str, to: usize, step: Step) {
        self.write(piece, to, Kind::Whole(step));
    }

    /// Writes `piece`, whose bytes stand evenly for the source up to byte `to`. The source must consist of
    /// characters of one length, and a character of the view must stand for whole ones of them.
    pub(super) fn replace_evenly(&mut self, piece: &str, to: usize, step: Step) {
        self.write(piece, to, Kind::Even(step));
    }

    /// Leaves out the source up to byte `to`.
    pub(super) fn skip_to(&mut self, to: usize, step: Step) {
        if to > self.done {
            self.done = to;
            self.gap = Some(step);
            self.changed = true;
        }
    }

    fn write(&mut self, piece: &str, to: usize, kind: Kind) {
        if piece.is_empty() {
            let (Kind::Even(step) | Kind::Whole(step)) = kind else { return };
            return self.skip_to(to, step);
        }
        if !self.extend(piece, to, kind) {
            self.push(self.done, to, kind);
        }
        self.append(piece, to);
        self.changed = true;
    }

    fn append(&mut self, piece: &str, to: usize) {
        if self.may_take(piece.len()) {
            self.text.push_str(piece);
        }
        self.done = to;
    }

    /// Lets the last run take in one more byte that comes from as many source bytes as each of the others, so
    /// that a text in other letters is one run and not one for each.
    fn extend(&mut self, piece: &str, to: usize, kind: Kind) -> bool {
        let (Kind::Even(step) | Kind::Whole(step)) = kind else { return false };
        let Some(run) = self.map.runs.last_mut().filter(|_| piece.len() == 1 && self.gap.is_none()) else {
            return false;
        };
        let same = run.kind == Kind::Even(step) || run.kind == Kind::Whole(step);
        let regular = run.end - run.start == (to - self.done) * (self.text.len() - run.view);
        if !same || !regular || run.end != self.done {
            return false;
        }
        run.kind = Kind::Even(step);
        run.end = to;
        true
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind) {
        let gap = self.gap.take();
        if self.may_take(size_of::<Run>()) {
            self.map.runs.push(Run { view: self.text.len(), start, end, kind, gap });
        }
    }

    /// The view and its map, if the view differs from its source; what they occupy stays taken.
    pub(super) fn finish(mut self) -> Result<Option<(String, SourceMap)>, ScannerError> {
        if self.changed {
            self.copy_to(self.source.len());
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.bounds.give(self.taken);
        if !self.changed || self.text == self.source {
            return Ok(None);
        }
        self.map.len = self.text.len();
        self.bounds.take(self.text.len() + self.map.weight())?;
        Ok(Some((self.text, self.map)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;

    #[test]
    fn spans_map_through_every_kind_of_run() {
        let source = "ab QUJD cé\u{200b}d";
        let bounds = Bounds::new(10_000, &Interrupt::NEVER);
        let mut writer = Writer::new(source, &bounds);
        writer.copy_to(3);
        writer.replace_evenly("ABC", 7, Step::Base64);
        writer.copy_to(9);
        writer.replace("e", 11, Step::Normalised);
        writer.skip_to(14, Step::Normalised);
        let (text, map) = writer.finish().unwrap().unwrap();
        assert_eq!(bounds.left(), 10_000 - text.len() - map.weight());
        assert_eq!(text, "ab ABC ced");
        let at = |start, end| map.source(Span::new(start, end));
        assert_eq!(at(0, 2), (Span::new(0, 2), Steps::NONE));
        assert_eq!(at(3, 4).0, Span::new(3, 5));
        assert_eq!(at(4, 5).0, Span::new(4, 6));
        assert_eq!(at(1, 6).0, Span::new(1, 7));
        assert_eq!(at(1, 6).1.to_string(), "base64");
        assert_eq!(at(8, 9).0, Span::new(9, 11));
        assert_eq!(at(5, 10).1.to_string(), "normalised+base64");
        // What was removed at the edge of a span is not part of it.
        assert_eq!(at(9, 10), (Span::new(14, 15), Steps::NONE));
        let changed: Vec<_> = map.changed().map(Span::range).collect();
        assert_eq!(changed, [3..6, 8..9]);
    }

    #[test]
    fn a_view_that_is_its_source_is_none() {
        let bounds = Bounds::new(1_000, &Interrupt::NEVER);
        assert!(Writer::new("abc", &bounds).finish().unwrap().is_none());
        let mut writer = Writer::new("abc", &bounds);
        writer.replace("a", 1, Step::Normalised);
        assert!(writer.finish().unwrap().is_none());
        assert_eq!(bounds.left(), 1_000);
    }

    #[test]
    fn nothing_is_written_beyond_the_bounds() {
        let bounds = Bounds::new(1_000, &Interrupt::NEVER);
        let source = "\u{FDFA}".repeat(1_000);
        let mut writer = Writer::new(&source, &bounds);
        for at in 1..=1_000 {
            writer.replace("eighteen letters :", 3 * at, Step::Normalised);
        }
        assert!(writer.text.len() < 1_000);
        assert_eq!(
            writer.finish().unwrap_err(),
            ScannerError::Limit { what: "bytes of views", limit: 1_000 }
        );
    }
}
