//! `_runtime.Scanner`: one scanner on its own, as llm-guard runs them.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyshield_engine::admission::Policy;
use pyshield_engine::config::{Limits, OnError, ShieldSpec};
use pyshield_engine::outcome::Outcome;
use pyshield_engine::shield::{self as engine, Side};

use crate::argument::{PromptArgument, TextArgument};
use crate::errors;
use crate::shield::{Asked, as_result, compiled, start};
use crate::vault::{AnyVault, handles};

/// Work below this, in nanoseconds, is not worth giving up the interpreter lock for: taking it back costs
/// more when another thread wants it.
const KEEP_LOCK_NS: u64 = 20_000;

/// A compiled scanner: a shield of one, whose errors are raised.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Scanner {
    engine: Arc<engine::Shield>,
}

/// As llm-guard's tuple.
#[expect(clippy::needless_pass_by_value, reason = "the signature is `Present`'s")]
fn as_tuple(py: Python<'_>, asked: Asked, outcome: Outcome) -> PyResult<Py<PyAny>> {
    let (valid, risk) = judged(&outcome);
    (asked.edited(py, &outcome), valid, risk).into_py_any(py)
}

/// llm-guard's `(is_valid, risk)`: the risk of one scanner goes from -1.
fn judged(outcome: &Outcome) -> (bool, f64) {
    let verdict = outcome.scan.judgements.first().and_then(|judgement| judgement.verdict.as_ref().ok());
    verdict.map_or((true, -1.0), |verdict| (verdict.valid, verdict.risk))
}

fn alone(text: TextArgument<'_, '_>, prompt: Option<PromptArgument<'_, '_>>) -> PyResult<Asked> {
    Asked::new(Side::Prompt, &text.0, prompt.as_ref().map(|prompt| &*prompt.0), None)
}

impl Scanner {
    fn run(&self, py: Python<'_>, asked: &Asked) -> PyResult<Outcome> {
        let request = &asked.request;
        let brief = self.engine.cost_ns(request) < KEEP_LOCK_NS && !self.engine.waits(request);
        let outcome = if brief {
            self.engine.scan_alone(&asked.request)
        } else {
            py.detach(|| self.engine.scan_alone(&asked.request))
        };
        outcome.map_err(|error| errors::engine_error(py, &error))
    }
}

#[pymethods]
impl Scanner {
    #[new]
    #[pyo3(signature = (spec, vaults = Vec::new(), /))]
    fn new(py: Python<'_>, spec: &str, vaults: Vec<AnyVault<'_>>) -> PyResult<Self> {
        let scanner = serde_json::from_str(spec).map_err(|error| errors::malformed(py, &error))?;
        let limits = Limits {
            max_in_flight: 1_024,
            policy: Policy::Reject,
            deadline: None,
            max_text_bytes: usize::MAX,
            inline_budget_us: 100.0,
        };
        let spec = ShieldSpec {
            prompt: vec![scanner],
            output: Vec::new(),
            on_error: OnError::Raise,
            limits,
            views: None,
            pipeline: pyshield_engine::pipeline::PipelineSpec::default(),
            cache: None,
            vaults: handles(vaults),
        };
        compiled(py, spec).map(|engine| Self { engine })
    }

    /// Scans on the calling thread: `(text, is_valid, risk)`.
    #[pyo3(signature = (text, prompt = None, /))]
    fn scan(
        &self,
        py: Python<'_>,
        text: TextArgument<'_, '_>,
        prompt: Option<PromptArgument<'_, '_>>,
    ) -> PyResult<(Py<PyString>, bool, f64)> {
        let asked = alone(text, prompt)?;
        let outcome = self.run(py, &asked)?;
        let (valid, risk) = judged(&outcome);
        Ok((asked.edited(py, &outcome), valid, risk))
    }

    /// Scans without holding up the event loop.
    #[pyo3(signature = (text, prompt = None, /))]
    fn ascan<'py>(
        &self,
        py: Python<'py>,
        text: TextArgument<'_, 'py>,
        prompt: Option<PromptArgument<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match alone(text, prompt) {
            Ok(asked) => start(py, &self.engine, asked, as_tuple),
            Err(error) => crate::awaitable::Ready::new(Err(error)).into_bound_py_any(py),
        }
    }

    /// Scans on the calling thread and tells everything that was found.
    #[pyo3(signature = (text, prompt = None, /))]
    fn report(
        &self,
        py: Python<'_>,
        text: TextArgument<'_, '_>,
        prompt: Option<PromptArgument<'_, '_>>,
    ) -> PyResult<Py<PyAny>> {
        let asked = alone(text, prompt)?;
        let outcome = self.run(py, &asked)?;
        as_result(py, asked, outcome)
    }
}
