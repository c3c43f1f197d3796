//! Hexadecimal digits: `69676e`, `69 67 6e`, `69:67:6e`, `0x69, 0x67`.
#![allow(
    clippy::needless_bitwise_bool,
    reason = "lazy operators branch, and loops with branches are not vectorised"
)]
#![allow(clippy::many_single_char_names, reason = "lanes of one loop")]

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::decode::base64::next_run;
use crate::view::decode::plausible::as_text;
use crate::view::decode::{Part, Region, Regions, hex_pair, hex_value};
use crate::view::step::Step;

/// Fewer pairs are numbers, times and addresses.
const LEAST_PAIRS: usize = 8;

/// Bytes between two looks at the interrupt.
const STRIDE: usize = 64 << 10;

/// Finds what decodes to text.
pub(super) fn find(text: &str, bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut next_check = 0;
    while let Some(run) = next_run(bytes, from) {
        if run.start >= next_check {
            bounds.check()?;
            next_check = run.start + STRIDE;
        }
        joined(bytes, run, regions)?;
        from = run.end;
    }
    separated(bytes, bounds, regions)
}

/// Digits without a break in between.
fn joined(bytes: &[u8], run: Span, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let mut start = run.start;
    if matches!(bytes.get(start..start + 2), Some(b"0x" | b"0X")) {
        start += 2;
    }
    let len = bytes[start..run.end].iter().take_while(|byte| hex_value(**byte).is_some()).count();
    if start + len != run.end || len % 2 != 0 || len < 2 * LEAST_PAIRS {
        return Ok(());
    }
    let decoded = (start..run.end).step_by(2).filter_map(|at| hex_pair(bytes, at)).collect();
    if let Some(text) = as_text(decoded) {
        regions.push(Region::even(Span::new(start, run.end), Step::Hex, text))?;
    }
    Ok(())
}

/// Pairs with something between them.
fn separated(bytes: &[u8], bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    if !has_pairs::<3>(bytes) && !has_pairs::<4>(bytes) && !has_pairs::<5>(bytes) && !has_pairs::<6>(bytes) {
        return Ok(());
    }
    let mut at = 0;
    let mut next_check = 0;
    while at < bytes.len() {
        if at >= next_check {
            bounds.check()?;
            next_check = at + STRIDE;
        }
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let Some(first) = begins.then(|| pair(bytes, at)).flatten() else {
            at += 1;
            continue;
        };
        at = sequence(bytes, first, regions)?;
    }
    Ok(())
}

/// Whether two pairs of digits stand `STEP` bytes apart with no digit behind either: the quick look before
/// [`separated`].
fn has_pairs<const STEP: usize>(bytes: &[u8]) -> bool {
    let Some(count) = bytes.len().checked_sub(2 * STEP + 1) else { return false };
    let digit = |byte: u8| byte.wrapping_sub(b'0') < 10 || (byte | 0x20).wrapping_sub(b'a') < 6;
    let other = |byte: u8| !((byte.wrapping_sub(b'0') < 10) | ((byte | 0x20).wrapping_sub(b'a') < 26));
    let lane = |offset: usize| &bytes[offset..offset + count];
    let (a, b, c) = (lane(0), lane(1), lane(2));
    let (d, e, f) = (lane(STEP), lane(STEP + 1), lane(2 * STEP));
    let mut start = 0;
    while start < count {
        let end = count.min(start + 256);
        let any = (start..end).fold(false, |any, at| {
            any | (digit(a[at]) & digit(b[at]) & other(c[at]) & digit(d[at]) & digit(e[at]) & digit(f[at]))
        });
        if any {
            return true;
        }
        start = end;
    }
    false
}

/// The pair at `at`, with `0x` or without: its value and where its digits stand.
fn pair(bytes: &[u8], at: usize) -> Option<(u8, Span)> {
    let digits = if matches!(bytes.get(at..at + 2), Some(b"0x" | b"0X")) { at + 2 } else { at };
    let value = hex_pair(bytes, digits)?;
    let alone = !bytes.get(digits + 2).is_some_and(u8::is_ascii_alphanumeric);
    alone.then_some((value, Span::new(at, digits + 2)))
}

/// Decodes the pairs from `first` on, which all have the same thing between them; returns where they end.
fn sequence(bytes: &[u8], first: (u8, Span), regions: &mut Regions<'_>) -> Result<usize, ScannerError> {
    let between = |byte: &&u8| matches!(**byte, b' ' | b',' | b':' | b';' | b'-' | b'\n' | b'\t');
    let mut gap = None;
    let mut next = |last: Span| {
        let here = bytes[last.end..].iter().take(4).take_while(between).count();
        let same = (1..=3).contains(&here) && *gap.get_or_insert(here) == here;
        same.then(|| pair(bytes, last.end + here)).flatten()
    };
    let mut decoded = vec![first.0];
    let mut last = first.1;
    while let Some((byte, span)) = next(last) {
        decoded.push(byte);
        last = span;
    }
    if decoded.len() >= LEAST_PAIRS
        && let Some(text) = as_text(decoded)
    {
        // Most sequences are no text, so where each byte stands is looked up again rather than kept.
        regions.expect(text.len())?;
        let spans = std::iter::successors(Some(first.1), |last| next(*last).map(|pair| pair.1));
        let parts = spans.map(|span| Part { len: 1, span, even: false }).collect();
        let span = Span::new(first.1.start, last.end);
        regions.push(Region { span, step: Step::Hex, text, parts })?;
    }
    Ok(last.end)
}
