//! Which script a character is of. Ranges rather than Unicode properties, so that training, which is done in
//! another language, sees the same letters whatever Unicode version it has.

/// What a character is to language identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No letter: it ends a word.
    Separator,
    /// Nothing: words go on over it (vowel points, joiners).
    Skip,
    /// A letter of a script that several languages share.
    Group(Group),
    /// A letter of the script of one language, by its place in [`SINGLE`].
    Single(u8),
}

/// Scripts that several languages share; each has weights of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Cjk,
}

impl Group {
    pub(super) const ALL: [Self; 5] =
        [Self::Latin, Self::Cyrillic, Self::Arabic, Self::Devanagari, Self::Cjk];

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// Languages that are known by their script, or (Assamese, Yiddish) by a letter of it.
pub(super) const SINGLE: [&str; 25] = [
    "el", "hy", "he", "bn", "as", "pa", "gu", "or", "ta", "te", "kn", "ml", "si", "th", "lo", "bo", "my",
    "ka", "am", "ko", "km", "dv", "yi", "iu", "ii",
];

const LATIN: Kind = Kind::Group(Group::Latin);
const CYRILLIC: Kind = Kind::Group(Group::Cyrillic);
const ARABIC: Kind = Kind::Group(Group::Arabic);
const DEVANAGARI: Kind = Kind::Group(Group::Devanagari);
const CJK: Kind = Kind::Group(Group::Cjk);
const SKIP: Kind = Kind::Skip;

/// The place of a language in [`SINGLE`], at compile time.
const fn only(code: &str) -> Kind {
    let mut at = 0;
    while at < SINGLE.len() {
        let (a, b) = (SINGLE[at].as_bytes(), code.as_bytes());
        if a[0] == b[0] && a[1] == b[1] {
            return Kind::Single(at as u8);
        }
        at += 1;
    }
    panic!("not a language of one script")
}

/// First character, last, and what they are; ascending.
const RANGES: &[(u32, u32, Kind)] = &[
    (0x41, 0x5A, LATIN),
    (0x61, 0x7A, LATIN),
    (0xAA, 0xAA, LATIN),
    (0xAD, 0xAD, SKIP),
    (0xBA, 0xBA, LATIN),
    (0xC0, 0xD6, LATIN),
    (0xD8, 0xF6, LATIN),
    (0xF8, 0x2AF, LATIN),
    (0x300, 0x36F, LATIN),
    (0x370, 0x373, only("el")),
    (0x376, 0x377, only("el")),
    (0x37B, 0x37D, only("el")),
    (0x37F, 0x37F, only("el")),
    (0x386, 0x386, only("el")),
    (0x388, 0x3FF, only("el")),
    (0x400, 0x481, CYRILLIC),
    (0x48A, 0x52F, CYRILLIC),
    (0x531, 0x556, only("hy")),
    (0x560, 0x588, only("hy")),
    (0x591, 0x5BD, only("he")),
    (0x5D0, 0x5EA, only("he")),
    (0x5EF, 0x5F2, only("yi")),
    (0x620, 0x63F, ARABIC),
    (0x640, 0x640, SKIP),
    (0x641, 0x64A, ARABIC),
    (0x64B, 0x65F, SKIP),
    (0x66E, 0x66F, ARABIC),
    (0x670, 0x670, SKIP),
    (0x671, 0x6D3, ARABIC),
    (0x6D5, 0x6D5, ARABIC),
    (0x6D6, 0x6ED, SKIP),
    (0x6EE, 0x6EF, ARABIC),
    (0x6FA, 0x6FC, ARABIC),
    (0x750, 0x77F, ARABIC),
    (0x780, 0x7B1, only("dv")),
    (0x8A0, 0x8C9, ARABIC),
    (0x900, 0x963, DEVANAGARI),
    (0x971, 0x97F, DEVANAGARI),
    (0x980, 0x9E5, only("bn")),
    (0x9F0, 0x9F1, only("as")),
    (0xA01, 0xA65, only("pa")),
    (0xA70, 0xA76, only("pa")),
    (0xA81, 0xAE5, only("gu")),
    (0xB01, 0xB65, only("or")),
    (0xB71, 0xB77, only("or")),
    (0xB82, 0xBE5, only("ta")),
    (0xC00, 0xC65, only("te")),
    (0xC80, 0xCE5, only("kn")),
    (0xD00, 0xD65, only("ml")),
    (0xD7A, 0xD7F, only("ml")),
    (0xD81, 0xDE5, only("si")),
    (0xE01, 0xE3A, only("th")),
    (0xE40, 0xE4E, only("th")),
    (0xE81, 0xECE, only("lo")),
    (0xEDC, 0xEDF, only("lo")),
    (0xF00, 0xF00, only("bo")),
    (0xF40, 0xFBC, only("bo")),
    (0x1000, 0x103F, only("my")),
    (0x1050, 0x108F, only("my")),
    (0x10A0, 0x10FF, only("ka")),
    (0x1100, 0x11FF, only("ko")),
    (0x1200, 0x135F, only("am")),
    (0x1380, 0x138F, only("am")),
    (0x1401, 0x167F, only("iu")),
    (0x1780, 0x17D3, only("km")),
    (0x1C80, 0x1C8A, CYRILLIC),
    (0x1C90, 0x1CBF, only("ka")),
    (0x1E00, 0x1EFF, LATIN),
    (0x1F00, 0x1FFF, only("el")),
    (0x200B, 0x200F, SKIP),
    (0x202A, 0x202E, SKIP),
    (0x2060, 0x2069, SKIP),
    (0x2C60, 0x2C7F, LATIN),
    (0x2D00, 0x2D2D, only("ka")),
    (0x3005, 0x3007, CJK),
    (0x3041, 0x3096, CJK),
    (0x3099, 0x309A, SKIP),
    (0x309D, 0x309F, CJK),
    (0x30A1, 0x30FA, CJK),
    (0x30FC, 0x30FF, CJK),
    (0x3131, 0x318E, only("ko")),
    (0x31F0, 0x31FF, CJK),
    (0x3400, 0x4DBF, CJK),
    (0x4E00, 0x9FFF, CJK),
    (0xA000, 0xA48C, only("ii")),
    (0xA640, 0xA69F, CYRILLIC),
    (0xA720, 0xA7FF, LATIN),
    (0xAC00, 0xD7A3, only("ko")),
    (0xF900, 0xFAFF, CJK),
    (0xFB00, 0xFB06, LATIN),
    (0xFB1D, 0xFB4F, only("he")),
    (0xFB50, 0xFDFB, ARABIC),
    (0xFE00, 0xFE0F, SKIP),
    (0xFE70, 0xFEFC, ARABIC),
    (0xFEFF, 0xFEFF, SKIP),
    (0xFF66, 0xFF9D, CJK),
    (0x2_0000, 0x3_23AF, CJK),
];

/// Finds the kind of characters, fast where the next one is of the same range as the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Classifier {
    first: u32,
    last: u32,
    kind: Kind,
}

impl Classifier {
    pub(super) const fn new() -> Self {
        Self { first: 0, last: 0x40, kind: Kind::Separator }
    }

    /// What `c` is.
    #[inline]
    pub(super) fn classify(&mut self, c: char) -> Kind {
        let code = u32::from(c);
        if c.is_ascii() {
            return if c.is_ascii_alphabetic() { LATIN } else { Kind::Separator };
        }
        if code.wrapping_sub(self.first) > self.last - self.first {
            let next = RANGES.partition_point(|&(first, _, _)| first <= code);
            // Nothing before the first range is beyond ASCII, so there is one.
            let (first, last, kind) = RANGES[next.saturating_sub(1)];
            *self = if code <= last {
                Self { first, last, kind }
            } else {
                let end = RANGES.get(next).map_or(u32::MAX, |range| range.0);
                Self { first: last + 1, last: end - 1, kind: Kind::Separator }
            };
        }
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_ascend() {
        assert!(RANGES.iter().all(|(first, last, _)| first <= last));
        assert!(RANGES.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn kinds() {
        let mut classifier = Classifier::new();
        for (text, kind) in [
            ("azAZéßłữﬁ", LATIN),
            ("жЇѣ", CYRILLIC),
            ("عپے", ARABIC),
            ("हि", DEVANAGARI),
            ("世かカー々", CJK),
            ("한ㄱ", only("ko")),
            ("ωΏ", only("el")),
            ("\u{200d}\u{64e}\u{ad}", SKIP),
            ("×÷ 1२—😀\u{378}\u{10ffff}、。", Kind::Separator),
        ] {
            for c in text.chars() {
                assert_eq!(classifier.classify(c), kind, "{c:?}");
                assert_eq!(Classifier::new().classify(c), kind, "{c:?}, from the start");
            }
        }
    }
}
