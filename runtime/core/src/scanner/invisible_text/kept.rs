//! Invisible characters that belong to what is seen: to emoji, and to scripts that are written with them.

use std::sync::LazyLock;

use crate::scanner::invisible_text::INVISIBLE;
use crate::text::class::CharClass;

/// Pictures, and code points reserved for pictures to come.
static PICTOGRAPH: LazyLock<CharClass> = LazyLock::new(|| CharClass::new(r"[\p{Extended_Pictographic}]"));

const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// At the very start it says how the text is encoded.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

pub(super) const BLACK_FLAG: char = '\u{1F3F4}';

/// The flags that are written with tag characters (England, Scotland, Wales): all that Unicode's emoji
/// list has. Any other string of tags behind a black flag could be a message.
const TAG_FLAGS: [&str; 3] = [
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// How far is looked back, in bytes: the longest emoji.
pub(super) const LONGEST_LOOK_BACK: usize = TAG_FLAGS[0].len();

/// Characters between a direction mark and the letter before it that it may belong to, and the letter.
const SENTENCE_END: usize = 4;

/// The visible characters of scripts; their marks and signs that other scripts share, too, but for European ones.
fn written_in(scripts: &[&str]) -> CharClass {
    let scripts = format!(r"\p{{scx:{}}}", scripts.join(r"}\p{scx:"));
    CharClass::new(&format!(r"[[{scripts}]&&[\p{{L}}\p{{M}}\p{{N}}\p{{P}}]&&[^\x00-\u{{58F}}]]"))
}

/// Scripts whose letters are joined or kept apart by (non-)joiners.
static JOINED: LazyLock<CharClass> = LazyLock::new(|| {
    written_in(&[
        "Arabic",
        "Syriac",
        "Mandaic",
        "Mongolian",
        "Nko",
        "Adlam",
        "Devanagari",
        "Bengali",
        "Gurmukhi",
        "Gujarati",
        "Oriya",
        "Tamil",
        "Telugu",
        "Kannada",
        "Malayalam",
        "Sinhala",
        "Khmer",
        "Myanmar",
        "Balinese",
        "Javanese",
    ])
});

/// Scripts that set no spaces between words, but where lines may break.
static UNSPACED: LazyLock<CharClass> =
    LazyLock::new(|| written_in(&["Thai", "Lao", "Khmer", "Myanmar", "Balinese", "Javanese"]));

/// Scripts that are written from right to left.
static RIGHT_TO_LEFT: LazyLock<CharClass> = LazyLock::new(|| {
    written_in(&["Hebrew", "Arabic", "Syriac", "Mandaic", "Samaritan", "Thaana", "Nko", "Adlam"])
});

/// The scripts that are written with the invisible character `c`.
fn scripts(c: char) -> Option<&'static CharClass> {
    match c {
        '\u{200C}' | ZERO_WIDTH_JOINER => Some(&JOINED),
        '\u{200B}' => Some(&UNSPACED),
        '\u{61C}' | '\u{200E}' | '\u{200F}' => Some(&RIGHT_TO_LEFT),
        _ => None,
    }
}

/// Whether `text` ends in a picture that a joiner may follow: with or without skin tone and variation
/// selector, or a flag of tags.
fn joinable_end(text: &str) -> bool {
    let dressing = |c: &char| matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    // A picture wears at most one of each; more is not looked through.
    let mut back = text.chars().rev();
    let worn = back.by_ref().take(3).find(|c| !dressing(c));
    worn.is_some_and(|c| PICTOGRAPH.contains(c)) || TAG_FLAGS.iter().any(|flag| text.ends_with(flag))
}

/// The flag that `text` begins with, if one written with tags.
pub(super) fn flag_of(text: &str) -> Option<&'static str> {
    TAG_FLAGS.into_iter().find(|flag| text.starts_with(flag))
}

/// Whether what `c` at byte `at` is part of depends on what follows the text.
pub(super) fn is_open(text: &str, at: usize, c: char) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    match c {
        BLACK_FLAG => TAG_FLAGS.iter().any(|flag| flag.len() > rest.len() && flag.starts_with(rest)),
        _ => scripts(c).is_some() && rest.len() == c.len_utf8(),
    }
}

/// Whether the invisible character `c` at byte `at` of `text`, which begins at `base`, is part of an emoji or of
/// writing that stays.
///
/// Writing has one of them beside a letter of a script that needs it. Two in a row could spell out a message.
pub(super) fn keeps(text: &str, base: usize, at: usize, c: char) -> bool {
    if c == BYTE_ORDER_MARK {
        return base + at == 0;
    }
    let Some(scripts) = scripts(c) else { return PICTOGRAPH.contains(c) };
    let (before, after) = (&text[..at], text[at..].chars().nth(1));
    if c == ZERO_WIDTH_JOINER && joinable_end(before) && after.is_some_and(|next| PICTOGRAPH.contains(next)) {
        return true;
    }
    let last = before.chars().next_back();
    if [last, after].into_iter().flatten().any(|beside| INVISIBLE.contains(beside)) {
        return false;
    }
    // What ends a sentence may stand before the mark that gives it the sentence's direction.
    let sets_direction = matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}');
    let reach = if sets_direction { SENTENCE_END } else { 1 };
    let is_sign = |c: char| sets_direction && (c.is_ascii_punctuation() || c == ' ');
    let letter = before.chars().rev().take(reach).find(|c| !is_sign(*c));
    [letter, after].into_iter().flatten().any(|beside| scripts.contains(beside))
}
