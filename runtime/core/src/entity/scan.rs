//! One pass of the recognisers over a text.

use super::candidates::{Candidates, TOO_MANY};
use super::check::Validity;
use super::folded::Folded;
use super::starts::AtStarts;
use super::word::{Starts, begins, ends};
use super::{CUSTOM, Entity, Recognizers, mail};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::LiteralHits;
use crate::span::Span;

/// Starts between two looks at the clock.
const STEP: usize = 4_096;

impl Recognizers {
    /// Every candidate whose check digits do not rule it out.
    pub(super) fn candidates(
        &self,
        text: &str,
        names: &LiteralHits,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Entity>, ScannerError> {
        let mut found = Candidates::new(text, &self.context);
        self.scan_plain(text, interrupt, &mut found)?;
        if let Some(folded) = Folded::of(text) {
            let mut more = Candidates::new(&folded.text, &self.context);
            self.scan_plain(&folded.text, interrupt, &mut more)?;
            found.add_folded(more.into_entities(), |span| folded.source(span))?;
        }
        if let Some(entity) = self.url {
            for one in mail::urls(text) {
                self.add_web(entity, one, &mut found)?;
            }
        }
        let mut add_name = |span: Span| {
            if begins(text, span.start) && ends(text, span.end) {
                let rank = self.rules.len() + 2;
                found.add(CUSTOM.into(), span, 1.0, "name", Validity::Certain, rank)?;
            }
            Ok(())
        };
        names.spans.iter().try_for_each(|(_, span)| add_name(*span))?;
        if names.omitted > 0 {
            return Err(TOO_MANY);
        }
        if let Some(folded) = &self.folded_names {
            folded.find(text, &names.spans, interrupt, add_name)?;
        }
        let mut result = Ok(());
        self.custom.find(text, interrupt, |group, span| {
            if result.is_ok() {
                result = self.add_custom(group, span, &mut found);
            }
        })?;
        result?;
        Ok(found.into_entities())
    }

    /// What is found by what it says in ASCII.
    fn scan_plain(
        &self,
        text: &str,
        interrupt: Interrupt<'_>,
        found: &mut Candidates<'_>,
    ) -> Result<(), ScannerError> {
        self.scan_starts(text, interrupt, found)?;
        if self.mail {
            for span in mail::addresses(text) {
                self.add_mail(span, found)?;
            }
        }
        Ok(())
    }

    fn scan_starts(
        &self,
        text: &str,
        interrupt: Interrupt<'_>,
        found: &mut Candidates<'_>,
    ) -> Result<(), ScannerError> {
        if self.shapes.is_none() && !self.phone {
            return Ok(());
        }
        let mut scan = AtStarts::new(self);
        for (count, start) in Starts::new(text).enumerate() {
            if count % STEP == 0 {
                interrupt.check()?;
            }
            scan.at(text, start, found)?;
        }
        Ok(())
    }

    /// What addresses of mail are, as candidates.
    pub(super) fn add_mail(&self, span: Span, found: &mut Candidates<'_>) -> Result<(), ScannerError> {
        found.add("EMAIL_ADDRESS".into(), span, 1.0, "mail", Validity::Certain, self.rules.len())
    }

    /// The same for an address of the web, which has a scheme or not.
    pub(super) fn add_web(
        &self,
        entity: &'static str,
        (span, scheme): (Span, bool),
        found: &mut Candidates<'_>,
    ) -> Result<(), ScannerError> {
        let score = match (entity, scheme) {
            ("URL_RE", _) => 0.75,
            (_, true) => 0.9,
            (_, false) => 0.6,
        };
        found.add(entity.into(), span, score, "web", Validity::Open, self.rules.len() + 1)
    }

    /// The same for a match of one of the caller's groups of patterns.
    pub(super) fn add_custom(
        &self,
        group: usize,
        span: Span,
        found: &mut Candidates<'_>,
    ) -> Result<(), ScannerError> {
        found.add_custom(&self.custom.groups[group], span, self.rules.len() + 3 + group)
    }
}
