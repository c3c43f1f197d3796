//! What a scanner has a model read: the text, parts of it, or something made of it.

use std::ops::Range;
use std::sync::Arc;

use pyshield_core::{Input, Span};

/// A text that a model reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A part of the scanned text, in bytes.
    Text(Range<usize>),
    /// A part of the prompt behind an output, in bytes.
    Prompt(Range<usize>),
    /// Something else.
    Own(Arc<str>),
}

impl Piece {
    /// The piece itself. A range that does not lie on characters of the text is empty.
    pub fn resolve<'a>(&'a self, input: &Input<'a>) -> &'a str {
        match self {
            Self::Text(range) => input.text.as_str().get(range.clone()).unwrap_or_default(),
            Self::Prompt(range) => {
                input.prompt.and_then(|prompt| prompt.as_str().get(range.clone())).unwrap_or_default()
            }
            Self::Own(text) => text,
        }
    }
}

/// A row or several for a model: one text, or two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Passage {
    /// The text.
    pub text: Piece,
    /// The second of a pair.
    pub pair: Option<Piece>,
    /// Only this many tokens from the beginning and from the end, if there are more than both.
    pub ends: Option<(usize, usize)>,
}

impl Passage {
    /// The whole text.
    pub fn whole(input: &Input<'_>) -> Self {
        Self::part(0..input.text.len())
    }

    /// A part of the text, in bytes.
    pub const fn part(range: Range<usize>) -> Self {
        Self { text: Piece::Text(range), pair: None, ends: None }
    }

    /// A text that is not a part of the input.
    pub fn own(text: impl Into<Arc<str>>) -> Self {
        Self { text: Piece::Own(text.into()), pair: None, ends: None }
    }

    /// The passage with a second text.
    #[must_use]
    pub fn with(mut self, pair: Piece) -> Self {
        self.pair = Some(pair);
        self
    }

    /// Where in the scanned text it is: all of it, if it is not a part.
    pub fn span(&self, input: &Input<'_>) -> Span {
        match &self.text {
            Piece::Text(range) => Span::new(range.start, range.end),
            Piece::Prompt(_) | Piece::Own(_) => Span::new(0, input.text.len()),
        }
    }
}
