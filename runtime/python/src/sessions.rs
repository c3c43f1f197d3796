//! `_runtime.Sessions`: vaults by the names of their sessions, in the memory of this process.

use pyo3::prelude::*;
use pyshield_engine::actors::vault::VaultService;
use pyshield_engine::config::seconds;
use pyshield_engine::runtime;
use pyshield_engine::vault::{Ends, Listener, VaultError, VaultLimits, VaultOptions};

use crate::errors;
use crate::vault::Vault;

/// A store of vaults by name. Those not used for longest make room for others.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Sessions {
    store: VaultService,
    ends: Option<Py<SessionEnds>>,
}

/// Word of the sessions of a store that ended by themselves.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct SessionEnds {
    ends: Ends,
    descriptor: Option<i32>,
    #[cfg(unix)]
    _reader: std::os::unix::net::UnixStream,
}

impl SessionEnds {
    /// The listening end, and the telling one. The latter goes with the store.
    #[cfg(unix)]
    fn pair() -> std::io::Result<(Self, Listener)> {
        use std::io::Write;
        use std::os::fd::AsRawFd;
        let ends = Ends::default();
        let (writer, reader) = std::os::unix::net::UnixStream::pair()?;
        writer.set_nonblocking(true)?;
        let wake = move || {
            // Full means that enough bytes wait to be read; closed, that nobody listens.
            let _ = (&writer).write(&[1]);
        };
        let descriptor = Some(reader.as_raw_fd());
        Ok((Self { ends: ends.clone(), descriptor, _reader: reader }, Listener::new(ends, wake)))
    }

    /// The listening end, and the telling one.
    #[cfg(not(unix))]
    fn pair() -> std::io::Result<(Self, Listener)> {
        let ends = Ends::default();
        Ok((Self { ends: ends.clone(), descriptor: None }, Listener::new(ends, || {})))
    }
}

#[pymethods]
impl SessionEnds {
    /// What becomes readable when there is something to take, and ends with the store; `None` where there is
    /// nothing of the kind.
    fn fileno(&self) -> Option<i32> {
        self.descriptor
    }

    /// Session, reason, entries and bytes of those that ended since the last call.
    fn take(&self) -> Vec<(String, &'static str, usize, usize)> {
        let ended = self.ends.take().into_iter();
        ended.map(|one| (one.session.to_string(), one.end.name(), one.entries, one.bytes)).collect()
    }
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
    #[pyo3(signature = (max_sessions, ttl, max_entries, max_bytes, max_total_bytes, listens, /))]
    fn new(
        py: Python<'_>,
        max_sessions: usize,
        ttl: Option<f64>,
        max_entries: usize,
        max_bytes: usize,
        max_total_bytes: usize,
        listens: bool,
    ) -> PyResult<Self> {
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        let limits = VaultLimits { max_vaults: max_sessions, max_entries, max_bytes, max_total_bytes };
        let options = VaultOptions { ttl: ttl.map(seconds), ..VaultOptions::default() };
        let (ends, listener) = listens.then(SessionEnds::pair).transpose()?.unzip();
        let ends = ends.map(|ends| Py::new(py, ends)).transpose()?;
        Ok(Self { store: runtime.sessions(limits, options, listener), ends })
    }

    /// Word of sessions that end by themselves, if it was asked for.
    fn ends(&self, py: Python<'_>) -> Option<Py<SessionEnds>> {
        self.ends.as_ref().map(|ends| ends.clone_ref(py))
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
