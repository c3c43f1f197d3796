//! `_runtime.ModelHandle`: one model, held by Python, and asked directly. See `pyshield.models`.

use std::sync::Arc;
use std::time::Instant;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyshield_core::Span;
use pyshield_engine::config::seconds;
use pyshield_engine::model::Model;
use pyshield_engine::model::direct::DirectError;
use pyshield_engine::model::source::ModelSource;
use pyshield_engine::runtime;

use crate::bridge::Pending;
use crate::text::owned;
use crate::{errors, patience};

/// Holds a model. While one does, the model is known in this process, loaded or not.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct ModelHandle {
    model: Arc<Model>,
}

/// For each token its id and the code points it stands for.
type TokensOfText = Vec<(u32, Option<(usize, usize)>)>;

/// The moment after a number of seconds; none for no limit.
fn after(timeout: Option<f64>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(seconds(timeout)))
}

/// An awaitable of what a future of the runtime comes to.
fn awaited<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T, DirectError>> + Send + 'static,
    convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> PyResult<Bound<'_, PyAny>> {
    let place = Pending::on_running_loop(py)?;
    let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
    place.run(&runtime, future, move |py, result| match result {
        Ok(value) => convert(py, value),
        Err(error) => Err(errors::direct_error(py, &error)),
    })
}

/// What a future of the runtime comes to, for a thread that may wait.
fn waited<T: Send + 'static>(
    py: Python<'_>,
    future: impl Future<Output = Result<T, DirectError>> + Send + 'static,
) -> PyResult<T> {
    let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
    patience::waited(py, &runtime, future)?.map_err(|error| errors::direct_error(py, &error))
}

#[pymethods]
impl ModelHandle {
    /// The model of a declaration, as JSON. Its configuration is read and checked; nothing is loaded yet.
    #[new]
    #[pyo3(signature = (source, /))]
    fn new(py: Python<'_>, source: &str) -> PyResult<Self> {
        crate::onnxruntime::announce(py);
        let source: ModelSource =
            serde_json::from_str(source).map_err(|error| errors::malformed(py, &error))?;
        let model = py.detach(|| Model::open(&source));
        Ok(Self { model: model.map_err(|error| errors::model_error(py, &error, None))? })
    }

    /// What it is called.
    #[getter]
    fn name(&self) -> &str {
        self.model.name()
    }

    /// Whether its sessions are loaded.
    #[getter]
    fn is_loaded(&self) -> bool {
        self.model.is_loaded()
    }

    /// The tokens of a text as the model is given them: their ids with the special ones around, and for each
    /// the code points of the text that it stands for, or `None`. Nothing is loaded but the tokenizer.
    #[pyo3(signature = (text, most, /))]
    fn tokens(&self, py: Python<'_>, text: &Bound<'_, PyString>, most: usize) -> PyResult<TokensOfText> {
        let text = crate::text::text(text)?;
        let tokens = py.detach(|| self.model.tokens(&text, most));
        let tokens = tokens.map_err(|error| errors::model_error(py, &error, None))?;
        let (map, string) = (text.code_points(), text.as_str());
        let span = |span: &Span| (map.of_byte(string, span.start), map.of_byte(string, span.end));
        Ok(tokens.into_iter().map(|(id, place)| (id, place.as_ref().map(span))).collect())
    }

    /// How many different tokens there are, special ones included.
    fn vocabulary(&self, py: Python<'_>) -> PyResult<usize> {
        let vocabulary = py.detach(|| self.model.vocabulary());
        vocabulary.map_err(|error| errors::model_error(py, &error, None))
    }

    /// Tokens of a window, special ones included: what of a text the model reads at a time.
    #[getter]
    fn window(&self) -> usize {
        self.model.config().window
    }

    /// The id of the token that fills rows up.
    fn padding(&self, py: Python<'_>) -> PyResult<u32> {
        let padding = py.detach(|| self.model.padding());
        padding.map_err(|error| errors::model_error(py, &error, None))
    }

    /// What it says of a text: name, kind and labels of each head.
    #[getter]
    fn heads(&self) -> Vec<(String, String, Vec<String>)> {
        let heads = self.model.config().heads.iter();
        let labels = |labels: &[Arc<str>]| labels.iter().map(ToString::to_string).collect();
        let head =
            heads.map(|head| (head.name.to_string(), head.kind.name().to_owned(), labels(&head.labels)));
        head.collect()
    }

    /// Loads the sessions, if they are not. Blocks without the interpreter.
    fn load(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.model.load()).map_err(|error| errors::model_error(py, &error, None))
    }

    /// Drops the sessions once those who use them are done.
    fn unload(&self, py: Python<'_>) {
        py.detach(|| self.model.unload());
    }

    /// Counters and histograms of this process.
    fn metrics(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        crate::convert::to_python(py, &self.model.metrics())
    }

    /// An awaitable of a vector of length one for each text.
    #[pyo3(signature = (texts, timeout = None, /))]
    fn embed<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<Bound<'py, PyString>>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let texts = texts.into_iter().map(|text| owned(&text)).collect::<PyResult<_>>()?;
        let future = Arc::clone(&self.model).embed(texts, after(timeout));
        awaited(py, future, |py, vectors| vectors.into_py_any(py))
    }

    /// An awaitable of the probabilities of all labels for each pair of texts.
    #[pyo3(signature = (pairs, timeout = None, /))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        pairs: Vec<(Bound<'py, PyString>, Bound<'py, PyString>)>,
        timeout: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let pairs = pairs.into_iter().map(|(a, b)| Ok((owned(&a)?, owned(&b)?))).collect::<PyResult<_>>()?;
        let future = Arc::clone(&self.model).score(pairs, after(timeout));
        awaited(py, future, |py, scores| scores.into_py_any(py))
    }

    /// The probabilities of all labels for each text, on the calling thread.
    #[pyo3(signature = (texts, timeout = None, /))]
    fn classify_blocking(
        &self,
        py: Python<'_>,
        texts: Vec<Bound<'_, PyString>>,
        timeout: Option<f64>,
    ) -> PyResult<Vec<Vec<f64>>> {
        let texts = texts.into_iter().map(|text| owned(&text)).collect::<PyResult<_>>()?;
        waited(py, Arc::clone(&self.model).classify(texts, after(timeout)))
    }

    /// As `embed`, on the calling thread.
    #[pyo3(signature = (texts, timeout = None, /))]
    fn embed_blocking(
        &self,
        py: Python<'_>,
        texts: Vec<Bound<'_, PyString>>,
        timeout: Option<f64>,
    ) -> PyResult<Vec<Vec<f32>>> {
        let texts = texts.into_iter().map(|text| owned(&text)).collect::<PyResult<_>>()?;
        waited(py, Arc::clone(&self.model).embed(texts, after(timeout)))
    }

    /// As `score`, on the calling thread.
    #[pyo3(signature = (pairs, timeout = None, /))]
    fn score_blocking(
        &self,
        py: Python<'_>,
        pairs: Vec<(Bound<'_, PyString>, Bound<'_, PyString>)>,
        timeout: Option<f64>,
    ) -> PyResult<Vec<Vec<f64>>> {
        let pairs = pairs.into_iter().map(|(a, b)| Ok((owned(&a)?, owned(&b)?))).collect::<PyResult<_>>()?;
        waited(py, Arc::clone(&self.model).score(pairs, after(timeout)))
    }
}
