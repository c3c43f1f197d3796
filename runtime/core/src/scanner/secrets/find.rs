//! Going through a text: literals from the automaton, and rows of token characters.

use super::check::{Check, Promise};
use super::context::Context;
use super::encoded::is_kept;
use super::entropy::{is_digits, looks_random};
use super::key_block::{self, KeyBlocks};
use super::placeholder::{is_documented, is_filler, is_uuid};
use super::rule::Compiled;
use super::runs::{Runs, goes_on, is_of_token, starts_here, trailing_row, unescaped};
use super::shape::{Alternative, Matched, has};
use super::table::{Name, Table, Target};
use super::{chosen, header, login, password, url};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;
use crate::text::escape::ends_with_escape;

mod random;

/// Bytes between two looks at the interrupt.
const STRIDE: usize = 64 << 10;

/// The longest row of characters that is taken for a secret by its randomness alone: longer ones are data.
const LONGEST: usize = 200;

/// What kind of evidence there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A rule of the table, a key block, a URL.
    Specific,
    /// Randomness.
    Entropy,
    /// A password or a random value, by its name.
    Assigned,
}

/// Label, score and kind of a password by what is before it, and of one that an address or a header has.
const PASSWORD: (&str, f64, Kind) = ("PASSWORD", 0.7, Kind::Assigned);
const BASIC_AUTH: (&str, f64, Kind) = ("BASIC_AUTH", 0.9, Kind::Specific);

/// A secret at one place.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) span: Span,
    pub(super) label: &'static str,
    pub(super) score: f64,
    pub(super) kind: Kind,
}

/// Everything found so far in one text.
pub(super) struct Finder<'a> {
    table: &'a Table,
    text: &'a [u8],
    interrupt: Interrupt<'a>,
    key_blocks: KeyBlocks,
    pub(super) found: Vec<Found>,
    checked: usize,
    /// Before this no JSON Web Token is looked for: one was, in a row that ends here.
    inside: usize,
    growing: Option<Growing>,
}

/// What is undecided in a text that goes on.
#[derive(Clone, Copy, Debug)]
struct Growing {
    /// Nothing that starts before this matters.
    from: usize,
    /// Where the first secret may start of which what follows decides.
    open: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(table: &'a Table, text: &'a [u8], interrupt: Interrupt<'a>) -> Self {
        let key_blocks = KeyBlocks::default();
        Self { table, text, interrupt, key_blocks, found: Vec::new(), checked: 0, inside: 0, growing: None }
    }

    /// For a part of a text: up to `covered` a private key reaches into it.
    pub(super) const fn after(mut self, covered: usize) -> Self {
        self.key_blocks = KeyBlocks::after(covered);
        self
    }

    /// For a text that goes on, of which all before `from` is decided.
    pub(super) const fn growing(mut self, from: usize) -> Self {
        self.growing = Some(Growing { from, open: self.text.len() });
        self
    }

    /// Where the first secret may start that is not decided.
    pub(super) fn open(&self) -> usize {
        self.growing.map_or(self.text.len(), |growing| growing.open)
    }

    /// Notes that `start` is undecided, if it is `open`; whether it was.
    fn undecided(&mut self, start: usize, open: impl FnOnce(&[u8]) -> bool) -> bool {
        let text = self.text;
        match &mut self.growing {
            Some(growing) if start >= growing.from && open(text) => {
                growing.open = growing.open.min(start);
                true
            }
            _ => false,
        }
    }

    /// Notes what the end of a growing text may begin, beside literals and what follows them.
    pub(super) fn tail(&mut self) {
        let (table, text) = (self.table, self.text);
        let Some(Growing { from, .. }) = self.growing else { return };
        let mut edge = text.len();
        let row = trailing_row(text);
        // A longer one is data, whatever follows.
        if text.len() - row <= LONGEST.max(table.longest_alone) {
            self.undecided(row, |_| true);
            edge = row;
        }
        // What stands before a literal that is to come.
        let start = text.len().saturating_sub(table.longest_led);
        let end = text[start..].iter().rposition(|&byte| !has(table.leading, byte));
        let start = end.map_or(start, |at| start + at + 1).max(from);
        for at in start..edge {
            let led = |&(rule, alternative): &(usize, usize)| {
                table.rules[rule].alternatives[alternative].is_open(text, at)
            };
            if starts_here(text, at) && table.led.iter().any(led) {
                self.undecided(at, |_| true);
                return;
            }
        }
    }

    fn add(&mut self, span: Span, label: &'static str, score: f64, kind: Kind) {
        if !span.is_empty() {
            self.found.push(Found { span, label, score, kind });
        }
    }

    fn check(&mut self, at: usize) -> Result<(), ScannerError> {
        if at >= self.checked + STRIDE {
            self.checked = at;
            self.interrupt.check()?;
        }
        Ok(())
    }

    /// A literal of the table is at `hit`. Hits come in ascending order.
    pub(super) fn literal(&mut self, literal: usize, hit: Span) -> Result<(), ScannerError> {
        self.check(hit.start)?;
        let table = self.table;
        for target in table.targets.get(literal).map_or(&[][..], Vec::as_slice) {
            match *target {
                Target::Token { rule, alternative, anchor } => {
                    let Some(compiled) = table.rules.get(rule) else { continue };
                    let shape = &compiled.alternatives[alternative];
                    let Some(start) = shape.start(self.text, anchor, hit.start) else { continue };
                    let starts = starts_here(self.text, start);
                    if !self.looks_at(compiled, start, starts)
                        || self.undecided(start, |text| shape.is_open(text, start))
                    {
                        continue;
                    }
                    match shape.match_at(self.text, start).filter(|_| starts) {
                        Some(matched) => self.token(compiled, matched, 1.0),
                        None if compiled.rule.check.proves() => self.glued(compiled, shape, start),
                        None => {}
                    }
                }
                Target::Url => self.behind(
                    hit.end,
                    BASIC_AUTH,
                    |text| url::is_open(text, hit.end),
                    |text| url::password(text, hit.end),
                ),
                Target::EncodedUrl => self.behind(
                    hit.end,
                    BASIC_AUTH,
                    |text| url::is_open_encoded(text, hit.end),
                    |text| url::encoded_password(text, hit.end),
                ),
                Target::KeyBlock => {
                    let covered = self.key_blocks.covers(hit.start);
                    if covered || self.undecided(hit.start, |text| key_block::is_open(text, hit.start)) {
                        continue;
                    }
                    if let Some(span) = self.key_blocks.at(self.text, hit.start) {
                        self.add(span, "PRIVATE_KEY", 1.0, Kind::Specific);
                    }
                }
                Target::Pass if self.goes_on(hit.end) => {}
                Target::Password | Target::Pass => self.behind(
                    hit.end,
                    PASSWORD,
                    |text| password::is_open(text, hit),
                    |text| password::value(text, hit),
                ),
                Target::User if !self.is_option(hit.start) => {}
                Target::User => self.behind(
                    hit.end,
                    PASSWORD,
                    |text| login::of_user_is_open(text, hit.end),
                    |text| login::of_user(text, hit.end),
                ),
                Target::Secret => self.behind(
                    hit.end,
                    PASSWORD,
                    |text| password::of_option_is_open(text, hit.end),
                    |text| password::of_option(text, hit.end),
                ),
                Target::Statement => self.behind(
                    hit.end,
                    PASSWORD,
                    |text| password::of_statement_is_open(text, hit),
                    |text| password::of_statement(text, hit),
                ),
                Target::Login => self.behind(
                    hit.end,
                    PASSWORD,
                    |text| login::is_open(text, hit.end),
                    |text| login::password(text, hit.end),
                ),
                Target::Credentials => self.behind(
                    hit.end,
                    BASIC_AUTH,
                    |text| header::is_open(text, hit.end),
                    |text| header::credentials(text, hit.end),
                ),
            }
        }
        Ok(())
    }

    /// Reports what `value` finds behind a literal that ends at `end`, once `is_open` says that it is decided.
    fn behind(
        &mut self,
        end: usize,
        (label, score, kind): (&'static str, f64, Kind),
        is_open: impl FnOnce(&[u8]) -> bool,
        value: impl FnOnce(&[u8]) -> Option<Span>,
    ) {
        if !self.undecided(end, is_open)
            && let Some(span) = value(self.text)
        {
            self.add(span, label, score, kind);
        }
    }

    /// Whether a word that ends at `end` is the begin of a longer one: `passed`, not `DB_PASS`.
    fn goes_on(&self, end: usize) -> bool {
        self.text.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    }

    /// Whether an option stands alone.
    fn is_option(&self, start: usize) -> bool {
        let before = &self.text[..start];
        before.last().is_none_or(u8::is_ascii_whitespace) || ends_with_escape(before)
    }

    /// Whether a token of a rule is looked for where it `starts`, or where something may belong to it that stands
    /// before. Tokens of any length only once in a row, or the time would not be linear.
    fn looks_at(&mut self, compiled: &Compiled, start: usize, starts: bool) -> bool {
        if compiled.rule.check != Check::Jwt {
            return starts || compiled.rule.check.proves();
        }
        let first = start >= self.inside;
        if first {
            let padded = |byte: &u8| is_of_token(*byte) || *byte == b'=';
            self.inside = start + self.text[start..].iter().take_while(|byte| padded(byte)).count();
        }
        first
    }

    /// Reports a token beside which other letters stand, if its check proves that it is one.
    fn glued(&mut self, compiled: &Compiled, shape: &Alternative, start: usize) {
        let Some(matched) = shape.read_at(self.text, start) else { return };
        let secret = &self.text[matched.secret.range()];
        if compiled.rule.check.promise(secret) == Promise::Kept {
            self.token(compiled, matched, 1.0);
        }
    }

    /// Reports a match of a rule unless its check or its looks speak against it.
    fn token(&mut self, compiled: &Compiled, matched: Matched, score: f64) {
        let secret = &self.text[matched.secret.range()];
        let score = match compiled.rule.check.promise(secret) {
            Promise::NotIt => return,
            Promise::Broken => score * 0.6,
            Promise::Kept | Promise::Unknown => score,
        };
        if !is_filler(secret) && !is_documented(secret) {
            self.add(matched.secret, compiled.rule.label, score, Kind::Specific);
        }
    }

    /// Looks at the rows of token characters.
    pub(super) fn runs(&mut self) -> Result<(), ScannerError> {
        for run in Runs::new(self.text, 0, self.text.len()) {
            self.check(run.start)?;
            self.run(unescaped(self.text, run));
        }
        Ok(())
    }

    fn run(&mut self, run: Span) {
        let (table, bytes) = (self.table, &self.text[run.range()]);
        // A longer row is data, and no shape reaches its end.
        if bytes.len() > LONGEST.max(table.longest_alone) {
            return;
        }
        let digits = bytes.iter().any(u8::is_ascii_digit);
        let padded = self.text.get(run.end) == Some(&b'=');
        let open = |text: &[u8]| Context::is_open(text, run) || goes_on(text, run);
        if (digits || padded) && self.undecided(run.start, open) {
            return;
        }
        if padded && is_kept(self.text, run.start) {
            let value = Context::new(self.text, run).value;
            if chosen::is_encoded(&self.text[value.range()]) {
                let (label, score, kind) = PASSWORD;
                self.add(value, label, score, kind);
            }
        }
        let first = usize::from(bytes.first().copied().unwrap_or_default() & 127);
        for &(rule, alternative) in &table.alone[first] {
            let compiled = &table.rules[rule];
            let shape = &compiled.alternatives[alternative];
            if !self.undecided(run.start, |text| shape.is_open(text, run.start))
                && let Some(matched) = shape.match_at(self.text, run.start)
                && matched.whole.end >= run.end
                // They may all come after the row: `pat….0a1b…`.
                && self.text[matched.secret.range()].iter().any(u8::is_ascii_digit)
            {
                self.token(compiled, matched, 1.0);
            }
        }
        if !digits || bytes.len() > LONGEST || !(looks_random(bytes) || is_uuid(bytes) || is_digits(bytes)) {
            return;
        }
        let context = Context::new(self.text, run);
        let names = context.names(self.text);
        for name in &names {
            let Name::Rule(rule) = *name else { continue };
            let compiled = &table.rules[rule];
            let led = |shape: &Alternative| run.start.saturating_sub(shape.led_by());
            let shapes = || compiled.alternatives.iter();
            if self.undecided(run.start, |text| shapes().any(|shape| shape.is_open(text, led(shape)))) {
                continue;
            }
            let matched = shapes().find_map(|shape| shape.match_at(self.text, led(shape)));
            let Some(matched) = matched.filter(|matched| matched.whole.end >= run.end) else { continue };
            let before = matched.whole.start < run.start;
            let around = before.then(|| Context::new(self.text, Span::new(matched.whole.start, run.end)));
            let around = around.as_ref().unwrap_or(&context);
            if (around.quoted || around.assigned) && (!before || starts_here(self.text, matched.whole.start))
            {
                self.token(compiled, matched, 0.9);
            }
        }
        self.entropy(&context, &names);
    }
}
