//! Where brackets close, valid JSON or not.

use super::meter::Meter;
use super::quote::{Quote, quote_at};
use super::validate::skip_space;
use crate::interrupt::Interrupted;

/// The closing bracket of an opening one.
pub(super) const fn closer_of(opener: u8) -> u8 {
    if opener == b'{' { b'}' } else { b']' }
}

/// Whether the byte at `at` follows an odd number of backslashes.
pub(super) fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
}

/// Past the bracket that closes the one at `start`, brackets in strings aside. `reached` is set to where
/// the search ended.
///
/// Only brackets of the same kind are counted: `{"a": [1}` ends at its brace. A mark opens a string where
/// JSON has one, and closes it before a separator; when that goes wrong (the text ends within a string, or
/// a value's mark is followed by a colon) there is no answer.
pub(super) fn end_outside_strings(
    bytes: &[u8],
    start: usize,
    meter: &mut Meter<'_>,
    reached: &mut usize,
) -> Result<Option<usize>, Interrupted> {
    let opener = bytes[start];
    let closer = closer_of(opener);
    let mut depth = 0_usize;
    // The last byte that is no white space.
    let mut before = opener;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        *reached = at;
        meter.spend(1)?;
        if byte == opener {
            depth += 1;
        } else if byte == closer {
            depth -= 1;
            if depth == 0 {
                return Ok(Some(at + 1));
            }
        } else if matches!(before, b'{' | b'[' | b'(' | b',' | b':' | b'=' | b'+')
            && let Some(quote) = quote_at(bytes, at)
        {
            let end = string_end(bytes, at, quote, before == b':', meter)?;
            *reached = end.unwrap_or(bytes.len());
            let Some(end) = end else { return Ok(None) };
            at = end;
            before = b'"';
            continue;
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    Ok(None)
}

/// Past the string at `at`; `None` when it does not end, or not where it should.
fn string_end(
    bytes: &[u8],
    at: usize,
    quote: Quote,
    value: bool,
    meter: &mut Meter<'_>,
) -> Result<Option<usize>, Interrupted> {
    let mut at = at + quote.len;
    while let Some((mark, len)) = quote.next_close(bytes, at) {
        meter.spend(mark - at + 1)?;
        at = mark + len;
        match bytes.get(skip_space(bytes, at)) {
            Some(b':') if value => return Ok(None),
            None | Some(b':' | b',' | b'}' | b']' | b')' | b'+' | b'/' | b'#' | b';') => return Ok(Some(at)),
            _ => {}
        }
    }
    Ok(None)
}

/// Which opening brackets of one kind have a closing one, strings or not.
#[derive(Debug)]
pub(super) struct Balance {
    opener: u8,
    /// One bit for each byte of the text.
    matched: Vec<u64>,
}

impl Balance {
    /// Matches all brackets of the kind of `opener`, last to first: an opening bracket takes the nearest
    /// closing one that is still free. Escaped brackets are not brackets.
    pub(super) fn new(bytes: &[u8], opener: u8, meter: &mut Meter<'_>) -> Result<Self, Interrupted> {
        let closer = closer_of(opener);
        let mut matched = vec![0; bytes.len() / 64 + 1];
        let mut free = 0_usize;
        for at in memchr::memrchr2_iter(opener, closer, bytes) {
            meter.spend(1)?;
            if is_escaped(bytes, at) {
                continue;
            }
            if bytes[at] == closer {
                free += 1;
            } else if free > 0 {
                free -= 1;
                matched[at / 64] |= 1 << (at % 64);
            }
        }
        Ok(Self { opener, matched })
    }

    /// Past the bracket that closes the one at `start`.
    pub(super) fn end(
        &self,
        bytes: &[u8],
        start: usize,
        meter: &mut Meter<'_>,
    ) -> Result<Option<usize>, Interrupted> {
        if self.matched[start / 64] >> (start % 64) & 1 == 0 {
            return Ok(None);
        }
        let mut depth = 0_usize;
        for found in memchr::memchr2_iter(self.opener, closer_of(self.opener), &bytes[start..]) {
            meter.spend(1)?;
            let at = start + found;
            if is_escaped(bytes, at) {
                continue;
            }
            if bytes[at] == self.opener {
                depth += 1;
            } else if depth <= 1 {
                return Ok(Some(at + 1));
            } else {
                depth -= 1;
            }
        }
        Ok(None)
    }
}
