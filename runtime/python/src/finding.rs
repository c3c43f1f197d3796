//! `_runtime.Finding`: one thing a scanner found.

use std::sync::Arc;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyshield_core::Severity;
use pyshield_engine::outcome::ScannerName;

use crate::errors;
use crate::import::{Kept, imported};

/// The member of `pyshield.results.Severity`.
pub(crate) fn severity(py: Python<'_>, severity: Severity) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Kept = Kept::new();
    imported(py, &CLASS, "pyshield.results", "Severity")?.call1((severity.as_str(),))
}

/// One thing a scanner found; positions are code points of the scanned text.
#[pyclass(frozen, eq, module = "pyshield._runtime")]
#[derive(Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) scanner: ScannerName,
    /// What it is, in capitals.
    #[pyo3(get)]
    pub(crate) label: String,
    /// Where it begins.
    #[pyo3(get)]
    pub(crate) start: usize,
    /// Where it ends, exclusive.
    #[pyo3(get)]
    pub(crate) end: usize,
    /// How sure or how bad, 0 to 1.
    #[pyo3(get)]
    pub(crate) score: f64,
    pub(crate) severity: Severity,
    pub(crate) replacement: Option<Arc<str>>,
    pub(crate) view: Option<Arc<str>>,
}

impl Finding {
    /// A finding whose span is in code points already.
    pub(crate) fn of_code_points(scanner: ScannerName, finding: pyshield_core::Finding) -> Self {
        Self {
            scanner,
            label: finding.label.into_owned(),
            start: finding.span.start,
            end: finding.span.end,
            score: finding.score,
            severity: finding.severity,
            replacement: finding.replacement,
            view: finding.view,
        }
    }
}

#[pymethods]
impl Finding {
    /// The scanner's key in `ScanResult.verdicts`.
    #[getter]
    fn scanner(&self) -> String {
        self.scanner.to_string()
    }

    /// How much it matters.
    #[getter]
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        severity(py, self.severity)
    }

    /// What takes its place; `None` if it stays.
    #[getter]
    fn replacement(&self) -> Option<&str> {
        self.replacement.as_deref()
    }

    /// Through which view of the text it was seen: `"normalised"`, `"base64"`, `"base64>rot13"` for text that
    /// is to be decoded first from the one, then from the other; `None` if it stands in the text itself.
    #[getter]
    fn view(&self) -> Option<&str> {
        self.view.as_deref()
    }

    /// As plain data.
    pub(crate) fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item(intern!(py, "scanner"), self.scanner.to_string())?;
        dict.set_item(intern!(py, "label"), &self.label)?;
        dict.set_item(intern!(py, "start"), self.start)?;
        dict.set_item(intern!(py, "end"), self.end)?;
        dict.set_item(intern!(py, "score"), self.score)?;
        dict.set_item(intern!(py, "severity"), self.severity.as_str())?;
        dict.set_item(intern!(py, "replacement"), self.replacement.as_deref())?;
        dict.set_item(intern!(py, "view"), self.view.as_deref())?;
        Ok(dict)
    }

    /// Nothing changes it, so it is its own copy.
    const fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (memo, /))]
    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        let _ = memo;
        slf
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        Err(errors::not_pickled(slf, "to_dict()"))
    }

    fn __repr__(&self) -> String {
        format!(
            "Finding(scanner={:?}, label={:?}, start={}, end={}, score={}, severity={:?})",
            self.scanner.to_string(),
            self.label,
            self.start,
            self.end,
            self.score,
            self.severity.as_str()
        )
    }
}
