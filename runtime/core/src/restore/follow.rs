//! Placeholders in a text that is still being written.

use std::cmp::Reverse;

use super::{Matching, Restored, Restorer, is_word};
use crate::error::ScannerError;
use crate::span::Span;
use crate::stream::Window;
use crate::text::Text;

/// How far the placeholders of one stream are known; all positions are bytes of the stream.
///
/// What is found is what [`Restorer::find`] finds in the whole text.
#[derive(Debug, Default)]
pub struct Following {
    /// Where the first placeholder that is not complete may start.
    open: usize,
    /// Up to where ends have been looked at.
    seen: usize,
    /// Where the last placeholder that counts ends.
    end: usize,
    /// Placeholders that start where another may start as well.
    waiting: Vec<Restored>,
}

impl Restorer {
    /// Whether a text can be followed; not with typing errors, nor with placeholders of thousands of bytes.
    /// Compiles what following takes.
    pub fn follows(&self) -> bool {
        let typed = matches!(self.strategy, Matching::Fuzzy | Matching::CombinedExactFuzzy);
        !typed && self.layers.iter().all(|layer| layer.beginnings().is_some())
    }

    /// Whether what following takes has been compiled.
    pub fn is_prepared(&self) -> bool {
        self.layers.iter().all(|layer| layer.is_prepared())
    }

    /// Where the first placeholder that is not complete may start in a text that goes on.
    fn open(&self, text: &Text, ends: bool) -> usize {
        let beginnings = self.layers.iter().filter_map(|layer| layer.beginnings());
        beginnings.map(|beginnings| beginnings.first(text, ends, |_| true)).min().unwrap_or(text.len())
    }
}

impl Following {
    /// Appends the placeholders that are certain now, in order and disjoint, with spans of the stream. Returns
    /// before where no placeholder starts any more. `restorer` is the same each time, and follows.
    pub fn advance(
        &mut self,
        restorer: &Restorer,
        window: &Window<'_>,
        found: &mut Vec<Restored>,
    ) -> Result<usize, ScannerError> {
        if !restorer.follows() {
            return Err(ScannerError::Failed("these placeholders cannot be followed".into()));
        }
        let source = window.text.as_str();
        // Others may hold more; what was searched is not searched again.
        let from = source.floor_char_boundary(self.needed().saturating_sub(window.base));
        let text = match source.get(from..) {
            Some(rest) if from > 0 => Text::from(rest),
            _ => window.text.clone(),
        };
        let base = window.base + from;
        // What ends with a letter or digit is one only if no other follows.
        let ends = !window.last && text.as_str().chars().next_back().is_some_and(is_word);
        let seen = window.end() - usize::from(ends);
        for one in restorer.written(&text, window.interrupt)? {
            let span = Span::new(base + one.span.start, base + one.span.end);
            // Of those that end at one place the longest was found when the place was first seen.
            if span.start >= self.open && span.end > self.seen && span.end <= seen {
                self.waiting.push(Restored { span, ..one });
            }
        }
        self.seen = seen;
        self.open = if window.last { window.end() } else { base + restorer.open(&text, ends) };
        // As in a whole text: the one that begins first, then the longer.
        let open = self.open;
        let mut ready: Vec<Restored> =
            self.waiting.extract_if(.., |one| one.span.start < open || window.last).collect();
        ready.sort_by_key(|one| (one.span.start, Reverse(one.span.end)));
        for one in ready {
            if one.span.start >= self.end {
                self.end = one.span.end;
                found.push(one);
            }
        }
        Ok(open.max(self.end))
    }

    /// The next window has to begin here or earlier.
    pub const fn needed(&self) -> usize {
        // Whether one stands alone depends on the character before, of four bytes at most.
        self.open.saturating_sub(4)
    }
}
