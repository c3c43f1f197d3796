//! Scanners that take private data out and put it back, with a vault in between.
//!
//! Finding is work on the text alone, and is done where the text is scanned. What stands for a value is the
//! vault's to say, and its actor is asked only when something was found; so a text without private data never
//! waits, and one with it is finished off the event loop.

mod anonymize;
mod deanonymize;
mod json;
mod operator;
mod seal;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pyshield_core::literal::LiteralList;
use pyshield_core::{ConfigError, Evidence, Input, ScannerError, Text, Verdict};
use serde_json::Value;

use crate::actors::vault::Vault;
use crate::outcome::Judgement;
use crate::plan::guard;
use crate::vault::VaultError;
use anonymize::Anonymize;
use deanonymize::Deanonymize;

pub use anonymize::explain;

/// A scanner with a vault.
#[derive(Debug)]
pub(crate) enum PrivateScanner {
    Anonymize(Box<Anonymize>),
    Deanonymize(Deanonymize),
}

/// What a scanner says of a text before it has asked its vault.
pub(crate) enum Found {
    /// All there is to say.
    Verdict(Verdict),
    /// The vault is to be asked.
    Waits(Arc<dyn Settle>),
}

/// The rest of a verdict: what the vault has to say.
pub(crate) trait Settle: Send + Sync + fmt::Debug {
    /// Asks the vault and makes the verdict.
    fn settle<'s>(&'s self, text: &'s Text) -> BoxFuture<'s, Result<Verdict, ScannerError>>;

    /// The same on a thread that may block.
    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError>;
}

/// Whether any scanner waits for its vault.
pub(crate) fn asks_vault(judgements: &[Judgement]) -> bool {
    judgements.iter().any(|judgement| judgement.pending.is_some())
}

/// Asks the vaults that scanners wait for, one after another: what the first puts in, the next finds.
pub(crate) async fn settle(judgements: &mut [Judgement], text: &Text) {
    for judgement in judgements {
        let Some(pending) = judgement.pending.take() else { continue };
        let started = Instant::now();
        let settled = AssertUnwindSafe(pending.settle(text)).catch_unwind().await;
        judgement.verdict = settled.unwrap_or(Err(ScannerError::Panicked));
        judgement.elapsed += started.elapsed();
    }
}

/// [`settle`] on a thread that may block.
pub(crate) fn settle_blocking(judgements: &mut [Judgement], text: &Text) {
    for judgement in judgements {
        let Some(pending) = judgement.pending.take() else { continue };
        let started = Instant::now();
        judgement.verdict = guard(|| pending.settle_blocking(text));
        judgement.elapsed += started.elapsed();
    }
}

impl PrivateScanner {
    /// The scanner of a declaration in JSON, if it is one with a vault. `vault` in it is an index of `vaults`.
    pub(crate) fn build(
        kind: &str,
        spec: &Value,
        vaults: &[Arc<Vault>],
    ) -> Option<Result<Self, ConfigError>> {
        Some(match kind {
            Anonymize::NAME => {
                let scanner =
                    declared(kind, spec, vaults).and_then(|(spec, vault)| Anonymize::new(spec, vault));
                scanner.map(|scanner| Self::Anonymize(Box::new(scanner)))
            }
            Deanonymize::NAME => declared(kind, spec, vaults)
                .map(|(spec, vault)| Self::Deanonymize(Deanonymize::new(&spec, vault))),
            _ => return None,
        })
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Anonymize(_) => Anonymize::NAME,
            Self::Deanonymize(_) => Deanonymize::NAME,
        }
    }

    pub(crate) fn literals(&self) -> Option<&LiteralList> {
        match self {
            Self::Anonymize(scanner) => scanner.literals(),
            Self::Deanonymize(_) => None,
        }
    }

    pub(crate) fn cost_ns(&self, bytes: usize) -> u64 {
        match self {
            Self::Anonymize(scanner) => scanner.cost_ns(bytes),
            Self::Deanonymize(_) => 1_000 + bytes as u64 * 3,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as `Scanner::scan` takes it")]
    pub(crate) fn find(&self, input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Found, ScannerError> {
        match self {
            Self::Anonymize(scanner) => scanner.find(input, evidence),
            Self::Deanonymize(scanner) => scanner.find(input),
        }
    }
}

/// The fields of a declaration without its type, and its vault.
fn declared<S: serde::de::DeserializeOwned>(
    kind: &str,
    spec: &Value,
    vaults: &[Arc<Vault>],
) -> Result<(S, Arc<Vault>), ConfigError> {
    let name = if kind == Anonymize::NAME { Anonymize::NAME } else { Deanonymize::NAME };
    let mut spec = spec.clone();
    let vault = spec.as_object_mut().and_then(|fields| {
        fields.remove("type");
        fields.remove("vault")
    });
    let vault = vault.and_then(|index| index.as_u64()).and_then(|index| vaults.get(index as usize));
    let vault = vault.ok_or_else(|| ConfigError::new(name, "vault", "is missing"))?;
    let spec = serde_json::from_value(spec);
    let spec = spec.map_err(|error| ConfigError::new(name, "declaration", error.to_string()))?;
    Ok((spec, Arc::clone(vault)))
}

fn vault_failed(error: VaultError) -> ScannerError {
    ScannerError::Failed(error.to_string())
}
