//! `_runtime.Vault`: a handle on pairs that the vault actor owns.

use std::collections::BTreeSet;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods};
use pyshield_core::restore::{numbers, placeholders};
use pyshield_engine::actors::vault as engine;
use pyshield_engine::config::seconds;
use pyshield_engine::private::VaultHandle;
use pyshield_engine::runtime;
use pyshield_engine::vault::{SecretText, VaultEntry, VaultError, VaultOptions, export, import};

use crate::errors;
use crate::redis::{RedisVault, ring};

/// A vault; dropping it wipes what it holds.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct Vault {
    handle: VaultHandle,
}

/// A vault, wherever it is kept.
#[derive(FromPyObject)]
pub(crate) enum AnyVault<'py> {
    Memory(PyRef<'py, Vault>),
    Redis(PyRef<'py, RedisVault>),
}

impl AnyVault<'_> {
    pub(crate) fn handle(&self) -> VaultHandle {
        match self {
            Self::Memory(vault) => vault.handle.clone(),
            Self::Redis(vault) => vault.handle.clone(),
        }
    }
}

/// The handles of vaults, for a declaration that names them by their index.
pub(crate) fn handles(vaults: Vec<AnyVault<'_>>) -> Vec<VaultHandle> {
    vaults.into_iter().map(|vault| vault.handle()).collect()
}

/// A pair as the engine has it.
pub(crate) fn entry((placeholder, value): (String, String)) -> VaultEntry {
    VaultEntry { placeholder: SecretText::from(placeholder), value: SecretText::from(value) }
}

/// Entries as pairs.
pub(crate) fn pairs(entries: &[VaultEntry]) -> Vec<(String, String)> {
    let plain = |text: &SecretText| text.as_str().to_owned();
    entries.iter().map(|entry| (plain(&entry.placeholder), plain(&entry.value))).collect()
}

/// The numbers of what looks like a placeholder.
pub(crate) fn all(texts: &[String]) -> BTreeSet<u64> {
    texts.iter().flat_map(|text| numbers(text)).collect()
}

impl Vault {
    pub(crate) fn of(vault: engine::Vault) -> Self {
        Self { handle: VaultHandle::memory(vault) }
    }

    /// Asks the actor with the interpreter lock released.
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        operation: impl FnOnce(&engine::Vault) -> Result<T, VaultError> + Send,
    ) -> PyResult<T> {
        let vault = self.handle.as_memory().ok_or(VaultError::Lost);
        py.detach(|| vault.and_then(operation)).map_err(|error| errors::vault_error(py, error))
    }
}

#[pymethods]
impl Vault {
    #[new]
    #[pyo3(signature = (tuples = Vec::new(), max_entries = None, max_bytes = None, ttl = None, /))]
    fn new(
        py: Python<'_>,
        tuples: Vec<(String, String)>,
        max_entries: Option<usize>,
        max_bytes: Option<usize>,
        ttl: Option<f64>,
    ) -> PyResult<Self> {
        let runtime = runtime::current().map_err(|error| errors::engine_error(py, &error))?;
        let entries: Vec<VaultEntry> = tuples.into_iter().map(entry).collect();
        let options = VaultOptions { max_entries, max_bytes, ttl: ttl.map(seconds) };
        let made = py.detach(|| {
            let vault = runtime.vaults().create_with(options)?;
            vault.extend_blocking(entries)?;
            Ok(vault)
        });
        made.map(Self::of).map_err(|error| errors::vault_error(py, error))
    }

    /// All pairs as sealed bytes, under a key of 32 bytes.
    #[pyo3(signature = (key, /))]
    fn export<'py>(&self, py: Python<'py>, key: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let keys = ring(&[key])?;
        let sealed = self.ask(py, |vault| export(&vault.exported_blocking()?, &keys))?;
        Ok(PyBytes::new(py, &sealed))
    }

    /// Adds what was exported with one of the keys.
    #[pyo3(signature = (sealed, keys, /))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 extracts into owned values")]
    fn load(&self, py: Python<'_>, sealed: &[u8], keys: Vec<Bound<'_, PyBytes>>) -> PyResult<()> {
        let keys: Vec<&[u8]> = keys.iter().map(PyBytesMethods::as_bytes).collect();
        let keys = ring(&keys)?;
        self.ask(py, |vault| vault.load_blocking(import(sealed, &keys)?))
    }

    /// Adds a pair.
    #[pyo3(signature = (new_tuple, /))]
    fn append(&self, py: Python<'_>, new_tuple: (String, String)) -> PyResult<()> {
        self.ask(py, |vault| vault.append_blocking(entry(new_tuple)))
    }

    /// Adds several pairs, all or none.
    #[pyo3(signature = (new_tuples, /))]
    fn extend(&self, py: Python<'_>, new_tuples: Vec<(String, String)>) -> PyResult<()> {
        let entries = new_tuples.into_iter().map(entry).collect();
        self.ask(py, |vault| vault.extend_blocking(entries))
    }

    /// Removes the first equal pair; `ValueError` if there is none, as for a list.
    #[pyo3(signature = (tuple_to_remove, /))]
    fn remove(&self, py: Python<'_>, tuple_to_remove: (String, String)) -> PyResult<()> {
        self.ask(py, |vault| vault.remove_blocking(entry(tuple_to_remove)))
    }

    /// All pairs, in order, as a new list.
    fn get(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        self.ask(py, engine::Vault::get_blocking).map(|entries| pairs(&entries))
    }

    /// Whether a pair has this placeholder.
    #[pyo3(signature = (placeholder, /))]
    fn placeholder_exists(&self, py: Python<'_>, placeholder: String) -> PyResult<bool> {
        self.ask(py, |vault| vault.placeholder_exists_blocking(placeholder))
    }

    /// Gives none of the numbers that placeholders in the texts have.
    #[pyo3(signature = (texts, /))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 extracts into owned values")]
    fn reserve(&self, py: Python<'_>, texts: Vec<String>) -> PyResult<()> {
        self.ask(py, |vault| vault.reserve_blocking(all(&texts)))
    }

    /// The placeholders in a text that no pair has.
    #[pyo3(signature = (text, /))]
    fn unknown(&self, py: Python<'_>, text: &str) -> PyResult<Vec<String>> {
        let unknown = self.ask(py, |vault| vault.unknown_blocking(placeholders(text)));
        Ok(unknown?.into_iter().map(String::from).collect())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.ask(py, engine::Vault::len_blocking)
    }
}
