//! Unicode general categories, as far as the encodings tell them apart.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// What kind of character it is. The ranges come from `regex-syntax`, whose Unicode version is the one
/// tiktoken's patterns are compiled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum CharClass {
    /// None of the others: punctuation, symbols, controls, unassigned.
    Other,
    /// `\p{Lu}` and `\p{Lt}`.
    Upper,
    /// `\p{Ll}`.
    Lower,
    /// `\p{Lm}` and `\p{Lo}`: letters without case.
    Caseless,
    /// `\p{M}`.
    Mark,
    /// `\p{N}`.
    Number,
    /// `\s` except the next.
    Space,
    /// Carriage return and line feed.
    Newline,
}

impl CharClass {
    /// `\p{L}`.
    pub(super) const fn is_letter(self) -> bool {
        matches!(self, Self::Upper | Self::Lower | Self::Caseless)
    }

    /// `\s`.
    pub(super) const fn is_space(self) -> bool {
        matches!(self, Self::Space | Self::Newline)
    }

    /// `[^\s\p{L}\p{N}]`.
    pub(super) const fn is_symbol(self) -> bool {
        matches!(self, Self::Other | Self::Mark)
    }

    /// `[^\r\n\p{L}\p{N}]`: what may lead a word.
    pub(super) const fn leads_word(self) -> bool {
        matches!(self, Self::Other | Self::Mark | Self::Space)
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
    pub(super) const fn is_upperish(self) -> bool {
        matches!(self, Self::Upper | Self::Caseless | Self::Mark)
    }

    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
    pub(super) const fn is_lowerish(self) -> bool {
        matches!(self, Self::Lower | Self::Caseless | Self::Mark)
    }
}

/// One class per code point: 1.1 MB of address space, of which only the pages in use cost memory.
static CLASSES: LazyLock<Vec<CharClass>> = LazyLock::new(|| {
    let mut classes = vec![CharClass::Other; char::MAX as usize + 1];
    for (pattern, class) in [
        (r"[\p{Lu}\p{Lt}]", CharClass::Upper),
        (r"\p{Ll}", CharClass::Lower),
        (r"[\p{Lm}\p{Lo}]", CharClass::Caseless),
        (r"\p{M}", CharClass::Mark),
        (r"\p{N}", CharClass::Number),
        (r"\s", CharClass::Space),
        (r"[\r\n]", CharClass::Newline),
    ] {
        let parsed = regex_syntax::parse(pattern).expect("a fixed, valid pattern");
        let HirKind::Class(Class::Unicode(ranges)) = parsed.kind() else {
            unreachable!("a character class");
        };
        for range in ranges.iter() {
            classes[range.start() as usize..=range.end() as usize].fill(class);
        }
    }
    classes
});

/// The table of classes, borrowed once per text.
#[derive(Clone, Copy)]
pub(super) struct Classes(&'static [CharClass]);

impl Classes {
    pub(super) fn get() -> Self {
        Self(&CLASSES)
    }

    /// The class of a character.
    pub(super) fn of(self, c: char) -> CharClass {
        self.0[c as usize]
    }

    /// The class of the character at byte `at` and the byte after it; `None` at the end.
    pub(super) fn at(self, text: &str, at: usize) -> Option<(CharClass, usize)> {
        let byte = *text.as_bytes().get(at)?;
        if byte < 0x80 {
            return Some((self.0[usize::from(byte)], at + 1));
        }
        let c = text[at..].chars().next()?;
        Some((self.of(c), at + c.len_utf8()))
    }

    /// Where the run of characters that satisfy `belongs` ends that starts at byte `at`.
    pub(super) fn run(self, text: &str, mut at: usize, belongs: impl Fn(CharClass) -> bool) -> usize {
        while let Some((class, next)) = self.at(text, at)
            && belongs(class)
        {
            at = next;
        }
        at
    }
}
