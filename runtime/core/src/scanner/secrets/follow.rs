//! Secrets in a text that is still being written.
//!
//! The end of a text is held from where a secret may begin. What a secret is, is known where it is found: there,
//! and wherever its value stands after that, it is redacted. Where it stood before, it has left.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use super::find::{Finder, Found};
use super::occurrences::{ANYWHERE, stands_alone};
use super::table::table;
use super::{RedactMode, Secrets, Value};
use crate::error::ScannerError;
use crate::literal::{Beginnings, LiteralHits};
use crate::span::Span;
use crate::stream::{self, Follow, Progress, Window};

/// How far before a secret something may stand that tells it, in bytes: names, the begin of a URL.
const CONTEXT: usize = 1_024;

/// From how many held bytes on a step waits until a quarter more have come.
const PATIENT: usize = 2_048;

/// Bytes of different secrets of one stream.
const MOST: usize = 1 << 20;

/// What the followers of one scanner share.
#[derive(Debug)]
pub(super) struct Shared {
    scanner: Secrets,
    beginnings: Beginnings,
}

impl Shared {
    /// For a scanner of these literals; `None` if they cannot be followed.
    pub(super) fn new(scanner: Secrets) -> Option<Self> {
        let beginnings = Beginnings::new(&scanner.literals)?;
        Some(Self { scanner, beginnings })
    }
}

/// Follows one stream; positions are bytes of it.
pub(super) struct SecretsFollower {
    shared: Arc<Shared>,
    /// Where the first secret may start that has not been found.
    open: usize,
    /// Up to where the last private key reaches.
    covered: usize,
    /// Found, and not told, because what stands before may be a part of a longer value.
    waiting: VecDeque<Found>,
    /// Places of what was found, without those inside a longer one, as far as more may be inside.
    told: VecDeque<Span>,
    values: Values,
    /// Up to where known values have been looked for.
    swept: usize,
    /// Up to where all is told.
    decided: usize,
    /// When to look again.
    next: usize,
}

impl SecretsFollower {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            open: 0,
            covered: 0,
            waiting: VecDeque::new(),
            told: VecDeque::new(),
            values: Values::default(),
            swept: 0,
            decided: 0,
            next: 0,
        }
    }

    /// Finds what is decided now.
    fn find(&mut self, window: &Window<'_>, literals: &LiteralHits) -> Result<(), ScannerError> {
        let (text, base) = (window.text.as_str(), window.base);
        let from = self.open.saturating_sub(base);
        let finder = Finder::new(table(), text.as_bytes(), window.interrupt);
        let mut finder = finder.after(self.covered.saturating_sub(base));
        if !window.last {
            finder = finder.growing(from);
        }
        self.shared.scanner.run(text, literals, window.interrupt, &mut finder)?;
        let mut open = text.len();
        if !window.last {
            finder.tail();
            open = finder.open().min(self.shared.beginnings.first(window.text, false, |at| at >= from));
        }
        let mut found = finder.found;
        found.retain(|one| (from..open).contains(&one.span.start));
        found.sort_by_key(|one| (one.span.start, Reverse(one.span.end)));
        for mut one in found {
            one.span = Span::new(base + one.span.start, base + one.span.end);
            if one.label == "PRIVATE_KEY" {
                self.covered = self.covered.max(one.span.end);
            }
            self.waiting.push_back(one);
        }
        self.open = self.open.max(base + open);
        Ok(())
    }

    /// Tells what was found, and where known values stand. Returns up to where all is told.
    fn tell(&mut self, window: &Window<'_>, found: &mut stream::Found) -> Result<usize, ScannerError> {
        loop {
            let known = if window.last { window.end() } else { self.values.open(window, self.swept) };
            let limit = self.open.min(known);
            let Some(start) = self.waiting.front().map(|one| one.span.start).filter(|at| *at < limit) else {
                self.sweep(window, limit, found);
                return Ok(limit);
            };
            self.sweep(window, start, found);
            let mut longest = None;
            while let Some(one) = self.waiting.front().filter(|one| one.span.start == start) {
                let value = between(window, one.span);
                if !value.is_empty() {
                    let number = self.values.add(value, one, self.shared.scanner.mode)?;
                    longest.get_or_insert((one.span, number));
                }
                self.waiting.pop_front();
            }
            if let Some((span, number)) = longest
                && self.told.back().is_none_or(|last| span.end > last.end)
            {
                self.told.push_back(span);
                self.values.tell(number, span, found);
            }
        }
    }

    /// Tells the places of known values that start before `end`.
    fn sweep(&mut self, window: &Window<'_>, end: usize, found: &mut stream::Found) {
        let text = window.text.as_str();
        while self.swept < end {
            let at = self.swept;
            let rest = &text.as_bytes()[at.saturating_sub(window.base)..];
            let Some((length, number)) = self.values.longest(rest) else {
                self.swept = self.values.next(rest, at).min(end);
                continue;
            };
            let span = Span::new(at, at + length);
            self.swept = span.end;
            let here = Span::new(span.start - window.base, span.end - window.base);
            if length >= ANYWHERE || stands_alone(text.as_bytes(), here) {
                let before = self.told.partition_point(|one| one.start <= span.start);
                let inside = before.checked_sub(1).and_then(|at| self.told.get(at));
                if inside.is_none_or(|outer| outer.end < span.end) {
                    self.values.tell(number, span, found);
                }
            }
        }
        // The last one stays: what is found inside it is not told.
        while self.told.len() > 1 && self.told.front().is_some_and(|one| one.end <= self.swept) {
            self.told.pop_front();
        }
    }
}

impl Follow for SecretsFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        literals: &LiteralHits,
        found: &mut stream::Found,
    ) -> Result<Progress, ScannerError> {
        self.find(window, literals)?;
        self.decided = self.tell(window, found)?;
        let held = window.end() - self.decided;
        self.next = if held < PATIENT { 0 } else { window.end() + held / 4 };
        let needed = self.decided.min(self.open.saturating_sub(CONTEXT));
        Ok(Progress { decided: self.decided, needed })
    }

    fn rests_until(&self) -> usize {
        self.next
    }

    fn conclude(&self, findings: usize, _end: usize) -> (bool, f64) {
        if findings == 0 { (true, -1.0) } else { (false, 1.0) }
    }
}

impl fmt::Debug for SecretsFollower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsFollower").field("open", &self.open).finish_non_exhaustive()
    }
}

/// A part of the stream that is in the window.
fn between<'a>(window: &Window<'a>, span: Span) -> &'a str {
    let at = |position: usize| position.saturating_sub(window.base);
    window.text.as_str().get(at(span.start)..at(span.end)).unwrap_or_default()
}

/// The secrets that a stream has shown.
struct Values {
    numbers: BTreeMap<Box<[u8]>, usize>,
    /// How each was found, once for each label, and what comes of that.
    known: Vec<(Vec<Found>, Value)>,
    /// Whether a byte begins one.
    first: Box<[bool; 256]>,
    longest: usize,
    bytes: usize,
}

impl Default for Values {
    fn default() -> Self {
        let first = Box::new([false; 256]);
        Self { numbers: BTreeMap::new(), known: Vec::new(), first, longest: 0, bytes: 0 }
    }
}

impl Values {
    /// The number of a value that was found.
    fn add(&mut self, value: &str, one: &Found, mode: RedactMode) -> Result<usize, ScannerError> {
        let next = self.known.len();
        let number = self.numbers.get(value.as_bytes()).copied().unwrap_or(next);
        if number == next {
            self.bytes += value.len();
            if self.bytes > MOST {
                return Err(ScannerError::Limit { what: "bytes of different secrets", limit: MOST });
            }
            if let Some(first) = value.bytes().next() {
                self.first[usize::from(first)] = true;
            }
            self.longest = self.longest.max(value.len());
            self.numbers.insert(value.as_bytes().into(), number);
            self.known.push((Vec::new(), Value::new(value, Vec::new(), mode)));
        }
        if let Some((seen, known)) = self.known.get_mut(number)
            && seen.iter().all(|other| other.label != one.label)
        {
            seen.push(one.clone());
            *known = Value::new(value, seen.iter().collect(), mode);
        }
        Ok(number)
    }

    /// Reports and redacts a value at a place.
    fn tell(&self, number: usize, span: Span, found: &mut stream::Found) {
        let Some((_, value)) = self.known.get(number) else { return };
        let mut labels = value.labels.iter();
        if let Some((label, score)) = labels.next() {
            found.push(0, *label, span, *score, Some(&value.replacement));
        }
        for (label, score) in labels {
            found.also(0, *label, span, *score, Some(&value.replacement));
        }
    }

    /// The longest value that `text` starts with: its length and number.
    fn longest(&self, text: &[u8]) -> Option<(usize, usize)> {
        if !self.first[usize::from(*text.first()?)] {
            return None;
        }
        let mut text = &text[..text.len().min(self.longest)];
        // What `text` starts with is not after it in the order, nor after what it has in common with the last
        // that is not.
        loop {
            let (value, number) =
                self.numbers.range::<[u8], _>((Bound::Unbounded, Bound::Included(text))).next_back()?;
            let common = value.iter().zip(text).take_while(|(a, b)| a == b).count();
            if common == value.len() {
                return Some((common, *number));
            }
            text = &text[..common];
        }
    }

    /// Where the next value may start after the first byte of `text`, which is at `at`.
    fn next(&self, text: &[u8], at: usize) -> usize {
        let rest = text.iter().skip(1);
        at + 1 + rest.take_while(|&&byte| !self.first[usize::from(byte)]).count()
    }

    /// Where the first value may start, at `from` or later, that the window does not show all of.
    fn open(&self, window: &Window<'_>, from: usize) -> usize {
        let text = window.text.as_str().as_bytes();
        let start = text.len().saturating_sub(self.longest).max(from.saturating_sub(window.base));
        let begins = |at: &usize| {
            let rest = &text[*at..];
            self.first[usize::from(rest[0])] && {
                let after = self.numbers.range::<[u8], _>((Bound::Included(rest), Bound::Unbounded));
                // Whether a short one stands alone, the next character says.
                let goes_on = |value: &[u8]| {
                    value.starts_with(rest) && (value.len() > rest.len() || rest.len() < ANYWHERE)
                };
                after.take(2).any(|(value, _)| goes_on(value))
            }
        };
        window.base + (start..text.len()).find(begins).unwrap_or(text.len())
    }
}
