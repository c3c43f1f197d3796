//! Waits that end with Ctrl-C: a thread of Python's that is blocked asks now and then whether a signal came.

use pyo3::prelude::*;
use pyshield_engine::error::EngineError;
use pyshield_engine::runtime::Runtime;

use crate::errors;

/// Runs `wait` without the interpreter lock. It is given a question to be asked every now and then: `false`
/// once the handler of a signal has raised (Ctrl-C: `KeyboardInterrupt`), which is what then comes of the
/// wait. Handlers run on Python's main thread only, so elsewhere the answer is always `true`.
pub(crate) fn patiently<T: Send>(
    py: Python<'_>,
    wait: impl FnOnce(&mut dyn FnMut() -> bool) -> Result<T, EngineError> + Send,
) -> PyResult<Result<T, EngineError>> {
    let mut raised = None;
    let came = py.detach(|| {
        wait(&mut || {
            raised = Python::attach(signals).err();
            raised.is_none()
        })
    });
    raised.map_or(Ok(came), Err)
}

fn signals(py: Python<'_>) -> PyResult<()> {
    py.check_signals()
}

/// What a future of the runtime comes to, for a thread that may block.
pub(crate) fn waited<T: Send + 'static>(
    py: Python<'_>,
    runtime: &Runtime,
    future: impl Future<Output = T> + Send + 'static,
) -> PyResult<T> {
    patiently(py, |patient| runtime.wait_while(future, patient))?
        .map_err(|error| errors::engine_error(py, &error))
}
