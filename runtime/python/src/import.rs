//! Python objects that are looked up once.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Where an imported object is kept.
pub(crate) type Kept = PyOnceLock<Py<PyAny>>;

/// The attribute `name` of `module`, imported the first time.
///
/// Not `PyOnceLock::import`: that holds the cell while the import runs, which may let other threads run
/// Python. If one of them forks then, the child finds a cell that nobody will ever finish. Here the cell is
/// only held for the moment of the assignment, without a chance for anybody else.
pub(crate) fn imported<'py>(
    py: Python<'py>,
    kept: &'static Kept,
    module: &str,
    name: &str,
) -> PyResult<&'py Bound<'py, PyAny>> {
    if kept.get(py).is_none() {
        let object = py.import(module)?.getattr(name)?.unbind();
        // Another thread may have been faster; it found the same object.
        let _ = kept.set(py, object);
    }
    let object = kept.get(py).ok_or_else(|| pyo3::exceptions::PyRuntimeError::new_err("import lost"))?;
    Ok(object.bind(py))
}
