//! What is recognised, and why: names of entities, and the trace of decisions.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use pyshield_core::entity::{self, Explained, Validity};
use pyshield_engine::private::{Explainer, Trace};

use crate::errors;
use crate::onnxruntime;
use crate::text::text;
use crate::vault::AnyVault;

/// The names of all entities that can be asked for, sorted.
#[pyfunction]
pub(crate) fn entity_types() -> Vec<&'static str> {
    entity::entities()
}

/// Every candidate in a text with what became of it: a list of dicts without a word of the text.
///
/// Blocks while a model reads the text, if the declaration names one, and while a vault is asked.
#[pyfunction]
#[pyo3(signature = (spec, scanned, vault = None, /))]
pub(crate) fn explain_entities<'py>(
    py: Python<'py>,
    spec: &str,
    scanned: &Bound<'py, PyString>,
    vault: Option<AnyVault<'py>>,
) -> PyResult<Bound<'py, PyList>> {
    let text = text(scanned)?;
    let explainer = py.detach(|| Explainer::new(spec)).map_err(|error| errors::build_error(py, &error))?;
    if explainer.reads_model() {
        onnxruntime::announce(py);
    }
    let vault = vault.map(|vault| vault.handle());
    let trace = py.detach(|| explainer.explain(&text, vault.as_ref()));
    let Trace { candidates, model } =
        trace.map_err(|error| errors::scanner_error(py, explainer.scanner(), &error))?;
    let list = PyList::empty(py);
    let positions = text.code_points();
    for Explained { entity, threshold, decision } in candidates {
        let by_model = entity.model_label.is_some();
        let dict = PyDict::new(py);
        dict.set_item("type", &*entity.label)?;
        dict.set_item("start", positions.of_byte(text.as_str(), entity.span.start))?;
        dict.set_item("end", positions.of_byte(text.as_str(), entity.span.end))?;
        dict.set_item("score", entity.score)?;
        dict.set_item("threshold", threshold)?;
        dict.set_item("recognizer", entity.recognizer)?;
        dict.set_item("model", model.as_deref().filter(|_| by_model))?;
        dict.set_item("model_label", entity.model_label.as_deref())?;
        dict.set_item("check_passed", entity.validity == Validity::Certain)?;
        dict.set_item("context", entity.context.as_deref())?;
        dict.set_item("decision", decision.as_str())?;
        list.append(dict)?;
    }
    Ok(list)
}
