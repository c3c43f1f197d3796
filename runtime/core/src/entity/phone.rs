//! Phone numbers, by the rules of the countries' own numbering plans.
//!
//! A candidate is a run of digits and of the signs that people write between them; the plans (those of
//! Google's libphonenumber, through the `phonenumber` crate) say whether it can be dialled.

use phonenumber::country::Id as Country;

use super::word::{begins, ends};
use crate::span::Span;

/// Digits of a number without its extension (E.164 has at most 15, and prefixes come on top).
const LEAST_DIGITS: usize = 7;
const MOST_DIGITS: usize = 17;

/// A phone number as a candidate.
pub(super) struct Found {
    pub(super) span: Span,
    /// Whether it is written with a `+`, so that its country is known.
    pub(super) international: bool,
}

/// The countries of Presidio's and llm-guard's recognisers whose national numbers are taken for numbers:
/// `US`, `GB`, `DE`, `IL`, `IN`, `CA`, `BR`, `CN`, and those of the other languages that pyshield knows.
const COUNTRIES: &[Country] = &[
    Country::US,
    Country::GB,
    Country::DE,
    Country::IL,
    Country::IN,
    Country::BR,
    Country::CN,
    Country::FR,
    Country::ES,
    Country::IT,
];

/// Loads the numbering plans, which takes about a tenth of a second the first time.
pub(super) fn warm() {
    for country in COUNTRIES {
        // A number that no plan has; only the plan's loading matters.
        drop(phonenumber::parse(Some(*country), "01234567890").map(|number| number.is_valid()));
    }
}

/// The phone number that begins at `start` of `text`, where a digit, a `+` or a `(` stands.
pub(super) fn at(text: &str, start: usize) -> Option<Found> {
    let (mut end, mut ends_of_groups) = (start, Vec::new());
    let bytes = text.as_bytes();
    let (mut digits, mut open) = (0, 0usize);
    let mut signs = 0;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                signs = 0;
                if digits > MOST_DIGITS {
                    break;
                }
                if !bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
                    ends_of_groups.push((end + 1, digits));
                }
            }
            b'+' if end == start => {}
            b'(' if open == 0 && digits < 6 => open = 1,
            b')' if open == 1 => open = 2,
            b' ' | b'-' | b'.' | b'/' if digits > 0 && signs < 2 => signs += 1,
            _ => break,
        }
        end += 1;
    }
    if digits < LEAST_DIGITS || !begins(text, start) {
        return None;
    }
    let international = bytes.get(start) == Some(&b'+');
    // The longest run of whole groups that is a number: what follows may be another one.
    ends_of_groups
        .into_iter()
        .rev()
        .filter(|(_, digits)| (LEAST_DIGITS..=MOST_DIGITS).contains(digits))
        .take(4)
        .find_map(|(end, _)| {
            let candidate = text.get(start..end)?;
            let balanced = candidate.matches('(').count() == candidate.matches(')').count();
            (balanced && ends(text, end) && is_number(candidate, international))
                .then_some(Found { span: Span::new(start, end), international })
        })
}

/// Whether a plan has the number.
fn is_number(candidate: &str, international: bool) -> bool {
    let valid = |country| phonenumber::parse(country, candidate).is_ok_and(|number| number.is_valid());
    if international {
        return valid(None);
    }
    let digits: Vec<u8> = candidate.bytes().filter(u8::is_ascii_digit).collect();
    COUNTRIES.iter().any(|&country| possible(country, &digits) && valid(Some(country)))
}

/// A quick look that spares the plan: how long a national number is and how it begins.
fn possible(country: Country, digits: &[u8]) -> bool {
    let (first, count) = (digits.first().copied().unwrap_or(b'x'), digits.len());
    match country {
        Country::US => {
            let digits = if count == 11 && first == b'1' { &digits[1..] } else { digits };
            digits.len() == 10 && digits[0] >= b'2' && digits[3] >= b'2'
        }
        Country::GB => first == b'0' && (10..=11).contains(&count),
        Country::DE => first == b'0' && (7..=13).contains(&count),
        Country::IL => first == b'0' && (9..=10).contains(&count),
        Country::FR => first == b'0' && count == 10,
        Country::IN => count == 10 && first >= b'6' || count == 11 && first == b'0',
        Country::BR => (10..=12).contains(&count),
        Country::CN => count == 11 && matches!(first, b'0' | b'1') || count == 12 && first == b'0',
        Country::ES => count == 9 && first >= b'6',
        Country::IT => first == b'0' && (8..=11).contains(&count) || count == 10 && first == b'3',
        _ => true,
    }
}
