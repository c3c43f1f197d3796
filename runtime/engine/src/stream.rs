//! An output that is scanned while the model writes it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use pyshield_core::stream::{Step, Stream};
use pyshield_core::{Finding, Interrupt, ScannerError};

use crate::config::OnError;
use crate::error::EngineError;
use crate::metrics::{self, InFlight, Lane};
use crate::model::answer::Spent;
use crate::outcome::{Judgement, Outcome, Scan, ScannerName, Timings};
use crate::pipeline::Detection;
use crate::plan::Plan;
use crate::private::Snapshot;
use crate::shield::Process;

/// How many bytes a piece may have at least before it is scanned in parts.
const LEAST_PART: usize = 1_024;

/// What came of one piece.
#[derive(Debug, Default)]
pub struct Passed {
    /// The text that leaves, edited.
    pub text: String,
    /// What was found, and by whom; spans in code points of the stream.
    pub findings: Vec<(ScannerName, Finding)>,
    /// Who ended the stream before its text, if somebody did.
    pub blocked_by: Vec<ScannerName>,
}

/// One output on its way through the scanners of a plan. Holds no permit: it works only while it is fed, on
/// the thread that feeds it. Dropping it before its end counts as cancelled.
#[derive(Debug)]
pub struct OutputStream {
    process: Arc<Process>,
    plan: Arc<Plan>,
    /// Position of the plan's first scanner among the shield's metrics.
    first_scanner: usize,
    on_error: OnError,
    /// `None` if the plan has a scanner that must see all of the text.
    stream: Option<Stream>,
    /// The states of the vaults that it restores from.
    snapshots: Vec<Arc<Snapshot>>,
    max_held_bytes: usize,
    part_bytes: usize,
    in_flight: Option<InFlight>,
    scanned: Duration,
}

impl OutputStream {
    pub(crate) fn open(
        process: Arc<Process>,
        plan: Arc<Plan>,
        first_scanner: usize,
        on_error: OnError,
        opened: Option<(Stream, Vec<Arc<Snapshot>>)>,
        max_held_bytes: usize,
        budget_ns: u64,
    ) -> Self {
        let (stream, snapshots) =
            opened.map_or((None, Vec::new()), |(stream, snapshots)| (Some(stream), snapshots));
        let part_bytes = part_bytes(&plan, budget_ns);
        let in_flight = stream.is_some().then(|| process.metrics.begin(Lane::Stream));
        Self {
            process,
            plan,
            first_scanner,
            on_error,
            stream,
            snapshots,
            max_held_bytes,
            part_bytes,
            in_flight,
            scanned: Duration::ZERO,
        }
    }

    /// Whether text leaves before the end. If not, nothing may be fed: the whole is to be scanned at its end.
    pub const fn follows(&self) -> bool {
        self.stream.is_some()
    }

    /// Whether a vault has to be asked before the first piece. If so, [`OutputStream::ask`] does it; else the
    /// first piece waits for it.
    pub fn asks(&self) -> bool {
        self.snapshots.iter().any(|snapshot| !snapshot.is_taken())
    }

    /// Asks the vaults that are to be asked. The future keeps what it needs, not the stream. What goes wrong
    /// is said with the first piece.
    pub fn ask(&self) -> impl Future<Output = ()> + Send + use<> {
        let snapshots = self.snapshots.clone();
        async move {
            for snapshot in snapshots {
                // What panics is asked again with the first piece, where it is somebody's error.
                let _ = AssertUnwindSafe(snapshot.take()).catch_unwind().await;
            }
        }
    }

    /// How many bytes are scanned within the budget for work on the calling thread.
    pub const fn part_bytes(&self) -> usize {
        self.part_bytes
    }

    /// How many bytes may be held.
    pub const fn max_held_bytes(&self) -> usize {
        self.max_held_bytes
    }

    /// Takes the next piece. After an error the stream has ended. Blocks only if [`OutputStream::asks`].
    pub fn feed(&mut self, piece: &str) -> Result<Passed, EngineError> {
        self.process.open()?;
        self.step(|stream| stream.feed(piece, Interrupt::NEVER))
    }

    /// Takes the end of the text.
    pub fn finish(&mut self) -> Result<Passed, EngineError> {
        self.step(|stream| stream.finish(Interrupt::NEVER))
    }

    /// What came of it all, once the stream has ended; spans in code points. `None` before, and when asked
    /// again.
    pub fn conclude(&mut self) -> Option<Outcome> {
        let stream = self.stream.as_mut().filter(|stream| stream.has_ended())?;
        let in_flight = self.in_flight.take()?;
        let verdicts = stream.conclude();
        let (mut is_valid, mut risk) = (true, 0.0_f64);
        let mut judgements = Vec::with_capacity(verdicts.len());
        for ((verdict, name), position) in verdicts.into_iter().zip(self.plan.names()).zip(0..) {
            match &verdict {
                Ok(verdict) => {
                    is_valid &= verdict.valid;
                    risk = risk.max(verdict.risk);
                }
                Err(error) => {
                    self.count(position, error);
                    if self.on_error != OnError::Allow {
                        (is_valid, risk) = (false, 1.0);
                    }
                }
            }
            judgements.push(Judgement::new(*name, verdict, Duration::ZERO));
        }
        let end = if is_valid { metrics::Outcome::Valid } else { metrics::Outcome::Invalid };
        let (risk, spent) = (risk.clamp(0.0, 1.0), Spent::default());
        let detection = Detection::of(&judgements);
        let scan = Arc::new(Scan {
            judgements,
            rewritten: None,
            is_valid,
            risk,
            detection,
            on_error: self.on_error,
            spent,
        });
        let total = in_flight.finish(end);
        self.process.metrics.scan_seconds.record(self.scanned);
        let timings = Timings { scan: self.scanned, total, ..Timings::default() };
        Some(Outcome { scan, lane: Lane::Stream, cached: false, timings })
    }

    fn step(&mut self, take: impl FnOnce(&mut Stream) -> Step) -> Result<Passed, EngineError> {
        let Some(stream) = &mut self.stream else {
            return Err(EngineError::Closed("the stream has ended"));
        };
        let began = Instant::now();
        let step = take(stream);
        self.scanned += began.elapsed();
        if let Some((position, error)) = stream.error().filter(|_| self.on_error == OnError::Raise) {
            let error = EngineError::Scanner { scanner: name(&self.plan, position), error: error.clone() };
            return Err(self.fail(error, metrics::Outcome::Failed));
        }
        let bytes = stream.held();
        if bytes > self.max_held_bytes {
            let error = EngineError::TooLarge { bytes, limit: self.max_held_bytes };
            return Err(self.fail(error, metrics::Outcome::TooLarge));
        }
        let blocked_by = step.blocked_by.iter().map(|&position| name(&self.plan, position)).collect();
        let findings =
            step.findings.into_iter().map(|(position, finding)| (name(&self.plan, position), finding));
        Ok(Passed { text: step.text, findings: findings.collect(), blocked_by })
    }

    fn fail(&mut self, error: EngineError, outcome: metrics::Outcome) -> EngineError {
        self.stream = None;
        if let Some(in_flight) = self.in_flight.take() {
            in_flight.finish(outcome);
        }
        error
    }

    fn count(&self, position: usize, error: &ScannerError) {
        let metrics = &self.process.metrics;
        if let Some(counters) = metrics.scanner(self.first_scanner + position) {
            counters.errors.increment();
        }
        if *error == ScannerError::Panicked {
            metrics.panics.increment();
        }
    }
}

/// How many bytes the plan scans in `budget_ns`.
fn part_bytes(plan: &Plan, budget_ns: u64) -> usize {
    let sample = 64 * LEAST_PART;
    let per_sample = plan.cost_ns(sample).max(1);
    let bytes = u128::from(budget_ns) * sample as u128 / u128::from(per_sample);
    usize::try_from(bytes).unwrap_or(sample).clamp(LEAST_PART, sample)
}

fn name(plan: &Plan, position: usize) -> ScannerName {
    plan.names().get(position).copied().unwrap_or(ScannerName::new("Shield", 1))
}
