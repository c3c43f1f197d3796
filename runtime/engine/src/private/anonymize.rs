//! Private data out of a prompt, and into a vault.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use pyshield_core::entity::{Entity, PatternGroup, Recognizers, RecognizersSpec, fake};
use pyshield_core::literal::LiteralList;
use pyshield_core::restore::{self, Matching, is_apart};
use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::{ConfigError, Edit, Evidence, Input, Interrupt, ScannerError, Span, Text, Verdict};
use serde::Deserialize;

use super::items::{self, Item, Kind};
use super::operator::{Operator, Operators};
use super::seal::Key;
use super::{Found, Session, Settle, Then, VaultHandle, no_vault};
use crate::model::answer::Answers;
use crate::model::names::{Names, NamesSpec};
use crate::model::scanner::BuildError;
use crate::plan::guard;
use crate::vault::compiled::{Compiled, Seen};
use crate::vault::{Claim, SecretText, is_verbatim};

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
    /// What is not sure enough by itself.
    doubtful: Vec<Entity>,
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
    items: Vec<Item>,
    /// Whether what the vault has made up is still to be looked for; then there are no claims yet.
    searches: bool,
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
        let names = spec.names.take().map(|names| Names::new(Self::NAME, &names)).transpose()?;
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
        let mut items = items::items(text, Recognizers::settled(text, candidates), doubtful, interrupt)?;
        let mut searches = rules.operators.any_fake() && !empty;
        if searches && let Some(compiled) = vault.at_hand(Matching::Exact, seen) {
            items::add_stand_ins(text, &mut items, &compiled, interrupt)?;
            searches = false;
        }
        if items.is_empty() && !searches {
            return Ok(Found::Verdict(rules.noted(Verdict::pass())));
        }
        let claims = if searches { Vec::new() } else { rules.claims(text, &mut items, &vault)? };
        let mut pending = Pending { rules, vault, items, searches, claims, taken: BTreeSet::new() };
        if pending.searches {
            pending.taken = restore::numbers(text.as_str());
            return Ok(Found::Waits(Arc::new(pending)));
        }
        // Values that the vault is known to hold need no asking: a conversation is sent again with every turn.
        let known =
            if pending.claims.is_empty() { Some(Vec::new()) } else { pending.vault.known(&pending.claims) };
        if let Some(given) = known {
            return Ok(Found::Verdict(pending.verdict(text, &pending.items, given)?));
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

    /// Whether the vault says what stands for an item.
    fn claims_for(&self, item: &Item) -> bool {
        item.kind != Kind::Found || self.operators.of(&item.label).claims()
    }

    /// What stands in an item's place, unless what that is comes back: nothing then.
    fn instead(&self, text: &Text, item: &Item) -> Result<Option<Arc<str>>, ScannerError> {
        let operator = self.operators.of(&item.label);
        if self.claims_for(item) || *operator == Operator::Encrypt {
            return Ok(None);
        }
        let value = item.value(text);
        Ok(Some(self.operators.apply(operator, &item.label, value)?.unwrap_or_else(|| value.into())))
    }

    /// What a vault is to be asked for, in text order. Marks the items that have to come back as they are.
    fn claims(
        &self,
        text: &Text,
        items: &mut [Item],
        vault: &VaultHandle,
    ) -> Result<Vec<Claim>, ScannerError> {
        items::mark_verbatim(text, self.preamble.as_deref(), items, |item| self.instead(text, item))?;
        let mut words: Option<HashSet<&str>> = None;
        let mut claims = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let operator = self.operators.of(&item.label);
            if !self.claims_for(item) {
                continue;
            }
            let value = item.value(text);
            let mut stand_ins = Vec::new();
            // A made-up value next to a letter or digit could not be told from a longer word: a placeholder can. Nor
            // may one stand for another.
            let touches = |a: usize, b: usize| {
                items.get(a).zip(items.get(b)).is_some_and(|(a, b)| a.span.end == b.span.start)
            };
            let bracketed = item.kind == Kind::StandIn
                || !is_apart(text.as_str(), item.span)
                || touches(index.wrapping_sub(1), index)
                || touches(index, index + 1);
            let if_known = item.kind == Kind::Doubtful;
            // A placeholder of a group whose name begins so would be taken for one, too.
            let verbatim = item.verbatim || is_verbatim(&item.label);
            if *operator == Operator::Fake && !bracketed && !if_known && !verbatim {
                let words = words.get_or_insert_with(|| restore::words(text.as_str()));
                let seed =
                    |attempt| std::hash::BuildHasher::hash_one(vault.key(), (&*item.label, value, attempt));
                let made = (0..FAKES).filter_map(|n| fake::fake(&item.label, value, &self.locale, seed(n)));
                // A made-up value one of whose words the text lacks is not in the text.
                let free = made.filter(|made| {
                    made != value && restore::words(made).iter().any(|word| !words.contains(word))
                });
                stand_ins = free.map(SecretText::from).collect();
            }
            claims.push(Claim {
                label: item.placed_label().into(),
                value: value.into(),
                stand_ins,
                bracketed,
                verbatim,
                if_known,
            });
        }
        Ok(claims)
    }
}

impl Pending {
    /// The verdict, once the vault has given `given` for the claims.
    fn verdict(
        &self,
        text: &Text,
        items: &[Item],
        given: Vec<Option<SecretText>>,
    ) -> Result<Verdict, ScannerError> {
        let rules = &self.rules;
        let mut given = given.into_iter();
        let (mut best, mut changed) = (0.0_f64, false);
        let mut verdict = Verdict::pass();
        for item in items {
            let operator = rules.operators.of(&item.label);
            let replacement: Option<Arc<str>> = if rules.claims_for(item) {
                given.next().flatten().map(|placeholder| placeholder.as_str().into())
            } else {
                let label =
                    if *operator == Operator::Encrypt { item.placed_label() } else { item.label.clone() };
                rules.operators.apply(operator, &label, item.value(text))?
            };
            // What the vault holds is private, however unsure it looks here.
            let score = if item.kind == Kind::Found { item.score } else { 1.0 };
            match replacement {
                Some(replacement) => {
                    changed = true;
                    verdict.redact(item.label.clone(), item.span, score, &replacement)?;
                }
                None if item.kind == Kind::Doubtful => continue,
                None => verdict.report(item.label.clone(), item.span, score),
            }
            best = best.max(score);
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

    /// All items and their claims, now that it is known what the vault has made up.
    fn searched(
        &self,
        text: &Text,
        compiled: &Compiled,
        interrupt: Interrupt<'_>,
    ) -> Result<(Vec<Item>, Vec<Claim>), ScannerError> {
        let mut items = self.items.clone();
        items::add_stand_ins(text, &mut items, compiled, interrupt)?;
        let claims = self.rules.claims(text, &mut items, &self.vault)?;
        Ok((items, claims))
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("items", &self.items.len())
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
            if !self.searches {
                let given = self.vault.claim(self.claims.clone(), self.taken.clone(), deadline).await?;
                return self.verdict(text, &self.items, given);
            }
            let compiled = self.vault.restorer(Matching::Exact, deadline).await?;
            let (items, claims) = self.searched(text, &compiled, Interrupt::new(deadline, None))?;
            let given = self.vault.claim(claims, self.taken.clone(), deadline).await?;
            self.verdict(text, &items, given)
        })
    }

    fn settle_blocking(&self, text: &Text) -> Result<Verdict, ScannerError> {
        if !self.searches {
            let given = self.vault.claim_blocking(self.claims.clone(), self.taken.clone())?;
            return self.verdict(text, &self.items, given);
        }
        let compiled = self.vault.restorer_blocking(Matching::Exact)?;
        let (items, claims) = self.searched(text, &compiled, Interrupt::NEVER)?;
        let given = self.vault.claim_blocking(claims, self.taken.clone())?;
        self.verdict(text, &items, given)
    }

    fn is_answered_at_once(&self) -> bool {
        !self.vault.waits() && !self.searches
    }

    fn settle_at_owner(self: Arc<Self>, text: Text, then: Then) {
        let pending = Arc::clone(&self);
        self.vault.claim_then(self.claims.clone(), self.taken.clone(), move |given| {
            then(guard(|| given.and_then(|given| pending.verdict(&text, &pending.items, given))));
        });
    }
}
