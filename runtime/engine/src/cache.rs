//! Results kept by plan and text, so that the same question asked twice is answered once.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use moka::future::Cache;
use moka::notification::RemovalCause;
use serde::Serialize;
use siphasher::sip128::{Hasher128, SipHasher13};

/// Bytes charged to every entry beside its value: the key, moka's entry and its places in two queues and a
/// hash table. Kept honest by `tests/overhead.rs`.
pub const ENTRY_OVERHEAD: u32 = 320;

/// How much a [`ResultCache`] keeps, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CacheConfig {
    /// Upper bound on the weight of all entries, in bytes; 0 keeps nothing. moka settles its accounts in
    /// batches, so the bound may be passed by the entries of one batch for a moment.
    pub max_bytes: u64,
    /// Upper bound on the number of entries; `None` for as many as there is room for.
    pub max_entries: Option<u64>,
    /// How long an entry is served after it was computed; `None` for as long as there is room.
    pub ttl: Option<Duration>,
}

impl CacheConfig {
    /// The weight of all entries, and what each weighs at least: so much that no more than
    /// [`Self::max_entries`] have room.
    fn room(&self) -> (u64, u32) {
        let Some(entries) = self.max_entries else { return (self.max_bytes, 0) };
        if entries == 0 {
            return (0, 1);
        }
        let least = u32::try_from(self.max_bytes / entries).unwrap_or(u32::MAX).max(1);
        (self.max_bytes.min(entries.saturating_mul(u64::from(least))), least)
    }
}

/// What identifies a result: 128 bits of `SipHash` over the plan and the texts, under a key drawn at random
/// when the process starts. The texts are not kept, and nobody outside the process can make two collide.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CacheKey(u128);

/// A hasher of 128 bits under a key drawn at random when the process starts.
pub(crate) fn process_hasher() -> SipHasher13 {
    static PROCESS_KEY: OnceLock<(u64, u64)> = OnceLock::new();
    // `RandomState` is seeded by the operating system, once per thread; its keyed output of two different
    // words is as unpredictable as the seed.
    let &(k0, k1) = PROCESS_KEY.get_or_init(|| {
        let state = RandomState::new();
        (state.hash_one(0_u64), state.hash_one(1_u64))
    });
    SipHasher13::new_with_keys(k0, k1)
}

impl CacheKey {
    /// The key of a prompt under the plan with fingerprint `plan`, for all sessions but those with a number.
    pub fn of_prompt(plan: u64, text: &str) -> Self {
        Self::of(0, plan, 0, None, text)
    }

    /// The key of an output, and of the prompt that led to it if there is one.
    pub fn of_output(plan: u64, prompt: Option<&str>, output: &str) -> Self {
        Self::of(1, plan, 0, prompt, output)
    }

    /// [`Self::of_prompt`] for one session: what one asked is not to be seen in what another gets.
    pub fn of_session_prompt(plan: u64, session: u64, text: &str) -> Self {
        Self::of(0, plan, session, None, text)
    }

    /// [`Self::of_output`] for one session.
    pub fn of_session_output(plan: u64, session: u64, prompt: Option<&str>, output: &str) -> Self {
        Self::of(1, plan, session, prompt, output)
    }

    fn of(side: u8, plan: u64, session: u64, prompt: Option<&str>, text: &str) -> Self {
        let mut hasher = process_hasher();
        // Every variable part is preceded by its length: ("ab", "c") and ("a", "bc") differ.
        hasher.write_u8(side);
        hasher.write_u64(plan);
        hasher.write_u64(session);
        match prompt {
            None => hasher.write_u8(0),
            Some(prompt) => {
                hasher.write_u8(1);
                hasher.write_u64(prompt.len() as u64);
                hasher.write(prompt.as_bytes());
            }
        }
        hasher.write_u64(text.len() as u64);
        hasher.write(text.as_bytes());
        Self(hasher.finish128().as_u128())
    }
}

impl Hash for CacheKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0 as u64);
    }
}

impl fmt::Debug for CacheKey {
    /// Opaque: a key in a log would let its reader compare texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey(..)")
    }
}

/// Hashes a [`CacheKey`] to half of itself: the key already is a keyed hash.
#[derive(Clone, Copy, Default)]
struct KeyIsHash;

impl BuildHasher for KeyIsHash {
    type Hasher = HalfOfKey;

    fn build_hasher(&self) -> HalfOfKey {
        HalfOfKey(0)
    }
}

struct HalfOfKey(u64);

impl Hasher for HalfOfKey {
    fn write(&mut self, bytes: &[u8]) {
        // moka also hashes tuples with a `TypeId` in them when it merges flights.
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = self.0.rotate_left(32) ^ word;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What a cache has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheStatistics {
    /// Requests answered from an entry.
    #[serde(rename = "hits_total")]
    pub hits: u64,
    /// Results that had to be computed, successfully or not.
    #[serde(rename = "misses_total")]
    pub misses: u64,
    /// Requests that waited for an equal one already in flight.
    #[serde(rename = "shared_total")]
    pub shared: u64,
    /// Entries dropped, or not admitted, for want of room.
    #[serde(rename = "evictions_total")]
    pub evictions: u64,
    /// Entries dropped because their time was up.
    #[serde(rename = "expirations_total")]
    pub expirations: u64,
    /// Entries now, as of moka's last housekeeping.
    pub entries: u64,
    /// Their weight in bytes, as of moka's last housekeeping; each weighs at least its share if their number is
    /// bounded.
    pub bytes: u64,
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    shared: AtomicU64,
    evictions: AtomicU64,
    expirations: AtomicU64,
}

/// A bounded cache of values by [`CacheKey`], with one computation per key at a time.
pub struct ResultCache<V: Clone + Send + Sync + 'static> {
    entries: Cache<CacheKey, V, KeyIsHash>,
    counters: Arc<Counters>,
}

impl<V: Clone + Send + Sync + 'static> ResultCache<V> {
    /// A cache in which `weigh` says what a value costs, in bytes; [`ENTRY_OVERHEAD`] is added.
    pub fn new(config: CacheConfig, weigh: impl Fn(&V) -> u32 + Send + Sync + 'static) -> Self {
        let counters = Arc::new(Counters::default());
        let listener = Arc::clone(&counters);
        let (capacity, least) = config.room();
        let mut builder = Cache::builder()
            .max_capacity(capacity)
            .weigher(move |_: &CacheKey, value: &V| weigh(value).saturating_add(ENTRY_OVERHEAD).max(least))
            .eviction_listener(move |_, _, cause| match cause {
                RemovalCause::Size => add(&listener.evictions),
                RemovalCause::Expired => add(&listener.expirations),
                RemovalCause::Explicit | RemovalCause::Replaced => {}
            });
        if let Some(ttl) = config.ttl {
            // moka panics on more than 1,000 years.
            builder = builder.time_to_live(ttl.min(LONGEST_TTL));
        }
        Self { entries: builder.build_with_hasher(KeyIsHash), counters }
    }

    /// The value of `key`, if it is there. For the inline lane: it neither waits nor needs a runtime.
    ///
    /// moka's `get` is async only because it may take part in housekeeping; should that be contended when
    /// it is polled the one time, the answer is `None`, and the value is computed once more.
    pub fn get(&self, key: CacheKey) -> Option<V> {
        let value = self.entries.get(&key).now_or_never().flatten();
        add(if value.is_some() { &self.counters.hits } else { &self.counters.misses });
        value
    }

    /// Keeps `value`, computed by the caller after [`Self::get`] had nothing.
    pub async fn insert(&self, key: CacheKey, value: V) {
        self.entries.insert(key, value).await;
    }

    /// [`Self::insert`] for a caller that cannot wait. Returns whether the value was kept: contended
    /// housekeeping, which would have to be waited for, loses it.
    pub fn try_insert(&self, key: CacheKey, value: V) -> bool {
        self.entries.insert(key, value).now_or_never().is_some()
    }

    /// The value of `key`, from the cache, from an equal request in flight, or from `compute`.
    ///
    /// Of several equal requests one computes; the others wait and share its value or its error. Errors
    /// are not kept. If the computing request is dropped or panics, one of the others takes over with its
    /// own `compute`; the panic goes on in the request that computed.
    pub async fn get_or_compute<F, E>(&self, key: CacheKey, compute: F) -> Result<V, Arc<E>>
    where
        F: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
    {
        if let Some(value) = self.entries.get(&key).await {
            add(&self.counters.hits);
            return Ok(value);
        }
        let leads = AtomicBool::new(false);
        let mut compute = pin!(compute);
        let flight = self.entries.try_get_with(key, async {
            leads.store(true, Ordering::Relaxed);
            add(&self.counters.misses);
            compute.as_mut().await
        });
        match AssertUnwindSafe(flight).catch_unwind().await {
            Ok(result) => {
                if !leads.load(Ordering::Relaxed) {
                    add(&self.counters.shared);
                }
                result
            }
            Err(panic) if leads.load(Ordering::Relaxed) => resume_unwind(panic),
            Err(_) => {
                // moka panics in a request that has seen 200 leaders in a row dropped or panicking. Such
                // a request no longer waits for others.
                add(&self.counters.misses);
                let value = compute.await.map_err(Arc::new)?;
                self.entries.insert(key, value.clone()).await;
                Ok(value)
            }
        }
    }

    /// Drops every entry.
    pub fn clear(&self) {
        self.entries.invalidate_all();
    }

    /// What has happened so far.
    pub fn statistics(&self) -> CacheStatistics {
        let counters = &self.counters;
        CacheStatistics {
            hits: counters.hits.load(Ordering::Relaxed),
            misses: counters.misses.load(Ordering::Relaxed),
            shared: counters.shared.load(Ordering::Relaxed),
            evictions: counters.evictions.load(Ordering::Relaxed),
            expirations: counters.expirations.load(Ordering::Relaxed),
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
        }
    }
}

impl<V: Clone + Send + Sync + 'static> fmt::Debug for ResultCache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultCache").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

/// A hundred years: for ever, and within what moka takes.
const LONGEST_TTL: Duration = Duration::from_hours(100 * 365 * 24);

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
