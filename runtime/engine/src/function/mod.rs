//! Functions of another language that the engine may call by name: registered, bounded, timed, counted.
//!
//! The engine knows what a function is called, what bounds it and how its calls went. What runs its code is
//! a [`FunctionBody`], which the layer above provides. No thread of the engine waits while that code runs.
//!
//! A stage of a plan calls through [`FunctionCaller`]: `caller().call("judge", arguments, options).await`.

mod batch;
mod body;
mod call;
mod error;
mod metrics;
mod prometheus;
mod spec;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;

pub use body::{Answer, FunctionBody, Invocation, Origin, Run, State};
pub use call::Function;
pub use error::{Cause, FunctionError};
pub use metrics::{FunctionMetrics, FunctionSnapshot};
pub use spec::{FunctionSpec, Isolation};

/// What a call brings along beside its arguments.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// When the result must be there, if before the function's own timeout.
    pub deadline: Option<Instant>,
    /// Where the call comes from.
    pub origin: Option<Origin>,
}

/// Calls functions by name.
pub trait FunctionCaller: Send + Sync + std::fmt::Debug {
    /// Calls the function `name` with the JSON object `arguments`. Dropping the future gives the call up.
    fn call(&self, name: &str, arguments: Value, options: CallOptions) -> BoxFuture<'static, Answer>;

    /// Whether there is a function of that name.
    fn knows(&self, name: &str) -> bool;
}

type Functions = HashMap<String, Arc<Function>>;

/// The functions of this process.
pub struct FunctionRegistry {
    /// No lock: see `runtime::CURRENT`.
    functions: ArcSwapOption<Functions>,
    stage: AtomicU8,
}

impl std::fmt::Debug for FunctionRegistry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// Nothing that runs functions was set up; it was; it was shut down, for good.
const NEVER: u8 = 0;
const OPEN: u8 = 1;
const SHUT: u8 = 2;

static REGISTRY: FunctionRegistry = FunctionRegistry::new();

/// The functions of this process.
pub fn registry() -> &'static FunctionRegistry {
    &REGISTRY
}

/// What stages of a plan call functions through.
pub fn caller() -> &'static dyn FunctionCaller {
    &REGISTRY
}

impl FunctionRegistry {
    /// An empty registry that is not open yet.
    pub const fn new() -> Self {
        Self { functions: ArcSwapOption::const_empty(), stage: AtomicU8::new(NEVER) }
    }

    /// Says that there is something that runs functions, unless it was shut down.
    pub fn open(&self) {
        let _ = self.stage.compare_exchange(NEVER, OPEN, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Says that there is not, any more. Further calls are refused.
    pub fn close(&self) {
        self.stage.store(SHUT, Ordering::Release);
    }

    /// Whether functions can be called.
    pub fn is_open(&self) -> bool {
        self.stage.load(Ordering::Acquire) == OPEN
    }

    /// Adds a function, unless there is one of that name and `replace` is not set. Calls under way keep the
    /// function they began with. Whether it was added.
    pub fn register(&self, function: &Arc<Function>, replace: bool) -> bool {
        let mut added = true;
        self.functions.rcu(|functions| {
            let mut functions = functions.as_deref().cloned().unwrap_or_default();
            added = replace || !functions.contains_key(function.name());
            if added {
                functions.insert(function.name().to_owned(), Arc::clone(function));
            }
            Some(Arc::new(functions))
        });
        added
    }

    /// Removes a function. Whether there was one.
    pub fn unregister(&self, name: &str) -> bool {
        let mut removed = false;
        self.functions.rcu(|functions| {
            let mut functions = functions.as_deref().cloned().unwrap_or_default();
            removed = functions.remove(name).is_some();
            Some(Arc::new(functions))
        });
        removed
    }

    /// The function of a name.
    pub fn get(&self, name: &str) -> Result<Arc<Function>, FunctionError> {
        if !self.is_open() {
            let reason = "nothing that runs functions was set up in this process, or it is shut down";
            return Err(FunctionError::ContextNotInitialized(reason.to_owned()));
        }
        let found = self.functions.load().as_ref().and_then(|functions| functions.get(name).cloned());
        found.ok_or_else(|| {
            FunctionError::FunctionNotFound("no function of that name is registered".to_owned())
        })
    }

    /// The numbers of all functions, as Prometheus reads them.
    pub fn prometheus(&self) -> String {
        let functions = self.functions.load();
        let mut snapshots: Vec<_> = functions
            .iter()
            .flat_map(|functions| functions.values())
            .map(|f| (f.name(), f.snapshot()))
            .collect();
        snapshots.sort_unstable_by_key(|(name, _)| *name);
        prometheus::render(&snapshots)
    }

    /// All names, sorted.
    pub fn names(&self) -> Vec<String> {
        let functions = self.functions.load();
        let mut names: Vec<_> = functions.iter().flat_map(|functions| functions.keys().cloned()).collect();
        names.sort_unstable();
        names
    }
}

impl Default for FunctionRegistry {
    fn default() -> Self {
        Self::new()
    }
}

impl FunctionCaller for FunctionRegistry {
    fn call(&self, name: &str, arguments: Value, options: CallOptions) -> BoxFuture<'static, Answer> {
        match self.get(name) {
            Ok(function) => async move { function.call(arguments, options).await }.boxed(),
            Err(error) => async move { Err(error) }.boxed(),
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.get(name).is_ok()
    }
}

#[cfg(test)]
mod tests;
