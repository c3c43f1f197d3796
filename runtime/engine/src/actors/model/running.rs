//! The runs of all models of the process: as many at once as there are cores.
//!
//! Each model has a session for each core, and several models would take one another's cores. So an actor waits for
//! its turn before it takes a batch. Turns are given in the order in which they were asked for.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, PoisonError};

use crate::lock::Mutex;

/// Who runs, and who waits for a turn.
#[derive(Debug)]
pub(crate) struct Running {
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// Nobody waits while a turn is left.
    waiting: VecDeque<Arc<Turn>>,
    /// The runtime shuts down: nobody waits any more.
    lifted: bool,
}

/// One that is waited for.
#[derive(Debug, Default)]
struct Turn {
    given: std::sync::Mutex<bool>,
    woken: Condvar,
}

/// A turn, until it is dropped.
pub(super) struct Run<'a> {
    running: &'a Running,
    /// Whether it was the only one when it began.
    pub(super) alone: bool,
}

impl Running {
    /// No more than `most` runs at once, at least one.
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), state: Mutex::default() }
    }

    /// Waits for a turn. Never to be called by whoever has one.
    pub(super) fn begin(&self) -> Run<'_> {
        let mut state = self.state.lock();
        if state.lifted || state.running < self.most {
            state.running += 1;
            return Run { running: self, alone: state.running == 1 };
        }
        let turn = Arc::<Turn>::default();
        state.waiting.push_back(Arc::clone(&turn));
        drop(state);
        turn.wait();
        Run { running: self, alone: false }
    }

    /// Lets everybody run, now and from here on: nobody who is to end waits for another's run.
    pub(crate) fn lift(&self) {
        let mut state = self.state.lock();
        state.lifted = true;
        state.running += state.waiting.len();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for turn in waiting {
            turn.give();
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let mut state = self.running.state.lock();
        // The turn goes from hand to hand: who comes later finds none left.
        let Some(next) = state.waiting.pop_front() else {
            state.running -= 1;
            return;
        };
        drop(state);
        next.give();
    }
}

impl Turn {
    fn wait(&self) {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.woken.wait_while(given, |given| !*given));
    }

    fn give(&self) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.woken.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;
    use crate::actors::eventually;

    #[test]
    fn no_more_run_at_once_than_there_are_turns() {
        let (running, now, most) = (Running::new(3), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _turn = running.begin();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 3);
        assert!(running.begin().alone, "all turns were given back");
    }

    #[test]
    fn turns_come_in_order() {
        let running = Running::new(1);
        let (sender, order) = mpsc::channel();
        let held = running.begin();
        std::thread::scope(|scope| {
            for at in 0..8 {
                let (running, sender) = (&running, sender.clone());
                scope.spawn(move || {
                    let _turn = running.begin();
                    sender.send(at).unwrap();
                });
                eventually(|| running.state.lock().waiting.len() == at + 1);
            }
            drop(held);
        });
        drop(sender);
        assert_eq!(order.iter().collect::<Vec<_>>(), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_run_that_panics_gives_its_turn_back() {
        let running = Running::new(1);
        let run = std::panic::AssertUnwindSafe(|| {
            let _turn = running.begin();
            panic!("broken on purpose");
        });
        assert!(std::panic::catch_unwind(run).is_err());
        assert!(running.begin().alone);
    }

    #[test]
    fn nobody_waits_at_the_end() {
        let running = Running::new(1);
        let held = running.begin();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| drop(running.begin()));
            eventually(|| running.state.lock().waiting.len() == 1);
            running.lift();
            waits.join().unwrap();
            drop(running.begin());
        });
        drop(held);
        assert_eq!(running.state.lock().running, 0);
    }
}
