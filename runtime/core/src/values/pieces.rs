//! Texts and values as sequences of pieces: words, and signs beside them.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use crate::restore::is_word;

/// Sums are numbers below this prime.
pub(super) const PRIME: u64 = (1 << 61) - 1;

/// What sums are made with: nobody foresees which texts have the same.
pub(super) struct Secret {
    byte: u64,
    /// The base for pieces, to the power of each power of two.
    pub(super) piece: [u64; 32],
}

pub(super) fn secret() -> &'static Secret {
    static SECRET: OnceLock<Secret> = OnceLock::new();
    SECRET.get_or_init(|| {
        let random = RandomState::new();
        let base = |n: u8| (1 << 32) + random.hash_one(n) % (PRIME - (1 << 33));
        let (byte, mut power) = (base(0), base(1));
        let piece = std::array::from_fn(|_| {
            let squared = times(power, power);
            std::mem::replace(&mut power, squared)
        });
        Secret { byte, piece }
    })
}

pub(super) const fn times(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    plus((product as u64) & PRIME, (product >> 61) as u64)
}

pub(super) const fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

/// A text in pieces. Kept for the next one, it keeps its memory.
#[derive(Default)]
pub struct Pieces {
    /// Where each piece begins, and where the last ends.
    pub(super) cuts: Vec<usize>,
    /// The sums of all pieces before each cut.
    sums: Vec<u64>,
    /// The sum of each piece alone.
    pub(super) single: Vec<u64>,
}

impl Pieces {
    pub(super) fn read(&mut self, text: &str) {
        let secret = secret();
        for list in [&mut self.sums, &mut self.single] {
            list.clear();
        }
        self.cuts.clear();
        self.cuts.push(0);
        self.sums.push(0);
        let (mut all, mut piece, mut in_word) = (0, 0, false);
        let mut encoded = [0; 4];
        for (at, c) in text.char_indices() {
            let word = is_word(c);
            if at > 0 && !(word && in_word) {
                all = plus(times(all, secret.piece[0]), piece);
                self.cuts.push(at);
                self.sums.push(all);
                self.single.push(piece);
                piece = 0;
            }
            for byte in c.encode_utf8(&mut encoded).bytes() {
                piece = plus(times(piece, secret.byte), u64::from(byte) + 1);
            }
            in_word = word;
        }
        if !text.is_empty() {
            self.cuts.push(text.len());
            self.sums.push(plus(times(all, secret.piece[0]), piece));
            self.single.push(piece);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.single.len()
    }

    /// A piece of the text that was read.
    pub(super) fn piece<'t>(&self, text: &'t str, at: usize) -> &'t str {
        let ends = self.cuts.get(at).zip(self.cuts.get(at + 1));
        ends.and_then(|(start, end)| text.get(*start..*end)).unwrap_or_default()
    }

    /// The sum of 2^`bit` pieces from the one at `from` on.
    pub(super) fn part(&self, from: usize, bit: u32) -> Option<u64> {
        let (before, after) = (self.sums.get(from)?, self.sums.get(from + (1 << bit))?);
        let power = secret().piece.get(bit as usize)?;
        Some(plus(*after, PRIME - times(*before, *power)))
    }
}

/// How many pieces a text has.
pub(super) fn count(text: &str) -> usize {
    let (mut count, mut in_word) = (0, false);
    for c in text.chars() {
        let word = is_word(c);
        count += usize::from(!(word && in_word));
        in_word = word;
    }
    count
}
