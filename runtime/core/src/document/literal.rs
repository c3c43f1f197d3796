//! A JSON string as it is written, and what it says.

use std::borrow::Cow;
use std::fmt;

use crate::scanner::json::hex_digits;

/// A string of a document as it is written. `Debug` says nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Literal<'t> {
    written: &'t str,
    escaped: bool,
}

impl<'t> Literal<'t> {
    /// A literal that has been checked: quotes included, escapes whole.
    pub(super) fn new(written: &'t str) -> Self {
        Self { written, escaped: written.contains('\\') }
    }

    /// As it is written, quotes included.
    pub const fn written(&self) -> &'t str {
        self.written
    }

    /// What it says; `None` if it holds half of a surrogate pair, which is no Unicode.
    pub fn text(&self) -> Option<Cow<'t, str>> {
        let inner = self.written.strip_prefix('"')?.strip_suffix('"')?;
        if self.escaped { unescaped(inner).map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
    }
}

impl fmt::Debug for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Literal").field("bytes", &self.written.len()).finish_non_exhaustive()
    }
}

/// What a string says whose escapes are whole.
fn unescaped(mut rest: &str) -> Option<String> {
    let mut text = String::with_capacity(rest.len());
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut characters = escape.chars();
        let short = match characters.next()? {
            'u' => {
                let (character, length) = character(escape)?;
                text.push(character);
                rest = escape.get(length..)?;
                continue;
            }
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            other => other,
        };
        text.push(short);
        rest = characters.as_str();
    }
    text.push_str(rest);
    Some(text)
}

/// The character of an escape that begins with its `u`, and how long it is; two of them are one character.
fn character(escape: &str) -> Option<(char, usize)> {
    let bytes = escape.as_bytes();
    let high = hex_digits(bytes, 1, 4)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, 5));
    }
    if bytes.get(5..7) != Some(b"\\u") {
        return None;
    }
    let low = hex_digits(bytes, 7, 4).filter(|low| (0xdc00..0xe000).contains(low))?;
    let whole = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    Some((char::from_u32(whole)?, 11))
}
