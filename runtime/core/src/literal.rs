//! Literals of many scanners in one automaton.
//!
//! A scanner that looks for fixed strings declares a [`LiteralList`]; the plan compiles the lists of all
//! its scanners into one [`LiteralAutomaton`], runs it once per text, and hands each scanner its own
//! [`LiteralHits`]. The result is the same as if each list had been searched alone.

use crate::span::Span;

/// What a scanner needs to know of its literals. The less, the faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Which literals occur.
    Which,
    /// Which literals occur, and where: every occurrence, leftmost first, longest at each end position.
    Spans,
}

/// The literals of one scanner.
#[derive(Clone, Debug)]
pub struct LiteralList {
    /// The strings, as declared.
    pub literals: Vec<Box<str>>,
    /// Whether case matters.
    pub case_sensitive: bool,
    /// Whether a match must be a whole word: Python's `\b` on both sides.
    pub whole_word: bool,
    /// What the scanner needs.
    pub need: Need,
}

/// What the automaton found for one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiteralHits {
    /// Indices into [`LiteralList::literals`] that occur, ascending, each once.
    pub which: Vec<usize>,
    /// `(literal index, span in the original text)`, in text order. Empty unless [`Need::Spans`].
    pub spans: Vec<(usize, Span)>,
}
