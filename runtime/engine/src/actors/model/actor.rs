//! The actor of one session.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Instant;

use actix::prelude::{Actor, Context, Handler, Message};

use super::SessionPool;
use super::wide::Wide;
use crate::model::ask::AskError;
use crate::model::error::ModelFault;
use crate::model::lineup::Batch;
use crate::model::pace::Way;
use crate::model::session::{Row, Session};
use crate::model::window::Window;

/// An actor that runs its model's rows until none waits.
pub(super) struct SessionActor {
    pub(super) pool: Weak<SessionPool>,
    pub(super) slot: usize,
    pub(super) session: Option<Session>,
    /// The second session of the one that has it.
    pub(super) wide: Option<Wide>,
}

impl Actor for SessionActor {
    type Context = Context<Self>;
}

impl SessionActor {
    /// The session, loaded if need be.
    pub(super) fn open(&mut self, pool: &SessionPool) -> Result<&mut Session, ModelFault> {
        if self.session.is_none() {
            let session = pool.blueprint.open()?;
            *pool.provider.lock() = session.provider();
            pool.own_norms.store(session.norms(), Ordering::Relaxed);
            if let Some(wide) = &mut self.wide {
                wide.beat(session.pulse());
            }
            let mut state = pool.state.lock();
            if let Some(worker) = state.workers.get_mut(self.slot) {
                worker.pulse = Some(session.pulse());
            }
            if state.closed {
                return Err(ModelFault::Closed);
            }
            drop(state);
            self.session = Some(session);
        }
        self.session.as_mut().ok_or(ModelFault::Closed)
    }

    /// Opens the second session, if this is the actor to have one.
    pub(super) fn widen(&mut self, pool: &SessionPool) {
        self.wide = self.session.as_ref().and_then(|session| pool.open_wide(self.slot, &session.pulse()));
    }

    /// Runs a batch and answers whoever waits for it.
    fn serve(&mut self, pool: &SessionPool, batch: &Batch, alone: bool) {
        let metrics = &pool.blueprint.metrics;
        let began = Instant::now();
        let windows: Vec<&Window> = batch.windows.iter().map(|window| &**window).collect();
        let said = self.run(pool, &batch.keys, &windows, batch.heads, alone && batch.alone);
        metrics.batches.increment();
        metrics.rows.add(windows.len() as u64);
        metrics.tokens.add(batch.tokens() as u64);
        metrics.padding.add((batch.padded() - batch.tokens()) as u64);
        metrics.inference_seconds.record(began.elapsed());
        let said: Vec<_> = match said {
            Ok(rows) => rows.into_iter().map(Ok).collect(),
            // One row can fail a whole batch: each has a run of its own, and only the one at fault fails.
            Err(fault @ (ModelFault::Run(_) | ModelFault::Panicked)) if windows.len() > 1 => {
                let alone = batch.keys.iter().zip(&windows).map(|(&key, window)| {
                    // The one at fault may have had nobody who waits for it any more.
                    if !pool.state.lock().line.is_wanted(key, Instant::now()) {
                        return Err(fault.clone());
                    }
                    let rows = self.run(pool, &[key], &[window], batch.heads, false);
                    rows.map(|mut rows| rows.pop().unwrap_or_default())
                });
                alone.collect()
            }
            Err(fault) => windows.iter().map(|_| Err(fault.clone())).collect(),
        };
        pool.touch();
        for (&key, said) in batch.keys.iter().zip(said) {
            let askers = pool.state.lock().line.finish(key);
            match said {
                Ok(row) => {
                    let row = Arc::new(row);
                    for (ask, at) in askers {
                        metrics.queue_seconds.record(ask.waited(began));
                        ask.put(at, &row, began);
                    }
                }
                Err(fault) => {
                    metrics.errors.increment();
                    for (ask, _) in askers {
                        ask.fail(AskError::Fault(fault.clone()));
                    }
                }
            }
        }
    }

    /// Runs rows. A session that panicked is not to be trusted any more and is loaded anew.
    fn run(
        &mut self,
        pool: &SessionPool,
        keys: &[u128],
        windows: &[&Window],
        heads: u64,
        alone: bool,
    ) -> Result<Vec<Row>, ModelFault> {
        let slot = self.slot;
        self.open(pool)?;
        let Some(narrow) = &mut self.session else { return Err(ModelFault::Closed) };
        let wide = self.wide.as_mut().filter(|_| alone).zip(windows.first());
        let wide = wide.map(|(wide, row)| (wide.choose(row), wide, row));
        if wide.as_ref().is_some_and(|(way, ..)| *way == Way::Wide) {
            pool.blueprint.metrics.wide_rows.increment();
        }
        pool.run_begins(slot, keys);
        let run = catch_unwind(AssertUnwindSafe(|| {
            assert!(!pool.poisoned.swap(false, Ordering::Relaxed), "poisoned by a test");
            match wide {
                Some((way, wide, row)) => wide.run(narrow, way, row, heads),
                None => narrow.run(windows, heads),
            }
        }));
        pool.run_ended(slot);
        run.unwrap_or_else(|_| {
            // Whichever it was. Dropping what is broken may panic again. The wide session is not opened anew: this
            // actor would be away for that long.
            let broken = (self.session.take(), self.wide.take());
            let _ = catch_unwind(AssertUnwindSafe(|| drop(broken)));
            pool.blueprint.metrics.restarts.increment();
            Err(ModelFault::Panicked)
        })
    }
}

impl Drop for SessionActor {
    /// actix does not supervise a panicking handler: the mailbox just closes. So the actor's own end is what
    /// starts its successor.
    fn drop(&mut self) {
        let Some(pool) = self.pool.upgrade() else { return };
        let mut state = pool.state.lock();
        if state.closed {
            return;
        }
        let slot = self.slot;
        let Some(worker) = state.workers.get_mut(slot) else { return };
        worker.pulse = None;
        let dead = worker.address.take();
        state.asleep.retain(|asleep| *asleep != slot);
        drop(state);
        if dead.is_some() {
            pool.blueprint.metrics.restarts.increment();
            pool.spawn(slot, None);
        }
    }
}

/// Look at the line.
pub(super) struct Drain;

impl Message for Drain {
    type Result = ();
}

impl Handler<Drain> for SessionActor {
    type Result = ();

    fn handle(&mut self, _: Drain, _: &mut Context<Self>) {
        let Some(pool) = self.pool.upgrade() else { return };
        loop {
            // First the turn, then the batch: it is chosen from what waits when it can run.
            let turn = pool.turn();
            let Some(batch) = pool.next(self.slot) else { break };
            let alone = turn.as_ref().is_some_and(|turn| turn.alone);
            // Runs are guarded one by one; this is for everything around them. Questions answer in their own
            // `Drop`.
            if catch_unwind(AssertUnwindSafe(|| self.serve(&pool, &batch, alone))).is_err() {
                tracing::error!("a batch panicked outside its run");
                for key in &batch.keys {
                    let askers = pool.state.lock().line.finish(*key);
                    for (ask, _) in &askers {
                        ask.fail(AskError::Fault(ModelFault::Panicked));
                    }
                }
            }
        }
    }
}
