//! Secrets: keys, tokens and passwords of people and programs.
//!
//! A text is gone through twice, both times fast. The automaton finds what every token of a kind has in
//! common (`ghp_`, `-----BEGIN `, `://`), and the [shape] of the rule decides there. Rows of token characters
//! that look drawn at random are judged by what is written before them (`adafruit_key = "…"`), and by their
//! entropy. What was found is then redacted wherever it stands.

mod check;
mod chosen;
mod context;
mod encoded;
mod entropy;
mod escaped;
mod find;
mod follow;
mod hash;
mod header;
mod key_block;
mod login;
mod occurrences;
mod password;
mod placeholder;
mod reader;
mod redact;
mod rule;
mod rules;
mod runs;
mod shape;
mod table;
#[cfg(test)]
mod tests;
mod url;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

pub use redact::RedactMode;

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::{LiteralAutomaton, LiteralHits, LiteralList, Need};
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::stream::Follow;
use crate::text::Text;
use crate::verdict::{MAX_EDITS, Verdict};
use find::{Finder, Found, Kind};
use follow::{SecretsFollower, Shared};
use table::table;

/// What a line says that may keep its secrets, in detect-secrets' words.
const PRAGMA: &str = "pragma: allowlist secret";

/// Bytes of a text with too many literals that are searched at a time.
const SLICE: usize = 1 << 20;

/// Parameters of [`Secrets`]; `redact_mode` is llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsSpec {
    /// What takes the place of a secret.
    pub redact_mode: RedactMode,
    /// Whether lines with `pragma: allowlist secret` keep their secrets.
    pub allow_pragma: bool,
}

/// Refuses texts with secrets, and redacts them.
///
/// Verdict and risk are llm-guard's: refused `1.0`, passed `-1.0`. Unlike there, every occurrence is redacted
/// and a private key is redacted whole. A finding carries the rule's name and never the secret.
#[derive(Debug)]
pub struct Secrets {
    literals: LiteralList,
    mode: RedactMode,
    allow_pragma: bool,
    /// Made for the first text that is followed.
    shared: OnceLock<Option<Arc<Shared>>>,
}

/// A kind of secret, for documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretKind {
    /// The label of its findings.
    pub label: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Whether only a name before it tells it.
    pub needs_name: bool,
}

/// Every rule of the table, in order; kinds with several shapes come more than once.
pub fn kinds() -> Vec<SecretKind> {
    let kind = |rule: &rule::Rule| SecretKind {
        label: rule.label,
        about: rule.about,
        needs_name: matches!(rule.anchor, rule::Anchor::Named(_)),
    };
    rules::all().map(kind).collect()
}

/// A value, wherever it stands.
struct Value {
    labels: Vec<(&'static str, f64)>,
    replacement: Arc<str>,
}

impl Value {
    /// A value as it was found, once for each label.
    fn new(value: &str, mut seen: Vec<&Found>, mode: RedactMode) -> Self {
        seen.sort_by_key(|one| one.kind);
        if seen.first().is_some_and(|one| one.kind != Kind::Assigned) {
            seen.retain(|one| one.kind != Kind::Assigned);
        }
        // llm-guard replaces a value once for each detector that finds it, one replacement after another.
        let replacement = mode.redact(value).repeat(seen.len().max(1));
        let labels = seen.iter().map(|one| (one.label, one.score)).collect();
        Self { labels, replacement: Arc::from(replacement) }
    }
}

impl Secrets {
    /// A scanner as declared.
    pub fn new(spec: &SecretsSpec) -> Self {
        let literals = table().literals.clone();
        let list = LiteralList { literals, case_sensitive: true, whole_word: false, need: Need::Spans };
        let (mode, allow_pragma) = (spec.redact_mode, spec.allow_pragma);
        Self { literals: list, mode, allow_pragma, shared: OnceLock::new() }
    }

    fn find<'a>(
        &self,
        text: &'a str,
        hits: &LiteralHits,
        allowed: &Allowed,
        interrupt: Interrupt<'a>,
    ) -> Result<Vec<Found>, ScannerError> {
        let mut finder = Finder::new(table(), text.as_bytes(), interrupt);
        self.run(text, hits, interrupt, &mut finder)?;
        let mut found = finder.found;
        found.retain(|one| !allowed.covers(one.span));
        Ok(found)
    }

    /// Has the finder look at all of a text.
    fn run(
        &self,
        text: &str,
        hits: &LiteralHits,
        interrupt: Interrupt<'_>,
        finder: &mut Finder<'_>,
    ) -> Result<(), ScannerError> {
        if hits.omitted == 0 {
            for (literal, span) in &hits.spans {
                finder.literal(*literal, *span)?;
            }
        } else {
            self.each_literal(text, interrupt, finder)?;
        }
        finder.runs()
    }

    /// Searches slice by slice, for texts with more literals than the automaton keeps.
    fn each_literal(
        &self,
        text: &str,
        interrupt: Interrupt<'_>,
        finder: &mut Finder<'_>,
    ) -> Result<(), ScannerError> {
        let failed = |error: crate::error::ConfigError| ScannerError::Failed(error.reason);
        let automaton = LiteralAutomaton::new(&[&self.literals]).map_err(failed)?;
        let longest = self.literals.literals.iter().map(|literal| literal.len()).max().unwrap_or(0);
        let mut start = 0;
        while start < text.len() {
            let edge = text.floor_char_boundary(start + SLICE);
            let end = text.ceil_char_boundary((edge + longest).min(text.len()));
            let slice = Text::from(&text[start..end]);
            for hits in automaton.find(&slice, &interrupt)? {
                for (literal, span) in hits.spans {
                    // What starts in the overlap is found again by the next slice.
                    if start + span.start < edge {
                        finder.literal(literal, Span::new(start + span.start, start + span.end))?;
                    }
                }
            }
            start = edge;
        }
        Ok(())
    }

    /// What each distinct value is, and what takes its place, in the order of the text.
    fn values<'t>(&self, text: &'t str, found: &[Found]) -> Vec<(&'t str, Value)> {
        let mut order: Vec<&str> = Vec::new();
        let mut values: HashMap<&str, Vec<&Found>> = HashMap::new();
        for one in found {
            let Some(value) = text.get(one.span.range()) else { continue };
            let seen = values.entry(value).or_default();
            if seen.is_empty() {
                order.push(value);
            }
            if seen.iter().all(|other| other.label != one.label) {
                seen.push(one);
            }
        }
        let describe =
            |value: &'t str| (value, Value::new(value, values.remove(value).unwrap_or_default(), self.mode));
        order.into_iter().map(describe).collect()
    }

    /// Where the values stand, each place with the index of its value, in the order of the text: where they
    /// were found, and wherever else they occur.
    fn places(
        text: &str,
        found: &[Found],
        values: &[(&str, Value)],
        allowed: &Allowed,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<(Span, usize)>, ScannerError> {
        let index: HashMap<&str, usize> =
            values.iter().enumerate().map(|(at, (value, _))| (*value, at)).collect();
        let told = outermost(found);
        let number = |span: Span| text.get(span.range()).and_then(|value| index.get(value).copied());
        let mut places: Vec<(Span, usize)> =
            told.iter().filter_map(|span| number(*span).map(|value| (*span, value))).collect();
        let searched: Vec<&[u8]> = values.iter().map(|(value, _)| value.as_bytes()).collect();
        occurrences::all(text.as_bytes(), &searched, interrupt, |value, span| {
            // `told` ascends at both ends, so the last that starts before reaches furthest.
            let before = told.partition_point(|one| one.start <= span.start);
            let inside = before.checked_sub(1).is_some_and(|at| told[at].end >= span.end);
            if !inside && !allowed.covers(span) {
                if places.len() >= MAX_EDITS {
                    return Err(ScannerError::Limit { what: "edits", limit: MAX_EDITS });
                }
                places.push((span, value));
            }
            Ok(())
        })?;
        places.sort_unstable();
        Ok(places)
    }
}

/// The lines that say that their secrets may stay, in order.
#[derive(Debug, Default)]
struct Allowed(Vec<Span>);

impl Allowed {
    fn new(text: &str) -> Self {
        let mut lines: Vec<Span> = Vec::new();
        for (at, _) in text.match_indices(PRAGMA) {
            if lines.last().is_none_or(|last| at >= last.end) {
                let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
                let end = text[at..].find('\n').map_or(text.len(), |after| at + after);
                lines.push(Span::new(start, end));
            }
        }
        Self(lines)
    }

    /// Whether `span` starts in one of the lines.
    fn covers(&self, span: Span) -> bool {
        let before = self.0.partition_point(|line| line.start <= span.start);
        before.checked_sub(1).is_some_and(|at| span.start < self.0[at].end)
    }
}

/// The spans of what was found, in order, without those inside a longer one.
fn outermost(found: &[Found]) -> Vec<Span> {
    let mut spans: Vec<Span> = found.iter().map(|one| one.span).collect();
    spans.sort_unstable_by_key(|span| (span.start, Reverse(span.end)));
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        if kept.last().is_none_or(|last| span.end > last.end) {
            kept.push(span);
        }
    }
    kept
}

impl Scanner for Secrets {
    fn name(&self) -> &'static str {
        "Secrets"
    }

    fn literals(&self) -> Option<&LiteralList> {
        Some(&self.literals)
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        300 + bytes as u64 * 3
    }

    fn reads_views(&self) -> bool {
        true
    }

    fn scan(&self, input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        if input.text.is_blank() {
            return Ok(Verdict::pass());
        }
        let text = input.text.as_str();
        let allowed = if self.allow_pragma { Allowed::new(text) } else { Allowed::default() };
        let found = self.find(text, evidence.literals, &allowed, input.interrupt)?;
        if found.is_empty() {
            return Ok(Verdict::pass());
        }
        let values = self.values(text, &found);
        let mut verdict = Verdict::new(false, 1.0);
        for (span, value) in Self::places(text, &found, &values, &allowed, input.interrupt)? {
            let value = &values[value].1;
            let mut labels = value.labels.iter();
            if let Some((label, score)) = labels.next() {
                verdict.redact(*label, span, *score, &value.replacement)?;
            }
            for (label, score) in labels {
                verdict.also(*label, span, *score, &value.replacement);
            }
        }
        Ok(verdict)
    }

    fn follow(&self) -> Option<Box<dyn Follow>> {
        // What says that a secret may stay may come behind it.
        if self.allow_pragma {
            return None;
        }
        let make = || {
            let spec = SecretsSpec { redact_mode: self.mode, allow_pragma: false };
            Shared::new(Self::new(&spec)).map(Arc::new)
        };
        let shared = Arc::clone(self.shared.get_or_init(make).as_ref()?);
        Some(Box::new(SecretsFollower::new(shared)))
    }
}
