//! The models of this process, for metrics and tests.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyshield_engine::model;

/// Counters and histograms of each model, by its name.
#[pyfunction]
pub(crate) fn model_metrics(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let models: BTreeMap<String, _> =
        model::models().iter().map(|model| (model.name().to_owned(), model.metrics())).collect();
    crate::convert::to_python(py, &models)
}

/// Makes the next run of every loaded model panic: for tests of supervision.
#[pyfunction]
pub(crate) fn _poison_models() {
    for model in model::models() {
        model.poison();
    }
}
