//! Words: their lists, their stems, and where the table of rarities has them. `training/consistency/words.py` has
//! the same.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Two to the power of this is how many entries the table of rarities has.
pub(super) const BITS: u32 = 15;

/// The rarity of every number.
pub(super) const NUMBER: f64 = 5.0;

fn list(text: &'static str) -> HashSet<&'static str> {
    text.split_whitespace().collect()
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter_map(|line| line.split_once('\t'))
}

static STOPWORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(include_str!("data/stopwords.txt")));
static QUANTIFIERS: LazyLock<HashSet<&str>> = LazyLock::new(|| list(include_str!("data/quantifiers.txt")));
static NEGATIONS: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("data/negations.txt").split_whitespace().map(stem).collect());
static NUMBERS: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| pairs(include_str!("data/numbers.tsv")).collect());
static OPPOSITES: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for (first, second) in pairs(include_str!("data/opposites.tsv")) {
        let (first, second) = (stem(first), stem(second));
        found.entry(first.clone()).or_default().push(second.clone());
        found.entry(second).or_default().push(first);
    }
    found
});

/// Whether the word, in lower case, says nothing by itself.
pub(super) fn is_stopword(word: &str) -> bool {
    STOPWORDS.contains(word)
}

/// Whether the word says of how many something holds.
pub(super) fn is_quantifier(word: &str) -> bool {
    QUANTIFIERS.contains(word)
}

/// Whether the stem is of a word that denies.
pub(super) fn is_negation(stem: &str) -> bool {
    NEGATIONS.contains(stem)
}

/// The digits of a number that is written as a word.
pub(super) fn digits(word: &str) -> Option<&'static str> {
    NUMBERS.get(word).copied()
}

/// Stems of what means the opposite.
pub(super) fn opposites(stem: &str) -> &[String] {
    OPPOSITES.get(stem).map_or(&[], Vec::as_slice)
}

/// A word in lower case without its commonest English endings; the same for most of its forms.
pub(super) fn stem(word: &str) -> String {
    let size = word.chars().count();
    let without = |ending: &str, more: usize| word.strip_suffix(ending).filter(|_| size > more);
    let mut found = if let Some(rest) = without("ies", 4).or_else(|| without("ied", 4)) {
        format!("{rest}y")
    } else if let Some(rest) = without("ing", 5).or_else(|| without("ed", 4)) {
        single(rest).to_owned()
    } else if size > 4 && ["sses", "shes", "ches", "xes"].iter().any(|ending| word.ends_with(ending)) {
        word.strip_suffix("es").unwrap_or(word).to_owned()
    } else if size > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending))
    {
        word.strip_suffix('s').unwrap_or(word).to_owned()
    } else {
        without("ly", 5).unwrap_or(word).to_owned()
    };
    if found.ends_with('e') && found.chars().count() > 3 {
        found.pop();
    }
    found
}

/// Without the second of two equal letters at the end: `stopp`.
fn single(word: &str) -> &str {
    let mut letters = word.chars().rev();
    let last = letters.next();
    match last {
        Some(letter)
            if letters.next() == last && letters.nth(1).is_some() && !matches!(letter, 'l' | 's' | 'z') =>
        {
            word.strip_suffix(letter).unwrap_or(word)
        }
        _ => word,
    }
}

/// The entry of a stem in the table of rarities: the upper bits of its FNV-1a hash.
pub(super) fn bucket(stem: &str) -> usize {
    let hash =
        stem.bytes().fold(0x811C_9DC5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (stem_of, forms) in [
            ("stop", &["stopped", "stopping", "stops", "stop"][..]),
            ("city", &["cities", "city"]),
            ("box", &["boxes", "box"]),
            ("mak", &["making", "make", "makes"]),
            ("quick", &["quickly", "quick"]),
            ("class", &["classes", "class"]),
            ("fall", &["falling", "falls"]),
        ] {
            for form in forms {
                assert_eq!(stem(form), stem_of, "{form}");
            }
        }
        assert_eq!((stem("bus"), stem("is"), stem("été")), ("bus".into(), "is".into(), "été".into()));
    }

    #[test]
    fn opposites_hold_both_ways() {
        assert!(opposites(&stem("increased")).contains(&stem("reduces")));
        assert!(opposites(&stem("reduced")).contains(&stem("increase")));
        assert!(opposites("bakery").is_empty());
    }

    proptest! {
        #[test]
        fn any_word_has_a_stem_and_a_bucket(word in "\\PC{0,12}") {
            prop_assert!(stem(&word).chars().count() <= word.chars().count());
            prop_assert!(bucket(&word) < 1 << BITS);
        }
    }
}
