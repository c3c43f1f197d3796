//! What a search costs, estimated: it decides where a text is scanned.

use super::Pattern;
use crate::text::Text;

/// What a pattern that has to be tried at every place costs at the least, in nanoseconds. A text made for it may
/// take a million steps, ten milliseconds, however short it is: that never runs on an event loop.
const TRYING_NS: u64 = 150_000;

/// What each byte adds, measured on prose with `(\w)\1\1\1`.
const TRYING_BYTE_NS: u64 = 350;

/// What searching for all of some patterns costs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Price {
    ascii: Rate,
    any: Rate,
}

/// Nanoseconds for a text at the least, and for each of its bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    text: u64,
    byte: u64,
}

impl Price {
    /// `filtered`: one automaton tells of all patterns that are searched in linear time which may match.
    pub(crate) fn of_all(patterns: &[Pattern], filtered: bool) -> Self {
        let count = |of: fn(&Pattern) -> bool| patterns.iter().filter(|pattern| of(pattern)).count() as u64;
        let (linear, in_ascii) = (count(Pattern::is_linear), count(Pattern::is_linear_in_ascii));
        let passes = if filtered { 2 } else { linear };
        let rate = |others: u64, trying: u64| Rate {
            text: 200 + others * 100 + trying * TRYING_NS,
            byte: passes + others * 2 + trying * TRYING_BYTE_NS,
        };
        let all = patterns.len() as u64;
        Self { ascii: rate(in_ascii - linear, all - in_ascii), any: rate(0, all - linear) }
    }

    /// Of a text of so many bytes, whatever it says.
    pub(crate) const fn of_any(&self, bytes: usize) -> u64 {
        self.any.of(bytes)
    }

    /// Of this text.
    pub(crate) fn of(&self, text: &Text) -> u64 {
        if text.is_ascii() { self.ascii.of(text.len()) } else { self.any.of(text.len()) }
    }
}

impl Rate {
    const fn of(self, bytes: usize) -> u64 {
        self.text.saturating_add(self.byte.saturating_mul(bytes as u64))
    }
}
