//! Where the Python package `onnxruntime` keeps its shared library. The package itself is not imported.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyshield_engine::model::library;

/// Tells the engine where the library is, if the package is installed and nobody has told it yet.
///
/// What goes wrong here is not an error: the engine says what is missing when it needs the library.
pub(crate) fn announce(py: Python<'_>) {
    if library::is_installed() {
        return;
    }
    if let Some(path) = origin(py).and_then(|origin| find(&origin)) {
        library::installed_at(path);
    }
}

/// The package's `__init__.py`, found without running it.
fn origin(py: Python<'_>) -> Option<PathBuf> {
    let spec = py.import("importlib.util").ok()?.call_method1("find_spec", ("onnxruntime",)).ok()?;
    let origin: Option<String> = spec.getattr("origin").ok()?.extract().ok()?;
    origin.map(PathBuf::from)
}

/// The library within the package: `libonnxruntime.so.1.24.1`, `libonnxruntime.1.24.1.dylib` or
/// `onnxruntime.dll`, beside which lie those of the execution providers.
fn find(origin: &Path) -> Option<PathBuf> {
    let directory = origin.parent()?.join("capi");
    let names = std::fs::read_dir(directory).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?;
        let stem = name.strip_prefix("lib").unwrap_or(name).strip_prefix("onnxruntime.")?;
        let library = stem.starts_with("so") || stem.ends_with("dylib") || stem == "dll";
        library.then_some(path)
    });
    names.min()
}

/// Where ONNX Runtime's library is, and whether it is in use: `(path, loaded)`.
#[pyfunction]
pub(crate) fn onnxruntime_library(py: Python<'_>) -> (Option<PathBuf>, bool) {
    if let Some(path) = library::in_use() {
        return (Some(path), true);
    }
    announce(py);
    (library::candidate(), false)
}
