//! Which vaults the scanners of a request work with.

use std::sync::Arc;

use super::VaultHandle;

/// The vaults of one session. Scanners are compiled with places for vaults, and what is in them is the
/// session's: so one plan serves any number of sessions, and none can name what is another's.
#[derive(Clone, Debug)]
pub struct Session(Vaults);

#[derive(Clone, Debug)]
enum Vaults {
    /// Those a shield was declared with, by place.
    Declared(Arc<[VaultHandle]>),
    /// One for all places.
    One(VaultHandle),
}

impl Session {
    /// The session of a shield's own declaration.
    pub fn declared(vaults: Vec<VaultHandle>) -> Self {
        Self(Vaults::Declared(vaults.into()))
    }

    /// A session whose scanners all work with `vault`.
    pub const fn of(vault: VaultHandle) -> Self {
        Self(Vaults::One(vault))
    }

    /// The vault at a place.
    pub(super) fn vault(&self, place: usize) -> Option<&VaultHandle> {
        match &self.0 {
            Vaults::Declared(vaults) => vaults.get(place),
            Vaults::One(vault) => Some(vault),
        }
    }

    /// Whether a vault is kept where asking it may take long.
    pub(crate) fn waits(&self) -> bool {
        match &self.0 {
            Vaults::Declared(vaults) => vaults.iter().any(VaultHandle::waits),
            Vaults::One(vault) => vault.waits(),
        }
    }

    /// Tells sessions apart; 0 is that of the declaration.
    pub(crate) fn number(&self) -> u64 {
        match &self.0 {
            Vaults::Declared(_) => 0,
            Vaults::One(vault) => vault.number(),
        }
    }
}
