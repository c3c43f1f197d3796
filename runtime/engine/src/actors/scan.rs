//! Actors that scan: one thread each, one queue for all of a pool.
//!
//! Jobs do not travel as messages. They wait in the pool's queue, from which whichever actor is free takes
//! the oldest; a message only wakes an actor that sleeps. So a burst costs one wake-up, no actor's mailbox
//! can fill up, and no job waits behind a long one while another actor idles. The queue itself is bounded
//! by admission.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Weak};
use std::time::Instant;

use actix::prelude::{Actor, Addr, Context, Handler, Message};
use actix_rt::ArbiterHandle;

use crate::actors::system::ActorSystem;
use crate::job::Job;
use crate::lock::{Mutex, wait_until};

/// Queued work worth another thread, per thread awake: waking one costs several microseconds on the
/// thread that submits.
const WAKE_NS: u64 = 50_000;

/// The queue is searched for cancelled jobs when it has grown to twice what the last search left, and
/// never below this many.
const PURGE_FROM: usize = 64;

/// Scanning actors that share a queue.
pub(crate) struct ScanPool {
    state: Mutex<State>,
    idle: Condvar,
    restarts: AtomicU64,
    niceness: i32,
}

struct State {
    queue: VecDeque<Job>,
    backlog_ns: u64,
    purge_at: usize,
    actors: Vec<Slot>,
    /// Slots of actors that sleep.
    asleep: Vec<usize>,
    closed: bool,
}

struct Slot {
    arbiter: ArbiterHandle,
    address: Option<Addr<ScanActor>>,
}

impl ScanPool {
    /// Starts `size` actors, each on an arbiter of its own, at `niceness` (Linux; 0 is normal).
    pub(crate) fn start(system: &ActorSystem, size: usize, niceness: i32) -> io::Result<Arc<Self>> {
        let size = size.max(1);
        let mut actors = Vec::with_capacity(size);
        for _ in 0..size {
            actors.push(Slot { arbiter: system.arbiter()?, address: None });
        }
        let state = State {
            queue: VecDeque::new(),
            backlog_ns: 0,
            purge_at: PURGE_FROM,
            asleep: Vec::with_capacity(size),
            actors,
            closed: false,
        };
        let pool = Arc::new(Self {
            state: Mutex::new(state),
            idle: Condvar::new(),
            restarts: AtomicU64::new(0),
            niceness,
        });
        for slot in 0..size {
            pool.spawn(slot);
        }
        Ok(pool)
    }

    /// Queues a job and wakes an actor if that is worth it. After [`ScanPool::close`] the job is dropped,
    /// which answers it.
    pub(crate) fn submit(&self, job: Job) {
        let mut state = self.state.lock();
        if state.closed {
            drop(state);
            drop(job);
            return;
        }
        let gone = state.purge();
        state.backlog_ns = state.backlog_ns.saturating_add(job.cost_ns());
        state.queue.push_back(job);
        let awake = (state.actors.len() - state.asleep.len()) as u64;
        let worth_it = awake == 0 || state.backlog_ns > awake.saturating_mul(WAKE_NS);
        let address = if worth_it { state.wake_one() } else { None };
        // Dropping jobs runs callers' code: never under the lock.
        drop(state);
        drop(gone);
        if let Some(address) = address {
            address.do_send(Drain);
        }
    }

    /// Times an actor was started anew.
    pub(crate) fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// Actors that could take work.
    pub(crate) fn strength(&self) -> usize {
        let state = self.state.lock();
        state.actors.iter().filter(|slot| slot.address.as_ref().is_some_and(Addr::connected)).count()
    }

    /// Takes no more jobs, drops the queued ones (which answers them), and waits until every actor is
    /// idle or `deadline` has passed. Whether all became idle.
    pub(crate) fn close(&self, deadline: Instant) -> bool {
        let mut state = self.state.lock();
        state.closed = true;
        let queued = std::mem::take(&mut state.queue);
        drop(state);
        drop(queued);
        let all_asleep = |state: &State| state.asleep.len() >= state.actors.len();
        wait_until(&self.idle, self.state.lock(), deadline, all_asleep).1
    }

    /// The next job, or `None` after marking the actor asleep. Both happen under one lock, so a job that
    /// is queued meanwhile is either seen here or finds the actor asleep and wakes it.
    fn next(&self, slot: usize) -> Option<Job> {
        let mut state = self.state.lock();
        if let Some(job) = state.queue.pop_front() {
            state.backlog_ns = state.backlog_ns.saturating_sub(job.cost_ns());
            return Some(job);
        }
        state.backlog_ns = 0;
        if !state.asleep.contains(&slot) {
            state.asleep.push(slot);
        }
        drop(state);
        self.idle.notify_all();
        None
    }

    /// Starts the actor of `slot` on its arbiter. It begins by looking at the queue.
    fn spawn(self: &Arc<Self>, slot: usize) {
        let arbiter = self.state.lock().actors[slot].arbiter.clone();
        let pool = Arc::clone(self);
        arbiter.spawn_fn(move || {
            lower_priority(pool.niceness);
            let address = ScanActor { pool: Arc::downgrade(&pool), slot }.start();
            address.do_send(Drain);
            pool.state.lock().actors[slot].address = Some(address);
        });
    }
}

impl State {
    fn wake_one(&mut self) -> Option<Addr<ScanActor>> {
        let slot = self.asleep.pop()?;
        // An actor that died in its sleep is started anew by its own `Drop`, and then looks at the queue.
        self.actors[slot].address.clone()
    }

    /// Takes out the jobs nobody waits for any more, once there may be many: amortised constant time.
    fn purge(&mut self) -> VecDeque<Job> {
        if self.queue.len() < self.purge_at {
            return VecDeque::new();
        }
        let (live, gone) = self.queue.drain(..).partition(|job| !job.is_cancelled());
        self.queue = live;
        self.backlog_ns = self.queue.iter().map(Job::cost_ns).fold(0, u64::saturating_add);
        self.purge_at = PURGE_FROM.max(self.queue.len() * 2);
        gone
    }
}

impl fmt::Debug for ScanPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanPool").field("restarts", &self.restarts()).finish_non_exhaustive()
    }
}

/// An actor that takes jobs from its pool's queue until it is empty.
struct ScanActor {
    pool: Weak<ScanPool>,
    slot: usize,
}

impl Actor for ScanActor {
    type Context = Context<Self>;
}

impl Drop for ScanActor {
    /// actix does not supervise a panicking handler: the mailbox just closes. So the actor's own end is
    /// what starts its successor.
    fn drop(&mut self) {
        let Some(pool) = self.pool.upgrade() else { return };
        let mut state = pool.state.lock();
        if state.closed {
            return;
        }
        let slot = self.slot;
        let dead = state.actors[slot].address.take();
        state.asleep.retain(|asleep| *asleep != slot);
        drop(state);
        drop(dead);
        pool.restarts.fetch_add(1, Ordering::Relaxed);
        pool.spawn(slot);
    }
}

/// Look at the queue.
struct Drain;

impl Message for Drain {
    type Result = ();
}

impl Handler<Drain> for ScanActor {
    type Result = ();

    fn handle(&mut self, _: Drain, _: &mut Context<Self>) {
        let Some(pool) = self.pool.upgrade() else { return };
        while let Some(job) = pool.next(self.slot) {
            // Scanners are guarded one by one; this is for everything around them. The job answers in
            // its own `Drop`.
            if catch_unwind(AssertUnwindSafe(|| job.run())).is_err() {
                tracing::error!("a scan job panicked outside its scanners");
            }
        }
    }
}

/// Gives way to the event loop: scans of large texts must not delay it. Linux keeps a priority per thread;
/// elsewhere it is the whole process's, so it is left alone.
pub(crate) fn lower_priority(niceness: i32) {
    #[cfg(target_os = "linux")]
    if niceness > 0 {
        let _ = rustix::process::setpriority_process(None, niceness);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = niceness;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::actors::eventually;

    /// A message whose handler panics: what no handler of ours may do.
    struct Break;

    impl Message for Break {
        type Result = ();
    }

    impl Handler<Break> for ScanActor {
        type Result = ();

        fn handle(&mut self, _: Break, _: &mut Context<Self>) {
            panic!("broken on purpose");
        }
    }

    #[test]
    fn an_actor_that_dies_is_replaced() {
        let system = ActorSystem::start().unwrap();
        let pool = ScanPool::start(&system, 2, 0).unwrap();
        eventually(|| pool.strength() == 2);
        for round in 1..=20 {
            let address = pool.state.lock().actors[round % 2].address.clone().unwrap();
            address.do_send(Break);
            eventually(|| pool.restarts() == round as u64 && pool.strength() == 2);
        }
        assert!(pool.close(Instant::now() + Duration::from_secs(20)));
        system.stop();
    }
}
