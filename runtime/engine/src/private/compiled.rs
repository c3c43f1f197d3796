//! A vault's entries, compiled for putting them back.

use pyshield_core::restore::{Form, Matching, Restorer, percent_encode};
use pyshield_core::{Interrupt, ScannerError, Text, Verdict};

use super::vault::Seen;
use crate::vault::VaultEntry;

/// What puts the entries of one state of a vault back.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Which state.
    pub(super) seen: Seen,
    pub(super) strategy: Matching,
    entries: Vec<VaultEntry>,
    restorer: Restorer,
}

impl Compiled {
    pub(super) fn new(
        seen: Seen,
        entries: Vec<VaultEntry>,
        strategy: Matching,
    ) -> Result<Self, ScannerError> {
        let placeholders = entries.iter().map(|entry| entry.placeholder.as_str().into()).collect();
        Ok(Self { seen, strategy, entries, restorer: Restorer::new(placeholders, strategy)? })
    }

    /// A verdict that passes, with an edit for every placeholder in the text.
    pub(super) fn restore(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Verdict, ScannerError> {
        let mut verdict = Verdict::pass();
        for found in self.restorer.find(text, interrupt)? {
            let Some(entry) = self.entries.get(found.index) else { continue };
            let value = entry.value.as_str();
            let value = match found.form {
                Form::Plain => value.into(),
                Form::Percent => percent_encode(value).into(),
            };
            // No finding: that would carry the value into everything that lists findings.
            verdict.edit(found.span, 1.0, &value)?;
        }
        Ok(verdict)
    }
}
