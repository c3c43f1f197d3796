//! Finds what is, or was meant to be, a JSON object or array in free text.

use super::balance::{Balance, end_outside_strings, is_escaped};
use super::meter::Meter;
use super::shape::{ArrayShape, array_shape, may_open_array, object_like, stands_alone};
use super::validate::value_end;
use crate::interrupt::{Interrupt, Interrupted};
use crate::span::Span;

/// How many times the length of the text may be spent on looks ahead that come to nothing. Past that,
/// brackets are matched by counting alone; honest texts never get there.
const PASSES: usize = 8;

/// A part of the text that counts as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where it is.
    pub(super) span: Span,
    /// Whether it is valid.
    pub(super) valid: bool,
}

/// The candidates of a text, outermost only, in order.
///
/// An opening bracket is tried in three ways: as the start of a valid value; as the start of something
/// whose bracket closes outside strings; as a bracket that some bracket closes. The first two may look
/// ahead in vain, and share a budget; the third is linear by construction.
#[derive(Debug)]
pub(super) struct Candidates<'t, 'i> {
    bytes: &'t [u8],
    pos: usize,
    budget: usize,
    braces: Option<Balance>,
    brackets: Option<Balance>,
    meter: Meter<'i>,
}

impl<'t, 'i> Candidates<'t, 'i> {
    pub(super) fn new(text: &'t str, interrupt: Interrupt<'i>) -> Self {
        Self {
            bytes: text.as_bytes(),
            pos: 0,
            budget: text.len().saturating_mul(PASSES),
            braces: None,
            brackets: None,
            meter: Meter::new(interrupt),
        }
    }

    /// The next candidate.
    pub(super) fn next(&mut self) -> Result<Option<Candidate>, Interrupted> {
        while let Some(at) = self.next_opener()? {
            self.pos = at + 1;
            if is_escaped(self.bytes, at) {
                continue;
            }
            let found = if self.bytes[at] == b'{' { self.object(at)? } else { self.array(at)? };
            if let Some(candidate) = found {
                self.pos = candidate.span.end;
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The braces around the whole text, white space aside, as an object that they do not begin like.
    ///
    /// For a text without candidates: braces within prose may be anything, and so may what is in these, but
    /// an answer that is nothing else was meant to be an object.
    pub(super) fn enclosing(&mut self) -> Result<Option<Candidate>, Interrupted> {
        let start = self.bytes.len() - self.bytes.trim_ascii_start().len();
        let end = self.bytes.trim_ascii_end().len();
        if self.bytes.get(start) != Some(&b'{') || self.bytes[..end].last() != Some(&b'}') {
            return Ok(None);
        }
        Ok(self.broken(start)?.filter(|candidate| candidate.span.end == end))
    }

    fn next_opener(&mut self) -> Result<Option<usize>, Interrupted> {
        while self.pos < self.bytes.len() {
            let window = &self.bytes[self.pos..self.bytes.len().min(self.pos + (1 << 20))];
            if let Some(found) = memchr::memchr2(b'{', b'[', window) {
                // A search this fast is a step for many bytes.
                self.meter.spend(1 + found / 16)?;
                return Ok(Some(self.pos + found));
            }
            self.meter.spend(window.len() / 16)?;
            self.pos += window.len();
        }
        Ok(None)
    }

    fn object(&mut self, at: usize) -> Result<Option<Candidate>, Interrupted> {
        if self.budget > 0 {
            let mut spent = 1;
            let like = object_like(self.bytes, at, &mut spent);
            self.budget = self.budget.saturating_sub(spent);
            if !like {
                return Ok(None);
            }
        }
        if let Some(end) = self.valid_end(at)? {
            return Ok(Some(Candidate { span: Span::new(at, end), valid: true }));
        }
        self.broken(at)
    }

    fn array(&mut self, at: usize) -> Result<Option<Candidate>, Interrupted> {
        if !may_open_array(self.bytes, at) {
            return Ok(None);
        }
        if let Some(end) = self.valid_end(at)? {
            let holds_more = memchr::memchr2(b'{', b'"', &self.bytes[at..end]).is_some();
            let link = self.bytes.get(end) == Some(&b'(');
            if !link && (holds_more || stands_alone(self.bytes, at, end)) {
                return Ok(Some(Candidate { span: Span::new(at, end), valid: true }));
            }
            // `[1]`, `[[2, 3]]`, `["text"](url)`: nothing within is JSON either.
            self.pos = end;
            return Ok(None);
        }
        let mut spent = 1;
        let shape = if self.budget > 0 { array_shape(self.bytes, at, &mut spent) } else { ArrayShape::None };
        self.budget = self.budget.saturating_sub(spent);
        if shape == ArrayShape::None {
            return Ok(None);
        }
        let Some(candidate) = self.broken(at)? else { return Ok(None) };
        let end = candidate.span.end;
        let link = self.bytes.get(end) == Some(&b'(');
        if !link && (shape == ArrayShape::Items || stands_alone(self.bytes, at, end)) {
            return Ok(Some(candidate));
        }
        self.budget = self.budget.saturating_sub(end - at);
        Ok(None)
    }

    /// Past the valid value at `at`, if there is one and the budget allows to find out.
    fn valid_end(&mut self, at: usize) -> Result<Option<usize>, Interrupted> {
        if self.budget == 0 {
            return Ok(None);
        }
        match value_end(self.bytes, at, &mut self.meter)? {
            Ok(end) => Ok(Some(end)),
            Err(reached) => {
                self.budget = self.budget.saturating_sub(reached - at + 1);
                Ok(None)
            }
        }
    }

    /// The extent of a value that may not be valid.
    fn broken(&mut self, at: usize) -> Result<Option<Candidate>, Interrupted> {
        let mut end = None;
        if self.budget > 0 {
            let mut reached = at;
            end = end_outside_strings(self.bytes, at, &mut self.meter, &mut reached)?;
            if end.is_none() {
                self.budget = self.budget.saturating_sub(reached - at + 1);
            }
        }
        if end.is_none() {
            let opener = self.bytes[at];
            let balance = if opener == b'{' { &mut self.braces } else { &mut self.brackets };
            if balance.is_none() {
                *balance = Some(Balance::new(self.bytes, opener, &mut self.meter)?);
            }
            if let Some(balance) = balance {
                end = balance.end(self.bytes, at, &mut self.meter)?;
            }
        }
        let Some(end) = end else { return Ok(None) };
        // Without a budget nobody has looked whether it is valid.
        let valid = self.budget == 0 && value_end(self.bytes, at, &mut self.meter)? == Ok(end);
        Ok(Some(Candidate { span: Span::new(at, end), valid }))
    }
}
