//! `_runtime.Verdict` and `_runtime.Timings`: what one scanner said, and how long it all took.

use std::borrow::Cow;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors;

/// One scanner's word.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Verdict {
    /// Whether the scanner lets the text pass.
    #[pyo3(get)]
    pub(crate) is_valid: bool,
    /// Its risk, from -1 (none) to 1.
    #[pyo3(get)]
    pub(crate) risk: f64,
    /// Why it came to no verdict, if it did not.
    #[pyo3(get)]
    pub(crate) error: Option<Py<PyAny>>,
    pub(crate) model: Option<Arc<str>>,
    pub(crate) degraded: Option<Arc<str>>,
    pub(crate) skipped: Option<Cow<'static, str>>,
    pub(crate) stage: Option<String>,
}

#[pymethods]
impl Verdict {
    /// The model it rests on: name, version, and where it ran if not on the CPU; `None` if on none.
    #[getter]
    fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// What it could not look for although it was asked to; `None` if nothing.
    #[getter]
    fn degraded(&self) -> Option<&str> {
        self.degraded.as_deref()
    }

    /// Why the scanner was not asked: `"short_circuit"`, as one before it refused; `"heuristic_only"` or
    /// `"ml_only"`, as the shield is to use no model, or nothing else. `None` if it was; otherwise `is_valid`
    /// and `risk` say nothing.
    #[getter]
    fn skipped(&self) -> Option<&str> {
        self.skipped.as_deref()
    }

    /// For a `Cascade`, whose word it is: `"first"`, as the first stage was clear and the second not asked;
    /// `"second"`; or `"degraded"`, as the second should have been heard and was not.
    #[getter]
    fn stage(&self) -> Option<&str> {
        self.stage.as_deref()
    }

    /// As plain data; the error as its message.
    pub(crate) fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("is_valid", self.is_valid)?;
        dict.set_item("risk", self.risk)?;
        let error = self.error.as_ref().map(|error| error.bind(py).str()).transpose()?;
        dict.set_item("error", error)?;
        if let Some(model) = &self.model {
            dict.set_item("model", &**model)?;
        }
        if let Some(degraded) = &self.degraded {
            dict.set_item("degraded", &**degraded)?;
        }
        if let Some(stage) = &self.stage {
            dict.set_item("stage", stage)?;
        }
        if let Some(skipped) = &self.skipped {
            dict.set_item("skipped", &**skipped)?;
        }
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
        let valid = if self.is_valid { "True" } else { "False" };
        let note = match (&self.error, &self.skipped) {
            (Some(_), _) => ", failed",
            (None, Some(_)) => ", skipped",
            (None, None) => "",
        };
        format!("Verdict(is_valid={valid}, risk={}{note})", self.risk)
    }
}

/// Where the time of a request went, in seconds.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Timings {
    /// From submission until scanning began.
    #[pyo3(get)]
    pub(crate) queue: f64,
    /// Scanning.
    #[pyo3(get)]
    pub(crate) scan: f64,
    /// Making tokens for models; a part of `scan`.
    #[pyo3(get)]
    pub(crate) tokenize: f64,
    /// Running models; a part of `scan`.
    #[pyo3(get)]
    pub(crate) inference: f64,
    /// From submission until the result was ready.
    #[pyo3(get)]
    pub(crate) total: f64,
}

#[pymethods]
impl Timings {
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
        Err(errors::not_pickled(slf, "the to_dict() of its result"))
    }

    fn __repr__(&self) -> String {
        format!("Timings(queue={:.6}, scan={:.6}, total={:.6})", self.queue, self.scan, self.total)
    }
}
