//! `_runtime.RedisVaults` and `_runtime.RedisVault`: vaults kept in Redis. Every operation comes awaitable and
//! blocking; both run on the runtime's threads.

use std::time::Duration;

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};
use pyshield_core::restore::placeholders;
use pyshield_engine::private::VaultHandle;
use pyshield_engine::runtime;
use pyshield_engine::vault::redis as engine;
use pyshield_engine::vault::{KEY_BYTES, KeyRing, MAX_KEYS, SecretText, VaultEntry, VaultError, VaultLimits};
use zeroize::Zeroizing;

use crate::bridge::Pending;
use crate::errors;
use crate::vault::{all, entry, pairs};

/// A future whose error is Python's, to await.
fn start<T: Send + 'static>(
    py: Python<'_>,
    work: impl Future<Output = Result<T, VaultError>> + Send + 'static,
    convert: fn(Python<'_>, T) -> PyResult<Py<PyAny>>,
) -> PyResult<Bound<'_, PyAny>> {
    let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
    // A change that was sent is waited for, or nobody would know whether it was made.
    Pending::on_some_loop(py, move |place| {
        place.run_to_end(&runtime, work, move |py, result| match result {
            Ok(value) => convert(py, value),
            Err(error) => Err(errors::vault_error(py, error)),
        })
    })
}

/// The same on the calling thread, with the interpreter lock released.
fn wait<T: Send + 'static>(
    py: Python<'_>,
    work: impl Future<Output = Result<T, VaultError>> + Send + 'static,
) -> PyResult<T> {
    let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
    py.detach(|| runtime.wait_for(work))
        .map_err(|error| errors::engine_error(py, &error))?
        .map_err(|error| errors::vault_error(py, error))
}

/// Keys as the engine has them; `ValueError` for what is none.
pub(crate) fn ring(keys: &[&[u8]]) -> PyResult<KeyRing> {
    let mut ring = Vec::with_capacity(MAX_KEYS);
    for key in keys {
        let wrong = |_| PyValueError::new_err(format!("a key has {KEY_BYTES} bytes, not {}", key.len()));
        ring.push(Zeroizing::new(<[u8; KEY_BYTES]>::try_from(*key).map_err(wrong)?));
    }
    KeyRing::new(&ring).ok_or_else(|| PyValueError::new_err(format!("expected 1 to {MAX_KEYS} keys")))
}

/// Vaults in a Redis server.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct RedisVaults {
    vaults: engine::RedisVaults,
}

#[pymethods]
impl RedisVaults {
    #[new]
    #[pyo3(signature = (url, keys, prefix, ttl, timeout, root_certificates, max_entries, max_bytes, /))]
    #[expect(clippy::too_many_arguments, reason = "one call, from one place")]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 extracts into owned values")]
    fn new(
        py: Python<'_>,
        url: String,
        keys: Vec<Bound<'_, PyBytes>>,
        prefix: String,
        ttl: Option<f64>,
        timeout: f64,
        root_certificates: Option<Vec<u8>>,
        max_entries: usize,
        max_bytes: usize,
    ) -> PyResult<Self> {
        let wrong = |what: String| PyValueError::new_err(what);
        let keys: Vec<&[u8]> = keys.iter().map(PyBytesMethods::as_bytes).collect();
        let keys = ring(&keys)?;
        let seconds = |value: f64| {
            Duration::try_from_secs_f64(value).map_err(|_| wrong("expected a number of seconds".into()))
        };
        let ttl = ttl.map(seconds).transpose()?;
        let options =
            engine::RedisOptions { url, root_certificates, prefix, ttl, timeout: seconds(timeout)? };
        let limits = VaultLimits { max_entries, max_bytes, ..VaultLimits::default() };
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        // The connection spawns a task of its own where it is made.
        let _inside = runtime.tokio().enter();
        let vaults =
            engine::RedisVaults::new(&options, keys, limits).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { vaults })
    }

    /// The vault of a session.
    #[pyo3(signature = (session, /))]
    fn vault(&self, py: Python<'_>, session: &str) -> PyResult<RedisVault> {
        let vault = self.vaults.vault(session).map_err(|error| errors::vault_error(py, error))?;
        Ok(RedisVault { handle: VaultHandle::redis(vault.clone()), vault })
    }

    /// Seals all vaults anew with the first key; how many there were.
    fn rotate(&self, py: Python<'_>) -> PyResult<usize> {
        let vaults = self.vaults.clone();
        wait(py, async move { vaults.rotate().await })
    }

    /// Awaitable `rotate`.
    fn arotate<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let vaults = self.vaults.clone();
        start(py, async move { vaults.rotate().await }, |py, count| count.into_py_any(py))
    }
}

/// A handle on the vault of one session.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct RedisVault {
    vault: engine::RedisVault,
    /// The same for scanners.
    pub(crate) handle: VaultHandle,
}

/// An operation and its awaitable twin.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident / $awaitable:ident ($($argument:ident : $kind:ty),*) -> $result:ty,
        |$vault:ident| $work:expr, $convert:expr;)*) => {
        #[pymethods]
        impl RedisVault {
            $(
                $(#[$doc])*
                #[pyo3(signature = ($($argument,)* /))]
                fn $name(&self, py: Python<'_>, $($argument: $kind),*) -> PyResult<$result> {
                    let $vault = self.vault.clone();
                    wait(py, async move { $work.await }).map($convert)
                }

                #[doc = concat!("Awaitable `", stringify!($name), "`.")]
                #[pyo3(signature = ($($argument,)* /))]
                fn $awaitable<'py>(&self, py: Python<'py>, $($argument: $kind),*) -> PyResult<Bound<'py, PyAny>> {
                    let $vault = self.vault.clone();
                    start(py, async move { $work.await }, |py, value| ($convert)(value).into_py_any(py))
                }
            )*
        }
    };
}

type Pair = (String, String);

operations! {
    /// Adds pairs, all or none.
    extend / aextend (new_tuples: Vec<Pair>) -> (),
        |vault| vault.extend(new_tuples.into_iter().map(entry).collect()), |done: ()| done;
    /// Removes the first equal pair; `ValueError` if there is none, as for a list.
    remove / aremove (tuple_to_remove: Pair) -> (), |vault| vault.remove(&entry(tuple_to_remove)), |done: ()| done;
    /// All pairs, in order, as a new list.
    get / aget () -> Vec<Pair>, |vault| vault.get(), |entries: Vec<VaultEntry>| pairs(&entries);
    /// Whether a pair has this placeholder.
    placeholder_exists / aplaceholder_exists (placeholder: String) -> bool,
        |vault| vault.placeholder_exists(&SecretText::from(placeholder)), |exists: bool| exists;
    /// Gives none of the numbers that placeholders in the texts have.
    reserve / areserve (texts: Vec<String>) -> (),
        |vault| async { vault.reserve(all(&texts)).await }, |done: ()| done;
    /// The placeholders in a text that no pair has.
    unknown / aunknown (text: String) -> Vec<String>, |vault| async { vault.unknown(placeholders(&text)).await },
        |unknown: Vec<Box<str>>| unknown.into_iter().map(String::from).collect::<Vec<_>>();
    /// How many pairs there are.
    count / acount () -> usize, |vault| vault.count(), |count: usize| count;
    /// Removes all pairs.
    clear / aclear () -> (), |vault| vault.clear(), |done: ()| done;
}
