//! Counters and histograms of one shield. Writing is lock-free and never allocates; reading takes a copy.

mod histogram;
mod prometheus;
mod sharded;
mod snapshot;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sharded::Sharded;

use crate::error::EngineError;
use crate::pipeline::Detection;

pub use histogram::{BUCKETS, Histogram, HistogramSnapshot};
pub(crate) use prometheus::Page;
pub use prometheus::render_prometheus;
pub use snapshot::Snapshot;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(Sharded<AtomicU64>);

impl Counter {
    /// Adds one.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.mine().fetch_add(n, Ordering::Relaxed);
    }

    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.sum(|shard| shard.load(Ordering::Relaxed))
    }
}

/// The way a request took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// On the calling thread, at once.
    Inline,
    /// Through admission to the actors.
    Actor,
    /// One of a list.
    Bulk,
    /// For a caller that blocks its thread.
    Blocking,
    /// Piece by piece, as the text is written.
    Stream,
}

impl Lane {
    /// Every lane, in the order of its discriminants.
    pub const ALL: [Self; 5] = [Self::Inline, Self::Actor, Self::Bulk, Self::Blocking, Self::Stream];

    /// The name in results and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Actor => "actor",
            Self::Bulk => "bulk",
            Self::Blocking => "blocking",
            Self::Stream => "stream",
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The text passed.
    Valid,
    /// The text did not pass.
    Invalid,
    /// No room: turned away before any work.
    Overloaded,
    /// The deadline passed first.
    DeadlineExceeded,
    /// The caller went away first.
    Cancelled,
    /// No verdict, by an error of a scanner or of the runtime.
    Failed,
    /// The text is longer than allowed.
    TooLarge,
}

impl Outcome {
    /// Every outcome, in the order of its discriminants.
    pub const ALL: [Self; 7] = [
        Self::Valid,
        Self::Invalid,
        Self::Overloaded,
        Self::DeadlineExceeded,
        Self::Cancelled,
        Self::Failed,
        Self::TooLarge,
    ];

    /// The name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Overloaded => "overloaded",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::TooLarge => "too_large",
        }
    }
}

impl From<&EngineError> for Outcome {
    /// How a request ended that has this error for an answer.
    fn from(error: &EngineError) -> Self {
        match error {
            EngineError::Overloaded { .. } => Self::Overloaded,
            EngineError::DeadlineExceeded { .. } => Self::DeadlineExceeded,
            EngineError::Cancelled => Self::Cancelled,
            EngineError::TooLarge { .. } => Self::TooLarge,
            EngineError::Closed(_) | EngineError::Scanner { .. } => Self::Failed,
        }
    }
}

/// What is counted about one scanner of a plan.
#[derive(Debug)]
pub struct ScannerMetrics {
    name: String,
    /// Scans that came to no verdict, panics included.
    pub errors: Counter,
    /// Time of one scan.
    pub seconds: Histogram,
}

/// What is counted about one shield.
#[derive(Debug)]
pub struct Metrics {
    requests: [Counter; Lane::ALL.len()],
    outcomes: [Counter; Outcome::ALL.len()],
    /// Panics caught, in scanners and in actors.
    pub panics: Counter,
    /// Actors started anew after a failure.
    pub restarts: Counter,
    /// From a request's arrival to the start of its scan.
    pub queue_seconds: Histogram,
    /// The scan itself, all scanners.
    pub scan_seconds: Histogram,
    /// From a request's arrival to its end, whatever its outcome.
    pub total_seconds: Histogram,
    /// What scans rested on; those that were made, not those that a cache remembered.
    detections: [Counter; Detection::ALL.len()],
    /// Scans in which a model came to no answer.
    pub model_errors: Counter,
    /// What models took of a scan.
    pub inference_seconds: Histogram,
    scanners: Vec<ScannerMetrics>,
}

impl Metrics {
    /// Metrics, all at zero, of a plan with these scanners, in the plan's order.
    pub fn new(scanners: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scanners = scanners.into_iter().map(|name| ScannerMetrics {
            name: name.into(),
            errors: Counter::default(),
            seconds: Histogram::default(),
        });
        Self {
            requests: Default::default(),
            outcomes: Default::default(),
            panics: Counter::default(),
            restarts: Counter::default(),
            queue_seconds: Histogram::default(),
            scan_seconds: Histogram::default(),
            total_seconds: Histogram::default(),
            detections: Default::default(),
            model_errors: Counter::default(),
            inference_seconds: Histogram::default(),
            scanners: scanners.collect(),
        }
    }

    /// Counts a request in; the guard counts it out.
    pub fn begin(self: &Arc<Self>, lane: Lane) -> InFlight {
        Self::begin_with(Arc::clone(self), lane)
    }

    /// As [`begin`](Self::begin), with the metrics owned or borrowed by the guard: a reference count that
    /// several threads change for every text is a place where they meet.
    pub fn begin_with<M: Deref<Target = Self>>(metrics: M, lane: Lane) -> InFlight<M> {
        metrics.requests[lane as usize].increment();
        InFlight { metrics, began: Instant::now(), total: None, outcome: Outcome::Cancelled }
    }

    /// Counts what a scan rested on.
    pub fn detected(&self, detection: Detection) {
        self.detections[detection as usize].increment();
    }

    /// The scanner at position `index` of the plan; `None` past the end.
    pub fn scanner(&self, index: usize) -> Option<&ScannerMetrics> {
        self.scanners.get(index)
    }

    /// A copy of all numbers. Each is exact; together they are as consistent as a moment's work is small.
    pub fn snapshot(&self) -> Snapshot {
        let by_name = |scanner: &ScannerMetrics| scanner.name.clone();
        // Ends before beginnings: what begins or ends meanwhile is then in flight, never the reverse.
        let ended: u64 = self.outcomes.iter().map(Counter::get).sum();
        let begun: u64 = self.requests.iter().map(Counter::get).sum();
        Snapshot {
            requests_total: Lane::ALL
                .map(|lane| (lane.name(), self.requests[lane as usize].get()))
                .into_iter()
                .collect(),
            outcomes_total: Outcome::ALL
                .map(|outcome| (outcome.name(), self.outcomes[outcome as usize].get()))
                .into_iter()
                .collect(),
            scanner_errors_total: self.scanners.iter().map(|s| (by_name(s), s.errors.get())).collect(),
            panics_total: self.panics.get(),
            restarts_total: self.restarts.get(),
            in_flight: begun.saturating_sub(ended),
            queue_seconds: self.queue_seconds.snapshot(),
            scan_seconds: self.scan_seconds.snapshot(),
            total_seconds: self.total_seconds.snapshot(),
            detections_total: Detection::ALL
                .map(|detection| (detection.name(), self.detections[detection as usize].get()))
                .into_iter()
                .collect(),
            model_errors_total: self.model_errors.get(),
            inference_seconds: self.inference_seconds.snapshot(),
            scanner_seconds: self.scanners.iter().map(|s| (by_name(s), s.seconds.snapshot())).collect(),
            cache: None,
        }
    }
}

/// A request in flight. Dropped without [`InFlight::finish`] it counts as cancelled: a future whose caller
/// went away does no more than drop what it holds.
#[derive(Debug)]
pub struct InFlight<M: Deref<Target = Metrics> = Arc<Metrics>> {
    metrics: M,
    began: Instant,
    /// How long it took, once it is finished.
    total: Option<Duration>,
    outcome: Outcome,
}

impl<M: Deref<Target = Metrics>> InFlight<M> {
    /// When the request arrived.
    pub const fn began(&self) -> Instant {
        self.began
    }

    /// The same request, which arrived at `began` already.
    pub(crate) fn since(mut self, began: Instant) -> Self {
        self.began = began;
        self
    }

    /// Records that the scan starts now, and returns how long the request was queued.
    pub fn dequeue(&self) -> Duration {
        let queued = self.began.elapsed();
        self.metrics.queue_seconds.record(queued);
        queued
    }

    /// Ends the request. Returns its total time.
    pub fn finish(mut self, outcome: Outcome) -> Duration {
        self.outcome = outcome;
        let total = self.began.elapsed();
        self.total = Some(total);
        total
    }
}

impl<M: Deref<Target = Metrics>> Drop for InFlight<M> {
    fn drop(&mut self) {
        self.metrics.total_seconds.record(self.total.unwrap_or_else(|| self.began.elapsed()));
        self.metrics.outcomes[self.outcome as usize].increment();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_ends_in_exactly_one_outcome() {
        let metrics = Arc::new(Metrics::new(["Regex"]));
        let valid = metrics.begin(Lane::Inline);
        let gone = metrics.begin(Lane::Actor);
        let late = metrics.begin(Lane::Actor);
        assert_eq!(metrics.snapshot().in_flight, 3);
        valid.dequeue();
        valid.finish(Outcome::Valid);
        drop(gone);
        late.finish(Outcome::DeadlineExceeded);
        let snapshot = metrics.snapshot();
        assert_eq!(snapshot.in_flight, 0);
        assert_eq!(snapshot.requests_total["inline"], 1);
        assert_eq!(snapshot.requests_total["actor"], 2);
        assert_eq!(snapshot.requests_total["bulk"], 0);
        assert_eq!(snapshot.outcomes_total["valid"], 1);
        assert_eq!(snapshot.outcomes_total["cancelled"], 1);
        assert_eq!(snapshot.outcomes_total["deadline_exceeded"], 1);
        assert_eq!(snapshot.outcomes_total.values().sum::<u64>(), 3);
        assert_eq!(snapshot.queue_seconds.count, 1);
        assert_eq!(snapshot.total_seconds.count, 3, "those cancelled, too");
    }

    #[test]
    fn names_and_discriminants_agree() {
        for (at, lane) in Lane::ALL.into_iter().enumerate() {
            assert_eq!(lane as usize, at);
        }
        for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, at);
        }
        for (at, detection) in Detection::ALL.into_iter().enumerate() {
            assert_eq!(detection as usize, at);
        }
    }

    #[test]
    fn scanners_are_counted_by_position() {
        let metrics = Metrics::new(["Regex", "Regex#2"]);
        metrics.scanner(1).unwrap().errors.increment();
        metrics.scanner(1).unwrap().seconds.record(Duration::from_micros(15));
        assert!(metrics.scanner(2).is_none());
        let snapshot = metrics.snapshot();
        assert_eq!(snapshot.scanner_errors_total["Regex"], 0);
        assert_eq!(snapshot.scanner_errors_total["Regex#2"], 1);
        assert_eq!(snapshot.scanner_seconds["Regex#2"].count, 1);
    }
}
