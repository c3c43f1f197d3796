//! Vaults: what was redacted, by placeholder, until it is restored. Plain data; the actor that owns it is in
//! `actors::vault`.

mod claim;
mod codec;
mod collection;
pub(crate) mod compiled;
mod ended;
mod export;
pub(crate) mod held;
pub(crate) mod life;
pub mod redis;
mod seal;
mod secret;
mod state;

use std::time::Duration;

pub use claim::Claim;
pub(crate) use claim::{VERBATIM, is_verbatim};
pub(crate) use collection::{Known, Names, VaultId, Vaults};
pub use collection::{Room, Statistics};
pub use ended::{Ended, Ends, Listener};
pub use export::{Exported, export, import};
pub use life::End;
pub use seal::{KEY_BYTES, KeyRing, MAX_KEYS, SEAL_OVERHEAD};
pub use secret::{SecretText, VaultEntry};
pub use state::{Mark, News, VaultState};

/// Bytes charged to every entry beside its two texts: their allocations, the list, the indices, and what finds the value in
/// texts. Kept honest by `tests/overhead.rs`.
pub const ENTRY_OVERHEAD: usize = 320;

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

/// What holds for one vault, beside [`VaultLimits`].
#[derive(Clone, Copy, Debug, Default)]
pub struct VaultOptions {
    /// Entries.
    pub max_entries: Option<usize>,
    /// Bytes, [`ENTRY_OVERHEAD`] per entry included.
    pub max_bytes: Option<usize>,
    /// How long it lives after its last use.
    pub ttl: Option<Duration>,
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
    /// The vault is no more; its entries were wiped.
    #[error("the vault is no more: {}", match .0 {
        End::Evicted => "it was not used for longest when room was needed",
        End::Expired => "it was not used for as long as it was to live",
        End::Removed => "it was removed",
    })]
    Gone(End),
    /// The runtime that keeps the vaults has shut down, or belongs to the parent of this process.
    #[error(
        "the runtime that keeps the vault has shut down, or belongs to the parent of this process: make vaults after the fork, and use RedisVaults for those that several processes share"
    )]
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
            Self::Gone(end) => end.name(),
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
mod tests;
