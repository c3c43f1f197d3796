//! What a recogniser is: a shape, a check, and the words that make it likelier.

use super::check::{Check, open};

/// One shape of one entity. The tables of rules are in `finance`, `internet`, `moment` and in a file for each
/// part of the world.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What it finds, by Presidio's or llm-guard's name: `US_SSN`.
    pub entity: &'static str,
    /// Which shape of it, as a decision trace names it.
    pub name: &'static str,
    /// The shape: an expression without look-around, over ASCII. A match begins at a word's start and ends
    /// at a word's end.
    pub pattern: &'static str,
    /// How sure the shape alone makes, `0.0..=1.0`.
    pub score: f64,
    /// The check digits.
    pub check: Check,
}

impl Rule {
    /// A shape without a check.
    pub(super) const fn shape(
        entity: &'static str,
        name: &'static str,
        pattern: &'static str,
        score: f64,
    ) -> Self {
        Self { entity, name, pattern, score, check: open }
    }

    /// A shape with check digits.
    pub(super) const fn checked(
        entity: &'static str,
        name: &'static str,
        pattern: &'static str,
        score: f64,
        check: Check,
    ) -> Self {
        Self { entity, name, pattern, score, check }
    }
}

/// The words that make an entity likelier when they stand just before it; lower case.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The entity.
    pub entity: &'static str,
    /// Single words.
    pub words: &'static [&'static str],
}

/// A table: rules, and the context of what they find.
pub(super) type Table = (&'static [Rule], &'static [Context]);
