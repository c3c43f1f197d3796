//! One scanner of a plan, and how its declaration becomes one.

use std::sync::Arc;

use pyshield_core::error::ConfigError;
use pyshield_core::stream::windows::Reads;
use pyshield_core::{Evidence, Input, Scanner, ScannerError, ScannerSpec, Text, Verdict};
use serde_json::Value;

use super::steps::Absent;
use crate::model::Model;
use crate::model::error::{ModelError, ModelFault};
use crate::model::scanner::{self, BuildError, ModelScanner};
use crate::model::sensitive;
use crate::outcome::{Judgement, ScannerName};
use crate::pipeline::{PipelineSpec, Skipped};
use crate::private::{Found, PrivateScanner, Session};
use crate::reachability::UrlReachability;

/// What making tokens of a byte costs.
const TOKENIZE_NS: u64 = 150;

/// One scanner of a plan.
#[derive(Debug)]
pub(super) enum Stage {
    /// Works on the text alone.
    Text(Box<dyn Scanner>),
    /// Asks the network; awaited on the tokio runtime, beside the others.
    Network(UrlReachability),
    /// Reads a model; awaited as well.
    Model(Box<dyn ModelScanner>),
    /// Works on the text, and then on a vault.
    Private(PrivateScanner),
    /// Takes no part.
    Absent(Absent),
}

impl Stage {
    /// llm-guard's class name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text(scanner) => scanner.name(),
            Self::Private(scanner) => scanner.name(),
            Self::Network(_) => UrlReachability::NAME,
            Self::Model(scanner) => scanner.name(),
            Self::Absent(absent) => absent.name,
        }
    }

    /// The model it reads, and the heads.
    pub(super) fn reads_model(&self) -> Option<(&Arc<Model>, &[usize])> {
        match self {
            Self::Model(scanner) => Some((scanner.model(), scanner.heads())),
            Self::Private(scanner) => scanner.names().map(|names| (names.model(), names.heads())),
            Self::Text(_) | Self::Network(_) | Self::Absent(_) => None,
        }
    }

    /// The model it rests on, if that is compiled in.
    pub(super) fn compiled_model(&self) -> Option<&'static str> {
        match self {
            Self::Text(scanner) => scanner.model(),
            Self::Private(_) | Self::Network(_) | Self::Model(_) | Self::Absent(_) => None,
        }
    }

    /// Whether it says nothing without a model.
    pub(super) fn rests_on_model(&self) -> bool {
        matches!(self, Self::Model(scanner) if scanner.rests_on_model())
    }

    /// Whether it reads views of a text as well.
    pub(super) fn reads_views(&self) -> bool {
        match self {
            Self::Text(scanner) => scanner.reads_views(),
            Self::Model(scanner) => scanner.reads_views(),
            Self::Private(_) | Self::Network(_) | Self::Absent(_) => false,
        }
    }

    /// How it judges a text that is still being written, if not piece by piece.
    pub(super) fn reads(&self) -> Option<Reads> {
        match self {
            Self::Text(scanner) => scanner.reads(),
            Self::Model(scanner) => Some(scanner.reads()),
            Self::Network(_) | Self::Private(_) | Self::Absent(_) => None,
        }
    }

    /// Whether it asks for changes of a text that it judges so.
    pub(super) fn redacts(&self) -> bool {
        matches!(self, Self::Model(scanner) if scanner.redacts())
    }

    /// Estimated work for a text of `bytes` bytes, whatever it says, in nanoseconds on one core.
    pub(super) fn cost_ns(&self, bytes: usize) -> u64 {
        let own = match self {
            Self::Text(scanner) => scanner.cost_ns(bytes),
            Self::Private(scanner) => scanner.cost_ns(bytes),
            Self::Network(_) | Self::Absent(_) | Self::Model(_) => 0,
        };
        own.saturating_add(self.tokens_ns(bytes))
    }

    /// The same for this text.
    pub(super) fn cost_of(&self, text: &Text) -> u64 {
        let own = match self {
            Self::Text(scanner) => scanner.cost_of(text),
            Self::Private(scanner) => scanner.cost_of(text),
            Self::Network(_) | Self::Absent(_) | Self::Model(_) => 0,
        };
        own.saturating_add(self.tokens_ns(text.len()))
    }

    /// Making tokens, if it reads a model; what is left for the model's line is done by others.
    fn tokens_ns(&self, bytes: usize) -> u64 {
        self.reads_model().map_or(0, |_| TOKENIZE_NS.saturating_mul(bytes as u64))
    }

    /// What stands for it in the result of a scan that ended before it was its turn.
    pub(super) fn unasked(&self, name: ScannerName) -> Judgement {
        let mut judgement = Judgement::skipped(name, Skipped::ShortCircuit);
        judgement.by_model = self.rests_on_model();
        judgement
    }

    /// What the stage says of a text by itself.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as `Scanner::scan` takes it")]
    pub(super) fn find(
        &self,
        input: &Input<'_>,
        evidence: &Evidence<'_>,
        session: &Session,
    ) -> Result<Found, ScannerError> {
        match self {
            Self::Text(scanner) => scanner.scan(input, evidence).map(Found::Verdict),
            Self::Private(scanner) => scanner.find(input, evidence, session),
            Self::Network(_) | Self::Model(_) | Self::Absent(_) => Ok(Found::Verdict(Verdict::pass())),
        }
    }
}

/// A stage, or what stands for it if it is left out (`skipped` in its declaration says why) or its model cannot be
/// used although the plan can do without.
pub(super) fn present_or_absent(
    mut spec: Value,
    position: usize,
    vaults: usize,
    pipeline: PipelineSpec,
) -> Result<Stage, BuildError> {
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let by_model = scanner::known(&kind, &spec);
    if let Some(why) = take(&mut spec, "skipped") {
        let why = serde_json::from_value(why);
        let why = why.map_err(|_| ConfigError::new("Shield", "skipped", "is not a reason"))?;
        let name = match by_model {
            Some(name) => name,
            None => build(spec, position, vaults)?.name(),
        };
        return Ok(Stage::Absent(Absent { name, why: Ok(why), by_model: by_model.is_some() }));
    }
    let missing = take(&mut spec, "missing_model");
    if let (Some(name), Some(missing)) = (by_model, missing) {
        let fault = ModelFault::Missing(missing.as_str().unwrap_or_default().to_owned());
        let error = ModelError::new("model", fault).of_scanner();
        return Ok(Stage::Absent(Absent { name, why: Err(error), by_model: true }));
    }
    match (build(spec, position, vaults), by_model) {
        (Err(BuildError::Model(error)), Some(name)) if pipeline.fallback => {
            Ok(Stage::Absent(Absent { name, why: Err(error.of_scanner()), by_model: true }))
        }
        (built, _) => built,
    }
}

fn build(mut spec: Value, position: usize, vaults: usize) -> Result<Stage, BuildError> {
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let malformed = |error: serde_json::Error| {
        ConfigError::new("Shield", format!("scanners[{position}] ({kind})"), error.to_string())
    };
    if kind == UrlReachability::NAME {
        return Ok(Stage::Network(UrlReachability::from_json(spec)?));
    }
    if let Some(scanner) = scanner::build(&kind, &spec) {
        return scanner.map(Stage::Model);
    }
    if kind == sensitive::NAME
        && let Some(names) = take(&mut spec, "names").filter(|names| !names.is_null())
    {
        return sensitive::build(spec, names).map(Stage::Model);
    }
    if let Some(scanner) = PrivateScanner::build(&kind, &spec, vaults) {
        return Ok(Stage::Private(scanner?));
    }
    let spec: ScannerSpec = serde_json::from_value(spec).map_err(malformed)?;
    Ok(Stage::Text(spec.build()?))
}

/// What a declaration says under `name`, which is taken out of it.
pub(super) fn take(spec: &mut Value, name: &str) -> Option<Value> {
    spec.as_object_mut().and_then(|fields| fields.remove(name))
}
