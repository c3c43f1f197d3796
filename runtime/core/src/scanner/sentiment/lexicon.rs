//! The words VADER knows, in one table that is asked once per token.

use std::sync::LazyLock;

/// Mean valence per word, `word<TAB>valence`; see `data/NOTICE`.
const VALENCES: &str = include_str!("data/lexicon.tsv");

/// Modifiers, `word<TAB>booster|dampener|negation`; see `data/NOTICE`.
const MODIFIERS: &str = include_str!("data/modifiers.tsv");

/// No word of the table is longer; the tests hold it to that.
const LONGEST: usize = 20;

/// Slots, a power of two. Under half full, so a look-up of an unknown word mostly reads one slot.
const SLOTS: usize = 1 << 14;

/// The one character outside ASCII whose lower-case form is ASCII: the Kelvin sign, a `k`.
const KELVIN: char = '\u{212a}';

/// The first words of idioms and of dampeners of two words.
const OPENERS: [&str; 9] = ["bad", "cut", "hand", "just", "kind", "kiss", "sort", "the", "yeah"];

/// Words with a part in the rules that are neither in the lexicon nor modifiers.
const OTHERS: [&str; 7] = ["at", "but", "just", "least", "of", "sort", "the"];

/// What a word does to the sentiment of those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// Makes it stronger: `very`.
    Boost,
    /// Makes it weaker: `hardly`.
    Dampen,
    /// Turns it around: `not`.
    Negate,
}

/// A word with a part in the rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    None,
    At,
    But,
    Kind,
    Least,
    Of,
    Very,
}

/// A word the rules know.
#[derive(Debug)]
pub(super) struct Word {
    text: &'static str,
    /// Its place in the table.
    pub(super) number: u16,
    /// Whether an idiom or a pair begins with it.
    pub(super) opens: bool,
    /// Mean valence, about `-4.0..=4.0`; `None` for a word without a sentiment.
    pub(super) valence: Option<f64>,
    pub(super) effect: Effect,
    pub(super) role: Role,
}

/// Open addressing over words known beforehand: texts cannot make it any slower than it is.
#[derive(Debug)]
struct Table {
    words: Vec<Word>,
    /// `tag << 16 | (index + 1)`, zero for a free slot. The tag settles nearly all misses unread.
    slots: Vec<u32>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// Builds the table now (about a millisecond) instead of during the first look-up.
pub(super) fn warm_up() {
    LazyLock::force(&TABLE);
}

/// The word that `token` is when lower-cased as by Python's `str.lower()`.
pub(super) fn look_up(token: &str, ascii: bool) -> Option<&'static Word> {
    if ascii {
        return TABLE.find(token.as_bytes());
    }
    if token.len() > LONGEST * KELVIN.len_utf8() {
        return None;
    }
    let mut key = [0_u8; LONGEST];
    let mut len = 0;
    for c in token.chars() {
        let byte = if c == KELVIN { b'k' } else { u8::try_from(c).ok().filter(u8::is_ascii)? };
        *key.get_mut(len)? = byte;
        len += 1;
    }
    TABLE.find(key.get(..len)?)
}

impl Table {
    fn new() -> Self {
        let mut words: Vec<Word> = VALENCES
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(text, valence)| Word::new(text, valence.parse().ok(), Effect::None))
            .collect();
        words.extend(MODIFIERS.lines().filter_map(|line| line.split_once('\t')).map(|(text, kind)| {
            let effect = match kind {
                "booster" => Effect::Boost,
                "dampener" => Effect::Dampen,
                _ => Effect::Negate,
            };
            Word::new(text, None, effect)
        }));
        words.extend(OTHERS.map(|text| Word::new(text, None, Effect::None)));

        let mut slots = vec![0_u32; SLOTS];
        for (index, word) in words.iter_mut().enumerate() {
            word.number = index as u16;
            let hash = hash(word.text.as_bytes());
            let mut at = home(hash);
            while slots[at] != 0 {
                at = next(at);
            }
            slots[at] = tag(hash) | (index as u32 + 1);
        }
        Self { words, slots }
    }

    /// The word that the ASCII bytes `key` are, upper or lower case.
    fn find(&self, key: &[u8]) -> Option<&Word> {
        if key.len() > LONGEST {
            return None;
        }
        let hash = hash(key);
        let mut at = home(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            if (slot ^ tag(hash)) >> 16 == 0 {
                let word = &self.words[(slot & 0xffff) as usize - 1];
                if word.text.as_bytes().eq_ignore_ascii_case(key) {
                    return Some(word);
                }
            }
            at = next(at);
        }
    }
}

impl Word {
    /// Whether `token` is the word letter by letter, in lower case.
    pub(super) fn is_written(&self, token: &str) -> bool {
        self.text == token
    }

    fn new(text: &'static str, valence: Option<f64>, effect: Effect) -> Self {
        let role = match text {
            "at" => Role::At,
            "but" => Role::But,
            "kind" => Role::Kind,
            "least" => Role::Least,
            "of" => Role::Of,
            "very" => Role::Very,
            _ => Role::None,
        };
        Self { text, number: 0, opens: OPENERS.contains(&text), valence, effect, role }
    }
}

const fn home(hash: u64) -> usize {
    hash as usize & (SLOTS - 1)
}

const fn next(at: usize) -> usize {
    (at + 1) & (SLOTS - 1)
}

/// The upper half of a slot: bits of the hash that [`home`] does not use.
const fn tag(hash: u64) -> u32 {
    ((hash >> 32) as u32) & 0xffff_0000
}

/// A hash of the length and of both ends, the same for upper and lower case: every byte has the bit set
/// in which the two differ. Words of the table overlap or touch in the middle; longer keys are not hashed.
fn hash(key: &[u8]) -> u64 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let (head, tail) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (key.first_chunk::<4>(), key.last_chunk::<4>()) {
            (Some(head), Some(tail)) => (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into()),
            _ => match (key.first_chunk::<2>(), key.last_chunk::<2>()) {
                (Some(head), Some(tail)) => {
                    (u16::from_le_bytes(*head).into(), u16::from_le_bytes(*tail).into())
                }
                _ => (key.first().copied().unwrap_or(0).into(), 0),
            },
        },
    };
    let mixed = ((head | CASE) ^ key.len() as u64).wrapping_mul(MIX) ^ (tail | CASE).rotate_left(29);
    let mixed = mixed.wrapping_mul(MIX);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_in_any_case() {
        let lines = VALENCES.lines().chain(MODIFIERS.lines());
        let mut count = 0;
        for line in lines {
            let (text, value) = line.split_once('\t').expect("two columns");
            assert!(text.len() <= LONGEST && text.len() > 1, "{text}");
            for key in [text.to_owned(), text.to_ascii_uppercase()] {
                let word = look_up(&key, true).expect("a word of the table");
                assert_eq!(word.text, text);
                assert_eq!(word.valence, value.parse().ok());
            }
            count += 1;
        }
        assert_eq!(count, 7_484 + 122);
        for text in OPENERS.into_iter().chain(OTHERS) {
            assert!(TABLE.words.iter().filter(|word| word.text == text).count() == 1, "{text}");
        }
    }

    #[test]
    fn unknown_words_are_not_found_soon() {
        let longest_run = TABLE.slots.split(|slot| *slot == 0).map(<[u32]>::len).max();
        assert!(longest_run < Some(64), "{longest_run:?}");
        for key in ["", "x", "table", "goodd", "goo", "a-word-longer-than-any-in-the-table"] {
            assert!(look_up(key, true).is_none(), "{key}");
        }
    }

    #[test]
    fn only_the_kelvin_sign_lowers_to_ascii() {
        for c in '\u{80}'..=char::MAX {
            let mut lower = c.to_lowercase();
            if lower.all(|c| c.is_ascii()) {
                assert_eq!(c, KELVIN);
            }
        }
        assert_eq!(look_up("\u{212a}ILL", false).map(|word| word.text), Some("kill"));
        assert!(look_up("gööd", false).is_none());
        assert!(look_up("\u{212a}".repeat(21).as_str(), false).is_none());
    }
}
