//! How many tokens a text is for a model, and where to cut it.
//!
//! Exact for the encodings tiktoken publishes; an estimate, and marked as one, for models whose
//! tokenizers are not public or not carried here. Every function is linear in the text (`truncate` within
//! a logarithm), holds at most a few bytes per byte of it, and never fails on what the text says.

mod char_class;
mod encoding;
mod merge;
mod model;
mod pieces;
mod vocabulary;

pub use encoding::Encoding;
pub use model::{Family, Model, model_names};

use crate::interrupt::{Interrupt, Interrupted};

/// How much of an unknown name an error repeats, in characters.
const NAME_IN_ERROR: usize = 80;

/// Why tokens could not be counted. No variant carries counted text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// No such model is known, by name or by prefix.
    #[error("Unknown model: {0}")]
    UnknownModel(String),
    /// An argument other than the model is wrong.
    #[error("Invalid input: {0}")]
    InvalidInput(String),
    /// The encoder failed.
    #[error("Encoding error: {0}")]
    EncodingError(String),
    /// The deadline passed or the caller went away.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl TokenizerError {
    fn unknown_model(name: &str) -> Self {
        Self::UnknownModel(name.chars().take(NAME_IN_ERROR).collect())
    }

    fn unknown_encoding(name: &str) -> Self {
        let name: String = name.chars().take(NAME_IN_ERROR).collect();
        let known = Encoding::ALL.map(Encoding::name).join(", ");
        Self::InvalidInput(format!("no encoding is called {name}; there are {known}"))
    }

    fn no_encoding() -> Self {
        Self::EncodingError("the vocabulary does not cover the text".to_owned())
    }
}

/// A number of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many tokens.
    pub tokens: usize,
    /// Whether the model's own tokenizer would say the same; otherwise an estimate.
    pub exact: bool,
}

/// Counts the tokens of `text` for the model of that name.
pub fn count(text: &str, model: &str) -> Result<Count, TokenizerError> {
    Model::from_name(model)?.count(text)
}

/// Counts the tokens of `text` in the encoding of that name.
pub fn count_with_encoding(text: &str, encoding: &str) -> Result<usize, TokenizerError> {
    Encoding::from_name(encoding)?.count(text)
}

/// Counts up to `limit` tokens of `text`: `None` once there are more. See [`Encoding::count_up_to`].
pub fn count_up_to(text: &str, limit: usize, model: &str) -> Result<Option<Count>, TokenizerError> {
    Model::from_name(model)?.count_up_to(text, limit, &Interrupt::NEVER)
}

/// Cuts `text` down to `max_tokens` tokens for the model of that name. See [`Encoding::truncate`].
pub fn truncate<'a>(text: &'a str, max_tokens: usize, model: &str) -> Result<&'a str, TokenizerError> {
    Model::from_name(model)?.truncate(text, max_tokens, &Interrupt::NEVER)
}
