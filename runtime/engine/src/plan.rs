//! A list of scanners, compiled: each kind of work once per text.

mod models;
pub(crate) mod part;
mod stage;
mod steps;
pub(crate) mod stream;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList};
use pyshield_core::view::ViewsSpec;
use pyshield_core::{Evidence, Input, Interrupted, ScannerError, Text, Verdict};
use serde_json::Value;

use crate::model::Model;
use crate::model::scanner::BuildError;
use crate::outcome::{Judgement, ScannerName};
use crate::pipeline::{CASCADE, PipelineSpec};
use crate::private::Session;
use crate::views::{Seen, ViewPass};

pub(crate) use models::{Questions, Sessions};
use models::{Readers, readers};
use part::Part;
use stage::{Stage, present_or_absent, take};

/// Scanners compiled for one side of a shield. Immutable and shared between threads.
#[derive(Debug)]
pub struct Plan {
    stages: Vec<Stage>,
    readers: Vec<Readers>,
    pipeline: PipelineSpec,
    /// The positions of the scanners that run together, step by step; then those of `parts`.
    steps: Vec<Vec<usize>>,
    /// For each step, its scanners that need only the text.
    on_text: Vec<OnText>,
    /// How many steps a scan has.
    of_scan: usize,
    /// Its scanners that judge a text while it is written by the sense of it.
    parts: Vec<Arc<Part>>,
    names: Vec<ScannerName>,
    literals: Arc<LiteralAutomaton>,
    /// For each stage, which list of the automaton is its own.
    literal_list: Vec<Option<usize>>,
    /// The views that scanners read as well, if there are any.
    views: Option<ViewPass>,
    network: bool,
    vault: bool,
    fingerprint: u64,
}

/// The scanners of a step that need only the text.
#[derive(Debug)]
struct OnText {
    positions: Vec<usize>,
    /// Whether one of them looks for fixed strings.
    literal: bool,
}

impl Plan {
    /// Compiles scanner declarations, which name their vaults by an index below `vaults`. The error names the
    /// scanner and the parameter.
    pub fn compile(
        specs: Vec<Value>,
        views: Option<ViewsSpec>,
        pipeline: PipelineSpec,
        vaults: usize,
    ) -> Result<Self, BuildError> {
        let mut hasher = DefaultHasher::new();
        (views, pipeline).hash(&mut hasher);
        let mut stages = Vec::with_capacity(specs.len());
        let mut first_stage = Vec::with_capacity(specs.len());
        for (position, mut spec) in specs.into_iter().enumerate() {
            spec.to_string().hash(&mut hasher);
            first_stage.push(take(&mut spec, "cascade").is_some());
            stages.push(present_or_absent(spec, position, vaults, pipeline)?);
        }
        let names = unique_names(&stages, &first_stage);
        let mut lists: Vec<&LiteralList> = Vec::new();
        let literal_list: Vec<Option<usize>> = stages
            .iter()
            .map(|stage| {
                let list = match stage {
                    Stage::Text(scanner) => scanner.literals(),
                    Stage::Private(scanner) => scanner.literals(),
                    Stage::Network(_) | Stage::Model(_) | Stage::Absent(_) => None,
                };
                list.map(|list| {
                    lists.push(list);
                    lists.len() - 1
                })
            })
            .collect();
        let literals = Arc::new(LiteralAutomaton::new(&lists)?);
        let read = stages.iter().any(Stage::reads_views);
        let views = views.filter(|_| read).map(|spec| ViewPass::new(spec, &lists)).transpose()?;
        let readers = readers(&stages);
        let mut steps = pipeline.steps(&models_read(&stages, &readers));
        for step in &mut steps {
            step.retain(|&at| !matches!(stages.get(at), Some(Stage::Absent(_))));
        }
        steps.retain(|step| !step.is_empty());
        let of_scan = steps.len();
        let parts = part::parts(&stages, of_scan);
        steps.extend(parts.iter().map(|part| part.positions.clone()));
        let on_text = steps.iter().map(|step| on_text(step, &stages, &literal_list)).collect();
        let network = stages.iter().any(|stage| matches!(stage, Stage::Network(_)));
        let vault = stages.iter().any(|stage| matches!(stage, Stage::Private(_)));
        let fingerprint = hasher.finish();
        Ok(Self {
            stages,
            readers,
            pipeline,
            steps,
            on_text,
            of_scan,
            parts,
            names,
            literals,
            literal_list,
            views,
            network,
            vault,
            fingerprint,
        })
    }

    /// Result keys in declared order: the class name, and from the second of a kind on `Name#2`.
    pub fn names(&self) -> &[ScannerName] {
        &self.names
    }

    /// The model that a scanner rests on, if that is compiled in.
    pub(crate) fn compiled_model(&self, position: usize) -> Option<&'static str> {
        self.stages.get(position)?.compiled_model()
    }

    /// Differs for plans declared differently.
    pub const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Whether the same text always gets the same verdicts.
    pub fn cacheable(&self) -> bool {
        self.stages.iter().all(|stage| match stage {
            Stage::Text(scanner) => scanner.cacheable(),
            // What a vault holds changes between two scans.
            Stage::Network(_) | Stage::Private(_) => false,
            Stage::Model(_) | Stage::Absent(_) => true,
        })
    }

    /// Whether a scan for a session has to wait for somebody else: the network, a model, or a vault that is
    /// not kept in this process.
    pub fn waits(&self, session: &Session) -> bool {
        self.asks() || (session.waits() && self.has_vault())
    }

    /// Whether a scan asks the network or a model.
    pub const fn asks(&self) -> bool {
        self.network || !self.readers.is_empty()
    }

    /// Whether a scan asks the network.
    pub const fn has_network(&self) -> bool {
        self.network
    }

    /// The models its scanners read, each once.
    pub fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.readers.iter().map(|readers| &readers.model)
    }

    /// Whether a scanner has a vault.
    pub const fn has_vault(&self) -> bool {
        self.vault
    }

    /// Estimated work for a text of `bytes` bytes, whatever it says, in nanoseconds on one core.
    pub fn cost_ns(&self, bytes: usize) -> u64 {
        let views = self.views.as_ref().map_or(0, |_| ViewPass::cost_ns(bytes));
        self.stages.iter().map(|stage| stage.cost_ns(bytes)).fold(views, u64::saturating_add)
    }

    /// The same for this text, where a look at it says more than its length does.
    pub fn cost_of(&self, text: &Text) -> u64 {
        // What an ASCII text hides need not be ASCII.
        if self.views.is_some() {
            return self.cost_ns(text.len());
        }
        self.stages.iter().map(|stage| stage.cost_of(text)).fold(0, u64::saturating_add)
    }

    /// Whether a scanner of it reads views of a text as well.
    pub const fn reads_views(&self) -> bool {
        self.views.is_some()
    }

    /// The views of the text, if a scanner of the step reads them.
    pub(crate) fn look(&self, step: usize, input: &Input<'_>) -> Result<Option<Seen>, Interrupted> {
        let Some(views) = &self.views else { return Ok(None) };
        let here = self.steps.get(step).into_iter().flatten();
        if here.filter_map(|&at| self.stages.get(at)).any(Stage::reads_views) {
            return views.look(input).map(Some);
        }
        Ok(None)
    }

    /// Runs every scanner of a step that needs only the text, on the calling thread; each judgement comes with
    /// the scanner's position. A panic is that scanner's error and nobody else's. Network scanners are left for
    /// [`Plan::scan_network`].
    pub(crate) fn scan_text(
        &self,
        step: usize,
        input: &Input<'_>,
        seen: Option<&Seen>,
        session: &Session,
    ) -> Result<Vec<(usize, Judgement)>, Interrupted> {
        input.interrupt.check()?;
        let Some(here) = self.on_text.get(step) else { return Ok(Vec::new()) };
        let find =
            || if here.literal { self.literals.find(input.text, &input.interrupt) } else { Ok(Vec::new()) };
        let mut hits = match guard(find) {
            Ok(hits) => Ok(hits),
            Err(ScannerError::Interrupted(why)) => return Err(why),
            Err(error) => Err(error),
        };
        let none = LiteralHits::default();
        let mut judgements = Vec::with_capacity(here.positions.len());
        let mut started = Instant::now();
        for &at in &here.positions {
            let (stage, name, list) = (&self.stages[at], &self.names[at], &self.literal_list[at]);
            let found = match (&mut hits, list) {
                (Err(error), Some(_)) => Err(error.clone()),
                (hits, list) => {
                    let literals = match (hits, list) {
                        (Ok(hits), Some(list)) => hits.get(*list).unwrap_or(&none),
                        _ => &none,
                    };
                    guard(|| stage.find(input, &Evidence { literals }, session))
                }
            };
            if let Err(ScannerError::Interrupted(why)) = found {
                return Err(why);
            }
            // One look at the clock tells where a scanner ended and the next one begins.
            let ended = Instant::now();
            let elapsed = ended.saturating_duration_since(started);
            started = ended;
            let mut judgement = Judgement::new(*name, Ok(Verdict::pass()), elapsed);
            judgement.compiled = stage.compiled_model();
            judgement.take(found);
            judgements.push((at, judgement));
        }
        if let Some((views, seen)) = self.views.as_ref().zip(seen) {
            let read = |at: usize| match self.stages.get(at) {
                Some(Stage::Text(scanner)) => {
                    Some((&**scanner, self.literal_list.get(at).copied().flatten()))
                }
                _ => None,
            };
            let scanners: Vec<_> = judgements.iter().filter_map(|(at, _)| read(*at)).collect();
            let judged = judgements.iter_mut().filter(|(at, _)| read(*at).is_some());
            let judged = judged.map(|(_, judgement)| judgement);
            views.scan(seen, input, scanners.into_iter(), &self.literals, judged)?;
        }
        Ok(judgements)
    }

    /// Awaits every scanner of a step that asks the network, all at once.
    pub async fn scan_network(
        &self,
        step: usize,
        text: &Text,
        deadline: Option<Instant>,
    ) -> Vec<(usize, Judgement)> {
        let here = self.stages.iter().zip(&self.names).enumerate().filter(|(at, _)| self.is_in(step, *at));
        let scans = here.filter_map(|(at, (stage, name))| match stage {
            Stage::Network(scanner) => Some(async move {
                let started = Instant::now();
                let verdict = scanner.scan(text, deadline).await;
                (at, Judgement::new(*name, verdict, started.elapsed()))
            }),
            _ => None,
        });
        futures_util::future::join_all(scans).await
    }
}

/// The scanners of a step that need only the text.
fn on_text(step: &[usize], stages: &[Stage], literal_list: &[Option<usize>]) -> OnText {
    let on_text = |at: &usize| matches!(stages.get(*at), Some(Stage::Text(_) | Stage::Private(_)));
    let positions: Vec<usize> = step.iter().copied().filter(on_text).collect();
    let literal = positions.iter().any(|&at| literal_list.get(at).is_some_and(Option::is_some));
    OnText { positions, literal }
}

/// Which model each stage reads, by its place among `readers`.
fn models_read(stages: &[Stage], readers: &[Readers]) -> Vec<Option<usize>> {
    let reads = |at| readers.iter().position(|readers| readers.stages.contains(&at));
    (0..stages.len()).map(reads).collect()
}

/// Runs a scanner's code; a panic becomes [`ScannerError::Panicked`]. The payload may quote the text, so
/// it is dropped unread.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, ScannerError>) -> Result<T, ScannerError> {
    // Scanners are immutable and the result of a panicked scan is discarded whole, so no broken
    // invariant can be observed.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ScannerError::Panicked))
}

fn unique_names(stages: &[Stage], first_stage: &[bool]) -> Vec<ScannerName> {
    let mut seen: std::collections::HashMap<&'static str, u32> = std::collections::HashMap::new();
    stages
        .iter()
        .zip(first_stage)
        .map(|(stage, first)| {
            let name = if *first { CASCADE } else { stage.name() };
            let count = seen.entry(name).or_default();
            *count += 1;
            ScannerName::new(name, *count)
        })
        .collect()
}
