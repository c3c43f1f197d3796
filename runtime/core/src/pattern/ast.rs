//! What a Python pattern means, flags already resolved: the tree between the parser and the two engines.

use std::sync::Arc;

use super::charset::CharSet;

/// A quantifier's temper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    /// `*`: as many as possible, giving back.
    Greedy,
    /// `*?`: as few as possible.
    Lazy,
    /// `*+`: as many as possible, never giving back.
    Possessive,
}

/// A condition on a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assert {
    /// `\A`, and `^` without `m`.
    Start,
    /// `^` with `m`.
    LineStart,
    /// `\Z`.
    End,
    /// `$` without `m`: at the end, or before a newline that ends the text.
    EndOrNewline,
    /// `$` with `m`.
    LineEnd,
    /// `\b`, or `\B` when `negated`.
    Word {
        /// Only ASCII letters, digits and `_` make words.
        ascii: bool,
        /// `\B`.
        negated: bool,
    },
}

/// How a back-reference compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// Exactly.
    None,
    /// By ASCII lower case.
    Ascii,
    /// By simple Unicode lower case.
    Unicode,
}

/// A pattern, or a part of one.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// One code point.
    Literal(char),
    /// One code point out of a set; an empty set never matches.
    Set(Arc<CharSet>),
    /// One after the other.
    Concat(Vec<Node>),
    /// The first that lets the rest match.
    Alternation(Vec<Node>),
    /// A quantifier; `max` `None` is unlimited.
    Repeat { node: Box<Node>, min: u32, max: Option<u32>, greed: Greed },
    /// A capturing group, numbered from 1.
    Group { index: usize, node: Box<Node> },
    /// Look-ahead, or look-behind by `behind` code points.
    Look { node: Box<Node>, behind: Option<usize>, negated: bool },
    /// `(?>…)`.
    Atomic(Box<Node>),
    /// `\1`, `(?P=name)`.
    Backref { group: usize, fold: Fold },
    /// `(?(1)yes|no)`.
    Conditional { group: usize, yes: Box<Node>, no: Box<Node> },
    /// A condition on the position.
    Assert(Assert),
}

/// The fewest and most code points a node can match; the upper bound saturates at `u64::MAX`.
pub(super) type Width = (u64, u64);

impl Node {
    /// How wide a match can be, by the rules of `CPython`'s `SubPattern.getwidth` (which decide what a
    /// look-behind may hold). `groups` are the widths of the groups closed so far.
    pub(super) fn width(&self, groups: &[Option<Width>]) -> Width {
        match self {
            Self::Empty | Self::Look { .. } | Self::Assert(_) => (0, 0),
            Self::Literal(_) | Self::Set(_) => (1, 1),
            Self::Concat(nodes) => nodes
                .iter()
                .map(|n| n.width(groups))
                .fold((0, 0), |a, b| (a.0.saturating_add(b.0), a.1.saturating_add(b.1))),
            Self::Alternation(nodes) => nodes
                .iter()
                .map(|n| n.width(groups))
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
                .unwrap_or((0, 0)),
            Self::Repeat { node, min, max, .. } => {
                let (low, high) = node.width(groups);
                let most = match max {
                    Some(max) => high.saturating_mul(u64::from(*max)),
                    None if high == 0 => 0,
                    None => u64::MAX,
                };
                (low.saturating_mul(u64::from(*min)), most)
            }
            Self::Group { node, .. } | Self::Atomic(node) => node.width(groups),
            Self::Backref { group, .. } => groups.get(*group).copied().flatten().unwrap_or((0, u64::MAX)),
            Self::Conditional { yes, no, .. } => {
                let (a, b) = (yes.width(groups), no.width(groups));
                (a.0.min(b.0), a.1.max(b.1))
            }
        }
    }

    /// A lower bound of the bytes a match takes; zero means that it may be empty.
    pub(super) fn can_be_empty(&self) -> bool {
        self.width(&[]).0 == 0
    }
}
