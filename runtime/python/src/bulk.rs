//! Lists of texts: one crossing there, one back.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PySequence, PyString};
use pyshield_engine::bulk::Collect;
use pyshield_engine::error::EngineError;
use pyshield_engine::job;
use pyshield_engine::lock::Mutex;
use pyshield_engine::outcome::Outcome;
use pyshield_engine::shield::{self as engine, Request, Side};

use crate::argument::{Deadline, wrong_type};
use crate::awaitable::Ready;
use crate::bridge::{Pending, Sender};
use crate::errors;
use crate::patience::patiently;
use crate::result::ScanResult;
use crate::shield::Asked;

/// The results of a bulk call, made before their outcomes are there, so that engine threads can put these in
/// without the interpreter: the loop's thread is woken once, not for every piece.
#[derive(Clone, Default)]
struct Results(Arc<Vec<Py<ScanResult>>>);

impl Results {
    /// The results to come, and what is to be scanned for them.
    fn of(py: Python<'_>, asked: impl Iterator<Item = PyResult<Asked>>) -> PyResult<(Self, Vec<Request>)> {
        let (mut results, mut requests) = (Vec::new(), Vec::new());
        for asked in asked {
            let Asked { original, request } = asked?;
            results.push(Py::new(py, ScanResult::awaited(original, request.text.clone()))?);
            requests.push(request);
        }
        Ok((Self(Arc::new(results)), requests))
    }

    fn complete(&self, from: usize, outcomes: Vec<Outcome>) {
        for (result, outcome) in self.0.iter().skip(from).zip(outcomes) {
            result.get().complete(outcome);
        }
    }

    /// All of them, once every outcome is there.
    fn list(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(PyList::new(py, self.0.iter())?.into_any().unbind())
    }
}

/// The end of a bulk call whose results a future waits for.
struct Awaited {
    results: Results,
    sender: Arc<Sender>,
    future: Mutex<Option<Py<PyAny>>>,
}

impl Collect for Awaited {
    fn outcomes(&self, from: usize, outcomes: Vec<Outcome>) {
        self.results.complete(from, outcomes);
    }

    fn end(&self, result: Result<(), EngineError>) {
        let Some(future) = self.future.lock().take() else { return };
        let results = self.results.clone();
        let convert = move |py: Python<'_>| match result {
            Ok(()) => results.list(py),
            Err(error) => Err(errors::engine_error(py, &error)),
        };
        self.sender.complete(future, Box::new(convert));
    }
}

pub(crate) fn start_bulk<'py>(
    py: Python<'py>,
    shield: &Arc<engine::Shield>,
    asked: impl Iterator<Item = PyResult<Asked>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (results, requests) = match Results::of(py, asked) {
        Ok(made) => made,
        Err(error) => return Ready::new(Err(error)).into_bound_py_any(py),
    };
    let shield = Arc::clone(shield);
    Pending::on_some_loop(py, move |place| submit(place, &shield, results, requests))
}

fn submit<'py>(
    place: Pending<'py>,
    shield: &engine::Shield,
    results: Results,
    requests: Vec<Request>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = place.py();
    let ticket = Arc::<job::Ticket>::default();
    let future = place.future(Arc::clone(&ticket))?;
    let awaited = Some(future.clone().unbind());
    let collect = Awaited { results, sender: place.sender, future: Mutex::new(awaited) };
    match shield.submit_bulk(requests, &ticket, Box::new(collect)) {
        Ok(()) => Ok(future),
        Err(error) => Ready::new(Err(errors::engine_error(py, &error))).into_bound_py_any(py),
    }
}

pub(crate) fn wait_bulk(
    py: Python<'_>,
    shield: &engine::Shield,
    asked: impl Iterator<Item = PyResult<Asked>>,
) -> PyResult<Py<PyAny>> {
    let (results, requests) = Results::of(py, asked)?;
    let filled = results.clone();
    let each = move |from, outcomes| filled.complete(from, outcomes);
    match patiently(py, |patient| shield.scan_bulk_blocking(requests, each, patient))? {
        Ok(()) => results.list(py),
        Err(error) => Err(errors::engine_error(py, &error)),
    }
}

pub(crate) fn prompts<'py>(
    texts: &Bound<'py, PyList>,
    deadline: Option<Deadline>,
    first: usize,
) -> impl Iterator<Item = PyResult<Asked>> + use<'py> {
    texts.iter().zip(first..).map(move |(text, at)| {
        let Ok(text) = text.cast::<PyString>() else {
            return Err(wrong_type(&format!("texts[{at}]: expected a string"), &text));
        };
        Asked::new(Side::Prompt, text, None, deadline)
    })
}

pub(crate) fn outputs<'py>(
    pairs: &Bound<'py, PyList>,
    deadline: Option<Deadline>,
    first: usize,
) -> impl Iterator<Item = PyResult<Asked>> + use<'py> {
    pairs.iter().zip(first..).map(move |(pair, at)| {
        let (prompt, output) = both(&pair, at)?;
        let string = |text: &Bound<'py, PyAny>, name| match text.cast::<PyString>() {
            Ok(text) => Ok(text.clone()),
            Err(_) => Err(wrong_type(&format!("pairs[{at}]: {name}: expected a string"), text)),
        };
        let (prompt, output) = (string(&prompt, "prompt")?, string(&output, "output")?);
        Asked::new(Side::Output, &output, Some(&prompt), deadline)
    })
}

/// The two of a pair: a tuple, or a list, as JSON has it.
fn both<'py>(pair: &Bound<'py, PyAny>, at: usize) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let expected = || format!("pairs[{at}]: expected (prompt, output)");
    // A string is a sequence as well.
    let sequence = pair.cast::<PySequence>().ok().filter(|_| !pair.is_instance_of::<PyString>());
    let sequence = sequence.ok_or_else(|| wrong_type(&expected(), pair))?;
    match sequence.len()? {
        2 => Ok((sequence.get_item(0)?, sequence.get_item(1)?)),
        other => Err(PyTypeError::new_err(format!("{}, got {other} values", expected()))),
    }
}
