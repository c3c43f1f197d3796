//! The declaration of a shield, as Python sends it: plain data, read once.

use std::time::Duration;

use pyshield_core::view::ViewsSpec;
use serde::Deserialize;

use crate::admission::Policy;
use crate::pipeline::PipelineSpec;
use crate::private::VaultHandle;

/// A shield as declared. The scanners stay JSON values here, so that each error can name its scanner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShieldSpec {
    /// Scanners for prompts.
    pub prompt: Vec<serde_json::Value>,
    /// Scanners for outputs.
    pub output: Vec<serde_json::Value>,
    /// What a failing scanner means.
    pub on_error: OnError,
    /// Bounds.
    pub limits: Limits,
    /// Which views of a text are read beside the text, if any.
    #[serde(default)]
    pub views: Option<ViewsSpec>,
    /// In which order the scanners of a side run.
    #[serde(default)]
    pub pipeline: PipelineSpec,
    /// Remember results, if at all.
    pub cache: Option<CacheSpec>,
    /// The vaults that scanners name by their index here. A handle is given, never named.
    #[serde(skip)]
    pub vaults: Vec<VaultHandle>,
}

/// What a failing scanner means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The text does not pass.
    Block,
    /// The text may pass; the error shows in the result.
    Allow,
    /// The request fails with the scanner's error.
    Raise,
}

/// Bounds of a shield.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests queued or running.
    pub max_in_flight: usize,
    /// What happens to the next one.
    pub policy: Policy,
    /// Seconds from submission to result, unless the call says otherwise.
    pub deadline: Option<f64>,
    /// Longest text, in bytes of UTF-8.
    pub max_text_bytes: usize,
    /// Estimated work up to which a text is scanned on the calling thread, in microseconds.
    pub inline_budget_us: f64,
}

/// Bounds of a result cache.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheSpec {
    /// Weight of all entries, in bytes.
    pub max_bytes: u64,
    /// Entries, whatever they weigh; as many as there is room for if not given.
    #[serde(default)]
    pub max_entries: Option<u64>,
    /// Seconds an entry lives.
    pub ttl: Option<f64>,
}

/// Seconds as a duration. Negative and not-a-number are zero; what a duration cannot hold is the maximum.
pub fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value.max(0.0)).unwrap_or(Duration::MAX)
}
