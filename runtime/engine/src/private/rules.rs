//! What is done with what was found, and the verdict on it.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::Arc;

use pyshield_core::entity::{Recognizers, fake};
use pyshield_core::restore::{self, is_apart};
use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::values::{Lookup, Pieces, Values, find};
use pyshield_core::{Edit, Interrupt, ScannerError, Span, Text, Verdict};

use super::VaultHandle;
use super::items::{self, Item, Kind};
use super::operator::{Operator, Operators};
use crate::vault::held::Held;
use crate::vault::{Claim, SecretText, is_verbatim};

/// How many made-up values are tried before a placeholder is taken.
const FAKES: u64 = 4;

/// What is done with what was found.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) recognizers: Arc<Recognizers>,
    pub(super) operators: Operators,
    pub(super) threshold: f64,
    pub(super) preamble: Option<Arc<str>>,
    pub(super) locale: String,
    pub(super) degraded: Option<Arc<str>>,
}

impl Rules {
    pub(super) fn noted(&self, mut verdict: Verdict) -> Verdict {
        verdict.degraded.clone_from(&self.degraded);
        verdict
    }

    /// Whether the vault says what stands for an item.
    fn claims_for(&self, item: &Item) -> bool {
        !matches!(item.kind, Kind::Found | Kind::Held) || self.operators.of(&item.label).claims()
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
    pub(super) fn claims(
        &self,
        text: &Text,
        items: &mut [Item],
        vault: &VaultHandle,
        held: Option<&Held>,
    ) -> Result<Vec<Claim>, ScannerError> {
        items::mark_verbatim(text, self.preamble.as_deref(), items, |item| self.instead(text, item))?;
        let items = &*items;
        let mut words: Option<HashSet<&str>> = None;
        // Nor is what is made up to say of somebody else what is private.
        let own = LazyCell::new(|| Values::new(items.iter().map(|item| item.value(text)).collect()));
        let mut pieces = Pieces::default();
        let mut tells = |made: &str| {
            let mut tables: Vec<&dyn Lookup> = vec![&*own];
            tables.extend(held.iter().flat_map(|held| held.tables()));
            find(made, &tables, &mut pieces, Interrupt::NEVER).map_or(true, |found| !found.is_empty())
        };
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
                    made != value
                        && restore::words(made).iter().any(|word| !words.contains(word))
                        && !tells(made)
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

    /// The verdict, once the vault has given `given` for the claims.
    pub(super) fn verdict(
        &self,
        text: &Text,
        items: &[Item],
        given: Vec<Option<SecretText>>,
    ) -> Result<Verdict, ScannerError> {
        let mut given = given.into_iter();
        let (mut best, mut changed) = (0.0_f64, false);
        let mut verdict = Verdict::pass();
        for item in items {
            let operator = self.operators.of(&item.label);
            let replacement: Option<Arc<str>> = if self.claims_for(item) {
                given.next().flatten().map(|placeholder| placeholder.as_str().into())
            } else {
                let label =
                    if *operator == Operator::Encrypt { item.placed_label() } else { item.label.clone() };
                self.operators.apply(operator, &label, item.value(text))?
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
            verdict.risk = risk_score(round_to(best, 2), self.threshold);
            if let Some(preamble) = &self.preamble {
                let front = Span::new(0, 0);
                verdict.edits.insert(0, Edit { span: front, score: 1.0, replacement: Arc::clone(preamble) });
            }
        }
        Ok(self.noted(verdict))
    }
}
