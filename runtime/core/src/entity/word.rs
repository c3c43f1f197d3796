//! Where an entity may begin and end.

use crate::text::class::is_python_word;
use crate::text::encoded::{ends_with_sign, percent, quoted_printable};
use crate::text::escape::{ends_with_escape, escape};

/// Whether a word may end before `c` or begin after it: `c` is no word character, or it is a letter of a
/// script that is written without spaces, between which and a number there is a boundary for any reader.
pub(super) fn is_open(c: char) -> bool {
    !is_python_word(c) || is_unspaced(c)
}

/// Letters of scripts that put no spaces between words: Thai and its neighbours, Hangul particles, kana, Han.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x9fff
        | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

/// Whether a match that ends at `end` ends a word.
pub(super) fn ends(text: &str, end: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(end) else { return false };
    match (before.chars().next_back(), after.chars().next()) {
        (Some(last), Some(next)) => !is_python_word(last) || is_open(next),
        _ => true,
    }
}

/// Whether a match that begins at `start` begins a word.
pub(super) fn begins(text: &str, start: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(start) else { return false };
    match (before.chars().next_back(), after.chars().next()) {
        (Some(last), Some(first)) => {
            let before = before.as_bytes();
            !is_python_word(first) || is_open(last) || ends_with_escape(before) || ends_with_sign(before)
        }
        _ => true,
    }
}

/// Whether a shape that ends at `end` ends there: `_` is no part of one, be it a mark of Markdown (`_4111…_`) or between
/// a name and a number (`card_4111…`).
pub(super) fn closes(text: &str, end: usize) -> bool {
    ends(text, end) || text.as_bytes().get(end) == Some(&b'_')
}

/// The same for its begin.
pub(super) fn opens(text: &str, start: usize) -> bool {
    begins(text, start) || text.as_bytes().get(..start).is_some_and(|before| before.ends_with(b"_"))
}

/// Whether what is at `start` belongs to a sign that is written like that (`\n`, `%20`), and not to what follows.
pub(super) fn is_of_sign(text: &[u8], start: usize) -> bool {
    escape(text, start).or_else(|| percent(text, start)).is_some()
}

/// The places where an entity may begin: an ASCII letter or digit that begins a word or stands behind a `_`, and the
/// signs with which some entities begin.
pub(super) struct Starts<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
}

/// How many bytes of one word `bytes` begins with.
pub(super) fn run(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

/// How many bytes at `start` are of a sign, or may be: behind a `=` what they are is open.
fn sign(text: &[u8], start: usize) -> Option<usize> {
    escape(text, start).or_else(|| percent(text, start)).or_else(|| quoted_printable(text, start))
}

impl<'t> Starts<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self::after(text, 0)
    }

    /// Those from `at` on, which is not within a word, but where one begins.
    pub(super) const fn after(text: &'t str, at: usize) -> Self {
        Self { bytes: text.as_bytes(), text, at }
    }
}

impl Starts<'_> {
    /// Whether no word ends at `start`.
    fn is_apart(&self, start: usize) -> bool {
        self.text.get(..start).is_some_and(|before| before.chars().next_back().is_none_or(is_open))
    }
}

impl Iterator for Starts<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            if byte.is_ascii_alphanumeric() {
                self.at += sign(self.bytes, start).unwrap_or_else(|| run(&self.bytes[start..]));
                // A byte before that is not ASCII may be a letter of the same word.
                let before = start.checked_sub(1).map(|before| self.bytes[before]);
                if before.is_none_or(|before| before.is_ascii()) || begins(self.text, start) {
                    return Some(start);
                }
                continue;
            }
            self.at += 1;
            match byte {
                b'$' | b'#' | b'(' | b'+' => return Some(start),
                // Right after a word it is part of that: a path of a language, not an address.
                b':' if self.bytes.get(start + 1) == Some(&b':') && self.is_apart(start) => {
                    return Some(start);
                }
                _ => {}
            }
        }
        None
    }
}
