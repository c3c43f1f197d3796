//! The sentiments worked out so far in one text.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::lexicon::Word;

/// Room made for the first word: enough for most texts of a page.
const ROOM: usize = 28;

/// The sentiment of each token of the lexicon, as written, from where it first stood.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    /// Tokens written as in the lexicon, by the number of their word: nearly all. There are few numbers,
    /// and texts cannot choose them, so a hash that is no more than fast will do.
    plain: HashMap<u16, f64, BuildHasherDefault<Spread>>,
    /// Tokens in any other case. Texts can choose these, so the hash is the standard, keyed one.
    cased: HashMap<&'a str, f64>,
}

impl<'a> Known<'a> {
    /// The sentiment of `token`, which is `word` in some case.
    pub(super) fn get(&self, token: &str, word: &Word) -> Option<f64> {
        if word.is_written(token) { self.plain.get(&word.number) } else { self.cased.get(token) }.copied()
    }

    /// Remembers the sentiment of `token`, which is `word` in some case.
    pub(super) fn insert(&mut self, token: &'a str, word: &Word, sentiment: f64) {
        if !word.is_written(token) {
            self.cased.insert(token, sentiment);
            return;
        }
        if self.plain.is_empty() {
            self.plain.reserve(ROOM);
        }
        self.plain.insert(word.number, sentiment);
    }
}

/// Multiplicative hashing of small numbers.
#[derive(Debug, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8 | u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn write_u16(&mut self, number: u16) {
        self.0 = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
