//! A list of scanners, compiled: each kind of work once per text.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use pyshield_core::error::ConfigError;
use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList};
use pyshield_core::view::ViewsSpec;
use pyshield_core::{Evidence, Input, Interrupted, Scanner, ScannerError, ScannerSpec, Text};
use serde_json::Value;

use crate::outcome::{Judgement, ScannerName};
use crate::reachability::UrlReachability;
use crate::views::ViewPass;

/// One scanner of a plan.
#[derive(Debug)]
enum Stage {
    /// Works on the text alone.
    Text(Box<dyn Scanner>),
    /// Asks the network; awaited on the tokio runtime, beside the others.
    Network(UrlReachability),
}

/// Scanners compiled for one side of a shield. Immutable and shared between threads.
#[derive(Debug)]
pub struct Plan {
    stages: Vec<Stage>,
    names: Vec<ScannerName>,
    literals: LiteralAutomaton,
    /// For each stage, which list of the automaton is its own.
    literal_list: Vec<Option<usize>>,
    /// The views that scanners read as well, if there are any.
    views: Option<ViewPass>,
    fingerprint: u64,
}

impl Plan {
    /// Compiles scanner declarations. The error names the scanner and the parameter.
    pub fn compile(specs: Vec<Value>, views: Option<ViewsSpec>) -> Result<Self, ConfigError> {
        let mut hasher = DefaultHasher::new();
        views.hash(&mut hasher);
        let mut stages = Vec::with_capacity(specs.len());
        for (position, spec) in specs.into_iter().enumerate() {
            spec.to_string().hash(&mut hasher);
            stages.push(build(spec, position)?);
        }
        let names = unique_names(&stages);
        let mut lists: Vec<&LiteralList> = Vec::new();
        let literal_list = stages
            .iter()
            .map(|stage| match stage {
                Stage::Text(scanner) => scanner.literals().map(|list| {
                    lists.push(list);
                    lists.len() - 1
                }),
                Stage::Network(_) => None,
            })
            .collect();
        let literals = LiteralAutomaton::new(&lists)?;
        let read = stages.iter().any(|stage| matches!(stage, Stage::Text(scanner) if scanner.reads_views()));
        let views = views.filter(|_| read).map(|spec| ViewPass::new(spec, &lists)).transpose()?;
        Ok(Self { stages, names, literals, literal_list, views, fingerprint: hasher.finish() })
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
            Stage::Network(_) => false,
        })
    }

    /// Whether a scan has to wait for the network.
    pub fn has_network(&self) -> bool {
        self.stages.iter().any(|stage| matches!(stage, Stage::Network(_)))
    }

    /// Estimated work for a text of `bytes` bytes, in nanoseconds on one core.
    pub fn cost_ns(&self, bytes: usize) -> u64 {
        self.stages
            .iter()
            .map(|stage| match stage {
                Stage::Text(scanner) => scanner.cost_ns(bytes),
                Stage::Network(_) => 0,
            })
            .fold(self.views.as_ref().map_or(0, |_| ViewPass::cost_ns(bytes)), u64::saturating_add)
    }

    /// Runs every scanner that needs only the text, on the calling thread. A panic is that scanner's
    /// error and nobody else's. Network scanners are left for [`Plan::scan_network`].
    pub fn scan_text(&self, input: &Input<'_>) -> Result<Vec<Judgement>, Interrupted> {
        input.interrupt.check()?;
        let mut hits = match guard(|| self.literals.find(input.text, &input.interrupt)) {
            Ok(hits) => Ok(hits),
            Err(ScannerError::Interrupted(why)) => return Err(why),
            Err(error) => Err(error),
        };
        let none = LiteralHits::default();
        let mut judgements = Vec::with_capacity(self.stages.len());
        for ((stage, name), list) in self.stages.iter().zip(&self.names).zip(&self.literal_list) {
            let Stage::Text(scanner) = stage else { continue };
            let started = Instant::now();
            let verdict = match (&mut hits, list) {
                (Err(error), Some(_)) => Err(error.clone()),
                (hits, list) => {
                    let literals = match (hits, list) {
                        (Ok(hits), Some(list)) => hits.get(*list).unwrap_or(&none),
                        _ => &none,
                    };
                    guard(|| scanner.scan(input, &Evidence { literals }))
                }
            };
            if let Err(ScannerError::Interrupted(why)) = verdict {
                return Err(why);
            }
            judgements.push(Judgement { scanner: *name, verdict, elapsed: started.elapsed() });
        }
        if let Some(views) = &self.views {
            let scanners =
                self.stages.iter().zip(&self.literal_list).filter_map(|(stage, list)| match stage {
                    Stage::Text(scanner) => Some((&**scanner, *list)),
                    Stage::Network(_) => None,
                });
            views.scan(input, scanners, &self.literals, &mut judgements)?;
        }
        Ok(judgements)
    }

    /// Awaits every scanner that asks the network, all at once.
    pub async fn scan_network(&self, text: &Text, deadline: Option<Instant>) -> Vec<Judgement> {
        let scans = self.stages.iter().zip(&self.names).filter_map(|(stage, name)| match stage {
            Stage::Text(_) => None,
            Stage::Network(scanner) => Some(async move {
                let started = Instant::now();
                let verdict = scanner.scan(text, deadline).await;
                Judgement { scanner: *name, verdict, elapsed: started.elapsed() }
            }),
        });
        futures_util::future::join_all(scans).await
    }

    /// Puts the verdicts of [`Plan::scan_text`] and [`Plan::scan_network`] into declared order.
    pub fn merge(&self, text: Vec<Judgement>, network: Vec<Judgement>) -> Vec<Judgement> {
        let (mut text, mut network) = (text.into_iter(), network.into_iter());
        let merged = self.stages.iter().filter_map(|stage| match stage {
            Stage::Text(_) => text.next(),
            Stage::Network(_) => network.next(),
        });
        merged.collect()
    }
}

/// Runs a scanner's code; a panic becomes [`ScannerError::Panicked`]. The payload may quote the text, so
/// it is dropped unread.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, ScannerError>) -> Result<T, ScannerError> {
    // Scanners are immutable and the result of a panicked scan is discarded whole, so no broken
    // invariant can be observed.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ScannerError::Panicked))
}

fn build(spec: Value, position: usize) -> Result<Stage, ConfigError> {
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let malformed = |error: serde_json::Error| {
        ConfigError::new("Shield", format!("scanners[{position}] ({kind})"), error.to_string())
    };
    if kind == UrlReachability::NAME {
        return UrlReachability::from_json(spec).map(Stage::Network);
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
                Stage::Network(_) => UrlReachability::NAME,
            };
            let count = seen.entry(name).or_default();
            *count += 1;
            ScannerName::new(name, *count)
        })
        .collect()
}
