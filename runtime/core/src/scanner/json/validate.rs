//! Strict JSON as Python's `json.loads` reads it: RFC 8259, plus `NaN`, `Infinity` and `-Infinity`.
//!
//! Duplicate keys and numbers of any length are fine. Raw control characters in strings, trailing commas,
//! single quotes, comments and a byte order mark are not. Two of Python's limits are other ones here:
//! nesting ends at [`MAX_DEPTH`], not at the recursion limit, and integers may have more than 4,300 digits.

use crate::interrupt::Interrupted;

use super::meter::Meter;

/// The deepest nesting of objects and arrays that counts as JSON.
pub(crate) const MAX_DEPTH: usize = 512;

/// JSON's own white space.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The first position at or after `at` that holds no white space; the length at the end.
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|&b| is_space(b)) {
        at += 1;
    }
    at
}

/// Whether the whole text is one JSON value.
pub(super) fn is_document(bytes: &[u8], meter: &mut Meter<'_>) -> Result<bool, Interrupted> {
    let end = value_end(bytes, skip_space(bytes, 0), meter)?;
    Ok(end.is_ok_and(|end| skip_space(bytes, end) == bytes.len()))
}

/// Where the value that starts at `start` ends, or else where reading it failed.
///
/// Iterative: the open containers are kept in a list of at most [`MAX_DEPTH`].
pub(super) fn value_end(
    bytes: &[u8],
    start: usize,
    meter: &mut Meter<'_>,
) -> Result<Result<usize, usize>, Interrupted> {
    // Whether each open container is an object.
    let mut open: Vec<bool> = Vec::new();
    let mut at = start;
    loop {
        let began = at;
        // A value is expected at `at`.
        match bytes.get(at) {
            Some(&opener @ (b'{' | b'[')) => {
                let object = opener == b'{';
                let inside = skip_space(bytes, at + 1);
                let empty = bytes.get(inside) == Some(&if object { b'}' } else { b']' });
                if open.len() >= MAX_DEPTH {
                    return Ok(Err(at));
                }
                if empty {
                    at = inside + 1;
                } else {
                    open.push(object);
                    at = if object {
                        match key_end(bytes, inside) {
                            Ok(end) => end,
                            Err(end) => return Ok(Err(end)),
                        }
                    } else {
                        inside
                    };
                    meter.spend(at - began)?;
                    continue;
                }
            }
            _ => match scalar_end(bytes, at) {
                Ok(end) => at = end,
                Err(end) => return Ok(Err(end)),
            },
        }
        meter.spend(at - began)?;
        // A value has just ended at `at`: what may follow depends on the container it is in.
        loop {
            let Some(&object) = open.last() else { return Ok(Ok(at)) };
            let next = skip_space(bytes, at);
            match bytes.get(next) {
                Some(b',') => {
                    at = skip_space(bytes, next + 1);
                    if object {
                        match key_end(bytes, at) {
                            Ok(end) => at = end,
                            Err(end) => return Ok(Err(end)),
                        }
                    }
                    break;
                }
                Some(b'}') if object => at = next + 1,
                Some(b']') if !object => at = next + 1,
                _ => return Ok(Err(next)),
            }
            open.pop();
        }
    }
}

/// Past a key, its colon and the white space around it.
fn key_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    if bytes.get(at) != Some(&b'"') {
        return Err(at);
    }
    let colon = skip_space(bytes, string_end(bytes, at)?);
    if bytes.get(colon) != Some(&b':') {
        return Err(colon);
    }
    Ok(skip_space(bytes, colon + 1))
}

/// Past a string, number or literal.
pub(crate) fn scalar_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at),
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N' | b'I') => {
            let rest = &bytes[at..];
            for word in ["true", "false", "null", "NaN", "Infinity", "-Infinity"] {
                if rest.starts_with(word.as_bytes()) {
                    return Ok(at + word.len());
                }
            }
            number_end(bytes, at)
        }
        _ => Err(at),
    }
}

/// Past the string whose opening quote is at `at`.
pub(crate) fn string_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let mut at = at + 1;
    loop {
        at = plain_end(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => match bytes.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                Some(b'u') if hex_digits(bytes, at + 2, 4).is_some() => at += 6,
                _ => return Err(at),
            },
            Some(0..=0x1f) | None => return Err(at),
            Some(_) => at += 1,
        }
    }
}

/// Past bytes that stand for themselves in a string, eight at a time: at the first that does not, or within the
/// last eight bytes.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let eight = u64::from_le_bytes(*eight);
        // A byte's high bit is set where it is zero, or below 32; above such a byte it may be without reason.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quote = zero(eight ^ (ONES * u64::from(b'"')));
        let escape = zero(eight ^ (ONES * u64::from(b'\\')));
        let control = eight.wrapping_sub(ONES * 0x20) & !eight;
        let special = (quote | escape | control) & HIGH;
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at
}

/// The number that `count` (at most 8) hexadecimal digits at `at` spell.
pub(crate) fn hex_digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = bytes.get(at..at.checked_add(count)?)?;
    digits.iter().try_fold(0, |value, &b| Some(value * 16 + char::from(b).to_digit(16)?))
}

/// Past the longest number at `at`: as in `json.loads`, a fraction or exponent that is cut short is not
/// part of it.
pub(super) fn number_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut end = at + usize::from(bytes.get(at) == Some(&b'-'));
    end = match bytes.get(end) {
        Some(b'0') => end + 1,
        Some(b'1'..=b'9') => digits(end),
        _ => return Err(end),
    };
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::string_end;

    /// One byte after the other.
    fn plainly(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
        at += 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => return Ok(at + 1),
                Some(b'\\') if bytes.get(at + 1) == Some(&b'n') => at += 2,
                Some(0..=0x1f | b'\\') | None => return Err(at),
                Some(_) => at += 1,
            }
        }
    }

    #[test]
    fn a_string_ends_where_it_ends_byte_by_byte() {
        for length in 0..20 {
            let mut text = vec![b'a'; length + 1];
            assert_eq!(string_end(&text, 0), plainly(&text, 0));
            for at in 1..=length {
                for byte in 0..=u8::MAX {
                    for next in [b'a', b'"', b'!', b'n', 0, 0x1f, 0x20, 0x80, 0xff] {
                        text.fill(b'a');
                        text[at] = byte;
                        if let Some(after) = text.get_mut(at + 1) {
                            *after = next;
                        }
                        // Other escapes are told in the tests of `JSON`.
                        if byte != b'\\' || next != b'"' {
                            assert_eq!(string_end(&text, 0), plainly(&text, 0), "{text:?}");
                        }
                    }
                }
            }
        }
    }
}
