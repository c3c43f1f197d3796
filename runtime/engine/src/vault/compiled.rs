//! A vault's entries, compiled for putting them back.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Weak};

use pyshield_core::restore::{Form, Matching, Restored, Restorer, percent_encode};
use pyshield_core::{Interrupt, ScannerError, Text, Verdict};

use super::VaultEntry;
use super::redis::Stamp;
use crate::lock::Mutex;

/// For how many vaults what was compiled is kept at one time: some kilobytes for each.
const KEPT: usize = 4_096;

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
    entries: Vec<VaultEntry>,
    pub(crate) restorer: Restorer,
}

impl Compiled {
    pub(crate) fn new(
        seen: Seen,
        entries: Vec<VaultEntry>,
        strategy: Matching,
    ) -> Result<Self, ScannerError> {
        let placeholders = entries.iter().map(|entry| entry.placeholder.as_str().into()).collect();
        Ok(Self { seen, strategy, entries, restorer: Restorer::new(placeholders, strategy)? })
    }

    /// A verdict that passes, with an edit for every placeholder in the text.
    pub(crate) fn restore(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Verdict, ScannerError> {
        let mut verdict = Verdict::pass();
        for found in self.restorer.find(text, interrupt)? {
            let Some(value) = self.value(&found) else { continue };
            // No finding: that would carry the value into everything that lists findings.
            verdict.edit(found.span, 1.0, &value)?;
        }
        Ok(verdict)
    }

    /// Whether compiling it takes no time to speak of.
    pub(crate) const fn is_small(&self) -> bool {
        self.entries.len() <= 64
    }

    /// What a placeholder stands for, as it is to be written.
    pub(crate) fn value(&self, found: &Restored) -> Option<Arc<str>> {
        let value = self.entries.get(found.index)?.value.as_str();
        Some(match found.form {
            Form::Plain => value.into(),
            Form::Percent => percent_encode(value).into(),
        })
    }
}

type Kept = Mutex<Vec<Arc<Compiled>>>;

/// What was compiled of a vault's last state, for each way of matching that was asked for.
#[derive(Clone, Default)]
pub(crate) struct Compilations(Arc<Kept>);

/// The vaults that have something compiled, the latest last. Standard and only ever tried: a forked child must
/// not wait for a lock that a thread of its parent held.
static HOLDERS: std::sync::Mutex<VecDeque<Weak<Kept>>> = std::sync::Mutex::new(VecDeque::new());

impl Compilations {
    pub(crate) fn get(&self, strategy: Matching) -> Option<Arc<Compiled>> {
        self.0.lock().iter().find(|compiled| compiled.strategy == strategy).cloned()
    }

    /// Keeps `compiled` in place of what was compiled before; another vault's may have to go.
    pub(crate) fn put(&self, compiled: Arc<Compiled>) {
        let mut kept = self.0.lock();
        let first = kept.is_empty();
        kept.retain(|other| other.strategy != compiled.strategy);
        kept.push(compiled);
        drop(kept);
        if first {
            self.register();
        }
    }

    pub(crate) fn clear(&self) {
        let dropped = std::mem::take(&mut *self.0.lock());
        drop(dropped);
    }

    fn register(&self) {
        let Ok(mut holders) = HOLDERS.try_lock() else { return };
        holders.push_back(Arc::downgrade(&self.0));
        let oldest = if holders.len() > KEPT { holders.pop_front() } else { None };
        drop(holders);
        if let Some(oldest) = oldest.and_then(|oldest| oldest.upgrade()) {
            Self(oldest).clear();
        }
    }
}

impl fmt::Debug for Compilations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compilations(..)")
    }
}
