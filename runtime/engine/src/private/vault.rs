//! A handle on a vault, wherever it is kept: in this process, or in Redis.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use pyshield_core::restore::Matching;
use pyshield_core::{Interrupted, ScannerError};

use super::aside;
use crate::actors::vault::Vault;
use crate::runtime;
use crate::vault::compiled::{Compilations, Compiled, Seen};
use crate::vault::held::Held;
use crate::vault::redis::{RedisVault, Stamp};
use crate::vault::{Claim, News, SecretText, VaultEntry, VaultError};

/// Up to how many entries a vault is compiled on the thread that drives futures: it takes less than a millisecond.
const FEW: usize = 512;

/// A vault as scanners work with it. Cloning shares it, and holding one is the only way to reach its vault.
#[derive(Clone)]
pub struct VaultHandle(Arc<Inner>);

struct Inner {
    number: u64,
    store: Store,
    /// Of nobody's making: what is made up for the vault's values cannot be foreseen.
    key: RandomState,
    /// What was compiled of the vault's last state.
    compiled: Compilations,
}

enum Store {
    Memory(Vault),
    Redis(Box<RedisVault>),
}

impl VaultHandle {
    /// A vault of this process; wiped with the last handle.
    pub fn memory(vault: Vault) -> Self {
        let compiled = vault.compiled().clone();
        Self::new(Store::Memory(vault), compiled)
    }

    /// A vault in Redis, which stays there.
    pub fn redis(vault: RedisVault) -> Self {
        Self::new(Store::Redis(Box::new(vault)), Compilations::default())
    }

    fn new(store: Store, compiled: Compilations) -> Self {
        static HANDLES: AtomicU64 = AtomicU64::new(1);
        let number = HANDLES.fetch_add(1, Ordering::Relaxed);
        Self(Arc::new(Inner { number, store, key: RandomState::new(), compiled }))
    }

    /// The vault, if it is one of this process.
    pub fn as_memory(&self) -> Option<&Vault> {
        match &self.0.store {
            Store::Memory(vault) => Some(vault),
            Store::Redis(_) => None,
        }
    }

    /// Tells handles apart; never 0.
    pub(super) fn number(&self) -> u64 {
        self.0.number
    }

    /// The key of what is made up for the vault's values.
    pub(super) fn key(&self) -> &RandomState {
        &self.0.key
    }

    /// Whether asking it may take longer than a thread of the runtime may wait.
    pub(super) fn waits(&self) -> bool {
        matches!(self.0.store, Store::Redis(_))
    }

    /// What is known of the vault's state without asking anybody, which is a use of it; nothing of one that
    /// others may change, or that is no more.
    pub(super) fn seen(&self) -> Option<Seen> {
        match &self.0.store {
            Store::Memory(vault) => vault.touch().then(|| Seen::Version(vault.version())),
            Store::Redis(_) => None,
        }
    }

    /// What restores the entries as they were `seen`, as far as that can be had without asking or waiting.
    pub(super) fn at_hand(&self, strategy: Matching, seen: Option<Seen>) -> Option<Arc<Compiled>> {
        let compiled = self.compiled(strategy).filter(|compiled| Some(compiled.seen) == seen);
        compiled.or_else(|| {
            let Some(Seen::Version(version)) = seen else { return None };
            let entries = self.0.compiled.shown(version)?;
            self.compile(Seen::Version(version), entries, strategy).ok()
        })
    }

    /// What stands for each value, if that is known without asking; a use of the vault.
    pub(super) fn known(&self, claims: &[Claim]) -> Option<Vec<Option<SecretText>>> {
        if claims.is_empty() {
            return Some(Vec::new());
        }
        match self.seen()? {
            Seen::Version(version) => self.0.compiled.known(claims, version),
            Seen::Stamp(_) => None,
        }
    }

    /// What was last compiled of it for `strategy`.
    pub(super) fn compiled(&self, strategy: Matching) -> Option<Arc<Compiled>> {
        self.0.compiled.get(strategy)
    }

    /// What stands for each value, see [`crate::vault::VaultState::claim`]; until `deadline`. What has just been `seen` is
    /// not read again.
    pub(super) async fn claim(
        &self,
        claims: Vec<Claim>,
        taken: BTreeSet<u64>,
        deadline: Option<Instant>,
        seen: Option<Seen>,
    ) -> Result<Vec<Option<SecretText>>, ScannerError> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let given = match &self.0.store {
            Store::Memory(vault) => vault.claim(claims, taken).await,
            Store::Redis(vault) => vault.claim(claims, taken, deadline, stamp_of(seen)).await,
        };
        given.map_err(|error| failed(error, deadline))
    }

    /// [`Self::claim`] of a vault of this process, with the answer given to `then` on the thread of its owner,
    /// which must not be kept; of another vault, `false`. If there is no owner any more, `then` is dropped.
    pub(super) fn claim_then(
        &self,
        claims: Vec<Claim>,
        taken: BTreeSet<u64>,
        then: impl FnOnce(Result<Vec<Option<SecretText>>, ScannerError>) + Send + 'static,
    ) -> bool {
        let Some(vault) = self.as_memory() else { return false };
        vault.claim_then(claims, taken, move |given| {
            then(given.map_err(|error| failed(error, None)));
        });
        true
    }

    /// [`Self::claim`] on a thread that may block.
    pub(super) fn claim_blocking(
        &self,
        claims: Vec<Claim>,
        taken: BTreeSet<u64>,
        seen: Option<Seen>,
    ) -> Result<Vec<Option<SecretText>>, ScannerError> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        match &self.0.store {
            Store::Memory(vault) => vault.claim_blocking(claims, taken).map_err(|error| failed(error, None)),
            Store::Redis(_) => {
                let vault = self.clone();
                wait_for(async move { vault.claim(claims, taken, None, seen).await })
            }
        }
    }

    /// The values as they were `seen`, as far as they can be had without asking or waiting.
    pub(super) fn held_at_hand(&self, seen: Option<Seen>) -> Option<Arc<Held>> {
        let Some(Seen::Version(version)) = seen else { return None };
        let held = self.0.compiled.held().filter(|held| Some(held.seen) == seen);
        held.or_else(|| {
            let entries = self.0.compiled.shown(version)?;
            Some(self.hold(Held::new(Seen::Version(version), entries.to_vec())))
        })
    }

    /// The values as they are now; until `deadline`.
    pub(super) async fn held(&self, deadline: Option<Instant>) -> Result<Arc<Held>, ScannerError> {
        let known = self.0.compiled.held();
        let mark = known.as_ref().and_then(|known| known.mark);
        let read = match &self.0.store {
            Store::Memory(vault) => {
                let news = vault.news(mark).await;
                news.map(|(version, news)| Some((Seen::Version(version), news)))
            }
            Store::Redis(vault) => {
                let stamp = stamp_of(known.as_ref().map(|known| known.seen));
                let news = vault.news(stamp, mark, deadline).await;
                news.map(|news| news.map(|(stamp, news)| (Seen::Stamp(stamp), news)))
            }
        };
        match (read.map_err(|error| failed(error, deadline))?, known) {
            (None, Some(known)) => Ok(known),
            (None, None) => Ok(Arc::new(Held::new(Seen::Version(0), Vec::new()))),
            (Some((seen, news)), known) if Held::work(&news, known.as_deref()) <= FEW => {
                Ok(self.hold(Held::renewed(seen, news, known.as_deref())))
            }
            (Some((seen, news)), known) => {
                let vault = self.clone();
                aside(move || Ok(vault.hold(Held::renewed(seen, news, known.as_deref())))).await
            }
        }
    }

    /// [`Self::held`] on a thread that may block.
    pub(super) fn held_blocking(&self) -> Result<Arc<Held>, ScannerError> {
        match &self.0.store {
            Store::Memory(vault) => {
                let known = self.0.compiled.held();
                let news = vault.news_blocking(known.as_ref().and_then(|known| known.mark));
                let (version, news) = news.map_err(|error| failed(error, None))?;
                Ok(self.hold(Held::renewed(Seen::Version(version), news, known.as_deref())))
            }
            Store::Redis(_) => {
                let vault = self.clone();
                wait_for(async move { vault.held(None).await })
            }
        }
    }

    /// Keeps values. Those that were added since they were seen come with the next ones.
    fn hold(&self, held: Held) -> Arc<Held> {
        let held = Arc::new(held);
        self.0.compiled.hold(Arc::clone(&held));
        self.forget_if_over();
        held
    }

    /// What restores the vault's entries as they are now; until `deadline`.
    pub(super) async fn restorer(
        &self,
        strategy: Matching,
        deadline: Option<Instant>,
    ) -> Result<Arc<Compiled>, ScannerError> {
        let known = self.compiled(strategy);
        let read = match &self.0.store {
            Store::Memory(vault) => {
                let version = Seen::Version(vault.version());
                vault.get().await.map(|entries| Some((version, entries)))
            }
            Store::Redis(vault) => {
                let stamp = stamp_of(known.as_ref().map(|known| known.seen));
                let news = vault.news(stamp, None, deadline).await;
                let all = |(stamp, news): (Stamp, News)| (Seen::Stamp(stamp), news.entries);
                news.map(|news| news.map(all))
            }
        };
        match (read.map_err(|error| failed(error, deadline))?, known) {
            (None, Some(known)) => Ok(known),
            (None, None) => self.compile(Seen::Version(0), Arc::default(), strategy),
            (Some((seen, entries)), _) if entries.len() <= FEW => {
                self.compile(seen, entries.into(), strategy)
            }
            (Some((seen, entries)), _) => {
                let vault = self.clone();
                aside(move || vault.compile(seen, entries.into(), strategy)).await
            }
        }
    }

    /// [`Self::restorer`] on a thread that may block.
    pub(super) fn restorer_blocking(&self, strategy: Matching) -> Result<Arc<Compiled>, ScannerError> {
        match &self.0.store {
            Store::Memory(vault) => {
                let version = Seen::Version(vault.version());
                let entries = vault.get_blocking().map_err(|error| failed(error, None))?;
                self.compile(version, entries.into(), strategy)
            }
            Store::Redis(_) => {
                let vault = self.clone();
                wait_for(async move { vault.restorer(strategy, None).await })
            }
        }
    }

    /// Compiles entries and keeps the result. Those that were added since `seen` was read come with the next one.
    fn compile(
        &self,
        seen: Seen,
        entries: Arc<[VaultEntry]>,
        strategy: Matching,
    ) -> Result<Arc<Compiled>, ScannerError> {
        let known = self.compiled(strategy);
        let compiled = Arc::new(Compiled::new(seen, entries, strategy, known.as_deref())?);
        self.0.compiled.put(Arc::clone(&compiled));
        self.forget_if_over();
        Ok(compiled)
    }

    /// What came after the end of a vault is not kept.
    fn forget_if_over(&self) {
        if self.as_memory().is_some_and(Vault::is_over) {
            self.0.compiled.clear();
        }
    }
}

/// What names a state in Redis, if it is one.
const fn stamp_of(seen: Option<Seen>) -> Option<Stamp> {
    match seen {
        Some(Seen::Stamp(stamp)) => Some(stamp),
        Some(Seen::Version(_)) | None => None,
    }
}

/// Runs a future to its end on the runtime's threads.
fn wait_for<T: Send + 'static>(
    future: impl Future<Output = Result<T, ScannerError>> + Send + 'static,
) -> Result<T, ScannerError> {
    let closed = |_| failed(VaultError::Closed, None);
    runtime::current().map_err(closed)?.wait_for(future).map_err(closed)?
}

/// The error of a scanner whose vault failed. Out of time is the request's own end if that was its deadline.
fn failed(error: VaultError, deadline: Option<Instant>) -> ScannerError {
    if error == VaultError::TimedOut && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
        return ScannerError::Interrupted(Interrupted::Deadline);
    }
    ScannerError::Vault { kind: error.kind(), reason: error.to_string() }
}

impl fmt::Debug for VaultHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultHandle(..)")
    }
}
