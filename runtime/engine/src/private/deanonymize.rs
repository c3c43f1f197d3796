//! Private data back into an output.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use pyshield_core::restore::{self, Matching};
use pyshield_core::stream::Follow;
use pyshield_core::{Edit, Input, Interrupt, ScannerError, Span, Text, Verdict};
use serde::Deserialize;

use super::follow::RestoreFollower;
use super::seal::{ENCRYPTED, Key, Sealer};
use super::snapshot::Snapshot;
use super::{Found, SHORT, Session, Settle, VaultHandle, aside, literals, no_vault};
use crate::vault::compiled::{Compiled, Seen};

/// Parameters of [`Deanonymize`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeanonymizeSpec {
    matching_strategy: Matching,
    key: Option<Key>,
}

/// What a text costs at the least, and each of its bytes, in nanoseconds.
const EXACT_NS: (u64, u64) = (1_000, 3);

/// The same with typing errors: a text may be made to take millions of steps, however short it is, which never
/// run on an event loop.
const TYPED_NS: (u64, u64) = (150_000, 350);

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

    pub(crate) fn cost_ns(&self, bytes: usize) -> u64 {
        let (text, byte) = if self.restores.is_typed() { TYPED_NS } else { EXACT_NS };
        byte.saturating_mul(bytes as u64).saturating_add(text)
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
        if self.restores.is_typed() {
            return None;
        }
        let vault = session.vault(self.place)?.clone();
        let snapshot = Arc::new(Snapshot::new(Arc::clone(&self.restores), vault));
        Some((Box::new(RestoreFollower::new(Arc::clone(&snapshot))), snapshot))
    }
}

impl Restores {
    /// Whether placeholders may have typing errors.
    const fn is_typed(&self) -> bool {
        matches!(self.strategy, Matching::Fuzzy | Matching::CombinedExactFuzzy)
    }

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
        literals::keep_whole(text.as_str(), &mut verdict.edits);
        Ok(verdict)
    }
}

/// Opens every ciphertext of the key.
fn decrypt(sealer: &Sealer, text: &str, verdict: &mut Verdict) -> Result<(), ScannerError> {
    let open = |span: Span| Some((span, sealer.decrypt(text.get(span.range())?)?));
    let opened: Vec<(Span, String)> = restore::sealed(text, ENCRYPTED).filter_map(open).collect();
    // What stands in a ciphertext, or reaches into one, is no placeholder.
    verdict.edits.retain(|edit: &Edit| {
        let next = opened.partition_point(|(span, _)| span.end <= edit.span.start);
        opened.get(next).is_none_or(|(span, _)| !span.overlaps(edit.span))
    });
    for (span, value) in opened {
        verdict.edit(span, 1.0, &value.into())?;
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
            let (restores, long) = (Arc::clone(&self.restores), text.len() > SHORT);
            let text = text.clone();
            let restore = move || restores.verdict(&text, &compiled, Interrupt::new(deadline, None));
            if long || self.restores.is_typed() { aside(restore).await } else { restore() }
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        let compiled = self.vault.restorer_blocking(self.restores.strategy)?;
        self.restores.verdict(text, &compiled, Interrupt::NEVER)
    }
}

#[cfg(test)]
mod tests {
    use pyshield_core::Interrupted;

    use super::*;
    use crate::runtime;
    use crate::vault::VaultEntry;

    fn pending(strategy: Matching, entries: &[(&str, &str)]) -> Pending {
        let vault = runtime::current().unwrap().vaults().create().unwrap();
        vault.extend_blocking(entries.iter().map(|(p, v)| VaultEntry::new(*p, *v)).collect()).unwrap();
        let restores = Arc::new(Restores { strategy, sealer: None });
        Pending { restores, vault: VaultHandle::memory(vault) }
    }

    fn settled(pending: &Arc<Pending>, text: &str, deadline: Option<Instant>) -> Result<usize, ScannerError> {
        let (pending, text) = (Arc::clone(pending), Text::from(text));
        let settle = async move { pending.settle(&text, deadline).await };
        runtime::current().unwrap().wait_for(settle).unwrap().map(|verdict| verdict.edits.len())
    }

    #[test]
    fn a_deadline_holds_for_restoring_too() {
        for strategy in [Matching::Exact, Matching::Fuzzy] {
            let pending = Arc::new(pending(strategy, &[("[REDACTED_PERSON_1]", "Ada")]));
            for text in ["[REDACTED_PERSON_1]".to_owned(), "[REDACTED_PERSON_1] ".repeat(10_000)] {
                let late = settled(&pending, &text, Some(Instant::now()));
                assert_eq!(late, Err(ScannerError::Interrupted(Interrupted::Deadline)));
                assert_eq!(settled(&pending, &text, None), Ok(text.split(' ').count().min(10_000)));
            }
        }
    }

    #[test]
    fn a_short_placeholder_of_a_long_value_fills_no_memory() {
        let long = "x".repeat(1 << 20);
        let pending = Arc::new(pending(Matching::Exact, &[("[A_1]", &long)]));
        assert_eq!(settled(&pending, &"[A_1]".repeat(64), None), Ok(64));
        let refused = settled(&pending, &"[A_1]".repeat(65), None);
        assert_eq!(refused, Err(ScannerError::Limit { what: "bytes of restored values", limit: 64 << 20 }));
    }

    #[test]
    fn typing_errors_are_no_work_for_an_event_loop() {
        let cost = |strategy| {
            let spec = DeanonymizeSpec { matching_strategy: strategy, key: None };
            Deanonymize::new(&spec, 0).cost_ns(1)
        };
        assert!(cost(Matching::Exact) < 10_000 && cost(Matching::CaseInsensitive) < 10_000);
        assert!(cost(Matching::Fuzzy) > 100_000 && cost(Matching::CombinedExactFuzzy) > 100_000);
    }
}
