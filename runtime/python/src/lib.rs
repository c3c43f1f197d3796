//! The extension module `pyshield._runtime`: convert, map errors, bridge. No decisions are made here.

use pyo3::prelude::*;

mod awaitable;
mod bridge;
mod convert;
mod errors;
mod functions;
mod lifecycle;
mod probe;
mod result;
mod scanner;
mod shield;
mod text;
mod tokens;
mod vault;

/// The compiled half of pyshield. Private: use the classes of `pyshield`.
#[pymodule]
fn _runtime(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<awaitable::Ready>()?;
    module.add_class::<awaitable::Ticket>()?;
    module.add_class::<result::ScanResult>()?;
    module.add_class::<result::Finding>()?;
    module.add_class::<result::Verdict>()?;
    module.add_class::<result::Timings>()?;
    module.add_class::<scanner::Scanner>()?;
    module.add_class::<shield::Shield>()?;
    module.add_class::<vault::Vault>()?;
    bridge::register(module)?;
    functions::register(module)?;
    probe::register(module)?;
    tokens::register(module)?;
    lifecycle::register(module)
}
