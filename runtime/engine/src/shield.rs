//! A shield: two plans, their bounds, and the lane each request takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use pyshield_core::stream::Failure;
use pyshield_core::{Input, Interrupt, Text};

use crate::admission::Policy;
use crate::cache::{CacheConfig, ResultCache};
use crate::config::{Limits, OnError, ShieldSpec, seconds};
use crate::drive::Driver;
use crate::error::EngineError;
use crate::job::{Finish, Job, Reply, Settling, Ticket, Work, conclude};
use crate::metrics::{self, InFlight, Lane, Snapshot};
use crate::model::Model;
use crate::model::answer::Spent;
use crate::model::error::ModelError;
use crate::model::scanner::BuildError;
use crate::outcome::{Judgement, Outcome, Scan, Timings};
use crate::plan::Plan;
use crate::private::{Session, VaultHandle, asks_vault, settle_blocking};
pub(crate) use crate::process::Process;
use crate::runtime;
use crate::stream::{OutputStream, Setting, StreamOptions};

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

/// What came of an attempt to scan on the calling thread.
#[derive(Debug)]
pub enum Attempt {
    /// All of it.
    Done(Result<Outcome, EngineError>),
    /// What the actors can go on with.
    Begun(Begun),
}

/// A request that the calling thread could not finish, with what it knows of it.
#[derive(Debug, Default)]
pub struct Begun(Option<(Work, Vec<Judgement>, Instant)>);

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

    /// Whether a text is cheap enough to be scanned on the calling thread, whatever is found in it.
    pub fn is_cheap(&self, side: Side, text: &str) -> bool {
        let plan = self.plan(side).0;
        !plan.has_vault() && self.fits_inline(plan, text)
    }

    /// Whether a text is cheap and waits for nobody but, if something is found in it, a vault.
    fn fits_inline(&self, plan: &Plan, text: &str) -> bool {
        !plan.waits(&self.session) && plan.cost_of(text) <= self.compiled.inline_budget_ns
    }

    /// Scans on the calling thread if that is cheap. `None` if it is not: then [`Shield::submit`].
    pub fn try_inline(&self, request: &Request) -> Option<Result<Outcome, EngineError>> {
        match self.attempt(request) {
            Attempt::Done(result) => Some(result),
            Attempt::Begun(_) => None,
        }
    }

    /// Scans on the calling thread as far as that is cheap and waits for nobody. What is left then goes to
    /// [`Shield::submit_rest`].
    ///
    /// Needs no permit: it is over when it returns, so it can neither queue nor be many at once.
    pub fn attempt(&self, request: &Request) -> Attempt {
        let process = self.process();
        let plan = self.plan(request.side).0;
        if !self.fits_inline(plan, request.text.as_str()) {
            return Attempt::Begun(Begun::default());
        }
        if let Err(refused) = self.check(&process, request, Lane::Inline) {
            return Attempt::Done(Err(refused));
        }
        let work = self.work(&process, request, Instant::now());
        if plan.has_vault() {
            return inline_unless_found(&process, work);
        }
        let in_flight = process.metrics.begin(Lane::Inline);
        Attempt::Done(scan_here(&process, request, &work, in_flight, Lane::Inline))
    }

    /// Hands a text to the actors. Never blocks; the reply comes later, from another thread, unless the
    /// ticket is cancelled first. On an error nothing was started.
    pub fn submit(&self, request: &Request, ticket: &Arc<Ticket>, reply: Reply) -> Result<(), EngineError> {
        self.submit_rest(request, Begun::default(), ticket, reply)
    }

    /// [`Shield::submit`] of what [`Shield::attempt`] left of the same request.
    pub fn submit_rest(
        &self,
        request: &Request,
        begun: Begun,
        ticket: &Arc<Ticket>,
        reply: Reply,
    ) -> Result<(), EngineError> {
        let process = self.process();
        self.check(&process, request, Lane::Actor)?;
        let runtime = runtime::current()?;
        let mut in_flight = process.metrics.begin(Lane::Actor);
        let admitted = process.admit_now(ticket);
        if !admitted && process.admission.policy() == Policy::Reject {
            in_flight.finish(metrics::Outcome::Overloaded);
            return Err(process.overloaded());
        }
        if let Some((work, judgements, began)) = begun.0.filter(|_| admitted)
            && let Some(place) = Settling::place(&judgements)
        {
            in_flight = in_flight.since(began);
            Settling::start(work, judgements, place, Arc::clone(ticket), in_flight, reply);
            return Ok(());
        }
        let work = self.work(&process, request, Instant::now());
        if admitted && process.cache.is_none() && !work.waits() {
            let cost_ns = work.cost_ns();
            let finish = Finish::Reply { in_flight, reply };
            runtime.pool(cost_ns).submit(Job::new(work, cost_ns, Arc::clone(ticket), finish));
            return Ok(());
        }
        let key = process.key(request, &work);
        let driver = Driver::new(Arc::clone(&runtime), process, work, key, Arc::clone(ticket));
        let task = runtime.tokio().spawn(driver.answer(in_flight, Lane::Actor, reply));
        ticket.driven_by(task.abort_handle());
        Ok(())
    }

    /// Scans for a caller whose thread may block: on that thread, after admission.
    ///
    /// Must not be called from a thread of the runtime.
    pub fn scan_blocking(&self, request: &Request) -> Result<Outcome, EngineError> {
        let process = self.process();
        self.check(&process, request, Lane::Blocking)?;
        let work = self.work(&process, request, Instant::now());
        let in_flight = process.metrics.begin(Lane::Blocking);
        let ticket = Arc::new(Ticket::default());
        let admitted = process.admit_now(&ticket);
        if !admitted && process.admission.policy() == Policy::Reject {
            in_flight.finish(metrics::Outcome::Overloaded);
            return Err(process.overloaded());
        }
        if admitted && !work.waits() {
            // The permit goes back with the ticket.
            return scan_here(&process, request, &work, in_flight, Lane::Blocking);
        }
        let runtime = runtime::current()?;
        let key = process.key(request, &work);
        let driver = Driver::new(Arc::clone(&runtime), process, work, key, ticket);
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let reply: Reply = Box::new(move |outcome| {
            let _ = sender.send(outcome);
        });
        runtime.tokio().spawn(driver.answer(in_flight, Lane::Blocking, reply));
        receiver.recv().unwrap_or(Err(EngineError::Closed("the runtime shut down during the scan")))
    }

    /// Estimated work of a request, in nanoseconds on one core.
    pub fn cost_ns(&self, request: &Request) -> u64 {
        self.plan(request.side).0.cost_of(request.text.as_str())
    }

    /// Whether a request has to wait for the network or a model.
    pub fn waits(&self, request: &Request) -> bool {
        self.plan(request.side).0.waits(&self.session)
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

    /// Scans on the calling thread with nothing around it: no admission, no limits, no metrics, no cache.
    /// What a single scanner's own `scan` does.
    ///
    /// Must not be called from a thread of the runtime.
    pub fn scan_alone(&self, request: &Request) -> Result<Outcome, EngineError> {
        let plan = self.plan(request.side).0;
        let input =
            Input { text: &request.text, prompt: request.prompt.as_ref(), interrupt: Interrupt::NEVER };
        let interrupted = |why| EngineError::interrupted(why, true);
        let began = Instant::now();
        // A scanner by itself is a plan of one step, without views.
        let questions = plan.ask(0, &input, None, None).map_err(interrupted)?;
        let mut judged = plan.scan_text(0, &input, None, &self.session).map_err(interrupted)?;
        let mut spent = Spent::default();
        if plan.asks() {
            let (waiting, text, prompt) = (Arc::clone(plan), request.text.clone(), request.prompt.clone());
            let asked = async move {
                let models = waiting.judge_by_models(questions, judged, &text, prompt.as_ref(), None);
                tokio::join!(waiting.scan_network(0, &text, None), models)
            };
            let (network, models) = runtime::current()?.wait_for(asked)?;
            let (models, took) = models.map_err(interrupted)?;
            judged = models;
            judged.extend(network);
            spent = took;
        }
        let mut judgements = plan.complete(judged);
        settle_blocking(&mut judgements, &request.text);
        let scan = Arc::new(Scan::merge(&request.text, judgements, self.compiled.on_error)?);
        let total = began.elapsed();
        let Spent { tokenize, inference } = spent;
        let timings = Timings { queue: Duration::ZERO, scan: total, tokenize, inference, total };
        Ok(Outcome { scan, lane: Lane::Blocking, cached: false, timings })
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
        }
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

/// Scans on this thread, which must not wait for what a scanner has to ask its vault.
fn inline_unless_found(process: &Process, work: Work) -> Attempt {
    let began = Instant::now();
    let scanned = match work.judge_all(None) {
        Ok(judged) if asks_vault(&judged) => {
            return Attempt::Begun(Begun(Some((work, judged, began))));
        }
        judged => judged.and_then(|judged| work.merge(judged, Spent::default())).map(|scan| (scan, false)),
    };
    let in_flight = process.metrics.begin(Lane::Inline).since(began);
    Attempt::Done(conclude(in_flight, &process.metrics, Lane::Inline, Duration::ZERO, scanned))
}

/// Scans on this thread, with a look into the cache first.
fn scan_here(
    process: &Process,
    request: &Request,
    work: &Work,
    in_flight: InFlight,
    lane: Lane,
) -> Result<Outcome, EngineError> {
    let queue = if lane == Lane::Inline { Duration::ZERO } else { in_flight.dequeue() };
    let scanned = process.scan(process.key(request, work), work, None);
    conclude(in_flight, &process.metrics, lane, queue, scanned)
}
