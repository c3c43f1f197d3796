//! Literals in a text that is still being written.

use std::sync::Arc;

use crate::error::ScannerError;
use crate::literal::{LiteralHits, LiteralList, MAX_SPANS};
use crate::span::Span;
use crate::stream::{Follow, Found, Progress, Window};
use crate::text::{Text, fold_literal, is_word_boundary};

/// How long a literal may be, in bytes, for a text to be followed: that much may be held.
const LONGEST: usize = 4_096;

/// How many literals are compared one by one.
const FEW: usize = 8;

/// The beginnings of a list of literals: tells where a text that goes on may still complete one.
#[derive(Debug)]
pub(crate) struct Beginnings {
    /// The literals as they are searched, sorted, each once.
    keys: Vec<Box<[u8]>>,
    /// Whether a byte begins a literal.
    first: Box<[bool; 256]>,
    longest: usize,
    case_sensitive: bool,
    whole_word: bool,
}

impl Beginnings {
    /// `None` if a text with these literals cannot be followed: one is empty, or too long.
    pub(crate) fn new(list: &LiteralList) -> Option<Self> {
        let key = |literal: &str| -> Box<[u8]> {
            if list.case_sensitive {
                literal.as_bytes().into()
            } else {
                fold_literal(literal).into_bytes().into()
            }
        };
        let mut keys: Vec<Box<[u8]>> = list.literals.iter().map(|literal| key(literal)).collect();
        keys.sort_unstable();
        keys.dedup();
        let longest = keys.iter().map(|key| key.len()).max().unwrap_or(0);
        if longest > LONGEST {
            return None;
        }
        let mut first = Box::new([false; 256]);
        for key in &keys {
            first[usize::from(*key.first()?)] = true;
        }
        Some(Self { keys, first, longest, case_sensitive: list.case_sensitive, whole_word: list.whole_word })
    }

    /// How many bytes of a text the longest literal may be: folded, a character of three bytes (U+212A) may be one.
    const fn widest(&self) -> usize {
        if self.case_sensitive { self.longest } else { 3 * self.longest }
    }

    /// Whether a literal may begin with `text` and go on; or end there, if it is `ends` that matters too.
    fn begins(&self, text: &[u8], ends: bool) -> bool {
        let goes_on = |key: &[u8]| key.starts_with(text) && (key.len() > text.len() || ends);
        if self.keys.len() <= FEW {
            return self.keys.iter().any(|key| goes_on(key));
        }
        // Sorted: what begins with `text` stands together, and `text` itself first of all.
        let at = self.keys.partition_point(|key| &**key < text);
        self.keys.iter().skip(at).take(2).any(|key| goes_on(key))
    }

    /// Where the first literal that is not complete may start in a text that goes on, of the places that
    /// `counts`; the text's length if nowhere. With `ends` a literal is not complete at the text's very end:
    /// what follows matters.
    pub(crate) fn first(&self, text: &Text, ends: bool, counts: impl Fn(usize) -> bool) -> usize {
        let source = text.as_str();
        let folded = (!self.case_sensitive).then(|| text.folded());
        let searched = folded.map_or(source, |folded| folded.as_str()).as_bytes();
        let start = searched.len().saturating_sub(self.longest);
        let rest = searched.get(start..).unwrap_or_default();
        for (at, byte) in rest.iter().enumerate() {
            if !self.first[usize::from(*byte)] || !self.begins(&rest[at..], ends) {
                continue;
            }
            let at = folded.map_or(start + at, |folded| folded.to_original(source, start + at, false));
            if counts(at) {
                return at;
            }
        }
        source.len()
    }

    /// Where the first literal that is not complete may start in the window, in bytes of it; before `decided`,
    /// in bytes of the stream, none does, though the window may no longer show why.
    fn open(&self, window: &Window<'_>, decided: usize) -> usize {
        let text = window.text.as_str();
        self.first(window.text, self.whole_word, |at| {
            window.base + at >= decided && (!self.whole_word || is_word_boundary(text, at))
        })
    }
}

/// Follows the literals of one scanner.
#[derive(Debug)]
pub(crate) struct LiteralFollower {
    beginnings: Arc<Beginnings>,
    label: &'static str,
    replacement: Option<Arc<str>>,
    /// Up to where ends have been looked at.
    seen: usize,
    /// Up to where starts have been decided.
    decided: usize,
    /// Hits that start where another may start as well.
    waiting: Vec<Span>,
}

impl LiteralFollower {
    /// Findings have `label`, score 1 and the replacement.
    pub(crate) const fn new(
        beginnings: Arc<Beginnings>,
        label: &'static str,
        replacement: Option<Arc<str>>,
    ) -> Self {
        Self { beginnings, label, replacement, seen: 0, decided: 0, waiting: Vec::new() }
    }
}

impl Follow for LiteralFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError> {
        if literals.omitted > 0 {
            return Err(ScannerError::Limit { what: "edits", limit: MAX_SPANS });
        }
        // Whether a word ends where the window does, only the next character tells.
        let seen = if self.beginnings.whole_word && !window.last {
            window.end().saturating_sub(1)
        } else {
            window.end()
        };
        for (_, span) in &literals.spans {
            let span = Span::new(window.base + span.start, window.base + span.end);
            // Of those that end at one place the longest was found when the place was first seen. One that
            // starts before what is decided was no word when the character before it was still here.
            if span.start >= self.decided && span.end > self.seen && span.end <= seen {
                self.waiting.push(span);
            }
        }
        self.seen = seen;
        let open =
            if window.last { window.end() } else { window.base + self.beginnings.open(window, self.decided) };
        self.decided = self.decided.max(open);
        if !self.waiting.is_empty() {
            let mut ready: Vec<Span> =
                self.waiting.extract_if(.., |span| window.last || span.start < open).collect();
            ready.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
            ready.dedup();
            for span in ready {
                found.push(0, self.label, span, 1.0, self.replacement.as_ref());
            }
        }
        // What begins with the window may only look like a word, and must not hide a shorter one that begins later
        // and ends where it does: of those that end at one place only the longest is told.
        let before = if self.beginnings.whole_word { self.beginnings.widest() } else { 0 };
        Ok(Progress { decided: open, needed: open.saturating_sub(before) })
    }

    fn conclude(&self, findings: usize, _end: usize) -> (bool, f64) {
        if findings == 0 { (true, -1.0) } else { (false, 1.0) }
    }
}
