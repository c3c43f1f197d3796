//! Sets of code points, with Python's idea of digits, spaces, words and case.
//!
//! Python 3.11 knows Unicode 14, the tables of `regex-syntax` are newer: a character assigned since then is
//! no digit and no word character here, and has no case.

use std::sync::{Arc, LazyLock};

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// An immutable set of code points.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CharSet {
    ascii: u128,
    class: ClassUnicode,
}

impl CharSet {
    /// The set of `class`.
    pub(super) fn new(class: ClassUnicode) -> Self {
        let ascii = (0..128u8).filter(|b| holds(&class, char::from(*b))).fold(0, |set, b| set | 1 << b);
        Self { ascii, class }
    }

    /// Whether `c` is in the set.
    pub(super) fn contains(&self, c: char) -> bool {
        let code = u32::from(c);
        if code < 128 { self.ascii >> code & 1 == 1 } else { holds(&self.class, c) }
    }

    /// The set as ranges.
    pub(super) const fn class(&self) -> &ClassUnicode {
        &self.class
    }

    /// The only member, if there is exactly one.
    pub(super) fn single(&self) -> Option<char> {
        match self.class.ranges() {
            [range] if range.start() == range.end() => Some(range.start()),
            _ => None,
        }
    }
}

fn holds(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    let at = ranges.partition_point(|range| range.end() < c);
    ranges.get(at).is_some_and(|range| range.start() <= c)
}

/// `\d`, `\s`, `\w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// `str.isdecimal`.
    Digit,
    /// `str.isspace`.
    Space,
    /// `str.isalnum`, or `_`.
    Word,
}

/// A Unicode class in the syntax of `regex-syntax`.
fn parsed(pattern: &str) -> ClassUnicode {
    let hir = regex_syntax::parse(pattern).map(regex_syntax::hir::Hir::into_kind);
    match hir {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        // The patterns are the constants below; a test compares each with CPython, so this is never taken.
        _ => ClassUnicode::empty(),
    }
}

macro_rules! category {
    ($pattern:literal) => {
        LazyLock::new(|| {
            let class = parsed($pattern);
            let mut negated = class.clone();
            negated.negate();
            [Arc::new(CharSet::new(class)), Arc::new(CharSet::new(negated))]
        })
    };
}

type Pair = LazyLock<[Arc<CharSet>; 2]>;
static DIGIT: Pair = category!(r"[\p{Nd}&&\p{age:14.0}]");
static SPACE: Pair = category!(r"[\p{White_Space}\x1c-\x1f]");
static WORD: Pair = category!(r"[[\p{L}\p{N}_]&&\p{age:14.0}]");
static ASCII_DIGIT: Pair = category!("[0-9]");
static ASCII_SPACE: Pair = category!(r"[ \t\n\r\x0b\x0c]");
static ASCII_WORD: Pair = category!("[0-9A-Za-z_]");
static DOT: Pair = category!(r"[^\n]");

/// The shared set of a category.
pub(super) fn category(category: Category, ascii: bool, negated: bool) -> Arc<CharSet> {
    let pair = match (category, ascii) {
        (Category::Digit, false) => &DIGIT,
        (Category::Digit, true) => &ASCII_DIGIT,
        (Category::Space, false) => &SPACE,
        (Category::Space, true) => &ASCII_SPACE,
        (Category::Word, false) => &WORD,
        (Category::Word, true) => &ASCII_WORD,
    };
    Arc::clone(&pair[usize::from(negated)])
}

/// `.` without `s`.
pub(super) fn dot() -> Arc<CharSet> {
    Arc::clone(&DOT[0])
}

/// The set of one code point.
pub(super) fn of(c: char) -> CharSet {
    CharSet::new(ClassUnicode::new([ClassUnicodeRange::new(c, c)]))
}

/// Every code point.
pub(super) fn all() -> Arc<CharSet> {
    static ALL: LazyLock<Arc<CharSet>> = LazyLock::new(|| {
        Arc::new(CharSet::new(ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])))
    });
    Arc::clone(&ALL)
}

/// Whether `c` makes words, for `\b`.
pub(super) fn is_word(c: char, ascii: bool) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { !ascii && WORD[0].contains(c) }
}
