//! Engine errors as the exceptions of `pyshield.errors`: the one place that maps them.

use std::fmt::Display;

use pyo3::PyTypeInfo;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyshield_core::tokens::TokenizerError;
use pyshield_core::{ConfigError, ScannerError};
use pyshield_engine::error::EngineError;
use pyshield_engine::function::FunctionError;
use pyshield_engine::model::direct::DirectError;
use pyshield_engine::model::error::ModelError;
use pyshield_engine::model::scanner::BuildError;
use pyshield_engine::vault::VaultError;

use crate::import::{Kept, imported};

/// An exception class of `pyshield.errors`, looked up once.
macro_rules! class {
    ($function:ident, $name:literal) => {
        fn $function(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
            static CLASS: Kept = Kept::new();
            imported(py, &CLASS, "pyshield.errors", $name)
        }
    };
}

class!(closed_class, "Closed");
class!(config_class, "ConfigError");
class!(deadline_class, "DeadlineExceeded");
class!(encoding_class, "EncodingError");
class!(input_class, "InvalidInput");
class!(model_class, "ModelError");
class!(overloaded_class, "Overloaded");
class!(scanner_class, "ScannerError");
class!(text_class, "TextError");
class!(unknown_model_class, "UnknownModel");
class!(vault_class, "VaultError");

/// Instantiates an exception class; failing to do so is the error then.
fn raise<'py>(class: PyResult<&Bound<'py, PyAny>>, arguments: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    match class.and_then(|class| class.call1(arguments)) {
        Ok(instance) => PyErr::from_value(instance),
        Err(error) => error,
    }
}

/// A `TextError`.
pub(crate) fn text_error(py: Python<'_>, message: &str) -> PyErr {
    raise(text_class(py), (message,))
}

/// The `TypeError` of a part of a result that is pickled; `instead` is what has the same as plain data.
pub(crate) fn not_pickled<T: PyTypeInfo>(value: &Bound<'_, T>, instead: &str) -> PyErr {
    match value.as_any().get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("a {name} does not pickle; send what {instead} gives")),
        Err(error) => error,
    }
}

/// A `Closed`.
pub(crate) fn closed(py: Python<'_>, message: &str) -> PyErr {
    raise(closed_class(py), (message,))
}

/// A `ConfigError`, with the scanner and the field it names.
pub(crate) fn config_error(py: Python<'_>, error: &ConfigError) -> PyErr {
    raise(config_class(py), (error.to_string(), error.scanner, error.field.as_str()))
}

/// The `ConfigError` of a call's argument.
pub(crate) fn wrong_argument(py: Python<'_>, message: &str, argument: &str) -> PyErr {
    raise(config_class(py), (message, py.None(), argument))
}

/// A `ModelError`, with the scanner that reads the model if it is known.
pub(crate) fn model_error(py: Python<'_>, error: &ModelError, scanner: Option<String>) -> PyErr {
    raise(model_class(py), (error.to_string(), &*error.model, error.fault.kind(), scanner))
}

/// The exception of a model that was asked in vain.
pub(crate) fn direct_error(py: Python<'_>, error: &DirectError) -> PyErr {
    match error {
        DirectError::Model(error) => model_error(py, error, None),
        DirectError::Interrupted(why) => engine_error(py, &EngineError::interrupted(*why, true)),
        DirectError::TooLong(_) => text_error(py, &error.to_string()),
    }
}

/// The exception of a declaration that cannot become a shield.
pub(crate) fn build_error(py: Python<'_>, error: &BuildError) -> PyErr {
    match error {
        BuildError::Config(error) => config_error(py, error),
        BuildError::Model(error) => model_error(py, error, None),
    }
}

/// A `ConfigError` about a declaration that is not the JSON it should be.
pub(crate) fn malformed(py: Python<'_>, error: &serde_json::Error) -> PyErr {
    raise(config_class(py), (format!("malformed declaration: {error}"),))
}

/// The exception of a request that has no result.
pub(crate) fn engine_error(py: Python<'_>, error: &EngineError) -> PyErr {
    let message = error.to_string();
    match error {
        EngineError::Overloaded { retry_after, .. } => {
            raise(overloaded_class(py), (message, retry_after.as_secs_f64()))
        }
        EngineError::DeadlineExceeded { .. } => raise(deadline_class(py), (message,)),
        EngineError::TooLarge { .. } => text_error(py, &message),
        EngineError::Closed(_) => closed(py, &message),
        EngineError::Cancelled => {
            static CLASS: Kept = Kept::new();
            raise(imported(py, &CLASS, "asyncio", "CancelledError"), (message,))
        }
        EngineError::Scanner { scanner, error } => scanner_error(py, scanner, error),
    }
}

/// The exception of a vault that cannot do as asked.
pub(crate) fn vault_error(py: Python<'_>, error: VaultError) -> PyErr {
    match error {
        VaultError::Closed => closed(py, &error.to_string()),
        VaultError::TimedOut => raise(deadline_class(py), (error.to_string(),)),
        // What `list.remove` raises, as llm-guard's vault does.
        VaultError::NotFound => PyValueError::new_err("the pair is not in the vault"),
        error => raise(vault_class(py), (error.to_string(), error.kind())),
    }
}

/// The exception of a scanner that came to no verdict.
pub(crate) fn scanner_error(py: Python<'_>, scanner: impl Display, error: &ScannerError) -> PyErr {
    if let ScannerError::Model { model, kind, .. } = error {
        let arguments = (format!("{scanner}: {error}"), &**model, *kind, Some(scanner.to_string()));
        return raise(model_class(py), arguments);
    }
    if let ScannerError::Vault { kind, .. } = error {
        return raise(vault_class(py), (format!("{scanner}: {error}"), *kind, Some(scanner.to_string())));
    }
    let reason = match error {
        ScannerError::Panicked => "panicked",
        ScannerError::Limit { .. } => "limit",
        ScannerError::Interrupted(_)
        | ScannerError::Model { .. }
        | ScannerError::Vault { .. }
        | ScannerError::Failed(_) => "failed",
    };
    raise(scanner_class(py), (format!("{scanner}: {error}"), scanner.to_string(), reason))
}

/// The exception of tokens that could not be counted.
pub(crate) fn tokenizer_error(py: Python<'_>, error: &TokenizerError) -> PyErr {
    let class = match error {
        TokenizerError::UnknownModel(_) => unknown_model_class(py),
        TokenizerError::InvalidInput(_) => input_class(py),
        TokenizerError::EncodingError(_) | TokenizerError::Interrupted(_) => encoding_class(py),
    };
    raise(class, (error.to_string(),))
}

/// The exception of a function call without a result; what the function raised is its cause.
pub(crate) fn function_error(py: Python<'_>, function: &str, error: &FunctionError) -> PyErr {
    static MAKE: Kept = Kept::new();
    let make = imported(py, &MAKE, "pyshield.functions._errors", "made");
    let cause = match error {
        FunctionError::Python { cause: Some(cause), .. } => cause.0.downcast_ref::<Py<PyAny>>(),
        _ => None,
    };
    raise(make, (error.kind(), function, error.to_string(), cause.map(|cause| cause.clone_ref(py))))
}
