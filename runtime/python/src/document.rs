//! `_runtime.FieldTable`: the texts of a JSON document, found in place.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use pyshield_core::Text;
use pyshield_core::document::{self as core, Literal, Segment, State, Table};
use pyshield_engine::config::seconds;
use pyshield_engine::outcome::Outcome;
use pyshield_engine::shield::{self as engine, Request, Side};

use crate::errors;
use crate::import::{Kept, imported};
use crate::result::ScanResult;
use crate::shield::Shield;
use crate::text::text;

/// From how many bytes on a document is read without the interpreter lock.
const DETACHED: usize = 16 << 10;

/// The most fields of a document that are scanned in one call.
const FEW: usize = 8;

/// A string of a document that is to be scanned.
#[pyclass(frozen, get_all, module = "pyshield._runtime")]
pub(crate) struct Located {
    /// Keys and indices from the innermost outwards, each in a pair with the ones before it; `None` for the
    /// document itself.
    path: Py<PyAny>,
    /// What it says.
    text: Py<PyString>,
    /// Where its literal, quotes included, begins in the document, in code points.
    start: usize,
    /// Where that ends, exclusive.
    end: usize,
}

#[pymethods]
impl Located {
    #[new]
    #[pyo3(signature = (path, text, start, end, /))]
    const fn new(path: Py<PyAny>, text: Py<PyString>, start: usize, end: usize) -> Self {
        Self { path, text, start, end }
    }
}

/// Why a document's fields cannot be told.
#[pyclass(frozen, get_all, module = "pyshield._runtime")]
pub(crate) struct DocumentFault {
    /// `"malformed"`, `"deep"`, `"many"`, or `"half"` for a field with half of a surrogate pair.
    kind: &'static str,
    /// Where it stops being JSON, in code points, if it is malformed.
    at: usize,
    /// The path of the field that is no text, if one is not.
    path: Py<PyAny>,
}

impl DocumentFault {
    fn of(py: Python<'_>, fault: core::Fault) -> Self {
        let (kind, at) = match fault {
            core::Fault::Malformed(at) => ("malformed", at),
            core::Fault::TooDeep => ("deep", 0),
            core::Fault::TooMany => ("many", 0),
        };
        Self { kind, at, path: py.None() }
    }
}

/// Compiled patterns of paths.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct FieldTable {
    table: Table,
}

#[pymethods]
impl FieldTable {
    /// A table of states, named by their position: whether a string is a field there, the next state below
    /// each key that a pattern names, and that below all others.
    #[new]
    #[pyo3(signature = (states, start, /))]
    #[expect(clippy::type_complexity, reason = "the tuple is the interface")]
    fn new(
        states: Vec<(bool, Vec<(String, Option<usize>)>, Option<usize>)>,
        start: Option<usize>,
    ) -> PyResult<Self> {
        let states = states.into_iter().map(|(accepts, keys, others)| {
            let keys = keys.into_iter().map(|(key, next)| (key.into_boxed_str(), next)).collect();
            State::new(accepts, keys, others)
        });
        let table = Table::new(states.collect(), start);
        table.map(|table| Self { table }).ok_or_else(|| PyValueError::new_err("a state that is not there"))
    }

    /// The fields of a JSON document in their order, at most `most`; or why they cannot be told.
    #[pyo3(signature = (document, most, /))]
    fn locate<'py>(
        &self,
        py: Python<'py>,
        document: &Bound<'py, PyString>,
        most: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let document = text(document)?;
        let document = document.as_str();
        let located = if document.len() < DETACHED {
            core::locate(document, &self.table, most)
        } else {
            py.detach(|| core::locate(document, &self.table, most))
        };
        match located {
            Ok(located) => fields(py, &located),
            Err(fault) => Ok(Bound::new(py, DocumentFault::of(py, fault))?.into_any()),
        }
    }
}

/// The list of the fields, or the first of them that is no text.
fn fields<'py>(py: Python<'py>, located: &core::Located<'_>) -> PyResult<Bound<'py, PyAny>> {
    let mut paths: Vec<Py<PyAny>> = Vec::with_capacity(located.steps.len());
    for step in &located.steps {
        let before = path(py, &paths, step.before);
        let segment = match &step.segment {
            Segment::Index(index) => index.into_pyobject(py)?.into_any(),
            Segment::Key(key) => string(py, key)?,
        };
        paths.push(PyTuple::new(py, [before.into_bound(py), segment])?.into_any().unbind());
    }
    let list = PyList::empty(py);
    for field in &located.fields {
        let path = path(py, &paths, field.path);
        let Some(text) = field.literal.text() else {
            let fault = DocumentFault { kind: "half", at: field.start, path };
            return Ok(Bound::new(py, fault)?.into_any());
        };
        let text = PyString::new(py, &text).unbind();
        list.append(Bound::new(py, Located { path, text, start: field.start, end: field.end })?)?;
    }
    Ok(list.into_any())
}

fn path(py: Python<'_>, paths: &[Py<PyAny>], at: Option<usize>) -> Py<PyAny> {
    at.and_then(|at| paths.get(at)).map_or_else(|| py.None(), |path| path.clone_ref(py))
}

/// A key as Python has it, halves of surrogate pairs included.
fn string<'py>(py: Python<'py>, key: &Literal<'_>) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: Kept = Kept::new();
    match key.text() {
        Some(Cow::Borrowed(text)) => Ok(PyString::new(py, text).into_any()),
        Some(Cow::Owned(text)) => Ok(PyString::new(py, &text).into_any()),
        None => imported(py, &LOADS, "json", "loads")?.call1((key.written(),)),
    }
}

/// A document whose fields were scanned in one call.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct ScannedDocument {
    document: Py<PyBytes>,
    table: Py<FieldTable>,
    most: usize,
    scanned: Vec<(Text, Outcome)>,
    /// Whether every field may pass as it is.
    #[pyo3(get)]
    clean: bool,
}

#[pymethods]
impl ScannedDocument {
    /// Each field with its result, in the order of the document.
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        let Ok(document) = std::str::from_utf8(self.document.as_bytes(py)) else { return Ok(list) };
        // It has been read before, but few ask again.
        let Ok(located) = core::locate(document, &self.table.get().table, self.most) else { return Ok(list) };
        let found = fields(py, &located)?;
        for (field, (text, outcome)) in found.try_iter()?.zip(&self.scanned) {
            let field = field?.cast_into::<Located>()?;
            let original = field.get().text.clone_ref(py);
            let result = Py::new(py, ScanResult::new(original, text.clone(), outcome.clone()))?;
            list.append((field, result))?;
        }
        Ok(list)
    }
}

/// Reads short JSON documents and scans their fields, each document in one call.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct DocumentScanner {
    shield: Arc<engine::Shield>,
    table: Py<FieldTable>,
    most: usize,
    longest: usize,
    side: Side,
    prompt: Option<Text>,
    deadline: Option<Duration>,
}

#[pymethods]
impl DocumentScanner {
    /// For the fields that a table finds in documents of at most `longest` bytes and `most` fields; with a
    /// prompt, as outputs.
    #[new]
    #[pyo3(signature = (shield, table, most, longest, prompt = None, deadline = None, /))]
    fn new(
        shield: &Bound<'_, Shield>,
        table: Py<FieldTable>,
        most: usize,
        longest: usize,
        prompt: Option<&Bound<'_, PyString>>,
        deadline: Option<f64>,
    ) -> PyResult<Self> {
        let side = if prompt.is_some() { Side::Output } else { Side::Prompt };
        let shield = Arc::clone(&shield.get().engine);
        let (prompt, deadline) = (prompt.map(text).transpose()?, deadline.map(seconds));
        Ok(Self { shield, table, most, longest, side, prompt, deadline })
    }

    /// The same with another shield.
    #[pyo3(signature = (shield, /))]
    fn within(&self, py: Python<'_>, shield: &Bound<'_, Shield>) -> Self {
        Self {
            shield: Arc::clone(&shield.get().engine),
            table: self.table.clone_ref(py),
            most: self.most,
            longest: self.longest,
            side: self.side,
            prompt: self.prompt.clone(),
            deadline: self.deadline,
        }
    }

    /// Reads and scans a document on the calling thread. `None` if it is anything else than bytes that are a
    /// document of a few fields that are cheap to scan: then nothing was done.
    #[pyo3(signature = (document, /))]
    fn scan(&self, document: &Bound<'_, PyAny>) -> PyResult<Option<ScannedDocument>> {
        let py = document.py();
        let Ok(document) = document.cast_exact::<PyBytes>() else { return Ok(None) };
        let bytes = document.as_bytes();
        if bytes.len() > self.longest {
            return Ok(None);
        }
        // Text that is JSON and UTF-8 is in no other encoding that JSON may be in.
        let Ok(read) = std::str::from_utf8(bytes) else { return Ok(None) };
        let Ok(located) = core::locate(read, &self.table.get().table, self.most) else { return Ok(None) };
        if located.fields.len() > FEW {
            return Ok(None);
        }
        // Of one text the attempt tells whether it is cheap; of several all must be before one is scanned.
        let alone = located.fields.len() == 1 && self.shield.is_whole_inline(self.side);
        let mut texts = Vec::with_capacity(located.fields.len());
        for field in &located.fields {
            let Some(text) = field.literal.text() else { return Ok(None) };
            let text = Text::from(text.into_owned());
            if !alone && !self.shield.is_cheap(self.side, &text) {
                return Ok(None);
            }
            texts.push(text);
        }
        let mut clean = true;
        let mut scanned = Vec::with_capacity(texts.len());
        for text in texts {
            let prompt = self.prompt.clone();
            let request = Request { side: self.side, text, prompt, deadline: self.deadline };
            let Some(outcome) = self.shield.try_inline(&request) else { return Ok(None) };
            let outcome = outcome.map_err(|error| errors::engine_error(py, &error))?;
            clean &= outcome.scan.is_valid && outcome.scan.rewritten.is_none();
            scanned.push((request.text, outcome));
        }
        let (document, table) = (document.clone().unbind(), self.table.clone_ref(py));
        Ok(Some(ScannedDocument { document, table, most: self.most, scanned, clean }))
    }
}
