//! The caller's names, however they are written: over the end of a line, with other spaces or more of them, with
//! signs without a width, in full width, and with accents as characters of their own.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::folded::plain;
use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupt;
use crate::span::Span;

/// How many folded bytes are searched at one time, if no name is longer.
const PART: usize = 64 << 10;

/// Matches between two looks at the clock.
const STEP: usize = 4_096;

/// What reading a text once more costs, in nanoseconds for a byte.
const BYTE_NS: u64 = 12;

/// Names as [`fold`] writes them, compiled.
pub(super) struct Names {
    automaton: AhoCorasick,
    longest: usize,
    /// Whether a name has a space in it, which may be any.
    spaced: bool,
}

/// A part of a text, folded.
struct Part {
    text: String,
    /// Where it is not the text itself, character by character and in order: the place in the text, and folded.
    changes: Vec<(Span, Span)>,
    /// Where it begins and ends in the text.
    source: Span,
}

impl Names {
    pub(super) fn new(scanner: &'static str, names: &[Box<str>]) -> Result<Option<Self>, ConfigError> {
        let folded: Vec<String> = names.iter().map(|name| Part::of(name, 0, usize::MAX).text).collect();
        let folded: Vec<&str> =
            folded.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        let Some(longest) = folded.iter().map(|name| name.len()).max() else { return Ok(None) };
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&folded)
            .map_err(|_| ConfigError::new(scanner, "hidden_names", "are too many"))?;
        Ok(Some(Self { automaton, longest, spaced: folded.iter().any(|name| name.contains(' ')) }))
    }

    /// Estimated work for a text.
    pub(super) fn price(bytes: usize) -> u64 {
        BYTE_NS.saturating_mul(bytes as u64)
    }

    /// Every place of a name that is not in `known`. Whether a word begins and ends there is not asked.
    pub(super) fn find(
        &self,
        text: &str,
        known: &[(usize, Span)],
        interrupt: Interrupt<'_>,
        mut found: impl FnMut(Span) -> Result<(), ScannerError>,
    ) -> Result<(), ScannerError> {
        if !self.may_change(text) {
            return Ok(());
        }
        let mut seen: HashSet<Span> = known.iter().map(|(_, span)| *span).collect();
        let length = PART.max(self.longest);
        let mut at = 0;
        loop {
            interrupt.check()?;
            let part = Part::of(text, at, length + self.longest);
            for (count, place) in self.automaton.find_overlapping_iter(&part.text).enumerate() {
                if count % STEP == 0 {
                    interrupt.check()?;
                }
                let Some(span) = part.source(Span::new(place.start(), place.end())) else { continue };
                let accent = part.text.get(place.end()..).and_then(|rest| rest.chars().next());
                if !accent.is_some_and(is_combining_mark) && seen.insert(span) {
                    found(span)?;
                }
            }
            if part.source.end == text.len() {
                return Ok(());
            }
            // A name may reach over the part's end.
            at = part.start(length);
        }
    }

    /// Whether anything in the text could be written otherwise.
    fn may_change(&self, text: &str) -> bool {
        let spaces = || text.bytes().any(|byte| matches!(byte, b'\t'..=b'\r')) || text.contains("  ");
        !text.is_ascii() || self.spaced && spaces()
    }
}

impl Part {
    /// Folds what begins at `start`, until it has `length` bytes or the text ends.
    fn of(text: &str, start: usize, length: usize) -> Self {
        let source = Span::new(start, text.len());
        let mut part = Self { text: String::new(), changes: Vec::new(), source };
        let mut chars = text.get(start..).unwrap_or_default().char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let (at, begin) = (start + offset, part.text.len());
            if begin >= length {
                part.source.end = at;
                break;
            }
            let mut end = at + c.len_utf8();
            if c.is_whitespace() {
                part.text.push(' ');
                while let Some((more, c)) =
                    chars.next_if(|(_, c)| c.is_whitespace() || plain(*c) == Some(None))
                {
                    end = start + more + c.len_utf8();
                }
            } else {
                fold(c, &mut part.text);
            }
            // ASCII stays as long as it is.
            let same = part.text.get(begin..) == text.get(at..end) || c.is_ascii() && end == at + 1;
            if !same {
                part.changes.push((Span::new(at, end), Span::new(begin, part.text.len())));
            }
        }
        part
    }

    /// Where what begins at `at` begins in the text, or the character that it is in.
    fn start(&self, at: usize) -> usize {
        let after = self.changes.partition_point(|(_, folded)| folded.end <= at);
        match self.changes.get(after) {
            Some((source, folded)) if folded.start < at => source.start,
            _ => self.after(after, at),
        }
    }

    /// Where a place is in the text that comes after as many changes.
    fn after(&self, changes: usize, at: usize) -> usize {
        let last = changes.checked_sub(1).and_then(|last| self.changes.get(last));
        last.map_or(self.source.start + at, |(source, folded)| source.end + (at - folded.end))
    }

    /// Where a span stands in the text; `None` if it begins or ends within a character.
    fn source(&self, span: Span) -> Option<Span> {
        let splits = |at: usize| {
            let after = self.changes.partition_point(|(_, folded)| folded.end <= at);
            self.changes.get(after).is_some_and(|(_, folded)| folded.start < at)
        };
        if splits(span.start) || splits(span.end) {
            return None;
        }
        // What is dropped at the end is not part of it.
        let before =
            self.changes.partition_point(|(_, folded)| folded.end <= span.end && folded.start < span.end);
        Some(Span::new(self.start(span.start), self.after(before, span.end)))
    }
}

/// Appends what stands for a character.
fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    let c = match plain(c) {
        Some(None) => return,
        Some(Some(plain)) => plain,
        None if matches!(c, '\u{2018}' | '\u{2019}' | '\u{2bc}') => '\'',
        None => c,
    };
    decompose_compatible(c, |c| out.extend(c.to_lowercase()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(names: &[&str], text: &str) -> Vec<String> {
        let names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
        let mut found = Vec::new();
        let names = Names::new("Anonymize", &names).unwrap().unwrap();
        let add = |span: Span| {
            found.push(text[span.range()].to_owned());
            Ok(())
        };
        names.find(text, &[], Interrupt::NEVER, add).unwrap();
        found
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        for written in [
            "project\nzeus",
            "PROJECT \r\n\t Zeus",
            "Project\u{a0}Zeus",
            "Project  Zeus",
            "Pro\u{200b}ject Ze\u{ad}us",
            "Project \u{200b} Zeus",
            "Ｐｒｏｊｅｃｔ　Ｚｅｕｓ",
        ] {
            let text = format!("on \u{200b}{written}\u{200b}, é");
            assert_eq!(find(&["Project Zeus"], &text), [written], "{text:?}");
        }
        let (nfc, nfd) = ("Müller", "Mu\u{308}ller");
        assert_eq!(find(&[nfc], &format!("x {nfd}.")), [nfd]);
        assert_eq!(find(&[nfd], &format!("x {nfc}.")), [nfc]);
        assert_eq!(find(&["O'Brien"], "x O\u{2019}Brien"), ["O\u{2019}Brien"]);
        assert_eq!(find(&["한국"], "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}").len(), 1);
        assert!(find(&["Muller"], "Mu\u{308}ller M\u{fc}ller Mulle\u{301}r").is_empty());
        assert!(find(&["Jose"], "Jose\u{301} José").is_empty());
        assert!(find(&["Project Zeus"], "Project Zeus").is_empty(), "the plan's automaton finds it");
        assert!(Names::new("Anonymize", &["".into(), " ".into()]).unwrap().is_none());
    }

    #[test]
    fn long_texts_are_read_in_parts() {
        let filler = "é\n ".repeat(PART / 3);
        for shift in [0, 1, 2, 3, 5, 7] {
            let text = format!("{}{filler}Project\u{a0} Zeus{filler}", "x".repeat(PART + shift));
            assert_eq!(find(&["Project Zeus"], &text), ["Project\u{a0} Zeus"], "{shift}");
        }
        let gap = format!("Project{}Zeus", "\n".repeat(10 * PART));
        assert_eq!(find(&["Project Zeus"], &gap), std::slice::from_ref(&gap));
    }
}
