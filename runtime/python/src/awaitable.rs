//! What `scan_prompt` and its kin return: an awaitable that is done already, or a future with a ticket.

use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use pyshield_engine::job;
use pyshield_engine::lock::Mutex;

use crate::import::{Kept, imported};

/// An awaitable whose result is there already: `await` does not give up the thread.
///
/// It follows the coroutine protocol, so `asyncio.create_task`, `gather`, `wait_for` and `TaskGroup` take
/// it too (`pyshield._future` registers it as a `collections.abc.Coroutine`).
#[pyclass(module = "pyshield._runtime", generic)]
pub(crate) struct Ready {
    result: Option<PyResult<Py<PyAny>>>,
}

impl Ready {
    pub(crate) const fn new(result: PyResult<Py<PyAny>>) -> Self {
        Self { result: Some(result) }
    }
}

#[pymethods]
impl Ready {
    fn __await__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    /// Ends the iteration with the result: what `await` turns into its value.
    fn __next__(&mut self) -> PyResult<Py<PyAny>> {
        match self.result.take() {
            Some(Ok(value)) => Err(PyStopIteration::new_err((value,))),
            Some(Err(error)) => Err(error),
            None => Err(PyRuntimeError::new_err("cannot await the same scan twice")),
        }
    }

    /// As `next`; the value is not used.
    #[pyo3(signature = (value, /))]
    fn send(&mut self, value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let _ = value;
        self.__next__()
    }

    /// Raises the exception at the point of the `await`: a task that is cancelled before it began.
    #[pyo3(signature = (typ, value = None, traceback = None, /))]
    fn throw(
        &mut self,
        typ: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
        traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let _ = traceback;
        self.result = None;
        let instance = match value {
            Some(value) if !value.is_none() => value.clone(),
            _ => typ.clone(),
        };
        Err(PyErr::from_value(instance))
    }

    /// Forgets the result.
    fn close(&mut self) {
        self.result = None;
    }
}

/// A coroutine that begins when it is awaited: of what needs an event loop, asked for where none runs yet.
pub(crate) fn later(
    py: Python<'_>,
    begin: impl for<'a> FnOnce(Python<'a>) -> PyResult<Bound<'a, PyAny>> + Send + 'static,
) -> PyResult<Bound<'_, PyAny>> {
    static LATER: Kept = Kept::new();
    let begin = Mutex::new(Some(begin));
    // Called by the coroutine, which runs once.
    let begun = PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyAny>> {
        let begin = begin.lock().take();
        let begin = begin.ok_or_else(|| PyRuntimeError::new_err("cannot await the same scan twice"))?;
        begin(arguments.py()).map(Bound::unbind)
    })?;
    imported(py, &LATER, "pyshield._future", "later")?.call1((begun,))
}

/// The hold of a pending future on its request.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Ticket {
    ticket: Arc<job::Ticket>,
}

impl Ticket {
    pub(crate) const fn new(ticket: Arc<job::Ticket>) -> Self {
        Self { ticket }
    }
}

#[pymethods]
impl Ticket {
    /// Gives the request up: frees its permit and drops the work.
    fn cancel(&self, py: Python<'_>) {
        // Dropping the work may run other threads' code that waits for a lock, never for the interpreter.
        py.detach(|| self.ticket.cancel());
    }
}
