//! What is counted about one function.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;

use crate::cache::CacheStatistics;
use crate::function::body::Abandoned;
use crate::function::error::FunctionError;
use crate::metrics::{Counter, Histogram, HistogramSnapshot};

/// Counters and histograms of one function in one process.
#[derive(Debug, Default)]
pub struct FunctionMetrics {
    pub(crate) calls: Counter,
    pub(crate) errors: [Counter; FunctionError::KINDS.len()],
    pub(crate) cancelled: Counter,
    pub(crate) batches: Counter,
    pub(crate) seconds: Histogram,
    pub(crate) abandoned: Arc<Abandoned>,
    /// Nanoseconds.
    lock_wait: Counter,
    lock_held: Counter,
}

impl FunctionMetrics {
    /// Adds time a thread spent waiting for the interpreter lock before a call could start.
    pub fn waited_for_lock(&self, time: Duration) {
        self.lock_wait.add(nanoseconds(time));
    }

    /// Adds time for which the interpreter lock was held to convert, check and hand over, the function's
    /// own code not counted.
    pub fn held_lock(&self, time: Duration) {
        self.lock_held.add(nanoseconds(time));
    }

    /// A copy.
    pub(crate) fn snapshot(&self, in_flight: usize, cache: Option<CacheStatistics>) -> FunctionSnapshot {
        let seconds = self.seconds.snapshot();
        let of = |share: &Counter| Duration::from_nanos(share.get()).as_secs_f64();
        let (wait, held) = (of(&self.lock_wait), of(&self.lock_held));
        let share = |part: f64| if seconds.sum_seconds > 0.0 { part / seconds.sum_seconds } else { 0.0 };
        FunctionSnapshot {
            calls_total: self.calls.get(),
            errors_total: FunctionError::KINDS
                .into_iter()
                .zip(self.errors.iter().map(Counter::get))
                .collect(),
            cancelled_total: self.cancelled.get(),
            batches_total: self.batches.get(),
            in_flight,
            abandoned: self.abandoned.now.load(Ordering::Relaxed),
            abandoned_total: self.abandoned.total.load(Ordering::Relaxed),
            lock_wait_seconds: wait,
            lock_held_seconds: held,
            lock_share: share(wait + held),
            seconds,
            cache,
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A function's numbers at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct FunctionSnapshot {
    /// Calls, however they ended.
    pub calls_total: u64,
    /// Calls that failed, by the kind of error.
    pub errors_total: std::collections::BTreeMap<&'static str, u64>,
    /// Calls whose caller went away first.
    pub cancelled_total: u64,
    /// Runs of the function's code for several calls at once.
    pub batches_total: u64,
    /// Calls queued or running.
    pub in_flight: usize,
    /// Calls given up that still run.
    pub abandoned: usize,
    /// Calls given up while they ran, ever.
    pub abandoned_total: u64,
    /// Time threads waited for the interpreter lock before calls could start.
    pub lock_wait_seconds: f64,
    /// Time the interpreter lock was held for calls, beside the function's own code.
    pub lock_held_seconds: f64,
    /// Both as a share of the time calls took.
    pub lock_share: f64,
    /// Time of one call, from its arrival to its result.
    pub seconds: HistogramSnapshot,
    /// The results remembered, if any are.
    pub cache: Option<CacheStatistics>,
}
