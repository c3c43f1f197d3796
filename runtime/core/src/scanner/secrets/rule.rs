//! One row of the table of rules, and what the rows compile to.

use super::check::Check;
use super::shape::{Alternative, parse};

/// How a token is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// By characters that are the same in every such token.
    Literal,
    /// By one of these words, in lower case, before it on its line; the token itself has no mark.
    Named(&'static [&'static str]),
    /// By its shape alone, as a row of token characters that starts and ends with it.
    Alone,
}

/// A kind of secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// The label of its findings.
    pub(super) label: &'static str,
    /// What it is, for people.
    pub(super) about: &'static str,
    pub(super) anchor: Anchor,
    /// See [`super::shape`].
    pub(super) shape: &'static str,
    pub(super) check: Check,
    /// Templates of texts in which the rule finds something, and of ones that resemble them in which it does not; a
    /// test fills them in.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers and for the test"))]
    pub(super) like: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers and for the test"))]
    pub(super) unlike: &'static [&'static str],
}

impl Rule {
    const fn new(label: &'static str, about: &'static str, anchor: Anchor, shape: &'static str) -> Self {
        Self { label, about, anchor, shape, check: Check::Shape, like: &[], unlike: &[] }
    }

    /// The same, with more to check.
    pub(super) const fn checked(self, check: Check) -> Self {
        Self { check, ..self }
    }

    /// The same, with examples of what must match.
    pub(super) const fn like(self, like: &'static [&'static str]) -> Self {
        Self { like, ..self }
    }

    /// The same, with examples of what must not match.
    pub(super) const fn unlike(self, unlike: &'static [&'static str]) -> Self {
        Self { unlike, ..self }
    }
}

/// A token with a mark of its own.
pub(super) const fn token(label: &'static str, about: &'static str, shape: &'static str) -> Rule {
    Rule::new(label, about, Anchor::Literal, shape)
}

/// A token without one, which only a name before it tells.
pub(super) const fn named(
    label: &'static str,
    about: &'static str,
    names: &'static [&'static str],
    shape: &'static str,
) -> Rule {
    Rule::new(label, about, Anchor::Named(names), shape)
}

/// A token without one that has a shape like nothing else.
pub(super) const fn alone(label: &'static str, about: &'static str, shape: &'static str) -> Rule {
    Rule::new(label, about, Anchor::Alone, shape)
}

/// A rule, compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rule: &'static Rule,
    pub(super) alternatives: Vec<Alternative>,
}

impl Compiled {
    /// Compiles a row; a reason if its shape is not one.
    pub(super) fn new(rule: &'static Rule) -> Result<Self, &'static str> {
        Ok(Self { rule, alternatives: parse(rule.shape)? })
    }
}
