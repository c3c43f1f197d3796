//! Requests that have to wait for something: a permit, somebody else's identical scan, the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::error::EngineError;
use crate::job::{Finish, Job, Judged, Reply, Ticket, Work, conclude};
use crate::metrics::{InFlight, Lane};
use crate::model::answer::Spent;
use crate::outcome::{Judgement, Scan};
use crate::plan::Sessions;
use crate::private::settle;
use crate::runtime::Runtime;
use crate::shield::{Process, Side};

/// What a step's job will hand over.
type Queued = oneshot::Receiver<Result<Judged, EngineError>>;

/// That of the first step, if it is queued already.
type First = Option<Queued>;

/// A request on its way, with what is needed to count its end.
pub(crate) struct Driver {
    runtime: Arc<Runtime>,
    process: Arc<Process>,
    work: Work,
    /// The side, if the result is to be kept and shared. Its key is made by the task: hashing reads the whole text,
    /// which would hold an event loop up.
    shared: Option<Side>,
    ticket: Arc<Ticket>,
    /// What the first step's job hands over, if it was queued before the driver was polled.
    first: First,
}

impl Driver {
    pub(crate) const fn new(
        runtime: Arc<Runtime>,
        process: Arc<Process>,
        work: Work,
        shared: Option<Side>,
        ticket: Arc<Ticket>,
    ) -> Self {
        Self { runtime, process, work, shared, ticket, first: None }
    }

    /// Queues the first step at once, without the way over the thread that will drive the request, unless a model
    /// has to be loaded. Only with a permit, and if no cache is to be asked first.
    #[must_use]
    pub(crate) fn ahead(mut self) -> Self {
        self.first = self.work.plan.loaded(0).map(|sessions| self.queue(0, sessions));
        self
    }

    /// Queues a step's job for the actors, who must find its models loaded: there are few of them.
    fn queue(&self, step: usize, sessions: Sessions) -> Queued {
        let (sender, receiver) = oneshot::channel();
        let cost_ns = self.work.cost_ns();
        let finish = Finish::Resume { step, sender };
        let work = Work { sessions, ..self.work.clone() };
        let job = Job::new(work, cost_ns, Arc::clone(&self.ticket), finish);
        self.runtime.pool(cost_ns).submit(job);
        receiver
    }

    /// Drives the request to its end and replies. Aborting the task gives everything back.
    pub(crate) async fn answer(mut self, in_flight: InFlight, lane: Lane, reply: Reply) {
        let mut queue = Duration::ZERO;
        let scanned = async {
            self.admit().await?;
            queue = in_flight.dequeue();
            let first = self.first.take();
            self.scan_or_share(first).await
        };
        let scanned = scanned.await;
        let outcome = conclude(in_flight, &self.work.metrics, lane, queue, scanned);
        let ticket = Arc::clone(&self.ticket);
        drop(self);
        ticket.answer(reply, outcome);
    }

    async fn admit(&self) -> Result<(), EngineError> {
        if self.ticket.holds_permit() {
            return Ok(());
        }
        let permit = self.process.admission.admit(self.work.deadline).await?;
        self.ticket.hold(permit);
        Ok(())
    }

    /// The scan, whether it was made for an earlier or simultaneous request, or not.
    async fn scan_or_share(&self, first: First) -> Result<(Arc<Scan>, bool), EngineError> {
        let key = self.shared.and_then(|side| self.process.key(side, &self.work));
        let (Some(cache), Some(key)) = (&self.process.cache, key) else {
            return self.scan_from(first).await.map(|scan| (scan, false));
        };
        let mine = AtomicBool::new(false);
        let flight = cache.get_or_compute(key, async {
            mine.store(true, Ordering::Relaxed);
            // What failed is shared with whoever waits for it, as an error would be, and not kept.
            match self.scan().await {
                Ok(scan) if !scan.failed() => Ok(scan),
                unkept => Err(unkept),
            }
        });
        let shared = in_time(self.work.deadline, true, flight).await?;
        let computed = mine.load(Ordering::Relaxed);
        match shared {
            Ok(scan) => Ok((scan, !computed)),
            Err(unkept) => match &*unkept {
                Ok(scan) => Ok((Arc::clone(scan), !computed)),
                // Another request's deadline or departure is not ours.
                Err(EngineError::DeadlineExceeded { .. } | EngineError::Cancelled)
                    if !computed && self.work.deadline.is_none_or(|deadline| Instant::now() < deadline) =>
                {
                    self.scan().await.map(|scan| (scan, false))
                }
                Err(error) => Err(error.clone()),
            },
        }
    }

    /// The scan itself: the actors judge the text while the network scanners wait for their answers, and
    /// what the models say is judged when they have said it.
    pub(crate) async fn scan(&self) -> Result<Arc<Scan>, EngineError> {
        self.scan_from(None).await
    }

    async fn scan_from(&self, mut first: First) -> Result<Arc<Scan>, EngineError> {
        let Work { plan, text, deadline, .. } = &self.work;
        let (mut judged, mut spent) = (Vec::new(), Spent::default());
        for step in 0..plan.steps() {
            let (here, took) = self.scan_step(step, first.take()).await?;
            spent += took;
            let ends = plan.ends(&here);
            judged.extend(here);
            if ends {
                break;
            }
        }
        let mut judgements = plan.complete(judged);
        settle(&mut judgements, text, *deadline).await.map_err(|why| EngineError::interrupted(why, true))?;
        self.work.merge(judgements, spent)
    }

    /// What the scanners of a step say, each with its position.
    async fn scan_step(
        &self,
        step: usize,
        queued: First,
    ) -> Result<(Vec<(usize, Judgement)>, Spent), EngineError> {
        let Work { plan, text, prompt, deadline, .. } = &self.work;
        let judge = async {
            let queued = match queued {
                Some(queued) => queued,
                None => self.queue(step, in_time(*deadline, false, plan.load(step)).await?),
            };
            let judged = in_time(*deadline, true, queued)
                .await?
                .unwrap_or(Err(EngineError::Closed("the runtime shut down before the scan started")))?;
            let Judged { text: begun, questions } = judged;
            let judged = plan.judge_by_models(questions, begun, text, prompt.as_ref(), *deadline).await;
            judged.map_err(|why| EngineError::interrupted(why, true))
        };
        let (judged, network) = tokio::join!(judge, plan.scan_network(step, text, *deadline));
        let (mut all, spent) = judged?;
        all.extend(network);
        all.sort_unstable_by_key(|(at, _)| *at);
        Ok((all, spent))
    }
}

/// Waits until the deadline at most; `started` tells whether the scan may have begun by then.
pub(crate) async fn in_time<T>(
    deadline: Option<Instant>,
    started: bool,
    waited: impl Future<Output = T>,
) -> Result<T, EngineError> {
    let Some(deadline) = deadline else { return Ok(waited.await) };
    let late = |_| EngineError::DeadlineExceeded { started };
    tokio::time::timeout_at(deadline.into(), waited).await.map_err(late)
}
