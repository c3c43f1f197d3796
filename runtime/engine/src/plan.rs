//! A list of scanners, compiled: each kind of work once per text.

mod stream;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use pyshield_core::error::ConfigError;
use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList};
use pyshield_core::view::ViewsSpec;
use pyshield_core::{
    Evidence, Input, Interrupt, Interrupted, Scanner, ScannerError, ScannerSpec, Text, Verdict,
};
use serde_json::Value;

use crate::model::Model;
use crate::model::answer::{Answers, Spent};
use crate::model::error::ModelError;
use crate::model::question::{self, Asked, Wanted};
use crate::model::scanner::{self, BuildError, ModelScanner};
use crate::outcome::{Judgement, ScannerName};
use crate::private::{Found, PrivateScanner, Session};
use crate::reachability::UrlReachability;
use crate::views::ViewPass;

/// Making tokens, in nanoseconds for a byte.
const TOKENIZE_NS: u64 = 150;

/// One scanner of a plan.
#[derive(Debug)]
enum Stage {
    /// Works on the text alone.
    Text(Box<dyn Scanner>),
    /// Asks the network; awaited on the tokio runtime, beside the others.
    Network(UrlReachability),
    /// Reads a model; awaited as well.
    Model(Box<dyn ModelScanner>),
    /// Works on the text, and then on a vault.
    Private(PrivateScanner),
}

impl Stage {
    /// What the stage says of a text by itself.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as `Scanner::scan` takes it")]
    fn find(
        &self,
        input: &Input<'_>,
        evidence: &Evidence<'_>,
        session: &Session,
    ) -> Result<Found, ScannerError> {
        match self {
            Self::Text(scanner) => scanner.scan(input, evidence).map(Found::Verdict),
            Self::Private(scanner) => scanner.find(input, evidence, session),
            Self::Network(_) | Self::Model(_) => Ok(Found::Verdict(Verdict::pass())),
        }
    }
}

/// The scanners of a plan that read one model.
#[derive(Debug)]
struct Readers {
    model: Arc<Model>,
    /// Their positions among the stages.
    stages: Vec<usize>,
}

/// What a plan has asked its models, in the order of [`Plan::readers`].
#[derive(Debug, Default)]
pub(crate) struct Questions(Vec<(Instant, Asked)>);

/// Scanners compiled for one side of a shield. Immutable and shared between threads.
#[derive(Debug)]
pub struct Plan {
    stages: Vec<Stage>,
    readers: Vec<Readers>,
    names: Vec<ScannerName>,
    literals: Arc<LiteralAutomaton>,
    /// For each stage, which list of the automaton is its own.
    literal_list: Vec<Option<usize>>,
    /// The views that scanners read as well, if there are any.
    views: Option<ViewPass>,
    fingerprint: u64,
}

impl Plan {
    /// Compiles scanner declarations, which name their vaults by an index below `vaults`. The error names the
    /// scanner and the parameter.
    pub fn compile(specs: Vec<Value>, views: Option<ViewsSpec>, vaults: usize) -> Result<Self, BuildError> {
        let mut hasher = DefaultHasher::new();
        views.hash(&mut hasher);
        let mut stages = Vec::with_capacity(specs.len());
        for (position, spec) in specs.into_iter().enumerate() {
            spec.to_string().hash(&mut hasher);
            stages.push(build(spec, position, vaults)?);
        }
        let names = unique_names(&stages);
        let mut lists: Vec<&LiteralList> = Vec::new();
        let literal_list = stages
            .iter()
            .map(|stage| {
                let list = match stage {
                    Stage::Text(scanner) => scanner.literals(),
                    Stage::Private(scanner) => scanner.literals(),
                    Stage::Network(_) | Stage::Model(_) => None,
                };
                list.map(|list| {
                    lists.push(list);
                    lists.len() - 1
                })
            })
            .collect();
        let literals = Arc::new(LiteralAutomaton::new(&lists)?);
        let read = stages.iter().any(|stage| matches!(stage, Stage::Text(scanner) if scanner.reads_views()));
        let views = views.filter(|_| read).map(|spec| ViewPass::new(spec, &lists)).transpose()?;
        let readers = readers(&stages);
        Ok(Self { stages, readers, names, literals, literal_list, views, fingerprint: hasher.finish() })
    }

    /// Result keys in declared order: the class name, and from the second of a kind on `Name#2`.
    pub fn names(&self) -> &[ScannerName] {
        &self.names
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
            Stage::Model(_) => true,
        })
    }

    /// Whether a scan for a session has to wait for somebody else: the network, a model, or a vault that is
    /// not kept in this process.
    pub fn waits(&self, session: &Session) -> bool {
        self.asks() || (session.waits() && self.has_vault())
    }

    /// Whether a scan asks the network or a model.
    pub fn asks(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Network(_) | Stage::Model(_)))
    }

    /// Whether a scan asks the network.
    pub fn has_network(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Network(_)))
    }

    /// The models its scanners read, each once.
    pub fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.readers.iter().map(|readers| &readers.model)
    }

    /// Whether a scanner has a vault.
    pub fn has_vault(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Private(_)))
    }

    /// Estimated work for a text of `bytes` bytes, in nanoseconds on one core.
    pub fn cost_ns(&self, bytes: usize) -> u64 {
        self.stages
            .iter()
            .map(|stage| match stage {
                Stage::Text(scanner) => scanner.cost_ns(bytes),
                Stage::Private(scanner) => scanner.cost_ns(bytes),
                Stage::Network(_) => 0,
                // What is left for a model's line is done by others; this is for making tokens.
                Stage::Model(_) => TOKENIZE_NS.saturating_mul(bytes as u64),
            })
            .fold(self.views.as_ref().map_or(0, |_| ViewPass::cost_ns(bytes)), u64::saturating_add)
    }

    /// Runs every scanner that needs only the text, on the calling thread. A panic is that scanner's
    /// error and nobody else's. Network scanners are left for [`Plan::scan_network`].
    pub fn scan_text(&self, input: &Input<'_>, session: &Session) -> Result<Vec<Judgement>, Interrupted> {
        input.interrupt.check()?;
        let mut hits = match guard(|| self.literals.find(input.text, &input.interrupt)) {
            Ok(hits) => Ok(hits),
            Err(ScannerError::Interrupted(why)) => return Err(why),
            Err(error) => Err(error),
        };
        let none = LiteralHits::default();
        let mut judgements = Vec::with_capacity(self.stages.len());
        for ((stage, name), list) in self.stages.iter().zip(&self.names).zip(&self.literal_list) {
            if matches!(stage, Stage::Network(_) | Stage::Model(_)) {
                continue;
            }
            let started = Instant::now();
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
            let (verdict, pending) = match found {
                Err(ScannerError::Interrupted(why)) => return Err(why),
                Err(error) => (Err(error), None),
                Ok(Found::Verdict(verdict)) => (Ok(verdict), None),
                Ok(Found::Waits(pending)) => (Ok(Verdict::pass()), Some(pending)),
            };
            let mut judgement = Judgement::new(*name, verdict, started.elapsed());
            judgement.pending = pending;
            judgements.push(judgement);
        }
        if let Some(views) = &self.views {
            let scanners =
                self.stages.iter().zip(&self.literal_list).filter_map(|(stage, list)| match stage {
                    Stage::Text(scanner) => Some((&**scanner, *list)),
                    Stage::Network(_) | Stage::Model(_) | Stage::Private(_) => None,
                });
            let judged =
                self.stages.iter().filter(|stage| matches!(stage, Stage::Text(_) | Stage::Private(_)));
            let judged = judged.zip(&mut judgements).filter_map(|(stage, judgement)| match stage {
                Stage::Text(_) => Some(judgement),
                Stage::Network(_) | Stage::Model(_) | Stage::Private(_) => None,
            });
            views.scan(input, scanners, &self.literals, judged)?;
        }
        Ok(judgements)
    }

    /// Asks every model, on the calling thread as far as that goes: makes tokens and lines rows up. Loads
    /// models that are not loaded.
    pub(crate) fn ask(&self, input: &Input<'_>, deadline: Option<Instant>) -> Result<Questions, Interrupted> {
        let mut questions = Vec::with_capacity(self.readers.len());
        for readers in &self.readers {
            let began = Instant::now();
            let wanted = readers.stages.iter().map(|&at| self.wanted(at, input)).collect();
            questions.push((began, question::ask(&readers.model, wanted, input, deadline)?));
        }
        Ok(Questions(questions))
    }

    fn wanted(&self, at: usize, input: &Input<'_>) -> Wanted {
        let Some(Stage::Model(scanner)) = self.stages.get(at) else {
            return Wanted { passages: Vec::new(), heads: 0 };
        };
        // A scanner that panics here has nothing to judge by, and says so in its turn.
        let passages = catch_unwind(AssertUnwindSafe(|| scanner.passages(input))).unwrap_or_default();
        Wanted { passages, heads: scanner.heads().iter().fold(0, |bits, head| bits | 1 << head) }
    }

    /// Waits for the models and has the scanners judge by what they say.
    pub(crate) async fn judge_by_models(
        &self,
        questions: Questions,
        text: &Text,
        prompt: Option<&Text>,
        deadline: Option<Instant>,
    ) -> Result<(Vec<Judgement>, Spent), Interrupted> {
        let mut judged: Vec<Option<Judgement>> = self.stages.iter().map(|_| None).collect();
        let mut spent = Spent::default();
        for (readers, (began, asked)) in self.readers.iter().zip(questions.0) {
            let (answers, took) = asked.wait(deadline).await?;
            spent.tokenize += took.tokenize;
            // Models run beside each other.
            spent.inference = spent.inference.max(took.inference);
            let source: Arc<str> = readers.model.label().into();
            let input = Input { text, prompt, interrupt: Interrupt::NEVER };
            for (&at, answers) in readers.stages.iter().zip(answers) {
                let (Some(Stage::Model(scanner)), Some(name)) = (self.stages.get(at), self.names.get(at))
                else {
                    continue;
                };
                let verdict = judge(&**scanner, &input, answers);
                let mut judgement = Judgement::new(*name, verdict, began.elapsed());
                judgement.model = Some(Arc::clone(&source));
                judged[at] = Some(judgement);
            }
        }
        Ok((judged.into_iter().flatten().collect(), spent))
    }

    /// Awaits every scanner that asks the network, all at once.
    pub async fn scan_network(&self, text: &Text, deadline: Option<Instant>) -> Vec<Judgement> {
        let scans = self.stages.iter().zip(&self.names).filter_map(|(stage, name)| match stage {
            Stage::Text(_) | Stage::Private(_) | Stage::Model(_) => None,
            Stage::Network(scanner) => Some(async move {
                let started = Instant::now();
                let verdict = scanner.scan(text, deadline).await;
                Judgement::new(*name, verdict, started.elapsed())
            }),
        });
        futures_util::future::join_all(scans).await
    }

    /// Puts the verdicts of [`Plan::scan_text`], [`Plan::scan_network`] and the models into declared order.
    pub fn merge(
        &self,
        text: Vec<Judgement>,
        network: Vec<Judgement>,
        models: Vec<Judgement>,
    ) -> Vec<Judgement> {
        let (mut text, mut network, mut models) = (text.into_iter(), network.into_iter(), models.into_iter());
        let merged = self.stages.iter().filter_map(|stage| match stage {
            Stage::Text(_) | Stage::Private(_) => text.next(),
            Stage::Network(_) => network.next(),
            Stage::Model(_) => models.next(),
        });
        merged.collect()
    }
}

/// The verdict of a scanner by what its model said. A text of which a part was not seen can be refused, but
/// not passed.
fn judge(
    scanner: &dyn ModelScanner,
    input: &Input<'_>,
    answers: Result<Answers, ModelError>,
) -> Result<Verdict, ScannerError> {
    let answers = answers.map_err(|error| ScannerError::Model {
        model: Arc::clone(&error.model),
        kind: error.fault.kind(),
        reason: error.fault.to_string(),
    })?;
    let verdict = guard(|| scanner.judge(input, &answers))?;
    let unseen = answers.passages.iter().any(|answer| answer.covered.is_some());
    if unseen && verdict.valid {
        let limit = scanner.model().source().max_windows;
        return Err(ScannerError::Limit { what: "windows of the model", limit });
    }
    Ok(verdict)
}

/// Which stages read which model.
fn readers(stages: &[Stage]) -> Vec<Readers> {
    let mut readers: Vec<Readers> = Vec::new();
    for (at, stage) in stages.iter().enumerate() {
        let Stage::Model(scanner) = stage else { continue };
        match readers.iter_mut().find(|readers| Arc::ptr_eq(&readers.model, scanner.model())) {
            Some(known) => known.stages.push(at),
            None => readers.push(Readers { model: Arc::clone(scanner.model()), stages: vec![at] }),
        }
    }
    readers
}

/// Runs a scanner's code; a panic becomes [`ScannerError::Panicked`]. The payload may quote the text, so
/// it is dropped unread.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, ScannerError>) -> Result<T, ScannerError> {
    // Scanners are immutable and the result of a panicked scan is discarded whole, so no broken
    // invariant can be observed.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ScannerError::Panicked))
}

fn build(spec: Value, position: usize, vaults: usize) -> Result<Stage, BuildError> {
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
    if let Some(scanner) = PrivateScanner::build(&kind, &spec, vaults) {
        return Ok(Stage::Private(scanner?));
    }
    let spec: ScannerSpec = serde_json::from_value(spec).map_err(malformed)?;
    Ok(Stage::Text(spec.build()?))
}

fn unique_names(stages: &[Stage]) -> Vec<ScannerName> {
    let mut seen: std::collections::HashMap<&'static str, u32> = std::collections::HashMap::new();
    stages
        .iter()
        .map(|stage| {
            let name = match stage {
                Stage::Text(scanner) => scanner.name(),
                Stage::Private(scanner) => scanner.name(),
                Stage::Network(_) => UrlReachability::NAME,
                Stage::Model(scanner) => scanner.name(),
            };
            let count = seen.entry(name).or_default();
            *count += 1;
            ScannerName::new(name, *count)
        })
        .collect()
}
