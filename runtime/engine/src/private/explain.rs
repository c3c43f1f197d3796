//! The trace of a decision: what was found in a text, and what became of every candidate.

use std::sync::Arc;

use pyshield_core::entity::{Entity, Explained, Recognizers, RecognizersSpec};
use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList};
use pyshield_core::{ConfigError, Input, Interrupt, ScannerError, Text};
use serde_json::Value;

use super::anonymize::Anonymize;
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
    /// those have it, and the fields of [`RecognizersSpec`].
    pub fn new(declaration: &str) -> Result<Self, BuildError> {
        let malformed =
            |error: serde_json::Error| ConfigError::new(Anonymize::NAME, "declaration", error.to_string());
        let mut spec: Value = serde_json::from_str(declaration).map_err(malformed)?;
        let mut take = |field| spec.as_object_mut().and_then(|fields| fields.remove(field));
        let (kind, names) = (take("type"), take("names").filter(|names| !names.is_null()));
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
        Ok(Self { scanner, recognizers, literals, names })
    }

    /// The class name of the scanner whose declaration it is.
    pub const fn scanner(&self) -> &'static str {
        self.scanner
    }

    /// Whether a model is asked.
    pub const fn reads_model(&self) -> bool {
        self.names.is_some()
    }

    /// What became of every candidate. Blocks while a model reads the text, which is loaded if need be.
    pub fn explain(&self, text: &Text) -> Result<Trace, ScannerError> {
        let mut hits = self.literals.find(text, &Interrupt::NEVER)?;
        let hits: LiteralHits = hits.pop().unwrap_or_default();
        let named = self.names.as_ref().map(|names| self.named(names, text)).transpose()?;
        let candidates =
            self.recognizers.explain(text, &hits, named.unwrap_or_default(), Interrupt::NEVER)?;
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
}
