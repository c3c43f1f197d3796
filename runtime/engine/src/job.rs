//! A request on its way to a result: what is to be scanned, who may cancel it, who wants to know.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use pyshield_core::{Input, Interrupt, ScannerError, Text, Verdict};
use tokio::task::AbortHandle;

use crate::admission::Permit;
use crate::config::OnError;
use crate::error::EngineError;
use crate::lock::Mutex;
use crate::metrics::{self, InFlight, Lane, Metrics};
use crate::model::answer::Spent;
use crate::outcome::{Judgement, Outcome, Scan, Timings};
use crate::plan::{Plan, Questions, Sessions};
use crate::private::{Session, settle_blocking};

/// Called exactly once with the result, on some engine thread; never called if the request was cancelled.
pub type Reply = Box<dyn FnOnce(Result<Outcome, EngineError>) + Send>;

/// The caller's hold on a request that is not done yet.
#[derive(Debug, Default)]
pub struct Ticket {
    cancelled: AtomicBool,
    /// The permit while the work waits; taken by whoever ends the waiting.
    permit: Mutex<Option<Permit>>,
    /// The task that drives the request, if it needs one.
    task: Mutex<Option<AbortHandle>>,
}

impl Ticket {
    /// Gives the request up. Queued work is dropped and its permit is free at once; running work stops at
    /// its next check. Calling it again, or after the end, does nothing.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        let task = self.task.lock().take();
        if let Some(task) = task {
            task.abort();
        }
        self.release();
    }

    /// Whether the caller has gone.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.cancelled
    }

    /// Takes a permit for the request; one that was cancelled meanwhile gives it back.
    pub(crate) fn hold(&self, permit: Permit) {
        *self.permit.lock() = Some(permit);
        if self.is_cancelled() {
            self.release();
        }
    }

    pub(crate) fn holds_permit(&self) -> bool {
        self.permit.lock().is_some()
    }

    pub(crate) fn release(&self) {
        let permit = self.permit.lock().take();
        drop(permit);
    }

    /// Answers the caller, unless it has gone. First the permit (and, by whoever calls this, the text), then the
    /// answer: whoever reads it finds both free.
    pub(crate) fn answer(&self, reply: Reply, outcome: Result<Outcome, EngineError>) {
        self.release();
        if !self.is_cancelled() {
            reply(outcome);
        }
    }

    /// Lets [`Ticket::cancel`] abort the task; one that was cancelled meanwhile is aborted here.
    pub fn driven_by(&self, task: AbortHandle) {
        *self.task.lock() = Some(task);
        if self.is_cancelled() {
            self.cancel();
        }
    }
}

/// What the calling thread could say in a step of the plan, and what the models were asked.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) text: Vec<(usize, Judgement)>,
    pub(crate) questions: Questions,
}

/// What is to be scanned, and how.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) plan: Arc<Plan>,
    pub(crate) session: Session,
    pub(crate) metrics: Arc<Metrics>,
    /// Position of the plan's first scanner among the shield's metrics.
    pub(crate) first_scanner: usize,
    pub(crate) on_error: OnError,
    pub(crate) text: Text,
    pub(crate) prompt: Option<Text>,
    pub(crate) deadline: Option<Instant>,
    /// The models of the next step, if it was seen to that they are loaded.
    pub(crate) sessions: Sessions,
}

impl Work {
    /// Estimated nanoseconds on one core.
    pub(crate) fn cost_ns(&self) -> u64 {
        self.plan.cost_of(&self.text)
    }

    /// Whether it has to wait for somebody else.
    pub(crate) fn waits(&self) -> bool {
        self.plan.waits(&self.session)
    }

    /// Runs the scanners of a step that need only the text, on this thread, and asks its models.
    pub(crate) fn judge(&self, step: usize, cancelled: Option<&AtomicBool>) -> Result<Judged, EngineError> {
        let interrupt = Interrupt::new(self.deadline, cancelled);
        if let Err(why) = interrupt.check() {
            return Err(EngineError::interrupted(why, false));
        }
        let input = Input { text: &self.text, prompt: self.prompt.as_ref(), interrupt };
        let interrupted = |why| EngineError::interrupted(why, true);
        // Models first: they work while the text is looked at here.
        let seen = self.plan.look(step, &input).map_err(interrupted)?;
        let questions = self.plan.ask(step, &input, seen.as_ref(), self.deadline, &self.sessions);
        let questions = questions.map_err(interrupted)?;
        let text = self.plan.scan_text(step, &input, seen.as_ref(), &self.session).map_err(interrupted)?;
        Ok(Judged { text, questions })
    }

    /// Merges the scanners' verdicts into one scan and counts them.
    pub(crate) fn merge(&self, judgements: Vec<Judgement>, spent: Spent) -> Result<Arc<Scan>, EngineError> {
        for (position, judgement) in judgements.iter().enumerate() {
            if judgement.skipped.is_some() {
                continue;
            }
            let Some(counters) = self.metrics.scanner(self.first_scanner + position) else { continue };
            counters.seconds.record(judgement.elapsed);
            if let Err(error) = &judgement.verdict {
                counters.errors.increment();
                if *error == ScannerError::Panicked {
                    self.metrics.panics.increment();
                }
            }
        }
        let failed = judgements.iter().filter(|judgement| judgement.by_model && judgement.verdict.is_err());
        self.metrics.model_errors.add(failed.count().min(1) as u64);
        let mut scan = Scan::merge(&self.text, judgements, self.on_error)?;
        self.metrics.detected(scan.detection);
        if spent != Spent::default() {
            self.metrics.inference_seconds.record(spent.inference);
        }
        scan.spent = spent;
        Ok(Arc::new(scan))
    }

    /// Runs the scanners that need only the text, step by step, for plans that wait for nobody but a vault.
    pub(crate) fn judge_all(&self, cancelled: Option<&AtomicBool>) -> Result<Vec<Judgement>, EngineError> {
        let mut judged = Vec::new();
        for step in 0..self.plan.steps() {
            let Judged { text, .. } = self.judge(step, cancelled)?;
            let ends = self.plan.ends(&text);
            if judged.is_empty() {
                judged = text; // of most plans this is all
            } else {
                judged.extend(text);
            }
            if ends {
                break;
            }
        }
        Ok(self.plan.complete(judged))
    }

    /// [`Work::judge_all`] and [`Work::merge`] in one, for plans that wait for nobody but a vault; on a thread that
    /// may wait for one.
    pub(crate) fn scan(&self, cancelled: Option<&AtomicBool>) -> Result<Arc<Scan>, EngineError> {
        let mut judged = self.judge_all(cancelled)?;
        settle_blocking(&mut judged, &self.text);
        self.merge(judged, Spent::default())
    }
}

/// Counts a request to its end and packs its result.
pub(crate) fn conclude(
    in_flight: InFlight<impl Deref<Target = Metrics>>,
    metrics: &Metrics,
    lane: Lane,
    queue: std::time::Duration,
    scanned: Result<(Arc<Scan>, bool), EngineError>,
) -> Result<Outcome, EngineError> {
    let end = match &scanned {
        Ok((scan, _)) if scan.is_valid => metrics::Outcome::Valid,
        Ok(_) => metrics::Outcome::Invalid,
        Err(error) => metrics::Outcome::from(error),
    };
    let total = in_flight.finish(end);
    let (scan, cached) = scanned?;
    let spent = total.saturating_sub(queue);
    metrics.scan_seconds.record(spent);
    // A scan that was made for somebody else took nothing of this request's time.
    let Spent { tokenize, inference } = if cached { Spent::default() } else { scan.spent };
    let timings = Timings { queue, scan: spent, tokenize, inference, total };
    Ok(Outcome { scan, lane, cached, timings })
}

/// A request queued for an actor.
pub(crate) struct Job {
    /// `None` once it is done: the caller's text is let go before the caller hears.
    work: Option<Work>,
    cost_ns: u64,
    ticket: Arc<Ticket>,
    /// What is left to do once the work is done; `None` afterwards.
    finish: Option<Finish>,
}

/// What an actor does with the verdicts.
pub(crate) enum Finish {
    /// Answer the caller.
    Reply { in_flight: InFlight, reply: Reply },
    /// Hand what a step of the plan came to so far to the task that drives the request.
    Resume {
        /// Which step.
        step: usize,
        /// To the task.
        sender: tokio::sync::oneshot::Sender<Result<Judged, EngineError>>,
    },
}

impl Job {
    pub(crate) const fn new(work: Work, cost_ns: u64, ticket: Arc<Ticket>, finish: Finish) -> Self {
        Self { work: Some(work), cost_ns, ticket, finish: Some(finish) }
    }

    pub(crate) const fn cost_ns(&self) -> u64 {
        self.cost_ns
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.ticket.is_cancelled()
    }

    /// Scans and answers. A cancelled job is only dropped.
    pub(crate) fn run(mut self) {
        if self.is_cancelled() {
            return;
        }
        let (Some(work), Some(finish)) = (self.work.take(), self.finish.take()) else { return };
        let cancelled = Some(self.ticket.flag());
        match finish {
            Finish::Reply { in_flight, reply } => {
                let queue = in_flight.dequeue();
                let scanned = work.scan(cancelled).map(|scan| (scan, false));
                let outcome = conclude(in_flight, &work.metrics, Lane::Actor, queue, scanned);
                drop(work);
                self.ticket.answer(reply, outcome);
            }
            Finish::Resume { step, sender } => {
                // The receiver is gone when the driving task was aborted: nobody wants the verdicts.
                let judged = work.judge(step, cancelled);
                drop(work);
                let _ = sender.send(judged);
            }
        }
    }
}

/// A request of which all is known but what one vault has to say: it is finished on the thread of the vault's
/// owner, without another one in between.
pub(crate) struct Settling {
    /// What is left to do; `None` once it is done.
    rest: Option<Rest>,
    ticket: Arc<Ticket>,
}

struct Rest {
    work: Work,
    judgements: Vec<Judgement>,
    in_flight: InFlight,
    reply: Reply,
}

impl Settling {
    /// The place of the one scanner that waits, if its vault answers at once and no other waits.
    pub(crate) fn place(judgements: &[Judgement]) -> Option<usize> {
        let mut waiting = judgements.iter().enumerate().filter_map(|(place, judgement)| {
            judgement.pending.as_ref().map(|pending| (place, pending.is_answered_at_once()))
        });
        let (place, at_once) = waiting.next()?;
        (at_once && waiting.next().is_none()).then_some(place)
    }

    /// Sends the request to the owner of the vault that the scanner at `place` waits for.
    pub(crate) fn start(
        work: Work,
        mut judgements: Vec<Judgement>,
        place: usize,
        ticket: Arc<Ticket>,
        in_flight: InFlight,
        reply: Reply,
    ) {
        let Some(pending) = judgements.get_mut(place).and_then(|judgement| judgement.pending.take()) else {
            return;
        };
        let (text, sent) = (work.text.clone(), Instant::now());
        let rest = Some(Rest { work, judgements, in_flight, reply });
        let settling = Self { rest, ticket };
        pending.settle_at_owner(text, Box::new(move |verdict| settling.finish(place, verdict, sent)));
    }

    fn finish(mut self, place: usize, verdict: Result<Verdict, ScannerError>, sent: Instant) {
        let Some(Rest { work, mut judgements, in_flight, reply }) = self.rest.take() else { return };
        let interrupt = Interrupt::new(work.deadline, Some(self.ticket.flag()));
        let queue = sent.elapsed();
        work.metrics.queue_seconds.record(queue);
        let settled = interrupt.check().map_err(|why| EngineError::interrupted(why, true));
        let scanned = settled.and_then(|()| {
            if let Some(judgement) = judgements.get_mut(place) {
                judgement.verdict = verdict;
                judgement.elapsed += queue;
            }
            work.merge(judgements, Spent::default()).map(|scan| (scan, false))
        });
        let outcome = conclude(in_flight, &work.metrics, Lane::Actor, queue, scanned);
        drop(work);
        self.ticket.answer(reply, outcome);
    }
}

impl Drop for Settling {
    /// A request whose vault has no owner any more is answered all the same.
    fn drop(&mut self) {
        let Some(Rest { in_flight, reply, .. }) = self.rest.take() else { return };
        if self.ticket.is_cancelled() {
            return;
        }
        in_flight.finish(metrics::Outcome::Failed);
        self.ticket.release();
        reply(Err(EngineError::Closed("the runtime shut down before the scan ended")));
    }
}

impl Drop for Job {
    /// A job that never ran (the runtime shuts down, an actor died) is answered all the same.
    fn drop(&mut self) {
        let Some(finish) = self.finish.take() else { return };
        if self.is_cancelled() {
            return;
        }
        let closed = EngineError::Closed("the runtime shut down before the scan started");
        match finish {
            Finish::Reply { in_flight, reply } => {
                in_flight.finish(metrics::Outcome::Failed);
                self.ticket.release();
                reply(Err(closed));
            }
            Finish::Resume { sender, .. } => {
                let _ = sender.send(Err(closed));
            }
        }
    }
}
