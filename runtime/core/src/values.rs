//! Values that are looked for wherever they stand alone, however many there are.
//!
//! What stands alone begins and ends at a cut: at a place that does not lie within a word. So a text and a value are
//! sequences of pieces, words and signs, and of such a sequence a sum is kept (Karp and Rabin, with a secret of the
//! process), from which that of any part follows. The longest value that begins at a cut is found by halving the
//! number of pieces it may have: a table holds the sums of values, and of those of their beginnings where this
//! search goes on to longer ones (Waldvogel et al., 1997). Neither the number of values nor their length matters.

mod find;
mod pieces;
#[cfg(test)]
mod tests;

use find::SHORTEST;
pub use find::{Place, counts, find, is_value};
pub use pieces::Pieces;
use pieces::{count, plus, secret, times};

/// Something that holds a value.
pub trait Value {
    /// The value.
    fn value(&self) -> &str;
}

impl Value for &str {
    fn value(&self) -> &str {
        self
    }
}

/// Sums, and for each of them one more than the index of the longest value that begins what has it, 0 for none.
struct Table {
    /// One more than the sum; 0 where there is none.
    sums: Box<[u64]>,
    longest: Box<[u32]>,
    /// How far a sum is shifted to be a place.
    shift: u32,
    held: usize,
}

/// Spreads sums over places.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Table {
    fn new(places: usize) -> Self {
        let places = places.next_power_of_two().max(4);
        let (sums, longest) = (vec![0; places].into(), vec![0; places].into());
        Self { sums, longest, shift: 64 - places.trailing_zeros(), held: 0 }
    }

    /// Where a sum is, or belongs.
    fn place(&self, sum: u64) -> usize {
        let mut place = (sum.wrapping_mul(SPREAD) >> self.shift) as usize;
        while self.sums.get(place).is_some_and(|held| *held != 0 && *held != sum + 1) {
            place = (place + 1) & (self.sums.len() - 1);
        }
        place
    }

    fn get(&self, sum: u64) -> Option<u32> {
        let place = self.place(sum);
        let held = self.sums.get(place).is_some_and(|held| *held != 0);
        held.then(|| self.longest.get(place).copied()).flatten()
    }

    /// Adds a sum that it does not have.
    fn insert(&mut self, sum: u64, longest: u32) {
        if (self.held + 1) * 4 > self.sums.len() * 3 {
            let mut larger = Self::new(self.sums.len() * 2);
            for (sum, longest) in self.sums.iter().zip(&self.longest).filter(|(sum, _)| **sum != 0) {
                larger.insert(sum - 1, *longest);
            }
            *self = larger;
        }
        let place = self.place(sum);
        if let (Some(held), Some(of)) = (self.sums.get_mut(place), self.longest.get_mut(place)) {
            (*held, *of) = (sum + 1, longest);
            self.held += 1;
        }
    }
}

/// Values, compiled to be found; immutable and shared between threads.
pub struct Values<V> {
    all: Vec<V>,
    table: Table,
    /// Two bits for the first piece of every value: most words of a text begin none.
    firsts: Box<[u64]>,
    /// So many bits has the number of pieces of the longest.
    bits: u32,
}

impl<V: Value> Values<V> {
    /// Compiles values; of equal ones the first counts.
    pub fn new(values: Vec<V>) -> Self {
        let sought = |value: &V| value.value().trim().len() >= SHORTEST;
        let mut order: Vec<(usize, usize)> = values
            .iter()
            .enumerate()
            .filter(|(_, value)| sought(value))
            .map(|(index, value)| (count(value.value()), index))
            .collect();
        order.sort_unstable();
        let most = order.last().map_or(0, |(pieces, _)| *pieces);
        let firsts = vec![0; (order.len() / 4 + 1).next_power_of_two()].into();
        let table = Table::new(order.len() * 2);
        let mut compiled = Self { all: Vec::new(), table, firsts, bits: usize::BITS - most.leading_zeros() };
        let mut pieces = Pieces::default();
        // Shorter ones first: what begins a longer one is known when that comes.
        for (_, index) in order {
            if let Some(value) = values.get(index) {
                pieces.read(value.value());
                compiled.add(&pieces, index as u32 + 1);
            }
        }
        compiled.all = values;
        compiled
    }

    fn add(&mut self, pieces: &Pieces, number: u32) {
        let length = pieces.len();
        let (mut reached, mut sum) = (0, 0);
        for bit in (0..self.bits).rev().filter(|bit| length & (1 << bit) != 0) {
            let Some(longer) = joined(pieces, sum, reached, bit) else { return };
            let end = reached + (1 << bit);
            if self.table.get(longer).is_none() {
                let longest = if end == length { number } else { self.longest(pieces, 0, end) };
                self.table.insert(longer, longest);
            }
            (reached, sum) = (end, longer);
        }
        if let Some(first) = pieces.single.first() {
            let (word, mask) = self.first(*first);
            if let Some(bits) = self.firsts.get_mut(word) {
                *bits |= mask;
            }
        }
    }

    /// Which bits stand for a first piece.
    fn first(&self, piece: u64) -> (usize, u64) {
        let mixed = piece.wrapping_mul(SPREAD);
        let word = (mixed >> 32) as usize & (self.firsts.len() - 1);
        (word, 1 << (mixed >> 20 & 63) | 1 << (mixed >> 26 & 63))
    }

    /// One more than the index of the longest value that begins at a piece and has no more than `most`; 0 for none.
    fn longest(&self, pieces: &Pieces, from: usize, most: usize) -> u32 {
        let (mut reached, mut sum, mut longest) = (0, 0, 0);
        for bit in (0..self.bits).rev().filter(|bit| 1 << bit <= most) {
            if reached + (1 << bit) <= most
                && let Some(longer) = joined(pieces, sum, from + reached, bit)
                && let Some(found) = self.table.get(longer)
            {
                (reached, sum) = (reached + (1 << bit), longer);
                // A beginning's own longest may be shorter than what was found before, never longer than it is.
                longest = found;
            }
        }
        longest
    }

    /// All of them.
    pub fn values(&self) -> &[V] {
        &self.all
    }
}

/// The sum of what has `sum` and the 2^`bit` pieces after it.
fn joined(pieces: &Pieces, sum: u64, at: usize, bit: u32) -> Option<u64> {
    let power = secret().piece.get(bit as usize)?;
    Some(plus(times(sum, *power), pieces.part(at, bit)?))
}

/// Values that [`find`] can ask for.
pub trait Lookup {
    /// The index and the length of the longest value that begins at a piece of a text and has no more than `most`.
    fn longest_at(&self, text: &str, pieces: &Pieces, from: usize, most: usize) -> Option<(usize, usize)>;
}

impl<V: Value> Lookup for Values<V> {
    fn longest_at(&self, text: &str, pieces: &Pieces, from: usize, most: usize) -> Option<(usize, usize)> {
        let (word, mask) = self.first(*pieces.single.get(from)?);
        if self.firsts.get(word)? & mask != mask {
            return None;
        }
        let index = self.longest(pieces, from, most).checked_sub(1)? as usize;
        let (value, start) = (self.all.get(index)?.value(), *pieces.cuts.get(from)?);
        // Sums of different texts are equal by a chance that may be neglected, but not trusted.
        text.get(start..)?.starts_with(value).then_some((index, value.len()))
    }
}

impl<V> std::fmt::Debug for Values<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Values(..)")
    }
}
