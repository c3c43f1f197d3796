//! Plain data between serde and Python.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::Serialize;
use serde_json::Value;

/// A serialisable value as Python dicts, lists, strings and numbers.
pub(crate) fn to_python(py: Python<'_>, value: &impl Serialize) -> PyResult<Py<PyAny>> {
    let value = serde_json::to_value(value)
        .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
    json_to_python(py, value)
}

/// Recurses as deep as the value is nested; only for values of our own making, or whose depth was bounded
/// when they were read.
pub(crate) fn json_to_python(py: Python<'_>, value: Value) -> PyResult<Py<PyAny>> {
    match value {
        Value::Null => Ok(py.None()),
        Value::Bool(value) => value.into_py_any(py),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(value), _, _) => value.into_py_any(py),
            (_, Some(value), _) => value.into_py_any(py),
            (_, _, value) => value.into_py_any(py),
        },
        Value::String(value) => value.into_py_any(py),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(json_to_python(py, item)?)?;
            }
            Ok(list.into_any().unbind())
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, json_to_python(py, value)?)?;
            }
            Ok(dict.into_any().unbind())
        }
    }
}
