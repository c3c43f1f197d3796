//! `_runtime.Shield`: each request handed to the engine, each outcome handed back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use pyshield_core::Text;
use pyshield_engine::config::{ShieldSpec, seconds};
use pyshield_engine::job;
use pyshield_engine::outcome::Outcome;
use pyshield_engine::runtime;
use pyshield_engine::shield::{self as engine, Attempt, Request, Side};

use crate::argument::{Deadline, OutputArgument, PromptArgument, TextArgument};
use crate::awaitable::{Ready, later};
use crate::bridge::Pending;
use crate::bulk::{outputs, prompts, start_bulk, wait_bulk};
use crate::errors;
use crate::onnxruntime;
use crate::patience::{patiently, waited};
use crate::result::ScanResult;
use crate::stream::OutputStream;
use crate::text::text;
use crate::vault::{AnyVault, handles};

/// How often `close` looks whether everything has finished.
const CLOSE_POLL: Duration = Duration::from_millis(2);

/// A compiled shield.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Shield {
    pub(crate) engine: Arc<engine::Shield>,
}

/// A request, and the Python string it is about.
pub(crate) struct Asked {
    pub(crate) original: Py<PyString>,
    pub(crate) request: Request,
}

/// What a request turns into for Python.
pub(crate) type Present = fn(Python<'_>, Asked, Outcome) -> PyResult<Py<PyAny>>;

impl Asked {
    pub(crate) fn new(
        side: Side,
        scanned: &Bound<'_, PyString>,
        prompt: Option<&Bound<'_, PyString>>,
        deadline: Option<Deadline>,
    ) -> PyResult<Self> {
        let (text, prompt) = (text(scanned)?, prompt.map(text).transpose()?);
        let deadline = deadline.map(|Deadline(after)| seconds(after));
        let request = Request { side, text, prompt, deadline };
        Ok(Self { original: scanned.clone().unbind(), request })
    }

    /// The string as it was, or the text after the edits of `outcome`.
    pub(crate) fn edited(&self, py: Python<'_>, outcome: &Outcome) -> Py<PyString> {
        match &outcome.scan.rewritten {
            None => self.original.clone_ref(py),
            Some(rewritten) => PyString::new(py, rewritten).unbind(),
        }
    }

    pub(crate) fn into_parts(self) -> (Py<PyString>, Text) {
        (self.original, self.request.text)
    }
}

/// A shield. Its models are checked, and loaded when a text is first read.
pub(crate) fn compiled(py: Python<'_>, spec: ShieldSpec) -> PyResult<Arc<engine::Shield>> {
    let compiled = py.detach(|| engine::Shield::compile(spec));
    let engine = Arc::new(compiled.map_err(|error| errors::build_error(py, &error))?);
    if engine.models().next().is_some() {
        onnxruntime::announce(py);
    }
    Ok(engine)
}

/// A shield with its models loaded.
fn loaded(py: Python<'_>, spec: ShieldSpec) -> PyResult<Arc<engine::Shield>> {
    let engine = compiled(py, spec)?;
    py.detach(|| engine.load()).map_err(|error| errors::model_error(py, &error, None))?;
    Ok(engine)
}

/// As a `ScanResult`.
pub(crate) fn as_result(py: Python<'_>, asked: Asked, outcome: Outcome) -> PyResult<Py<PyAny>> {
    let (original, text) = asked.into_parts();
    ScanResult::new(original, text, outcome).into_py_any(py)
}

/// Starts a request and returns its awaitable. What goes wrong is raised by the `await`, not by the call,
/// so that `gather(…, return_exceptions=True)` over many calls sees every error. Where no event loop runs,
/// what is not done at once begins when it is awaited.
pub(crate) fn start<'py>(
    py: Python<'py>,
    shield: &Arc<engine::Shield>,
    asked: Asked,
    present: Present,
) -> PyResult<Bound<'py, PyAny>> {
    let begun = match shield.attempt(&asked.request) {
        Attempt::Done(outcome) => {
            let result = match outcome {
                Ok(outcome) => present(py, asked, outcome),
                Err(error) => Err(errors::engine_error(py, &error)),
            };
            return Ready::new(result).into_bound_py_any(py);
        }
        Attempt::Begun(begun) => begun,
    };
    let Some(place) = Pending::here(py)? else {
        // Time counts from the await on, so nothing of this attempt is of use.
        let shield = Arc::clone(shield);
        return later(py, move |py| start(py, &shield, asked, present));
    };
    let ticket = Arc::<job::Ticket>::default();
    let future = place.future(Arc::clone(&ticket))?;
    let request = asked.request.clone();
    let (sender, answered) = (place.sender, future.clone().unbind());
    let reply: job::Reply = Box::new(move |outcome| {
        let convert = Box::new(move |py: Python<'_>| match outcome {
            Ok(outcome) => present(py, asked, outcome),
            Err(error) => Err(errors::engine_error(py, &error)),
        });
        sender.complete(answered, convert);
    });
    match shield.submit_rest(&request, begun, &ticket, reply) {
        Ok(()) => Ok(future),
        Err(error) => Ready::new(Err(errors::engine_error(py, &error))).into_bound_py_any(py),
    }
}

/// Scans on the calling thread, without the interpreter lock.
fn wait(py: Python<'_>, shield: &engine::Shield, asked: Asked) -> PyResult<Py<PyAny>> {
    match patiently(py, |patient| shield.scan_blocking_while(&asked.request, patient))? {
        Ok(outcome) => as_result(py, asked, outcome),
        Err(error) => Err(errors::engine_error(py, &error)),
    }
}

/// Waits until nothing is in flight, for `timeout` at most. Whether that was so.
async fn drained(shield: Arc<engine::Shield>, timeout: Duration) -> bool {
    let until = Instant::now() + timeout;
    while shield.in_flight() > 0 {
        if Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(CLOSE_POLL).await;
    }
    true
}

#[pymethods]
impl Shield {
    #[new]
    #[pyo3(signature = (spec, vaults = Vec::new(), /))]
    fn new(py: Python<'_>, spec: &str, vaults: Vec<AnyVault<'_>>) -> PyResult<Self> {
        let mut spec: ShieldSpec = serde_json::from_str(spec).map_err(|e| errors::malformed(py, &e))?;
        spec.vaults = handles(vaults);
        loaded(py, spec).map(|engine| Self { engine })
    }

    /// The same shield with another vault for all its scanners: nothing is compiled, and limits, metrics and
    /// cache are shared.
    #[pyo3(signature = (vault, /))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 extracts into owned values")]
    fn session(&self, vault: AnyVault<'_>) -> Self {
        Self { engine: Arc::new(self.engine.in_session(vault.handle())) }
    }

    /// Scans a prompt.
    #[pyo3(signature = (text, deadline = None, /))]
    fn scan_prompt<'py>(
        &self,
        py: Python<'py>,
        text: TextArgument<'_, 'py>,
        deadline: Option<Deadline>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Asked::new(Side::Prompt, &text.0, None, deadline) {
            Ok(asked) => start(py, &self.engine, asked, as_result),
            Err(error) => Ready::new(Err(error)).into_bound_py_any(py),
        }
    }

    /// Scans an output.
    #[pyo3(signature = (prompt, output, deadline = None, /))]
    fn scan_output<'py>(
        &self,
        py: Python<'py>,
        prompt: PromptArgument<'_, 'py>,
        output: OutputArgument<'_, 'py>,
        deadline: Option<Deadline>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Asked::new(Side::Output, &output.0, Some(&prompt.0), deadline) {
            Ok(asked) => start(py, &self.engine, asked, as_result),
            Err(error) => Ready::new(Err(error)).into_bound_py_any(py),
        }
    }

    /// Scans many prompts; the results are in the order of the texts. `first`: how many texts of the same
    /// list came before, for errors.
    #[pyo3(signature = (texts, deadline = None, first = 0, /))]
    fn scan_prompts<'py>(
        &self,
        py: Python<'py>,
        texts: &Bound<'py, PyList>,
        deadline: Option<Deadline>,
        first: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        start_bulk(py, &self.engine, prompts(texts, deadline, first))
    }

    /// Scans many `(prompt, output)` pairs; the results are in the order of the pairs.
    #[pyo3(signature = (pairs, deadline = None, first = 0, /))]
    fn scan_outputs<'py>(
        &self,
        py: Python<'py>,
        pairs: &Bound<'py, PyList>,
        deadline: Option<Deadline>,
        first: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        start_bulk(py, &self.engine, outputs(pairs, deadline, first))
    }

    /// Scans a prompt on the calling thread.
    #[pyo3(signature = (text, deadline = None, /))]
    fn scan_prompt_blocking(
        &self,
        py: Python<'_>,
        text: TextArgument<'_, '_>,
        deadline: Option<Deadline>,
    ) -> PyResult<Py<PyAny>> {
        wait(py, &self.engine, Asked::new(Side::Prompt, &text.0, None, deadline)?)
    }

    /// Scans an output on the calling thread.
    #[pyo3(signature = (prompt, output, deadline = None, /))]
    fn scan_output_blocking(
        &self,
        py: Python<'_>,
        prompt: PromptArgument<'_, '_>,
        output: OutputArgument<'_, '_>,
        deadline: Option<Deadline>,
    ) -> PyResult<Py<PyAny>> {
        wait(py, &self.engine, Asked::new(Side::Output, &output.0, Some(&prompt.0), deadline)?)
    }

    /// Scans many prompts on all cores while the calling thread waits.
    #[pyo3(signature = (texts, deadline = None, /))]
    fn scan_prompts_blocking(
        &self,
        py: Python<'_>,
        texts: &Bound<'_, PyList>,
        deadline: Option<Deadline>,
    ) -> PyResult<Py<PyAny>> {
        wait_bulk(py, &self.engine, prompts(texts, deadline, 0))
    }

    /// Scans many `(prompt, output)` pairs on all cores while the calling thread waits.
    #[pyo3(signature = (pairs, deadline = None, /))]
    fn scan_outputs_blocking(
        &self,
        py: Python<'_>,
        pairs: &Bound<'_, PyList>,
        deadline: Option<Deadline>,
    ) -> PyResult<Py<PyAny>> {
        wait_bulk(py, &self.engine, outputs(pairs, deadline, 0))
    }

    /// Opens a stream for an output that is still being written. `found`: any finding ends it, not only one
    /// that nothing takes the place of. `policy`: how far text may run ahead of scanners that judge windows,
    /// each within `deadline` seconds.
    #[pyo3(signature = (prompt, found, policy, deadline, /))]
    fn open_output(
        &self,
        py: Python<'_>,
        prompt: PromptArgument<'_, '_>,
        found: bool,
        policy: &str,
        deadline: Option<Deadline>,
    ) -> PyResult<OutputStream> {
        OutputStream::open(py, &self.engine, &prompt.0, found, policy, deadline)
    }

    /// Whether a scanner of it reads views of a text as well.
    fn reads_views(&self) -> bool {
        self.engine.reads_views()
    }

    /// Counters and histograms of this process.
    fn metrics(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        crate::convert::to_python(py, &self.engine.metrics())
    }

    /// Counters and histograms in Prometheus' text format.
    fn prometheus(&self) -> String {
        pyshield_engine::metrics::render_prometheus(&self.engine.metrics())
    }

    /// Refuses new work and waits for what is in flight; whether all of it finished in time.
    #[pyo3(signature = (timeout = 5.0, /))]
    fn close<'py>(&self, py: Python<'py>, timeout: f64) -> PyResult<Bound<'py, PyAny>> {
        self.engine.close();
        if self.engine.in_flight() == 0 {
            return Ready::new(true.into_py_any(py)).into_bound_py_any(py);
        }
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        let done = drained(Arc::clone(&self.engine), seconds(timeout));
        Pending::on_some_loop(py, move |place| {
            place.run(&runtime, done, |py, finished| finished.into_py_any(py))
        })
    }

    /// As `close`, on the calling thread.
    #[pyo3(signature = (timeout = 5.0, /))]
    fn close_blocking(&self, py: Python<'_>, timeout: f64) -> PyResult<bool> {
        self.engine.close();
        if self.engine.in_flight() == 0 {
            return Ok(true);
        }
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        let done = drained(Arc::clone(&self.engine), seconds(timeout));
        waited(py, &runtime, done)
    }
}
