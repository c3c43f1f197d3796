//! What is looked for where words begin: shapes, and phone numbers.

use super::automaton::{Run, Shapes};
use super::candidates::Candidates;
use super::check::Validity;
use super::rule::Rule;
use super::word::ends;
use super::{Recognizers, phone};
use crate::error::ScannerError;
use crate::span::Span;

/// Looks for shapes and phone numbers from one start of a word to the next.
pub(super) struct AtStarts<'r> {
    recognizers: &'r Recognizers,
    run: Option<Run<'r>>,
    best: Vec<(usize, usize, Validity)>,
    /// Where the last phone number ends; before that there is no other.
    pub(super) after_phone: usize,
}

impl<'r> AtStarts<'r> {
    /// For one text.
    pub(super) fn new(recognizers: &'r Recognizers) -> Self {
        let run = recognizers.shapes.as_ref().map(Shapes::run);
        Self { recognizers, run, best: Vec::new(), after_phone: 0 }
    }

    /// Whether what follows `text` has a say in what begins at `start`.
    pub(super) fn reads_on(&mut self, text: &str, start: usize) -> Result<bool, ScannerError> {
        let shapes = match &mut self.run {
            Some(run) => run.reads_on(text, start)?,
            None => false,
        };
        Ok(shapes || self.may_be_phone(text, start) && phone::reads_on(text, start))
    }

    fn may_be_phone(&self, text: &str, start: usize) -> bool {
        self.recognizers.phone
            && start >= self.after_phone
            && text.as_bytes().get(start).is_some_and(|byte| phone::may_begin(*byte))
    }

    /// Adds what begins at `start`.
    pub(super) fn at(
        &mut self,
        text: &str,
        start: usize,
        found: &mut Candidates<'_>,
    ) -> Result<(), ScannerError> {
        let rules = &self.recognizers.rules;
        if let Some(run) = &mut self.run {
            let best = &mut self.best;
            best.clear();
            run.matches(text, start, |rule, end| {
                // Checked only at a word's end, so that a long number costs one check for each rule.
                let Some(value) = text.get(start..end).filter(|_| ends(text, end)) else { return };
                let validity = (rules[rule].check)(value);
                if validity != Validity::Impossible {
                    best.push((rule, end, validity));
                }
            })?;
            for (at, &(rule, end, validity)) in best.iter().enumerate() {
                // The longest of a rule counts.
                if best[at + 1..].iter().any(|(other, longer, _)| *other == rule && *longer > end) {
                    continue;
                }
                let Rule { entity, name, score, .. } = rules[rule];
                let score = if validity == Validity::Certain { 1.0 } else { score };
                found.add(entity.into(), Span::new(start, end), score, name, validity, rule)?;
            }
        }
        if self.may_be_phone(text, start)
            && let Some(number) = phone::at(text, start)
        {
            self.after_phone = number.span.end;
            let value = text.get(number.span.range()).unwrap_or_default();
            let (score, validity) = number.certainty(value);
            found.add("PHONE_NUMBER".into(), number.span, score, "phone", validity, rules.len())?;
        }
        Ok(())
    }
}
