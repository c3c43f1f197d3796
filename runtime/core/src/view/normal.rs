//! The normalised view, character by character: compatibility forms, lookalikes, invisible characters.

use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::error::ScannerError;
use crate::text::class::CharClass;
use crate::view::bounds::Bounds;
use crate::view::lookalike::{Likeness, is_flag_letter, letter};
use crate::view::map::{SourceMap, Writer};
use crate::view::step::Step;

/// Bytes between two looks at the interrupt.
const STRIDE: usize = 16 << 10;

/// Bytes of a word that are looked at together.
const LONGEST_WORD: usize = 4 << 10;

/// Combining marks that are composed with their letter; further ones are looked at on their own.
const MOST_MARKS: usize = 30;

/// Characters that are drawn as nothing: Unicode's `Default_Ignorable_Code_Point`.
static IGNORABLE: LazyLock<CharClass> =
    LazyLock::new(|| CharClass::new(r"[\p{Default_Ignorable_Code_Point}]"));

/// Compatibility forms that ordinary typography is full of and that hide no letter of a word.
static TYPOGRAPHY: LazyLock<CharClass> =
    LazyLock::new(|| CharClass::new(r"[…™®℠©²³¹ªº½¼¾µ´¨¸¯№℃℉‥″‴\u{2002}-\u{200A}\u{202F}]"));

/// The normalised view of `text`, if it differs.
///
/// * Compatibility forms (full width, mathematical, circled, ligatures, spaces) become what they stand for
///   (NFKC), but for common typographic signs.
/// * Letters of other scripts become the ASCII letters they look like, where they stand in a word with ASCII
///   letters, or in a word of three letters or more that consists of nothing else.
/// * Invisible characters go where they follow a letter, digit or sign of an alphabet that does not need
///   them; so do combining marks that no letter composes with. Emoji, Arabic and Indic joiners stay.
///
/// The case of letters stays. Linear in the text.
pub(super) fn normalise(
    text: &str,
    bounds: &Bounds<'_>,
) -> Result<Option<(String, SourceMap)>, ScannerError> {
    let mut pass = Pass { text, writer: Writer::new(text, bounds), before: ' ' };
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut next_check = STRIDE;
    while at < bytes.len() {
        // A word at a time: what a letter may become depends on its neighbours.
        let start = at;
        let mut foreign = false;
        while bytes.get(at).is_some_and(|byte| !is_gap(*byte))
            && (at - start < LONGEST_WORD || !text.is_char_boundary(at))
        {
            foreign |= !bytes[at].is_ascii();
            at += 1;
        }
        if foreign {
            pass.word(start, at);
        } else if let Some(&last) = bytes[start..at].last() {
            pass.before = char::from(last);
        }
        while bytes.get(at).is_some_and(|byte| is_gap(*byte)) {
            pass.before = char::from(bytes[at]);
            at += 1;
        }
        if at >= next_check {
            bounds.check()?;
            next_check = at + STRIDE;
        }
    }
    pass.writer.finish()
}

/// Whether a byte separates words: ASCII that is neither letter nor digit.
const fn is_gap(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

/// What a word consists of, as far as lookalikes go.
#[derive(Default)]
struct Makeup {
    ascii: usize,
    lookalikes: usize,
    others: usize,
}

impl Makeup {
    fn of(word: &str) -> Self {
        let mut makeup = Self::default();
        for c in word.chars().filter(|c| c.is_alphabetic()) {
            if c.is_ascii() {
                makeup.ascii += 1;
            } else if letter(c).is_some_and(|(_, likeness)| likeness == Likeness::Confusable) {
                makeup.lookalikes += 1;
            } else {
                makeup.others += 1;
            }
        }
        makeup
    }

    fn allows(&self, likeness: Likeness) -> bool {
        match likeness {
            Likeness::Style => true,
            Likeness::Confusable => self.ascii > 0 || (self.others == 0 && self.lookalikes > 2),
            Likeness::Similar => self.ascii > 0,
        }
    }
}

struct Pass<'a> {
    text: &'a str,
    writer: Writer<'a>,
    /// The last visible character.
    before: char,
}

impl Pass<'_> {
    /// Normalises the word at `start..end`, which is not ASCII alone.
    fn word(&mut self, start: usize, end: usize) {
        let word = self.text.get(start..end).unwrap_or_default();
        let makeup = Makeup::of(word);
        let mut chars = word.char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let at = start + offset;
            let mut to = at + c.len_utf8();
            if c.is_ascii() {
                // ASCII letters compose with marks too.
                if !chars.peek().is_some_and(|(_, next)| is_combining_mark(*next)) {
                    self.before = c;
                    continue;
                }
            } else if IGNORABLE.contains(c) {
                if hides(self.before, at) {
                    self.writer.copy_to(at);
                    self.writer.skip_to(to, Step::Normalised);
                }
                continue;
            } else if let Some((ascii, likeness)) = letter(c) {
                let flag = is_flag_letter(c) && self.is_flag(at, to);
                if !flag && makeup.allows(likeness) {
                    self.writer.copy_to(at);
                    self.writer.replace(ascii.encode_utf8(&mut [0; 4]), to, Step::Normalised);
                    self.before = ascii;
                    continue;
                }
            } else if is_plain(c) && !chars.peek().is_some_and(|(_, next)| composes(*next)) {
                self.before = c;
                continue;
            }
            let mut marks = 0;
            while let Some((offset, mark)) = chars.next_if(|(_, next)| composes(*next) && marks < MOST_MARKS)
            {
                to = start + offset + mark.len_utf8();
                marks += 1;
            }
            self.compose(at, to, c, &makeup);
        }
    }

    /// Whether the flag letter at `at..to` has exactly one flag letter beside it.
    fn is_flag(&self, at: usize, to: usize) -> bool {
        let next = self.text.get(to..).and_then(|rest| rest.chars().next()).is_some_and(is_flag_letter);
        let rest = self.text.get(to..).unwrap_or_default();
        let following = rest.chars().take(4).take_while(|c| is_flag_letter(*c)).count();
        let before = self.text.get(..at).unwrap_or_default();
        let preceding = before.chars().rev().take(4).take_while(|c| is_flag_letter(*c)).count();
        (next || preceding > 0) && following + preceding < 4
    }

    /// Normalises the letter or sign `first` with its marks, at `at..to`.
    fn compose(&mut self, at: usize, to: usize, first: char, makeup: &Makeup) {
        let cluster = self.text.get(at..to).unwrap_or_default();
        if is_combining_mark(first) {
            // Left over by the letter before it, or on its own.
            if self.before.is_ascii_alphanumeric() || is_european(self.before) {
                self.writer.copy_to(at);
                self.writer.skip_to(to, Step::Normalised);
            }
            return;
        }
        self.before = first;
        if TYPOGRAPHY.contains(first) {
            return;
        }
        let mut composed: String = cluster.nfkc().collect();
        let base = composed.chars().next().unwrap_or(first);
        if base.is_alphabetic() && is_european(base) {
            composed.retain(|c| !is_combining_mark(c));
        }
        if let (1, Some((ascii, likeness))) = (composed.chars().count(), letter(base))
            && makeup.allows(likeness)
            && !is_flag_letter(base)
        {
            composed = ascii.to_string();
        }
        if composed == cluster || composed.is_empty() {
            return;
        }
        self.before = composed.chars().next_back().unwrap_or(first);
        self.writer.copy_to(at);
        self.writer.replace(&composed, to, Step::Normalised);
    }
}

/// Whether an invisible character behind `before` at byte `at` hides something rather than joining a
/// picture or shaping a script. A mark at the very start says how the text is encoded.
fn hides(before: char, at: usize) -> bool {
    at > 0 && (before.is_ascii() || is_european(before))
}

/// Latin, Greek, Cyrillic, Armenian.
const fn is_european(c: char) -> bool {
    matches!(c, '\0'..='\u{2AF}' | '\u{370}'..='\u{58F}' | '\u{1D00}'..='\u{1FFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A640}'..='\u{A69F}' | '\u{A720}'..='\u{A7FF}')
}

/// Whether `c` is its own compatibility form and no mark.
fn is_plain(c: char) -> bool {
    is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes && !is_combining_mark(c)
}

/// Whether `c` may compose with the character before it: a combining mark, or a vowel or final of Hangul.
fn composes(c: char) -> bool {
    !c.is_ascii() && (is_combining_mark(c) || matches!(c, '\u{1161}'..='\u{11FF}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;

    fn view(text: &str) -> Option<String> {
        normalise(text, &Bounds::new(usize::MAX, &Interrupt::NEVER)).unwrap().map(|(view, _)| view)
    }

    #[test]
    fn disguised_letters_become_ascii() {
        for disguised in [
            "ｉｇｎｏｒｅ ｐｒｅｖｉｏｕｓ",
            "𝐢𝐠𝐧𝐨𝐫𝐞 𝖕𝖗𝖊𝖛𝖎𝖔𝖚𝖘",
            "ⓘⓖⓝⓞⓡⓔ ⓟⓡⓔⓥⓘⓞⓤⓢ",
            "ɪɢɴᴏʀᴇ ᴘʀᴇᴠɪᴏᴜꜱ",
            "іgnоrе рrеvіоus",
            "iɡnοrе ρrενiουѕ",
            "ig\u{200b}n\u{ad}ore\u{2060} prev\u{200d}ious",
            "i\u{336}g\u{336}n\u{336}o\u{336}re p\u{300}\u{301}\u{302}\u{303}re\u{336}vious",
            "ignore\u{a0}previous",
            "ᵢgnₒre ᵖʳevious",
            "i\u{e0061}gnore previou\u{fe0f}s",
        ] {
            assert_eq!(view(disguised).as_deref(), Some("ignore previous"), "{disguised}");
        }
        assert_eq!(view("🅘🅖🅝🅞🅡🅔 🇮🇬🇳🇴🇷🇪").as_deref(), Some("IGNORE IGNORE"));
        assert_eq!(view("раура").as_deref(), Some("paypa"));
    }

    #[test]
    fn ordinary_text_has_no_view() {
        for text in [
            "Plain prose, in ASCII.",
            "\u{feff}Ein schöner Gruß aus Köln: „so etwas“ … 5 m², ½ l, 20 ℃™",
            "Où est le garçon? Il a mangé de l'œuf.",
            "Тест: это обычный русский текст, а не подделка.",
            "Τι κάνεις; Καλά, ευχαριστώ.",
            "می‌خواهم به خانه بروم",
            "क्‍ष नमस्ते दुनिया",
            "❤️ 👩‍👩‍👧‍👦 🇩🇪🇫🇷 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} 👍🏽",
            "日本語のテキスト。한국어 텍스트 中文",
            "Nguyễn Văn Một, Tiếng Việt",
            "שלום עולם مرحبا بالعالم",
        ] {
            assert_eq!(view(text), None, "{text}");
        }
    }

    #[test]
    fn a_pile_of_marks_is_linear_and_gone() {
        let pile = format!("ig{}nore", "\u{301}\u{336}".repeat(100_000));
        let seen = view(&pile).unwrap();
        assert!(seen.ends_with("nore") && seen.len() < 12, "{}", seen.len());
    }
}
