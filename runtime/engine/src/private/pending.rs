//! What was found in a text, while the vault has still to say what stands for it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use pyshield_core::entity::Entity;
use pyshield_core::restore::{self, Matching};
use pyshield_core::{Interrupt, ScannerError, Text, Verdict};

use super::items::{self, Item, Known};
use super::rules::Rules;
use super::{Found, SHORT, Settle, Then, VaultHandle, aside};
use crate::plan::guard;
use crate::vault::Claim;
use crate::vault::compiled::Compiled;
use crate::vault::held::Held;

/// What recognisers found, where what the vault holds has still to be looked for.
pub(super) struct Unsettled {
    pub(super) rules: Arc<Rules>,
    pub(super) vault: VaultHandle,
    pub(super) entities: Vec<Entity>,
    pub(super) doubtful: Vec<Entity>,
}

/// All that is to be replaced, and what the vault is to be asked for.
pub(super) struct Settled {
    pub(super) items: Vec<Item>,
    /// In text order.
    pub(super) claims: Vec<Claim>,
    /// The numbers of what in the text already looks like a placeholder: none of them is given to a value.
    taken: BTreeSet<u64>,
}

/// Found, and to be replaced. `Debug` shows nothing that stands in the text.
pub(super) struct Pending {
    pub(super) rules: Arc<Rules>,
    pub(super) vault: VaultHandle,
    pub(super) settled: Settled,
}

/// The same where the vault has to be asked for its values first.
struct Searches(Arc<Unsettled>);

impl Unsettled {
    /// With what the vault holds and has made up.
    pub(super) fn settled(
        &self,
        text: &Text,
        held: Option<&Held>,
        made_up: Option<&Compiled>,
        interrupt: Interrupt<'_>,
    ) -> Result<Settled, ScannerError> {
        let known = Known { held, made_up, recognizers: &self.rules.recognizers };
        let mut items = items::items(text, self.entities.clone(), self.doubtful.clone(), known, interrupt)?;
        let claims = self.rules.claims(text, &mut items, &self.vault, held)?;
        let taken = if claims.is_empty() { BTreeSet::new() } else { restore::numbers(text.as_str()) };
        Ok(Settled { items, claims, taken })
    }

    /// The rest is done once the vault has been asked.
    pub(super) fn waits(self) -> Found {
        Found::Waits(Arc::new(Searches(Arc::new(self))))
    }

    /// Whether it matters what the vault has made up.
    pub(super) fn minds_made_up(&self, held: &Held) -> bool {
        self.rules.operators.any_fake() && held.makes_up()
    }
}

impl Settle for Searches {
    fn settle<'s>(
        &'s self,
        text: &'s Text,
        deadline: Option<Instant>,
    ) -> BoxFuture<'s, Result<Verdict, ScannerError>> {
        Box::pin(async move {
            let Unsettled { rules, vault, .. } = &*self.0;
            let held = vault.held(deadline).await?;
            let made_up = if self.0.minds_made_up(&held) {
                Some(vault.restorer(Matching::Exact, deadline).await?)
            } else {
                None
            };
            let seen = Some(held.seen);
            let (unsettled, searched) = (Arc::clone(&self.0), text.clone());
            let search = move || {
                let interrupt = Interrupt::new(deadline, None);
                unsettled.settled(&searched, Some(&held), made_up.as_deref(), interrupt)
            };
            let Settled { items, claims, taken } =
                if text.len() > SHORT { aside(search).await? } else { search()? };
            let given = vault.claim(claims, taken, deadline, seen).await?;
            rules.verdict(text, &items, given)
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        let Unsettled { rules, vault, .. } = &*self.0;
        let held = vault.held_blocking()?;
        let made_up = self.0.minds_made_up(&held).then(|| vault.restorer_blocking(Matching::Exact));
        let made_up = made_up.transpose()?;
        let Settled { items, claims, taken } =
            self.0.settled(text, Some(&held), made_up.as_deref(), Interrupt::NEVER)?;
        let given = vault.claim_blocking(claims, taken, Some(held.seen))?;
        rules.verdict(text, &items, given)
    }
}

impl Settle for Pending {
    fn settle<'s>(
        &'s self,
        text: &'s Text,
        deadline: Option<Instant>,
    ) -> BoxFuture<'s, Result<Verdict, ScannerError>> {
        Box::pin(async move {
            let Settled { items, claims, taken } = &self.settled;
            let given = self.vault.claim(claims.clone(), taken.clone(), deadline, None).await?;
            self.rules.verdict(text, items, given)
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        let Settled { items, claims, taken } = &self.settled;
        let given = self.vault.claim_blocking(claims.clone(), taken.clone(), None)?;
        self.rules.verdict(text, items, given)
    }

    fn is_answered_at_once(&self) -> bool {
        !self.vault.waits()
    }

    fn settle_at_owner(self: Arc<Self>, text: Text, then: Then) {
        let pending = Arc::clone(&self);
        let Settled { claims, taken, .. } = &self.settled;
        self.vault.claim_then(claims.clone(), taken.clone(), move |given| {
            let items = &pending.settled.items;
            then(guard(|| given.and_then(|given| pending.rules.verdict(&text, items, given))));
        });
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settled { items, claims, .. } = &self.settled;
        f.debug_struct("Pending")
            .field("items", &items.len())
            .field("claims", &claims.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Searches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Searches(..)")
    }
}
