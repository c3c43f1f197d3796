//! Which brackets in prose look like JSON.
//!
//! Language models write brackets for many reasons: `{name}`, `[1]`, `[see here]`, `list[0]`, `{ return; }`,
//! `[text](url)`. Only what begins like an object or an array is taken for one.

use super::quote::quote_at;
use super::validate::skip_space;

/// The most nested brackets looked through at the start of an array.
const MAX_LEADING_BRACKETS: usize = 16;

/// The longest key without quotation marks that is recognised as one from afar.
const MAX_BARE_KEY: usize = 128;

/// How far a string at the start of an array is looked through.
const MAX_LEADING_STRING: usize = 256;

/// Whether the brace at `at` begins like an object: `{}`, a key in quotation marks, or a word and a colon,
/// after any white space, commas and comments. `spent` grows with the bytes looked at.
pub(super) fn object_like(bytes: &[u8], at: usize, spent: &mut usize) -> bool {
    let mut at = at + 1;
    loop {
        at = skip_space(bytes, at);
        let rest = bytes.get(at..).unwrap_or_default();
        let skip = match rest {
            [b',', ..] => Some(1),
            [b'#', ..] | [b'/', b'/', ..] => memchr::memchr(b'\n', rest),
            [b'/', b'*', ..] => memchr::memmem::find(rest, b"*/").map(|end| end + 2),
            [b'}', ..] => return true,
            _ => return quote_at(bytes, at).is_some() || word_before_colon(bytes, at),
        };
        *spent += skip.unwrap_or(rest.len());
        match skip {
            Some(skip) => at += skip,
            None => return false,
        }
    }
}

/// Whether the bracket at `at` can begin an array at all: it is not a subscript.
pub(super) fn may_open_array(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| bytes.get(i));
    !before.is_some_and(|&b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b')' | b']' | b'!'))
}

/// What an array that is not valid begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArrayShape {
    /// No array.
    None,
    /// A list of numbers or literals, which in prose is more often a reference than an array.
    Scalars,
    /// An object, or a string that ends where strings in arrays end.
    Items,
}

/// What the bracket at `at`, which begins no valid array, begins. `spent` grows with the bytes looked at.
pub(super) fn array_shape(bytes: &[u8], at: usize, spent: &mut usize) -> ArrayShape {
    let mut at = at;
    for _ in 0..MAX_LEADING_BRACKETS {
        at = skip_space(bytes, at + 1);
        let (like, shape) = match bytes.get(at) {
            Some(b'[') => continue,
            Some(b'{') => (object_like(bytes, at, spent), ArrayShape::Items),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b't' | b'f' | b'n' | b'T' | b'F' | b'N') => {
                (scalar_then_comma(bytes, at), ArrayShape::Scalars)
            }
            _ => (string_then_separator(bytes, at, spent), ArrayShape::Items),
        };
        return if like { shape } else { ArrayShape::None };
    }
    ArrayShape::None
}

fn scalar_then_comma(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    let scalar = rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || b"+-._".contains(b));
    let end = at + scalar.count();
    bytes.get(skip_space(bytes, end)) == Some(&b',')
}

fn string_then_separator(bytes: &[u8], at: usize, spent: &mut usize) -> bool {
    let Some(quote) = quote_at(bytes, at) else { return false };
    let near = &bytes[..bytes.len().min(at + MAX_LEADING_STRING)];
    let Some((mark, len)) = quote.next_close(near, at + quote.len) else { return false };
    *spent += mark - at;
    let next = skip_space(bytes, mark + len);
    match bytes.get(next) {
        Some(b',' | b']') => true,
        Some(_) => next > mark + len && quote_at(bytes, next).is_some(),
        None => false,
    }
}

/// Whether `start..end` has its lines to itself, but for white space.
pub(super) fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let space = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r');
    let before = bytes[..start].iter().rev().find(|b| !space(b));
    let after = bytes[end..].iter().find(|b| !space(b));
    before.is_none_or(|&b| b == b'\n') && after.is_none_or(|&b| b == b'\n')
}

/// Whether a word and then a colon stand at `at`.
pub(super) fn word_before_colon(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let rest = &rest[..rest.len().min(MAX_BARE_KEY)];
    let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_$-.".contains(b) || !b.is_ascii());
    let word = word.count();
    let after = rest[word..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    word > 0
        && rest.get(word + after) == Some(&b':')
        // A path or an assignment in some programming language, or a URL.
        && !matches!(bytes.get(at + word + after + 1), Some(b':' | b'=' | b'/'))
}
