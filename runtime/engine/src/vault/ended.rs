//! Word of sessions that ended by themselves, for whoever wants to hear it. No word of what they held.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::End;
use crate::lock::Mutex;

/// How many ends may wait to be heard; further ones are only counted.
const WAITING: usize = 16_384;

/// A session that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its name.
    pub session: Arc<str>,
    /// Why.
    pub end: End,
    /// How many entries it had.
    pub entries: usize,
    /// What they counted for in [`super::VaultLimits`].
    pub bytes: usize,
}

/// Ends that wait to be heard. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    waiting: Arc<Mutex<VecDeque<Ended>>>,
    untold: Arc<AtomicU64>,
}

impl Ends {
    /// Those that wait, in the order they came.
    pub fn take(&self) -> VecDeque<Ended> {
        std::mem::take(&mut *self.waiting.lock())
    }
}

/// Tells of ends as they come.
pub struct Listener {
    ends: Ends,
    wake: Box<dyn Fn() + Send>,
}

impl Listener {
    /// Puts what there is to tell into `ends`, and calls `wake` when that was empty: on the thread that all vaults
    /// share, so it must be quick.
    pub fn new(ends: Ends, wake: impl Fn() + Send + 'static) -> Self {
        Self { ends, wake: Box::new(wake) }
    }

    pub(super) fn tell(&self, ended: Ended) {
        let mut waiting = self.ends.waiting.lock();
        if waiting.len() >= WAITING {
            drop(waiting);
            self.ends.untold.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let first = waiting.is_empty();
        waiting.push_back(ended);
        drop(waiting);
        if first {
            (self.wake)();
        }
    }

    pub(super) fn untold(&self) -> u64 {
        self.ends.untold.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener(..)")
    }
}
