//! Texts that are too long for a model, counted in its tokens.

use std::sync::Arc;

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::tokens::{Encoding, Model, TokenizerError};
use crate::verdict::Verdict;

const NAME: &str = "TokenLimit";

/// Parameters of a [`TokenLimit`], as in llm-guard.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenLimitSpec {
    /// From how many tokens on a text fails; at least 1.
    pub limit: usize,
    /// The encoding to count in, when no model is named: `cl100k_base`.
    pub encoding_name: String,
    /// The model to count for. An empty name is none.
    pub model_name: Option<String>,
}

/// Fails texts of `limit` tokens or more and cuts them to the first `limit`.
#[derive(Debug)]
pub struct TokenLimit {
    limit: usize,
    model: Model,
    /// What replaces the tail: nothing.
    nothing: Arc<str>,
}

impl TokenLimit {
    /// A token limit as declared.
    pub fn new(spec: &TokenLimitSpec) -> Result<Self, ConfigError> {
        if spec.limit == 0 {
            return Err(ConfigError::new(NAME, "limit", "must be at least 1"));
        }
        let model = match spec.model_name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => {
                Model::from_name(name).map_err(|e| ConfigError::new(NAME, "model_name", e.to_string()))
            }
            None => Encoding::from_name(&spec.encoding_name)
                .map(Model::Exact)
                .map_err(|e| ConfigError::new(NAME, "encoding_name", e.to_string())),
        }?;
        model.encoding().load();
        Ok(Self { limit: spec.limit, model, nothing: Arc::from("") })
    }
}

impl Scanner for TokenLimit {
    fn name(&self) -> &'static str {
        NAME
    }

    /// 25 ns a byte is the slow end of what counting takes; a text that surely passes is not counted, and
    /// one that is far too long is cut at the limit.
    fn cost_ns(&self, bytes: usize) -> u64 {
        if self.model.surely_within(bytes, self.limit - 1) {
            return 50;
        }
        500 + 25 * bytes as u64
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let text = input.text.as_str();
        // llm-guard passes fewer than `limit` tokens, which blank texts are whatever their length.
        if self.model.surely_within(text.len(), self.limit - 1) || input.text.is_blank() {
            return Ok(Verdict::pass());
        }
        let failed = |error| match error {
            TokenizerError::Interrupted(why) => ScannerError::Interrupted(why),
            other => ScannerError::Failed(other.to_string()),
        };
        let within = self.model.count_up_to(text, self.limit - 1, &input.interrupt).map_err(failed)?;
        if within.is_some() {
            return Ok(Verdict::pass());
        }
        let kept = self.model.first_tokens(text, self.limit, &input.interrupt).map_err(failed)?;
        let tail = Span::new(kept.len(), text.len());
        let mut verdict = Verdict::new(false, 1.0);
        if tail.is_empty() {
            // Exactly `limit` tokens: too many, and nothing to cut.
            verdict.report("TOKEN_LIMIT", tail, 1.0);
        } else {
            verdict.redact("TOKEN_LIMIT", tail, 1.0, &self.nothing)?;
        }
        Ok(verdict)
    }
}
