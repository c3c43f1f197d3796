//! Escapes of programming languages: `\x69`, `\u0069`, `\u{69}`, `\U00000069`.

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::decode::plausible::is_printable;
use crate::view::decode::{Region, Regions, hex_value};
use crate::view::step::Step;

/// Finds sequences of escapes that are printable. Those of bytes are read as UTF-8.
pub(super) fn find(text: &str, bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut seen = 0usize;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        seen += 1;
        if seen.is_multiple_of(4096) {
            bounds.check()?;
        }
        let start = at + found;
        let (region, end) = match one(bytes, start) {
            Some((_, true, _)) => byte_escapes(bytes, start),
            Some((code, false, end)) => code_point(bytes, Span::new(start, end), code),
            None => (None, start),
        };
        if let Some(region) = region {
            regions.push(region)?;
        }
        at = end.max(start + 1);
    }
    Ok(())
}

/// What the escaped bytes from `start` on spell, and where they end.
fn byte_escapes(bytes: &[u8], start: usize) -> (Option<Region>, usize) {
    let (mut decoded, mut end) = (Vec::new(), start);
    while let Some((byte, true, next)) = one(bytes, end) {
        decoded.push(byte as u8);
        end = next;
    }
    let text = String::from_utf8(decoded).ok().filter(|text| text.chars().all(is_printable));
    (text.map(|text| Region::even(Span::new(start, end), Step::Escapes, text)), end)
}

/// The character that the escape at `span` stands for, alone or as the first half of a pair.
fn code_point(bytes: &[u8], mut span: Span, mut code: u32) -> (Option<Region>, usize) {
    if (0xD800..0xDC00).contains(&code)
        && let Some((low @ 0xDC00..0xE000, false, end)) = one(bytes, span.end)
    {
        code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        span.end = end;
    }
    let c = char::from_u32(code).filter(|c| is_printable(*c));
    (c.map(|c| Region::whole(span, Step::Escapes, c.to_string())), span.end)
}

/// The escape at `at`: its number, whether that is a byte, and where it ends.
fn one(bytes: &[u8], at: usize) -> Option<(u32, bool, usize)> {
    if bytes.get(at) != Some(&b'\\') {
        return None;
    }
    let digits = |from: usize, len: usize| {
        let digits = bytes.get(from..from + len)?;
        digits.iter().try_fold(0u32, |code, byte| Some(code << 4 | u32::from(hex_value(*byte)?)))
    };
    match bytes.get(at + 1)? {
        b'x' => Some((digits(at + 2, 2)?, true, at + 4)),
        b'u' if bytes.get(at + 2) == Some(&b'{') => {
            let len = bytes[at + 3..].iter().take(7).take_while(|byte| **byte != b'}').count();
            let code = if (1..=6).contains(&len) { digits(at + 3, len)? } else { return None };
            Some((code, false, at + 4 + len))
        }
        b'u' => Some((digits(at + 2, 4)?, false, at + 6)),
        b'U' => Some((digits(at + 2, 8)?, false, at + 10)),
        _ => None,
    }
}
