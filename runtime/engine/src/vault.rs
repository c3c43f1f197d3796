//! Vaults: what was redacted, by placeholder, until it is restored. Plain data; the actor that owns it is in
//! `actors::vault`.

mod claim;
mod codec;

pub mod redis;
mod seal;
mod secret;
mod state;

use std::collections::HashMap;

pub use claim::Claim;
pub use seal::{KEY_BYTES, KeyRing, MAX_KEYS, SEAL_OVERHEAD};
pub use secret::{SecretText, VaultEntry};
pub use state::VaultState;

/// Bytes charged to every entry beside its two texts: their allocations, the list and the index.
/// Kept honest by `tests/overhead.rs`.
pub const ENTRY_OVERHEAD: usize = 240;

/// How much vaults may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultLimits {
    /// Vaults that exist at one time.
    pub max_vaults: usize,
    /// Entries of one vault.
    pub max_entries: usize,
    /// Bytes of one vault, [`ENTRY_OVERHEAD`] per entry included.
    pub max_bytes: usize,
    /// Bytes of all vaults.
    pub max_total_bytes: usize,
}

impl Default for VaultLimits {
    /// 100,000 vaults; 100,000 entries and 16 MiB in each, 256 MiB in all.
    fn default() -> Self {
        Self { max_vaults: 100_000, max_entries: 100_000, max_bytes: 16 << 20, max_total_bytes: 256 << 20 }
    }
}

/// Why a vault could not do as asked. No variant carries an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// A limit of [`VaultLimits`] would be passed. Nothing was changed.
    #[error("vault is full: more than {limit} {what}")]
    Full {
        /// What there would be too much of: `entries`, `bytes`, `bytes in all vaults`, `vaults`.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// The entry to remove is not in the vault.
    #[error("entry is not in the vault")]
    NotFound,
    /// The vault was given up after a failure inside; its entries are gone.
    #[error("vault was lost to an internal failure")]
    Lost,
    /// The operation failed inside. Nothing was changed.
    #[error("vault operation failed inside")]
    Failed,
    /// The store did not answer in time. A change may or may not have been stored.
    #[error("the store of vaults did not answer in time")]
    TimedOut,
    /// The store cannot be reached. A change may or may not have been stored.
    #[error("the store of vaults cannot be reached")]
    Unavailable,
    /// The store refused. Nothing was changed.
    #[error("the store of vaults refused: {0}")]
    Refused(&'static str),
    /// What was stored cannot be opened: it was sealed with another key, or altered.
    #[error("what the vault holds was sealed with another key, or altered")]
    Sealed,
    /// The runtime that keeps the vaults has shut down, or belongs to the parent of this process.
    #[error("vaults are closed")]
    Closed,
}

impl VaultError {
    /// A stable name of what is wrong.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Full { .. } => "full",
            Self::NotFound => "not_found",
            Self::Lost => "lost",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Refused(_) => "refused",
            Self::Sealed => "sealed",
            Self::Closed => "closed",
        }
    }
}

/// Names one vault. Handed out in sequence and never twice; it does not leave the crate, so that holding a
/// handle is the only way to reach a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VaultId(u64);

/// All vaults.
#[derive(Debug)]
pub(crate) struct Vaults {
    limits: VaultLimits,
    by_id: HashMap<VaultId, VaultState>,
    created: u64,
    bytes: usize,
}

impl Vaults {
    pub(crate) fn new(limits: VaultLimits) -> Self {
        Self { limits, by_id: HashMap::new(), created: 0, bytes: 0 }
    }

    /// Adds an empty vault.
    pub(crate) fn create(&mut self) -> Result<VaultId, VaultError> {
        let limit = self.limits.max_vaults;
        if self.by_id.len() >= limit {
            return Err(VaultError::Full { what: "vaults", limit });
        }
        let id = VaultId(self.created);
        self.created += 1;
        self.by_id.insert(id, VaultState::default());
        Ok(id)
    }

    /// Removes a vault and wipes its entries. Of a vault that is gone, nothing.
    pub(crate) fn release(&mut self, id: VaultId) {
        if let Some(state) = self.by_id.remove(&id) {
            self.bytes = self.bytes.saturating_sub(state.bytes());
        }
    }

    /// Removes a vault whose operation panicked: what it holds and what was charged for it may differ.
    pub(crate) fn give_up(&mut self, id: VaultId) {
        self.by_id.remove(&id);
        self.bytes = self.by_id.values().map(VaultState::bytes).sum();
    }

    /// Runs `operation` on one vault. It gets the limits for that vault, with what the others leave of the
    /// total.
    pub(crate) fn with<R>(
        &mut self,
        id: VaultId,
        operation: impl FnOnce(&mut VaultState, &Room) -> Result<R, VaultError>,
    ) -> Result<R, VaultError> {
        let state = self.by_id.get_mut(&id).ok_or(VaultError::Lost)?;
        let before = state.bytes();
        let others = self.bytes.saturating_sub(before);
        let room = Room {
            max_entries: self.limits.max_entries,
            max_bytes: self.limits.max_bytes,
            max_total_bytes: self.limits.max_total_bytes,
            others,
        };
        let result = operation(state, &room);
        self.bytes = others + state.bytes();
        result
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

/// How far one vault may grow.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    max_entries: usize,
    max_bytes: usize,
    max_total_bytes: usize,
    /// Bytes of all other vaults.
    others: usize,
}

impl Room {
    /// Whether a vault of `entries` and `bytes` is within every limit.
    fn check(&self, entries: usize, bytes: usize) -> Result<(), VaultError> {
        let total = self.others.saturating_add(bytes);
        for (what, has, limit) in [
            ("entries", entries, self.max_entries),
            ("bytes", bytes, self.max_bytes),
            ("bytes in all vaults", total, self.max_total_bytes),
        ] {
            if has > limit {
                return Err(VaultError::Full { what, limit });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
