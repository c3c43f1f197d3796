//! How a Python function is run: as a task on an event loop, or in a worker.

use std::sync::{Arc, OnceLock, Weak};

use pyo3::prelude::*;
use pyshield_engine::function::{
    Function, FunctionBody, FunctionMetrics, FunctionSpec, Invocation, Isolation,
};

use crate::bridge::Sender;
use crate::function::job::Job;
use crate::function::{Caller, home, pool};
use crate::import::{Kept, imported};

/// What calls a function: an `pyshield.functions._target.Target`, behind a count of our own, because the
/// engine's threads pass it on without the interpreter.
struct Body {
    target: Arc<Py<PyAny>>,
    isolation: Isolation,
    function: OnceLock<Weak<Function>>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("isolation", &self.isolation).finish_non_exhaustive()
    }
}

/// The function that `target` runs.
pub(super) fn function(spec: FunctionSpec, target: Py<PyAny>) -> Arc<Function> {
    let (target, isolation) = (Arc::new(target), spec.isolation);
    let body = Arc::new(Body { target, isolation, function: OnceLock::new() });
    let function = Arc::new(Function::new(spec, Arc::<Body>::clone(&body)));
    let _ = body.function.set(Arc::downgrade(&function));
    function
}

/// An invocation on its way to Python.
pub(super) struct Launch {
    pub(super) target: Arc<Py<PyAny>>,
    pub(super) metrics: Option<Arc<FunctionMetrics>>,
    pub(super) invocation: Invocation,
}

impl Launch {
    /// Tells functions from each other, as long as they run.
    pub(super) fn function(&self) -> usize {
        Arc::as_ptr(&self.target).addr()
    }

    /// Who called, if it was Python.
    pub(super) fn caller(&self) -> Option<Arc<Caller>> {
        let origin = self.invocation.origin.as_ref()?;
        Arc::clone(&origin.0).downcast::<Caller>().ok()
    }

    /// Makes a task of it, on the thread of the event loop that `sender` wakes. Where that loop is gone, it is
    /// dropped, which answers it; what waits in the queue of a loop must not keep the loop alive.
    pub(super) fn on_loop(self, sender: &Weak<Sender>) {
        let Some(sender) = sender.upgrade() else { return };
        self.invocation.run.taken();
        let waker = Arc::downgrade(&sender);
        sender.step(Box::new(move |py| self.here(py, &waker)));
    }

    /// Makes a task of it on this thread, whose event loop `waker` wakes.
    pub(super) fn here(self, py: Python<'_>, waker: &Weak<Sender>) -> PyResult<()> {
        static SPAWN: Kept = Kept::new();
        let state = self.invocation.run.state();
        let Some(job) = Job::start(py, self)? else { return Ok(()) };
        let spawn = imported(py, &SPAWN, "pyshield.functions._target", "spawn")?;
        let task = spawn.call1((job,))?.unbind();
        let waker = Weak::clone(waker);
        state.stopped_by(move || {
            if let Some(waker) = waker.upgrade() {
                waker.step(Box::new(move |py| task.call_method0(py, "cancel").map(drop)));
            }
        });
        Ok(())
    }
}

impl FunctionBody for Body {
    fn start(&self, invocation: Invocation) {
        let metrics = self.function.get().and_then(Weak::upgrade).map(|function| function.metrics());
        let launch = Launch { target: Arc::clone(&self.target), metrics, invocation };
        match self.isolation {
            Isolation::Thread | Isolation::Process => pool::push(launch),
            Isolation::Task => {
                let caller = launch.caller();
                match caller.as_ref().and_then(|caller| caller.event_loop.as_ref()) {
                    Some(sender) => launch.on_loop(sender),
                    None => home::start(launch),
                }
            }
        }
    }
}
