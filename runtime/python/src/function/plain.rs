//! Python values as JSON, and what has no such form.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use pyshield_engine::function::FunctionError;
use serde_json::{Map, Number, Value};

/// How deep lists and dicts may be nested.
const DEEPEST: usize = 96;

/// A value made of `None`, bools, numbers, strings, lists, tuples and dicts with string keys. The error
/// names the type that has no JSON form, never a value.
pub(crate) fn from_python(value: &Bound<'_, PyAny>) -> Result<Value, FunctionError> {
    convert(value, DEEPEST)
}

fn refuse(reason: impl Into<String>) -> FunctionError {
    FunctionError::TypeConversion(reason.into())
}

fn convert(value: &Bound<'_, PyAny>, depth: usize) -> Result<Value, FunctionError> {
    if depth == 0 {
        return Err(refuse(format!("a value is nested more than {DEEPEST} deep")));
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(string) = value.cast::<PyString>() {
        return text(string).map(Value::String);
    }
    if let Ok(boolean) = value.cast::<PyBool>() {
        return Ok(Value::Bool(boolean.is_true()));
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        let number = Number::from_f64(float.value());
        return number
            .map(Value::Number)
            .ok_or_else(|| refuse("a float that is not finite has no JSON form"));
    }
    if value.is_instance_of::<PyInt>() {
        if let Ok(number) = value.extract::<i64>() {
            return Ok(number.into());
        }
        let number =
            value.extract::<u64>().map_err(|_| refuse("an int of more than 64 bits has no JSON form"))?;
        return Ok(number.into());
    }
    if let Ok(list) = value.cast::<PyList>() {
        return list.iter().map(|item| convert(&item, depth - 1)).collect::<Result<_, _>>().map(Value::Array);
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return tuple
            .iter()
            .map(|item| convert(&item, depth - 1))
            .collect::<Result<_, _>>()
            .map(Value::Array);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let mut fields = Map::new();
        for (name, value) in dict.iter() {
            let name = name
                .cast::<PyString>()
                .map_err(|_| refuse("a dict with keys other than str has no JSON form"))?;
            fields.insert(text(name)?, convert(&value, depth - 1)?);
        }
        return Ok(Value::Object(fields));
    }
    let kind = value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
    Err(refuse(format!("a {kind} has no JSON form")))
}

fn text(string: &Bound<'_, PyString>) -> Result<String, FunctionError> {
    // The error of the conversion holds the whole string; it must not go on.
    let text = string.to_str().map_err(|_| refuse("a str with lone surrogates has no JSON form"))?;
    Ok(text.to_owned())
}
