//! The models of this process, for metrics and tests.

use std::collections::BTreeMap;
use std::path::Path;

use pyo3::prelude::*;
use pyshield_engine::model;
use pyshield_engine::model::error::ModelError;

use crate::errors;

/// Counters and histograms of each model, by its name.
#[pyfunction]
pub(crate) fn model_metrics(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let models: BTreeMap<String, _> =
        model::models().iter().map(|model| (model.name().to_owned(), model.metrics())).collect();
    crate::convert::to_python(py, &models)
}

/// Loads a model anew from its files, wherever it is in use; returns whether it is anywhere.
#[pyfunction]
#[pyo3(signature = (source, /))]
pub(crate) fn reload_model(py: Python<'_>, source: &str) -> PyResult<bool> {
    let source = serde_json::from_str(source).map_err(|error| errors::malformed(py, &error))?;
    let reloaded = py.detach(|| model::reload(&source));
    reloaded.map(|count| count > 0).map_err(|error| errors::model_error(py, &error, None))
}

/// The files that a graph keeps weights in, relative to its folder, as it names them. A `ModelError` of
/// `model` if it cannot be read, or one of them is not in its folder.
#[pyfunction]
#[pyo3(signature = (model, graph, /))]
pub(crate) fn _external_data(py: Python<'_>, model: &str, graph: &str) -> PyResult<Vec<String>> {
    let found = py.detach(|| pyshield_engine::model::external::external_data(Path::new(graph)));
    found.map_err(|fault| errors::model_error(py, &ModelError::new(model, fault), None))
}

/// Makes the next run of every loaded model panic: for tests of supervision.
#[pyfunction]
pub(crate) fn _poison_models() {
    for model in model::models() {
        model.poison();
    }
}
