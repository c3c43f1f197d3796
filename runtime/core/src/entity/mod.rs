//! Recognisers: what in a text is somebody's own.
//!
//! All built-in shapes are one automaton ([`automaton`]), run once from the start of each word; addresses of
//! mail and web are found from the sign in their middle, phone numbers by the countries' numbering plans, the
//! caller's names by the plan's one automaton of literals. So the text is read once, whatever the number of
//! entities. Candidates then pass their check digits, gain by the words before them, are held against the
//! thresholds, and are made disjoint ([`resolve`]).

mod america;
mod asia;
mod automaton;
mod candidates;
pub mod check;
pub mod context;
mod custom;
mod europe;
pub mod fake;
mod finance;
mod folded;
mod follow;
mod internet;
mod mail;
mod moment;
mod names;
mod phone;
mod plan;
mod price;
mod recognizers;
mod resolve;
mod row;
mod rule;
mod scan;
mod starts;
#[cfg(test)]
mod tests;
mod word;

use std::borrow::Cow;
use std::sync::Arc;

pub use check::Validity;
pub use custom::PatternGroup;
pub use follow::Following;
pub use recognizers::{Recognizers, RecognizersSpec};
pub use rule::{Context, Rule};
pub(crate) use word::is_unspaced;

use crate::span::Span;
use rule::Table;

/// Every table of rules. The order is the last word between candidates that are equal in all else.
const TABLES: &[Table] =
    &[finance::TABLE, internet::TABLE, america::TABLE, europe::TABLE, asia::TABLE, moment::TABLE];

/// Entities that are found by other means than a rule.
const SPECIAL: &[&str] = &["EMAIL_ADDRESS", "URL", "URL_RE", "PHONE_NUMBER", CUSTOM];

/// What names that the caller gave are called; llm-guard's word.
pub const CUSTOM: &str = "CUSTOM";

/// Entities that no pattern finds: they come from a model's entity head.
pub const MODEL_ENTITIES: &[&str] = &["PERSON", "LOCATION", "ORGANIZATION", "NRP", "ADDRESS"];

/// llm-guard's groups of patterns, which go when the caller gives groups of their own.
const GROUPS: &[&str] = &[
    "CREDIT_CARD_RE",
    "UUID",
    "EMAIL_ADDRESS_RE",
    "US_SSN_RE",
    "BTC_ADDRESS",
    "URL_RE",
    "PHONE_NUMBER_ZH",
    "PHONE_NUMBER_WITH_EXT",
    "DATE_RE",
    "TIME_RE",
    "HEX_COLOR",
    "PRICE_RE",
    "PO_BOX_RE",
];

/// Every entity that can be asked for, sorted.
pub fn entities() -> Vec<&'static str> {
    let rules = TABLES.iter().flat_map(|(rules, _)| rules.iter()).map(|rule| rule.entity);
    let mut all: Vec<_> =
        rules.chain(SPECIAL.iter().copied()).chain(MODEL_ENTITIES.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Something that was recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// What it is: `EMAIL_ADDRESS`.
    pub label: Cow<'static, str>,
    /// Where.
    pub span: Span,
    /// How sure, `0.0..=1.0`, context included.
    pub score: f64,
    /// Which recogniser: the name of its shape, or `mail`, `web`, `phone`, `name`, `pattern`, `model`, or for what none
    /// found `repeated` or `vault`.
    pub recognizer: &'static str,
    /// What its check digits said.
    pub validity: Validity,
    /// The context word before it, which raises a score below 1.
    pub context: Option<Cow<'static, str>>,
    /// What the model that found it calls it: `GIVENNAME`.
    pub model_label: Option<Arc<str>>,
    /// Its place among the recognisers.
    rank: usize,
}

impl Entity {
    /// What no recogniser found: `recognizer` says how it is known.
    pub const fn known(recognizer: &'static str, label: Cow<'static, str>, span: Span, score: f64) -> Self {
        let (validity, rank) = (Validity::Open, usize::MAX);
        Self { label, span, score, recognizer, validity, context: None, model_label: None, rank }
    }
}

/// A candidate, and why it counts or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The candidate.
    pub entity: Entity,
    /// The least score that counts for it.
    pub threshold: f64,
    /// What became of it.
    pub decision: Decision,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It counts.
    Kept,
    /// Its score is below its threshold.
    BelowThreshold,
    /// The caller allows it.
    Allowed,
    /// Another candidate has all of it.
    Overlapped,
    /// It counts because its value does elsewhere in the text.
    Repeated,
    /// It counts because the vault holds its value.
    InVault,
    /// It counts because the vault has made it up for another value.
    MadeUp,
}

impl Decision {
    /// As a trace names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::BelowThreshold => "below_threshold",
            Self::Allowed => "allowed",
            Self::Overlapped => "overlapped",
            Self::Repeated => "repeated",
            Self::InVault => "in_vault",
            Self::MadeUp => "made_up",
        }
    }
}
