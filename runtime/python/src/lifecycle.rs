//! Process-wide matters: panics, forks, the end of the interpreter.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyshield_engine::runtime;

/// How long the interpreter's exit waits for scans that are running.
const EXIT_DRAIN: Duration = Duration::from_secs(2);

/// Ends the runtime in good order when the interpreter exits.
#[pyfunction]
pub(crate) fn _shutdown(py: Python<'_>) -> bool {
    py.detach(|| {
        crate::function::shutdown(EXIT_DRAIN);
        let drained = runtime::shutdown(EXIT_DRAIN);
        crate::attach::close(EXIT_DRAIN);
        drained
    })
}

/// Forgets the parent's threads in a forked child.
#[pyfunction]
pub(crate) fn _forked() {
    runtime::forked();
    crate::attach::forked();
}

/// Version, build profile and threads: `{"version", "profile", "cores", "started", "actors", "restarts"}`.
#[pyfunction]
pub(crate) fn build_info(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let runtime = runtime::started();
    let strength = runtime.as_ref().map(|runtime| runtime.strength());
    crate::convert::to_python(
        py,
        &serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "profile": if cfg!(debug_assertions) { "debug" } else { "release" },
            "cores": runtime::cores(),
            "started": runtime.is_some(),
            "actors": strength.map(|(short, long)| serde_json::json!({"short": short, "long": long})),
            "restarts": runtime.map_or(0, |runtime| runtime.restarts()),
        }),
    )
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    // The standard hook prints the payload, which may quote the text that made a scanner panic. This hook
    // is the extension's own: it does not touch other Rust code in the process.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%place, "panic");
    }));
    py.import("atexit")?.call_method1("register", (module.getattr("_shutdown")?,))?;
    let hooks = PyDict::new(py);
    hooks.set_item("after_in_child", module.getattr("_forked")?)?;
    if let Ok(register) = py.import("os")?.getattr("register_at_fork") {
        register.call((), Some(&hooks))?;
    }
    Ok(())
}
