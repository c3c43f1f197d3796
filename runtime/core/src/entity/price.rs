//! What recognising costs without the caller's patterns, in nanoseconds, told before it is done.
//!
//! Ordinary text costs some nanoseconds a byte. What costs a hundred times as much is text in which every other byte
//! begins something that goes on for long: figures with signs between them, each of which may begin a telephone
//! number, and words glued together by signs that addresses of mail have, each of which is read to the end.

/// Bytes of ordinary text.
const BASE: u64 = 1_500;
const BYTE: u64 = 15;

/// A number that stands so close behind another that both may be parts of a third, which has some digits at least.
const NUMBER: u64 = 1_000;
const DIGITS: u64 = 7;

/// A byte that is read once more.
const REREAD: u64 = 4;

/// How much of a row is read from each of its beginnings, at the most.
const ROW: u64 = 256;

/// How many signs a number may have between two of its digits.
const APART: usize = 3;

/// The longest text that is read for its price: a longer one is dear whatever it says.
const LONGEST: usize = 8_192;

/// For a text of `bytes` bytes, whatever it says.
pub(super) const fn of_any(bytes: usize) -> u64 {
    BASE + (bytes as u64).saturating_mul(BYTE)
}

/// For this text. Takes about a nanosecond a byte, of short texts alone.
pub(super) fn of(text: &str) -> u64 {
    let base = of_any(text.len());
    if text.len() > LONGEST {
        return base;
    }
    let mut price = 0;
    // The row so far: its length, and how many words begin in it.
    let (mut length, mut words) = (0_u64, 0_u64);
    // Numbers close behind each other: how many, and of how many digits.
    let (mut numbers, mut digits, mut since_digit) = (0, 0, usize::MAX);
    let mut in_word = false;
    for byte in text.bytes() {
        let word = byte.is_ascii_alphanumeric();
        if byte.is_ascii_digit() {
            if since_digit > APART {
                price += of_numbers(numbers, digits);
                (numbers, digits) = (0, 0);
            }
            numbers += u64::from(since_digit > 0);
            digits += 1;
            since_digit = 0;
        } else {
            since_digit = if word { usize::MAX } else { since_digit.saturating_add(1) };
        }
        if word || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b':' | b'@') {
            length += 1;
            words += u64::from(word && !in_word);
        } else if length > 0 {
            price += of_row(length, words);
            (length, words) = (0, 0);
        }
        in_word = word;
    }
    base + price + of_row(length, words) + of_numbers(numbers, digits)
}

/// From each of several numbers on a telephone number may begin, if they have enough digits.
const fn of_numbers(numbers: u64, digits: u64) -> u64 {
    if digits < DIGITS { 0 } else { numbers.saturating_sub(1) * NUMBER }
}

/// A row of words and signs is read from each of its words on.
fn of_row(length: u64, words: u64) -> u64 {
    words.saturating_sub(1) * length.min(ROW) * REREAD
}
