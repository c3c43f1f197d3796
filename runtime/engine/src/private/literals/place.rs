//! Where in a text its reader is.

use super::super::content::{Content, Quotes, Said};

#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    Outside,
    Literal(Literal),
    /// After a literal that the text began with, and whether that is whole with its values: it is one only if the
    /// text ends there.
    Alone(bool),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Literal {
    pub(super) quotes: Quotes,
    pub(super) bytes: usize,
    pub(super) said: Said,
    /// What the text and its values amount to.
    pub(super) content: Content,
    pub(super) alone: bool,
}

/// An open bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nest {
    pub(super) open: u8,
    /// Whether what is in it is prose.
    pub(super) prose: bool,
}

/// The last thing before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Start,
    /// A bracket of JSON.
    Open,
    /// What a literal of program code follows: an equals sign, the bracket of a call.
    Code,
    /// The same, and a letter or two of a literal's kind: `f"…"`.
    Kind,
    Comma,
    Colon,
    Less,
    Word,
    Literal,
    Other,
}
