//! A vault's entries, compiled for putting them back.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Weak};

use pyshield_core::restore::{Form, Matching, Restored, Restorer, percent_encode};
use pyshield_core::{Interrupt, ScannerError, Span, Text, Verdict};

use super::claim::is_bracketed;
use super::held::Held;
use super::redis::Stamp;
use super::state::Era;
use super::{Claim, SecretText, VaultEntry, VaultState};
use crate::lock::Mutex;

/// For how many vaults what was compiled is kept at one time: some kilobytes for each.
const KEPT: usize = 4_096;

/// Up to how many entries a vault's owner shows its entries to all who hold the vault, and compiling them takes
/// no time to speak of.
const SMALL: usize = 64;

/// How many bytes of values come back into one text: a short placeholder may stand for a long value, and be
/// written any number of times.
const MAX_RESTORED_BYTES: usize = 64 << 20;

/// Names a state of a vault: equal for equal entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The count of changes of a vault of this process.
    Version(u64),
    /// What names it in Redis.
    Stamp(Stamp),
}

/// What puts the entries of one state of a vault back.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Which state.
    pub(crate) seen: Seen,
    pub(crate) strategy: Matching,
    entries: Arc<[VaultEntry]>,
    pub(crate) restorer: Restorer,
}

impl Compiled {
    /// Compiles `entries`; if they begin like those that `known` was made of, mostly what has been added since.
    pub(crate) fn new(
        seen: Seen,
        entries: Arc<[VaultEntry]>,
        strategy: Matching,
        known: Option<&Self>,
    ) -> Result<Self, ScannerError> {
        let placeholders = entries.iter().map(|entry| entry.placeholder.as_str().into()).collect();
        let restorer = match known.filter(|known| known.strategy == strategy) {
            Some(known) => known.restorer.renewed(placeholders)?,
            None => Restorer::new(placeholders, strategy)?,
        };
        Ok(Self { seen, strategy, entries, restorer })
    }

    /// A verdict that passes, with an edit for every placeholder in the text.
    pub(crate) fn restore(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Verdict, ScannerError> {
        interrupt.check()?;
        let mut verdict = Verdict::pass();
        let (mut written, mut room) = (Written::default(), Room::default());
        for found in self.restorer.find(text, interrupt)? {
            let Some(value) = written.value(self, &found) else { continue };
            room.take(value.len())?;
            // No finding: that would carry the value into everything that lists findings.
            verdict.edit(found.span, 1.0, &value)?;
        }
        Ok(verdict)
    }

    /// Where something stands that was made up for a value, which nothing tells from the text around it.
    pub(crate) fn stand_ins(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Vec<Span>, ScannerError> {
        let found = self.restorer.find(text, interrupt)?.into_iter();
        let made_up = |one: &Restored| {
            self.entries.get(one.index).is_some_and(|entry| !is_bracketed(entry.placeholder.as_str()))
        };
        Ok(found.filter(made_up).map(|one| one.span).collect())
    }

    /// Whether compiling it takes no time to speak of.
    pub(crate) fn is_small(&self) -> bool {
        self.entries.len() <= SMALL
    }
}

/// Whether a value was taken out of a URL as it is written there.
fn is_percent_encoded(value: &str) -> bool {
    let hex = |at: usize| value.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let sign = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?%#".contains(c);
    value.contains('%')
        && value.chars().all(sign)
        && value.match_indices('%').all(|(at, _)| hex(at + 1) && hex(at + 2))
}

/// Values as they are to be written, each made once for a text.
#[derive(Default)]
pub(crate) struct Written(HashMap<(usize, Form), Arc<str>>);

impl Written {
    /// What a placeholder stands for.
    pub(crate) fn value(&mut self, compiled: &Compiled, found: &Restored) -> Option<Arc<str>> {
        let value = compiled.entries.get(found.index)?.value.as_str();
        let written = self.0.entry((found.index, found.form)).or_insert_with(|| match found.form {
            Form::Plain => value.into(),
            Form::Percent if is_percent_encoded(value) => value.into(),
            Form::Percent => percent_encode(value).into(),
        });
        Some(Arc::clone(written))
    }
}

/// Bytes of values that may still be put into a text, or held back.
pub(crate) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(MAX_RESTORED_BYTES)
    }
}

impl Room {
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), ScannerError> {
        let limit = ScannerError::Limit { what: "bytes of restored values", limit: MAX_RESTORED_BYTES };
        self.0 = self.0.checked_sub(bytes).ok_or(limit)?;
        Ok(())
    }

    pub(crate) const fn give_back(&mut self, bytes: usize) {
        self.0 = self.0.saturating_add(bytes);
    }
}

/// What is known of a vault by those who hold it.
#[derive(Default)]
struct Kept {
    /// Its entries as of a count of changes, if they are few.
    shown: Option<(u64, Arc<[VaultEntry]>)>,
    /// What was compiled of its last state, for each way of matching that was asked for.
    compiled: Vec<Arc<Compiled>>,
    /// Its values as of the last state that was asked for.
    held: Option<Arc<Held>>,
    /// When it last lost an entry, as far as its owner said.
    era: Option<Era>,
}

/// What holders of a vault know of it without asking its owner.
#[derive(Clone, Default)]
pub(crate) struct Compilations(Arc<Mutex<Kept>>);

/// The vaults that have something compiled, the latest last. Standard and only ever tried: a forked child must
/// not wait for a lock that a thread of its parent held.
static HOLDERS: std::sync::Mutex<VecDeque<Weak<Mutex<Kept>>>> = std::sync::Mutex::new(VecDeque::new());

impl Compilations {
    /// What was compiled last for `strategy`.
    pub(crate) fn get(&self, strategy: Matching) -> Option<Arc<Compiled>> {
        self.0.lock().compiled.iter().find(|compiled| compiled.strategy == strategy).cloned()
    }

    /// Keeps `compiled` in place of what was compiled before; another vault's may have to go.
    pub(crate) fn put(&self, compiled: Arc<Compiled>) {
        let mut kept = self.0.lock();
        let first = kept.compiled.is_empty() && kept.held.is_none();
        kept.compiled.retain(|other| other.strategy != compiled.strategy);
        kept.compiled.push(compiled);
        drop(kept);
        if first {
            self.register();
        }
    }

    /// The values that were asked for last.
    pub(crate) fn held(&self) -> Option<Arc<Held>> {
        self.0.lock().held.clone()
    }

    /// Keeps values in place of those before; another vault's may have to go.
    pub(crate) fn hold(&self, held: Arc<Held>) {
        let mut kept = self.0.lock();
        let first = kept.compiled.is_empty() && kept.held.is_none();
        let before = kept.held.replace(held);
        drop(kept);
        drop(before);
        if first {
            self.register();
        }
    }

    /// Shows a vault's entries as they are now to all who hold it, if they are few. For its owner.
    pub(crate) fn publish(&self, state: &VaultState) {
        let few = (1..=SMALL).contains(&state.len());
        let shown = few.then(|| (state.count_of_changes(), state.as_entries().into()));
        let mut kept = self.0.lock();
        let before = std::mem::replace(&mut kept.shown, shown);
        // What was removed is to be gone.
        let lost = kept.era.replace(state.era()).is_some_and(|era| era != state.era());
        let stale = lost.then(|| (std::mem::take(&mut kept.compiled), kept.held.take()));
        drop(kept);
        drop((before, stale));
    }

    /// The entries as of a count of changes, if they are shown.
    pub(crate) fn shown(&self, version: u64) -> Option<Arc<[VaultEntry]>> {
        let kept = self.0.lock();
        kept.shown.as_ref().filter(|(of, _)| *of == version).map(|(_, entries)| Arc::clone(entries))
    }

    /// What stands for each value, if nothing has to be added to the vault as of a count of changes for it.
    pub(crate) fn known(&self, claims: &[Claim], version: u64) -> Option<Vec<Option<SecretText>>> {
        let entries = self.shown(version).filter(|_| claims.len() <= SMALL)?;
        let known = |claim: &Claim| {
            let fits =
                |entry: &&VaultEntry| entry.value == claim.value && claim.fits(entry.placeholder.as_str());
            if let Some(entry) = entries.iter().find(fits) {
                return Some(Some(entry.placeholder.clone()));
            }
            let known = entries.iter().any(|entry| entry.value == claim.value);
            (claim.if_known && !known).then_some(None)
        };
        claims.iter().map(known).collect()
    }

    /// Forgets all of it.
    pub(crate) fn clear(&self) {
        let dropped = std::mem::take(&mut *self.0.lock());
        drop(dropped);
    }

    /// Forgets what was compiled.
    fn forget(&self) {
        let mut kept = self.0.lock();
        let dropped = (std::mem::take(&mut kept.compiled), kept.held.take());
        drop(kept);
        drop(dropped);
    }

    fn register(&self) {
        let Ok(mut holders) = HOLDERS.try_lock() else { return };
        holders.push_back(Arc::downgrade(&self.0));
        let oldest = if holders.len() > KEPT { holders.pop_front() } else { None };
        drop(holders);
        if let Some(oldest) = oldest.and_then(|oldest| oldest.upgrade()) {
            Self(oldest).forget();
        }
    }
}

impl fmt::Debug for Compilations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compilations(..)")
    }
}
