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

/// Characters that are drawn as nothing: `Default_Ignorable_Code_Point`, format characters but for the signs that
/// are written around numbers, and control characters but for white space and what begins a terminal's colours.
static IGNORABLE: LazyLock<CharClass> = LazyLock::new(|| {
    CharClass::new(
        r"[[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]--[\p{White_Space}\p{Prepended_Concatenation_Mark}\x1B]]",
    )
});

/// Characters without a meaning that others know, which may well be drawn, as icons are: private use, unassigned but
/// for pictures to come. With them what begins a terminal's colours.
static STRAY: LazyLock<CharClass> = LazyLock::new(|| {
    CharClass::new(r"[[\p{Co}\p{Cn}\x1B]--[\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}]]")
});

/// Spaces that typography sets beside figures and signs, and those of other scripts.
static SPACES: LazyLock<CharClass> =
    LazyLock::new(|| CharClass::new(r"[\u{1680}\u{2002}-\u{200A}\u{202F}\u{2800}]"));

/// Compatibility forms that ordinary typography is full of and that hide no letter of a word.
static TYPOGRAPHY: LazyLock<CharClass> = LazyLock::new(|| CharClass::new(r"[…™®℠©²³¹ªº½¼¾µ´¨¸¯№℃℉‥″‴]"));

/// The normalised view of `text`, if it differs.
///
/// * Compatibility forms (full width, mathematical, circled, ligatures, spaces) become what they stand for
///   (NFKC), but for common typographic signs.
/// * Letters of other scripts become the ASCII letters they look like, where they stand in a word with ASCII
///   letters, or in a word of three letters or more that consists of nothing else.
/// * Invisible characters go where they follow a letter, digit or sign of an alphabet that does not need
///   them; so do combining marks that no letter composes with, and then the others of the letter with them. Emoji,
///   Arabic and Indic joiners stay.
/// * Control characters go everywhere, characters without a meaning within words.
/// * Typographic spaces between letters become spaces; beside figures and signs they stay.
///
/// The case of letters stays. Linear in the text.
pub(super) fn normalise(
    text: &str,
    bounds: &Bounds<'_>,
) -> Result<Option<(String, SourceMap)>, ScannerError> {
    let bytes = text.as_bytes();
    if !may_differ(bytes) {
        return Ok(None);
    }
    let mut pass = Pass { text, writer: Writer::new(text, bounds), before: ' ', spaced: ' ' };
    let mut at = 0;
    let mut next_check = STRIDE;
    while at < bytes.len() {
        // A word at a time: what a letter may become depends on its neighbours.
        let start = at;
        let mut foreign = false;
        while bytes.get(at).is_some_and(|byte| !is_gap(*byte))
            && (at - start < LONGEST_WORD || !text.is_char_boundary(at))
        {
            foreign |= !bytes[at].is_ascii() || is_control(bytes[at]);
            at += 1;
        }
        if foreign {
            pass.word(start, at);
        } else if let Some(&last) = bytes[start..at].last() {
            pass.before = char::from(last);
        }
        while bytes.get(at).is_some_and(|byte| is_gap(*byte)) {
            match bytes[at] {
                space @ (b' ' | b'\t') => pass.space(char::from(space)),
                other => pass.before = char::from(other),
            }
            at += 1;
        }
        if at >= next_check {
            bounds.check()?;
            next_check = at + STRIDE;
        }
    }
    pass.writer.finish()
}

/// The quick look: whether there is more than the ASCII that people write.
fn may_differ(bytes: &[u8]) -> bool {
    !bytes.is_ascii()
        || bytes.chunks(256).any(|piece| piece.iter().fold(false, |any, &byte| any | is_control(byte)))
}

/// Whether a byte is a control character of ASCII, white space apart.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators branch")]
const fn is_control(byte: u8) -> bool {
    ((byte < b' ') & (byte.wrapping_sub(b'\t') > b'\r' - b'\t')) | (byte == 0x7F)
}

/// Whether a byte separates words: ASCII that is neither letter nor digit, and is seen.
const fn is_gap(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && !is_control(byte)
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
    /// The last before the spaces that end in `before`, if it is one.
    spaced: char,
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
            if c.is_ascii() && !c.is_ascii_control() {
                // ASCII letters compose with marks too.
                if !chars.peek().is_some_and(|(_, next)| is_combining_mark(*next)) {
                    self.before = c;
                    continue;
                }
            } else if IGNORABLE.contains(c) {
                if hides(c, self.before, at) {
                    self.writer.copy_to(at);
                    self.writer.skip_to(to, Step::Normalised);
                }
                continue;
            } else if STRAY.contains(c) {
                let unseen = |c: char| STRAY.contains(c) || IGNORABLE.contains(c) || is_combining_mark(c);
                while let Some((offset, next)) = chars.next_if(|(_, next)| unseen(*next)) {
                    to = start + offset + next.len_utf8();
                }
                let before = self.before.is_alphanumeric() && is_european(self.before);
                if before && self.char_at(to).is_some_and(char::is_alphanumeric) {
                    self.writer.copy_to(at);
                    self.writer.skip_to(to, Step::Normalised);
                } else {
                    self.before = c;
                }
                continue;
            } else if SPACES.contains(c) {
                if self.separates(to) {
                    self.writer.copy_to(at);
                    self.writer.replace(" ", to, Step::Normalised);
                }
                self.space(c);
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

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    /// Goes on behind a space.
    fn space(&mut self, c: char) {
        if !is_space(self.before) {
            self.spaced = self.before;
        }
        self.before = c;
    }

    /// Whether a typographic space that ends at `to` stands between two letters, beside other spaces or alone.
    fn separates(&self, to: usize) -> bool {
        let before = if is_space(self.before) { self.spaced } else { self.before };
        let goes_on = |next: char| next.is_alphabetic() || is_space(next) || IGNORABLE.contains(next);
        before.is_alphabetic() && is_european(before) && self.char_at(to).is_some_and(goes_on)
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
        if is_space(first) {
            self.space(first);
        } else {
            self.before = first;
        }
        if TYPOGRAPHY.contains(first) {
            return;
        }
        let mut composed: String = cluster.nfkc().collect();
        let mut base = composed.chars().next().unwrap_or(first);
        if base.is_alphabetic() && is_european(base) && composed.chars().any(is_combining_mark) {
            // More marks than its language writes: none of them is the letter's.
            composed = composed.nfd().filter(|c| !is_combining_mark(*c)).collect();
            base = composed.chars().next().unwrap_or(base);
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

/// Whether the invisible character `c` behind `before` at byte `at` hides something rather than joining a
/// picture or shaping a script. A mark at the very start says how the text is encoded.
fn hides(c: char, before: char, at: usize) -> bool {
    at > 0 && (c.is_control() || before.is_ascii() || is_european(before))
}

/// Whether `c` is a space that ends no line.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{A0}' | '\u{2000}' | '\u{2001}' | '\u{205F}' | '\u{3000}')
        || SPACES.contains(c)
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
            "ignore\u{2009}previous",
            "ignore\u{1680}previous",
            "ig\0n\u{8}ore\u{7f} \u{1}prev\u{9f}ious",
            "ig\u{fff9}nore\u{fffb} prev\u{13430}ious",
            "ig\u{e000}nore prev\u{ffff}\u{200b}\u{336}\u{e000}iou\u{1b}s",
            "i\u{334}\u{316}\u{300}g\u{334}no\u{300}\u{336}re prevì\u{334}ous",
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
            "Il a dit\u{202f}: «\u{202f}Combien\u{202f}? 10\u{202f}000\u{202f}km\u{202f}»",
            "\u{2003}\u{2003}a paragraph\u{200a}—\u{200a}set in; 5\u{2009}%, z.\u{202f}B.",
            "\u{1b}[32mINFO\u{1b}[0m started \u{1b}[1;31mfailed\u{1b}[m",
            "\u{f015} Home [\u{f00c}] done \u{e0b0} ~/dir \u{e0b0}",
            "⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙ a\u{2800}\u{28ff}",
            "ᠮᠣᠩᠭᠣᠯ\u{202f}ᠤᠨ ۝ \u{600}١٢٣",
            "שלום עולם مرحبا بالعالم",
        ] {
            assert_eq!(view(text), None, "{text}");
        }
    }

    #[test]
    fn spaces_among_spaces_are_spaces() {
        assert_eq!(
            view("ignore \u{2009}\u{a0}\u{2800} \u{200b}previous").as_deref(),
            Some("ignore     previous")
        );
        assert_eq!(view("é\u{2009}字").as_deref(), Some("é 字"));
    }

    #[test]
    fn a_pile_of_marks_is_linear_and_gone() {
        let pile = format!("ig{}nore", "\u{301}\u{336}".repeat(100_000));
        let seen = view(&pile).unwrap();
        assert!(seen.ends_with("nore") && seen.len() < 12, "{}", seen.len());
    }
}
