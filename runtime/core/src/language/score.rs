//! From words to probabilities.

use super::script::{Group, SINGLE};
use super::weights::{Language, MOST_LANGUAGES, Weights};
use super::words::{LONGEST, Sink};

/// The start and the factor of the hash of an n-gram, and what sets whole words apart; as in training.
const SEED: u32 = 0x811C_9DC5;
const FACTOR: u32 = 0x9E37_79B1;
const WORD: u32 = 0x5BD1_E995;

const BLANK: u32 = 0x20;

/// How much one letter says beside a letter of an alphabet: a character of Chinese stands for several.
fn density(group: Group) -> f64 {
    match group {
        Group::Latin | Group::Cyrillic => 1.0,
        Group::Arabic | Group::Devanagari => 1.3,
        Group::Cjk => 3.0,
    }
}

fn single_density(language: &str) -> f64 {
    match language {
        "ko" => 2.5,
        "am" | "ii" | "iu" => 1.5,
        _ => 1.0,
    }
}

/// What was read of a text, added up.
pub(super) struct Scores<'a> {
    weights: &'a Weights,
    /// Sums of weights, by script and by the language's place in its list.
    sums: [[i64; MOST_LANGUAGES]; Group::ALL.len()],
    /// Letters, by script.
    letters: [u64; Group::ALL.len()],
    /// Letters of the scripts of one language.
    singles: [u64; SINGLE.len()],
}

impl<'a> Scores<'a> {
    pub(super) fn new(weights: &'a Weights) -> Self {
        Self {
            weights,
            sums: [[0; MOST_LANGUAGES]; Group::ALL.len()],
            letters: [0; Group::ALL.len()],
            singles: [0; SINGLE.len()],
        }
    }

    fn add(&mut self, group: usize, hash: u32) {
        for entry in self.weights.row(hash).chunks_exact(2) {
            // The place is below 64 in weights that training made; others may not choose where to write.
            let place = usize::from(entry[0]) % MOST_LANGUAGES;
            self.sums[group][place] += i64::from(entry[1].cast_signed());
        }
    }

    /// Each language with its probability, most probable first, and that of none; `None` without letters.
    pub(super) fn probabilities(&self) -> Option<(Vec<(Language, f64)>, f64)> {
        let mut total = 0.0;
        let mut found: Vec<(Language, f64)> = Vec::new();
        let mut put = |language: Language, share: f64| match found.iter_mut().find(|(l, _)| *l == language) {
            Some((_, sum)) => *sum += share,
            None => found.push((language, share)),
        };
        for (language, &letters) in SINGLE.iter().zip(&self.singles) {
            if let (1.., Some(code)) = (letters, Language::from_code(language)) {
                let share = letters as f64 * single_density(language);
                total += share;
                put(code, share);
            }
        }
        for group in Group::ALL {
            let letters = self.letters[group.index()];
            if letters > 0 {
                let share = letters as f64 * density(group);
                total += share;
                for (language, chance) in self.chances(group, letters as f64) {
                    put(language, share * chance);
                }
            }
        }
        if total == 0.0 {
            return None;
        }
        let mut undetermined = 0.0;
        found.retain_mut(|(language, share)| {
            *share /= total;
            if *language == Language::UNDETERMINED {
                undetermined = *share;
            }
            *language != Language::UNDETERMINED
        });
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Some((found, undetermined))
    }

    /// The probabilities of the languages of one script, given its words alone.
    fn chances(&self, group: Group, letters: f64) -> impl Iterator<Item = (Language, f64)> + use<'_> {
        let script = &self.weights.scripts[group.index()];
        let factor = script.scale * letters.powf(-script.power);
        let sums = &self.sums[group.index()];
        let logit = move |place: usize| sums[place] as f64 * factor + script.bias[place];
        let count = script.languages.len();
        let most = (0..count).map(logit).fold(f64::NEG_INFINITY, f64::max);
        let all: f64 = (0..count).map(|place| (logit(place) - most).exp()).sum();
        (0..count).map(move |place| (script.languages[place], (logit(place) - most).exp() / all))
    }
}

impl Sink for Scores<'_> {
    fn word(&mut self, group: Group, letters: &[u32]) {
        let mut padded = [BLANK; LONGEST + 2];
        let length = letters.len().min(LONGEST);
        padded[1..=length].copy_from_slice(&letters[..length]);
        let padded = &padded[..length + 2];
        let at = group.index();
        self.letters[at] += length as u64;
        let order = self.weights.scripts[at].order;
        grams(padded, order, |hash| self.add(at, hash));
    }

    fn letter(&mut self, language: u8) {
        if let Some(count) = self.singles.get_mut(usize::from(language)) {
            *count += 1;
        }
    }
}

/// The hashes of the n-grams of a word, which has a blank on each side: of one to `order` characters each, and
/// of all of them together where they are more.
#[inline]
fn grams(padded: &[u32], order: usize, mut found: impl FnMut(u32)) {
    for start in 0..padded.len().saturating_sub(1) {
        let mut hash = SEED;
        for (n, &code) in padded[start..].iter().take(order).enumerate() {
            hash = mix(hash, code);
            // A blank alone says nothing.
            if n > 0 || start > 0 {
                found(hash);
            }
        }
        if start == 0 && padded.len() > order {
            hash ^= WORD;
            for &code in &padded[order..] {
                hash = mix(hash, code);
            }
            found(hash);
        }
    }
}

/// The hash of what `hash` is the hash of, and one more character.
#[inline]
fn mix(hash: u32, code: u32) -> u32 {
    let mixed = (hash ^ code).wrapping_mul(FACTOR);
    mixed ^ mixed >> 15
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::{BUNDLED, words};
    use super::*;
    use crate::interrupt::Interrupt;

    /// The words with their scripts, the number of their n-grams, the sum of their hashes.
    struct Read {
        weights: Weights,
        words: String,
        count: u64,
        sum: u64,
    }

    impl Sink for Read {
        fn word(&mut self, group: Group, letters: &[u32]) {
            let word: String = letters.iter().filter_map(|&code| char::from_u32(code)).collect();
            let blank = if self.words.is_empty() { "" } else { " " };
            write!(self.words, "{blank}{}:{word}", group.index()).unwrap();
            let padded: Vec<u32> = [BLANK].iter().chain(letters).chain(&[BLANK]).copied().collect();
            grams(&padded, self.weights.scripts[group.index()].order, |hash| {
                self.count += 1;
                self.sum += u64::from(hash);
            });
        }

        fn letter(&mut self, _: u8) {}
    }

    /// Weights are of use only to what reads texts as training did; `training/language/reference.py` wrote down
    /// how it reads these.
    #[test]
    fn texts_are_read_as_in_training() {
        let lines = include_str!("reference.tsv");
        assert!(lines.lines().count() > 10);
        for line in lines.lines() {
            let parts: Vec<_> = line.split('\t').collect();
            let mut read = Read {
                weights: Weights::from_bytes(BUNDLED).unwrap(),
                words: String::new(),
                count: 0,
                sum: 0,
            };
            words::read(parts[0], Interrupt::NEVER, &mut read).unwrap();
            assert_eq!(read.words, parts[1], "{}", parts[0]);
            assert_eq!([read.count.to_string(), read.sum.to_string()], parts[2..], "{}", parts[0]);
        }
    }
}
