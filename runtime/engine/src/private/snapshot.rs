//! What a vault held when a stream began.

use std::fmt;
use std::sync::{Arc, OnceLock};

use pyshield_core::ScannerError;

use super::deanonymize::Restores;
use super::{VaultHandle, aside};
use crate::vault::compiled::{Compiled, Seen};

/// The entries of a vault as one stream restores them, compiled. Taken once: at the stream's begin if nobody
/// has to be asked for them, otherwise before its first piece.
pub(crate) struct Snapshot {
    restores: Arc<Restores>,
    vault: VaultHandle,
    taken: OnceLock<Result<Arc<Compiled>, ScannerError>>,
}

impl Snapshot {
    /// Takes the vault as it is now, if nobody has to be asked; of one that never held anything, nothing.
    pub(super) fn new(restores: Arc<Restores>, vault: VaultHandle) -> Self {
        let strategy = restores.strategy;
        let seen = vault.seen();
        // Not where the pieces come is a large vault compiled for following.
        let ready = |compiled: &Arc<Compiled>| compiled.is_small() || compiled.restorer.is_prepared();
        let known = vault.at_hand(strategy, seen).filter(ready);
        let current = known.map(Ok).or_else(|| {
            let nothing = || Compiled::new(Seen::Version(0), Arc::default(), strategy, None).map(Arc::new);
            (seen == Some(Seen::Version(0))).then(nothing)
        });
        Self { restores, vault, taken: current.map_or_else(OnceLock::new, OnceLock::from) }
    }

    pub(super) fn restores(&self) -> &Restores {
        &self.restores
    }

    /// Whether it has been taken.
    pub(crate) fn is_taken(&self) -> bool {
        self.taken.get().is_some()
    }

    /// Asks the vault, unless it has been taken.
    pub(crate) async fn take(&self) {
        if !self.is_taken() {
            let compiled = match self.vault.restorer(self.restores.strategy, None).await {
                Ok(compiled) if !compiled.is_small() => aside(move || prepared(Ok(compiled))).await,
                compiled => prepared(compiled),
            };
            let _ = self.taken.set(compiled);
        }
    }

    /// The same on a thread that may block, and what it is.
    pub(super) fn get_blocking(&self) -> Result<&Arc<Compiled>, ScannerError> {
        let taken = self.taken.get_or_init(|| prepared(self.vault.restorer_blocking(self.restores.strategy)));
        taken.as_ref().map_err(Clone::clone)
    }
}

/// Compiles what following takes, too: not where the pieces come.
fn prepared(compiled: Result<Arc<Compiled>, ScannerError>) -> Result<Arc<Compiled>, ScannerError> {
    compiled.inspect(|compiled| {
        compiled.restorer.follows();
    })
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("taken", &self.is_taken()).finish_non_exhaustive()
    }
}
