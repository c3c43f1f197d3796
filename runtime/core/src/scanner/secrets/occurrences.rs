//! Every place where a value that was found somewhere stands.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;

/// Values of so many bytes together make one automaton: some 70 bytes of memory each.
const BATCH: usize = 1 << 20;

/// Shorter values count only where they stand alone: a password of four letters is part of many words.
pub(super) const ANYWHERE: usize = 8;

/// Bytes between two looks at the interrupt.
const STRIDE: usize = 1 << 20;

/// The places of all `values` (distinct, none empty) in `text`, each with the index of its value; of values
/// that start at one place the longest. Linear in the text for each mebibyte of values.
pub(super) fn all(
    text: &[u8],
    values: &[&[u8]],
    interrupt: Interrupt<'_>,
    mut found: impl FnMut(usize, Span) -> Result<(), ScannerError>,
) -> Result<(), ScannerError> {
    let mut first = 0;
    while first < values.len() {
        interrupt.check()?;
        let mut end = first;
        let mut bytes = 0;
        while end < values.len() && (end == first || bytes + values[end].len() <= BATCH) {
            bytes += values[end].len();
            end += 1;
        }
        search(text, &values[first..end], interrupt, |index, span| found(first + index, span))?;
        first = end;
    }
    Ok(())
}

fn search(
    text: &[u8],
    values: &[&[u8]],
    interrupt: Interrupt<'_>,
    mut found: impl FnMut(usize, Span) -> Result<(), ScannerError>,
) -> Result<(), ScannerError> {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
    let built = builder.build(values);
    let automaton = built.map_err(|_| ScannerError::Failed("too many different secrets".to_owned()))?;
    let mut checked = 0;
    for place in automaton.find_iter(text) {
        if place.start() > checked + STRIDE {
            interrupt.check()?;
            checked = place.start();
        }
        let span = Span::new(place.start(), place.end());
        if span.len() >= ANYWHERE || stands_alone(text, span) {
            found(place.pattern().as_usize(), span)?;
        }
    }
    Ok(())
}

/// Whether no letter or digit is beside a value.
pub(super) fn stands_alone(text: &[u8], span: Span) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 128);
    !part(span.start.checked_sub(1).and_then(|at| text.get(at))) && !part(text.get(span.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, values: &[&str]) -> Vec<(usize, usize)> {
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        let mut places = Vec::new();
        let collect = |index, span: Span| {
            places.push((index, span.start));
            Ok(())
        };
        all(text.as_bytes(), &values, Interrupt::NEVER, collect).unwrap();
        places
    }

    #[test]
    fn long_values_anywhere_short_ones_alone() {
        assert_eq!(places("xlongvaluex longvalue", &["longvalue"]), [(0, 1), (0, 12)]);
        assert_eq!(places("pass passes :pass é-pass", &["pass"]), [(0, 0), (0, 13), (0, 21)]);
        assert!(places("abc", &[]).is_empty());
    }

    #[test]
    fn many_values_in_batches() {
        let values: Vec<String> = (0..3_000).map(|n| format!("{n:0>1000}")).collect();
        let text = values.join(" ");
        let refs: Vec<&str> = values.iter().map(String::as_str).collect();
        assert_eq!(places(&text, &refs).len(), 3_000);
    }
}
