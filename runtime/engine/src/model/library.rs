//! ONNX Runtime's shared library: found, loaded once, never unloaded.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use ort::environment::Environment;
use ort::logging::LogLevel;

use super::error::{ModelFault, brief};
use crate::lock::Mutex;

/// The variable that names the library when nobody else does.
pub const VARIABLE: &str = "ORT_DYLIB_PATH";

/// Where a Python package or another installer has put it.
static INSTALLED: Mutex<Option<PathBuf>> = Mutex::new(None);

static ENVIRONMENT: ArcSwapOption<Loaded> = ArcSwapOption::const_empty();
static LOADING: Mutex<()> = Mutex::new(());

/// The library in use.
struct Loaded {
    path: PathBuf,
    environment: Environment,
}

/// Says where the library is, for when nothing more explicit does.
pub fn installed_at(path: PathBuf) {
    *INSTALLED.lock() = Some(path);
}

/// Whether [`installed_at`] was called.
pub fn is_installed() -> bool {
    INSTALLED.lock().is_some()
}

/// The library in use, once it is.
pub fn in_use() -> Option<PathBuf> {
    ENVIRONMENT.load().as_ref().map(|loaded| loaded.path.clone())
}

/// The library that would be loaded.
pub fn candidate() -> Option<PathBuf> {
    find(None).ok()
}

/// The environment of this process: the library is loaded if need be, from `given`, else from
/// [`VARIABLE`], else from where it is installed.
pub(crate) fn environment(given: Option<&Path>) -> Result<Environment, ModelFault> {
    if let Some(loaded) = &*ENVIRONMENT.load() {
        return Ok(loaded.environment.clone());
    }
    let _loading = LOADING.lock();
    if let Some(loaded) = &*ENVIRONMENT.load() {
        return Ok(loaded.environment.clone());
    }
    let path = find(given)?;
    // Looking up the interface of a library that is not ONNX Runtime's panics.
    let environment = catch_unwind(|| load(&path)).unwrap_or_else(|_| {
        Err(ModelFault::Library(format!("{} does not offer the interface that is needed", path.display())))
    })?;
    ENVIRONMENT.store(Some(Arc::new(Loaded { path, environment: environment.clone() })));
    Ok(environment)
}

fn find(given: Option<&Path>) -> Result<PathBuf, ModelFault> {
    let named = given.map(Path::to_owned).or_else(|| {
        let variable = std::env::var_os(VARIABLE)?;
        (!variable.is_empty()).then(|| PathBuf::from(variable))
    });
    let Some(path) = named.or_else(|| INSTALLED.lock().clone()) else {
        return Err(ModelFault::Library(format!(
            "no library was found; install the Python package onnxruntime, or set {VARIABLE} to the library"
        )));
    };
    // A relative path would be looked for beside the executable, which is the Python interpreter.
    std::path::absolute(&path)
        .ok()
        .filter(|path| path.is_file())
        .ok_or_else(|| ModelFault::Library(format!("{} is not a file", path.display())))
}

fn load(path: &Path) -> Result<Environment, ModelFault> {
    let fault = |error: &dyn ToString| ModelFault::Library(brief(&error.to_string()));
    let log = Arc::new(|level: LogLevel, category: &str, _: &str, _: &str, message: &str| {
        // About graphs and devices, never about a text; but anything that is not read is not written either.
        tracing::debug!(?level, category, "onnxruntime: {message}");
    });
    let builder = ort::init_from(path).map_err(|error| fault(&error))?;
    let environment = builder
        .with_name("pyshield")
        .with_telemetry(false)
        .with_logger(log)
        .build()
        .map_err(|error| fault(&error))?;
    environment.set_log_level(LogLevel::Error);
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_library_says_so() {
        let missing = find(Some(Path::new("/nowhere/libonnxruntime.so"))).unwrap_err();
        assert!(missing.to_string().contains("is not a file"), "{missing}");
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert_eq!(load(&here).unwrap_err().kind(), "library");
    }
}
