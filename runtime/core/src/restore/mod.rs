//! Finding the placeholders of redacted values again, however a model wrote them.

mod few;
mod follow;
mod fuzzy;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::{Beginnings, LiteralAutomaton, LiteralList, Need};
use crate::span::Span;
use crate::text::Text;
use few::Few;
pub use follow::Following;
use fuzzy::Fuzzy;

/// How a placeholder is recognised; llm-guard's `MatchingStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// As it was written.
    Exact,
    /// In any case.
    CaseInsensitive,
    /// In any case, with up to three changed, missing or added characters; a digit is never one of them.
    Fuzzy,
    /// Exactly where possible, fuzzily elsewhere.
    CombinedExactFuzzy,
}

/// How a placeholder stands in the text, which is how its value has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is, or with Markdown's backslashes.
    Plain,
    /// Percent-encoded, in a URL.
    Percent,
}

/// A placeholder that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Its index in the list the [`Restorer`] was made of.
    pub index: usize,
    /// Where it stands.
    pub span: Span,
    /// How it is written.
    pub form: Form,
}

/// Placeholders to be found, compiled.
pub struct Restorer {
    placeholders: Vec<Box<str>>,
    strategy: Matching,
    plain: Plain,
    /// The same in Markdown's and in URLs' clothes, made for the first text that could hold one.
    dressed: OnceLock<Option<LiteralAutomaton>>,
    fuzzy: OnceLock<Option<Fuzzy>>,
    /// All ways to write them, made for the first text that is followed; `None` if none can be.
    beginnings: OnceLock<Option<Beginnings>>,
}

/// What finds placeholders as they were written.
enum Plain {
    Few(Box<Few>),
    Many(Box<LiteralAutomaton>),
}

impl Plain {
    fn new(placeholders: &[Box<str>], strategy: Matching) -> Result<Self, ScannerError> {
        let few = if strategy == Matching::Exact { Few::new(placeholders) } else { None };
        Ok(match few {
            Some(few) => Self::Few(Box::new(few)),
            None => Self::Many(Box::new(automaton(placeholders.to_vec(), strategy != Matching::Exact)?)),
        })
    }

    fn find(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Vec<(usize, Span)>, ScannerError> {
        match self {
            Self::Few(few) => few.find(text.as_str(), interrupt),
            Self::Many(automaton) => spans(automaton, text, interrupt),
        }
    }
}

impl Restorer {
    /// Compiles the placeholders; of equal ones the first counts.
    pub fn new(placeholders: Vec<Box<str>>, strategy: Matching) -> Result<Self, ScannerError> {
        let plain = Plain::new(&placeholders, strategy)?;
        Ok(Self {
            placeholders,
            strategy,
            plain,
            dressed: OnceLock::new(),
            fuzzy: OnceLock::new(),
            beginnings: OnceLock::new(),
        })
    }

    /// Every placeholder in the text, in order and disjoint. Of two that overlap the one that begins first
    /// counts, then the longer. A placeholder that ends with a letter or digit does not match before another
    /// one: `PERSON_1` is not in `PERSON_10`.
    ///
    /// Takes time linear in the text.
    pub fn find(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Vec<Restored>, ScannerError> {
        let found = self.written(text, interrupt)?;
        let mut found = disjoint(found);
        if matches!(self.strategy, Matching::Fuzzy | Matching::CombinedExactFuzzy) {
            let fuzzy = self.fuzzy.get_or_init(|| Fuzzy::new(&self.placeholders).ok());
            if let Some(fuzzy) = fuzzy {
                // What is found as it was written is not looked at again.
                let more = fuzzy.find(text, interrupt)?;
                let free = more.into_iter().filter(|one| {
                    let next = found.partition_point(|known| known.span.end <= one.span.start);
                    found.get(next).is_none_or(|known| !known.span.overlaps(one.span))
                });
                let free: Vec<Restored> = free.collect();
                found.extend(free);
                found = disjoint(found);
            }
        }
        Ok(found)
    }

    /// Every placeholder as it is or dressed for Markdown or a URL, those that overlap too. Whether a place is
    /// one depends on the place alone and the characters beside it.
    fn written(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Vec<Restored>, ScannerError> {
        let mut found =
            alone(text, self.plain.find(text, interrupt)?, |index| (index, Form::Plain)).collect::<Vec<_>>();
        // Every dress has one of these.
        if text.as_str().contains(['\\', '%']) {
            let dressed = self.dressed.get_or_init(|| automaton(self.dresses().collect(), true).ok());
            if let Some(dressed) = dressed {
                let count = self.placeholders.len();
                found.extend(alone(text, spans(dressed, text, interrupt)?, |index| {
                    index.checked_sub(count).map_or((index, Form::Percent), |index| (index, Form::Plain))
                }));
            }
        }
        Ok(found)
    }

    /// The placeholders in URLs, then in Markdown; empty where that is no other way to write one.
    fn dresses(&self) -> impl Iterator<Item = Box<str>> {
        let other = |one: &str, dressed: String| if *one == *dressed { "".into() } else { dressed.into() };
        let percent = self.placeholders.iter().map(move |one| other(one, percent_encode(one)));
        percent.chain(self.placeholders.iter().map(move |one| other(one, markdown(one))))
    }
}

/// Where the literals of an automaton of one list stand.
fn spans(
    automaton: &LiteralAutomaton,
    text: &Text,
    interrupt: Interrupt<'_>,
) -> Result<Vec<(usize, Span)>, ScannerError> {
    let hits = automaton.find(text, &interrupt)?.pop().unwrap_or_default();
    if hits.omitted > 0 {
        return Err(ScannerError::Limit { what: "placeholders", limit: crate::verdict::MAX_EDITS });
    }
    Ok(hits.spans)
}

/// The places that no letter or digit continues.
fn alone(
    text: &Text,
    spans: Vec<(usize, Span)>,
    named: impl Fn(usize) -> (usize, Form),
) -> impl Iterator<Item = Restored> {
    let whole = spans.into_iter().filter(|(_, span)| stands_alone(text.as_str(), *span));
    whole.map(move |(index, span)| {
        let (index, form) = named(index);
        Restored { index, span, form }
    })
}

impl std::fmt::Debug for Restorer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restorer").field("placeholders", &self.placeholders.len()).finish_non_exhaustive()
    }
}

fn automaton(literals: Vec<Box<str>>, folds: bool) -> Result<LiteralAutomaton, ScannerError> {
    let list = LiteralList { literals, case_sensitive: !folds, whole_word: false, need: Need::Spans };
    LiteralAutomaton::new(&[&list]).map_err(|_| ScannerError::Limit {
        what: "bytes of placeholders",
        limit: crate::literal::MAX_LITERAL_BYTES,
    })
}

/// Whether no ASCII letter or digit continues a match that begins or ends with one.
fn stands_alone(text: &str, span: Span) -> bool {
    let bytes = text.as_bytes();
    let word = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let (first, last) = (span.start, span.end.wrapping_sub(1));
    !(word(Some(first)) && word(first.checked_sub(1)) || word(Some(last)) && word(Some(span.end)))
}

/// In text order, without overlaps.
fn disjoint(mut found: Vec<Restored>) -> Vec<Restored> {
    found.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut end = 0;
    found.retain(|one| {
        let free = one.span.start >= end;
        if free {
            end = one.span.end;
        }
        free
    });
    found
}

/// With `%XX` for every byte that is not unreserved in RFC 3986.
pub fn percent_encode(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// With a backslash before what Markdown would read.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '[' | ']' | '_' | '*') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
