//! Token counts for Python: `count_tokens`, `count_tokens_batch`, `truncate_to_tokens`, `model_encodings`.

use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyString;
use pyshield_core::Interrupt;
use pyshield_core::tokens::{Count, Model, TokenizerError, model_names};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors;

/// From how many bytes on a text is worth letting other Python threads run: about 15 µs of counting.
const DETACH_BYTES: usize = 1_024;

/// From how many bytes on a batch is worth more than one core: about half a millisecond of counting.
const PARALLEL_BYTES: usize = 32 * 1_024;

/// The number of tokens, and whether it is exact.
#[pyfunction]
#[pyo3(signature = (text, model, /))]
pub(crate) fn count_tokens(
    py: Python<'_>,
    text: &Bound<'_, PyString>,
    model: &str,
) -> PyResult<(usize, bool)> {
    let text = utf8(text)?;
    let model = Model::from_name(model).map_err(|e| errors::tokenizer_error(py, &e))?;
    maybe_detached(py, text.len(), || model.count(text))
        .map(pair)
        .map_err(|e| errors::tokenizer_error(py, &e))
}

/// The same for many texts, on all cores, in the order of the texts.
#[pyfunction]
#[pyo3(signature = (texts, model, /))]
#[expect(clippy::needless_pass_by_value, reason = "the argument owns the references to the strings")]
pub(crate) fn count_tokens_batch(
    py: Python<'_>,
    texts: Vec<Bound<'_, PyString>>,
    model: &str,
) -> PyResult<Vec<(usize, bool)>> {
    let model = Model::from_name(model).map_err(|e| errors::tokenizer_error(py, &e))?;
    let texts: Vec<PyBackedStr> = texts.iter().map(backed).collect::<PyResult<_>>()?;
    let bytes = texts.iter().map(|text| text.len()).sum();
    let count = |text: &PyBackedStr| model.count(text).map(pair);
    let counted: Result<Vec<_>, _> = maybe_detached(py, bytes, || match pool() {
        Some(pool) if bytes >= PARALLEL_BYTES => pool.install(|| texts.par_iter().map(count).collect()),
        _ => texts.iter().map(count).collect(),
    });
    counted.map_err(|e| errors::tokenizer_error(py, &e))
}

/// The text, or the first part of it that has no more than `max_tokens` tokens.
#[pyfunction]
#[pyo3(signature = (text, max_tokens, model, /))]
pub(crate) fn truncate_to_tokens<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyString>,
    max_tokens: usize,
    model: &str,
) -> PyResult<Bound<'py, PyString>> {
    let bytes = utf8(text)?;
    let model = Model::from_name(model).map_err(|e| errors::tokenizer_error(py, &e))?;
    let kept = maybe_detached(py, bytes.len(), || model.truncate(bytes, max_tokens, &Interrupt::NEVER))
        .map_err(|e| errors::tokenizer_error(py, &e))?;
    if kept.len() == bytes.len() {
        return Ok(text.clone());
    }
    Ok(PyString::new(py, kept))
}

/// Every known name or prefix of a name with its encoding, `None` where tokens are estimated.
#[pyfunction]
pub(crate) fn model_encodings() -> Vec<(&'static str, Option<&'static str>)> {
    model_names()
        .map(|(name, encoding)| (name, encoding.map(pyshield_core::tokens::Encoding::name)))
        .collect()
}

const fn pair(count: Count) -> (usize, bool) {
    (count.tokens, count.exact)
}

fn maybe_detached<T: Send>(py: Python<'_>, bytes: usize, work: impl FnOnce() -> T + Send) -> T {
    if bytes < DETACH_BYTES { work() } else { py.detach(work) }
}

/// The threads for batches, apart from the engine's so that a large batch delays no scan. `None` in a
/// forked child of a process that has used them, where they do not exist, and where none can be started:
/// the calling thread then does the work.
fn pool() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<(u32, Option<ThreadPool>)> = OnceLock::new();
    let (owner, pool) = POOL.get_or_init(|| {
        let name = |i| format!("pyshield-tokens-{i}");
        (std::process::id(), ThreadPoolBuilder::new().thread_name(name).build().ok())
    });
    pool.as_ref().filter(|_| *owner == std::process::id())
}

fn utf8<'a>(text: &'a Bound<'_, PyString>) -> PyResult<&'a str> {
    text.to_str().map_err(|_| lone_surrogate(text.py()))
}

fn backed(text: &Bound<'_, PyString>) -> PyResult<PyBackedStr> {
    text.clone().try_into().map_err(|_| lone_surrogate(text.py()))
}

fn lone_surrogate(py: Python<'_>) -> PyErr {
    errors::tokenizer_error(py, &TokenizerError::InvalidInput("the text holds lone surrogates".to_owned()))
}
