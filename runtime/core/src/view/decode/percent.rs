//! Percent-encoding: `%69gnore`.

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::decode::plausible::is_printable;
use crate::view::decode::{Region, Regions, hex_pair};
use crate::view::step::Step;

/// Finds sequences of percent-encoded bytes that are UTF-8 and printable.
pub(super) fn find(text: &str, bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut seen = 0usize;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'%', rest)) {
        seen += 1;
        if seen.is_multiple_of(4096) {
            bounds.check()?;
        }
        let start = at + found;
        let mut end = start;
        let mut decoded = Vec::new();
        while bytes.get(end) == Some(&b'%')
            && let Some(byte) = hex_pair(bytes, end + 1)
        {
            decoded.push(byte);
            end += 3;
        }
        at = end.max(start + 1);
        if let Ok(text) = String::from_utf8(decoded)
            && !text.is_empty()
            && text.chars().all(is_printable)
        {
            regions.push(Region::even(Span::new(start, end), Step::Percent, text))?;
        }
    }
    Ok(())
}
