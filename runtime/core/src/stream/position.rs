//! Positions in a stream: bytes inside, code points outside.

use crate::span::Span;

/// Counts the code points before positions of a window, which mostly come in order.
#[derive(Debug)]
pub(super) struct Positions<'a> {
    text: &'a str,
    base: usize,
    /// A position in the window, in bytes, and the code points of the stream before it.
    known: (usize, usize),
    /// The same for the window's begin.
    first: (usize, usize),
}

impl<'a> Positions<'a> {
    /// For a window that begins after `base` bytes and `chars` code points of the stream.
    pub(super) const fn new(text: &'a str, base: usize, chars: usize) -> Self {
        Self { text, base, known: (0, chars), first: (0, chars) }
    }

    /// A span of bytes of the stream, in code points.
    pub(super) fn code_points(&mut self, span: Span) -> Span {
        let start = self.at(span.start);
        Span::new(start, self.at(span.end))
    }

    fn at(&mut self, position: usize) -> usize {
        if position == 0 {
            // A finding on all of a text whose begin has left.
            return 0;
        }
        let at = self.text.floor_char_boundary(position.saturating_sub(self.base));
        if at < self.known.0 {
            self.known = self.first;
        }
        let passed = self.text.get(self.known.0..at).unwrap_or_default();
        self.known = (at, self.known.1 + count(passed));
        self.known.1
    }
}

/// How many code points a text has.
pub(super) fn count(text: &str) -> usize {
    text.chars().count()
}
