//! What can go wrong with a function call: nine kinds, each with its own counter.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What the function's own language made of a failure (in Python, the exception), for callers of that
/// language. Opaque here, and never shown: it may quote what the function was given.
#[derive(Clone)]
pub struct Cause(pub Arc<dyn Any + Send + Sync>);

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cause(..)")
    }
}

/// Why a call has no result. Names what is at fault; carries neither arguments nor results.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FunctionError {
    /// The function raised.
    #[error("the function raised {kind}")]
    Python {
        /// The class of the exception.
        kind: String,
        /// The exception.
        cause: Option<Cause>,
    },
    /// What runs functions could not run this one: too many calls, too many that were given up and still
    /// run, a worker process that died.
    #[error("{0}")]
    Runtime(String),
    /// The function overran. It was cancelled, killed or abandoned, as its kind allows.
    #[error("the function did not finish within {0:?}")]
    Timeout(Duration),
    /// Arguments or result are not JSON, or not what the schema wants.
    #[error("{0}")]
    Serialization(String),
    /// The module that is to hold the function cannot be imported.
    #[error("{0}")]
    ModuleNotFound(String),
    /// No function has that name.
    #[error("{0}")]
    FunctionNotFound(String),
    /// A value of the function's language has no JSON form.
    #[error("{0}")]
    TypeConversion(String),
    /// The time ran out before the function could start: something else held the interpreter, or the thread
    /// of its event loop, all the while.
    #[error("the interpreter was not free for the call within {0:?}")]
    GilFailed(Duration),
    /// There is nothing that could run functions: none was ever set up in this process, or it was shut
    /// down.
    #[error("{0}")]
    ContextNotInitialized(String),
}

impl FunctionError {
    /// The names of all kinds, in the order of [`FunctionError::position`].
    pub const KINDS: [&'static str; 9] = [
        "python",
        "runtime",
        "timeout",
        "serialization",
        "module_not_found",
        "function_not_found",
        "type_conversion",
        "gil_failed",
        "context_not_initialized",
    ];

    /// The place of this error's kind in [`FunctionError::KINDS`].
    pub const fn position(&self) -> usize {
        match self {
            Self::Python { .. } => 0,
            Self::Runtime(_) => 1,
            Self::Timeout(_) => 2,
            Self::Serialization(_) => 3,
            Self::ModuleNotFound(_) => 4,
            Self::FunctionNotFound(_) => 5,
            Self::TypeConversion(_) => 6,
            Self::GilFailed(_) => 7,
            Self::ContextNotInitialized(_) => 8,
        }
    }

    /// The name of this error's kind, as metrics and Python have it.
    pub const fn kind(&self) -> &'static str {
        Self::KINDS[self.position()]
    }
}
