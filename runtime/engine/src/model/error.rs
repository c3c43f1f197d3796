//! What can be wrong with a model, in words that say what to do about it.

use std::sync::Arc;

use pyshield_core::ScannerError;

/// A model that cannot be used. Never carries scanned text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("model {model}: {fault}")]
pub struct ModelError {
    /// The model as declared: its name or its path.
    pub model: Arc<str>,
    /// What is wrong with it.
    pub fault: ModelFault,
}

/// What is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelFault {
    /// ONNX Runtime's shared library is not there or does not load.
    #[error("ONNX Runtime cannot be used: {0}")]
    Library(String),
    /// A file that must be there is not.
    #[error("{0} is missing")]
    Missing(String),
    /// A file that is no model, no configuration or no tokenizer, or only a part of one.
    #[error("{file} cannot be read: {detail}")]
    Unreadable {
        /// The file's name within the model.
        file: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The graph has other inputs or outputs than the configuration says.
    #[error("the graph does not fit its configuration: {0}")]
    Shape(String),
    /// A scanner asks for a head or a label that the model does not have.
    #[error("{0}")]
    Labels(String),
    /// The execution provider that was asked for cannot be used.
    #[error("execution provider {provider}: {detail}")]
    Provider {
        /// Its name, as ONNX Runtime has it.
        provider: String,
        /// Why not.
        detail: String,
    },
    /// The run itself failed.
    #[error("the run failed: {0}")]
    Run(String),
    /// The session panicked; it is started anew.
    #[error("the session panicked and was started anew")]
    Panicked,
    /// The model is shut down with the runtime.
    #[error("the runtime shut down")]
    Closed,
    /// Loading it would need more memory than is left of the budget.
    #[error("needs {needs} bytes, and {left} of the memory budget are left")]
    Budget {
        /// Estimated bytes.
        needs: u64,
        /// Bytes left.
        left: u64,
    },
}

impl ModelError {
    /// The error of `model`.
    pub fn new(model: impl Into<Arc<str>>, fault: ModelFault) -> Self {
        Self { model: model.into(), fault }
    }

    /// As a scanner's error: it came to no verdict.
    pub(crate) fn of_scanner(&self) -> ScannerError {
        let (model, kind) = (Arc::clone(&self.model), self.fault.kind());
        ScannerError::Model { model, kind, reason: self.fault.to_string() }
    }
}

impl ModelFault {
    /// A stable name for programs: `missing`, `unreadable`, ….
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Library(_) => "library",
            Self::Missing(_) => "missing",
            Self::Unreadable { .. } => "unreadable",
            Self::Shape(_) => "shape",
            Self::Labels(_) => "labels",
            Self::Provider { .. } => "provider",
            Self::Run(_) => "run",
            Self::Panicked => "panicked",
            Self::Closed => "closed",
            Self::Budget { .. } => "budget",
        }
    }

    /// A file of the model that is not what it should be.
    pub(crate) fn unreadable(file: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self::Unreadable { file: file.into(), detail: brief(&format!("{detail}")) }
    }
}

/// The first line of a message, of bounded length: libraries may print whole graphs.
pub(crate) fn brief(message: &str) -> String {
    const LONGEST: usize = 300;
    let line = message.lines().next().unwrap_or_default();
    let end = line.floor_char_boundary(LONGEST);
    if end < line.len() { format!("{}…", &line[..end]) } else { line.to_owned() }
}
