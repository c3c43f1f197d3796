//! Arguments of scans: errors name them and what they are, never what is in them.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

use crate::errors;

/// An argument that has to be a string, whose name errors tell.
macro_rules! string_argument {
    ($(#[$doc:meta])* $argument:ident, $name:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $argument<'a, 'py>(pub(crate) Borrowed<'a, 'py, PyString>);

        impl<'a, 'py> FromPyObject<'a, 'py> for $argument<'a, 'py> {
            type Error = PyErr;

            #[cfg(feature = "stubs")]
            const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <PyString as pyo3::PyTypeInfo>::TYPE_HINT;

            fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                let string = value.cast::<PyString>();
                string.map(Self).map_err(|_| wrong_type(concat!($name, ": expected a string"), &value))
            }
        }
    };
}

string_argument!(
    /// What is scanned.
    TextArgument,
    "text"
);
string_argument!(
    /// What an output answers.
    PromptArgument,
    "prompt"
);
string_argument!(
    /// An output that is scanned.
    OutputArgument,
    "output"
);

/// Seconds until a result must be there.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(pub(crate) f64);

impl<'a, 'py> FromPyObject<'a, 'py> for Deadline {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <f64 as FromPyObject<'a, 'py>>::INPUT_TYPE;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let given = match value.extract::<f64>() {
            Ok(seconds) if seconds.is_nan() => "nan".to_owned(),
            Ok(seconds) if !value.is_instance_of::<PyBool>() => return Ok(Self(seconds)),
            _ => format!("a {}", value.get_type().name()?),
        };
        let reason = format!("deadline: expected a number of seconds, got {given}");
        Err(errors::wrong_argument(value.py(), &reason, "deadline"))
    }
}

/// The `TypeError` of a value that is not what `expected` says.
pub(crate) fn wrong_type(expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    match value.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("{expected}, got {name}")),
        Err(error) => error,
    }
}
