//! `_runtime.Sessions`: vaults by the names of their sessions, in the memory of this process.

use pyo3::prelude::*;
use pyshield_engine::actors::vault::VaultService;
use pyshield_engine::config::seconds;
use pyshield_engine::runtime;
use pyshield_engine::vault::{VaultError, VaultLimits, VaultOptions};

use crate::errors;
use crate::vault::Vault;

/// A store of vaults by name. Those not used for longest make room for others.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Sessions {
    store: VaultService,
}

impl Sessions {
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        operation: impl FnOnce(&VaultService) -> Result<T, VaultError> + Send,
    ) -> PyResult<T> {
        py.detach(|| operation(&self.store)).map_err(|error| errors::vault_error(py, error))
    }
}

#[pymethods]
impl Sessions {
    #[new]
    #[pyo3(signature = (max_sessions, ttl, max_entries, max_bytes, max_total_bytes, /))]
    fn new(
        py: Python<'_>,
        max_sessions: usize,
        ttl: Option<f64>,
        max_entries: usize,
        max_bytes: usize,
        max_total_bytes: usize,
    ) -> PyResult<Self> {
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        let limits = VaultLimits { max_vaults: max_sessions, max_entries, max_bytes, max_total_bytes };
        let options = VaultOptions { ttl: ttl.map(seconds), ..VaultOptions::default() };
        Ok(Self { store: runtime.sessions(limits, options) })
    }

    /// The vault of a session, made if there is none.
    #[pyo3(signature = (session, /))]
    fn vault(&self, py: Python<'_>, session: &str) -> PyResult<Vault> {
        self.ask(py, |store| store.named(session)).map(Vault::of)
    }

    /// Whether there is a session; no use of it.
    #[pyo3(signature = (session, /))]
    fn contains(&self, py: Python<'_>, session: &str) -> PyResult<bool> {
        self.ask(py, |store| store.contains(session))
    }

    /// Removes a session, and whether there was one.
    #[pyo3(signature = (session, /))]
    fn remove(&self, py: Python<'_>, session: &str) -> PyResult<bool> {
        self.ask(py, |store| store.remove(session))
    }

    /// Removes all sessions.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        self.ask(py, VaultService::remove_all)
    }

    /// How many sessions there are, what they hold, and what became of the others.
    fn metrics(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let statistics = self.ask(py, VaultService::statistics)?;
        crate::convert::to_python(py, &statistics)
    }
}
