//! Private data back into an output.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use pyshield_core::restore::{Form, Matching, Restorer, percent_encode};
use pyshield_core::{Edit, Input, Interrupt, ScannerError, Span, Text, Verdict};
use serde::Deserialize;

use super::seal::{ENCRYPTED, Key, Sealer};
use super::{Found, Settle, json, vault_failed};
use crate::actors::vault::Vault;
use crate::lock::Mutex;
use crate::vault::VaultEntry;

/// Parameters of [`Deanonymize`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeanonymizeSpec {
    matching_strategy: Matching,
    key: Option<Key>,
}

/// Puts back what a vault holds. Every text passes, at risk -1.
#[derive(Debug)]
pub(crate) struct Deanonymize {
    restores: Arc<Restores>,
}

#[derive(Debug)]
struct Restores {
    vault: Arc<Vault>,
    strategy: Matching,
    sealer: Option<Sealer>,
    /// What was compiled of the vault's last version.
    compiled: Mutex<Option<Arc<Compiled>>>,
}

#[derive(Debug)]
struct Compiled {
    version: u64,
    entries: Vec<VaultEntry>,
    restorer: Restorer,
}

impl Deanonymize {
    pub(crate) const NAME: &'static str = "Deanonymize";

    pub(crate) fn new(spec: &DeanonymizeSpec, vault: Arc<Vault>) -> Self {
        let restores = Restores {
            vault,
            strategy: spec.matching_strategy,
            sealer: spec.key.as_ref().map(Sealer::new),
            compiled: Mutex::new(None),
        };
        Self { restores: Arc::new(restores) }
    }

    pub(crate) fn find(&self, input: &Input<'_>) -> Result<Found, ScannerError> {
        let version = self.restores.vault.version();
        if version == 0 && self.restores.sealer.is_none() {
            return Ok(Found::Verdict(Verdict::pass()));
        }
        let compiled = self.restores.compiled.lock().clone();
        match compiled.filter(|compiled| compiled.version == version) {
            Some(compiled) => {
                self.restores.verdict(input.text, &compiled, input.interrupt).map(Found::Verdict)
            }
            None => Ok(Found::Waits(Arc::clone(&self.restores) as Arc<dyn Settle>)),
        }
    }
}

impl Restores {
    /// Compiles the vault's entries. Those that were added since `version` was read come with the next one.
    fn compile(&self, version: u64, entries: Vec<VaultEntry>) -> Result<Arc<Compiled>, ScannerError> {
        let placeholders = entries.iter().map(|entry| entry.placeholder.as_str().into()).collect();
        let restorer = Restorer::new(placeholders, self.strategy)?;
        let compiled = Arc::new(Compiled { version, entries, restorer });
        *self.compiled.lock() = Some(Arc::clone(&compiled));
        Ok(compiled)
    }

    fn verdict(
        &self,
        text: &Text,
        compiled: &Compiled,
        interrupt: Interrupt<'_>,
    ) -> Result<Verdict, ScannerError> {
        let mut verdict = Verdict::pass();
        for found in compiled.restorer.find(text, interrupt)? {
            let Some(entry) = compiled.entries.get(found.index) else { continue };
            let value = entry.value.as_str();
            let value = match found.form {
                Form::Plain => value.into(),
                Form::Percent => percent_encode(value).into(),
            };
            // No finding: that would carry the value into everything that lists findings.
            verdict.edit(found.span, 1.0, &value)?;
        }
        if let Some(sealer) = &self.sealer {
            decrypt(sealer, text.as_str(), &mut verdict)?;
        }
        json::keep_valid(text.as_str(), &mut verdict.edits);
        Ok(verdict)
    }
}

/// Opens every ciphertext of the key.
fn decrypt(sealer: &Sealer, text: &str, verdict: &mut Verdict) -> Result<(), ScannerError> {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(ENCRYPTED)) {
        let start = at + found;
        at = start + ENCRYPTED.len();
        let body = text.get(at..).unwrap_or_default();
        let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let end = at + length + 1;
        if let Some(value) = text.get(start..end).and_then(|token| sealer.decrypt(token)) {
            verdict.edits.retain(|edit: &Edit| !edit.span.overlaps(Span::new(start, end)));
            verdict.edit(Span::new(start, end), 1.0, &value.into())?;
        }
        at += length;
    }
    Ok(())
}

impl Settle for Restores {
    fn settle<'s>(&'s self, text: &'s Text) -> BoxFuture<'s, Result<Verdict, ScannerError>> {
        Box::pin(async move {
            let version = self.vault.version();
            let entries = self.vault.get().await.map_err(vault_failed)?;
            let compiled = self.compile(version, entries)?;
            self.verdict(text, &compiled, Interrupt::NEVER)
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        let version = self.vault.version();
        let entries = self.vault.get_blocking().map_err(vault_failed)?;
        let compiled = self.compile(version, entries)?;
        self.verdict(text, &compiled, Interrupt::NEVER)
    }
}
