//! Placeholders that were compiled together.

use std::sync::OnceLock;

use super::few::Few;
use super::{Form, Matching, Restored, markdown, percent_encode};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::{Beginnings, LiteralAutomaton, LiteralList, Need};
use crate::span::Span;
use crate::text::Text;

/// Some of a restorer's placeholders, compiled.
pub(super) struct Layer {
    /// How many come before the first of them.
    pub(super) first: usize,
    pub(super) placeholders: Vec<Box<str>>,
    plain: Plain,
    /// The same in Markdown's and in URLs' clothes, made for the first text that could hold one.
    dressed: OnceLock<Option<LiteralAutomaton>>,
    /// All ways to write them, made for the first text that is followed; `None` if none can be.
    beginnings: OnceLock<Option<Beginnings>>,
}

/// What finds placeholders as they were written.
enum Plain {
    Few(Box<Few>),
    Many(Box<LiteralAutomaton>),
}

impl Layer {
    pub(super) fn new(
        first: usize,
        placeholders: Vec<Box<str>>,
        strategy: Matching,
    ) -> Result<Self, ScannerError> {
        let few = if strategy == Matching::Exact { Few::new(&placeholders) } else { None };
        let plain = match few {
            Some(few) => Plain::Few(Box::new(few)),
            None => Plain::Many(Box::new(automaton(placeholders.clone(), strategy != Matching::Exact)?)),
        };
        let (dressed, beginnings) = (OnceLock::new(), OnceLock::new());
        Ok(Self { first, placeholders, plain, dressed, beginnings })
    }

    /// Appends those that stand in the text as they were written: of those that end at one place the longest.
    pub(super) fn plain(
        &self,
        text: &Text,
        interrupt: Interrupt<'_>,
        found: &mut Vec<Restored>,
    ) -> Result<(), ScannerError> {
        let spans = match &self.plain {
            Plain::Few(few) => few.find(text.as_str(), interrupt)?,
            Plain::Many(automaton) => spans(automaton, text, interrupt)?,
        };
        let named = |(index, span)| Restored { index: self.first + index, span, form: Form::Plain };
        found.extend(spans.into_iter().map(named));
        Ok(())
    }

    /// The same of those that are dressed for Markdown or a URL.
    pub(super) fn dressed(
        &self,
        text: &Text,
        interrupt: Interrupt<'_>,
        found: &mut Vec<Restored>,
    ) -> Result<(), ScannerError> {
        let count = self.placeholders.len();
        let make = || {
            let dresses: Vec<Box<str>> = self.dresses().collect();
            // If all of them are too much to be compiled, then the usual ones.
            let usual = || dresses.iter().take(2 * count).cloned().collect();
            automaton(dresses.clone(), true).or_else(|_| automaton(usual(), true)).ok()
        };
        if let Some(automaton) = self.dressed.get_or_init(make) {
            let named = |(dress, span): (usize, Span)| {
                let form = if dress < count { Form::Percent } else { Form::Plain };
                Restored { index: self.first + dress % count.max(1), span, form }
            };
            found.extend(spans(automaton, text, interrupt)?.into_iter().map(named));
        }
        Ok(())
    }

    /// Whether what following takes has been compiled.
    pub(super) fn is_prepared(&self) -> bool {
        self.beginnings.get().is_some()
    }

    /// The beginnings of all ways to write one; `None` if a text with them cannot be followed.
    pub(super) fn beginnings(&self) -> Option<&Beginnings> {
        let make = || {
            let all = self.placeholders.iter().cloned().chain(self.dresses());
            // In any case, because dressed ones are: of some text it is found out later that it is none.
            Beginnings::new(&LiteralList {
                literals: all.filter(|one| !one.is_empty()).collect(),
                case_sensitive: false,
                whole_word: false,
                need: Need::Spans,
            })
        };
        self.beginnings.get_or_init(make).as_ref()
    }

    /// The placeholders in URLs, then in Markdown: with all signs escaped, with one kind of them, and each of these
    /// once more in a JSON string. Empty where that is no other way to write one. A backslash before the first
    /// bracket alone is none: it may have stood before the value.
    fn dresses(&self) -> impl Iterator<Item = Box<str>> {
        let other = |one: &str, dressed: String| if *one == *dressed { "".into() } else { dressed.into() };
        let percent = self.placeholders.iter().map(move |one| other(one, percent_encode(one)));
        let markdown = ["\\", "\\\\"].into_iter().flat_map(move |escape| {
            ["[]_*", "_*", "[]"].into_iter().flat_map(move |signs| {
                self.placeholders.iter().map(move |one| {
                    let unclear = signs == "[]" && !(one.starts_with('[') && one.ends_with(']'));
                    if unclear { "".into() } else { other(one, markdown(one, signs, escape)) }
                })
            })
        });
        percent.chain(markdown)
    }
}

pub(super) fn automaton(literals: Vec<Box<str>>, folds: bool) -> Result<LiteralAutomaton, ScannerError> {
    let list = LiteralList { literals, case_sensitive: !folds, whole_word: false, need: Need::Spans };
    LiteralAutomaton::new(&[&list]).map_err(|_| ScannerError::Limit {
        what: "bytes of placeholders",
        limit: crate::literal::MAX_LITERAL_BYTES,
    })
}

/// Where the literals of an automaton of one list stand.
pub(super) fn spans(
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
