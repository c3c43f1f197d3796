//! The declaration of a function: what bounds its calls.

use serde::{Deserialize, Serialize};

use crate::config::CacheSpec;

/// How a function's code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// On an event loop. A call that overruns is cancelled.
    Task,
    /// In a worker thread. A call that overruns cannot be stopped: it is abandoned, and its thread is
    /// counted as lost until it returns.
    Thread,
    /// In a worker process, which is killed when a call overruns.
    Process,
}

/// A function as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionSpec {
    /// What it is called by.
    pub name: String,
    /// How it runs.
    pub isolation: Isolation,
    /// Seconds one call may take, from its start to its end.
    pub timeout: f64,
    /// Calls queued or running; the next one is refused.
    pub max_in_flight: usize,
    /// Calls given up that still run; with as many, further calls are refused until one returns.
    pub max_abandoned: usize,
    /// Calls that are handed over together, if any: the function takes a list.
    pub max_batch_size: Option<usize>,
    /// Remember results, if at all. Only for functions that answer the same question the same way.
    pub cache: Option<CacheSpec>,
}
