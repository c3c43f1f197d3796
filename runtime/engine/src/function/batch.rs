//! Calls handed over together: whatever came while the last batch ran goes into the next one.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::function::body::{self, Abandoned, Answer, FunctionBody, Invocation};
use crate::function::call::{Place, no_answer, out_of_time};
use crate::function::{FunctionError, FunctionMetrics};
use crate::runtime;

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
    answer: oneshot::Sender<Answer>,
}

impl Waiting {
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
        queue.send(Waiting { item, answer: sender }).map_err(|_| lost())?;
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

impl Maker {
    async fn work(self, mut queue: mpsc::UnboundedReceiver<Waiting>) {
        while let Some(first) = queue.recv().await {
            let mut batch = vec![first];
            loop {
                let now = Instant::now();
                batch.retain(|waiting| waiting.is_wanted(now));
                if batch.len() >= self.most {
                    break;
                }
                match queue.try_recv() {
                    Ok(next) => batch.push(next),
                    Err(_) => break,
                }
            }
            if !batch.is_empty() {
                self.run(batch).await;
            }
        }
    }

    async fn run(&self, batch: Vec<Waiting>) {
        let began = Instant::now();
        let mut arguments = Vec::with_capacity(batch.len());
        let mut places = Vec::with_capacity(batch.len());
        let mut callers = Vec::with_capacity(batch.len());
        for Waiting { item, answer } in batch {
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
