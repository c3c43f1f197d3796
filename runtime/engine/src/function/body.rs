//! How an invocation goes from the engine to a function's code, and how its answer comes back.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::function::FunctionError;
use crate::lock::Mutex;

/// Where a call comes from, in terms of the function's language (in Python, the caller's event loop and
/// context variables). Opaque here.
#[derive(Clone)]
pub struct Origin(pub Arc<dyn Any + Send + Sync>);

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Origin(..)")
    }
}

/// The code of a function.
pub trait FunctionBody: Send + Sync + fmt::Debug {
    /// Starts an invocation, and returns at once: what runs code of another language, and may have to wait
    /// for it, does so on a thread of its own.
    fn start(&self, invocation: Invocation);
}

/// What one call's function returned, or why it did not.
pub type Answer = Result<Value, FunctionError>;

/// What an invocation's function returned: one answer for each of its calls.
pub(crate) type Answers = Result<Vec<Answer>, FunctionError>;

/// One run of a function's code, for one call or for a batch of them.
#[derive(Debug)]
pub struct Invocation {
    /// The arguments of each call.
    pub arguments: Vec<Arc<Value>>,
    /// Whether the function takes a list of calls.
    pub batch: bool,
    /// Where the call comes from; a batch comes from nowhere in particular.
    pub origin: Option<Origin>,
    /// To be told how it goes.
    pub run: Run,
}

/// A run on its way. Dropping it unanswered is an answer, too.
#[derive(Debug)]
pub struct Run {
    state: Arc<State>,
    answer: Option<oneshot::Sender<Answers>>,
}

const QUEUED: u8 = 0;
const TAKEN: u8 = 1;
const STARTED: u8 = 2;
const GIVEN_UP: u8 = 3;
const ENDED: u8 = 4;

/// Runs that were given up and still run.
#[derive(Debug, Default)]
pub(crate) struct Abandoned {
    pub(crate) now: AtomicUsize,
    pub(crate) total: AtomicU64,
}

/// How far a run is, for both its ends.
pub struct State {
    stage: AtomicU8,
    /// When the time runs out; `None` for never.
    pub deadline: Option<Instant>,
    /// Stops the code, where that can be done.
    stop: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// Where to count the run if it is given up while it runs and cannot be stopped.
    abandoned: Option<Arc<Abandoned>>,
    counted: Mutex<bool>,
    /// Given back when the code has really ended.
    permits: Mutex<Vec<OwnedSemaphorePermit>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("stage", &self.stage).finish_non_exhaustive()
    }
}

impl State {
    /// Whether nobody waits for the answer any more.
    pub fn is_given_up(&self) -> bool {
        self.stage.load(Ordering::Acquire) == GIVEN_UP
    }

    /// Says how to stop the code. If the run has been given up meanwhile, it is stopped here.
    pub fn stopped_by(&self, stop: impl FnOnce() + Send + 'static) {
        *self.stop.lock() = Some(Box::new(stop));
        if self.is_given_up() {
            self.stop();
        }
    }

    fn stop(&self) {
        let stop = self.stop.lock().take();
        if let Some(stop) = stop {
            stop();
        }
    }

    fn advance(&self, from: &[u8], to: u8) -> bool {
        let step = |now| from.contains(&now).then_some(to);
        self.stage.fetch_update(Ordering::AcqRel, Ordering::Acquire, step).is_ok()
    }

    /// Counts the run as abandoned, once, and only if it has not ended.
    fn abandon(&self) {
        let Some(abandoned) = &self.abandoned else { return };
        let mut counted = self.counted.lock();
        if !*counted && self.stage.load(Ordering::Acquire) != ENDED {
            *counted = true;
            abandoned.now.fetch_add(1, Ordering::Relaxed);
            abandoned.total.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The code has ended, or will never run.
    fn end(&self) {
        let mut counted = self.counted.lock();
        self.stage.store(ENDED, Ordering::Release);
        if std::mem::take(&mut *counted)
            && let Some(abandoned) = &self.abandoned
        {
            abandoned.now.fetch_sub(1, Ordering::Relaxed);
        }
        drop(counted);
        self.stop.lock().take();
        self.permits.lock().clear();
    }
}

/// The engine's end of a run.
#[derive(Debug)]
pub(crate) struct Running {
    state: Arc<State>,
    answer: oneshot::Receiver<Answers>,
}

/// How far a run was when it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It waited for a worker.
    Queued,
    /// A worker or an event loop had it, and did not come to start it.
    Taken,
    /// It ran.
    Started,
}

/// A run that holds `permits` until its code has ended.
pub(crate) fn run(
    deadline: Option<Instant>,
    abandoned: Option<Arc<Abandoned>>,
    permits: Vec<OwnedSemaphorePermit>,
) -> (Run, Running) {
    let (sender, receiver) = oneshot::channel();
    let state = Arc::new(State {
        stage: AtomicU8::new(QUEUED),
        deadline,
        stop: Mutex::default(),
        abandoned,
        counted: Mutex::default(),
        permits: Mutex::new(permits),
    });
    (Run { state: Arc::clone(&state), answer: Some(sender) }, Running { state, answer: receiver })
}

impl Run {
    /// How far it is.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state)
    }

    /// A worker has it, which has yet to get hold of the interpreter.
    pub fn taken(&self) {
        self.state.advance(&[QUEUED], TAKEN);
    }

    /// The code starts now. `false` if the run was given up: then it must not.
    pub fn started(&self) -> bool {
        self.state.advance(&[QUEUED, TAKEN], STARTED)
    }

    /// The code has ended.
    pub fn answer(mut self, answers: Result<Vec<Answer>, FunctionError>) {
        self.end(answers);
    }

    fn end(&mut self, answers: Answers) {
        if let Some(sender) = self.answer.take() {
            // First the permits, then the answer: whoever reads the answer finds a free place.
            self.state.end();
            let _ = sender.send(answers);
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.end(Err(FunctionError::ContextNotInitialized(
            "what runs functions was shut down before the call was done".to_owned(),
        )));
    }
}

impl Running {
    /// The answer, or at the deadline how far the run was.
    pub(crate) async fn finish(&mut self) -> Result<Answers, Progress> {
        let answer = &mut self.answer;
        let answers = match self.state.deadline {
            None => answer.await,
            Some(deadline) => match tokio::time::timeout_at(deadline.into(), answer).await {
                Ok(answers) => answers,
                Err(_) => return Err(self.give_up()),
            },
        };
        let lost = || FunctionError::Runtime("the function's answer was lost".to_owned());
        Ok(answers.unwrap_or_else(|_| Err(lost())))
    }

    /// Stops the code where that can be done; what cannot be stopped is abandoned.
    fn give_up(&self) -> Progress {
        let state = &self.state;
        if state.advance(&[QUEUED], GIVEN_UP) {
            return Progress::Queued;
        }
        if state.advance(&[TAKEN], GIVEN_UP) {
            return Progress::Taken;
        }
        if state.advance(&[STARTED], GIVEN_UP) {
            state.abandon();
            state.stop();
        }
        Progress::Started
    }
}

impl Drop for Running {
    /// The caller has gone.
    fn drop(&mut self) {
        self.give_up();
    }
}
