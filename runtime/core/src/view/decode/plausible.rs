//! Whether decoded bytes are text.

use std::sync::LazyLock;

use crate::text::class::CharClass;

/// Characters no text is written with: controls, private use, unassigned, surrogates.
static UNPRINTABLE: LazyLock<CharClass> = LazyLock::new(|| CharClass::new(r"[\p{Cc}\p{Co}\p{Cn}]"));

/// Whether `c` may stand in text.
pub(super) fn is_printable(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        c if c.is_ascii() => !c.is_ascii_control(),
        c => !UNPRINTABLE.contains(c),
    }
}

/// `bytes` as text, if that is what they are: UTF-8, printable, and for the most part letters, digits and
/// spaces.
pub(super) fn as_text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    is_text(&text).then_some(text)
}

/// Whether `text` is printable and at least two in three of its characters are letters, digits or spaces.
pub(super) fn is_text(text: &str) -> bool {
    let (mut all, mut plain) = (0usize, 0usize);
    for c in text.chars() {
        if !is_printable(c) {
            return false;
        }
        all += 1;
        plain += usize::from(c.is_alphanumeric() || c.is_whitespace());
    }
    all > 0 && 3 * plain >= 2 * all
}
