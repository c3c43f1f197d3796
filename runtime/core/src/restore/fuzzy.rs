//! Placeholders with typing errors.
//!
//! A placeholder with at most `k` errors holds one of any `k + 1` pieces of it unchanged. So the pieces of all
//! placeholders are searched with one automaton, and around each hit the distance is worked out. Numbered
//! placeholders (`[REDACTED_PERSON_17]`) are searched by what stands before the number, once for all numbers;
//! the number itself must be right, and no other name nearer.

use std::collections::HashMap;

use super::layer::{automaton, spans};
use super::names::{Name, Names};
use super::{Form, Restored, stands_alone};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::LiteralAutomaton;
use crate::span::Span;
use crate::text::Text;

/// Errors at most; llm-guard's number. Short placeholders may have fewer: one in four characters.
pub(super) const MOST_ERRORS: usize = 3;

/// Steps of distance that each byte of a text may cost, and every text beside.
const STEPS_PER_BYTE: usize = 2_000;
const STEPS: usize = 4_000_000;

/// Placeholders that are compared between two looks at the interrupt: at the most some milliseconds' worth.
const STRIDE: usize = 1_024;

/// What is searched.
struct Stem {
    /// In lower case.
    chars: Vec<char>,
    errors: usize,
    tail: Tail,
    /// What the placeholder names, if it has a number.
    name: Option<Name>,
}

/// What follows a stem.
enum Tail {
    /// Nothing: the stem is the placeholder of this index.
    None(usize),
    /// A number, and which placeholder has which.
    Number(HashMap<Box<str>, usize>),
}

/// Placeholders, cut into pieces.
pub(super) struct Fuzzy {
    stems: Vec<Stem>,
    pieces: LiteralAutomaton,
    /// By piece: where it stands in which stems, as `(stem, character)`.
    places: Vec<Vec<(usize, usize)>>,
    names: Names,
}

impl Fuzzy {
    pub(super) fn new(placeholders: &[Box<str>]) -> Result<Self, ScannerError> {
        let mut stems: Vec<Stem> = Vec::new();
        let mut numbered: HashMap<String, usize> = HashMap::new();
        for (index, placeholder) in placeholders.iter().enumerate() {
            let lower = placeholder.to_lowercase();
            let core = lower.trim_end_matches(']');
            let number = core.len() - core.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let (stem, number) = core.split_at(core.len() - number);
            if number.is_empty() || stem.chars().count() < 6 {
                let name = Name::numbered(&lower);
                stems.push(Stem::new(&lower, Tail::None(index), name));
                continue;
            }
            let at = *numbered.entry(stem.to_owned()).or_insert_with(|| {
                stems.push(Stem::new(stem, Tail::Number(HashMap::new()), Name::new(stem)));
                stems.len() - 1
            });
            if let Some(Stem { tail: Tail::Number(numbers), .. }) = stems.get_mut(at) {
                numbers.entry(number.into()).or_insert(index);
            }
        }
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut places: Vec<Vec<(usize, usize)>> = Vec::new();
        for (at, stem) in stems.iter().enumerate() {
            for (offset, piece) in stem.pieces() {
                let next = places.len();
                let piece = *known.entry(piece).or_insert(next);
                if piece == next {
                    places.push(Vec::new());
                }
                places[piece].push((at, offset));
            }
        }
        let mut pieces: Vec<Box<str>> = vec![Box::default(); places.len()];
        for (piece, at) in known {
            pieces[at] = piece.into();
        }
        let names = Names::new(stems.iter().filter_map(|stem| stem.name.as_ref()));
        Ok(Self { stems, pieces: automaton(pieces, true)?, places, names })
    }

    /// The places of placeholders beside those that are `known`, in order and disjoint: what stands there as it
    /// was written costs nothing. Where they overlap, the one with more right characters counts.
    pub(super) fn find(
        &self,
        text: &Text,
        known: &[Restored],
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Restored>, ScannerError> {
        let source = text.as_str();
        let hits = spans(&self.pieces, text, interrupt)?;
        let limit = STEPS + source.len() * STEPS_PER_BYTE;
        let spent = || ScannerError::Limit { what: "steps of fuzzy matching", limit };
        let mut budget = limit;
        let mut found: Vec<(usize, Restored)> = Vec::new();
        // By stem: where it was last looked for, and where it was last found.
        let mut looked: HashMap<usize, usize> = HashMap::new();
        let mut done: HashMap<usize, usize> = HashMap::new();
        let mut candidates = 0_usize;
        for (piece, span) in &hits {
            if is_known(known, *span) {
                continue;
            }
            for &(at, offset) in &self.places[*piece] {
                // Any number of placeholders may have a piece in common.
                candidates += 1;
                if candidates.is_multiple_of(STRIDE) {
                    interrupt.check()?;
                }
                let stem = &self.stems[at];
                // Where the stem would begin, give or take its errors.
                let begin = back(source, span.start, offset + stem.errors);
                // The other pieces of one occurrence lead to the same place.
                let seen = looked.get(&at).is_some_and(|&last| begin >= last && begin - last <= stem.errors);
                if seen || done.get(&at).is_some_and(|&end| span.start < end) {
                    continue;
                }
                looked.insert(at, begin);
                budget = budget
                    .checked_sub(stem.chars.len() * (stem.chars.len() + 3 * MOST_ERRORS))
                    .ok_or_else(spent)?;
                let Some((errors, place)) = stem.closest(source, begin) else { continue };
                let Some((index, place, number)) = stem.index(source, place) else { continue };
                if !stands_alone(source, place) || is_known(known, place) {
                    continue;
                }
                let nearest = match (&stem.name, number) {
                    (Some(_), Some(number)) if goes_on(source, number.end) => false,
                    (Some(name), Some(number)) => {
                        let written = name_at(source, place.start, number.start);
                        self.names.is_nearest(name, written, &mut budget).ok_or_else(spent)?
                    }
                    _ => true,
                };
                if nearest {
                    done.insert(at, place.end);
                    found.push((errors, Restored { index, span: place, form: Form::Plain }));
                }
            }
        }
        let right = |(errors, one): &(usize, Restored)| one.span.len().saturating_sub(2 * errors);
        found.sort_by(|a, b| right(b).cmp(&right(a)).then(a.1.span.start.cmp(&b.1.span.start)));
        let mut taken: std::collections::BTreeMap<usize, Restored> = std::collections::BTreeMap::new();
        for (_, one) in found {
            let before = taken.range(..one.span.end).next_back();
            if before.is_none_or(|(_, other)| !other.span.overlaps(one.span)) {
                taken.insert(one.span.start, one);
            }
        }
        Ok(taken.into_values().collect())
    }
}

/// Whether a place overlaps one of the `known`.
fn is_known(known: &[Restored], place: Span) -> bool {
    let next = known.partition_point(|one| one.span.end <= place.start);
    known.get(next).is_some_and(|one| one.span.overlaps(place))
}

/// The byte offset `chars` characters before `at`, or the text's start.
fn back(text: &str, at: usize, chars: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    if chars == 0 {
        return at;
    }
    before.char_indices().rev().nth(chars - 1).map_or(0, |(at, _)| at)
}

/// The last number of a place, if no letter comes after it.
fn last_number(text: &str, place: Span) -> Option<Span> {
    let inside = text.get(place.range())?;
    let number = inside.trim_end_matches(|c: char| !c.is_alphanumeric());
    let stem = number.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.len() < number.len()).then(|| Span::new(place.start + stem.len(), place.start + number.len()))
}

/// A name in a text: with all before it that `_` joins to it, unless it begins with a bracket.
fn name_at(text: &str, start: usize, end: usize) -> &str {
    let begun = text.get(start..end).is_some_and(|name| name.starts_with(opens));
    let before = text.get(..start).unwrap_or_default().chars().rev().take(LONGEST_NAME);
    let joined = before.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '\\')).map(char::len_utf8);
    let start = if begun { start } else { start - joined.sum::<usize>() };
    text.get(start..end).unwrap_or_default()
}

/// Whether a number that ends at `end` is only the beginning of one: `1 0`, `1_0`, `1.5`, `1-2`.
fn goes_on(text: &str, end: usize) -> bool {
    let after = text.get(end..).unwrap_or_default();
    let loose = |c: char| LOOSE.contains(&c) || c == '\\' || c.is_whitespace() && !matches!(c, '\n' | '\r');
    let (apart, joined) =
        (after.trim_start_matches(loose), after.trim_start_matches(['_', '-', '.', ',', ':', '/']));
    let near = |rest: &str| after.len() - rest.len() <= 8 && rest.starts_with(char::is_numeric);
    near(apart) || near(joined)
}

impl Stem {
    fn new(stem: &str, tail: Tail, name: Option<Name>) -> Self {
        let chars: Vec<char> = stem.chars().collect();
        let errors = (chars.len() / 4).min(MOST_ERRORS);
        Self { chars, errors, tail, name }
    }

    /// One piece more than there may be errors, each with its place.
    fn pieces(&self) -> impl Iterator<Item = (usize, String)> {
        let (length, count) = (self.chars.len(), self.errors + 1);
        (0..count).filter_map(move |number| {
            let (from, to) = (length * number / count, length * (number + 1) / count);
            let piece: String = self.chars.get(from..to)?.iter().collect();
            (!piece.is_empty()).then_some((from, piece))
        })
    }

    /// The part of the text nearest to the stem that begins at `begin` or up to twice the errors later: how
    /// many errors it has, and where it is. Sellers' algorithm: the edit distance with a free beginning.
    fn closest(&self, text: &str, begin: usize) -> Option<(usize, Span)> {
        let rest = text.get(begin..)?;
        let width = self.chars.len() + 3 * self.errors;
        // By place in the stem: errors so far, and where the match begins.
        let mut row: Vec<(usize, usize)> = (0..=self.chars.len()).map(|errors| (errors, begin)).collect();
        let mut best: Option<(usize, Span)> = None;
        for (offset, c) in rest.char_indices().take(width) {
            let (at, end) = (begin + offset, begin + offset + c.len_utf8());
            let folded = c.to_lowercase().next().unwrap_or(c);
            let mut diagonal = row[0];
            row[0] = (0, end);
            diagonal.1 = at;
            for (place, &wanted) in self.chars.iter().enumerate() {
                // A digit stands for itself alone.
                let wrong = if wanted == folded {
                    0
                } else if wanted.is_ascii_digit() || folded.is_ascii_digit() {
                    MOST_ERRORS + 1
                } else {
                    1
                };
                let above = row[place + 1];
                let left = row[place];
                let gap = |(errors, from): (usize, usize), digit: bool| {
                    (errors + if digit { MOST_ERRORS + 1 } else { 1 }, from)
                };
                let next = [
                    (diagonal.0 + wrong, diagonal.1),
                    gap(above, folded.is_ascii_digit()),
                    gap(left, wanted.is_ascii_digit()),
                ];
                diagonal = above;
                row[place + 1] = next.into_iter().min_by_key(|(errors, _)| *errors).unwrap_or(above);
            }
            let (errors, from) = row[self.chars.len()];
            let better = best.is_none_or(|(least, _)| errors < least);
            if errors <= self.errors && better {
                best = Some((errors, Span::new(from, end)));
            }
        }
        best
    }

    /// Which placeholder it is, all of its place, and its number, by what follows the stem.
    fn index(&self, text: &str, place: Span) -> Option<(usize, Span, Option<Span>)> {
        let numbers = match &self.tail {
            Tail::None(index) => return Some((*index, place, last_number(text, place))),
            Tail::Number(numbers) => numbers,
        };
        let rest = text.get(place.end..)?;
        // The stem's own end may have been lost, or written twice.
        let signs =
            rest.bytes().take(2).take_while(|byte| matches!(byte, b'_' | b' ' | b'-' | b'\\')).count();
        let rest = rest.get(signs..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let index = *numbers.get(rest.get(..digits)?)?;
        let number = Span::new(place.end + signs, place.end + signs + digits);
        let end = number.end;
        let opened = self.chars.first() == Some(&'[');
        let span = if opened { with_brackets(text, place.start, end) } else { Span::new(place.start, end) };
        Some((index, span, Some(number)))
    }
}

/// How far before a place the beginning of its name is looked for, in characters.
const LONGEST_NAME: usize = 64;

/// What may come between a bracket and the name, or before a bracket.
const LOOSE: [char; 4] = [' ', '*', '\u{200b}', '`'];

/// Brackets that a model writes for `[` and `]`.
const BRACKETS: [(char, char); 7] =
    [('[', ']'), ('<', '>'), ('{', '}'), ('(', ')'), ('\u{ff3b}', '\u{ff3d}'), ('【', '】'), ('「', '」')];

/// Whether a character opens a bracket.
pub(super) fn opens(c: char) -> bool {
    BRACKETS.iter().any(|(open, _)| *open == c)
}

/// A placeholder from its bracket to its bracket, if it has them, of which the name begins at or after `start` and
/// the number ends at `end`.
fn with_brackets(text: &str, start: usize, end: usize) -> Span {
    let (Some(before), Some(inside), Some(after)) =
        (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return Span::new(start, end);
    };
    // What stands in the place of a bracket that is not there is not part of the name.
    let name = start + (inside.len() - inside.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
    let pair = |c: char| BRACKETS.into_iter().find(|(open, _)| *open == c);
    let trimmed = before.trim_end_matches(LOOSE);
    let apart = before.len() - trimmed.len();
    let near = apart == 0 || apart <= 2 && inside.starts_with(LOOSE);
    let (open, close) = match inside.chars().next().and_then(pair) {
        Some((_, close)) => (start, close),
        None => match trimmed.chars().next_back().and_then(pair).filter(|_| near) {
            Some((open, close)) => (trimmed.len() - open.len_utf8(), close),
            None => (name, ']'),
        },
    };
    let loose = after.len() - after.trim_start_matches(LOOSE).len();
    let loose = if loose <= 3 { loose } else { 0 };
    let rest = after.get(loose..).unwrap_or_default();
    let escaped = rest.len() - rest.trim_start_matches('\\').len();
    if escaped > 2 || !rest.get(escaped..).is_some_and(|rest| rest.starts_with(close)) {
        return Span::new(if inside.starts_with('[') { start } else { name }, end);
    }
    // `\[…\]`: both were escaped.
    let ahead = text.get(..open).unwrap_or_default();
    let backslashes = ahead.len() - ahead.trim_end_matches('\\').len();
    Span::new(open - escaped.min(backslashes), end + loose + escaped + close.len_utf8())
}
