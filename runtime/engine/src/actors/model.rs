//! Actors that run models: one session and one thread each, one line of rows for all of a model's.
//!
//! As with scans, work does not travel as messages: rows stand in the model's line, and a free actor takes the
//! next batch at the last moment, so nothing ever waits for a batch to fill up. A message only wakes an actor
//! that sleeps.

mod actor;
mod running;
mod watch;
mod wide;

use std::fmt;
use std::io;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, mpsc};
use std::time::{Duration, Instant};

use actix::prelude::{Actor, Addr};
use actix_rt::ArbiterHandle;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::actors::scan::lower_priority;
use crate::actors::system::ActorSystem;
use crate::lock::{Mutex, wait_until};
use crate::model::ask::{Ask, AskError};
use crate::model::calibrate::{self, Calibration};
use crate::model::config::ModelConfig;
use crate::model::error::ModelFault;
use crate::model::lineup::{Batch, Lineup};
use crate::model::metrics::ModelMetrics;
use crate::model::provider;
use crate::model::pulse::Pulse;
use crate::model::session::{Session, Threading};
use crate::model::source::ModelSource;
use crate::model::window::Window;
use actor::{Drain, SessionActor};
use running::Run;
pub(crate) use running::Running;

/// How far a session's thread steps back (nice value): runs take milliseconds, the event loop's turns
/// microseconds.
const NICENESS: i32 = 10;

/// What the sessions of a model are made from.
pub(crate) struct Blueprint {
    pub(crate) source: ModelSource,
    pub(crate) config: Arc<ModelConfig>,
    /// The token that fills rows up.
    pub(crate) padding: u32,
    pub(crate) metrics: Arc<ModelMetrics>,
}

impl Blueprint {
    /// Loads a session, on the thread that will run it.
    fn open(&self) -> Result<Session, ModelFault> {
        self.open_with(Threading { threads: self.source.threads.unwrap_or(1).max(1), spins: false })
    }

    fn open_with(&self, threading: Threading) -> Result<Session, ModelFault> {
        let open = || Session::open(&self.source, &self.config, self.padding, threading);
        catch_unwind(open).unwrap_or(Err(ModelFault::Panicked))
    }
}

/// The sessions of one model.
pub(crate) struct SessionPool {
    blueprint: Blueprint,
    cores: usize,
    running: Arc<Running>,
    state: Mutex<State>,
    idle: Condvar,
    budget: AtomicUsize,
    provider: Mutex<&'static str>,
    own_norms: AtomicUsize,
    /// Milliseconds from `born` to the last question or answer.
    used: AtomicU64,
    born: Instant,
    /// Set by tests: the next run panics.
    poisoned: AtomicBool,
    /// Whether somebody looks after the runs, and what wakes them.
    watched: AtomicBool,
    stirred: Arc<Notify>,
}

struct State {
    line: Lineup,
    workers: Vec<Worker>,
    asleep: Vec<usize>,
    /// Which of the workers has a wide session as well.
    wide: Option<usize>,
    /// Sessions beyond the first that could not be loaded; the others do without them.
    broken: usize,
    closed: bool,
}

struct Worker {
    arbiter: ArbiterHandle,
    address: Option<Addr<SessionActor>>,
    pulse: Option<Arc<Pulse>>,
    /// Whether it runs something, or is about to.
    busy: bool,
    /// The rows of the run that goes on; none while it measures.
    keys: Vec<u128>,
}

impl SessionPool {
    /// Loads a model: one session to begin with, and the others beside the first requests.
    ///
    /// Blocks until the first session is there, and is warm. `tokio` is where its runs are looked after, `running`
    /// those of all models.
    pub(crate) fn start(
        system: &ActorSystem,
        tokio: &Handle,
        blueprint: Blueprint,
        cores: usize,
        running: &Arc<Running>,
    ) -> Result<Arc<Self>, ModelFault> {
        let pool = Arc::new(Self {
            blueprint,
            cores,
            running: Arc::clone(running),
            state: Mutex::new(State {
                line: Lineup::default(),
                workers: Vec::new(),
                asleep: Vec::new(),
                wide: None,
                broken: 0,
                closed: false,
            }),
            idle: Condvar::new(),
            budget: AtomicUsize::new(0),
            provider: Mutex::new(""),
            own_norms: AtomicUsize::new(0),
            used: AtomicU64::new(0),
            born: Instant::now(),
            poisoned: AtomicBool::new(false),
            watched: AtomicBool::new(false),
            stirred: Arc::default(),
        });
        tokio.spawn(watch::watch(Arc::downgrade(&pool)));
        let no_thread =
            |error: io::Error| ModelFault::Library(format!("no thread could be started: {error}"));
        pool.add_worker(system).map_err(no_thread)?;
        let (sender, receiver) = mpsc::sync_channel(1);
        pool.spawn(0, Some(sender));
        let calibration = receiver.recv().unwrap_or(Err(ModelFault::Closed));
        let calibration = match calibration {
            Ok(calibration) => calibration,
            Err(fault) => {
                pool.close(Instant::now());
                return Err(fault);
            }
        };
        let most = pool.blueprint.source.max_batch_tokens.unwrap_or(usize::MAX);
        pool.budget.store(calibration.batch_tokens.min(most), Ordering::Relaxed);
        let on_cpu = calibration.provider == provider::CPU;
        let workers = pool.blueprint.source.workers.unwrap_or(if on_cpu { cores } else { 1 }).max(1);
        pool.state.lock().wide = pool.blueprint.wide_slot(calibration.provider, workers, cores);
        for slot in 1..workers {
            pool.add_worker(system).map_err(no_thread)?;
            pool.spawn(slot, None);
        }
        Ok(pool)
    }

    fn add_worker(&self, system: &ActorSystem) -> io::Result<()> {
        let arbiter = system.arbiter()?;
        self.state.lock().workers.push(Worker {
            arbiter,
            address: None,
            pulse: None,
            busy: false,
            keys: Vec::new(),
        });
        Ok(())
    }

    /// Lines a question's rows up, each with the heads it is read for.
    pub(crate) fn submit(&self, ask: &Arc<Ask>, windows: Vec<(Window, u64)>) {
        self.touch();
        let rows = windows.len();
        let mut state = self.state.lock();
        if state.closed {
            drop(state);
            ask.fail(AskError::Fault(ModelFault::Closed));
            return;
        }
        let shared = state.line.push(ask, windows);
        let mut wake = Vec::new();
        for _ in shared..rows {
            let Some(slot) = state.wake_one() else { break };
            // An actor that died in its sleep is started anew by its own `Drop`, and then looks at the line.
            wake.extend(state.workers[slot].address.clone());
        }
        drop(state);
        self.blueprint.metrics.shared_rows.add(shared as u64);
        for address in wake {
            address.do_send(Drain);
        }
    }

    /// Somebody asked something, or was answered: the time of being idle begins anew.
    fn touch(&self) {
        self.used.store(self.born.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// Gives up on a session that could not be loaded, unless it is the last: somebody has to say what is wrong.
    fn spare(&self) -> bool {
        let mut state = self.state.lock();
        let spared = state.broken + 1 < state.workers.len();
        if spared {
            state.broken += 1;
        }
        drop(state);
        self.idle.notify_all();
        spared
    }

    /// The execution provider in force.
    pub(crate) fn provider(&self) -> &'static str {
        *self.provider.lock()
    }

    /// How many norms of the graph are computed by the runtime's own operator.
    pub(crate) fn own_norms(&self) -> usize {
        self.own_norms.load(Ordering::Relaxed)
    }

    /// Tokens of a batch.
    pub(crate) fn batch_tokens(&self) -> usize {
        self.budget.load(Ordering::Relaxed)
    }

    /// Rows that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state.lock().line.waiting()
    }

    /// Sessions that could take work.
    pub(crate) fn strength(&self) -> usize {
        let state = self.state.lock();
        state.workers.iter().filter(|worker| worker.pulse.is_some()).count()
    }

    /// For how long nobody has asked anything, nor was answered.
    pub(crate) fn idle_for(&self) -> Duration {
        let used = Duration::from_millis(self.used.load(Ordering::Relaxed));
        if self.state.lock().line.is_empty() {
            self.born.elapsed().saturating_sub(used)
        } else {
            Duration::ZERO
        }
    }

    /// Makes the next run panic.
    pub(crate) fn poison(&self) {
        self.poisoned.store(true, Ordering::Relaxed);
    }

    /// Takes no more rows, answers those that wait, ends the runs that go on and waits until all sessions are
    /// idle or `deadline` has passed. Whether all became idle.
    pub(crate) fn close(&self, deadline: Instant) -> bool {
        let mut state = self.state.lock();
        state.closed = true;
        let waiting = state.line.clear();
        let running: Vec<_> = state.workers.iter().filter_map(|worker| worker.pulse.clone()).collect();
        drop(state);
        for ask in &waiting {
            ask.fail(AskError::Fault(ModelFault::Closed));
        }
        drop(waiting);
        for pulse in running {
            pulse.close();
        }
        let all_asleep = |state: &State| state.asleep.len() + state.broken >= state.workers.len();
        let (mut state, idle) = wait_until(&self.idle, self.state.lock(), deadline, all_asleep);
        let workers = std::mem::take(&mut state.workers);
        state.asleep.clear();
        drop(state);
        for worker in workers {
            drop(worker.address);
            worker.arbiter.stop();
        }
        idle
    }

    /// Waits for a turn, if its runs take one of the cores.
    fn turn(&self) -> Option<Run<'_>> {
        (self.provider() == provider::CPU).then(|| self.running.begin())
    }

    /// The next batch, or `None` after marking the actor asleep; both under one lock, so no wake-up is lost.
    fn next(&self, slot: usize) -> Option<Batch> {
        let now = Instant::now();
        let mut state = self.state.lock();
        let formed = state.line.form(self.batch_tokens().max(1), now);
        let empty = formed.batch.keys.is_empty();
        if empty {
            if !state.asleep.contains(&slot) {
                state.asleep.push(slot);
            }
        } else {
            state.line.started(&formed.batch);
        }
        drop(state);
        if !formed.expired.is_empty() {
            self.blueprint.metrics.expired.add(formed.expired.len() as u64);
            formed.expired.iter().for_each(|ask| ask.expire());
        }
        if empty {
            self.idle.notify_all();
            return None;
        }
        Some(formed.batch)
    }

    /// Starts the actor of `slot` on its arbiter. The first one calibrates, and says how that went.
    fn spawn(
        self: &Arc<Self>,
        slot: usize,
        first: Option<mpsc::SyncSender<Result<Calibration, ModelFault>>>,
    ) {
        let arbiter = self.state.lock().workers.get(slot).map(|worker| worker.arbiter.clone());
        let Some(arbiter) = arbiter else { return };
        let pool = Arc::downgrade(self);
        arbiter.spawn_fn(move || {
            let Some(strong) = pool.upgrade() else { return };
            lower_priority(NICENESS);
            let mut actor = SessionActor { pool, slot, session: None, wide: None };
            strong.run_begins(slot, &[]);
            let calibrated = actor.open(&strong).and_then(|session| {
                let _turn = strong.turn();
                match &first {
                    Some(_) => calibrate::run(session),
                    None => calibrate::warm(session),
                }
            });
            strong.run_ended(slot);
            let failed = calibrated.is_err();
            if let Some(first) = first {
                let _ = first.send(calibrated);
                if failed {
                    return;
                }
            } else if failed && strong.spare() {
                return;
            }
            actor.widen(&strong);
            let address = actor.start();
            address.do_send(Drain);
            if let Some(worker) = strong.state.lock().workers.get_mut(slot) {
                worker.address = Some(address);
            }
        });
    }
}

impl State {
    /// A worker that sleeps, if one does: the one for texts that are alone if there is a choice.
    fn wake_one(&mut self) -> Option<usize> {
        let wide = self.wide.and_then(|wide| self.asleep.iter().position(|slot| *slot == wide));
        match wide {
            Some(at) => Some(self.asleep.swap_remove(at)),
            None => self.asleep.pop(),
        }
    }
}

impl Drop for SessionPool {
    fn drop(&mut self) {
        // Nobody is left who could ask: the threads end when they have finished what they do.
        for worker in self.state.lock().workers.drain(..) {
            worker.arbiter.stop();
        }
        self.stirred.notify_one();
    }
}

impl fmt::Debug for SessionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPool").field("provider", &self.provider()).finish_non_exhaustive()
    }
}
