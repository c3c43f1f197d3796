//! Rows of characters that tokens are made of.

use crate::span::Span;

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

/// A row without the digits of an escape (`%22`) that it begins with.
pub(super) fn unescaped(text: &[u8], run: Span) -> Span {
    let escaped = matches!(&text[..run.start], [.., b'%'])
        && matches!(&text[run.range()], [high, low, _, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    if escaped { Span::new(run.start + 2, run.end) } else { run }
}

/// Whether a token can start at `start`: nothing that could belong to it is before, unless that is the end
/// of an escape (`\n`, `%3D`). A name that starts with `_` (`_authToken`) is not the end of a longer one, but may
/// be an option's (`--_authToken`).
pub(super) fn starts_here(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let named = text.get(start) == Some(&b'_');
    if !named && text.get(start).is_some_and(|first| !first.is_ascii_alphanumeric()) {
        return true;
    }
    match before {
        [.., b'\\', b'n' | b't' | b'r'] => true,
        [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => true,
        [.., byte] if byte.is_ascii_alphanumeric() => false,
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
