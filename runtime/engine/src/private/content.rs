//! What stands between the quotes of a literal.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

/// How a literal is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quotes {
    pub(super) quote: u8,
    /// Whether it has JSON's escapes alone.
    pub(super) json: bool,
}

impl Quotes {
    pub(super) const JSON: Self = Self { quote: b'"', json: true };
}

/// Where reading a literal's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Plain,
    /// After a backslash.
    Escape,
    /// So many hexadecimal digits of an escape are to come.
    Hex(u8),
    /// It has what no literal holds.
    Broken,
}

impl Content {
    pub(super) fn next(self, byte: u8, quotes: Quotes) -> Self {
        match self {
            Self::Plain if byte == quotes.quote => Self::Broken,
            Self::Plain if byte == b'\\' => Self::Escape,
            Self::Plain if matches!(byte, b'\n' | b'\r') || quotes.json && byte < b' ' => Self::Broken,
            Self::Plain => Self::Plain,
            // Whether a backslash escapes between single quotes, the language says, and that is not known.
            Self::Escape if quotes.quote == b'\'' && byte >= b' ' => Self::Plain,
            Self::Escape => match byte {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Self::Plain,
                b'u' => Self::Hex(4),
                b'\'' | b'0' | b'$' if !quotes.json => Self::Plain,
                b'x' if !quotes.json => Self::Hex(2),
                b'U' if !quotes.json => Self::Hex(8),
                _ => Self::Broken,
            },
            Self::Hex(left) if byte.is_ascii_hexdigit() => {
                if left == 1 {
                    Self::Plain
                } else {
                    Self::Hex(left - 1)
                }
            }
            Self::Hex(_) | Self::Broken => Self::Broken,
        }
    }
}

/// Whether a literal can hold a value as it is. One that came out of a literal is escaped already.
pub(super) fn is_whole(value: &str, quotes: Quotes) -> bool {
    let content = value.bytes().fold(Content::Plain, |content, byte| content.next(byte, quotes));
    content == Content::Plain
}

/// What a value is in a literal: what it says there if the literal can hold it as it is, otherwise itself.
pub(super) fn inside(value: &str, quotes: Quotes) -> Cow<'_, str> {
    let content = value.contains('\\') && is_whole(value, quotes);
    let said = content.then(|| serde_json::from_str(&format!("\"{value}\"")).ok()).flatten();
    said.map_or(Cow::Borrowed(value), Cow::Owned)
}

/// A value as literals within each other hold it, of which the innermost comes first.
pub(super) fn nested(value: &str, literals: &[Quotes]) -> Arc<str> {
    match literals.split_last() {
        None => value.into(),
        Some((quotes, [])) => escaped(value, *quotes),
        Some((quotes, rest)) => escaped(&nested(&inside(value, *quotes), rest), *quotes),
    }
}

/// Reads what a text says between quotes, byte by byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Said {
    #[default]
    Plain,
    /// After a backslash.
    Escape,
    /// So many hexadecimal digits are to come, after those that made up this number.
    Hex(u8, u32),
}

impl Said {
    /// What a byte amounts to with those before, if anything. Of what is not ASCII only that it is not.
    pub(super) fn next(&mut self, byte: u8, quotes: Quotes) -> Option<u8> {
        let (next, said) = match *self {
            Self::Plain if byte == b'\\' => (Self::Escape, None),
            Self::Plain => (Self::Plain, Some(byte)),
            Self::Escape => match byte {
                b'n' => (Self::Plain, Some(b'\n')),
                b'r' => (Self::Plain, Some(b'\r')),
                b't' | b'b' | b'f' => (Self::Plain, Some(b'\t')),
                b'u' => (Self::Hex(4, 0), None),
                b'x' if !quotes.json => (Self::Hex(2, 0), None),
                _ => (Self::Plain, Some(byte)),
            },
            Self::Hex(left, number) => match char::from(byte).to_digit(16) {
                None => (Self::Plain, Some(byte)),
                Some(digit) if left > 1 => (Self::Hex(left - 1, number << 4 | digit), None),
                Some(digit) => {
                    let code = number << 4 | digit;
                    (Self::Plain, Some(u8::try_from(code).unwrap_or(0x80)))
                }
            },
        };
        *self = next;
        said
    }
}

/// Whether some literal cannot hold a value as it is.
pub(super) fn is_special(value: &str) -> bool {
    value.bytes().any(|byte| matches!(byte, b'"' | b'\'' | b'\\') || byte < b' ')
}

/// A value as a literal holds it.
pub(super) fn escaped(value: &str, quotes: Quotes) -> Arc<str> {
    let quote = char::from(quotes.quote);
    let mut out = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote || c == '\\' => out.extend(['\\', c]),
            c if c < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.into()
}
