//! The trace of a decision: what was found in a text, and what became of every candidate.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pyshield_core::entity::{Decision, Entity, Explained, Recognizers, RecognizersSpec};
use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList};
use pyshield_core::restore::Matching;
use pyshield_core::{ConfigError, Input, Interrupt, ScannerError, Span, Text};
use serde_json::Value;

use super::VaultHandle;
use super::anonymize::Anonymize;
use super::items::{self, Kind, Known};
use crate::error::EngineError;
use crate::model::names::{Names, NamesSpec};
use crate::model::question::{self, Wanted};
use crate::model::scanner::BuildError;
use crate::model::sensitive;
use crate::model::spec::parse;
use crate::runtime;

/// What recognises, compiled to explain what it does.
#[derive(Debug)]
pub struct Explainer {
    scanner: &'static str,
    recognizers: Recognizers,
    literals: LiteralAutomaton,
    names: Option<Names>,
    /// Whether what the vault has made up is kept apart from what it stands for.
    makes_up: bool,
}

/// What became of every candidate in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// In text order.
    pub candidates: Vec<Explained>,
    /// The model that was asked for names, by name and version.
    pub model: Option<Arc<str>>,
}

impl Explainer {
    /// Compiles the recognisers of a declaration in JSON: a `type`, which is `Anonymize` or `Sensitive`, `names` as
    /// those have it, whether it `makes_up` values, and the fields of [`RecognizersSpec`].
    pub fn new(declaration: &str) -> Result<Self, BuildError> {
        let malformed =
            |error: serde_json::Error| ConfigError::new(Anonymize::NAME, "declaration", error.to_string());
        let mut spec: Value = serde_json::from_str(declaration).map_err(malformed)?;
        let mut take = |field| spec.as_object_mut().and_then(|fields| fields.remove(field));
        let (kind, names) = (take("type"), take("names").filter(|names| !names.is_null()));
        let makes_up = take("makes_up").and_then(|given| given.as_bool()).unwrap_or(false);
        let of_output = kind.is_some_and(|kind| kind == sensitive::NAME);
        let scanner = if of_output { sensitive::NAME } else { Anonymize::NAME };
        let names: Option<NamesSpec> = names.map(|names| parse(scanner, names)).transpose()?;
        let names = names.map(|names| Names::new(scanner, &names)).transpose()?;
        let spec: RecognizersSpec = parse(scanner, spec)?;
        let threshold = names.as_ref().map_or(0.0, Names::threshold);
        let found = names.iter().flat_map(Names::entities);
        let recognizers = Recognizers::new(scanner, &spec)?.with_model(found, threshold);
        let lists: Vec<&LiteralList> = recognizers.literals().into_iter().collect();
        let literals = LiteralAutomaton::new(&lists)?;
        Ok(Self { scanner, recognizers, literals, names, makes_up })
    }

    /// The class name of the scanner whose declaration it is.
    pub const fn scanner(&self) -> &'static str {
        self.scanner
    }

    /// Whether a model is asked.
    pub const fn reads_model(&self) -> bool {
        self.names.is_some()
    }

    /// What became of every candidate, if `vault` is the scanner's. Blocks while a model reads the text, which is
    /// loaded if need be, and while the vault is asked.
    pub fn explain(&self, text: &Text, vault: Option<&VaultHandle>) -> Result<Trace, ScannerError> {
        let mut hits = self.literals.find(text, &Interrupt::NEVER)?;
        let hits: LiteralHits = hits.pop().unwrap_or_default();
        let named = self.names.as_ref().map(|names| self.named(names, text)).transpose()?;
        let mut candidates =
            self.recognizers.explain(text, &hits, named.unwrap_or_default(), Interrupt::NEVER)?;
        if self.scanner == Anonymize::NAME {
            self.add_known(text, &mut candidates, vault)?;
        }
        let model = self.names.as_ref().map(|names| names.model().label().into());
        Ok(Trace { candidates, model })
    }

    /// The names that the model finds, whether they count or not.
    fn named(&self, names: &Names, text: &Text) -> Result<Vec<Entity>, ScannerError> {
        let input = Input { text, prompt: None, interrupt: Interrupt::NEVER };
        let heads = names.heads().iter().fold(0, |bits, head| bits | 1 << head);
        let wanted = vec![Wanted { passages: Names::passages(&input), heads }];
        let asked = question::ask(names.model(), wanted, &input, None, None);
        let asked = asked.map_err(ScannerError::Interrupted)?;
        let closed =
            |_: EngineError| ScannerError::Failed("the runtime shut down before the model answered".into());
        let runtime = runtime::current().map_err(closed)?;
        let (answers, _) =
            runtime.wait_for(asked.wait(None)).map_err(closed)?.map_err(ScannerError::Interrupted)?;
        let mut found = Vec::new();
        for answers in answers {
            let answers = answers.map_err(|error| error.of_scanner())?;
            if answers.is_partial() {
                return Err(names.model().too_long());
            }
            found.extend(names.found(&self.recognizers, text, &answers));
        }
        Ok(found)
    }

    /// Says of what is taken out all the same: because it is sure elsewhere in the text, or is in the vault.
    fn add_known(
        &self,
        text: &Text,
        candidates: &mut Vec<Explained>,
        vault: Option<&VaultHandle>,
    ) -> Result<(), ScannerError> {
        let with = |decision: Decision| {
            let those = candidates.iter().filter(move |one| one.decision == decision);
            those.map(|one| one.entity.clone()).collect::<Vec<_>>()
        };
        let settled = Recognizers::settled(text, with(Decision::Kept));
        let sure: HashSet<Span> = settled.iter().map(|entity| entity.span).collect();
        let doubtful = if vault.is_some() { with(Decision::BelowThreshold) } else { Vec::new() };
        let held = vault.map(VaultHandle::held_blocking).transpose()?;
        let made_up = vault.filter(|_| self.makes_up && held.as_ref().is_some_and(|held| held.makes_up()));
        let made_up = made_up.map(|vault| vault.restorer_blocking(Matching::Exact)).transpose()?;
        let values = held.as_ref().map(|held| held.values()).unwrap_or_default();
        let places: HashMap<(Span, String), usize> = candidates
            .iter()
            .enumerate()
            .map(|(at, one)| ((one.entity.span, one.entity.label.to_string()), at))
            .collect();
        let known =
            Known { held: held.as_deref(), made_up: made_up.as_deref(), recognizers: &self.recognizers };
        for item in items::items(text, settled, doubtful, known, Interrupt::NEVER)? {
            let (decision, recognizer) = match item.kind {
                Kind::Found if !sure.contains(&item.span) => (Decision::Repeated, "repeated"),
                Kind::Doubtful if values.contains(item.value(text)) => (Decision::InVault, "vault"),
                Kind::Held => (Decision::InVault, "vault"),
                Kind::StandIn => (Decision::MadeUp, "vault"),
                Kind::Found | Kind::Doubtful => continue,
            };
            let place = places.get(&(item.span, item.label.to_string()));
            if let Some(candidate) = place.and_then(|at| candidates.get_mut(*at)) {
                candidate.decision = decision;
            } else {
                let entity = Entity::known(recognizer, item.label, item.span, item.score);
                candidates.push(Explained { entity, threshold: 0.0, decision });
            }
        }
        candidates.sort_by_key(|one| one.entity.span);
        Ok(())
    }
}
