//! Looks after runs that do not end: those nobody waits for any more, and those that take longer than allowed.
//!
//! A graph may loop for as long as a text tells it to. Its session would be lost to everybody else.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::{SessionPool, State};
use crate::model::provider;

/// How long there is between two looks, while anything runs.
const LOOK: Duration = Duration::from_millis(200);

/// How long a run may go on that nobody waits for: most end by themselves sooner.
const UNWANTED: Duration = Duration::from_millis(200);

/// How long one run may take on a CPU if the declaration does not say. Elsewhere there is no such bound: a
/// provider may compile the graph within the first run.
const USUAL: Duration = Duration::from_mins(2);

impl SessionPool {
    /// Has somebody look after the run of these rows that begins.
    pub(super) fn run_begins(&self, slot: usize, keys: &[u128]) {
        if let Some(worker) = self.state.lock().workers.get_mut(slot) {
            worker.busy = true;
            worker.keys.extend_from_slice(keys);
        }
        if !self.watched.swap(true, Ordering::AcqRel) {
            self.stirred.notify_one();
        }
    }

    /// The run has ended, in whatever way.
    pub(super) fn run_ended(&self, slot: usize) {
        if let Some(worker) = self.state.lock().workers.get_mut(slot) {
            worker.busy = false;
            worker.keys.clear();
        }
    }

    /// How long one run may take.
    fn longest_run(&self) -> Option<Duration> {
        let declared = self.blueprint.source.run_timeout.map(Duration::from_millis);
        declared.or_else(|| (self.provider() == provider::CPU).then_some(USUAL))
    }

    /// Stops what should not go on. Whether anything runs.
    fn look(&self, now: Instant) -> bool {
        let longest = self.longest_run();
        // Runs that begin from here on are for the next look.
        self.watched.store(false, Ordering::Release);
        let state = self.state.lock();
        let mut any = false;
        for worker in state.workers.iter().filter(|worker| worker.busy) {
            any = true;
            let Some(pulse) = &worker.pulse else { continue };
            let Some(running) = pulse.running_for(now) else { continue };
            match longest {
                Some(longest) if running >= longest => pulse.stop(longest),
                _ if running >= UNWANTED && is_unwanted(&state, &worker.keys, now) => pulse.stop(UNWANTED),
                _ => {}
            }
        }
        drop(state);
        if any {
            self.watched.store(true, Ordering::Release);
        }
        any
    }
}

/// Whether nobody waits for any of these rows. Without rows it is the run that measures.
fn is_unwanted(state: &State, keys: &[u128], now: Instant) -> bool {
    !keys.is_empty() && !keys.iter().any(|key| state.line.is_wanted(*key, now))
}

/// Looks after the runs of a model's sessions, as long as there are any.
pub(super) async fn watch(pool: Weak<SessionPool>) {
    loop {
        let Some(strong) = pool.upgrade() else { return };
        let (busy, stirred) = (strong.look(Instant::now()), Arc::clone(&strong.stirred));
        drop(strong);
        if busy {
            tokio::time::sleep(LOOK).await;
        } else {
            stirred.notified().await;
        }
    }
}
