//! Whether a value is a password that somebody chose.

use super::check::{Check, Promise};
use super::entropy::{bits_per_character, looks_random};
use super::placeholder::{is_example, is_filler, is_reference, is_uuid};

/// The longest password that is looked for, in bytes.
pub(super) const LONGEST: usize = 128;

/// The shortest.
pub(super) const SHORTEST: usize = 8;

/// Whether the value is base64 of text, as Kubernetes keeps secrets; its padding tells it from words.
pub(super) fn is_encoded(value: &[u8]) -> bool {
    value.ends_with(b"=")
        && value.len().is_multiple_of(4)
        && (SHORTEST..=LONGEST).contains(&value.len())
        && Check::Encoded.promise(value) == Promise::Kept
}

/// Whether the value has a sign that names of programs do not have.
fn has_symbol(value: &[u8]) -> bool {
    let symbol = |byte: &u8| byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'-' | b'.' | b'/' | b':');
    value.iter().any(symbol)
}

/// Whether the value is one that somebody chose, and not a word, a name or a piece of a program.
pub(super) fn is_password(value: &[u8], quoted: bool) -> bool {
    if !(SHORTEST..=LONGEST).contains(&value.len()) || !value.is_ascii() {
        return false;
    }
    let has = |kind: fn(&u8) -> bool| value.iter().any(kind);
    let (digit, letter) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
    let symbol = has_symbol(value);
    let code =
        has(|byte| {
            matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b' ' | b'=' | b'\\')
        }) || value.windows(2).any(|pair| matches!(pair, b"::" | b"->" | b"//" | b".." | b"%s" | b"%d"));
    let bare_code = !quoted && (has(|byte| matches!(byte, b'.' | b'/' | b'&' | b'*' | b'|')) && !symbol);
    let constant = !quoted
        && value.contains(&b'_')
        && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
        && !looks_random(value);
    // Names in programs are as short, and have digits in one place: `sha256ab`, `x86-64bit`.
    let drawn = || {
        let parts = value.chunk_by(|one, next| one.is_ascii_digit() == next.is_ascii_digit());
        let numbers = parts.filter(|part| part[0].is_ascii_digit()).count();
        numbers > 1 && value.iter().all(u8::is_ascii_alphanumeric) && looks_random(value)
    };
    let chosen = quoted
        || symbol
        || has(u8::is_ascii_uppercase)
        || value.len() >= 10 && !value.contains(&b'_')
        || drawn();
    letter
        && digit
        && chosen
        && !code
        && !bare_code
        && !constant
        && bits_per_character(value) >= 2.5
        && !is_reference(value)
        && !is_filler(value)
        && !is_example(value)
        && !is_uuid(value)
}

/// Whether a password is one even where nothing but its name is before it: letters of both cases, digits and signs.
pub(super) fn is_strong(value: &[u8]) -> bool {
    let cases = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    cases && has_symbol(value) && is_password(value, false)
}
