//! One function: its bounds, its results, and the way of a call through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::cache::{CacheConfig, CacheKey, ResultCache};
use crate::config::seconds;
use crate::function::batch::{Batcher, Item};
use crate::function::body::{self, Answer, FunctionBody, Invocation, Progress};
use crate::function::metrics::{FunctionMetrics, FunctionSnapshot};
use crate::function::{CallOptions, FunctionError, FunctionSpec, Isolation};
use crate::runtime;

/// A registered function.
#[derive(Debug)]
pub struct Function {
    spec: FunctionSpec,
    timeout: Duration,
    body: Arc<dyn FunctionBody>,
    process: ArcSwap<Process>,
}

/// What a function keeps per process.
#[derive(Debug)]
struct Process {
    generation: u64,
    permits: Arc<Semaphore>,
    metrics: Arc<FunctionMetrics>,
    cache: Option<ResultCache<Arc<Value>>>,
    batcher: Option<Batcher>,
}

/// A place of which a batch takes one for each call.
pub(super) type Place = OwnedSemaphorePermit;

impl Process {
    fn new(spec: &FunctionSpec, timeout: Duration, body: &Arc<dyn FunctionBody>) -> Self {
        let metrics = Arc::<FunctionMetrics>::default();
        let cache = spec.cache.as_ref();
        let config = cache.map(|cache| CacheConfig {
            max_bytes: cache.max_bytes,
            max_entries: cache.max_entries,
            ttl: cache.ttl.map(seconds),
        });
        let abandoned = (spec.isolation == Isolation::Thread).then(|| Arc::clone(&metrics.abandoned));
        Self {
            generation: runtime::generation(),
            permits: Arc::new(Semaphore::new(spec.max_in_flight.clamp(1, Semaphore::MAX_PERMITS))),
            cache: config.map(|config| ResultCache::new(config, |value: &Arc<Value>| weight(value))),
            batcher: spec
                .max_batch_size
                .map(|most| Batcher::new(Arc::clone(body), most, timeout, abandoned, Arc::clone(&metrics))),
            metrics,
        }
    }
}

/// Bytes of a value in memory, about.
fn weight(value: &Value) -> u32 {
    fn bytes(value: &Value) -> usize {
        size_of::<Value>()
            + match value {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(bytes).sum(),
                Value::Object(fields) => {
                    fields.iter().map(|(name, value)| 48 + name.len() + bytes(value)).sum()
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            }
    }
    u32::try_from(bytes(value)).unwrap_or(u32::MAX)
}

/// Counts a call that is dropped before its end.
struct Counting<'a> {
    metrics: &'a FunctionMetrics,
    ended: bool,
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.metrics.cancelled.increment();
        }
    }
}

impl Function {
    /// A function whose code `body` runs.
    pub fn new(spec: FunctionSpec, body: Arc<dyn FunctionBody>) -> Self {
        let timeout = seconds(spec.timeout);
        let process = ArcSwap::from_pointee(Process::new(&spec, timeout, &body));
        Self { spec, timeout, body, process }
    }

    /// What it is called by.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Its numbers in this process.
    pub fn snapshot(&self) -> FunctionSnapshot {
        let process = self.process();
        let in_flight = self.spec.max_in_flight.saturating_sub(process.permits.available_permits());
        process.metrics.snapshot(in_flight, process.cache.as_ref().map(ResultCache::statistics))
    }

    /// What counts its calls in this process.
    pub fn metrics(&self) -> Arc<FunctionMetrics> {
        Arc::clone(&self.process().metrics)
    }

    /// Forgets the results it remembers.
    pub fn forget(&self) {
        if let Some(cache) = &self.process().cache {
            cache.clear();
        }
    }

    /// The state of this process; see `Shield::process`.
    fn process(&self) -> Arc<Process> {
        let process = self.process.load();
        if process.generation == runtime::generation() {
            return Arc::clone(&process);
        }
        let fresh = Process::new(&self.spec, self.timeout, &self.body);
        // Dropping the parent's state may take locks that nobody will ever release here.
        std::mem::forget(self.process.compare_and_swap(&process, Arc::new(fresh)));
        std::mem::forget(process);
        self.process.load_full()
    }

    /// Calls the function with a JSON object. Dropping the future gives the call up. Must be polled on the
    /// engine's tokio runtime.
    pub async fn call(&self, arguments: Value, options: CallOptions) -> Answer {
        let process = self.process();
        let began = Instant::now();
        process.metrics.calls.increment();
        let mut counting = Counting { metrics: &process.metrics, ended: false };
        let answer = self.remembered(&process, arguments, options).await;
        counting.ended = true;
        process.metrics.seconds.record(began.elapsed());
        if let Err(error) = &answer {
            process.metrics.errors[error.position()].increment();
        }
        answer
    }

    /// The result of an equal call before or beside this one, or else of this one.
    async fn remembered(&self, process: &Process, mut arguments: Value, options: CallOptions) -> Answer {
        let Some(cache) = &process.cache else {
            return self.run(process, Arc::new(arguments), options).await;
        };
        // Equal arguments are written equally, whatever order they were given in.
        arguments.sort_all_objects();
        let key = CacheKey::of_prompt(0, &arguments.to_string());
        let arguments = Arc::new(arguments);
        let until = self.until(options.deadline);
        let mine = AtomicBool::new(false);
        let flight = cache.get_or_compute(key, async {
            mine.store(true, Ordering::Relaxed);
            self.run(process, Arc::clone(&arguments), options.clone()).await.map(Arc::new)
        });
        let shared = match until {
            None => flight.await,
            // The flight of another call may have begun with more time than this one has.
            Some(until) => match tokio::time::timeout_at(until.into(), flight).await {
                Ok(shared) => shared,
                Err(_) => return Err(FunctionError::Timeout(self.timeout)),
            },
        };
        match shared {
            Ok(value) => Ok(Value::clone(&value)),
            Err(error) => match &*error {
                // Another call's lack of time is not ours.
                FunctionError::Timeout(_) | FunctionError::GilFailed(_) if !mine.load(Ordering::Relaxed) => {
                    self.run(process, arguments, options).await
                }
                error => Err(error.clone()),
            },
        }
    }

    fn until(&self, deadline: Option<Instant>) -> Option<Instant> {
        let own = Instant::now().checked_add(self.timeout);
        match (own, deadline) {
            (Some(own), Some(deadline)) => Some(own.min(deadline)),
            (own, deadline) => own.or(deadline),
        }
    }

    async fn run(&self, process: &Process, arguments: Arc<Value>, options: CallOptions) -> Answer {
        let place = self.place(process)?;
        let began = Instant::now();
        let until = self.until(options.deadline);
        if let Some(batcher) = &process.batcher {
            return batcher.call(Item::new(arguments, until, place)).await;
        }
        let abandoned =
            (self.spec.isolation == Isolation::Thread).then(|| Arc::clone(&process.metrics.abandoned));
        let (run, mut running) = body::run(until, abandoned, vec![place]);
        let origin = options.origin;
        self.body.start(Invocation { arguments: vec![arguments], batch: false, origin, run });
        match running.finish().await {
            Ok(Ok(answers)) => answers.into_iter().next().unwrap_or_else(|| Err(no_answer())),
            Ok(Err(error)) => Err(error),
            Err(progress) => Err(out_of_time(progress, began.elapsed())),
        }
    }

    /// A place among the calls in flight.
    fn place(&self, process: &Process) -> Result<Place, FunctionError> {
        let most = self.spec.max_abandoned;
        if process.metrics.abandoned.now.load(Ordering::Relaxed) >= most {
            return Err(FunctionError::Runtime(format!(
                "{most} calls of the function were given up and still run, as many as allowed"
            )));
        }
        Arc::clone(&process.permits).try_acquire_owned().map_err(|_| {
            let most = self.spec.max_in_flight;
            FunctionError::Runtime(format!("{most} calls of the function are in flight, as many as allowed"))
        })
    }
}

pub(super) fn no_answer() -> FunctionError {
    FunctionError::Runtime("the function answered fewer calls than it was given".to_owned())
}

/// The error of a call whose time ran out.
pub(super) fn out_of_time(progress: Progress, after: Duration) -> FunctionError {
    // Whole milliseconds: this is for people.
    let after = Duration::from_millis(after.as_millis() as u64);
    match progress {
        Progress::Queued => {
            FunctionError::Runtime(format!("no worker came free for the call within {after:?}"))
        }
        Progress::Taken => FunctionError::GilFailed(after),
        Progress::Started => FunctionError::Timeout(after),
    }
}
