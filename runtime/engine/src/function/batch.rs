//! Calls handed over together: whatever came while the last batch ran goes into the next one.
//!
//! The next one does not wait for ever: it starts as well when it is full, or when one of its calls has waited for a
//! good part of its time. So a call that is stuck holds up those in its own batch.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::function::body::{self, Abandoned, Answer, FunctionBody, Invocation};
use crate::function::call::{Place, no_answer, out_of_time};
use crate::function::{FunctionError, FunctionMetrics};
use crate::runtime;

/// Batches of a function that run at a time.
const MOST_RUNNING: usize = 4;

/// The part of its time after which a call waits no longer for the last batch to end.
const PATIENCE: u32 = 4;

/// What a call waits so at most, however much time it has.
const LONGEST: Duration = Duration::from_mins(1);

/// One call on its way into a batch.
#[derive(Debug)]
pub(super) struct Item {
    arguments: Arc<Value>,
    until: Option<Instant>,
    place: Place,
}

impl Item {
    pub(super) const fn new(arguments: Arc<Value>, until: Option<Instant>, place: Place) -> Self {
        Self { arguments, until, place }
    }
}

/// A call that waits for its answer.
#[derive(Debug)]
struct Waiting {
    item: Item,
    /// When it goes into a batch beside those that run.
    patience: Instant,
    answer: oneshot::Sender<Answer>,
}

impl Waiting {
    fn new(item: Item, now: Instant, answer: oneshot::Sender<Answer>) -> Self {
        let left = item.until.map(|until| until.saturating_duration_since(now) / PATIENCE);
        Self { item, patience: now + left.map_or(LONGEST, |left| left.min(LONGEST)), answer }
    }

    fn is_wanted(&self, now: Instant) -> bool {
        !self.answer.is_closed() && self.item.until.is_none_or(|until| now < until)
    }
}

/// Makes batches. The queue is bounded by the places of the function.
#[derive(Debug)]
pub(super) struct Batcher {
    maker: Maker,
    queue: OnceLock<mpsc::UnboundedSender<Waiting>>,
}

#[derive(Clone, Debug)]
struct Maker {
    body: Arc<dyn FunctionBody>,
    most: usize,
    timeout: Duration,
    abandoned: Option<Arc<Abandoned>>,
    metrics: Arc<FunctionMetrics>,
}

impl Batcher {
    pub(super) fn new(
        body: Arc<dyn FunctionBody>,
        most: usize,
        timeout: Duration,
        abandoned: Option<Arc<Abandoned>>,
        metrics: Arc<FunctionMetrics>,
    ) -> Self {
        let maker = Maker { body, most: most.max(1), timeout, abandoned, metrics };
        Self { maker, queue: OnceLock::new() }
    }

    /// Puts a call into the next batch that has room, and waits for its answer.
    pub(super) async fn call(&self, item: Item) -> Answer {
        let began = Instant::now();
        let until = item.until;
        let (sender, receiver) = oneshot::channel();
        let queue = self.queue()?;
        queue.send(Waiting::new(item, began, sender)).map_err(|_| lost())?;
        let answer = match until {
            None => receiver.await,
            Some(until) => match tokio::time::timeout_at(until.into(), receiver).await {
                Ok(answer) => answer,
                Err(_) => return Err(FunctionError::Timeout(began.elapsed())),
            },
        };
        // A batch leaves out what is late, which may be seen here before the time is.
        let late = until.is_some_and(|until| Instant::now() >= until);
        answer.unwrap_or_else(|_| Err(if late { FunctionError::Timeout(began.elapsed()) } else { lost() }))
    }

    fn queue(&self) -> Result<&mpsc::UnboundedSender<Waiting>, FunctionError> {
        if let Some(queue) = self.queue.get() {
            return Ok(queue);
        }
        let runtime =
            runtime::current().map_err(|error| FunctionError::ContextNotInitialized(error.to_string()))?;
        Ok(self.queue.get_or_init(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            // It ends with the batcher: the queue's only sender is here.
            runtime.tokio().spawn(self.maker.clone().work(receiver));
            sender
        }))
    }
}

fn lost() -> FunctionError {
    FunctionError::ContextNotInitialized(
        "what runs functions was shut down before the call was done".to_owned(),
    )
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

impl Maker {
    async fn work(self, mut queue: mpsc::UnboundedReceiver<Waiting>) {
        let mut waiting: VecDeque<Waiting> = VecDeque::new();
        let mut running = FuturesUnordered::new();
        // Of those that wait, if they are fewer than a batch.
        let mut patience: Option<Instant> = None;
        let mut closed = false;
        loop {
            let over = |patience: Option<Instant>| patience.is_some_and(|at| Instant::now() >= at);
            while running.is_empty() || waiting.len() >= self.most || over(patience) {
                if running.len() >= MOST_RUNNING {
                    break;
                }
                let batch = self.next(&mut waiting);
                patience = waiting.iter().take(self.most).map(|waiting| waiting.patience).min();
                if batch.is_empty() {
                    break;
                }
                running.push(self.run(batch));
            }
            if closed && running.is_empty() {
                return;
            }
            let hurry = patience.filter(|_| running.len() < MOST_RUNNING);
            tokio::select! {
                // Before a batch that ends has the next one formed, of all that came.
                biased;
                next = queue.recv(), if !closed => match next {
                    Some(first) => {
                        for next in std::iter::once(first).chain(std::iter::from_fn(|| queue.try_recv().ok())) {
                            patience = Some(patience.map_or(next.patience, |at| at.min(next.patience)));
                            waiting.push_back(next);
                        }
                    }
                    None => closed = true,
                },
                Some(()) = running.next() => {}
                () = sleep_until(hurry), if hurry.is_some() => {}
            }
        }
    }

    /// The calls of the next batch, without those that nobody waits for.
    fn next(&self, waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
        let now = Instant::now();
        let wanted = std::iter::from_fn(|| waiting.pop_front()).filter(|waiting| waiting.is_wanted(now));
        wanted.take(self.most).collect()
    }

    async fn run(&self, batch: Vec<Waiting>) {
        let began = Instant::now();
        let mut arguments = Vec::with_capacity(batch.len());
        let mut places = Vec::with_capacity(batch.len());
        let mut callers = Vec::with_capacity(batch.len());
        for Waiting { item, answer, .. } in batch {
            arguments.push(item.arguments);
            places.push(item.place);
            callers.push(answer);
        }
        self.metrics.batches.increment();
        let until = began.checked_add(self.timeout);
        let (run, mut running) = body::run(until, self.abandoned.clone(), places);
        self.body.start(Invocation { arguments, batch: true, origin: None, run });
        let answers = tokio::select! {
            answers = running.finish() => answers,
            // Nobody is left to answer: `running` gives the run up as it is dropped.
            _ = join_all(callers.iter_mut().map(oneshot::Sender::closed)) => return,
        };
        let whole = match answers {
            Ok(Ok(answers)) => {
                let mut answers = answers.into_iter();
                for caller in callers {
                    let _ = caller.send(answers.next().unwrap_or_else(|| Err(no_answer())));
                }
                return;
            }
            Ok(Err(error)) => error,
            Err(progress) => out_of_time(progress, began.elapsed()),
        };
        for caller in callers {
            let _ = caller.send(Err(whole.clone()));
        }
    }
}
