//! `re.IGNORECASE` as `CPython` does it: a character matches when its simple lower case is the pattern's, or
//! one of the few lower-case letters that share its upper case.

use std::sync::LazyLock;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::ast::Fold;

/// Lower-case letters with one upper case between them (Unicode 14): long s, the Greek symbol forms, the
/// Cyrillic variants of the old Church orthography, the ligature of st.
const SAME_UPPER: [&[char]; 24] = [
    &['i', '\u{131}'],
    &['s', '\u{17f}'],
    &['\u{b5}', '\u{3bc}'],
    &['\u{345}', '\u{3b9}', '\u{1fbe}'],
    &['\u{390}', '\u{1fd3}'],
    &['\u{3b0}', '\u{1fe3}'],
    &['\u{3b2}', '\u{3d0}'],
    &['\u{3b5}', '\u{3f5}'],
    &['\u{3b8}', '\u{3d1}'],
    &['\u{3ba}', '\u{3f0}'],
    &['\u{3c0}', '\u{3d6}'],
    &['\u{3c1}', '\u{3f1}'],
    &['\u{3c2}', '\u{3c3}'],
    &['\u{3c6}', '\u{3d5}'],
    &['\u{432}', '\u{1c80}'],
    &['\u{434}', '\u{1c81}'],
    &['\u{43e}', '\u{1c82}'],
    &['\u{441}', '\u{1c83}'],
    &['\u{442}', '\u{1c84}', '\u{1c85}'],
    &['\u{44a}', '\u{1c86}'],
    &['\u{463}', '\u{1c87}'],
    &['\u{1c88}', '\u{a64b}'],
    &['\u{1e61}', '\u{1e9b}'],
    &['\u{fb05}', '\u{fb06}'],
];

/// The upper-case letters (those with another lower case), with that lower case, in code point order.
static UPPER: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let known = regex_syntax::parse(r"[\p{Changes_When_Lowercased}&&\p{age:14.0}]");
    let mut upper = Vec::new();
    if let Ok(regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class))) =
        known.map(regex_syntax::hir::Hir::into_kind)
    {
        for range in class.iter() {
            for c in range.start()..=range.end() {
                // The first character of the full mapping is the simple one (`İ` is the one that has more).
                upper.extend(c.to_lowercase().next().filter(|lower| *lower != c).map(|lower| (c, lower)));
            }
        }
    }
    upper
});

/// The simple lower case of `c`.
pub(super) fn lower(c: char, fold: Fold) -> char {
    match fold {
        Fold::None => c,
        Fold::Unicode if !c.is_ascii() => {
            UPPER.binary_search_by_key(&c, |(upper, _)| *upper).ok().map_or(c, |at| UPPER[at].1)
        }
        Fold::Ascii | Fold::Unicode => c.to_ascii_lowercase(),
    }
}

/// What matches when the pattern says `class`.
pub(super) fn closure(class: &mut ClassUnicode, fold: Fold) {
    match fold {
        Fold::None => {}
        Fold::Ascii => {
            let mut other = ClassUnicode::empty();
            for c in 'a'..='z' {
                let upper = c.to_ascii_uppercase();
                if contains(class, c) || contains(class, upper) {
                    other.push(ClassUnicodeRange::new(c, c));
                    other.push(ClassUnicodeRange::new(upper, upper));
                }
            }
            class.union(&other);
        }
        Fold::Unicode => unicode(class),
    }
}

/// The pattern's characters are lower-cased, joined by their siblings of [`SAME_UPPER`]; a character matches
/// when its own lower case is among those.
fn unicode(class: &mut ClassUnicode) {
    let (mut gone, mut lowered) = (Vec::new(), Vec::new());
    for &(upper, lower) in UPPER.iter() {
        if contains(class, upper) {
            gone.push(ClassUnicodeRange::new(upper, upper));
            lowered.push(ClassUnicodeRange::new(lower, lower));
        }
    }
    class.difference(&ClassUnicode::new(gone));
    class.union(&ClassUnicode::new(lowered));
    let siblings = SAME_UPPER.iter().filter(|group| group.iter().any(|c| contains(class, *c)));
    let siblings: Vec<_> =
        siblings.flat_map(|group| group.iter().map(|c| ClassUnicodeRange::new(*c, *c))).collect();
    class.union(&ClassUnicode::new(siblings));
    let matching: Vec<_> = UPPER
        .iter()
        .filter(|(_, lower)| contains(class, *lower))
        .map(|(upper, _)| ClassUnicodeRange::new(*upper, *upper))
        .collect();
    class.union(&ClassUnicode::new(matching));
}

fn contains(class: &ClassUnicode, c: char) -> bool {
    let ranges = class.ranges();
    let at = ranges.partition_point(|range| range.end() < c);
    ranges.get(at).is_some_and(|range| range.start() <= c)
}
