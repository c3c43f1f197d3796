//! Private data out of a prompt, and into a vault.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use pyshield_core::entity::{Entity, PatternGroup, Recognizers, RecognizersSpec, fake};
use pyshield_core::literal::LiteralList;
use pyshield_core::restore;
use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::{ConfigError, Edit, Evidence, Input, ScannerError, Span, Text, Verdict};
use serde::Deserialize;

use super::operator::{Operator, Operators};
use super::seal::Key;
use super::{Found, Session, Settle, Then, VaultHandle, no_vault};
use crate::model::answer::Answers;
use crate::model::names::{Names, NamesSpec};
use crate::model::scanner::BuildError;
use crate::plan::guard;
use crate::vault::{Claim, SecretText};

/// How many made-up values are tried before a placeholder is taken.
const FAKES: u64 = 4;

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
    recognizers: Recognizers,
    names: Option<Names>,
    rules: Arc<Rules>,
}

/// What the recognisers of a text found before the model has said which names are in it.
#[derive(Clone, Debug)]
pub(crate) struct Unnamed {
    candidates: Vec<Entity>,
    vault: VaultHandle,
}

/// What is done with what was found.
#[derive(Debug)]
struct Rules {
    operators: Operators,
    threshold: f64,
    preamble: Option<Arc<str>>,
    locale: String,
    degraded: Option<Arc<str>>,
}

/// Found, and to be replaced. `Debug` shows nothing that stands in the text.
struct Pending {
    rules: Arc<Rules>,
    vault: VaultHandle,
    entities: Vec<Entity>,
    /// What the vault is to be asked for, in text order.
    claims: Vec<Claim>,
    /// The numbers of what in the text already looks like a placeholder: none of them is given to a value.
    taken: BTreeSet<u64>,
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
        let names = spec.names.take().map(|names| Names::new(Self::NAME, names)).transpose()?;
        let threshold = names.as_ref().map_or(0.0, Names::threshold);
        let recognizers = spec.recognizers()?.with_model(names.iter().flat_map(Names::entities), threshold);
        let operators = Operators::new(Self::NAME, spec.operator, spec.operators, spec.key)?;
        let rules = Rules {
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
        let candidates = self.recognizers.search(input.text, evidence.literals, input.interrupt)?;
        let vault = session.vault(self.place).ok_or_else(no_vault)?;
        if self.names.is_some() {
            return Ok(Found::Unnamed(Unnamed { candidates, vault: vault.clone() }));
        }
        self.found(input.text, candidates, vault)
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
        let Unnamed { mut candidates, vault } = unnamed;
        if let Some(names) = &self.names {
            // Whether there is a name in what was not read, nobody knows: it would pass for redacted.
            if answers.is_partial() {
                return Err(names.model().too_long());
            }
            names.add(&self.recognizers, text, answers, &mut candidates);
        }
        self.found(text, candidates, &vault)
    }

    fn found(
        &self,
        text: &Text,
        candidates: Vec<Entity>,
        vault: &VaultHandle,
    ) -> Result<Found, ScannerError> {
        let entities = Recognizers::settled(text, candidates);
        if entities.is_empty() {
            return Ok(Found::Verdict(self.rules.noted(Verdict::pass())));
        }
        let (rules, vault) = (Arc::clone(&self.rules), vault.clone());
        let claims = rules.claims(text, &entities, &vault);
        let mut pending = Pending { rules, vault, entities, claims, taken: BTreeSet::new() };
        // Values that the vault is known to hold need no asking: a conversation is sent again with every turn.
        let known =
            if pending.claims.is_empty() { Some(Vec::new()) } else { pending.vault.known(&pending.claims) };
        if let Some(given) = known {
            return Ok(Found::Verdict(pending.verdict(text, given)?));
        }
        pending.taken = restore::numbers(text.as_str());
        Ok(Found::Waits(Arc::new(pending)))
    }
}

impl Rules {
    fn noted(&self, mut verdict: Verdict) -> Verdict {
        verdict.degraded.clone_from(&self.degraded);
        verdict
    }

    /// What a vault is to be asked for, in text order.
    fn claims(&self, text: &Text, entities: &[Entity], vault: &VaultHandle) -> Vec<Claim> {
        let mut words: Option<HashSet<&str>> = None;
        let mut claims = Vec::new();
        for entity in entities {
            let operator = self.operators.of(&entity.label);
            if !operator.claims() {
                continue;
            }
            let value = value_of(text, entity);
            let mut stand_ins = Vec::new();
            // A made-up value next to a letter or digit could not be told from a longer word: a placeholder can.
            if *operator == Operator::Fake && stands_alone(text.as_str(), entity.span) {
                let words = words.get_or_insert_with(|| fake::words(text.as_str()));
                let seed =
                    |attempt| std::hash::BuildHasher::hash_one(vault.key(), (&*entity.label, value, attempt));
                let made = (0..FAKES).filter_map(|n| fake::fake(&entity.label, value, &self.locale, seed(n)));
                // A made-up value one of whose words the text lacks is not in the text.
                let free = made.filter(|made| {
                    made != value && fake::words(made).iter().any(|word| !words.contains(word))
                });
                stand_ins = free.map(SecretText::from).collect();
            }
            claims.push(Claim { label: (*entity.label).into(), value: value.into(), stand_ins });
        }
        claims
    }
}

fn value_of<'t>(text: &'t Text, entity: &Entity) -> &'t str {
    text.as_str().get(entity.span.range()).unwrap_or_default()
}

impl Pending {
    /// The verdict, once the vault has given `given` for the claims.
    fn verdict(&self, text: &Text, given: Vec<SecretText>) -> Result<Verdict, ScannerError> {
        let rules = &self.rules;
        let mut given = given.into_iter();
        let best = self.entities.iter().map(|entity| entity.score).fold(0.0, f64::max);
        let mut verdict = Verdict::pass();
        let mut changed = false;
        for entity in &self.entities {
            let operator = rules.operators.of(&entity.label);
            let value = value_of(text, entity);
            let replacement: Option<Arc<str>> = if operator.claims() {
                given.next().map(|placeholder| placeholder.as_str().into())
            } else {
                rules.operators.apply(operator, &entity.label, value)?
            };
            match replacement {
                Some(replacement) => {
                    changed = true;
                    verdict.redact(entity.label.clone(), entity.span, entity.score, &replacement)?;
                }
                None => verdict.report(entity.label.clone(), entity.span, entity.score),
            }
        }
        if changed {
            verdict.valid = false;
            verdict.risk = risk_score(round_to(best, 2), rules.threshold);
            if let Some(preamble) = &rules.preamble {
                let front = Span::new(0, 0);
                verdict.edits.insert(0, Edit { span: front, score: 1.0, replacement: Arc::clone(preamble) });
            }
        }
        Ok(rules.noted(verdict))
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("entities", &self.entities.len())
            .field("claims", &self.claims.len())
            .finish_non_exhaustive()
    }
}

impl Settle for Pending {
    fn settle<'s>(
        &'s self,
        text: &'s Text,
        deadline: Option<Instant>,
    ) -> BoxFuture<'s, Result<Verdict, ScannerError>> {
        Box::pin(async move {
            let given = self.vault.claim(self.claims.clone(), self.taken.clone(), deadline).await?;
            self.verdict(text, given)
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        let given = self.vault.claim_blocking(self.claims.clone(), self.taken.clone())?;
        self.verdict(text, given)
    }

    fn is_answered_at_once(&self) -> bool {
        !self.vault.waits()
    }

    fn settle_at_owner(self: Arc<Self>, text: Text, then: Then) {
        let pending = Arc::clone(&self);
        self.vault.claim_then(self.claims.clone(), self.taken.clone(), move |given| {
            then(guard(|| given.and_then(|given| pending.verdict(&text, given))));
        });
    }
}

/// Whether no ASCII letter or digit comes right before or after.
fn stands_alone(text: &str, span: Span) -> bool {
    let bytes = text.as_bytes();
    let continues = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    !continues(span.end) && !span.start.checked_sub(1).is_some_and(continues)
}
