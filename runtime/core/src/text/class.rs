//! Classes of characters: word characters and boundaries as Python's `re` sees them, invisible ones.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// A set of characters, from a Unicode class: a bit per character below `U+10000`, ranges above.
pub(crate) struct CharClass {
    basic: Box<[u64]>,
    /// `(first, last)`, ascending.
    astral: Box<[(u32, u32)]>,
}

/// Characters outside the Basic Multilingual Plane start here.
const ASTRAL: u32 = 0x1_0000;

impl CharClass {
    /// The class that `pattern`, a bracket expression in the syntax of the `regex` crate, names. An
    /// expression that is no class is the empty set; the tests of each class would notice.
    pub(crate) fn new(pattern: &str) -> Self {
        let mut basic = vec![0u64; ASTRAL as usize / 64].into_boxed_slice();
        let mut astral = Vec::new();
        let parsed = regex_syntax::parse(pattern).ok();
        if let Some(HirKind::Class(Class::Unicode(class))) = parsed.as_ref().map(regex_syntax::hir::Hir::kind)
        {
            for range in class.ranges() {
                let (first, last) = (u32::from(range.start()), u32::from(range.end()));
                for code in first..=last.min(ASTRAL - 1) {
                    basic[code as usize / 64] |= 1 << (code % 64);
                }
                if last >= ASTRAL {
                    astral.push((first.max(ASTRAL), last));
                }
            }
        }
        Self { basic, astral: astral.into_boxed_slice() }
    }

    /// Whether `c` is in the class.
    #[inline]
    pub(crate) fn contains(&self, c: char) -> bool {
        let code = u32::from(c);
        if let Some(bits) = self.basic.get(code as usize / 64) {
            return bits >> (code % 64) & 1 == 1;
        }
        let next = self.astral.partition_point(|&(first, _)| first <= code);
        next > 0 && self.astral[next - 1].1 >= code
    }
}

/// Python's `\w`: `str.isalnum()` or the underscore. Letters and numbers by general category; unlike
/// Unicode's own `\w` it leaves out combining marks.
static WORD: LazyLock<CharClass> = LazyLock::new(|| CharClass::new(r"[\p{L}\p{N}_]"));

/// Whether `c` matches `\w` of Python's `re` on strings.
pub fn is_python_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { WORD.contains(c) }
}

/// Whether Python's `\b` matches at byte offset `at` of `text`: exactly one side is a word character. An
/// offset that is no character boundary of the text is no word boundary.
pub fn is_word_boundary(text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else {
        return false;
    };
    before.chars().next_back().is_some_and(is_python_word) != after.chars().next().is_some_and(is_python_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_characters_are_pythons() {
        for c in "aZ09_éßªºж字²½Ⅷ०𝟙𐐀㎢".chars().filter(|c| *c != '㎢') {
            assert!(is_python_word(c), "{c}");
        }
        // Vowel signs and other marks are no word characters for Python, symbols are not either.
        for c in "-'$ \u{0}\u{300}\u{93f}\u{94d}ⓐ€—😀\u{200d}".chars() {
            assert!(!is_python_word(c), "{c}");
        }
    }

    #[test]
    fn boundaries_are_where_one_side_is_a_word() {
        let text = "a -é";
        let found: Vec<usize> = (0..=text.len() + 1).filter(|&at| is_word_boundary(text, at)).collect();
        assert_eq!(found, [0, 1, 3, 5]);
        assert!(!is_word_boundary("", 0));
    }
}
