//! Which encoding a model uses.

use super::encoding::Encoding;
use super::encoding::Encoding::{Cl100kBase, Gpt2, O200kBase, O200kHarmony, P50kBase, P50kEdit, R50kBase};
use super::{Count, TokenizerError};
use crate::interrupt::Interrupt;

/// Names and their encodings, as tiktoken 0.14 lists them (`tiktoken/model.py`).
const NAMES: &[(&str, Encoding)] = &[
    ("o1", O200kBase),
    ("o3", O200kBase),
    ("o4-mini", O200kBase),
    ("gpt-5", O200kBase),
    ("gpt-4.1", O200kBase),
    ("gpt-4o", O200kBase),
    ("gpt-4", Cl100kBase),
    ("gpt-3.5-turbo", Cl100kBase),
    ("gpt-3.5", Cl100kBase),
    ("gpt-35-turbo", Cl100kBase),
    ("davinci-002", Cl100kBase),
    ("babbage-002", Cl100kBase),
    ("text-embedding-ada-002", Cl100kBase),
    ("text-embedding-3-small", Cl100kBase),
    ("text-embedding-3-large", Cl100kBase),
    ("text-davinci-003", P50kBase),
    ("text-davinci-002", P50kBase),
    ("text-davinci-001", R50kBase),
    ("text-curie-001", R50kBase),
    ("text-babbage-001", R50kBase),
    ("text-ada-001", R50kBase),
    ("davinci", R50kBase),
    ("curie", R50kBase),
    ("babbage", R50kBase),
    ("ada", R50kBase),
    ("code-davinci-002", P50kBase),
    ("code-davinci-001", P50kBase),
    ("code-cushman-002", P50kBase),
    ("code-cushman-001", P50kBase),
    ("davinci-codex", P50kBase),
    ("cushman-codex", P50kBase),
    ("text-davinci-edit-001", P50kEdit),
    ("code-davinci-edit-001", P50kEdit),
    ("text-similarity-davinci-001", R50kBase),
    ("text-similarity-curie-001", R50kBase),
    ("text-similarity-babbage-001", R50kBase),
    ("text-similarity-ada-001", R50kBase),
    ("text-search-davinci-doc-001", R50kBase),
    ("text-search-curie-doc-001", R50kBase),
    ("text-search-babbage-doc-001", R50kBase),
    ("text-search-ada-doc-001", R50kBase),
    ("code-search-babbage-code-001", R50kBase),
    ("code-search-ada-code-001", R50kBase),
    ("gpt2", Gpt2),
    ("gpt-2", Gpt2),
];

/// Prefixes of names, from the same source; the first that fits decides.
const PREFIXES: &[(&str, Encoding)] = &[
    ("o1-", O200kBase),
    ("o3-", O200kBase),
    ("o4-mini-", O200kBase),
    ("gpt-5", O200kBase),
    ("gpt-4.5-", O200kBase),
    ("gpt-4.1-", O200kBase),
    ("chatgpt-4o-", O200kBase),
    ("gpt-4o-", O200kBase),
    ("gpt-4-", Cl100kBase),
    ("gpt-3.5-turbo-", Cl100kBase),
    ("gpt-35-turbo-", Cl100kBase),
    ("gpt-oss-", O200kHarmony),
    ("ft:gpt-4o", O200kBase),
    ("ft:gpt-4", Cl100kBase),
    ("ft:gpt-3.5-turbo", Cl100kBase),
    ("ft:davinci-002", Cl100kBase),
    ("ft:babbage-002", Cl100kBase),
];

/// Prefixes that providers and gateways put before `OpenAI`'s names.
const QUALIFIERS: &[&str] = &["openai/", "azure/"];

/// Models whose own tokenizer is not carried. The second value is what `o200k_base` tokens are multiplied
/// by, in hundredths.
///
/// `OpenAI` and Google both put a token at about 4 characters of English, Anthropic at about 3.5, so that
/// Claude is taken to need 4 / 3.5 as many tokens. For the others no figure is published; their
/// vocabularies (100,000 to 256,000 tokens, Llama 2 and the older Mistral models 32,000) are of the same
/// kind. Counting tokens instead of characters is what keeps the estimate useful for code and for
/// languages where a token is one character, but a factor found on English is only that.
const FAMILIES: &[(&str, usize)] = &[
    ("claude", 114),
    ("gemini", 100),
    ("gemma", 100),
    ("palm", 100),
    ("llama", 100),
    ("codellama", 100),
    ("mistral", 100),
    ("ministral", 100),
    ("magistral", 100),
    ("devstral", 100),
    ("mixtral", 100),
    ("codestral", 100),
    ("pixtral", 100),
    ("command", 100),
    ("deepseek", 100),
    ("qwen", 100),
    ("qwq", 100),
    ("grok", 100),
    ("phi-", 100),
    ("nova", 100),
    ("titan", 100),
    ("jamba", 100),
    ("glm", 100),
    ("kimi", 100),
    ("granite", 100),
    ("nemotron", 100),
];

/// A family of models whose tokens are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// The word its names start with.
    pub name: &'static str,
    /// Tokens per hundred tokens of `o200k_base`.
    percent: usize,
}

impl Family {
    /// What so many tokens of `o200k_base` are taken to be, rounded up.
    fn scale(self, tokens: usize) -> usize {
        (tokens.saturating_mul(self.percent)).div_ceil(100)
    }

    /// The largest number of `o200k_base` tokens that [`Self::scale`] takes to be within `tokens`.
    fn unscale(self, tokens: usize) -> usize {
        tokens.saturating_mul(100) / self.percent
    }
}

/// How the tokens of a model are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// In its own encoding.
    Exact(Encoding),
    /// By a rule, from the tokens of `o200k_base`.
    Estimate(Family),
}

impl Model {
    /// The model of that name: `gpt-4o-2024-08-06`, `openai/gpt-4`, `claude-sonnet-4`,
    /// `us.anthropic.claude-3-haiku`, `meta-llama/Llama-3.1-8B`.
    pub fn from_name(name: &str) -> Result<Self, TokenizerError> {
        let plain = QUALIFIERS.iter().find_map(|q| name.strip_prefix(q)).unwrap_or(name);
        let exact = (NAMES.iter().find(|(known, _)| *known == plain))
            .or_else(|| PREFIXES.iter().find(|(prefix, _)| plain.starts_with(prefix)));
        if let Some(&(_, encoding)) = exact {
            return Ok(Self::Exact(encoding));
        }
        // A family may follow a provider's name: after a slash, or after the dots of Bedrock.
        let lower: String =
            name.chars().take(super::NAME_IN_ERROR * 4).collect::<String>().to_ascii_lowercase();
        (lower
            .split(['/', '.'])
            .find_map(|part| FAMILIES.iter().find(|(family, _)| part.starts_with(family))))
        .map(|&(name, percent)| Self::Estimate(Family { name, percent }))
        .ok_or_else(|| TokenizerError::unknown_model(name))
    }

    /// The encoding that is counted in.
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::Exact(encoding) => encoding,
            Self::Estimate(_) => O200kBase,
        }
    }

    /// Counts the tokens of `text`.
    pub fn count(self, text: &str) -> Result<Count, TokenizerError> {
        self.encoding().count(text).map(|tokens| self.rate(tokens))
    }

    /// Whether no text of `bytes` bytes can have more than `limit` tokens: no token is empty.
    pub fn surely_within(self, bytes: usize, limit: usize) -> bool {
        self.rate(bytes).tokens <= limit
    }

    /// Counts up to `limit` tokens: `None` once there are more. See [`Encoding::count_up_to`].
    pub fn count_up_to(
        self,
        text: &str,
        limit: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<Option<Count>, TokenizerError> {
        let tokens = self.encoding().count_up_to(text, self.budget(limit), interrupt)?;
        Ok(tokens.map(|tokens| self.rate(tokens)))
    }

    /// The first `max_tokens` tokens. See [`Encoding::first_tokens`].
    pub fn first_tokens<'a>(
        self,
        text: &'a str,
        max_tokens: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<&'a str, TokenizerError> {
        self.encoding().first_tokens(text, self.budget(max_tokens), interrupt)
    }

    /// Cuts to at most `max_tokens` tokens. See [`Encoding::truncate`].
    pub fn truncate<'a>(
        self,
        text: &'a str,
        max_tokens: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<&'a str, TokenizerError> {
        self.encoding().truncate(text, self.budget(max_tokens), interrupt)
    }

    /// Tokens of [`Self::encoding`] as tokens of the model.
    fn rate(self, tokens: usize) -> Count {
        match self {
            Self::Exact(_) => Count { tokens, exact: true },
            Self::Estimate(family) => Count { tokens: family.scale(tokens), exact: false },
        }
    }

    /// Tokens of the model as tokens of [`Self::encoding`].
    fn budget(self, tokens: usize) -> usize {
        match self {
            Self::Exact(_) => tokens,
            Self::Estimate(family) => family.unscale(tokens),
        }
    }
}

/// Every name and prefix that is known: the name or prefix, and the encoding, or `None` for an estimate.
pub fn model_names() -> impl Iterator<Item = (&'static str, Option<Encoding>)> {
    let exact = NAMES.iter().chain(PREFIXES).map(|&(name, encoding)| (name, Some(encoding)));
    exact.chain(FAMILIES.iter().map(|&(name, _)| (name, None)))
}
