//! Private data out of a prompt, and into a vault.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyshield_core::entity::{Entity, PatternGroup, Recognizers, RecognizersSpec};
use pyshield_core::literal::LiteralList;
use pyshield_core::restore::Matching;
use pyshield_core::{ConfigError, Evidence, Input, Interrupt, ScannerError, Text, Verdict};
use serde::Deserialize;

use super::operator::{Operator, Operators};
use super::pending::{Pending, Unsettled};
use super::rules::Rules;
use super::seal::Key;
use super::{Found, Session, VaultHandle, no_vault};
use crate::model::answer::Answers;
use crate::model::names::{Names, NamesSpec};
use crate::model::scanner::BuildError;
use crate::vault::compiled::Seen;

/// Parameters of [`Anonymize`]; the names are llm-guard's, and what it does not have.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnonymizeSpec {
    hidden_names: Vec<Box<str>>,
    allowed_names: Vec<String>,
    entity_types: Vec<String>,
    preamble: String,
    regex_patterns: Option<Vec<PatternGroup>>,
    threshold: f64,
    thresholds: BTreeMap<String, f64>,
    language: String,
    locale: String,
    operator: Operator,
    operators: BTreeMap<String, Operator>,
    key: Option<Key>,
    /// What finds the names that no pattern does.
    names: Option<NamesSpec>,
}

/// Replaces private data and keeps what it replaced. Risks are llm-guard's.
#[derive(Debug)]
pub(crate) struct Anonymize {
    /// Which of a session's vaults.
    place: usize,
    recognizers: Arc<Recognizers>,
    names: Option<Names>,
    rules: Arc<Rules>,
}

/// What the recognisers of a text found before the model has said which names are in it.
#[derive(Clone, Debug)]
pub(crate) struct Unnamed {
    candidates: Vec<Entity>,
    /// What is not sure enough by itself.
    doubtful: Vec<Entity>,
    vault: VaultHandle,
}

impl AnonymizeSpec {
    fn recognizers(&self) -> Result<Recognizers, ConfigError> {
        let spec = RecognizersSpec {
            entity_types: self.entity_types.clone(),
            hidden_names: self.hidden_names.clone(),
            allowed_names: self.allowed_names.clone(),
            regex_patterns: self.regex_patterns.clone(),
            threshold: self.threshold,
            thresholds: self.thresholds.clone(),
            language: self.language.clone(),
        };
        Recognizers::new(Anonymize::NAME, &spec)
    }
}

impl Anonymize {
    pub(crate) const NAME: &'static str = "Anonymize";

    pub(crate) fn new(mut spec: AnonymizeSpec, place: usize) -> Result<Self, BuildError> {
        let names = spec.names.take().map(|names| Names::new(Self::NAME, &names)).transpose()?;
        let threshold = names.as_ref().map_or(0.0, Names::threshold);
        let recognizers = spec.recognizers()?.with_model(names.iter().flat_map(Names::entities), threshold);
        let operators = Operators::new(Self::NAME, spec.operator, spec.operators, spec.key)?;
        let recognizers = Arc::new(recognizers);
        let rules = Rules {
            recognizers: Arc::clone(&recognizers),
            operators,
            threshold: spec.threshold,
            preamble: (!spec.preamble.is_empty()).then(|| spec.preamble.into()),
            locale: spec.locale,
            degraded: recognizers.degraded(),
        };
        Ok(Self { place, recognizers, names, rules: Arc::new(rules) })
    }

    pub(crate) fn literals(&self) -> Option<&LiteralList> {
        self.recognizers.literals()
    }

    pub(crate) fn cost_ns(&self, bytes: usize) -> u64 {
        self.recognizers.cost_ns(bytes)
    }

    pub(crate) fn cost_of(&self, text: &Text) -> u64 {
        self.recognizers.cost_of(text)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as `Scanner::scan` takes it")]
    pub(crate) fn find(
        &self,
        input: &Input<'_>,
        evidence: &Evidence<'_>,
        session: &Session,
    ) -> Result<Found, ScannerError> {
        let (candidates, doubtful) =
            self.recognizers.search_all(input.text, evidence.literals, input.interrupt)?;
        let vault = session.vault(self.place).ok_or_else(no_vault)?;
        if self.names.is_some() {
            return Ok(Found::Unnamed(Unnamed { candidates, doubtful, vault: vault.clone() }));
        }
        self.found(input.text, candidates, doubtful, vault, input.interrupt)
    }

    /// What finds names, if anything does.
    pub(crate) const fn names(&self) -> Option<&Names> {
        self.names.as_ref()
    }

    /// Goes on where [`Self::find`] left off, with the names that the model found.
    pub(crate) fn named(
        &self,
        text: &Text,
        unnamed: Unnamed,
        answers: &Answers,
    ) -> Result<Found, ScannerError> {
        let Unnamed { mut candidates, doubtful, vault } = unnamed;
        if let Some(names) = &self.names {
            // Whether there is a name in what was not read, nobody knows: it would pass for redacted.
            if answers.is_partial() {
                return Err(names.model().too_long());
            }
            names.add(&self.recognizers, text, answers, &mut candidates);
        }
        self.found(text, candidates, doubtful, &vault, Interrupt::NEVER)
    }

    fn found(
        &self,
        text: &Text,
        candidates: Vec<Entity>,
        mut doubtful: Vec<Entity>,
        vault: &VaultHandle,
        interrupt: Interrupt<'_>,
    ) -> Result<Found, ScannerError> {
        let (rules, vault) = (Arc::clone(&self.rules), vault.clone());
        let seen = vault.seen();
        let empty = seen == Some(Seen::Version(0));
        doubtful.retain(|entity| !empty && rules.operators.of(&entity.label).claims());
        let entities = Recognizers::settled(text, candidates);
        let unsettled = Unsettled { rules, vault, entities, doubtful };
        let (rules, vault) = (&unsettled.rules, &unsettled.vault);
        // What the vault holds may stand in any text.
        let (held, made_up) = if empty {
            (None, None)
        } else {
            let Some(held) = vault.held_at_hand(seen) else { return Ok(unsettled.waits()) };
            let made_up = unsettled.minds_made_up(&held).then(|| vault.at_hand(Matching::Exact, seen));
            if matches!(made_up, Some(None)) {
                return Ok(unsettled.waits());
            }
            (Some(held), made_up.flatten())
        };
        let settled = unsettled.settled(text, held.as_deref(), made_up.as_deref(), interrupt)?;
        if settled.items.is_empty() {
            return Ok(Found::Verdict(rules.noted(Verdict::pass())));
        }
        // Values that the vault is known to hold need no asking: a conversation is sent again with every turn.
        if let Some(given) = vault.known(&settled.claims) {
            return Ok(Found::Verdict(rules.verdict(text, &settled.items, given)?));
        }
        let Unsettled { rules, vault, .. } = unsettled;
        Ok(Found::Waits(Arc::new(Pending { rules, vault, settled })))
    }
}
