//! Worker threads for functions that are not asynchronous.
//!
//! The workers are Python's own threads, so that an interpreter on its way out knows how to leave them. They
//! wait here without the interpreter. A worker whose call was given up no longer counts: another may be
//! started in its place, until the function's own bound on such calls is reached.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;
use pyshield_engine::function::State;
use pyshield_engine::lock::{Mutex, wait_until};
use pyshield_engine::runtime;

use crate::function::body::Launch;
use crate::function::job::Job;
use crate::import::{Kept, imported};

/// Workers that may run functions at the same time.
const MOST: usize = 32;

/// How long a worker waits for work before it ends; the last one stays.
const IDLE: Duration = Duration::from_secs(10);

struct Pool {
    generation: u64,
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    launches: VecDeque<Launch>,
    /// Workers that wait, or are about to.
    idle: usize,
    /// Workers on their way.
    coming: usize,
    /// What the others run.
    running: Vec<Arc<State>>,
    closed: bool,
}

/// No lock: see `pyshield_engine::runtime`.
static POOL: ArcSwapOption<Pool> = ArcSwapOption::const_empty();

/// The pool of this process.
fn pool() -> Arc<Pool> {
    let generation = runtime::generation();
    let known = POOL.load();
    if let Some(pool) = known.as_ref().filter(|pool| pool.generation == generation) {
        return Arc::clone(pool);
    }
    let fresh = Arc::new(Pool { generation, queue: Mutex::default(), wake: Condvar::new() });
    // The parent's pool is not dropped: its lock may have been held by a thread that is not here.
    std::mem::forget(POOL.compare_and_swap(&*known, Some(Arc::clone(&fresh))));
    std::mem::forget(known);
    POOL.load_full().unwrap_or(fresh)
}

impl Queue {
    /// Workers, those aside whose call was given up.
    fn workers(&self) -> usize {
        let working = self.running.iter().filter(|state| !state.is_given_up()).count();
        self.idle + self.coming + working
    }

    /// Whether another worker is needed, and allowed. Counts it as coming.
    fn wants_worker(&mut self) -> bool {
        let wanted = self.launches.len() > self.idle + self.coming && self.workers() < MOST;
        self.coming += usize::from(wanted && !self.closed);
        wanted && !self.closed
    }
}

/// Queues an invocation. From any thread, without the interpreter.
pub(super) fn push(launch: Launch) {
    let pool = pool();
    let mut queue = pool.queue.lock();
    if queue.closed {
        drop(queue);
        // Dropping the launch answers the call.
        return;
    }
    queue.launches.push_back(launch);
    let wanted = queue.wants_worker();
    drop(queue);
    pool.wake.notify_one();
    if wanted {
        start_worker();
    }
}

/// Starts a Python thread, from one that does not hold the interpreter and must not wait for it.
fn start_worker() {
    static START: Kept = Kept::new();
    let began = std::thread::Builder::new().name("pyshield-start".to_owned()).spawn(|| {
        let started = Python::try_attach(|py| {
            let start = imported(py, &START, "pyshield.functions._target", "start_worker");
            start.and_then(|start| start.call0().map(drop)).is_ok()
        });
        if started != Some(true) {
            not_coming();
        }
    });
    if began.is_err() {
        not_coming();
    }
}

/// A worker that was on its way is not. Without any, nobody would answer what is queued.
fn not_coming() {
    let pool = pool();
    let mut queue = pool.queue.lock();
    queue.coming = queue.coming.saturating_sub(1);
    let nobody = queue.idle + queue.coming + queue.running.len() == 0;
    let lost = if nobody { std::mem::take(&mut queue.launches) } else { VecDeque::new() };
    drop(queue);
    drop(lost);
}

/// The next run for a worker thread that has none; `None` when it should end.
#[pyfunction]
#[pyo3(signature = (first, /))]
pub(crate) fn _functions_next(py: Python<'_>, first: bool) -> PyResult<Option<Job>> {
    let pool = pool();
    if first {
        pool.arrive();
    }
    loop {
        let Some((launch, taken)) = py.detach(|| pool.take()) else { return Ok(None) };
        if let Some(metrics) = &launch.metrics {
            metrics.waited_for_lock(taken.elapsed());
        }
        let state = launch.invocation.run.state();
        let again = Arc::clone(&pool);
        // When the call is given up, its place among the workers is free.
        state.stopped_by(move || {
            let wanted = again.queue.lock().wants_worker();
            if wanted {
                start_worker();
            }
        });
        match Job::start(py, launch) {
            Ok(Some(job)) => return Ok(Some(job)),
            Ok(None) => pool.done(&state),
            Err(error) => {
                pool.done(&state);
                error.write_unraisable(py, None);
            }
        }
    }
}

/// Tells that a worker is done with the run it was given.
#[pyfunction]
#[pyo3(signature = (job, /))]
pub(crate) fn _functions_done(job: &Bound<'_, Job>) {
    pool().done(job.get().state());
}

impl Pool {
    /// Waits for an invocation, and says when it was taken.
    fn take(&self) -> Option<(Launch, Instant)> {
        let mut queue = self.queue.lock();
        loop {
            // Those that were given up have come back, and others have taken their places.
            if queue.workers() > MOST {
                queue.idle -= 1;
                // What woke this one may be there for another.
                self.wake.notify_one();
                return None;
            }
            if let Some(launch) = queue.launches.pop_front() {
                queue.idle -= 1;
                queue.running.push(launch.invocation.run.state());
                launch.invocation.run.taken();
                return Some((launch, Instant::now()));
            }
            if queue.closed {
                queue.idle -= 1;
                drop(queue);
                self.wake.notify_all();
                return None;
            }
            let ready = |queue: &Queue| queue.closed || !queue.launches.is_empty();
            let (guard, in_time) = wait_until(&self.wake, queue, Instant::now() + IDLE, ready);
            queue = guard;
            if !in_time && queue.idle > 1 {
                queue.idle -= 1;
                return None;
            }
        }
    }

    /// A worker is there. From one state to the next in one step, so that none is ever counted twice or not
    /// at all.
    fn arrive(&self) {
        let mut queue = self.queue.lock();
        queue.coming = queue.coming.saturating_sub(1);
        queue.idle += 1;
    }

    fn done(&self, state: &Arc<State>) {
        let mut queue = self.queue.lock();
        if let Some(at) = queue.running.iter().position(|running| Arc::ptr_eq(running, state)) {
            queue.running.swap_remove(at);
            queue.idle += 1;
        }
    }
}

/// Lets the workers that wait end, and waits for them.
pub(super) fn close(timeout: Duration) {
    let Some(pool) = POOL.load_full().filter(|pool| pool.generation == runtime::generation()) else { return };
    let mut queue = pool.queue.lock();
    queue.closed = true;
    let lost = std::mem::take(&mut queue.launches);
    drop(queue);
    drop(lost);
    pool.wake.notify_all();
    let left = wait_until(&pool.wake, pool.queue.lock(), Instant::now() + timeout, |queue| queue.idle == 0);
    drop(left);
}
