//! Scanners that take private data out and put it back, with a vault in between.
//!
//! Finding is work on the text alone, and is done where the text is scanned. What stands for a value is the
//! vault's to say, and its actor is asked only when something was found; so a text without private data never
//! waits, and one with it is finished off the event loop.

mod anonymize;
mod content;
mod deanonymize;
mod explain;
mod follow;
mod items;
mod literals;
mod operator;
mod pending;
mod rules;
mod seal;
mod session;
mod snapshot;
mod vault;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pyshield_core::literal::LiteralList;
use pyshield_core::stream::Follow;
use pyshield_core::{ConfigError, Evidence, Input, Interrupted, ScannerError, Text, Verdict};
use serde_json::Value;

use crate::model::answer::Answers;
use crate::model::names::Names;
use crate::model::scanner::BuildError;
use crate::outcome::Judgement;
use crate::plan::guard;
use crate::runtime;
use anonymize::Anonymize;
pub(crate) use anonymize::Unnamed;
use deanonymize::Deanonymize;

pub use explain::{Explainer, Trace};
pub use session::Session;
pub(crate) use snapshot::Snapshot;
pub use vault::VaultHandle;

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
    /// A model is to say first which names are in the text.
    Unnamed(Unnamed),
}

/// The rest of a verdict: what the vault has to say.
pub(crate) trait Settle: Send + Sync + fmt::Debug {
    /// Asks the vault and makes the verdict; [`ScannerError::Interrupted`] if the vault did not answer before
    /// `deadline`.
    fn settle<'s>(
        &'s self,
        text: &'s Text,
        deadline: Option<Instant>,
    ) -> BoxFuture<'s, Result<Verdict, ScannerError>>;

    /// The same on a thread that may block.
    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError>;

    /// Whether the vault's owner answers at once, so that [`Self::settle_at_owner`] may be used.
    fn is_answered_at_once(&self) -> bool {
        false
    }

    /// Asks the vault and makes the verdict on the thread of the vault's owner, which must not be kept: for short
    /// texts. If the owner is no more, or does not answer at once, `then` is dropped.
    fn settle_at_owner(self: Arc<Self>, text: Text, then: Then) {
        drop((text, then));
    }
}

/// What becomes of a verdict.
pub(crate) type Then = Box<dyn FnOnce(Result<Verdict, ScannerError>) + Send>;

/// Whether any scanner waits for its vault.
pub(crate) fn asks_vault(judgements: &[Judgement]) -> bool {
    judgements.iter().any(|judgement| judgement.pending.is_some())
}

/// Asks the vaults that scanners wait for, one after another: what the first puts in, the next finds.
pub(crate) async fn settle(
    judgements: &mut [Judgement],
    text: &Text,
    deadline: Option<Instant>,
) -> Result<(), Interrupted> {
    for judgement in judgements {
        let Some(pending) = judgement.pending.take() else { continue };
        let started = Instant::now();
        let settled = AssertUnwindSafe(pending.settle(text, deadline)).catch_unwind().await;
        judgement.verdict = match settled.unwrap_or(Err(ScannerError::Panicked)) {
            Err(ScannerError::Interrupted(why)) => return Err(why),
            verdict => verdict,
        };
        judgement.elapsed += started.elapsed();
    }
    Ok(())
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
    /// The scanner of a declaration in JSON, if it is one with a vault. `vault` in it is the place of its vault,
    /// below `places`.
    pub(crate) fn build(kind: &str, spec: &Value, places: usize) -> Option<Result<Self, BuildError>> {
        Some(match kind {
            Anonymize::NAME => {
                let scanner = declared(kind, spec, places)
                    .map_err(BuildError::from)
                    .and_then(|(spec, place)| Anonymize::new(spec, place));
                scanner.map(|scanner| Self::Anonymize(Box::new(scanner)))
            }
            Deanonymize::NAME => declared(kind, spec, places)
                .map(|(spec, place)| Self::Deanonymize(Deanonymize::new(&spec, place)))
                .map_err(BuildError::from),
            _ => return None,
        })
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Anonymize(_) => Anonymize::NAME,
            Self::Deanonymize(_) => Deanonymize::NAME,
        }
    }

    /// What finds names in the text, if a model does.
    pub(crate) const fn names(&self) -> Option<&Names> {
        match self {
            Self::Anonymize(scanner) => scanner.names(),
            Self::Deanonymize(_) => None,
        }
    }

    /// Goes on where [`Self::find`] left off, with what the model said.
    pub(crate) fn named(
        &self,
        text: &Text,
        unnamed: Unnamed,
        answers: &Answers,
    ) -> Result<Found, ScannerError> {
        match self {
            Self::Anonymize(scanner) => scanner.named(text, unnamed, answers),
            Self::Deanonymize(_) => Ok(Found::Unnamed(unnamed)), // which it never gives out
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
            Self::Deanonymize(scanner) => scanner.cost_ns(bytes),
        }
    }

    pub(crate) fn cost_of(&self, text: &Text) -> u64 {
        match self {
            Self::Anonymize(scanner) => scanner.cost_of(text),
            Self::Deanonymize(scanner) => scanner.cost_ns(text.len()),
        }
    }

    /// A follower for a text that is still being written, and the state of the vault that it takes. `None` if
    /// the scanner needs to see all of the text.
    pub(crate) fn follow(&self, session: &Session) -> Option<(Box<dyn Follow>, Arc<Snapshot>)> {
        match self {
            Self::Anonymize(_) => None,
            Self::Deanonymize(scanner) => scanner.follow(session),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as `Scanner::scan` takes it")]
    pub(crate) fn find(
        &self,
        input: &Input<'_>,
        evidence: &Evidence<'_>,
        session: &Session,
    ) -> Result<Found, ScannerError> {
        match self {
            Self::Anonymize(scanner) => scanner.find(input, evidence, session),
            Self::Deanonymize(scanner) => scanner.find(input, session),
        }
    }
}

/// The fields of a declaration without its type, and the place of its vault.
fn declared<S: serde::de::DeserializeOwned>(
    kind: &str,
    spec: &Value,
    places: usize,
) -> Result<(S, usize), ConfigError> {
    let name = if kind == Anonymize::NAME { Anonymize::NAME } else { Deanonymize::NAME };
    let mut spec = spec.clone();
    let vault = spec.as_object_mut().and_then(|fields| {
        fields.remove("type");
        fields.remove("vault")
    });
    let place = vault.and_then(|place| place.as_u64()).map(|place| place as usize);
    let place =
        place.filter(|place| *place < places).ok_or_else(|| ConfigError::new(name, "vault", "is missing"))?;
    let spec = serde_json::from_value(spec);
    let spec = spec.map_err(|error| ConfigError::new(name, "declaration", error.to_string()))?;
    Ok((spec, place))
}

/// Up to how many bytes a text is searched on the thread that drives futures; others are searched [`aside`].
const SHORT: usize = 64 << 10;

/// Runs what takes long beside the one thread that drives futures.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ScannerError> + Send + 'static,
) -> Result<T, ScannerError> {
    let closed = || ScannerError::Failed("the runtime shut down before the text was restored".into());
    let runtime = runtime::current().map_err(|_| closed())?;
    runtime
        .tokio()
        .spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(if error.is_panic() { ScannerError::Panicked } else { closed() }))
}

/// A session without the vault of a scanner. It cannot be had: a declaration has one for each place.
fn no_vault() -> ScannerError {
    ScannerError::Failed("the session has no vault".into())
}
