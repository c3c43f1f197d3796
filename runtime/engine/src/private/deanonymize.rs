//! Private data back into an output.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use pyshield_core::restore::Matching;
use pyshield_core::stream::Follow;
use pyshield_core::{Edit, Input, Interrupt, ScannerError, Span, Text, Verdict};
use serde::Deserialize;

use super::follow::RestoreFollower;
use super::seal::{ENCRYPTED, Key, Sealer};
use super::snapshot::Snapshot;
use super::{Found, Session, Settle, VaultHandle, json, no_vault};
use crate::vault::compiled::{Compiled, Seen};

/// Parameters of [`Deanonymize`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeanonymizeSpec {
    matching_strategy: Matching,
    key: Option<Key>,
}

/// Puts back what a vault holds. Every text passes, at risk -1.
#[derive(Debug)]
pub(crate) struct Deanonymize {
    /// Which of a session's vaults.
    place: usize,
    restores: Arc<Restores>,
}

/// How values come back.
#[derive(Debug)]
pub(super) struct Restores {
    pub(super) strategy: Matching,
    pub(super) sealer: Option<Sealer>,
}

/// A text that waits for its vault.
#[derive(Debug)]
struct Pending {
    restores: Arc<Restores>,
    vault: VaultHandle,
}

impl Deanonymize {
    pub(crate) const NAME: &'static str = "Deanonymize";

    pub(crate) fn new(spec: &DeanonymizeSpec, place: usize) -> Self {
        let sealer = spec.key.as_ref().map(Sealer::new);
        Self { place, restores: Arc::new(Restores { strategy: spec.matching_strategy, sealer }) }
    }

    pub(crate) fn find(&self, input: &Input<'_>, session: &Session) -> Result<Found, ScannerError> {
        let vault = session.vault(self.place).ok_or_else(no_vault)?;
        let seen = vault.seen();
        if seen == Some(Seen::Version(0)) && self.restores.sealer.is_none() {
            return Ok(Found::Verdict(Verdict::pass()));
        }
        if let Some(compiled) = vault.at_hand(self.restores.strategy, seen) {
            return self.restores.verdict(input.text, &compiled, input.interrupt).map(Found::Verdict);
        }
        let restores = Arc::clone(&self.restores);
        Ok(Found::Waits(Arc::new(Pending { restores, vault: vault.clone() })))
    }

    /// A follower for an output that is still being written, and the state of the vault that it takes; `None`
    /// with typing errors, because a better match may come later.
    pub(crate) fn follow(&self, session: &Session) -> Option<(Box<dyn Follow>, Arc<Snapshot>)> {
        if matches!(self.restores.strategy, Matching::Fuzzy | Matching::CombinedExactFuzzy) {
            return None;
        }
        let vault = session.vault(self.place)?.clone();
        let snapshot = Arc::new(Snapshot::new(Arc::clone(&self.restores), vault));
        Some((Box::new(RestoreFollower::new(Arc::clone(&snapshot))), snapshot))
    }
}

impl Restores {
    /// What to change in a whole text.
    pub(super) fn verdict(
        &self,
        text: &Text,
        compiled: &Compiled,
        interrupt: Interrupt<'_>,
    ) -> Result<Verdict, ScannerError> {
        let mut verdict = compiled.restore(text, interrupt)?;
        if let Some(sealer) = &self.sealer {
            decrypt(sealer, text.as_str(), &mut verdict)?;
        }
        json::keep_valid(text.as_str(), &mut verdict.edits);
        Ok(verdict)
    }
}

/// Opens every ciphertext of the key.
fn decrypt(sealer: &Sealer, text: &str, verdict: &mut Verdict) -> Result<(), ScannerError> {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(ENCRYPTED)) {
        let start = at + found;
        at = start + ENCRYPTED.len();
        let body = text.get(at..).unwrap_or_default();
        let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let end = at + length + 1;
        if let Some(value) = text.get(start..end).and_then(|token| sealer.decrypt(token)) {
            verdict.edits.retain(|edit: &Edit| !edit.span.overlaps(Span::new(start, end)));
            verdict.edit(Span::new(start, end), 1.0, &value.into())?;
        }
        at += length;
    }
    Ok(())
}

impl Settle for Pending {
    fn settle<'s>(
        &'s self,
        text: &'s Text,
        deadline: Option<Instant>,
    ) -> BoxFuture<'s, Result<Verdict, ScannerError>> {
        Box::pin(async move {
            let compiled = self.vault.restorer(self.restores.strategy, deadline).await?;
            self.restores.verdict(text, &compiled, Interrupt::NEVER)
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        let compiled = self.vault.restorer_blocking(self.restores.strategy)?;
        self.restores.verdict(text, &compiled, Interrupt::NEVER)
    }
}
