//! Hexadecimal digits: `69676e`, `69 67 6e`, `69:67:6e`, `0x69, 0x67`.
#![allow(
    clippy::needless_bitwise_bool,
    reason = "lazy operators branch, and loops with branches are not vectorised"
)]

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
    if !may_have_pairs(bytes) {
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

/// Bytes that are looked at together in the quick look, and what is looked at behind them.
const BLOCK: usize = 256;
const AHEAD: usize = 16;

/// The quick look before [`separated`]: whether there may be pairs with something between them. Beyond the text
/// there is nothing.
fn may_have_pairs(bytes: &[u8]) -> bool {
    (0..bytes.len()).step_by(BLOCK).any(|start| {
        let (mut digits, mut others) = ([0; BLOCK + AHEAD], [0; BLOCK + AHEAD]);
        let piece = bytes[start..].iter().take(BLOCK + AHEAD);
        for ((digit, other), &byte) in digits.iter_mut().zip(&mut others).zip(piece) {
            let (number, letter) = (byte.wrapping_sub(b'0'), (byte | 0x20).wrapping_sub(b'a'));
            *digit = u8::from((number < 10) | (letter < 6));
            *other = u8::from(!((number < 10) | (letter < 26)));
        }
        pairs_by::<3>(&digits, &others)
            | pairs_by::<4>(&digits, &others)
            | pairs_by::<5>(&digits, &others)
            | pairs_by::<6>(&digits, &others)
    })
}

/// Whether two pairs of digits stand `STEP` bytes apart, with a digit as far behind the second and no digit
/// right behind the first.
fn pairs_by<const STEP: usize>(digits: &[u8; BLOCK + AHEAD], others: &[u8; BLOCK + AHEAD]) -> bool {
    let all = (0..BLOCK).fold(0, |any, at| {
        let pair = digits[at] & digits[at + 1] & others[at + 2];
        any | pair & digits[at + STEP] & digits[at + STEP + 1] & digits[at + 2 * STEP]
    });
    all != 0
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
