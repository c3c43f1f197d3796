//! The handle of one vault.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Service, guarded};
use crate::vault::compiled::Compilations;
use crate::vault::life::{Life, now};
use crate::vault::{
    Claim, Exported, Mark, News, Room, SecretText, VaultEntry, VaultError, VaultId, VaultState,
};

/// The only way to one vault; dropping it wipes the vault, unless that has a name.
///
/// Each operation is atomic and comes as an async method and a `_blocking` twin. The twin waits for the
/// actor, about 5 µs: do not call it on a thread that drives futures, least of all on the arbiter's, nor
/// while holding a lock that the arbiter's thread might want.
pub struct Vault {
    pub(super) id: VaultId,
    pub(super) service: Arc<Service>,
    pub(super) version: Arc<AtomicU64>,
    pub(super) life: Arc<Life>,
    /// Whether the vault goes with the handle.
    pub(super) owned: bool,
}

impl Vault {
    /// Counts the vault's changes; 0 for one that never held anything. Read without asking anybody.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Notes a use that nobody else is told of, and whether the vault still is.
    pub(crate) fn touch(&self) -> bool {
        self.life.touch(now())
    }

    /// As [`Self::claim`], with the answer given to `then` on the actor's own thread, which must not be kept. If
    /// the actor is no more, `then` is dropped.
    pub(crate) fn claim_then(
        &self,
        claims: Vec<Claim>,
        taken: BTreeSet<u64>,
        then: impl FnOnce(Result<Vec<Option<SecretText>>, VaultError>) + Send + 'static,
    ) {
        let (id, life) = (self.id, Arc::clone(&self.life));
        // Refused is dropped as well.
        let _ = self.service.send(None, move |vaults| {
            let given = guarded(vaults, id, |state, room| state.claim(claims, &taken, room));
            then(explained(&life, given));
        });
    }

    /// What is known of its entries without asking.
    pub(crate) fn compiled(&self) -> &Compilations {
        &self.life.compiled
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.life.end().is_some()
    }

    /// A vault that is lost may have ended in good order.
    fn explained<R>(&self, result: Result<R, VaultError>) -> Result<R, VaultError> {
        explained(&self.life, result)
    }
}

fn explained<R>(life: &Life, result: Result<R, VaultError>) -> Result<R, VaultError> {
    match (result, life.end()) {
        (Err(VaultError::Lost), Some(end)) => Err(VaultError::Gone(end)),
        (result, _) => result,
    }
}

/// An operation with its blocking twin: both send the same body.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident / $blocking:ident ($($argument:ident : $kind:ty),*) -> $result:ty $body:block;)*) => {
        impl Vault {
            $(
                $(#[$doc])*
                pub async fn $name(&self, $($argument: $kind),*) -> Result<$result, VaultError> {
                    let (id, body) = (self.id, $body);
                    self.explained(self.service.call(move |vaults| guarded(vaults, id, body)).await)
                }

                #[doc = concat!("Blocking twin of [`Self::", stringify!($name), "`].")]
                pub fn $blocking(&self, $($argument: $kind),*) -> Result<$result, VaultError> {
                    let (id, body) = (self.id, $body);
                    self.explained(self.service.call_blocking(move |vaults| guarded(vaults, id, body)))
                }
            )*
        }
    };
}

operations! {
    /// Adds an entry at the end.
    append / append_blocking (entry: VaultEntry) -> () {
        move |state: &mut VaultState, room: &Room| state.extend(vec![entry], room)
    };
    /// Adds entries at the end: all of them, or on [`VaultError::Full`] none.
    extend / extend_blocking (entries: Vec<VaultEntry>) -> () {
        move |state: &mut VaultState, room: &Room| state.extend(entries, room)
    };
    /// All that is in it, to be kept elsewhere.
    exported / exported_blocking () -> Exported {
        |state: &mut VaultState, _: &Room| Ok(state.exported())
    };
    /// Adds what was exported; see [`VaultState::load`].
    load / load_blocking (exported: Exported) -> () {
        move |state: &mut VaultState, room: &Room| state.load(exported, room)
    };
    /// Gives none of the numbers to a placeholder; see [`VaultState::reserve`].
    reserve / reserve_blocking (numbers: BTreeSet<u64>) -> () {
        move |state: &mut VaultState, _: &Room| { state.reserve(&numbers); Ok(()) }
    };
    /// Which of the placeholders no entry has.
    unknown / unknown_blocking (placeholders: Vec<Box<str>>) -> Vec<Box<str>> {
        move |state: &mut VaultState, _: &Room| Ok(state.unknown(placeholders))
    };
    /// Removes the first equal entry; [`VaultError::NotFound`] if there is none.
    remove / remove_blocking (entry: VaultEntry) -> () {
        move |state: &mut VaultState, _: &Room| state.remove(&entry)
    };
    /// What stands for each value; see [`VaultState::claim`].
    claim / claim_blocking (claims: Vec<Claim>, taken: BTreeSet<u64>) -> Vec<Option<SecretText>> {
        move |state: &mut VaultState, room: &Room| state.claim(claims, &taken, room)
    };
    /// The entries in order, as they are now.
    get / get_blocking () -> Vec<VaultEntry> {
        |state: &mut VaultState, _: &Room| Ok(state.entries())
    };
    /// What came after a mark, and the count of changes; see [`VaultState::news`].
    news / news_blocking (mark: Option<Mark>) -> (u64, News) {
        move |state: &mut VaultState, _: &Room| Ok((state.count_of_changes(), state.news(mark)))
    };
    /// Whether an entry has this placeholder.
    placeholder_exists / placeholder_exists_blocking (placeholder: impl Into<SecretText> + Send) -> bool {
        let placeholder = placeholder.into();
        move |state: &mut VaultState, _: &Room| Ok(state.placeholder_exists(placeholder.as_str()))
    };
    /// How many entries there are.
    len / len_blocking () -> usize {
        |state: &mut VaultState, _: &Room| Ok(state.len())
    };
    /// Whether there are none.
    is_empty / is_empty_blocking () -> bool {
        |state: &mut VaultState, _: &Room| Ok(state.is_empty())
    };
    /// Removes every entry.
    clear / clear_blocking () -> () {
        |state: &mut VaultState, _: &Room| { state.clear(); Ok(()) }
    };
}

impl Drop for Vault {
    fn drop(&mut self) {
        if !self.owned {
            return;
        }
        let id = self.id;
        // Closed means that the vault is gone already, or that it is the parent process' own.
        let _ = self.service.send(None, move |vaults| vaults.release(id));
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}
