//! A shield: two plans, their bounds, and what a process counts and remembers of them.

mod lanes;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use pyshield_core::Text;
use pyshield_core::stream::Failure;

use crate::cache::{CacheConfig, ResultCache};
use crate::config::{Limits, OnError, ShieldSpec, seconds};
use crate::error::EngineError;
use crate::job::Work;
use crate::metrics::{self, Lane, Snapshot};
use crate::model::Model;
use crate::model::error::ModelError;
use crate::model::scanner::BuildError;
use crate::plan::{Plan, Sessions};
use crate::private::{Session, VaultHandle};
pub(crate) use crate::process::Process;
use crate::runtime;
use crate::stream::{OutputStream, Setting, StreamOptions};

pub use lanes::{Attempt, Begun};

/// Which plan a text is scanned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A prompt, on its way to a model.
    Prompt,
    /// An output, on its way back.
    Output,
}

/// A text to scan.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which plan.
    pub side: Side,
    /// The text to judge.
    pub text: Text,
    /// The prompt behind an output.
    pub prompt: Option<Text>,
    /// From now until the result, when not the shield's own.
    pub deadline: Option<Duration>,
}

/// A shield as compiled, for one session: that of its declaration, or another one's. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Shield {
    compiled: Arc<Compiled>,
    session: Session,
}

/// What all sessions of a shield share. The plans are immutable; what a process counts and remembers is kept
/// apart, so that a forked child starts afresh.
#[derive(Debug)]
struct Compiled {
    prompt: Arc<Plan>,
    output: Arc<Plan>,
    on_error: OnError,
    /// Whether scans go on with the other scanners when a model fails.
    can_do_without_models: bool,
    limits: Limits,
    inline_budget_ns: u64,
    cache: Option<CacheConfig>,
    process: ArcSwap<Process>,
}

impl Shield {
    /// Compiles a declaration. The error names the scanner and the parameter.
    pub fn compile(spec: ShieldSpec) -> Result<Self, BuildError> {
        let vaults = spec.vaults.len();
        let prompt = Arc::new(Plan::compile(spec.prompt, spec.views, spec.pipeline, vaults)?);
        let output = Arc::new(Plan::compile(spec.output, spec.views, spec.pipeline, vaults)?);
        let cache = spec.cache.map(|cache| CacheConfig {
            max_bytes: cache.max_bytes,
            max_entries: cache.max_entries,
            ttl: cache.ttl.map(seconds),
        });
        let process = Process::new(&spec.limits, cache.as_ref(), [&prompt, &output]);
        let inline_budget_ns = (spec.limits.inline_budget_us.max(0.0) * 1_000.0) as u64;
        let compiled = Compiled {
            prompt,
            output,
            on_error: spec.on_error,
            can_do_without_models: spec.pipeline.fallback,
            limits: spec.limits,
            inline_budget_ns,
            cache,
            process: ArcSwap::from_pointee(process),
        };
        Ok(Self { compiled: Arc::new(compiled), session: Session::declared(spec.vaults) })
    }

    /// The same shield for another session: its scanners work with `vault` and reach no other. Plans, limits,
    /// permits, metrics and cache are shared; what the cache holds for one session is not given to another.
    #[must_use]
    pub fn in_session(&self, vault: VaultHandle) -> Self {
        Self { compiled: Arc::clone(&self.compiled), session: Session::of(vault) }
    }

    /// The state of this process: after a fork the parent's permits, counts and cached results are not
    /// ours, and their locks may have been held.
    pub(crate) fn process(&self) -> Arc<Process> {
        let process = self.compiled.process.load();
        if process.generation == runtime::generation() {
            return Arc::clone(&process);
        }
        let fresh = Process::new(
            &self.compiled.limits,
            self.compiled.cache.as_ref(),
            [&self.compiled.prompt, &self.compiled.output],
        );
        // Dropping the parent's state may take locks that nobody will ever release here.
        std::mem::forget(self.compiled.process.compare_and_swap(&process, Arc::new(fresh)));
        std::mem::forget(process);
        self.compiled.process.load_full()
    }

    /// The models its scanners read; one that both sides read comes twice.
    pub fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.compiled.prompt.models().chain(self.compiled.output.models())
    }

    /// Loads the models that are not loaded. Blocks while it does; not for threads of the runtime. One that cannot
    /// be is no error if scans can do without: then it is the scanners' own.
    pub fn load(&self) -> Result<(), ModelError> {
        self.models().try_for_each(|model| match model.load() {
            Err(_) if self.compiled.can_do_without_models => Ok(()),
            loaded => loaded,
        })
    }

    /// Refuses what no lane may take.
    pub(crate) fn check(&self, process: &Process, request: &Request, lane: Lane) -> Result<(), EngineError> {
        process.open()?;
        let limit = self.compiled.limits.max_text_bytes;
        let bytes = request.text.len().max(request.prompt.as_ref().map_or(0, Text::len));
        if bytes > limit {
            process.metrics.begin(lane).finish(metrics::Outcome::TooLarge);
            return Err(EngineError::TooLarge { bytes, limit });
        }
        Ok(())
    }

    /// The plan of a side, and the position of its first scanner among the metrics.
    fn plan(&self, side: Side) -> (&Arc<Plan>, usize) {
        match side {
            Side::Prompt => (&self.compiled.prompt, 0),
            Side::Output => (&self.compiled.output, self.compiled.prompt.names().len()),
        }
    }

    pub(crate) fn work(&self, process: &Process, request: &Request, began: Instant) -> Work {
        let (plan, first_scanner) = self.plan(request.side);
        let deadline = request.deadline.or(self.compiled.limits.deadline.map(seconds));
        Work {
            plan: Arc::clone(plan),
            session: self.session.clone(),
            metrics: Arc::clone(&process.metrics),
            first_scanner,
            on_error: self.compiled.on_error,
            text: request.text.clone(),
            prompt: request.prompt.clone(),
            deadline: deadline.and_then(|after| began.checked_add(after)),
            sessions: Sessions::default(),
        }
    }

    /// Whether a scanner of it reads views of a text as well.
    pub fn reads_views(&self) -> bool {
        self.compiled.prompt.reads_views() || self.compiled.output.reads_views()
    }

    /// Whether a stream's scanners may want the prompt.
    pub fn reads_prompt(&self) -> bool {
        self.compiled.output.has_parts()
    }

    /// Opens a stream for an output that is still being written.
    pub fn open_output(&self, options: StreamOptions) -> Result<OutputStream, EngineError> {
        let process = self.process();
        process.open()?;
        let (plan, first_scanner) = self.plan(Side::Output);
        let on_error = self.compiled.on_error;
        let failure = if on_error == OnError::Allow { Failure::Ignore } else { Failure::Block };
        let opened = plan.stream(options.cut, failure, &self.session, options.pace);
        let max_held_bytes = self.compiled.limits.max_text_bytes;
        if opened.as_ref().is_some_and(|opened| !opened.parts.is_empty())
            && options.prompt.len() > max_held_bytes
        {
            return Err(EngineError::TooLarge { bytes: options.prompt.len(), limit: max_held_bytes });
        }
        let setting = Setting {
            process,
            plan: Arc::clone(plan),
            first_scanner,
            on_error,
            session: self.session.clone(),
            max_held_bytes,
            budget_ns: self.compiled.inline_budget_ns,
            prompt: options.prompt,
            deadline: options.deadline.or(self.compiled.limits.deadline.map(seconds)),
        };
        Ok(OutputStream::open(setting, opened))
    }

    /// Numbers of this process.
    pub fn metrics(&self) -> Snapshot {
        let process = self.process();
        let mut snapshot = process.metrics.snapshot();
        snapshot.cache = process.cache.as_ref().map(ResultCache::statistics);
        snapshot.restarts_total += runtime::started().map_or(0, |runtime| runtime.restarts());
        snapshot
    }

    /// Requests that hold a permit.
    pub fn in_flight(&self) -> usize {
        self.process().admission.in_flight()
    }

    /// Takes no more requests. What is in flight goes on.
    pub fn close(&self) {
        self.process().admission.close();
    }
}
