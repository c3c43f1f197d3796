//! `re.finditer`.

use super::Pattern;
use super::backtrack::{Budget, Machine};
use super::linear::Automaton;
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;

/// The matches of a pattern in a text, in order; ends after the first error.
#[derive(Debug)]
pub struct Matches<'p, 't> {
    pattern: &'p Pattern,
    text: &'t str,
    exact: Option<&'p Automaton>,
    machine: Machine,
    budget: Budget<'p>,
    interrupt: Interrupt<'p>,
    at: usize,
    /// The last match was empty: the next one at the same place may not be.
    must_advance: bool,
    done: bool,
}

impl<'p, 't> Matches<'p, 't> {
    pub(super) fn new(pattern: &'p Pattern, text: &'t str, at: usize, interrupt: Interrupt<'p>) -> Self {
        Self {
            pattern,
            text,
            // An automaton cannot be asked for the first match that is not empty.
            exact: pattern.exact_for(text).filter(|_| !pattern.can_be_empty),
            machine: Machine::default(),
            budget: pattern.budget(text, interrupt),
            interrupt,
            at,
            must_advance: false,
            done: false,
        }
    }

    fn advance(&mut self) -> Result<Option<Span>, ScannerError> {
        self.interrupt.check()?;
        let found = match self.exact {
            Some(exact) => exact.find(self.text, self.at),
            None => self.pattern.backtrack(
                &mut self.machine,
                self.text,
                self.at,
                self.must_advance,
                &mut self.budget,
            )?,
        };
        if let Some(found) = found {
            self.at = found.end;
            self.must_advance = found.is_empty();
        }
        Ok(found)
    }
}

impl Iterator for Matches<'_, '_> {
    type Item = Result<Span, ScannerError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let found = self.advance();
        self.done = !matches!(found, Ok(Some(_)));
        found.transpose()
    }
}
