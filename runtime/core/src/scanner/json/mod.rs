//! Finds, validates and repairs JSON in a model's output.
//!
//! Objects and arrays anywhere in the text are candidates, the outermost only. Valid is what Python's
//! `json.loads` accepts, nested at most 512 deep. What is broken is repaired, if asked for, in place.

mod balance;
mod candidates;
mod meter;
mod quote;
mod repair;
mod shape;
mod validate;
mod writer;

use std::sync::Arc;

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupt;
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::verdict::Verdict;

use candidates::Candidates;
use meter::Meter;
use repair::Repaired;
pub(crate) use validate::{MAX_DEPTH, hex_digits, scalar_end, skip_space, string_end};

/// Parameters of [`Json`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonSpec {
    /// How many valid objects and arrays there must be at least.
    pub required_elements: usize,
    /// Whether broken ones are repaired.
    pub repair: bool,
}

/// llm-guard's output scanner `JSON`.
///
/// Invalid, at risk `1.0`, when a candidate is neither valid nor repaired, or when there are fewer than
/// required. A candidate that is not valid is reported as `INVALID_JSON`; a lack of them as `MISSING_JSON`.
#[derive(Debug)]
pub struct Json {
    required: usize,
    repair: bool,
}

impl Json {
    /// Any specification will do.
    pub fn new(spec: JsonSpec) -> Result<Self, ConfigError> {
        Ok(Self { required: spec.required_elements, repair: spec.repair })
    }
}

/// Whether the whole text is one JSON value to Python's `json.loads`, nested at most 512 deep.
pub fn is_valid(text: &str) -> bool {
    validate::is_document(text.as_bytes(), &mut Meter::new(Interrupt::NEVER)).unwrap_or(false)
}

/// The JSON that was meant: valid, printed as `json.dumps` prints it.
///
/// Objects and arrays are found in whatever surrounds them; several become one array. A text that is valid
/// keeps its value, numbers digit for digit. `None` when there is no object or array in the text, or it is
/// nested deeper than 512. Linear in the length of the text.
pub fn repair(text: &str) -> Option<String> {
    repair::repair(text, Interrupt::NEVER).ok()?.map(|repaired| repaired.text)
}

impl Scanner for Json {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        // A text that is JSON throughout; prose without brackets takes a fiftieth.
        200 + 4 * bytes as u64
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        if input.text.is_blank() {
            return Ok(Verdict::pass());
        }
        let text = input.text.as_str();
        let mut candidates = Candidates::new(text, input.interrupt);
        let mut verdict = Verdict::pass();
        let mut valid = 0_usize;
        let mut invalid = 0_usize;
        loop {
            let next = candidates.next()?;
            // A repair would have to invent what such braces mean.
            let alone = next.is_none() && !self.repair && valid + invalid == 0;
            let next = if alone { candidates.enclosing()? } else { next };
            let Some(candidate) = next else { break };
            if candidate.valid {
                valid += 1;
                continue;
            }
            let source = text.get(candidate.span.range()).unwrap_or_default();
            let repaired = if self.repair { repair::repair(source, input.interrupt)? } else { None };
            if let Some(repaired) = repaired {
                valid += 1;
                verdict.report("INVALID_JSON", candidate.span, REPAIRED);
                replace(&mut verdict, candidate.span, source, &repaired)?;
            } else {
                invalid += 1;
                verdict.report("INVALID_JSON", candidate.span, 1.0);
            }
        }
        if valid < self.required {
            verdict.report("MISSING_JSON", Span::new(0, text.len()), 1.0);
        }
        if invalid > 0 || valid < self.required {
            verdict.valid = false;
            verdict.risk = 1.0;
        }
        Ok(verdict)
    }
}

/// The score of a finding that was mended.
const REPAIRED: f64 = 0.1;

/// Turns `source`, at `span`, into what it was repaired to.
///
/// Edits only what differs, at the lowest score: where another scanner redacts a value, that redaction and
/// the repair around it both stand.
fn replace(verdict: &mut Verdict, span: Span, source: &str, repaired: &Repaired) -> Result<(), ScannerError> {
    let mut from = 0;
    let mut printed = 0;
    let kept = repaired.kept.as_deref().unwrap_or_default();
    let end = writer::Kept { source: source.len(), output: repaired.text.len(), len: 0 };
    for piece in kept.iter().chain([&end]) {
        let replacement = repaired.text.get(printed..piece.output).unwrap_or_default();
        if source.get(from..piece.source) != Some(replacement) {
            let gap = Span::new(span.start + from, span.start + piece.source);
            verdict.edit(gap, 0.0, &Arc::from(replacement))?;
        }
        from = piece.source + piece.len;
        printed = piece.output + piece.len;
    }
    Ok(())
}
