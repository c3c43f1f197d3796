//! `_runtime.OutputStream`: an output piece by piece, and the events that come of it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use pyshield_core::stream::Cut;
use pyshield_engine::config::seconds;
use pyshield_engine::error::EngineError;
use pyshield_engine::runtime;
use pyshield_engine::stream::{self as engine, Pace, StreamOptions};

use crate::argument::Deadline;
use crate::bridge::Pending;
use crate::errors;
use crate::finding::Finding;
use crate::import::{Kept, imported};
use crate::patience::waited;
use crate::result::ScanResult;
use crate::text::text;

/// From how many bytes on a piece is scanned without the interpreter lock.
const DETACHED: usize = 16 << 10;

/// An event class of `pyshield.stream`, looked up once.
macro_rules! class {
    ($function:ident, $name:literal) => {
        fn $function(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
            static CLASS: Kept = Kept::new();
            imported(py, &CLASS, "pyshield.stream", $name)
        }
    };
}

class!(text_class, "StreamText");
class!(finding_class, "StreamFinding");
class!(blocked_class, "StreamBlocked");
class!(end_class, "StreamEnd");

/// An output on its way through a shield's scanners; not for several threads at once.
#[pyclass(module = "pyshield._runtime")]
pub(crate) struct OutputStream {
    engine: engine::OutputStream,
}

impl OutputStream {
    pub(crate) fn open(
        py: Python<'_>,
        shield: &pyshield_engine::shield::Shield,
        prompt: &Bound<'_, PyString>,
        found: bool,
        pace: &str,
        deadline: Option<Deadline>,
    ) -> PyResult<Self> {
        let cut = if found { Cut::Found } else { Cut::Unredacted };
        let pace = Pace::of_name(pace).ok_or_else(|| PyValueError::new_err("policy: unknown"))?;
        let prompt = if shield.reads_prompt() { text(prompt)?.as_str().to_owned() } else { String::new() };
        let deadline = deadline.map(|Deadline(after)| seconds(after));
        let options = StreamOptions { cut, pace, prompt: prompt.into(), deadline };
        // The first stream of a shield may compile what its patterns need for it.
        let opened = py.detach(|| shield.open_output(options));
        opened.map(|engine| Self { engine }).map_err(|error| errors::engine_error(py, &error))
    }

    /// The events of a step; after the last one the end.
    fn events<'py>(
        &mut self,
        py: Python<'py>,
        passed: Result<engine::Passed, EngineError>,
    ) -> PyResult<Bound<'py, PyList>> {
        let passed = passed.map_err(|error| errors::engine_error(py, &error))?;
        let events = PyList::empty(py);
        for (scanner, finding) in passed.findings {
            events.append(finding_class(py)?.call1((Finding::of_code_points(scanner, finding),))?)?;
        }
        if !passed.text.is_empty() {
            events.append(text_class(py)?.call1((passed.text,))?)?;
        }
        if !passed.blocked_by.is_empty() {
            let scanners: Vec<String> = passed.blocked_by.iter().map(ToString::to_string).collect();
            events.append(blocked_class(py)?.call1((scanners, passed.window))?)?;
        }
        if let Some(outcome) = self.engine.conclude() {
            events.append(end_class(py)?.call1((ScanResult::of_stream(outcome),))?)?;
        }
        Ok(events)
    }
}

#[pymethods]
impl OutputStream {
    /// Whether text leaves before the end. If not, nothing may be fed: the whole is to be scanned at its end.
    #[getter]
    fn follows(&self) -> bool {
        self.engine.follows()
    }

    /// How many characters to feed at a time, so that one call does not hold an event loop up.
    #[getter]
    fn part(&self) -> usize {
        self.engine.part_bytes()
    }

    /// How many bytes may be held.
    #[getter]
    fn max_held_bytes(&self) -> usize {
        self.engine.max_held_bytes()
    }

    /// Whether a vault has to be asked before the first piece, which else waits for it.
    #[getter]
    fn asks(&self) -> bool {
        self.engine.asks()
    }

    /// Asks the vaults; an awaitable.
    fn ask<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        let place = Pending::on_running_loop(py)?;
        let future = place.future(std::sync::Arc::default())?;
        let (sender, answered, asked) = (place.sender, future.clone().unbind(), self.engine.ask());
        runtime.tokio().spawn(async move {
            asked.await;
            sender.complete(answered, Box::new(|py| Ok(py.None())));
        });
        Ok(future)
    }

    /// Whether a verdict has to be waited for before anything more is fed.
    #[getter]
    fn waits(&self) -> bool {
        self.engine.waits()
    }

    /// Waits for verdicts, which `resume` takes; an awaitable.
    fn judged<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        Pending::on_running_loop(py)?.run(&runtime, self.engine.judged(), |py, ()| Ok(py.None()))
    }

    /// The same on the calling thread.
    fn judged_blocking(&self, py: Python<'_>) -> PyResult<()> {
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        waited(py, &runtime, self.engine.judged())
    }

    /// Takes the verdicts that have come and returns the events they bring.
    fn resume<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let passed = self.engine.resume();
        self.events(py, passed)
    }

    /// Gives the output up and frees what is held of it.
    fn close(&mut self) {
        self.engine.close();
    }

    /// Takes the next piece and returns the events it brings.
    #[pyo3(signature = (piece, /))]
    fn feed<'py>(&mut self, py: Python<'py>, piece: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyList>> {
        let piece = text(piece)?;
        let passed = if piece.len() < DETACHED && !self.engine.asks() {
            self.engine.feed(piece.as_str())
        } else {
            py.detach(|| self.engine.feed(piece.as_str()))
        };
        self.events(py, passed)
    }

    /// Takes the end of the output and returns the last events, or those before `waits` is false.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let passed = py.detach(|| self.engine.finish());
        self.events(py, passed)
    }
}
