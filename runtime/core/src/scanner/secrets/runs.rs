//! Rows of characters that tokens are made of.

use super::entropy::looks_random;
use crate::span::Span;
use crate::text::escape::{ends_with_escape, escape};

/// The shortest row that is looked at; no token without a mark of its own is shorter.
pub(super) const SHORTEST: usize = 14;

/// The characters of base64 in both alphabets.
const TOKEN: [bool; 256] = {
    let mut token = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        token[byte] = c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'+' | b'/');
        byte += 1;
    }
    token
};

/// The rows of at least [`SHORTEST`] characters, in order. Looks at every fourteenth byte where there are none.
pub(super) struct Runs<'a> {
    text: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Runs<'a> {
    /// The rows that start in `text[at..end]`; the last may go beyond.
    pub(super) const fn new(text: &'a [u8], at: usize, end: usize) -> Self {
        Self { text, at, end }
    }
}

impl Iterator for Runs<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        while self.at < self.end {
            let probe = self.at + SHORTEST - 1;
            if !TOKEN[usize::from(*self.text.get(probe)?)] {
                self.at = probe + 1;
                continue;
            }
            let before = self.text[self.at..probe].iter().rev();
            let start = probe - before.take_while(|&&byte| TOKEN[usize::from(byte)]).count();
            let after = self.text[probe..].iter();
            let end = probe + after.take_while(|&&byte| TOKEN[usize::from(byte)]).count();
            self.at = end + 1;
            if end - start >= SHORTEST {
                return Some(Span::new(start, end));
            }
        }
        None
    }
}

/// Where the row starts that the text ends with; the text's length if it ends with something else.
pub(super) fn trailing_row(text: &[u8]) -> usize {
    text.iter().rposition(|&byte| !TOKEN[usize::from(byte)]).map_or(0, |at| at + 1)
}

/// Whether rows are made of it.
pub(super) fn is_of_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Where the row ends that goes on at `start`.
fn row_end(text: &[u8], start: usize) -> usize {
    start + text[start..].iter().take_while(|&&byte| is_of_token(byte)).count()
}

/// How far behind a value its other parts are looked for, in bytes.
const PARTS: usize = 1_024;

/// Where the parts begin and end that go on behind a value, each with its dot: `.eyJ…`.
fn parts(text: &[u8], end: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let text = &text[..text.len().min(end + PARTS)];
    let mut at = end;
    std::iter::from_fn(move || {
        let start = at + 1;
        let dot = text.get(at) == Some(&b'.');
        at = row_end(text, start.min(text.len()));
        (dot && at > start).then_some((start, at))
    })
}

/// A value with the random parts that go on behind it: half of it redacted, the rest would still be one's.
pub(super) fn whole(text: &[u8], value: Span) -> Span {
    let random = |part: &(usize, usize)| part.1 - part.0 >= SHORTEST && looks_random(&text[part.0..part.1]);
    let end = parts(text, value.end).filter(random).map(|(_, end)| end).last();
    Span::new(value.start, end.unwrap_or(value.end))
}

/// Whether what follows the text may go on with the value that begins as a row.
pub(super) fn goes_on(text: &[u8], run: Span) -> bool {
    let padding = text[run.end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
    let last = parts(text, run.end + padding).last().map_or(run.end + padding, |(_, end)| end);
    let rest = &text[last..];
    last < run.end + padding + PARTS && (rest.is_empty() || rest == b".")
}

/// A row without the rest of an escape (`%22`, `\n`) that it begins with.
pub(super) fn unescaped(text: &[u8], run: Span) -> Span {
    let percent = text[..run.start].ends_with(b"%")
        && text[run.range()].iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2;
    let length = if percent { Some(2) } else { escape(text, run.start) };
    length.filter(|&length| length < run.len()).map_or(run, |length| Span::new(run.start + length, run.end))
}

/// Whether a token can start at `start`: nothing that could belong to it is before, unless that is the end
/// of an escape (`\n`, `%3D`, `=3D`). A name that starts with `_` (`_authToken`) is not the end of a longer one, but
/// may be an option's (`--_authToken`).
pub(super) fn starts_here(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let named = text.get(start) == Some(&b'_');
    if !named && text.get(start).is_some_and(|first| !first.is_ascii_alphanumeric()) {
        return true;
    }
    let upper = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F');
    match before {
        [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => true,
        // Quoted-printable (RFC 2045, section 6.7).
        [.., b'=', a, b] if upper(*a) && upper(*b) => true,
        [.., byte] if byte.is_ascii_alphanumeric() => ends_with_escape(before),
        [.., b'-'] if named => true,
        // A mark of Markdown or of a changed line, not a part of a name.
        [.., other, mark @ (b'_' | b'-')] => !other.is_ascii_alphanumeric() && other != mark,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_same_as_looking_at_every_byte(text in "([a-z+/_-]{0,30}[ .=é]{0,3}){0,6}") {
            let bytes = text.as_bytes();
            let mut expected = Vec::new();
            let mut start = 0;
            for end in 0..=bytes.len() {
                if end == bytes.len() || !TOKEN[usize::from(bytes[end])] {
                    if end - start >= SHORTEST {
                        expected.push(Span::new(start, end));
                    }
                    start = end + 1;
                }
            }
            let found: Vec<Span> = Runs::new(bytes, 0, bytes.len()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
