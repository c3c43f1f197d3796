//! The published encodings, and what can be asked of each.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use super::TokenizerError;
use super::char_class::Classes;
use super::merge::Merger;
use super::pieces::{Pattern, Pieces};
use super::vocabulary::Vocabulary;
use crate::interrupt::Interrupt;

macro_rules! table {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".trie"))
    };
}

// Each is built when a text is first counted with it (tens of milliseconds at most) and then shared.
static R50K: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::load(table!("p50k_base"), 50_256));
static P50K: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::load(table!("p50k_base"), u32::MAX));
static CL100K: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::load(table!("cl100k_base"), u32::MAX));
static O200K: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::load(table!("o200k_base"), u32::MAX));

/// How many pieces go by between two looks at the interrupt.
const PIECES_BETWEEN_CHECKS: usize = 4_096;

/// An encoding that tiktoken publishes.
///
/// Special tokens do not exist here: `<|endoftext|>` in a text is the characters it is written with, as
/// with tiktoken's `encode_ordinary`. Untrusted text must not be able to speak in control tokens, nor to
/// make counting fail, which is what tiktoken's `encode` does by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// GPT-2; the same tokens as [`Encoding::R50kBase`].
    Gpt2,
    /// GPT-3.
    R50kBase,
    /// Codex and the later GPT-3 models.
    P50kBase,
    /// The edit models; differs from [`Encoding::P50kBase`] in special tokens only.
    P50kEdit,
    /// GPT-3.5, GPT-4 and the current embedding models.
    Cl100kBase,
    /// GPT-4o and later.
    O200kBase,
    /// The open-weight models; differs from [`Encoding::O200kBase`] in special tokens only.
    O200kHarmony,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 7] = [
        Self::Gpt2,
        Self::R50kBase,
        Self::P50kBase,
        Self::P50kEdit,
        Self::Cl100kBase,
        Self::O200kBase,
        Self::O200kHarmony,
    ];

    /// The name tiktoken knows it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gpt2 => "gpt2",
            Self::R50kBase => "r50k_base",
            Self::P50kBase => "p50k_base",
            Self::P50kEdit => "p50k_edit",
            Self::Cl100kBase => "cl100k_base",
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
        }
    }

    /// The encoding of that name.
    pub fn from_name(name: &str) -> Result<Self, TokenizerError> {
        (Self::ALL.into_iter().find(|encoding| encoding.name() == name))
            .ok_or_else(|| TokenizerError::unknown_encoding(name))
    }

    /// Builds the tables now (5 to 20 ms, once per process) and not while the first text waits.
    pub fn load(self) {
        self.vocabulary();
        Classes::get();
    }

    /// Counts the tokens of `text`. Linear in the text.
    pub fn count(self, text: &str) -> Result<usize, TokenizerError> {
        let mut total = 0;
        self.for_each_piece(text, &Interrupt::NEVER, |tokens| {
            total += tokens.len();
            ControlFlow::Continue(())
        })?;
        Ok(total)
    }

    /// Counts the tokens of `text`, or returns `None` once there are more than `limit`.
    ///
    /// Looks at no more than `limit` times the longest token (128 bytes): a text that is longer needs no
    /// counting at all.
    pub fn count_up_to(
        self,
        text: &str,
        limit: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<Option<usize>, TokenizerError> {
        if text.len() > limit.saturating_mul(self.vocabulary().longest_token()) {
            return Ok(None);
        }
        let mut total = 0;
        self.for_each_piece(text, interrupt, |tokens| {
            total += tokens.len();
            if total > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(Some(total).filter(|&total| total <= limit))
    }

    /// The first `max_tokens` tokens of `text`, as a part of the text.
    ///
    /// A character whose bytes are split over two tokens is left out when only a part of it would fit.
    pub fn first_tokens<'a>(
        self,
        text: &'a str,
        max_tokens: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<&'a str, TokenizerError> {
        if text.len() <= max_tokens {
            return Ok(text);
        }
        let vocabulary = self.vocabulary();
        let (mut left, mut end) = (max_tokens, 0);
        self.for_each_piece(text, interrupt, |tokens| {
            let taken = &tokens[..tokens.len().min(left)];
            end += taken.iter().map(|&token| vocabulary.len(token)).sum::<usize>();
            left -= taken.len();
            if taken.len() < tokens.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(&text[..text.floor_char_boundary(end)])
    }

    /// The longest of [`Self::first_tokens`] that, counted by itself, has no more than `max_tokens`.
    ///
    /// The two differ in rare cases: what is left of a text that was cut can fall into other tokens.
    /// Then whole tokens are dropped, twice as many each time, so that the time stays `n log n`.
    pub fn truncate<'a>(
        self,
        text: &'a str,
        max_tokens: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<&'a str, TokenizerError> {
        let mut kept = self.first_tokens(text, max_tokens, interrupt)?;
        let mut dropped = 1;
        while kept.len() < text.len() && self.count_up_to(kept, max_tokens, interrupt)?.is_none() {
            kept = self.first_tokens(text, max_tokens.saturating_sub(dropped), interrupt)?;
            dropped *= 2;
        }
        Ok(kept)
    }

    /// Calls `visit` with the tokens of each piece, until it breaks.
    fn for_each_piece(
        self,
        text: &str,
        interrupt: &Interrupt<'_>,
        mut visit: impl FnMut(&[u32]) -> ControlFlow<()>,
    ) -> Result<(), TokenizerError> {
        let vocabulary = self.vocabulary();
        let mut merger = Merger::default();
        for (i, piece) in Pieces::new(text, self.pattern()).enumerate() {
            if i % PIECES_BETWEEN_CHECKS == PIECES_BETWEEN_CHECKS - 1 {
                interrupt.check()?;
            }
            if visit(merger.encode(vocabulary, piece.as_bytes(), interrupt)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn vocabulary(self) -> &'static Vocabulary {
        match self {
            Self::Gpt2 | Self::R50kBase => &R50K,
            Self::P50kBase | Self::P50kEdit => &P50K,
            Self::Cl100kBase => &CL100K,
            Self::O200kBase | Self::O200kHarmony => &O200K,
        }
    }

    const fn pattern(self) -> Pattern {
        match self {
            Self::Gpt2 | Self::R50kBase | Self::P50kBase | Self::P50kEdit => Pattern::Gpt2,
            Self::Cl100kBase => Pattern::Cl100k,
            Self::O200kBase | Self::O200kHarmony => Pattern::O200k,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
