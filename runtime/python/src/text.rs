//! Python strings as texts, without copying them.

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyshield_core::Text;

use crate::errors;

/// A Python string that lends its UTF-8 bytes to a [`Text`].
struct PyText {
    // Never read: holding the reference is what keeps `utf8` alive.
    _string: Py<PyString>,
    utf8: &'static str,
}

impl AsRef<str> for PyText {
    fn as_ref(&self) -> &str {
        self.utf8
    }
}

/// The text of a Python string.
///
/// # Errors
/// `TextError` naming the position if the string holds a lone surrogate: it has no UTF-8.
pub(crate) fn text(string: &Bound<'_, PyString>) -> PyResult<Text> {
    let utf8 = string.to_str().map_err(|error| refuse(string.py(), error))?;
    // SAFETY: `PyUnicode_AsUTF8AndSize` returns bytes that belong to the string object and live and stay
    // unchanged as long as it does (str is immutable; CPython caches the encoded form in the object).
    // `_string` keeps the object alive for the life of `PyText`, which never hands the `'static` out:
    // `as_ref` shortens it to the borrow of `self`. Reading needs no interpreter lock.
    let utf8 = unsafe { std::mem::transmute::<&str, &'static str>(utf8) };
    // As many code points as bytes. Reading a megabyte to find out would hold the event loop up.
    let ascii = string.len()? == utf8.len();
    Ok(Text::known(PyText { _string: string.clone().unbind(), utf8 }, ascii))
}

/// A Python string's own copy, for what outlives the call by long.
///
/// # Errors
/// As [`text`].
pub(crate) fn owned(string: &Bound<'_, PyString>) -> PyResult<String> {
    string.to_str().map(str::to_owned).map_err(|error| refuse(string.py(), error))
}

/// The original error holds the whole string, so it must not go on.
fn refuse(py: Python<'_>, error: PyErr) -> PyErr {
    if !error.is_instance_of::<PyUnicodeEncodeError>(py) {
        return error;
    }
    let position = error.value(py).getattr("start").and_then(|start| start.extract::<usize>());
    let place = position.map_or_else(|_| String::new(), |at| format!(" at index {at}"));
    errors::text_error(
        py,
        &format!(
            "the text is not valid Unicode: lone surrogate{place}; decode it with errors=\"replace\" \
             or encode it with errors=\"surrogatepass\" and repair it first"
        ),
    )
}
