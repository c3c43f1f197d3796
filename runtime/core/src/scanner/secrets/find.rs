//! Going through a text: literals from the automaton, and rows of token characters.

use super::check::Promise;
use super::context::Context;
use super::entropy::{bits_per_character, is_hex, looks_random};
use super::key_block::KeyBlocks;
use super::placeholder::{is_example, is_filler, is_reference, is_uuid};
use super::rule::Compiled;
use super::runs::Runs;
use super::shape::Matched;
use super::table::{Name, Table, Target};
use super::{password, url};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;

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
}

impl<'a> Finder<'a> {
    pub(super) fn new(table: &'a Table, text: &'a [u8], interrupt: Interrupt<'a>) -> Self {
        Self { table, text, interrupt, key_blocks: KeyBlocks::default(), found: Vec::new(), checked: 0 }
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
                    if starts_here(self.text, start)
                        && let Some(matched) = shape.match_at(self.text, start)
                    {
                        self.token(compiled, matched, 1.0);
                    }
                }
                Target::Url => {
                    if let Some(span) = url::password(self.text, hit.end) {
                        self.add(span, "BASIC_AUTH", 0.9, Kind::Specific);
                    }
                }
                Target::KeyBlock => {
                    if let Some(span) = self.key_blocks.at(self.text, hit.start) {
                        self.add(span, "PRIVATE_KEY", 1.0, Kind::Specific);
                    }
                }
                Target::Password => {
                    if let Some(span) = password::value(self.text, hit.end) {
                        self.add(span, "PASSWORD", 0.7, Kind::Assigned);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reports a match of a rule unless its check or its looks speak against it.
    fn token(&mut self, compiled: &Compiled, matched: Matched, score: f64) {
        let secret = &self.text[matched.secret.range()];
        let score = match compiled.rule.check.promise(secret) {
            Promise::NotIt => return,
            Promise::Broken => score * 0.6,
            Promise::Kept | Promise::Unknown => score,
        };
        if !is_filler(secret) {
            self.add(matched.secret, compiled.rule.label, score, Kind::Specific);
        }
    }

    /// Looks at the rows of token characters.
    pub(super) fn runs(&mut self) -> Result<(), ScannerError> {
        for run in Runs::new(self.text, 0, self.text.len()) {
            self.check(run.start)?;
            self.run(run);
        }
        Ok(())
    }

    fn run(&mut self, run: Span) {
        let (table, bytes) = (self.table, &self.text[run.range()]);
        if !bytes.iter().any(u8::is_ascii_digit) {
            return;
        }
        let first = usize::from(bytes.first().copied().unwrap_or_default() & 127);
        for &(rule, alternative) in &table.alone[first] {
            let compiled = &table.rules[rule];
            if let Some(matched) = compiled.alternatives[alternative].match_at(self.text, run.start)
                && matched.whole.end >= run.end
            {
                self.token(compiled, matched, 1.0);
            }
        }
        if bytes.len() > LONGEST || !(looks_random(bytes) || is_uuid(bytes) || is_digits(bytes)) {
            return;
        }
        let context = Context::new(self.text, run);
        let names = context.names(self.text);
        for name in &names {
            let Name::Rule(rule) = *name else { continue };
            let compiled = &table.rules[rule];
            let matched = compiled.alternatives.iter().find_map(|shape| shape.match_at(self.text, run.start));
            if let Some(matched) = matched
                && matched.whole.end >= run.end
                && (context.quoted || context.assigned)
            {
                self.token(compiled, matched, 0.9);
            }
        }
        self.entropy(&context, &names);
    }

    /// A random value that is quoted or set, and that nothing says is public.
    fn entropy(&mut self, context: &Context, names: &[Name]) {
        let value = &self.text[context.value.range()];
        let public = names.contains(&Name::Public);
        let secret = names.contains(&Name::Secret);
        if is_uuid(value) || is_digits(value) || !looks_random(value) || public && !secret {
            return;
        }
        let set = context.assigned && secret;
        let bits = bits_per_character(value);
        // Shorter hexadecimal is an address, a version, a check sum.
        let (label, least, short, enough) = if is_hex(value) {
            ("HEX_HIGH_ENTROPY", 3.0, value.len() < 20, value.len() >= 32)
        } else {
            ("BASE64_HIGH_ENTROPY", 4.5, value.starts_with(b"0x"), value.len() >= 20)
        };
        let quoted = context.quoted && enough && bits > least;
        if short || !set && (!quoted || context.is_near_public(self.text)) {
            return;
        }
        if !is_filler(value) && !is_example(value) && !is_reference(value) {
            // As llm-guard counts detectors: what a name alone gives away is no second one.
            let kind = if context.quoted && bits > least { Kind::Entropy } else { Kind::Assigned };
            self.add(context.value, label, if set { 0.8 } else { 0.6 }, kind);
        }
    }
}

fn is_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

/// Whether a token can start at `start`: nothing that could belong to it is before, unless that is the end
/// of an escape (`\n`, `%3D`).
fn starts_here(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    if text.get(start).is_some_and(|first| !first.is_ascii_alphanumeric()) {
        return true;
    }
    match before.last() {
        Some(byte) if byte.is_ascii_alphanumeric() => {
            let escaped = matches!(before, [.., b'\\', b'n' | b't' | b'r']);
            let encoded =
                matches!(before, [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
            escaped || encoded
        }
        Some(byte) => !matches!(byte, b'_' | b'-'),
        None => true,
    }
}
