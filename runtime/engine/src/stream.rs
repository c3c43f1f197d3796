//! An output that is scanned while the model writes it.

mod line;
pub(crate) mod window;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use pyshield_core::stream::{Cut, Step, Stream};
use pyshield_core::{Finding, Interrupt, ScannerError, Text};

use crate::config::OnError;
use crate::error::EngineError;
use crate::metrics::{self, InFlight, Lane};
use crate::model::answer::Spent;
use crate::outcome::{Judgement, Outcome, Scan, ScannerName, Timings};
use crate::pipeline::Detection;
use crate::plan::Plan;
use crate::plan::stream::Opened;
use crate::private::{Session, Snapshot};
use crate::shield::Process;
use line::{Context, Line};

pub use window::Pace;

/// How many bytes a piece may have at least before it is scanned in parts.
const LEAST_PART: usize = 1_024;

/// What came of one piece. `Debug` does not show the text.
#[derive(Default)]
pub struct Passed {
    /// The text that leaves, edited.
    pub text: String,
    /// What was found, and by whom; spans in code points of the stream.
    pub findings: Vec<(ScannerName, Finding)>,
    /// Who ended the stream before its text, if somebody did.
    pub blocked_by: Vec<ScannerName>,
    /// The window that one of them refused, if it judges windows: begin and end in code points of the stream.
    pub window: Option<(usize, usize)>,
}

/// How an output is streamed.
#[derive(Clone, Debug)]
pub struct StreamOptions {
    /// What ends it before its text does.
    pub cut: Cut,
    /// How far text may run ahead of the verdicts of scanners that judge windows.
    pub pace: Pace,
    /// What it answers.
    pub prompt: Text,
    /// For the judgement of each window, when not the shield's own.
    pub deadline: Option<Duration>,
}

/// What an output is scanned with.
pub(crate) struct Setting {
    pub(crate) process: Arc<Process>,
    pub(crate) plan: Arc<Plan>,
    /// Position of the plan's first scanner among the shield's metrics.
    pub(crate) first_scanner: usize,
    pub(crate) on_error: OnError,
    pub(crate) session: Session,
    pub(crate) max_held_bytes: usize,
    pub(crate) budget_ns: u64,
    /// What it answers, and how long a window may take.
    pub(crate) prompt: Text,
    pub(crate) deadline: Option<Duration>,
}

/// One output on its way through the scanners of a plan. Holds no permit: it works only while it is fed, on
/// the thread that feeds it, but for windows, of which a few at a time are judged by the actors. Dropping it
/// before its end counts as cancelled.
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
    /// The windows that are judged elsewhere.
    lines: Vec<Line>,
    /// Whether the end of the text has come.
    closing: bool,
    max_held_bytes: usize,
    part_bytes: usize,
    in_flight: Option<InFlight>,
    scanned: Duration,
}

impl OutputStream {
    pub(crate) fn open(setting: Setting, opened: Option<Opened>) -> Self {
        let Setting { process, plan, first_scanner, on_error, session, max_held_bytes, budget_ns, .. } =
            setting;
        let (mut stream, mut snapshots, mut lines) = (None, Vec::new(), Vec::new());
        if let Some(opened) = opened {
            (stream, snapshots) = (Some(opened.stream), opened.snapshots);
            let context = Context {
                plan: Arc::clone(&plan),
                session,
                metrics: Arc::clone(&process.metrics),
                first_scanner,
                prompt: Some(setting.prompt),
                deadline: setting.deadline,
            };
            let line = |(part, pace, mailboxes)| Line::new(part, pace, mailboxes, context.clone());
            lines = opened.parts.into_iter().map(line).collect();
        }
        let part_bytes = part_bytes(&plan, budget_ns);
        let in_flight = stream.is_some().then(|| process.metrics.begin(Lane::Stream));
        Self {
            process,
            plan,
            first_scanner,
            on_error,
            stream,
            snapshots,
            lines,
            closing: false,
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
        if self.stream.as_ref().is_some_and(|stream| !stream.has_ended()) {
            self.lines.iter_mut().for_each(|line| line.push(piece));
        }
        self.advance(piece)
    }

    /// Takes the end of the text. The stream ends with it, or once nothing is waited for any more.
    pub fn finish(&mut self) -> Result<Passed, EngineError> {
        self.lines.iter_mut().for_each(Line::close);
        self.closing = true;
        self.advance("")
    }

    /// Whether a verdict has to be waited for before anything more is fed: [`OutputStream::judged`] does, and
    /// [`OutputStream::resume`] says what it brings.
    pub fn waits(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| !stream.has_ended()) && self.lines.iter().any(Line::waits)
    }

    /// Waits for verdicts. The future keeps what it needs, not the stream.
    pub fn judged(&self) -> impl Future<Output = ()> + Send + use<> {
        let waiting = self.lines.iter().filter(|line| line.waits());
        let boards: Vec<_> = waiting.map(|line| Arc::clone(line.board())).collect();
        async move {
            for board in boards {
                board.ready().await;
            }
        }
    }

    /// Takes the verdicts that have come since.
    pub fn resume(&mut self) -> Result<Passed, EngineError> {
        self.advance("")
    }

    /// Gives the output up, and all that is held of it.
    pub fn close(&mut self) {
        self.stream = None;
        self.lines = Vec::new();
        self.snapshots = Vec::new();
        self.in_flight = None;
    }

    /// Takes a piece, and all verdicts that are there.
    fn advance(&mut self, piece: &str) -> Result<Passed, EngineError> {
        if self.lines.is_empty() {
            return if self.closing {
                self.step(|stream| stream.finish(Interrupt::NEVER))
            } else {
                self.step(|stream| stream.feed(piece, Interrupt::NEVER))
            };
        }
        self.judge()?;
        let mut passed = self.step(|stream| stream.feed(piece, Interrupt::NEVER))?;
        loop {
            if self.stream.as_ref().is_none_or(Stream::has_ended) {
                self.lines.iter_mut().for_each(Line::stop);
                return Ok(passed);
            }
            self.judge()?;
            if self.lines.iter().any(Line::has_verdicts) {
                passed.append(self.step(|stream| stream.feed("", Interrupt::NEVER))?);
            } else if self.closing && !self.lines.iter().any(Line::is_busy) {
                passed.append(self.step(|stream| stream.finish(Interrupt::NEVER))?);
            } else {
                return Ok(passed);
            }
        }
    }

    /// Hands verdicts to those who wait for them, and windows to those who judge.
    fn judge(&mut self) -> Result<(), EngineError> {
        let judged = self.lines.iter_mut().try_for_each(Line::advance);
        judged.map_err(|error| self.fail(error))
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
            let mut judgement = Judgement::new(*name, verdict, Duration::ZERO);
            judgement.model = self.lines.iter().find_map(|line| line.model(position));
            judgement.by_model = judgement.model.is_some();
            judgement.compiled = self.plan.compiled_model(position);
            judgements.push(judgement);
        }
        let end = if is_valid { metrics::Outcome::Valid } else { metrics::Outcome::Invalid };
        let risk = risk.clamp(0.0, 1.0);
        let mut spent = Spent::default();
        for line in &self.lines {
            spent += line.spent;
        }
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
        let Spent { tokenize, inference } = spent;
        let timings = Timings { scan: self.scanned, total, tokenize, inference, ..Timings::default() };
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
            return Err(self.fail(error));
        }
        let bytes = stream.held() + self.lines.iter().map(Line::held).sum::<usize>();
        if bytes > self.max_held_bytes {
            let error = EngineError::TooLarge { bytes, limit: self.max_held_bytes };
            return Err(self.fail(error));
        }
        let refused = |position: &usize| self.lines.iter().find_map(|line| line.refused(*position));
        let window = step.blocked_by.iter().find_map(refused);
        let blocked_by = step.blocked_by.iter().map(|&position| name(&self.plan, position)).collect();
        let findings =
            step.findings.into_iter().map(|(position, finding)| (name(&self.plan, position), finding));
        Ok(Passed { text: step.text, findings: findings.collect(), blocked_by, window })
    }

    fn fail(&mut self, error: EngineError) -> EngineError {
        self.stream = None;
        self.lines = Vec::new();
        if let Some(in_flight) = self.in_flight.take() {
            in_flight.finish(metrics::Outcome::from(&error));
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

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passed")
            .field("bytes", &self.text.len())
            .field("findings", &self.findings)
            .field("blocked_by", &self.blocked_by)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

impl Passed {
    /// Adds what came after it.
    fn append(&mut self, mut next: Self) {
        self.text.push_str(&next.text);
        self.findings.append(&mut next.findings);
        self.blocked_by.append(&mut next.blocked_by);
        self.window = self.window.or(next.window);
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
