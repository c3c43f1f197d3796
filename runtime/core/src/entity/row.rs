//! Rows of figures: of more groups of digits than a number has, a part looks like one by chance.

use super::check::{Validity, credit_card};

/// How many bytes four groups of four digits are, with the signs between them.
const CARD: usize = 19;

/// How far from the start of a card number is read what tells it from a row: the next one, and the sign behind that.
const REACH: usize = 2 * CARD + 2;

/// Whether a group of `size` figures begins at `at`, no more and no fewer, or a byte in hexadecimal digits.
fn is_group(bytes: &[u8], at: usize, size: usize) -> bool {
    let within = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let group = bytes.get(at..).and_then(|rest| rest.get(..size)).unwrap_or_default();
    group.iter().any(u8::is_ascii_digit)
        && group.iter().all(u8::is_ascii_hexdigit)
        && !within(at.checked_sub(1))
        && !within(at.checked_add(size))
}

/// Whether `sign` and a group of `size` figures stand before `start`.
fn follows(bytes: &[u8], start: usize, sign: u8, size: usize) -> bool {
    let before = start.checked_sub(1).filter(|&at| bytes.get(at) == Some(&sign));
    before.and_then(|at| at.checked_sub(size)).is_some_and(|at| is_group(bytes, at, size))
}

/// Whether `sign` and a group of `size` figures stand behind `end`.
fn goes_on(bytes: &[u8], end: usize, sign: u8, size: usize) -> bool {
    bytes.get(end) == Some(&sign) && is_group(bytes, end + 1, size)
}

/// Whether the digits of a card are only a part of a row: what stands behind the dot of a decimal number, or four groups
/// of four to which the same sign joins another that is not of a card itself. The month and year until which a card is
/// valid may follow it.
pub(super) fn is_card_in_row(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    if matches!(bytes.get(..start), Some([.., digit, b'.']) if digit.is_ascii_digit()) {
        return true;
    }
    let Some(&sign) = bytes.get(start + 4).filter(|sign| end - start == CARD && !sign.is_ascii_digit())
    else {
        return false;
    };
    let is_card =
        |from: usize| text.get(from..from + CARD).is_some_and(|card| credit_card(card) == Validity::Certain);
    let is_month_and_year = |at: usize| {
        let month = text.get(at..at + 2).and_then(|month| month.parse().ok());
        month.is_some_and(|month: u8| (1..=12).contains(&month)) && bytes.get(at + 4) != Some(&sign)
    };
    follows(bytes, start, sign, 4) && !start.checked_sub(CARD + 1).is_some_and(is_card)
        || goes_on(bytes, end, sign, 4) && !is_card(end + 1) && !is_month_and_year(end + 1)
}

/// Whether what follows `text` has a say in whether a card number that begins at `start` is part of a row.
pub(super) fn may_go_on(text: &str, start: usize) -> bool {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    rest.len() <= REACH
        && rest.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b' ' | b'.' | b'-'))
}

/// Whether a telephone number is only a part of a row: a group of figures stands before or behind it that is as long as
/// the one beside it, and as far away from that as the next in the number, by a space. What begins with a 0, or has other signs in
/// it, is a row only where all groups are as long, as pairs of digits are.
pub(super) fn is_number_in_row(bytes: &[u8], start: usize, end: usize) -> bool {
    let value = bytes.get(start..end).unwrap_or_default();
    let (Some(first), Some(last)) = (
        value.iter().position(|byte| !byte.is_ascii_digit()),
        value.iter().rev().position(|byte| !byte.is_ascii_digit()),
    ) else {
        return false;
    };
    let mut groups = value.split(|byte| !byte.is_ascii_digit()).filter(|group| !group.is_empty());
    let spaces = value.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
    if !groups.all(|group| group.len() == first) && (!spaces || value.first() == Some(&b'0')) {
        return false;
    }
    // A group stands directly behind the first space of the number, and before the last one.
    let is_spaced = |sign: usize, digit: usize| {
        value.get(sign) == Some(&b' ') && value.get(digit).is_some_and(u8::is_ascii_digit)
    };
    let sign = value.len() - last - 1;
    is_spaced(first, first + 1) && follows(bytes, start, b' ', first)
        || is_spaced(sign, sign.wrapping_sub(1)) && goes_on(bytes, end, b' ', last)
}
