//! Where values stand in a text.

use super::{Lookup, Pieces};
use crate::interrupt::{Interrupt, Interrupted};
use crate::restore::{is_word, stands_alone};
use crate::span::Span;

/// Shorter values are looked for nowhere, in bytes: one letter or digit is nobody's.
pub(super) const SHORTEST: usize = 2;

/// Shorter ones have to stand apart from all else, see [`counts`]; but for three letters.
const SHORT: usize = 4;

/// Signs that make one number, time, address or name of what stands on both sides of them.
const JOINING: &str = "._:/-+%@~";

/// Cuts between two looks at the interrupt.
pub(super) const STRIDE: usize = 4_096;

/// A value in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the tables that were asked has it, and where in that.
    pub table: usize,
    /// The index of the value.
    pub index: usize,
    /// Where it stands.
    pub span: Span,
}

/// Where values stand alone in a text, disjoint and in order: of those that begin at one place the longest, of equal
/// ones that of the first table. The text's ends are no part of a longer word, nor is another value that was found.
///
/// Takes time linear in the text.
pub fn find(
    text: &str,
    tables: &[&dyn Lookup],
    pieces: &mut Pieces,
    interrupt: Interrupt<'_>,
) -> Result<Vec<Place>, Interrupted> {
    pieces.read(text);
    let mut search = Search { text, tables, pieces, taken: vec![false; pieces.len()], found: Vec::new() };
    let (mut joined, mut next) = (Vec::new(), 0);
    for from in 0..search.pieces.len() {
        if from % STRIDE == STRIDE - 1 {
            interrupt.check()?;
        }
        if from < next {
            continue;
        }
        match search.at(from) {
            Some(At::Stands(place, to)) => {
                search.take(place, from..to);
                next = to;
            }
            Some(At::Joined) => joined.push(from),
            None => {}
        }
    }
    search.settle(joined, interrupt)?;
    Ok(search.found)
}

/// Looks at one text.
struct Search<'s> {
    text: &'s str,
    tables: &'s [&'s dyn Lookup],
    pieces: &'s Pieces,
    /// Which pieces are part of what was found.
    taken: Vec<bool>,
    found: Vec<Place>,
}

/// What is at a piece.
enum At {
    /// A value that counts, and the piece after it.
    Stands(Place, usize),
    /// Only values that something is joined to.
    Joined,
}

impl Search<'_> {
    /// The longest value that begins at a piece and counts.
    fn at(&self, from: usize) -> Option<At> {
        let (mut most, mut at) = (self.pieces.len() - from, None);
        while let Some(place) = self.longest(from, most) {
            let ends = |piece: &usize| self.pieces.cuts.get(*piece).is_some_and(|end| *end >= place.span.end);
            let to = (from + 1..=from + most).find(ends).unwrap_or(from + most);
            let is_free = !self.taken.get(from..to).unwrap_or_default().contains(&true);
            let is_short = is_short(self.text.get(place.span.range()).unwrap_or_default());
            if is_free && (!is_short || self.is_apart(from, to)) {
                return Some(At::Stands(place, to));
            }
            // All of its beginnings are as short.
            at = is_short.then_some(At::Joined);
            most = to - from - 1;
        }
        at
    }

    /// Of the values that begin at a piece and have no more than `most`, the longest.
    fn longest(&self, from: usize, most: usize) -> Option<Place> {
        let start = *self.pieces.cuts.get(from)?;
        let mut best: Option<Place> = None;
        for (table, values) in self.tables.iter().enumerate() {
            if let Some((index, length)) = values.longest_at(self.text, self.pieces, from, most)
                && best.is_none_or(|best| length > best.span.len())
            {
                best = Some(Place { table, index, span: Span::new(start, start + length) });
            }
        }
        best
    }

    fn take(&mut self, place: Place, pieces: std::ops::Range<usize>) {
        self.taken.get_mut(pieces).unwrap_or_default().fill(true);
        self.found.push(place);
    }

    /// Takes what is joined to nothing but to what was found, until there is no more of it: what is taken may free
    /// what stands beside it, and nothing else.
    fn settle(&mut self, mut joined: Vec<usize>, interrupt: Interrupt<'_>) -> Result<(), Interrupted> {
        if self.found.is_empty() || joined.is_empty() {
            return Ok(());
        }
        let mut waits = vec![false; self.pieces.len()];
        for from in &joined {
            waits.get_mut(*from).into_iter().for_each(|waits| *waits = true);
        }
        let mut looks = 0_usize;
        while let Some(from) = joined.pop() {
            looks += 1;
            if looks.is_multiple_of(STRIDE) {
                interrupt.check()?;
            }
            let Some(At::Stands(place, to)) = self.at(from) else { continue };
            self.take(place, from..to);
            let beside = (from.saturating_sub(SHORT)..from).chain([to, to + 1]);
            joined.extend(beside.filter(|piece| waits.get(*piece) == Some(&true)));
        }
        self.found.sort_unstable_by_key(|place| place.span.start);
        Ok(())
    }

    /// Whether what stands in some pieces is a part of nothing else, see [`counts`]; what was found is no part of
    /// anything.
    fn is_apart(&self, from: usize, to: usize) -> bool {
        let free = |piece: &usize| self.taken.get(*piece) == Some(&false);
        let piece = |at: usize| self.pieces.piece(self.text, at).chars();
        let before = (0..from).rev().take_while(free).filter_map(|at| piece(at).next_back());
        let after = (to..self.pieces.len()).take_while(free).filter_map(|at| piece(at).next());
        !is_joined(before) && !is_joined(after)
    }
}

/// Whether a text is a value.
pub fn is_value(text: &str, tables: &[&dyn Lookup], pieces: &mut Pieces) -> bool {
    pieces.read(text);
    let longest = |table: &&dyn Lookup| table.longest_at(text, pieces, 0, pieces.len());
    tables.iter().filter_map(longest).any(|(_, length)| length == text.len())
}

/// Whether a value that stands alone somewhere counts there: one that is short only if it is a part of nothing else. No
/// letter or digit of any script is beside it then, nor beyond a sign that would join it.
pub fn counts(text: &str, span: Span) -> bool {
    let (before, after) =
        (text.get(..span.start).unwrap_or_default(), text.get(span.end..).unwrap_or_default());
    let is_apart = || !is_joined(before.chars().rev()) && !is_joined(after.chars());
    stands_alone(text, span) && (!is_short(text.get(span.range()).unwrap_or_default()) || is_apart())
}

/// Whether a value says so little that the same may stand for something else as a part of it: a number of up to three
/// digits, two letters, one sign.
fn is_short(value: &str) -> bool {
    value.len() < SHORT && !(value.len() == SHORT - 1 && value.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Whether something is joined to what stands beside it, seen from there.
fn is_joined(mut beside: impl Iterator<Item = char>) -> bool {
    match beside.next() {
        Some(c) if c.is_alphanumeric() || is_word(c) => true,
        Some(c) if JOINING.contains(c) => beside.next().is_some_and(char::is_alphanumeric),
        _ => false,
    }
}
