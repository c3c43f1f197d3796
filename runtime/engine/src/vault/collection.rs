//! All vaults of one owner: their names, their limits, and which of them has to go.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use serde::Serialize;

use super::ended::{Ended, Listener};
use super::life::{End, Life};
use super::{VaultError, VaultLimits, VaultOptions, VaultState};
use crate::lock::Mutex;

/// Names one vault. Handed out in sequence and never twice; it does not leave the crate, so that holding a
/// handle is the only way to reach a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct VaultId(u64);

/// What a store of sessions has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Sessions now.
    pub sessions: usize,
    /// Bytes they hold now, as limits count them.
    pub bytes: usize,
    /// Sessions that were made.
    pub made_total: u64,
    /// Sessions that had to go for want of room.
    pub evicted_total: u64,
    /// Sessions that were not used for as long as they were to live.
    pub expired_total: u64,
    /// Sessions that were removed.
    pub removed_total: u64,
    /// Sessions whose end nobody was told of, because too many ends waited to be heard.
    pub untold_total: u64,
}

/// One vault, and what its owner knows of it.
#[derive(Debug)]
struct Kept {
    state: VaultState,
    life: Arc<Life>,
    options: VaultOptions,
    name: Option<Arc<str>>,
    /// Its place in [`Vaults::order`], if it has one. Its life may have moved on.
    due: Option<u64>,
}

/// A vault that has a name, as everybody may know it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: VaultId,
    pub(crate) version: Arc<AtomicU64>,
    pub(crate) life: Arc<Life>,
}

/// The vaults that have a name. Their owner alone changes it; the others find a vault in it without waiting for
/// the owner. In a forked child the lock may be held for ever: not to be asked there.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<HashMap<Arc<str>, Known>>);

impl Names {
    fn id(&self, name: &str) -> Option<VaultId> {
        self.0.lock().get(name).map(|known| known.id)
    }

    /// The vault of a name, if there is one that lives; which is a use of it.
    pub(crate) fn used(&self, name: &str, now: u64) -> Option<Known> {
        let known = self.0.lock().get(name).cloned();
        known.filter(|known| known.life.touch(now))
    }
}

/// All vaults.
#[derive(Debug)]
pub(crate) struct Vaults {
    limits: VaultLimits,
    by_id: HashMap<VaultId, Kept>,
    names: Arc<Names>,
    /// Vaults that may go by themselves, by [`Life::due`] as it was: a use only makes it later.
    order: BTreeSet<(u64, VaultId)>,
    /// What holds for every named vault; without it there are none, and what is full refuses.
    sessions: Option<VaultOptions>,
    /// The highest number that a placeholder of a named vault that is gone had. A new one begins above it: a
    /// placeholder that comes back must never stand for another value.
    floor: u64,
    statistics: Statistics,
    /// Who is told of sessions that end.
    listener: Option<Listener>,
    created: u64,
    bytes: usize,
}

impl Vaults {
    pub(crate) fn new(limits: VaultLimits) -> Self {
        Self {
            limits,
            by_id: HashMap::new(),
            names: Arc::default(),
            order: BTreeSet::new(),
            sessions: None,
            floor: 0,
            statistics: Statistics::default(),
            listener: None,
            created: 0,
            bytes: 0,
        }
    }

    /// Vaults by name, of which those not used for longest make room for others.
    pub(crate) fn of_sessions(limits: VaultLimits, options: VaultOptions) -> Self {
        Self { sessions: Some(options), ..Self::new(limits) }
    }

    /// Tells of sessions that end from now on.
    pub(crate) fn told_to(self, listener: Option<Listener>) -> Self {
        Self { listener, ..self }
    }

    /// Adds an empty vault that belongs to its handle.
    pub(crate) fn create(&mut self, options: VaultOptions, now: u64) -> Result<VaultId, VaultError> {
        self.sweep(now);
        let limit = self.limits.max_vaults;
        if self.by_id.len() >= limit {
            return Err(VaultError::Full { what: "vaults", limit });
        }
        Ok(self.insert(options, None, now))
    }

    /// The vault of a name, made if there is none.
    pub(crate) fn named(&mut self, name: &str, now: u64) -> Result<VaultId, VaultError> {
        self.sweep(now);
        if let Some(id) = self.names.id(name) {
            self.touch(id, now);
            return Ok(id);
        }
        let limit = self.limits.max_vaults;
        let options =
            self.sessions.filter(|_| limit > 0).ok_or(VaultError::Full { what: "vaults", limit })?;
        while self.by_id.len() >= limit {
            let Some(least) = self.least(None) else { break };
            self.end(least, End::Evicted);
        }
        self.statistics.made_total += 1;
        Ok(self.insert(options, Some(name.into()), now))
    }

    fn insert(&mut self, options: VaultOptions, name: Option<Arc<str>>, now: u64) -> VaultId {
        let id = VaultId(self.created);
        self.created += 1;
        let life = Arc::new(Life::new(options.ttl, now));
        let due = (name.is_some() || life.expires()).then(|| life.due());
        if let Some(due) = due {
            self.order.insert((due, id));
        }
        let mut state = VaultState::default();
        if let Some(name) = &name {
            state.floor = self.floor;
            let known = Known { id, version: state.version(), life: Arc::clone(&life) };
            self.names.0.lock().insert(Arc::clone(name), known);
        }
        self.by_id.insert(id, Kept { state, life, options, name, due });
        id
    }

    /// Removes a vault and wipes its entries. Of a vault that is gone, nothing.
    pub(crate) fn release(&mut self, id: VaultId) {
        drop(self.take(id));
    }

    /// Removes the vault of a name, and whether there was one.
    pub(crate) fn remove(&mut self, name: &str, now: u64) -> bool {
        self.sweep(now);
        let id = self.names.id(name);
        id.is_some_and(|id| self.end(id, End::Removed))
    }

    /// Removes every vault with a name.
    pub(crate) fn remove_all(&mut self) {
        let ids: Vec<VaultId> = self.names.0.lock().values().map(|known| known.id).collect();
        for id in ids {
            self.end(id, End::Removed);
        }
    }

    /// Whether there is a vault of a name. No use of it.
    pub(crate) fn contains(&mut self, name: &str, now: u64) -> bool {
        self.sweep(now);
        self.names.id(name).is_some()
    }

    /// Takes a vault out of everything that knows it.
    fn take(&mut self, id: VaultId) -> Option<Kept> {
        let kept = self.by_id.remove(&id)?;
        self.bytes = self.bytes.saturating_sub(kept.state.bytes());
        if let Some(due) = kept.due {
            self.order.remove(&(due, id));
        }
        if let Some(name) = &kept.name {
            self.names.0.lock().remove(name);
            self.floor = self.floor.max(kept.state.highest());
        }
        Some(kept)
    }

    fn end(&mut self, id: VaultId, end: End) -> bool {
        let Some(kept) = self.take(id) else { return false };
        let life = Arc::clone(&kept.life);
        if let Some(name) = &kept.name {
            let count = match end {
                End::Evicted => &mut self.statistics.evicted_total,
                End::Expired => &mut self.statistics.expired_total,
                End::Removed => &mut self.statistics.removed_total,
            };
            *count += 1;
            if let (Some(listener), End::Evicted | End::Expired) = (&self.listener, end) {
                let (entries, bytes) = (kept.state.len(), kept.state.bytes());
                listener.tell(Ended { session: Arc::clone(name), end, entries, bytes });
            }
        }
        drop(kept);
        life.finish(end);
        true
    }

    /// Removes a vault whose operation panicked: what it holds and what was charged for it may differ.
    pub(crate) fn give_up(&mut self, id: VaultId) {
        if let Some(kept) = self.take(id) {
            kept.life.compiled.clear();
        }
        self.bytes = self.by_id.values().map(|kept| kept.state.bytes()).sum();
    }

    /// Ends the vaults whose time is over.
    pub(crate) fn sweep(&mut self, now: u64) {
        while let Some((due, id)) = self.order.first().copied().filter(|(due, _)| *due <= now) {
            let Some(later) = self.move_on(due, id) else { break };
            if later {
                continue;
            }
            if !self.by_id.get(&id).is_some_and(|kept| kept.life.expires()) {
                break;
            }
            self.end(id, End::Expired);
        }
    }

    /// When [`Self::sweep`] has something to do next, at the earliest.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let (due, id) = self.order.first()?;
        self.by_id.get(id).filter(|kept| kept.life.expires()).map(|_| *due)
    }

    /// Puts a vault where its life is now in the order, and whether that is later than `due`.
    fn move_on(&mut self, due: u64, id: VaultId) -> Option<bool> {
        let kept = self.by_id.get_mut(&id)?;
        let actual = kept.life.due();
        if actual <= due {
            return Some(false);
        }
        kept.due = Some(actual);
        self.order.remove(&(due, id));
        self.order.insert((actual, id));
        Some(true)
    }

    /// The vault that has to go first, `but` excepted.
    fn least(&mut self, but: Option<VaultId>) -> Option<VaultId> {
        loop {
            let (due, id) = self.order.iter().find(|(_, id)| Some(*id) != but).copied()?;
            if !self.move_on(due, id)? {
                return Some(id);
            }
        }
    }

    fn touch(&mut self, id: VaultId, now: u64) {
        if let Some(kept) = self.by_id.get(&id) {
            kept.life.touch(now);
        }
    }

    /// Runs `operation` on one vault. It gets the limits for that vault, with what the others leave of the
    /// total; of sessions, others make room afterwards.
    pub(crate) fn with<R>(
        &mut self,
        id: VaultId,
        now: u64,
        operation: impl FnOnce(&mut VaultState, &Room) -> Result<R, VaultError>,
    ) -> Result<R, VaultError> {
        self.sweep(now);
        self.touch(id, now);
        let kept = self.by_id.get_mut(&id).ok_or(VaultError::Lost)?;
        let (before, version) = (kept.state.bytes(), kept.state.count_of_changes());
        let others = self.bytes.saturating_sub(before);
        let room = Room {
            max_entries: kept.options.max_entries.unwrap_or(self.limits.max_entries),
            max_bytes: kept.options.max_bytes.unwrap_or(self.limits.max_bytes),
            max_total_bytes: self.limits.max_total_bytes,
            others: if self.sessions.is_some() { 0 } else { others },
        };
        let result = operation(&mut kept.state, &room);
        if kept.state.count_of_changes() != version {
            kept.life.compiled.publish(&kept.state);
        }
        self.bytes = others.saturating_add(kept.state.bytes());
        if self.sessions.is_some() {
            while self.bytes > self.limits.max_total_bytes {
                let Some(least) = self.least(Some(id)) else { break };
                self.end(least, End::Evicted);
            }
        }
        result
    }

    /// The vaults that have a name, for those who look one up without asking.
    pub(crate) fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names)
    }

    /// What handles of a vault share with it.
    pub(crate) fn life(&self, id: VaultId) -> Option<Arc<Life>> {
        self.by_id.get(&id).map(|kept| Arc::clone(&kept.life))
    }

    pub(crate) fn statistics(&mut self, now: u64) -> Statistics {
        self.sweep(now);
        let untold_total = self.listener.as_ref().map_or(0, Listener::untold);
        let sessions = self.names.0.lock().len();
        Statistics { sessions, bytes: self.bytes, untold_total, ..self.statistics }
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
    pub(super) max_entries: usize,
    pub(super) max_bytes: usize,
    pub(super) max_total_bytes: usize,
    /// Bytes of all other vaults.
    pub(super) others: usize,
}

impl Room {
    /// Whether a vault of `entries` and `bytes` is within every limit.
    pub(super) fn check(&self, entries: usize, bytes: usize) -> Result<(), VaultError> {
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
