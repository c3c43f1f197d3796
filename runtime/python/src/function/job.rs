//! `_runtime.Job`: one run of a Python function, as the Python code that runs it sees it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyshield_engine::function::{Answer, Cause, FunctionError, FunctionMetrics, Run, State};
use pyshield_engine::lock::Mutex;
use serde_json::Value;

use crate::convert::json_to_python;
use crate::function::body::Launch;
use crate::function::{Caller, from_python};

/// One run of a function, for one call or for a batch. It must be told of its end; one that is let go is
/// answered as lost.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Job {
    target: Arc<Py<PyAny>>,
    calls: Py<PyList>,
    caller: Option<Arc<Caller>>,
    metrics: Option<Arc<FunctionMetrics>>,
    began: Instant,
    state: Arc<State>,
    run: Mutex<Option<Run>>,
}

impl Job {
    /// Takes an invocation up. `None` if it was given up before.
    pub(super) fn start(py: Python<'_>, launch: Launch) -> PyResult<Option<Self>> {
        let began = Instant::now();
        let caller = launch.caller();
        let Launch { target, metrics, invocation } = launch;
        if !invocation.run.started() {
            return Ok(None);
        }
        let calls = PyList::empty(py);
        if let Some(objects) = caller.as_ref().and_then(|caller| caller.objects.as_ref()) {
            calls.append(&objects.arguments)?;
        } else {
            for arguments in invocation.arguments {
                // The engine's copy of the arguments is not needed any more, unless others share it.
                let arguments = Arc::try_unwrap(arguments).unwrap_or_else(|shared| Value::clone(&shared));
                calls.append(json_to_python(py, arguments)?)?;
            }
        }
        let run = invocation.run;
        let job = Self {
            target,
            calls: calls.unbind(),
            caller,
            metrics,
            began,
            state: run.state(),
            run: Mutex::new(Some(run)),
        };
        job.held(began);
        Ok(Some(job))
    }

    pub(super) const fn state(&self) -> &Arc<State> {
        &self.state
    }

    fn held(&self, since: Instant) {
        if let Some(metrics) = &self.metrics {
            metrics.held_lock(since.elapsed());
        }
    }

    fn end(&self, answers: Result<Vec<Answer>, FunctionError>) {
        let run = self.run.lock().take();
        if let Some(run) = run {
            run.answer(answers);
        }
    }
}

/// The engine's error for an exception of a function that ran for so long.
fn failure(error: &Bound<'_, PyAny>, ran: Duration) -> FunctionError {
    let kind = error.get_type().name().map_or_else(|_| "an exception".to_owned(), |name| name.to_string());
    if kind == "Refused" && error.hasattr("pyshield_kind").unwrap_or(false) {
        // Not the function's own word: what runs it says what is wrong.
        let attribute = |name: &str| error.getattr(name).and_then(|value| value.extract::<String>());
        let message = attribute("message").unwrap_or_default();
        return match attribute("pyshield_kind").as_deref() {
            // Whoever ran it saw that first; the caller's own clock is about to say the same.
            Ok("timeout") => FunctionError::Timeout(Duration::from_millis(ran.as_millis() as u64)),
            Ok("serialization") => FunctionError::Serialization(message),
            Ok("module_not_found") => FunctionError::ModuleNotFound(message),
            Ok("function_not_found") => FunctionError::FunctionNotFound(message),
            Ok("type_conversion") => FunctionError::TypeConversion(message),
            _ => FunctionError::Runtime(message),
        };
    }
    FunctionError::Python { kind, cause: Some(Cause(Arc::new(error.clone().unbind()))) }
}

#[pymethods]
impl Job {
    /// What runs it.
    #[getter]
    fn target(&self, py: Python<'_>) -> Py<PyAny> {
        self.target.clone_ref(py)
    }

    /// The arguments of each call: a dict, or a tuple for a call on Python objects.
    #[getter]
    fn calls(&self, py: Python<'_>) -> Py<PyList> {
        self.calls.clone_ref(py)
    }

    /// The caller's context variables; `None` for a batch, and for a call that came from the engine alone.
    #[getter]
    fn context(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.caller.as_ref().map(|caller| caller.context.clone_ref(py))
    }

    /// Whether nobody waits for the answer any more.
    #[getter]
    fn given_up(&self) -> bool {
        self.state.is_given_up()
    }

    /// Seconds until the time runs out; `None` if it does not.
    #[getter]
    fn remaining(&self) -> Option<f64> {
        self.state.deadline.map(|until| until.saturating_duration_since(Instant::now()).as_secs_f64())
    }

    /// Ends it with an answer for each call: a value, or an exception for a call that failed.
    #[pyo3(signature = (answers, /))]
    fn returned(&self, answers: &Bound<'_, PyList>) {
        let began = Instant::now();
        let objects = self.caller.as_ref().and_then(|caller| caller.objects.as_ref());
        let answers = answers.iter().map(|answer| {
            if answer.is_instance_of::<PyBaseException>() {
                return Err(failure(&answer, self.began.elapsed()));
            }
            let Some(objects) = objects else { return from_python(&answer) };
            let previous = objects.result.lock().replace(answer.unbind());
            drop(previous);
            Ok(Value::Null)
        });
        let answers = answers.collect();
        self.held(began);
        self.end(Ok(answers));
    }

    /// Ends it with an exception, for all calls.
    #[pyo3(signature = (error, /))]
    fn raised(&self, error: &Bound<'_, PyAny>) {
        self.end(Err(failure(error, self.began.elapsed())));
    }
}
