//! A question on its way through a model: rows that are to be run, and who waits for what they say.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pyshield_core::Interrupted;
use tokio::sync::oneshot;

use super::error::ModelFault;
use super::session::Row;
use crate::lock::Mutex;

/// What comes back: what every row said, in the order of the rows.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Arc<Row>>,
    /// From the start of the first run to the end of the last.
    pub(crate) inference: Duration,
}

/// Why nothing comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AskError {
    Interrupted(Interrupted),
    Fault(ModelFault),
}

/// What a question comes back with.
pub(crate) type Answered = Result<Rows, AskError>;

/// Who waits.
pub(crate) type Reply = oneshot::Sender<Answered>;

/// A question: some rows, and whoever waits for all of them.
pub(crate) struct Ask {
    asked: Instant,
    deadline: Option<Instant>,
    state: Mutex<State>,
}

struct State {
    rows: Vec<Option<Arc<Row>>>,
    left: usize,
    began: Option<Instant>,
    /// `None` once it is answered.
    reply: Option<Reply>,
}

impl Ask {
    /// A question of `rows` rows, at least one.
    pub(crate) fn new(rows: usize, deadline: Option<Instant>, reply: Reply) -> Arc<Self> {
        let state = State { rows: vec![None; rows], left: rows, began: None, reply: Some(reply) };
        Arc::new(Self { asked: Instant::now(), deadline, state: Mutex::new(state) })
    }

    /// Whether it is still worth running for.
    pub(crate) fn is_wanted(&self, now: Instant) -> bool {
        let in_time = self.deadline.is_none_or(|deadline| now < deadline);
        in_time && self.state.lock().reply.as_ref().is_some_and(|reply| !reply.is_closed())
    }

    /// How long ago it was asked.
    pub(crate) fn waited(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.asked)
    }

    /// Takes in what a row said; the last one answers. Never to be called under a lock.
    pub(crate) fn put(&self, at: usize, said: &Arc<Row>, began: Instant) {
        let mut state = self.state.lock();
        state.began.get_or_insert(began);
        if let Some(place @ None) = state.rows.get_mut(at) {
            *place = Some(Arc::clone(said));
            state.left -= 1;
        }
        if state.left > 0 {
            return;
        }
        let Some(reply) = state.reply.take() else { return };
        let rows = std::mem::take(&mut state.rows).into_iter().flatten().collect();
        let began = state.began.unwrap_or(began);
        drop(state);
        // Whoever is gone does not want to know.
        let _ = reply.send(Ok(Rows { rows, inference: began.elapsed() }));
    }

    /// Answers with an error, unless it is answered. Never to be called under a lock.
    pub(crate) fn fail(&self, error: AskError) {
        let reply = self.state.lock().reply.take();
        if let Some(reply) = reply {
            let _ = reply.send(Err(error));
        }
    }

    /// Answers a question that came too late, or whose asker has gone.
    pub(crate) fn expire(&self) {
        self.fail(AskError::Interrupted(Interrupted::Deadline));
    }
}

impl Drop for Ask {
    /// A question that nobody answered (the runtime shuts down) is answered all the same.
    fn drop(&mut self) {
        self.fail(AskError::Fault(ModelFault::Closed));
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("left", &self.state.lock().left).finish_non_exhaustive()
    }
}
