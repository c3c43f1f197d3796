//! The threads of this process: one tokio runtime, one actor system, one rayon pool.
//!
//! They start with the first request that needs them and live until the process ends. A forked child
//! inherits none of its parent's threads, so it starts its own: see [`forked`].

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use crate::actors::model::{Blueprint, Running, SessionPool};
use crate::actors::scan::{ScanPool, lower_priority};
use crate::actors::system::ActorSystem;
use crate::actors::vault::VaultService;
use crate::error::EngineError;
use crate::lock::Mutex;
use crate::model::error::ModelFault;
use crate::vault::{Listener, VaultLimits, VaultOptions};

/// Work above this, in nanoseconds, goes to the pool for large texts, so that short requests never wait
/// behind it.
const LARGE_NS: u64 = 2_000_000;

/// How often a thread that waits is asked whether it still wants to: so soon does Ctrl-C end its call.
const PATIENCE: Duration = Duration::from_millis(50);

pub(crate) const SHUT_DOWN: EngineError = EngineError::Closed("the runtime shut down during the scan");

/// How far threads with long work step back (nice value).
const LARGE_NICENESS: i32 = 10;

/// No lock: another thread might hold it at the moment of a fork, and then the child could never take it.
static CURRENT: ArcSwapOption<Runtime> = ArcSwapOption::const_empty();
static GENERATION: AtomicU64 = AtomicU64::new(0);
static CLOSED: AtomicBool = AtomicBool::new(false);

/// The threads of this process.
#[derive(Debug)]
pub struct Runtime {
    tokio: Mutex<Option<tokio::runtime::Runtime>>,
    handle: tokio::runtime::Handle,
    system: ActorSystem,
    small: Arc<ScanPool>,
    large: Arc<ScanPool>,
    vaults: VaultService,
    vault_arbiter: actix_rt::ArbiterHandle,
    bulk: rayon::ThreadPool,
    /// Models that are loaded, to be closed with the rest.
    models: Mutex<Vec<Weak<SessionPool>>>,
    /// Their runs.
    running: Arc<Running>,
}

/// The runtime of this process, started if need be.
pub fn current() -> Result<Arc<Runtime>, EngineError> {
    if let Some(runtime) = &*CURRENT.load() {
        return Ok(Arc::clone(runtime));
    }
    if CLOSED.load(Ordering::Acquire) {
        return Err(EngineError::Closed("the runtime is shut down"));
    }
    let started = Arc::new(
        Runtime::start().map_err(|_| EngineError::Closed("the runtime's threads could not be started"))?,
    );
    // Two threads may get here at once; the second one's threads are not needed.
    let raced = CURRENT.compare_and_swap(&None::<Arc<Runtime>>, Some(Arc::clone(&started)));
    match &*raced {
        None => Ok(started),
        Some(first) => {
            started.stop(Duration::ZERO);
            Ok(Arc::clone(first))
        }
    }
}

/// The runtime of this process if it has been started.
pub fn started() -> Option<Arc<Runtime>> {
    CURRENT.load_full()
}

/// Counts forks above this process. State that cannot outlive a fork remembers it and starts afresh when
/// it has changed.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// To be called in the child after a fork: forgets the parent's threads, which do not exist here.
pub fn forked() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    // Dropping the runtime would join threads that are not there.
    std::mem::forget(CURRENT.swap(None));
}

/// Ends all threads in good order: nothing new is taken, what is queued is answered with
/// [`EngineError::Closed`], what runs may finish for up to `timeout`. Whether all of it did.
pub fn shutdown(timeout: Duration) -> bool {
    CLOSED.store(true, Ordering::Release);
    CURRENT.swap(None).is_none_or(|runtime| runtime.stop(timeout))
}

/// What a thread that may block is sent; [`EngineError::Cancelled`] once `patient`, which is asked every now
/// and then, no longer is.
pub(crate) fn receive_while<T>(
    receiver: &Receiver<T>,
    mut patient: impl FnMut() -> bool,
) -> Result<T, EngineError> {
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Disconnected) => return Err(SHUT_DOWN),
            Err(RecvTimeoutError::Timeout) if patient() => {}
            Err(RecvTimeoutError::Timeout) => return Err(EngineError::Cancelled),
        }
    }
}

impl Runtime {
    fn start() -> io::Result<Self> {
        let cores = cores();
        let tokio = tokio::runtime::Builder::new_multi_thread()
            // One worker always waits on the driver, never in `parking_lot` (see `lock`); it only drives
            // requests that wait for something, and costs them nothing.
            .worker_threads(1)
            // Look-ups of names leave idle threads behind, which do wait there.
            .thread_keep_alive(Duration::from_millis(10))
            .thread_name("pyshield-tokio")
            .enable_all()
            .build()?;
        let system = ActorSystem::start()?;
        let small = ScanPool::start(&system, cores, 0)?;
        let large = ScanPool::start(&system, cores, LARGE_NICENESS)?;
        let vault_arbiter = system.arbiter()?;
        let vaults = VaultService::start(&vault_arbiter);
        let bulk = rayon::ThreadPoolBuilder::new()
            .num_threads(cores)
            .thread_name(|index| format!("pyshield-bulk-{index}"))
            .start_handler(|_| lower_priority(LARGE_NICENESS))
            .build()
            .map_err(io::Error::other)?;
        let handle = tokio.handle().clone();
        let (tokio, models) = (Mutex::new(Some(tokio)), Mutex::default());
        let running = Arc::new(Running::new(cores));
        Ok(Self { tokio, handle, system, small, large, vaults, vault_arbiter, bulk, models, running })
    }

    /// Where futures run.
    pub const fn tokio(&self) -> &tokio::runtime::Handle {
        &self.handle
    }

    /// Runs a future to its end for a thread that may block. Tokio's own `block_on` would park that thread
    /// where a fork must find nobody (see `lock`).
    ///
    /// Must not be called from a thread of the runtime.
    pub fn wait_for<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.wait_while(future, || true)
    }

    /// As `wait_for`, for as long as `patient`, which is asked every now and then, says so. Then the
    /// future is dropped, and what comes is [`EngineError::Cancelled`].
    pub fn wait_while<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
        patient: impl FnMut() -> bool,
    ) -> Result<T, EngineError> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let task = self.handle.spawn(async move {
            let _ = sender.send(future.await);
        });
        receive_while(&receiver, patient).inspect_err(|_| task.abort())
    }

    /// The threads for lists of texts.
    pub const fn bulk(&self) -> &rayon::ThreadPool {
        &self.bulk
    }

    /// Where vaults are made.
    pub const fn vaults(&self) -> &VaultService {
        &self.vaults
    }

    /// A new store of sessions' vaults, on the thread of all vaults. It ends with its last handle.
    /// `listener` is told of sessions that end by themselves.
    pub fn sessions(
        &self,
        limits: VaultLimits,
        options: VaultOptions,
        listener: Option<Listener>,
    ) -> VaultService {
        VaultService::sessions(&self.vault_arbiter, limits, options, listener)
    }

    /// Loads a model on threads of its own; they end when the last handle is gone. Blocks while it loads.
    pub(crate) fn load(&self, blueprint: Blueprint) -> Result<Arc<SessionPool>, ModelFault> {
        let pool = SessionPool::start(&self.system, &self.handle, blueprint, cores(), &self.running)?;
        let mut models = self.models.lock();
        models.retain(|model| model.strong_count() > 0);
        models.push(Arc::downgrade(&pool));
        Ok(pool)
    }

    /// The actors for work of `cost_ns` nanoseconds.
    pub(crate) fn pool(&self, cost_ns: u64) -> &ScanPool {
        if cost_ns > LARGE_NS { &self.large } else { &self.small }
    }

    /// Times an actor was started anew.
    pub fn restarts(&self) -> u64 {
        self.small.restarts() + self.large.restarts()
    }

    /// Actors that could take work: `(short, long)`.
    pub fn strength(&self) -> (usize, usize) {
        (self.small.strength(), self.large.strength())
    }

    fn stop(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let models: Vec<_> = self.models.lock().iter().filter_map(Weak::upgrade).collect();
        self.running.lift();
        // All of them, whether or not the one before was in time.
        let late = models.iter().filter(|model| !model.close(deadline)).count();
        let small = self.small.close(deadline) && late == 0;
        let large = self.large.close(deadline);
        let tokio = self.tokio.lock().take();
        if let Some(tokio) = tokio {
            tokio.shutdown_timeout(deadline.saturating_duration_since(Instant::now()));
        }
        // An arbiter stops between messages; one that is stuck in a scan is left to the process's end.
        if small && large {
            self.system.stop();
        }
        small && large
    }
}

/// Threads worth starting: what the scheduler would give this process.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
