//! Words before a candidate that make it likelier.

use super::word::is_unspaced;
use crate::text::class::is_python_word;

/// How many words before a candidate are looked at; Presidio's number.
const WORDS: usize = 5;

/// How far back they are looked for, in bytes.
pub(super) const REACH: usize = 160;

/// What a context word adds to a score; llm-guard's number.
pub const BONUS: f64 = 0.35;
/// The least score of a candidate with a context word. Presidio and llm-guard have 0.4, under their own usual threshold of 0.5:
/// a number that is nothing without its context would never be found.
pub const LEAST: f64 = 0.5;

/// The context words before `start`: the first of `known` that is among the last five words, as it is listed.
/// Words are compared in lower case and with a plural `s` taken off; in scripts without spaces they are
/// searched.
pub(super) fn before<'k>(text: &str, start: usize, known: &[&'k str]) -> Option<&'k str> {
    within(text, start, known, WORDS)
}

/// Words before four numbers with dots that are no address.
const VERSIONS: &[&str] = &[
    "version",
    "ver",
    "v",
    "release",
    "build",
    "kernel",
    "firmware",
    "revision",
    "rev",
    "section",
    "chapter",
    "clause",
    "oid",
    "abschnitt",
    "kapitel",
];

/// Whether the word before `start` says that a version or a section follows.
pub(super) fn is_version(text: &str, start: usize) -> bool {
    within(text, start, VERSIONS, 1).is_some()
}

fn within<'k>(text: &str, start: usize, known: &[&'k str], most: usize) -> Option<&'k str> {
    if known.is_empty() {
        return None;
    }
    let from = text.floor_char_boundary(start.saturating_sub(REACH));
    let window = text.get(from..start)?;
    let mut words = 0;
    let mut rest = window;
    while words < most {
        rest = rest.trim_end_matches(|c: char| !is_python_word(c));
        let cut = rest.char_indices().rev().find(|(_, c)| !is_python_word(*c));
        let at = cut.map_or(0, |(at, c)| at + c.len_utf8());
        let word = rest.get(at..)?;
        if word.is_empty() {
            return None;
        }
        let folded = word.to_lowercase();
        let unspaced = folded.chars().any(is_unspaced);
        let hit = known.iter().find(|known| {
            folded == **known
                || folded.strip_suffix('s') == Some(**known)
                || unspaced && folded.contains(**known)
                || folded.split('_').any(|part| part == **known)
        });
        if let Some(hit) = hit {
            return Some(hit);
        }
        rest = rest.get(..at)?;
        words += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_five_words_count() {
        let known = ["card", "手机"];
        let hit = |text: &str| before(text, text.len(), &known);
        assert_eq!(hit("Cards: "), Some("card"));
        assert_eq!(hit("my card, one two three four "), Some("card"));
        assert_eq!(hit("my card, one two three four five "), None);
        assert_eq!(hit("discarded "), None);
        assert_eq!(hit("credit_card="), Some("card"));
        assert_eq!(hit("我的手机号码是"), Some("手机"));
        assert_eq!(hit(""), None);
    }
}
