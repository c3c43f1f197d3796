//! The lane each request takes: the calling thread, the actors, or a thread that may block.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyshield_core::{Input, Interrupt, Text};

use super::{Request, Shield, Side};
use crate::admission::Policy;
use crate::drive::Driver;
use crate::error::EngineError;
use crate::job::{Finish, Job, Reply, Settling, Ticket, Work, conclude};
use crate::metrics::{self, InFlight, Lane};
use crate::model::answer::Spent;
use crate::outcome::{Judgement, Outcome, Scan, Timings};
use crate::plan::{Plan, Sessions};
use crate::private::{asks_vault, settle_blocking};
use crate::process::Process;
use crate::runtime;

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

impl Shield {
    /// Whether a text is cheap enough to be scanned on the calling thread, whatever is found in it.
    pub fn is_cheap(&self, side: Side, text: &Text) -> bool {
        let plan = self.plan(side).0;
        !plan.has_vault() && self.fits_inline(plan, text)
    }

    /// Whether [`Shield::try_inline`] either does all of a scan or nothing of it.
    pub fn is_whole_inline(&self, side: Side) -> bool {
        !self.plan(side).0.has_vault()
    }

    /// Whether a text is cheap and waits for nobody but, if something is found in it, a vault.
    fn fits_inline(&self, plan: &Plan, text: &Text) -> bool {
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
        if !self.fits_inline(plan, &request.text) {
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
        let shared = process.remembers(&work).then_some(request.side);
        let mut driver = Driver::new(Arc::clone(&runtime), process, work, shared, Arc::clone(ticket));
        if admitted && shared.is_none() {
            driver = driver.ahead();
        }
        let task = runtime.tokio().spawn(driver.answer(in_flight, Lane::Actor, reply));
        ticket.driven_by(task.abort_handle());
        Ok(())
    }

    /// Scans for a caller whose thread may block: on that thread, after admission.
    ///
    /// Must not be called from a thread of the runtime.
    pub fn scan_blocking(&self, request: &Request) -> Result<Outcome, EngineError> {
        self.scan_blocking_while(request, || true)
    }

    /// As `scan_blocking`, but where it has to wait for others it is cancelled when `patient`, which is asked
    /// every now and then, no longer is.
    pub fn scan_blocking_while(
        &self,
        request: &Request,
        patient: impl FnMut() -> bool,
    ) -> Result<Outcome, EngineError> {
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
        let shared = process.remembers(&work).then_some(request.side);
        let mut driver = Driver::new(Arc::clone(&runtime), process, work, shared, Arc::clone(&ticket));
        if admitted && shared.is_none() {
            driver = driver.ahead();
        }
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let reply: Reply = Box::new(move |outcome| {
            let _ = sender.send(outcome);
        });
        let task = runtime.tokio().spawn(driver.answer(in_flight, Lane::Blocking, reply));
        ticket.driven_by(task.abort_handle());
        runtime::receive_while(&receiver, patient).inspect_err(|_| ticket.cancel())?
    }

    /// Estimated work of a request, in nanoseconds on one core.
    pub fn cost_ns(&self, request: &Request) -> u64 {
        self.plan(request.side).0.cost_of(&request.text)
    }

    /// Whether a request has to wait for the network or a model.
    pub fn waits(&self, request: &Request) -> bool {
        self.plan(request.side).0.waits(&self.session)
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
        let questions = plan.ask(0, &input, None, None, &Sessions::default()).map_err(interrupted)?;
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
    let scanned = process.scan(process.key(request.side, work), work, None);
    conclude(in_flight, &process.metrics, lane, queue, scanned)
}
