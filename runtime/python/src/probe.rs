//! The usual way to await Rust, kept beside ours so that `benchmarks/bridge` compares both in one run.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyshield_engine::shield::{Request, Side};

use crate::errors;
use crate::result::ScanResult;
use crate::shield::Shield;
use crate::text::text;

/// Scans a prompt through `pyo3_async_runtimes::tokio::future_into_py`.
#[pyfunction]
pub(crate) fn _scan_with_future_into_py<'py>(
    shield: &Bound<'py, Shield>,
    prompt: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = shield.py();
    let engine = Arc::clone(&shield.get().engine);
    let request = Request { side: Side::Prompt, text: text(prompt)?, prompt: None, deadline: None };
    let original = prompt.clone().unbind();
    pyo3_async_runtimes::tokio::future_into_py(py, async move {
        let outcome = engine.scan_blocking(&request);
        Python::attach(|py| match outcome {
            Ok(outcome) => ScanResult::new(original, request.text, outcome).into_py_any(py),
            Err(error) => Err(errors::engine_error(py, &error)),
        })
    })
}
