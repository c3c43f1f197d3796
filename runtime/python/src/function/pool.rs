//! Worker threads for functions that are not asynchronous.
//!
//! The workers are Python's own threads, so that an interpreter on its way out knows how to leave them. They
//! wait here without the interpreter. A worker whose call was given up no longer counts: another may be
//! started in its place, until the function's own bound on such calls is reached. Nor does one that waits for
//! another function, which needs a worker itself: of those there is a bound, too, and then the call is refused.
//!
//! A function that has all workers does not keep others from running: one that runs nothing gets one beyond them.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;
use pyshield_engine::function::{FunctionError, State};
use pyshield_engine::lock::{Mutex, wait_until};
use pyshield_engine::runtime;

use crate::attach::attached;
use crate::function::body::Launch;
use crate::function::job::Job;
use crate::import::{Kept, imported};

/// Workers that may run functions at the same time.
const MOST: usize = 32;

/// Workers beyond them, for functions that run nothing.
const MOST_BEYOND: usize = 32;

/// Workers that may wait for functions that their own functions call.
const MOST_WAITING: usize = 256;

/// How long a worker waits for work before it ends; the last one stays.
const IDLE: Duration = Duration::from_secs(10);

struct Pool {
    generation: u64,
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    launches: Launches,
    /// Workers that wait, or are about to.
    idle: usize,
    /// Workers on their way.
    coming: usize,
    /// What the others run.
    running: Vec<Running>,
    closed: bool,
}

/// What a worker runs.
struct Running {
    state: Arc<State>,
    function: usize,
    /// Calls of other functions that it waits for.
    waits: usize,
}

thread_local! {
    /// What this thread runs, if it is a worker.
    static MINE: RefCell<Option<Arc<State>>> = const { RefCell::new(None) };
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

/// Whether a function runs nothing, but for calls that were given up.
fn rests(running: &[Running], function: usize) -> bool {
    running.iter().all(|running| running.function != function || running.state.is_given_up())
}

/// What waits for a worker: a line for each function, which take turns.
#[derive(Default)]
struct Launches {
    turns: VecDeque<usize>,
    by_function: HashMap<usize, VecDeque<Launch>>,
    count: usize,
}

impl Launches {
    fn push(&mut self, launch: Launch) {
        let function = launch.function();
        let line = self.by_function.entry(function).or_default();
        if line.is_empty() {
            self.turns.push_back(function);
        }
        line.push_back(launch);
        self.count += 1;
    }

    /// The first launch of the first function that may run.
    fn pop(&mut self, may: impl Fn(usize) -> bool) -> Option<Launch> {
        let at = self.turns.iter().position(|&function| may(function))?;
        let function = self.turns.remove(at)?;
        let line = self.by_function.get_mut(&function)?;
        let launch = line.pop_front()?;
        if line.is_empty() {
            self.by_function.remove(&function);
        } else {
            self.turns.push_back(function);
        }
        self.count -= 1;
        Some(launch)
    }
}

impl Queue {
    /// Workers, those aside whose call was given up, or who wait for another.
    fn workers(&self) -> usize {
        let works = |running: &&Running| running.waits == 0 && !running.state.is_given_up();
        let working = self.running.iter().filter(works).count();
        self.idle + self.coming + working
    }

    /// What a worker that counts as idle runs next: functions that run nothing come first.
    fn next(&mut self) -> Option<Launch> {
        let (running, within) = (&self.running, self.workers() <= MOST);
        let first = self.launches.pop(|function| rests(running, function));
        first.or_else(|| within.then(|| self.launches.pop(|_| true)).flatten())
    }

    /// Whether another worker is needed, and allowed, when a call of `function` came. Counts it as coming.
    fn wants_worker(&mut self, function: Option<usize>) -> bool {
        let workers = self.workers();
        let beyond =
            workers < MOST + MOST_BEYOND && function.is_some_and(|function| rests(&self.running, function));
        let wanted = self.launches.count > self.idle + self.coming && (workers < MOST || beyond);
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
    let function = launch.function();
    queue.launches.push(launch);
    let wanted = queue.wants_worker(Some(function));
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
        let started = attached(|py| {
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
    let lost = if nobody { std::mem::take(&mut queue.launches) } else { Launches::default() };
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
            let wanted = again.queue.lock().wants_worker(None);
            if wanted {
                start_worker();
            }
        });
        match Job::start(py, launch) {
            Ok(Some(job)) => {
                MINE.set(Some(state));
                return Ok(Some(job));
            }
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
    MINE.set(None);
    pool().done(job.get().state());
}

/// A worker that waits for a function which its own one calls. While this is there, another may take its place.
pub(super) struct Waiting {
    pool: Arc<Pool>,
    state: Arc<State>,
}

/// Says that this thread is going to wait for a function; `None` if it is no worker. An error if too many wait: a
/// function that calls itself would have a thread for each call.
pub(super) fn waiting() -> Result<Option<Waiting>, FunctionError> {
    let Some(state) = MINE.with_borrow(Clone::clone) else { return Ok(None) };
    let pool = pool();
    let mut queue = pool.queue.lock();
    let others = queue.running.iter().filter(|running| running.waits > 0).count();
    let Some(mine) = queue.running.iter_mut().find(|running| Arc::ptr_eq(&running.state, &state)) else {
        return Ok(None);
    };
    if mine.waits == 0 && others >= MOST_WAITING {
        return Err(FunctionError::Runtime(format!(
            "{MOST_WAITING} functions wait for others that they call, as many as allowed"
        )));
    }
    mine.waits += 1;
    let wanted = queue.wants_worker(None);
    drop(queue);
    if wanted {
        start_worker();
    }
    Ok(Some(Waiting { pool, state }))
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut queue = self.pool.queue.lock();
        if let Some(mine) = queue.running.iter_mut().find(|running| Arc::ptr_eq(&running.state, &self.state))
        {
            mine.waits -= 1;
        }
    }
}

impl Pool {
    /// Waits for an invocation, and says when it was taken.
    fn take(&self) -> Option<(Launch, Instant)> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(launch) = queue.next() {
                queue.idle -= 1;
                let (state, function) = (launch.invocation.run.state(), launch.function());
                queue.running.push(Running { state, function, waits: 0 });
                launch.invocation.run.taken();
                return Some((launch, Instant::now()));
            }
            // Those that were given up have come back, and others have taken their places.
            if queue.workers() > MOST {
                queue.idle -= 1;
                // What woke this one may be there for another.
                self.wake.notify_one();
                return None;
            }
            if queue.closed {
                queue.idle -= 1;
                drop(queue);
                self.wake.notify_all();
                return None;
            }
            let ready = |queue: &Queue| queue.closed || queue.launches.count > 0;
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
        if let Some(at) = queue.running.iter().position(|running| Arc::ptr_eq(&running.state, state)) {
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
