//! Text written with characters that cannot be seen: tags, and variation selectors that number bytes.

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::decode::plausible::as_text;
use crate::view::decode::{Part, Region, Regions};
use crate::view::step::Step;

/// Fewer selectors in a row are the style of a picture or a glyph.
const LEAST_SELECTORS: usize = 4;

/// Longest string of tags behind a black flag that names a region.
const LONGEST_FLAG: usize = 7;

/// Finds tags and variation selectors.
pub(super) fn find(text: &str, bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut seen = 0usize;
    // Both begin with this byte but for the first sixteen selectors, which number no letter.
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(0xF3, rest)) {
        seen += 1;
        if seen.is_multiple_of(4096) {
            bounds.check()?;
        }
        let start = at + found;
        let Some(rest) = text.get(start..) else {
            at = start + 1;
            continue;
        };
        let (region, end) = if rest.starts_with(|c| matches!(c, '\u{E0000}'..='\u{E007F}')) {
            tags(text, start, regions)?
        } else {
            selectors(text, start, regions)?
        };
        if let Some(region) = region {
            regions.push(region)?;
        }
        at = end.max(start + 4);
    }
    Ok(())
}

/// The text that the tags from `start` on copy.
fn tags(text: &str, start: usize, regions: &Regions<'_>) -> Result<(Option<Region>, usize), ScannerError> {
    let mut decoded = String::new();
    let mut parts = Vec::new();
    let mut end = start;
    for c in text.get(start..).unwrap_or_default().chars() {
        let code = u32::from(c);
        if !(0xE0000..=0xE007F).contains(&code) {
            break;
        }
        if let 0xE0020..=0xE007E = code {
            decoded.push((code - 0xE0000) as u8 as char);
            parts.push(Part { len: 1, span: Span::new(end, end + 4), even: false });
            regions.expect(parts.len())?;
        }
        end += 4;
    }
    let flag = text.get(..start).is_some_and(|before| before.ends_with('\u{1F3F4}'));
    if decoded.is_empty() || (flag && parts.len() < LONGEST_FLAG) {
        return Ok((None, end));
    }
    Ok((Some(Region { span: Span::new(start, end), step: Step::Tags, text: decoded, parts }), end))
}

/// The text whose bytes the variation selectors around `at` number.
fn selectors(text: &str, at: usize, regions: &Regions<'_>) -> Result<(Option<Region>, usize), ScannerError> {
    // A selector of the first sixteen may come before.
    let before = text.get(..at).unwrap_or_default();
    let first = before.chars().rev().take(64).take_while(|c| matches!(c, '\u{FE00}'..='\u{FE0F}')).count();
    let start = at - 3 * first;
    let (mut decoded, mut parts, mut end) = (Vec::new(), Vec::new(), start);
    for c in text.get(start..).unwrap_or_default().chars() {
        let byte = match u32::from(c) {
            code @ 0xFE00..=0xFE0F => code - 0xFE00,
            code @ 0xE0100..=0xE01EF => code - 0xE0100 + 16,
            _ => break,
        };
        decoded.push(byte as u8);
        parts.push(Part { len: 1, span: Span::new(end, end + c.len_utf8()), even: false });
        regions.expect(parts.len())?;
        end += c.len_utf8();
    }
    if decoded.len() < LEAST_SELECTORS {
        return Ok((None, end));
    }
    let region = as_text(decoded).map(|text| Region {
        span: Span::new(start, end),
        step: Step::VariationSelectors,
        text,
        parts,
    });
    Ok((region, end))
}
