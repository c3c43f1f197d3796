//! Vaults that outlive the process: kept in Redis, sealed, shared by any number of processes.
//!
//! A vault is a list in Redis: a random *generation*, then sealed batches of entries in the order they came.
//! A handle holds a copy of what it has read. Each operation first reads what is new, works on the copy, and
//! commits the change under the condition that nobody else has changed the list meanwhile; if somebody has, it
//! starts over. So operations are atomic across processes, and an acknowledged one is in Redis. (Whether it
//! survives a crash of Redis is Redis' own setting: `appendfsync always` for every one.)

mod store;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout_at};

use store::{Change, Generation, Store, Tail};
pub use store::{RedisOptions, Stamp, StoreError};

use super::state::Era;
use super::{
    Claim, KeyRing, Mark, News, Room, SecretText, VaultEntry, VaultError, VaultLimits, VaultState, codec,
};

/// Pauses between attempts at a store that cannot be reached, doubled up to the latter.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// Longest name of a session, in bytes.
pub const MAX_NAME_BYTES: usize = 512;

/// What holds for all vaults of a service.
#[derive(Debug)]
struct Settings {
    keys: KeyRing,
    limits: VaultLimits,
    timeout: Duration,
}

/// Where vaults are kept. Cloning shares the connection.
#[derive(Clone, Debug)]
pub struct RedisVaults {
    store: Store,
    settings: Arc<Settings>,
}

impl RedisVaults {
    /// Vaults in a Redis server; connects with the first operation. Of the limits, those of one vault hold.
    pub fn new(options: &RedisOptions, keys: KeyRing, limits: VaultLimits) -> Result<Self, StoreError> {
        let settings = Settings { keys, limits, timeout: options.timeout };
        Ok(Self { store: Store::new(options)?, settings: Arc::new(settings) })
    }

    /// The vault of a session, empty if there is none yet. Nothing is asked of the store.
    ///
    /// [`VaultError::Full`] if the name is longer than [`MAX_NAME_BYTES`].
    pub fn vault(&self, session: &str) -> Result<RedisVault, VaultError> {
        if session.len() > MAX_NAME_BYTES {
            return Err(VaultError::Full { what: "bytes in a session's name", limit: MAX_NAME_BYTES });
        }
        let key = self.store.key(session);
        Ok(RedisVault { vaults: self.clone(), key: key.into(), copy: Arc::default() })
    }

    /// Seals every vault anew with the first key, so that the others can be left out afterwards. Returns how many there
    /// were. Where one cannot be read, the others are done all the same, and then the first error is returned.
    pub async fn rotate(&self) -> Result<usize, VaultError> {
        let mut cursor = 0;
        let mut rotated = 0;
        let mut failed = None;
        let vaults = Self { store: self.store.without_use(), settings: Arc::clone(&self.settings) };
        loop {
            let deadline = Instant::now() + self.settings.timeout;
            let page = timeout_at(deadline, self.store.scan(cursor)).await;
            let (next, keys) = page.map_err(|_| VaultError::TimedOut)?.map_err(StoreError::into_vault)?;
            for key in keys {
                let vault = RedisVault { vaults: vaults.clone(), key: key.into(), copy: Arc::default() };
                match vault.update_with(Write::Whole, None, None, |_, _| Ok(())).await {
                    Ok(()) => rotated += 1,
                    Err(error @ (VaultError::Unavailable | VaultError::TimedOut)) => return Err(error),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            if next == 0 {
                return failed.map_or(Ok(rotated), Err);
            }
            cursor = next;
        }
    }
}

/// What a handle knows of its vault.
#[derive(Default)]
struct Copy {
    state: VaultState,
    /// What of the list is in `state`.
    stamp: Stamp,
}

impl Copy {
    /// Knows nothing of a list but which numbers were given: a server may lose what it has acknowledged, and
    /// then a placeholder of before must not come to stand for another value.
    fn anew(&self, generation: Generation) -> Self {
        Self { state: self.state.emptied(), stamp: Stamp::of(generation) }
    }
}

/// What tells whether an operation has changed something.
#[derive(PartialEq, Eq)]
struct Before {
    entries: usize,
    era: Era,
    floor: u64,
    reserved: usize,
}

impl Before {
    fn of(state: &VaultState) -> Self {
        Self { entries: state.len(), era: state.era(), floor: state.floor, reserved: state.reserved.len() }
    }
}

/// What is written when an operation has changed nothing but its caller wants it written, as for new keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Changes,
    Whole,
}

/// A handle on one session's vault. The vault stays when the handle is dropped.
#[derive(Clone)]
pub struct RedisVault {
    vaults: RedisVaults,
    key: Arc<[u8]>,
    copy: Arc<Mutex<Copy>>,
}

impl RedisVault {
    /// Runs an operation on the vault as it is in the store, atomically. It may run more than once, and must
    /// change nothing where it returns an error.
    ///
    /// [`VaultError::TimedOut`] and [`VaultError::Unavailable`] leave open whether a change was stored.
    pub async fn update<R>(
        &self,
        operation: impl Fn(&mut VaultState, &Room) -> Result<R, VaultError>,
    ) -> Result<R, VaultError> {
        let operation = |copy: &mut Copy, room: &Room| operation(&mut copy.state, room);
        self.update_with(Write::Changes, None, None, operation).await
    }

    /// [`Self::update`] until `earlier`, if that is before its time is up. What the caller has just read need not be read
    /// again: its change is taken only if the list is still as it was `read`.
    async fn update_with<R>(
        &self,
        write: Write,
        earlier: Option<std::time::Instant>,
        mut read: Option<Stamp>,
        operation: impl Fn(&mut Copy, &Room) -> Result<R, VaultError>,
    ) -> Result<R, VaultError> {
        let began = Instant::now();
        let deadline = began + self.vaults.settings.timeout;
        let deadline = earlier.map_or(deadline, |earlier| deadline.min(earlier.into()));
        let mut held = timeout_at(deadline, self.copy.lock()).await.map_err(|_| VaultError::TimedOut)?;
        let mut unsure: Option<(Change, R)> = None;
        let mut pause = PAUSE.0;
        loop {
            // Taken, not borrowed: whoever stops in between, by an error or by going away, leaves an empty copy,
            // and the next reads everything.
            let empty = held.anew(Generation::NONE);
            let mut copy = std::mem::replace(&mut *held, empty);
            if read.take().is_none_or(|read| read != copy.stamp) {
                let read = self.vaults.store.read(&self.key, copy.stamp);
                let tail = match timeout_at(deadline, read).await.map_err(|_| self.timed_out(began))? {
                    Ok(tail) => tail,
                    Err(StoreError::Unavailable) => {
                        retry(deadline, &mut pause).await?;
                        continue;
                    }
                    Err(error) => return Err(error.into_vault()),
                };
                let arrived = unsure.take().filter(|(change, _)| change.is_in(&tail));
                self.absorb(&mut copy, tail)?;
                if let Some((_, result)) = arrived {
                    *held = copy;
                    return Ok(result);
                }
            }
            let before = Before::of(&copy.state);
            let room = self.room();
            let result = catch_unwind(AssertUnwindSafe(|| operation(&mut copy, &room)))
                .unwrap_or(Err(VaultError::Failed))?;
            let Some(change) = self.change(&copy, &before, write)? else {
                *held = copy;
                return Ok(result);
            };
            let commit = self.vaults.store.commit(&self.key, &change);
            match timeout_at(deadline, commit).await.map_err(|_| self.timed_out(began))? {
                Ok(true) => {
                    copy.stamp = change.after();
                    *held = copy;
                    return Ok(result);
                }
                // Somebody else was first.
                Ok(false) => {}
                Err(StoreError::Unavailable) => {
                    unsure = Some((change, result));
                    retry(deadline, &mut pause).await?;
                }
                Err(error) => return Err(error.into_vault()),
            }
        }
    }

    /// A connection is given up when it was silent for as long as an operation may take; a caller who was in
    /// more of a hurry says nothing about it.
    fn timed_out(&self, began: Instant) -> VaultError {
        let (timeout, store) = (self.vaults.settings.timeout, &self.vaults.store);
        if began.elapsed() >= timeout || store.silent_for() >= timeout {
            store.renew();
        }
        VaultError::TimedOut
    }

    /// Puts what was read into the copy.
    fn absorb(&self, copy: &mut Copy, tail: Tail) -> Result<(), VaultError> {
        if tail.from == 0 {
            *copy = copy.anew(tail.generation);
        }
        let room = self.room();
        for batch in tail.batches {
            let context = self.context(copy.stamp);
            let entries = self.vaults.settings.keys.open(&batch, &context)?;
            let (entries, numbers) = codec::decode(&entries)?;
            copy.state.restore(entries, &room)?;
            copy.state.renumber(numbers);
            copy.stamp = copy.stamp.and(&batch);
        }
        Ok(())
    }

    /// What has to be written for the copy to be in the store; nothing if it is already.
    fn change(&self, copy: &Copy, before: &Before, write: Write) -> Result<Option<Change>, VaultError> {
        let (now, numbers) = (Before::of(&copy.state), copy.state.numbers());
        let removed = now.era != before.era;
        if write == Write::Changes && now == *before {
            return Ok(None);
        }
        // A list that does not exist yet begins with a generation of its own.
        let whole = removed || write == Write::Whole || copy.stamp.generation == Generation::NONE;
        let (kept, new) = match whole {
            true if copy.state.is_empty() && numbers.is_empty() => (Stamp::default(), 0),
            true => (Stamp::of(Generation::random()?), 0),
            false => (copy.stamp, before.entries),
        };
        // Of what is added to a list, the entries themselves say which numbers they were given.
        let reserved = (now.floor, now.reserved) != (before.floor, before.reserved);
        let numbers = if whole || reserved { numbers } else { Vec::new() };
        let batch = match copy.state.entries_from(new) {
            [] if numbers.is_empty() => None,
            entries => {
                let context = self.context(kept);
                Some(self.vaults.settings.keys.seal(&codec::encode(entries, &numbers)?, &context)?)
            }
        };
        Ok(Some(Change { seen: copy.stamp, kept, batch }))
    }

    /// Where the next batch belongs: what was sealed for one vault, generation and position opens in no other.
    fn context(&self, place: Stamp) -> Vec<u8> {
        let position = (place.batches as u64).to_le_bytes();
        [b"pyshield vault 1\0", place.generation.bytes(), &position[..], &self.key].concat()
    }

    fn room(&self) -> Room {
        let limits = &self.vaults.settings.limits;
        Room {
            max_entries: limits.max_entries,
            max_bytes: limits.max_bytes,
            max_total_bytes: usize::MAX,
            others: 0,
        }
    }

    /// What stands for each value; see [`VaultState::claim`]. [`VaultError::TimedOut`] at `deadline`, if that is
    /// before the time of an operation is up. With the stamp of what the caller has just `read`, that counts as read.
    pub async fn claim(
        &self,
        claims: Vec<Claim>,
        taken: BTreeSet<u64>,
        deadline: Option<std::time::Instant>,
        read: Option<Stamp>,
    ) -> Result<Vec<Option<SecretText>>, VaultError> {
        let claim = |copy: &mut Copy, room: &Room| copy.state.claim(claims.clone(), &taken, room);
        self.update_with(Write::Changes, deadline, read, claim).await
    }

    /// What came after a mark, and the stamp of the state; nothing if that is `known`. Out of time as
    /// [`Self::claim`].
    pub async fn news(
        &self,
        known: Option<Stamp>,
        mark: Option<Mark>,
        deadline: Option<std::time::Instant>,
    ) -> Result<Option<(Stamp, News)>, VaultError> {
        let look = |copy: &mut Copy, _: &Room| {
            let stamp = copy.stamp;
            Ok((known != Some(stamp)).then(|| (stamp, copy.state.news(mark))))
        };
        self.update_with(Write::Changes, deadline, None, look).await
    }

    /// Gives none of the numbers to a placeholder; see [`VaultState::reserve`].
    pub async fn reserve(&self, numbers: BTreeSet<u64>) -> Result<(), VaultError> {
        self.update(|state, _| {
            state.reserve(&numbers);
            Ok(())
        })
        .await
    }

    /// Which of the placeholders no entry has.
    pub async fn unknown(&self, placeholders: Vec<Box<str>>) -> Result<Vec<Box<str>>, VaultError> {
        self.update(|state, _| Ok(state.unknown(placeholders.clone()))).await
    }

    /// Adds entries at the end: all of them, or on [`VaultError::Full`] none.
    pub async fn extend(&self, entries: Vec<VaultEntry>) -> Result<(), VaultError> {
        self.update(|state, room| state.extend(entries.clone(), room)).await
    }

    /// Removes the first equal entry; [`VaultError::NotFound`] if there is none.
    pub async fn remove(&self, entry: &VaultEntry) -> Result<(), VaultError> {
        self.update(|state, _| state.remove(entry)).await
    }

    /// The entries in order.
    pub async fn get(&self) -> Result<Vec<VaultEntry>, VaultError> {
        self.update(|state, _| Ok(state.entries())).await
    }

    /// Whether an entry has this placeholder.
    pub async fn placeholder_exists(&self, placeholder: &SecretText) -> Result<bool, VaultError> {
        self.update(|state, _| Ok(state.placeholder_exists(placeholder.as_str()))).await
    }

    /// How many entries there are.
    pub async fn count(&self) -> Result<usize, VaultError> {
        self.update(|state, _| Ok(state.len())).await
    }

    /// Removes every entry, and the vault from the store: numbers of placeholders begin anew.
    pub async fn clear(&self) -> Result<(), VaultError> {
        self.update(|state, _| {
            state.start_over();
            Ok(())
        })
        .await
    }
}

/// Waits before the next attempt; [`VaultError::Unavailable`] if that would be past the deadline.
async fn retry(deadline: Instant, pause: &mut Duration) -> Result<(), VaultError> {
    let next = Instant::now() + *pause;
    if next >= deadline {
        return Err(VaultError::Unavailable);
    }
    sleep_until(next).await;
    *pause = (*pause * 2).min(PAUSE.1);
    Ok(())
}

impl fmt::Debug for RedisVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisVault").finish_non_exhaustive()
    }
}
