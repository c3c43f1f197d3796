//! Placeholders that were compiled together.

use std::sync::OnceLock;

use super::few::Few;
use super::{Form, Matching, Restored, markdown, percent_encode};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::{Beginnings, LiteralAutomaton, LiteralList, MAX_LITERAL_BYTES, Need};
use crate::span::Span;
use crate::text::Text;

/// How many bytes of placeholders are compiled together; in lower case they may be more.
pub(super) const LARGEST: usize = if cfg!(test) { 64 << 10 } else { MAX_LITERAL_BYTES / 2 };

/// Some of a restorer's placeholders, compiled.
pub(super) struct Layer {
    /// How many come before the first of them.
    pub(super) first: usize,
    pub(super) placeholders: Vec<Box<str>>,
    plain: Plain,
    /// The same in Markdown's and in URLs' clothes, made for the first text that could hold one.
    dressed: OnceLock<Vec<Dressed>>,
    /// All ways to write them, made for the first text that is followed; `None` if none can be.
    beginnings: OnceLock<Option<Beginnings>>,
}

/// Some ways to write placeholders, and how many ways come before the first of them.
struct Dressed {
    first: usize,
    automaton: LiteralAutomaton,
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
        for Dressed { first, automaton } in self.dressed.get_or_init(|| self.all_dressed()) {
            let named = |(dress, span): (usize, Span)| {
                let dress = first + dress;
                let form = if dress < count { Form::Percent } else { Form::Plain };
                Restored { index: self.first + dress % count.max(1), span, form }
            };
            found.extend(spans(automaton, text, interrupt)?.into_iter().map(named));
        }
        Ok(())
    }

    /// The dresses, as many together as can be. One that is too long for any is left out.
    fn all_dressed(&self) -> Vec<Dressed> {
        let mut all = Vec::new();
        let (mut first, mut bytes, mut some) = (0, 0, Vec::new());
        let mut add = |first: usize, some: &mut Vec<Box<str>>| {
            all.extend(
                automaton(std::mem::take(some), true).ok().map(|automaton| Dressed { first, automaton }),
            );
        };
        for (index, dress) in self.dresses().enumerate() {
            if bytes + dress.len() > LARGEST && !some.is_empty() {
                add(first, &mut some);
                (first, bytes) = (index, 0);
            }
            bytes += dress.len();
            some.push(dress);
        }
        add(first, &mut some);
        all
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
    LiteralAutomaton::new(&[&list])
        .map_err(|_| ScannerError::Limit { what: "bytes of placeholders", limit: MAX_LITERAL_BYTES })
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

#[cfg(test)]
mod tests {
    use super::super::Restorer;
    use super::*;

    #[test]
    fn more_than_is_compiled_together_is_found_in_every_dress() {
        let names: Vec<Box<str>> = (0..5_000).map(|n| format!("[REDACTED_PERSON_{n}]").into()).collect();
        let at_once = Restorer::new(names.clone(), Matching::Exact).unwrap();
        assert!(at_once.layers.len() > 1);
        let grown =
            Restorer::new(names[..100].to_vec(), Matching::Exact).unwrap().renewed(names.clone()).unwrap();
        for restorer in [at_once, grown] {
            for number in [0_usize, 2_500, 4_999] {
                for dress in [
                    "[REDACTED_PERSON_¤]",
                    "%5BREDACTED_PERSON_¤%5D",
                    r"\\[REDACTED\\_PERSON\\_¤\\]",
                    r"[REDACTED\_PERSON\_¤]",
                ] {
                    let text = Text::from(format!("({})", dress.replace('¤', &number.to_string())));
                    let found = restorer.find(&text, Interrupt::NEVER).unwrap();
                    let found: Vec<_> = found.iter().map(|one| (one.index, one.span, one.form)).collect();
                    let form = if dress.contains('%') { Form::Percent } else { Form::Plain };
                    assert_eq!(found, [(number, Span::new(1, text.len() - 1), form)], "{}", text.as_str());
                }
            }
        }
    }
}
