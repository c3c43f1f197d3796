//! What a scanner has a model read: the text, parts of it, or something made of it.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use pyshield_core::{Input, Span, Text};

/// A text that a model reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A part of the scanned text, in bytes.
    Text(Range<usize>),
    /// A part of the prompt behind an output, in bytes.
    Prompt(Range<usize>),
    /// A part of a view of the scanned text.
    View(ViewPart),
    /// Something else.
    Own(Arc<str>),
    /// A text of the scanner's settings: the same for every text that is scanned.
    Standing(Arc<str>),
}

/// A part of a view of the scanned text. Views of one text are told apart by their numbers.
#[derive(Clone, Debug)]
pub struct ViewPart {
    /// The view's number.
    pub number: usize,
    /// All of it.
    pub text: Text,
    /// The part, in bytes of the view.
    pub range: Range<usize>,
}

impl PartialEq for ViewPart {
    fn eq(&self, other: &Self) -> bool {
        (self.number, &self.range) == (other.number, &other.range)
    }
}

impl Eq for ViewPart {}

impl Hash for ViewPart {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.number, &self.range).hash(state);
    }
}

impl Piece {
    /// The piece itself. A range that does not lie on characters of the text is empty.
    pub fn resolve<'a>(&'a self, input: &Input<'a>) -> &'a str {
        match self {
            Self::Text(range) => input.text.as_str().get(range.clone()).unwrap_or_default(),
            Self::Prompt(range) => {
                input.prompt.and_then(|prompt| prompt.as_str().get(range.clone())).unwrap_or_default()
            }
            Self::View(part) => part.text.as_str().get(part.range.clone()).unwrap_or_default(),
            Self::Own(text) | Self::Standing(text) => text,
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

    /// A text of the scanner's settings; what the model says of it is kept.
    pub fn standing(text: impl Into<Arc<str>>) -> Self {
        Self { text: Piece::Standing(text.into()), pair: None, ends: None }
    }

    /// Whether it is of the scanner's settings alone.
    pub(crate) const fn is_standing(&self) -> bool {
        matches!(self, Self { text: Piece::Standing(_), pair: None, .. })
    }

    /// The passage with a second text.
    #[must_use]
    pub fn with(mut self, pair: Piece) -> Self {
        self.pair = Some(pair);
        self
    }

    /// The passage of view number `number`, of which it was made as if that were the text.
    #[must_use]
    pub(crate) fn of_view(mut self, number: usize, view: &Text) -> Self {
        for piece in std::iter::once(&mut self.text).chain(&mut self.pair) {
            if let Piece::Text(range) = piece {
                *piece = Piece::View(ViewPart { number, text: view.clone(), range: range.clone() });
            }
        }
        self
    }

    /// Where in the scanned text, or in the view of it, it is: all of it, if it is not a part.
    pub fn span(&self, input: &Input<'_>) -> Span {
        match &self.text {
            Piece::View(part) => Span::new(part.range.start, part.range.end),
            Piece::Text(range) => Span::new(range.start, range.end),
            Piece::Prompt(_) | Piece::Own(_) | Piece::Standing(_) => Span::new(0, input.text.len()),
        }
    }
}
