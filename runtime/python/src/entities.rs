//! What is recognised, and why: names of entities, and the trace of decisions.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use pyshield_core::entity::{self, Validity};
use pyshield_engine::private;

use crate::errors;
use crate::text::text;

/// The names of all entities that can be asked for, sorted.
#[pyfunction]
pub(crate) fn entity_types() -> Vec<&'static str> {
    entity::entities()
}

/// Every candidate in a text with what became of it: a list of dicts without a word of the text.
#[pyfunction]
#[pyo3(signature = (spec, scanned, /))]
pub(crate) fn explain_entities<'py>(
    py: Python<'py>,
    spec: &str,
    scanned: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyList>> {
    let text = text(scanned)?;
    let explained = py.detach(|| private::explain(spec, &text));
    let candidates = explained
        .map_err(|error| errors::config_error(py, &error))?
        .map_err(|error| errors::failed(py, &error.to_string()))?;
    let list = PyList::empty(py);
    let positions = text.code_points();
    for (entity, decision) in candidates {
        let dict = PyDict::new(py);
        dict.set_item("type", &*entity.label)?;
        dict.set_item("start", positions.of_byte(text.as_str(), entity.span.start))?;
        dict.set_item("end", positions.of_byte(text.as_str(), entity.span.end))?;
        dict.set_item("score", entity.score)?;
        dict.set_item("recognizer", entity.recognizer)?;
        dict.set_item("check_passed", entity.validity == Validity::Certain)?;
        dict.set_item("context", entity.context.as_deref())?;
        dict.set_item("decision", decision.as_str())?;
        list.append(dict)?;
    }
    Ok(list)
}
