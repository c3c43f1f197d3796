//! Python functions that Python and the engine call by name; see `pyshield.functions`.

mod body;
mod home;
mod job;
mod plain;
mod pool;

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyshield_engine::config::seconds;
use pyshield_engine::function::{self, Answer, CallOptions, FunctionError, FunctionSpec, Origin};
use pyshield_engine::lock::Mutex;
use pyshield_engine::runtime;
use serde_json::Value;

use crate::awaitable::{Ready, later};
use crate::bridge::{Pending, Sender};
use crate::convert::json_to_python;
use crate::errors;
use crate::import::{Kept, imported};
use crate::patience::patiently;

pub(crate) use home::_functions_home;
pub(crate) use job::Job;
pub(crate) use plain::from_python;
pub(crate) use pool::{_functions_done, _functions_next};

/// Where a call comes from: the caller's event loop, if it has one, and its context variables.
pub(crate) struct Caller {
    pub(crate) event_loop: Option<Weak<Sender>>,
    pub(crate) context: Py<PyAny>,
    /// For calls that take and return Python objects as they are.
    pub(crate) objects: Option<Objects>,
}

/// Arguments and result of a call within Python that need no JSON form.
pub(crate) struct Objects {
    pub(crate) arguments: Py<PyTuple>,
    pub(crate) result: Mutex<Option<Py<PyAny>>>,
}

impl Caller {
    fn here(py: Python<'_>, pending: Option<&Pending<'_>>, objects: Option<Py<PyTuple>>) -> PyResult<Self> {
        static COPY: Kept = Kept::new();
        let context = imported(py, &COPY, "contextvars", "copy_context")?.call0()?.unbind();
        Ok(Self {
            event_loop: pending.map(|place| Arc::downgrade(&place.sender)),
            context,
            objects: objects.map(|arguments| Objects { arguments, result: Mutex::default() }),
        })
    }
}

/// A function as the engine has it, registered or not.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Function {
    function: Arc<function::Function>,
}

/// Which function a call is for.
enum Called {
    Named(String),
    This(Arc<function::Function>),
}

impl Called {
    fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::This(function) => function.name(),
        }
    }

    async fn call(&self, arguments: Value, options: CallOptions) -> Answer {
        match self {
            Self::Named(name) => function::caller().call(name, arguments, options).await,
            Self::This(function) => function.call(arguments, options).await,
        }
    }
}

/// What a call is given, in the engine's terms.
struct Asked {
    called: Called,
    arguments: Value,
    deadline: Option<Instant>,
    caller: Arc<Caller>,
}

impl Asked {
    fn new(
        called: Called,
        arguments: &Bound<'_, PyAny>,
        objects: bool,
        deadline: Option<f64>,
        pending: Option<&Pending<'_>>,
    ) -> Result<Self, PyErr> {
        let py = arguments.py();
        function::registry().open();
        let deadline = deadline.and_then(|after| Instant::now().checked_add(seconds(after)));
        if objects {
            let given = arguments.cast::<PyTuple>()?.clone().unbind();
            let caller = Arc::new(Caller::here(py, pending, Some(given))?);
            return Ok(Self { called, arguments: Value::Null, deadline, caller });
        }
        let plain =
            from_python(arguments).map_err(|error| errors::function_error(py, called.name(), &error))?;
        let caller = Arc::new(Caller::here(py, pending, None)?);
        Ok(Self { called, arguments: plain, deadline, caller })
    }

    async fn run(self) -> (Answer, Called, Arc<Caller>) {
        let Self { called, arguments, deadline, caller } = self;
        let options = CallOptions { deadline, origin: Some(Origin(Arc::<Caller>::clone(&caller))) };
        let answer = called.call(arguments, options).await;
        (answer, called, caller)
    }
}

fn present(py: Python<'_>, (answer, called, caller): (Answer, Called, Arc<Caller>)) -> PyResult<Py<PyAny>> {
    match answer {
        Err(error) => Err(errors::function_error(py, called.name(), &error)),
        Ok(value) => match &caller.objects {
            None => json_to_python(py, value),
            Some(objects) => {
                let result = objects.result.lock().take();
                Ok(result.unwrap_or_else(|| py.None()))
            }
        },
    }
}

fn start<'py>(
    called: Called,
    arguments: &Bound<'py, PyAny>,
    objects: bool,
    deadline: Option<f64>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = arguments.py();
    let Some(place) = Pending::here(py)? else {
        let arguments = arguments.clone().unbind();
        return later(py, move |py| start(called, arguments.bind(py), objects, deadline));
    };
    let asked = match Asked::new(called, arguments, objects, deadline, Some(&place)) {
        Ok(asked) => asked,
        Err(error) => return Ready::new(Err(error)).into_bound_py_any(py),
    };
    let runtime = match runtime::current() {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = FunctionError::ContextNotInitialized(error.to_string());
            let error = errors::function_error(py, asked.called.name(), &error);
            return Ready::new(Err(error)).into_bound_py_any(py);
        }
    };
    // A worker that has an event loop of its own waits in it.
    let waiting = match pool::waiting() {
        Ok(waiting) => waiting,
        Err(error) => {
            let error = errors::function_error(py, asked.called.name(), &error);
            return Ready::new(Err(error)).into_bound_py_any(py);
        }
    };
    let run = async move {
        let answer = asked.run().await;
        drop(waiting);
        answer
    };
    place.run(&runtime, run, present)
}

fn wait(
    called: Called,
    arguments: &Bound<'_, PyAny>,
    objects: bool,
    deadline: Option<f64>,
) -> PyResult<Py<PyAny>> {
    let py = arguments.py();
    let asked = Asked::new(called, arguments, objects, deadline, None)?;
    let shut = |error: pyshield_engine::error::EngineError| {
        errors::function_error(py, "functions", &FunctionError::ContextNotInitialized(error.to_string()))
    };
    let runtime = runtime::current().map_err(shut)?;
    let waiting = pool::waiting().map_err(|error| errors::function_error(py, asked.called.name(), &error))?;
    let result = patiently(py, |patient| runtime.wait_while(asked.run(), patient))?;
    drop(waiting);
    present(py, result.map_err(shut)?)
}

#[pymethods]
impl Function {
    /// A function whose calls `target` runs.
    #[new]
    #[pyo3(signature = (spec, target, /))]
    fn new(py: Python<'_>, spec: &str, target: Py<PyAny>) -> PyResult<Self> {
        let spec: FunctionSpec = serde_json::from_str(spec).map_err(|error| errors::malformed(py, &error))?;
        function::registry().open();
        Ok(Self { function: body::function(spec, target) })
    }

    /// Lets it be called by its name. `False` if that name is taken and `replace` is not set.
    #[pyo3(signature = (replace, /))]
    fn register(&self, replace: bool) -> bool {
        function::registry().register(&self.function, replace)
    }

    /// Calls it on Python objects as they are, without holding up the event loop.
    #[pyo3(signature = (arguments, deadline = None, /))]
    fn call_objects<'py>(
        &self,
        arguments: &Bound<'py, PyTuple>,
        deadline: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        start(Called::This(Arc::clone(&self.function)), arguments.as_any(), true, deadline)
    }

    /// Counters and histograms of this process.
    fn metrics(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        crate::convert::to_python(py, &self.function.snapshot())
    }

    /// Forgets the results it remembers.
    fn forget(&self, py: Python<'_>) {
        py.detach(|| self.function.forget());
    }
}

/// Calls a registered function with keyword arguments, without holding up the event loop.
#[pyfunction]
#[pyo3(signature = (name, arguments, deadline = None, /))]
pub(crate) fn _functions_call<'py>(
    name: String,
    arguments: &Bound<'py, PyDict>,
    deadline: Option<f64>,
) -> PyResult<Bound<'py, PyAny>> {
    start(Called::Named(name), arguments.as_any(), false, deadline)
}

/// As `_functions_call`, on the calling thread.
#[pyfunction]
#[pyo3(signature = (name, arguments, deadline = None, /))]
pub(crate) fn _functions_call_blocking(
    name: String,
    arguments: &Bound<'_, PyDict>,
    deadline: Option<f64>,
) -> PyResult<Py<PyAny>> {
    wait(Called::Named(name), arguments.as_any(), false, deadline)
}

/// The numbers of all registered functions, as Prometheus reads them.
#[pyfunction]
pub(crate) fn _functions_prometheus() -> String {
    function::registry().prometheus()
}

/// Forgets a registered function; whether there was one.
#[pyfunction]
#[pyo3(signature = (name, /))]
pub(crate) fn _functions_unregister(name: &str) -> bool {
    function::registry().unregister(name)
}

/// Calls a registered function `times` times, one after the other, as a stage of a plan does: from the
/// engine. An awaitable of the seconds each call took. For `benchmarks/functions`.
#[pyfunction]
#[pyo3(signature = (name, arguments, times, /))]
pub(crate) fn _functions_call_from_engine<'py>(
    name: String,
    arguments: &Bound<'py, PyDict>,
    times: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let py = arguments.py();
    let place = Pending::on_running_loop(py)?;
    let plain = from_python(arguments.as_any()).map_err(|error| errors::function_error(py, &name, &error))?;
    let origin = Origin(Arc::new(Caller::here(py, Some(&place), None)?));
    let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
    let calls = async move {
        let mut taken = Vec::with_capacity(times);
        for _ in 0..times {
            let began = Instant::now();
            let options = CallOptions { deadline: None, origin: Some(origin.clone()) };
            if let Err(error) = function::caller().call(&name, plain.clone(), options).await {
                return Err((name, error));
            }
            taken.push(began.elapsed().as_secs_f64());
        }
        Ok(taken)
    };
    place.run(&runtime, calls, |py, result| match result {
        Ok(taken) => taken.into_py_any(py),
        Err((name, error)) => Err(errors::function_error(py, &name, &error)),
    })
}

/// Takes no more calls, and lets the threads that wait for some end.
pub(crate) fn shutdown(timeout: Duration) {
    function::registry().close();
    home::close();
    pool::close(timeout);
}
