//! Many texts in one request: one crossing, one permit, all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use std::vec::IntoIter;

use futures_util::StreamExt;
use rayon::ThreadPool;

use crate::admission::Policy;
use crate::drive::Driver;
use crate::error::EngineError;
use crate::job::{Ticket, Work, conclude};
use crate::lock::Mutex;
use crate::metrics::{self, Lane, Metrics};
use crate::outcome::Outcome;
use crate::runtime::{self, Runtime, SHUT_DOWN};
use crate::shield::{Process, Request, Shield};

/// Where the outcomes of a bulk call go. Nothing is called any more once the ticket is cancelled.
pub trait Collect: Send + Sync + 'static {
    /// The outcomes of the requests from position `from` on. From engine threads, several at a time and in
    /// any order; each position comes once.
    fn outcomes(&self, from: usize, outcomes: Vec<Outcome>);

    /// Nothing more comes: all outcomes are there, or the first error ended the call. Called once, last.
    fn end(&self, result: Result<(), EngineError>);
}

/// Sees to it that there is an end, whatever becomes of the work.
struct Answer {
    collect: Box<dyn Collect>,
    ticket: Arc<Ticket>,
    ended: bool,
}

impl Answer {
    fn outcomes(&self, from: usize, outcomes: Vec<Outcome>) {
        if !self.ticket.is_cancelled() {
            self.collect.outcomes(from, outcomes);
        }
    }

    fn end(&mut self, result: Result<(), EngineError>) {
        // First the permit, then the answer: whoever reads the answer finds the place free.
        self.ticket.release();
        if !std::mem::replace(&mut self.ended, true) && !self.ticket.is_cancelled() {
            self.collect.end(result);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.end(Err(SHUT_DOWN));
    }
}

/// Texts of one bulk call whose network scanners run at the same time.
const NETWORK_CONCURRENCY: usize = 32;

/// Texts of one bulk call that are with models at the same time: enough that batches are full of rows of
/// about one length.
const MODEL_CONCURRENCY: usize = 256;

/// Texts a thread takes at a time: at most this many, fewer for a short list, so that all threads have their
/// share.
const PIECE: usize = 256;
const LEAST_PIECE: usize = 16;

impl Shield {
    /// Hands many texts of one side over at once, all with the deadline of the first; the first error ends
    /// the call. As [`Shield::submit`] otherwise.
    pub fn submit_bulk(
        &self,
        requests: Vec<Request>,
        ticket: &Arc<Ticket>,
        collect: Box<dyn Collect>,
    ) -> Result<(), EngineError> {
        let process = self.process();
        process.open()?;
        requests.iter().try_for_each(|request| self.check(&process, request, Lane::Bulk))?;
        let runtime = runtime::current()?;
        if !process.admit_now(ticket) && process.admission.policy() == Policy::Reject {
            process.metrics.begin(Lane::Bulk).finish(metrics::Outcome::Overloaded);
            return Err(process.overloaded());
        }
        let mut answer = Answer { collect, ticket: Arc::clone(ticket), ended: false };
        let Some(first) = requests.first() else {
            answer.end(Ok(()));
            return Ok(());
        };
        let work = self.work(&process, first, Instant::now());
        if ticket.holds_permit() && !work.waits() {
            List::scan(process, work, requests, answer, runtime.bulk());
            return Ok(());
        }
        let driver = drive(Arc::clone(&runtime), process, work, requests, answer);
        let task = runtime.tokio().spawn(driver);
        ticket.driven_by(task.abort_handle());
        Ok(())
    }

    /// Scans many texts for a caller whose thread may block; `each` gets the outcomes as
    /// [`Collect::outcomes`] does.
    ///
    /// It is cancelled when `patient`, which is asked every now and then, no longer is. Must not be called
    /// from a thread of the runtime.
    pub fn scan_bulk_blocking(
        &self,
        requests: Vec<Request>,
        each: impl Fn(usize, Vec<Outcome>) + Send + Sync + 'static,
        patient: impl FnMut() -> bool,
    ) -> Result<(), EngineError> {
        struct Waited<Each> {
            each: Each,
            end: Sender<Result<(), EngineError>>,
        }
        impl<Each: Fn(usize, Vec<Outcome>) + Send + Sync + 'static> Collect for Waited<Each> {
            fn outcomes(&self, from: usize, outcomes: Vec<Outcome>) {
                (self.each)(from, outcomes);
            }
            fn end(&self, result: Result<(), EngineError>) {
                let _ = self.end.send(result);
            }
        }
        let (end, ended) = std::sync::mpsc::channel();
        let ticket = Arc::<Ticket>::default();
        self.submit_bulk(requests, &ticket, Box::new(Waited { each, end }))?;
        runtime::receive_while(&ended, patient).inspect_err(|_| ticket.cancel())?
    }
}

async fn drive(
    runtime: Arc<Runtime>,
    process: Arc<Process>,
    work: Work,
    requests: Vec<Request>,
    mut answer: Answer,
) {
    if !answer.ticket.holds_permit() {
        match process.admission.admit(work.deadline).await {
            Ok(permit) => answer.ticket.hold(permit),
            Err(error) => return answer.end(Err(error)),
        }
    }
    if work.waits() {
        let result = drive_waiting(&runtime, &process, &work, requests, &answer).await;
        answer.end(result);
    } else {
        List::scan(process, work, requests, answer, runtime.bulk());
    }
}

/// A list on the threads of the bulk pool, which take pieces from its front. No thread waits for another:
/// one that finds nothing left goes on with the next list, and whichever is last lets go of this one, which
/// is its end.
struct List {
    process: Arc<Process>,
    work: Work,
    /// The position of the first text that no thread took yet, and the texts from there on.
    rest: Mutex<(usize, IntoIter<Request>)>,
    piece: usize,
    missing: AtomicUsize,
    error: OnceLock<EngineError>,
    answer: Answer,
}

impl List {
    fn scan(process: Arc<Process>, work: Work, requests: Vec<Request>, answer: Answer, pool: &ThreadPool) {
        let threads = pool.current_num_threads();
        let list = Arc::new(Self {
            process,
            work,
            piece: (requests.len() / (threads * 8)).clamp(LEAST_PIECE, PIECE),
            missing: AtomicUsize::new(requests.len()),
            rest: Mutex::new((0, requests.into_iter())),
            error: OnceLock::new(),
            answer,
        });
        for _ in 0..threads {
            let list = Arc::clone(&list);
            pool.spawn_fifo(move || list.take());
        }
    }

    fn take(&self) {
        let mut work = self.work.clone();
        while self.error.get().is_none() {
            let mut rest = self.rest.lock();
            let from = rest.0;
            rest.0 += self.piece;
            let piece: Vec<_> = rest.1.by_ref().take(self.piece).collect();
            drop(rest);
            if piece.is_empty() {
                return;
            }
            let ticket = &self.answer.ticket;
            let scans = piece.into_iter().map(|request| one(&self.process, ticket, request, &mut work));
            match scans.collect::<Result<Vec<_>, _>>() {
                Ok(outcomes) => {
                    let count = outcomes.len();
                    self.answer.outcomes(from, outcomes);
                    self.missing.fetch_sub(count, Ordering::AcqRel);
                }
                Err(first) => drop(self.error.set(first)),
            }
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // With texts missing and no error, the pool went away: the answer says so by itself.
        match self.error.take() {
            Some(error) => self.answer.end(Err(error)),
            None if self.missing.load(Ordering::Acquire) == 0 => self.answer.end(Ok(())),
            None => {}
        }
    }
}

/// Scans one text of a list, on a thread of the bulk pool. `work` is the thread's own, used again for each
/// text: what all texts share is counted up once per thread, not once per text.
fn one(
    process: &Process,
    ticket: &Ticket,
    request: Request,
    work: &mut Work,
) -> Result<Outcome, EngineError> {
    let in_flight = Metrics::begin_with(&*process.metrics, Lane::Bulk);
    let queue = in_flight.dequeue();
    (work.text, work.prompt) = (request.text, request.prompt);
    let scanned = process.scan(process.key(request.side, work), work, Some(ticket.flag()));
    conclude(in_flight, &process.metrics, Lane::Bulk, queue, scanned)
}

/// A list whose plan waits for the network or for models: a bounded number of texts at a time.
async fn drive_waiting(
    runtime: &Arc<Runtime>,
    process: &Arc<Process>,
    work: &Work,
    requests: Vec<Request>,
    answer: &Answer,
) -> Result<(), EngineError> {
    let ticket = Arc::clone(&answer.ticket);
    let concurrency = if work.plan.has_network() { NETWORK_CONCURRENCY } else { MODEL_CONCURRENCY };
    let mut outcomes = futures_util::stream::iter(requests.into_iter().map(|request| {
        let work = Work { text: request.text, prompt: request.prompt, ..work.clone() };
        let (runtime, process, ticket) = (Arc::clone(runtime), Arc::clone(process), Arc::clone(&ticket));
        async move {
            let metrics = Arc::clone(&process.metrics);
            let in_flight = metrics.begin(Lane::Bulk);
            let queue = in_flight.dequeue();
            let driver = Driver::new(runtime, process, work, None, ticket);
            let scanned = driver.scan().await.map(|scan| (scan, false));
            conclude(in_flight, &metrics, Lane::Bulk, queue, scanned)
        }
    }))
    .buffered(concurrency);
    let mut position = 0;
    while let Some(outcome) = outcomes.next().await {
        answer.outcomes(position, vec![outcome?]);
        position += 1;
    }
    Ok(())
}
