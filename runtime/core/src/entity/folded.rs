//! Numbers and addresses as word processors, web pages and other scripts write them: with spaces that do not
//! break, dashes that are no hyphens, digits of full width or of another script, and signs without a width.
//!
//! The recognisers read ASCII. Where a text has such signs they read it once more with the plain ones in their
//! place, and what they find there counts if one of them is in it.

use crate::span::Span;

/// Where the folded text is not the text itself, at one character.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// The character in the text.
    source: Span,
    /// What stands for it in the folded text; empty if nothing.
    folded: Span,
}

/// A text with plain signs, and where each of its characters comes from.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) text: String,
    base: Place,
    /// In order; places in the stream that the text is a part of.
    changes: Vec<Change>,
}

/// Where a part of a text begins, in it and folded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) source: usize,
    pub(super) folded: usize,
    /// Whether a character without a width comes before.
    after_nothing: bool,
}

/// What stands for a character: `Some(None)` is nothing.
#[expect(clippy::option_option, reason = "no change, and a change to nothing")]
pub(super) const fn plain(c: char) -> Option<Option<char>> {
    Some(Some(match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{ff0b}'
        | '\u{ff0d}'..='\u{ff19}'
        | '\u{ff20}'..='\u{ff3a}'
        | '\u{ff3f}'
        | '\u{ff41}'..='\u{ff5a}' => ascii(c as u32 - 0xfee0),
        '\u{660}'..='\u{669}' => ascii(c as u32 - 0x660 + 0x30),
        '\u{6f0}'..='\u{6f9}' => ascii(c as u32 - 0x6f0 + 0x30),
        '\u{966}'..='\u{96f}' => ascii(c as u32 - 0x966 + 0x30),
        '\u{9e6}'..='\u{9ef}' => ascii(c as u32 - 0x9e6 + 0x30),
        '\u{e50}'..='\u{e59}' => ascii(c as u32 - 0xe50 + 0x30),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => return Some(None),
        _ => return None,
    }))
}

/// The ASCII character of a code that is one.
const fn ascii(code: u32) -> char {
    (code & 0x7f) as u8 as char
}

/// Whether there is anything to fold in a text.
pub(super) fn changes(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|c| plain(c).is_some())
}

impl Folded {
    /// Folds a text; `None` if there is nothing to fold.
    pub(super) fn of(text: &str) -> Option<Self> {
        Self::from(text, Place::default())
    }

    /// Folds a part of a text that begins at `base`; `None` if there is nothing to fold.
    pub(super) fn from(text: &str, base: Place) -> Option<Self> {
        if text.is_ascii() {
            return None;
        }
        let first = text.char_indices().find(|(_, c)| plain(*c).is_some())?.0;
        let mut out = String::with_capacity(text.len());
        let mut changes = Vec::new();
        out.push_str(text.get(..first).unwrap_or_default());
        let mut after_nothing = first == 0 && base.after_nothing;
        for (at, c) in text.char_indices().skip_while(|(at, _)| *at < first) {
            let change = plain(c);
            let nothing = change == Some(None);
            let begin = base.folded + out.len();
            match change {
                Some(Some(plain)) => out.push(plain),
                // One of them: of a row the others stay, so that a window of a stream holds enough to read.
                Some(None) if !after_nothing => {}
                _ => out.push(c),
            }
            if change.is_some() {
                let start = base.source + at;
                changes.push(Change {
                    source: Span::new(start, start + c.len_utf8()),
                    folded: Span::new(begin, base.folded + out.len()),
                });
            }
            after_nothing = nothing;
        }
        Some(Self { text: out, base, changes })
    }

    /// Where a span of the folded text stands in the text, if there is a change in it.
    pub(super) fn source(&self, span: Span) -> Option<Span> {
        let start = self.start(span.start);
        // What is dropped at the end is not part of it.
        let before =
            self.changes.partition_point(|one| one.folded.end <= span.end && one.folded.start < span.end);
        let last = before.checked_sub(1).map(|at| self.changes[at]);
        let end =
            last.map_or_else(|| self.unchanged(span.end), |one| one.source.end + (span.end - one.folded.end));
        let changed = last.is_some_and(|one| one.source.start >= start);
        changed.then(|| Span::new(start, end))
    }

    /// Where what begins at `at` in the folded text begins in the text.
    pub(super) fn start(&self, at: usize) -> usize {
        let before = self.changes.partition_point(|one| one.folded.end <= at);
        let last = before.checked_sub(1).map(|at| self.changes[at]);
        last.map_or_else(|| self.unchanged(at), |one| one.source.end + (at - one.folded.end))
    }

    /// The same before the first change.
    const fn unchanged(&self, at: usize) -> usize {
        self.base.source + at.saturating_sub(self.base.folded)
    }

    /// Where the part of the text begins that begins at `source`, if that is after a change.
    fn place(&self, source: usize) -> Option<Place> {
        let before = self.changes.partition_point(|one| one.source.end <= source);
        let last = self.changes.get(before.checked_sub(1)?)?;
        let folded = last.folded.end + (source - last.source.end);
        // What has a width is folded to one byte of several.
        let without_width = last.folded.is_empty() || last.folded.len() == last.source.len();
        Some(Place { source, folded, after_nothing: without_width && last.source.end == source })
    }
}

/// What has been folded of a text that is still being written.
#[derive(Debug, Default)]
pub(super) struct FoldedAhead {
    /// Where it began.
    pub(super) first: usize,
    base: Place,
    last: Option<Folded>,
}

impl FoldedAhead {
    /// For a text whose first change is at or after `base`.
    pub(super) const fn from(base: usize) -> Self {
        Self { first: base, base: Place { source: base, folded: base, after_nothing: false }, last: None }
    }

    /// Folds a part that begins at `source`, not before the last one began: where it begins folded, and the changes
    /// in it, if there are any.
    pub(super) fn advance(&mut self, text: &str, source: usize) -> (usize, Option<&Folded>) {
        let Place { source: from, folded, after_nothing } = self.base;
        let after_nothing = after_nothing && source == from;
        let same = Place { source, folded: folded + source.saturating_sub(from), after_nothing };
        self.base = self.last.as_ref().and_then(|last| last.place(source)).unwrap_or(same);
        self.last = Folded::from(text, self.base);
        (self.base.folded, self.last.as_ref())
    }

    /// Where what begins at `at` in the folded stream begins in the stream, as far as it was folded last.
    pub(super) fn start(&self, at: usize) -> usize {
        let unchanged = self.base.source + at.saturating_sub(self.base.folded);
        self.last.as_ref().map_or(unchanged, |last| last.start(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_come_back() {
        let text = "x 4111\u{a0}1111\u{200b}\u{200b}2\u{feff} ４２é";
        let folded = Folded::of(text).unwrap();
        assert_eq!(folded.text, "x 4111 1111\u{200b}2 42é");
        let of = |part: &str| {
            let at = folded.text.find(part).unwrap();
            folded.source(Span::new(at, at + part.len())).map(|span| &text[span.range()])
        };
        assert_eq!(of("4111 1111"), Some("4111\u{a0}1111"));
        assert_eq!(of("42"), Some("４２"));
        assert_eq!(of("2 4"), Some("2\u{feff} ４"));
        assert_eq!(of("x 4111"), None);
        assert_eq!(of("é"), None);
        assert!(Folded::of("plain é").is_none());
    }

    #[test]
    fn windows_of_a_stream_fold_as_the_whole() {
        let text = "a\u{a0}b\u{200b}\u{200b}\u{200b}c４ d\u{202f}é\u{200d}e";
        let whole = Folded::of(text).unwrap();
        for (base, _) in text.char_indices() {
            for (next, _) in text.char_indices().filter(|(next, _)| *next >= base) {
                let mut ahead = FoldedAhead::from(0);
                ahead.advance(text, 0);
                ahead.advance(&text[base..], base);
                let (place, folded) = ahead.advance(&text[next..], next);
                let rest = folded.map_or(&text[next..], |folded| &folded.text);
                assert_eq!(&whole.text[place..], rest, "{base} {next}");
                assert!(ahead.start(place) >= next, "{base} {next}");
            }
        }
    }
}
