//! Literals of many scanners in one automaton.
//!
//! A scanner that looks for fixed strings declares a [`LiteralList`]; the plan compiles the lists of all
//! its scanners into one [`LiteralAutomaton`], runs it once per text, and hands each scanner its own
//! [`LiteralHits`]. The result is the same as if each list had been searched alone.
//!
//! The automaton runs over the lower-cased text as soon as one list ignores case; a literal whose case
//! matters is then compared with the original bytes. It reports the longest literal that ends at a
//! position; shorter ones follow from which literal is a suffix of which, worked out per list at compile
//! time, so that nested literals (`a`, `aa`, `aaa`, …) cost no more than one.

mod automaton;
mod follow;
mod list;
mod search;
#[cfg(test)]
mod tests;

pub use automaton::LiteralAutomaton;
pub(crate) use follow::{Beginnings, LiteralFollower};

use crate::span::Span;
use crate::verdict::MAX_EDITS;

/// How many bytes of literals one automaton takes, all lists together: about 70 bytes of memory each
/// while it is compiled, half of that afterwards.
pub const MAX_LITERAL_BYTES: usize = 8 << 20;

/// How many spans a list's hits keep; the rest are counted in [`LiteralHits::omitted`]. More could not be
/// redacted anyway.
pub const MAX_SPANS: usize = MAX_EDITS;

/// What a scanner needs to know of its literals. The less, the faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Which literals occur.
    Which,
    /// Which literals occur, and where: of the literals that end at one position, the longest.
    Spans,
}

/// The literals of one scanner.
#[derive(Clone, Debug)]
pub struct LiteralList {
    /// The strings, as declared. An empty one occurs in every text (as a whole word: in every text with a
    /// word character), as in Python, and has no span.
    pub literals: Vec<Box<str>>,
    /// Whether case matters. If not, both sides are lower-cased as [`crate::text::Folded`] does.
    pub case_sensitive: bool,
    /// Whether a match must be a whole word: Python's `\b` on both sides, judged on the original text.
    pub whole_word: bool,
    /// What the scanner needs.
    pub need: Need,
}

/// What the automaton found for one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiteralHits {
    /// Indices into [`LiteralList::literals`] that occur, ascending, each once.
    pub which: Vec<usize>,
    /// `(literal index, span in the original text)` by start, the longer first; each span once. Empty
    /// unless [`Need::Spans`]. Of equal literals the first is named.
    pub spans: Vec<(usize, Span)>,
    /// How many spans beyond [`MAX_SPANS`] there were.
    pub omitted: usize,
}
