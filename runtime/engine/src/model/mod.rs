//! Models: loaded once, shared by all scanners that read them, run by actors.
//!
//! A [`Model`] is a place in this process' table: the same graph, tokenizer and options are the same model,
//! whichever shield asks. Its sessions are loaded when it is first needed in a process, and anew in a forked
//! child. The way of a text: [`encode`] makes tokens, [`window`] cuts them into rows, [`lineup`] chooses which
//! rows run together, a session's actor runs them, [`reading`] makes probabilities of the numbers, and
//! [`answer`] puts the rows of a text together again.

pub mod answer;
pub(crate) mod ask;
pub(crate) mod calibrate;
pub mod case;
pub mod code;
pub mod competitors;
pub mod config;
pub mod consistency;
pub mod cut;
pub mod direct;
pub(crate) mod encode;
pub(crate) mod entailment;
pub mod entities;
pub mod error;
pub mod external;
pub mod head;
pub mod label;
pub mod library;
pub(crate) mod lineup;
pub mod metrics;
pub(crate) mod names;
pub(crate) mod norm;
pub(crate) mod pace;
pub mod passage;
pub(crate) mod prose;
pub(crate) mod provider;
pub(crate) mod pulse;
pub(crate) mod question;
pub(crate) mod reading;
mod registry;
pub mod relevance;
pub mod scale;
pub mod scanner;
pub(crate) mod sensitive;
pub(crate) mod session;
pub mod source;
pub(crate) mod spec;
mod standing;
mod tokens;
pub mod topics;
mod under_way;
pub(crate) mod vector;
pub(crate) mod window;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use pyshield_core::ScannerError;

use crate::actors::model::{Blueprint, SessionPool};
use crate::lock::Mutex;
use crate::runtime;

pub use registry::{models, reload};

use config::ModelConfig;
use encode::Encoder;
use error::{ModelError, ModelFault};
use metrics::{ModelMetrics, ModelSnapshot};
use source::{ModelSource, Stamp};
use standing::Standing;
use under_way::UnderWay;

/// A model that scanners can read.
pub struct Model {
    source: ModelSource,
    config: Arc<ModelConfig>,
    process: ArcSwap<Process>,
    /// The tokenizer, for those who want tokens alone.
    encoder: OnceLock<Arc<Encoder>>,
    /// How many times its files became others.
    edition: AtomicU64,
    /// Itself, for the task that unloads it.
    this: Weak<Self>,
}

/// What a model keeps per process.
struct Process {
    generation: u64,
    /// Held while it loads; the graph that was loaded last.
    loading: Mutex<Option<Stamp>>,
    loaded: ArcSwapOption<Loaded>,
    /// Loading for those who must not block.
    under_way: Arc<UnderWay<Result<Arc<Loaded>, ModelFault>>>,
    metrics: Arc<ModelMetrics>,
}

/// A model whose sessions are there.
pub(crate) struct Loaded {
    /// Name and version, as its files say now.
    name: String,
    pub(crate) encoder: Encoder,
    pub(crate) pool: Arc<SessionPool>,
    pub(crate) standing: Standing,
}

impl Process {
    fn new() -> Self {
        Self {
            generation: runtime::generation(),
            loading: Mutex::default(),
            loaded: ArcSwapOption::empty(),
            under_way: Arc::default(),
            metrics: Arc::default(),
        }
    }
}

impl Model {
    /// The model of a declaration: the one that is known already, or a new one whose configuration is read
    /// and checked. Nothing is loaded yet; see [`Self::load`].
    pub fn open(source: &ModelSource) -> Result<Arc<Self>, ModelError> {
        registry::open(source)
    }

    fn new(source: ModelSource) -> Result<Arc<Self>, ModelFault> {
        let config = Arc::new(source.config()?);
        let process = ArcSwap::from_pointee(Process::new());
        Ok(Arc::new_cyclic(|this| {
            let encoder = OnceLock::new();
            let (edition, this) = (AtomicU64::new(0), Weak::clone(this));
            Self { source, config, process, encoder, edition, this }
        }))
    }

    /// Its name and version.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// What it was declared as.
    pub const fn source(&self) -> &ModelSource {
        &self.source
    }

    /// The error of a text of which a part was not read.
    pub(crate) const fn too_long(&self) -> ScannerError {
        ScannerError::Limit { what: "windows of the model", limit: self.source.max_windows }
    }

    /// What its directory says of it.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// How many times its files became others: what was said before is not what it says now.
    pub(crate) fn edition(&self) -> u64 {
        self.edition.load(Ordering::Acquire)
    }

    /// Name, version and, once it is loaded, the execution provider in force unless it is the CPU as declared:
    /// what a verdict says it rests on.
    pub fn label(&self) -> String {
        let process = self.process();
        let loaded = process.loaded.load();
        let Some(loaded) = &*loaded else { return self.config.name.clone() };
        match loaded.pool.provider() {
            provider::CPU if self.source.is_for_cpu() => loaded.name.clone(),
            provider => format!("{} on {provider}", loaded.name),
        }
    }

    /// Loads the sessions, unless they are loaded. Blocks while it does; not for threads that drive futures.
    pub fn load(&self) -> Result<(), ModelError> {
        self.loaded().map(drop).map_err(|fault| self.source.error(fault))
    }

    /// The loaded model. After a fork the parent's sessions are not ours: their threads are not here.
    pub(crate) fn loaded(&self) -> Result<Arc<Loaded>, ModelFault> {
        let process = self.process();
        if let Some(loaded) = &*process.loaded.load() {
            return Ok(Arc::clone(loaded));
        }
        let mut last = process.loading.lock();
        if let Some(loaded) = &*process.loaded.load() {
            return Ok(Arc::clone(loaded));
        }
        self.start(&process, &mut last)
    }

    /// The sessions, if they are loaded.
    pub(crate) fn loaded_now(&self) -> Option<Arc<Loaded>> {
        self.process().loaded.load_full()
    }

    /// As [`Self::loaded`], for threads that must not block: loads on a thread of its own, once for all who wait.
    pub(crate) async fn ready(self: &Arc<Self>) -> Result<Arc<Loaded>, ModelFault> {
        if let Some(loaded) = self.loaded_now() {
            return Ok(loaded);
        }
        let runtime = runtime::current().map_err(|_| ModelFault::Closed)?;
        let model = Arc::clone(self);
        let loading = self.process().under_way.join(runtime.tokio(), move || model.loaded());
        loading.await.unwrap_or(Err(ModelFault::Closed))
    }

    /// Loads the files as they are now and puts the new sessions in the place of the old, which finish what they
    /// have been asked: no request is dropped. A model that is not loaded will be from the new files.
    ///
    /// Scanners were made for what the old files said of the model, so but for name and version the new ones
    /// must say the same.
    fn reload(&self) -> Result<(), ModelFault> {
        let config = self.source.config()?;
        let renamed = ModelConfig { name: config.name.clone(), ..(*self.config).clone() };
        if config != renamed {
            let detail = "it says other things of heads, windows or thresholds than the one in use";
            return Err(ModelFault::unreadable("config.json", detail));
        }
        let process = self.process();
        let mut last = process.loading.lock();
        if process.loaded.load().is_some() {
            self.start(&process, &mut last)?;
        }
        // The graph may be the same, and the tokenizer another.
        self.edition.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Loads the sessions and makes them those in use. Under the lock of loading.
    fn start(&self, process: &Process, last: &mut Option<Stamp>) -> Result<Arc<Loaded>, ModelFault> {
        let stamp = self.source.stamp()?;
        let loaded = Arc::new(self.load_now(process)?);
        process.loaded.store(Some(Arc::clone(&loaded)));
        if last.replace(stamp).is_some_and(|last| last != stamp) {
            self.edition.fetch_add(1, Ordering::AcqRel);
        }
        if let Some(timeout) = self.source.idle_timeout {
            let runtime = runtime::current().map_err(|_| ModelFault::Closed)?;
            let pool = Arc::downgrade(&loaded.pool);
            runtime.tokio().spawn(unload_idle(Weak::clone(&self.this), pool, Duration::from_millis(timeout)));
        }
        Ok(loaded)
    }

    fn load_now(&self, process: &Process) -> Result<Loaded, ModelFault> {
        let encoder = self.source.encoder(&self.config)?;
        let blueprint = Blueprint {
            source: self.source.clone(),
            config: Arc::clone(&self.config),
            padding: encoder.padding,
            metrics: Arc::clone(&process.metrics),
        };
        let runtime = runtime::current().map_err(|_| ModelFault::Closed)?;
        let pool = runtime.load(blueprint)?;
        let name = self.source.config().map_or_else(|_| self.config.name.clone(), |config| config.name);
        Ok(Loaded { name, encoder, pool, standing: Standing::default() })
    }

    /// Drops the sessions once those who use them are done; the next request loads them again.
    pub fn unload(&self) {
        self.process().loaded.store(None);
    }

    /// As [`Self::unload`], unless other sessions have taken the place of these.
    fn unload_if(&self, these: &Weak<SessionPool>) {
        let process = self.process();
        let current = process.loaded.load();
        if current.as_ref().is_some_and(|loaded| std::ptr::eq(Arc::as_ptr(&loaded.pool), these.as_ptr())) {
            process.loaded.compare_and_swap(&current, None);
        }
    }

    /// Whether the sessions are loaded.
    pub fn is_loaded(&self) -> bool {
        self.process().loaded.load().is_some()
    }

    /// Numbers of this process.
    pub fn metrics(&self) -> ModelSnapshot {
        let process = self.process();
        let mut snapshot = process.metrics.snapshot();
        if let Some(loaded) = &*process.loaded.load() {
            snapshot.sessions = loaded.pool.strength();
            snapshot.waiting = loaded.pool.waiting();
            snapshot.provider = loaded.pool.provider();
            snapshot.own_norms = loaded.pool.own_norms();
            snapshot.batch_tokens = loaded.pool.batch_tokens();
        }
        snapshot
    }

    /// Makes the next run panic: for tests of supervision.
    pub fn poison(&self) {
        if let Some(loaded) = &*self.process().loaded.load() {
            loaded.pool.poison();
        }
    }

    pub(crate) fn counters(&self) -> Arc<ModelMetrics> {
        Arc::clone(&self.process().metrics)
    }

    fn process(&self) -> Arc<Process> {
        let process = self.process.load();
        if process.generation == runtime::generation() {
            return Arc::clone(&process);
        }
        // As for a shield's own state: dropping the parent's would join threads that are not there.
        std::mem::forget(self.process.compare_and_swap(&process, Arc::new(Process::new())));
        std::mem::forget(process);
        self.process.load_full()
    }
}

/// Unloads a model when nobody has asked it anything for `timeout`; ends with the sessions it watches.
async fn unload_idle(model: Weak<Model>, pool: Weak<SessionPool>, timeout: Duration) {
    loop {
        let Some(idle) = pool.upgrade().map(|pool| pool.idle_for()) else { return };
        let left = timeout.saturating_sub(idle);
        if left.is_zero() {
            if let Some(model) = model.upgrade() {
                model.unload_if(&pool);
            }
            return;
        }
        // A question that is under way counts as idle for no time at all: not in a tight loop.
        tokio::time::sleep(left.max(Duration::from_millis(1))).await;
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("name", &self.config.name).finish_non_exhaustive()
    }
}
