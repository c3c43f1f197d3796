//! Functions of core and engine that Python shows as they are.

use pyo3::prelude::*;
use pyo3::types::PyString;
use pyshield_core::scanner::json;
use pyshield_core::text::urls::extract_urls as find_urls;
use pyshield_engine::reachability::UrlReachability;
use pyshield_engine::runtime;

use crate::errors;
use crate::patience::waited;
use crate::text::text;

/// llm-guard's risk of a score against a threshold, -1 to 1.
#[pyfunction]
#[pyo3(signature = (score, threshold, /))]
pub(crate) fn risk_score(score: f64, threshold: f64) -> f64 {
    pyshield_core::risk::risk_score(score, threshold)
}

/// The URLs of a text, in order.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn extract_urls(py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Vec<String>> {
    let text = self::text(text)?;
    Ok(py.detach(|| {
        let spans = find_urls(text.as_str());
        spans.iter().map(|span| text.as_str()[span.range()].to_owned()).collect()
    }))
}

/// Whether the whole string is one JSON value.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn json_is_valid(py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<bool> {
    let text = self::text(text)?;
    Ok(py.detach(|| json::is_valid(text.as_str())))
}

/// The string as well-formed JSON; unchanged if it cannot be repaired.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn json_repair<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyString>> {
    let given = self::text(text)?;
    let repaired = py.detach(|| json::repair(given.as_str()));
    Ok(repaired.map_or_else(|| text.clone(), |repaired| PyString::new(py, &repaired)))
}

/// Whether a URL answers as the declaration `spec` of a `URLReachability` wants.
#[pyfunction]
#[pyo3(signature = (spec, url, /))]
pub(crate) fn url_is_reachable(py: Python<'_>, spec: &str, url: &Bound<'_, PyString>) -> PyResult<bool> {
    let spec = serde_json::from_str(spec).map_err(|error| errors::malformed(py, &error))?;
    let scanner = UrlReachability::from_json(spec).map_err(|error| errors::config_error(py, &error))?;
    let url = text(url)?;
    let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
    let asked = async move { scanner.is_reachable(url.as_str()).await };
    let answer = waited(py, &runtime, asked)?;
    answer.map_err(|error| errors::scanner_error(py, UrlReachability::NAME, &error))
}
