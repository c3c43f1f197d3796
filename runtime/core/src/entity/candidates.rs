//! Candidates for entities, as the recognisers find them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Entity;
use super::check::Validity;
use super::context::{self, BONUS, LEAST};
use super::custom::PatternGroup;
use crate::error::ScannerError;
use crate::span::Span;

/// Candidates in one text. More is [`ScannerError::Limit`].
pub(super) const MAX_CANDIDATES: usize = 1_000_000;

/// The words that make each entity surer where they stand before it.
pub(super) type Contexts = HashMap<&'static str, &'static [&'static str]>;

/// What is said of a text with too many.
pub(super) const TOO_MANY: ScannerError = ScannerError::Limit { what: "entities", limit: MAX_CANDIDATES };

/// Candidates as they are collected.
pub(super) struct Candidates<'t> {
    text: &'t str,
    context: &'t Contexts,
    entities: Vec<Entity>,
}

impl<'t> Candidates<'t> {
    pub(super) const fn new(text: &'t str, context: &'t Contexts) -> Self {
        Self { text, context, entities: Vec::new() }
    }

    /// All that were added.
    pub(super) fn into_entities(self) -> Vec<Entity> {
        self.entities
    }

    /// Adds one of a recogniser's; a context word before it makes it surer.
    pub(super) fn add(
        &mut self,
        label: Cow<'static, str>,
        span: Span,
        score: f64,
        recognizer: &'static str,
        validity: Validity,
        rank: usize,
    ) -> Result<(), ScannerError> {
        let words = self.context.get(&*label).copied().unwrap_or_default();
        let context = context::before(self.text, span.start, words);
        let against = || {
            label == "IP_ADDRESS"
                && (context::is_version(self.text, span.start) || is_of_name(self.text, span))
        };
        let score = if context.is_none() && score < 1.0 && against() { score - BONUS } else { score };
        self.push(Entity {
            label,
            span,
            score,
            recognizer,
            validity,
            context: context.map(Cow::Borrowed),
            model_label: None,
            rank,
        })
    }

    /// Adds one of the caller's patterns.
    pub(super) fn add_custom(
        &mut self,
        group: &PatternGroup,
        span: Span,
        rank: usize,
    ) -> Result<(), ScannerError> {
        let words: Vec<&str> = group.context.iter().map(String::as_str).collect();
        let context = context::before(self.text, span.start, &words).map(|word| Cow::Owned(word.to_owned()));
        let label = Cow::Owned(group.name.clone());
        let (score, validity) = (group.score, Validity::Open);
        let recognizer = "pattern";
        self.push(Entity { label, span, score, recognizer, validity, context, model_label: None, rank })
    }

    /// Adds what was found in the folded text and has a change in it, where it stands in the text.
    pub(super) fn add_folded(
        &mut self,
        entities: Vec<Entity>,
        source: impl Fn(Span) -> Option<Span>,
    ) -> Result<(), ScannerError> {
        for entity in entities {
            if let Some(span) = source(entity.span) {
                if self.entities.len() >= MAX_CANDIDATES {
                    return Err(TOO_MANY);
                }
                self.entities.push(Entity { span, ..entity });
            }
        }
        Ok(())
    }

    fn push(&mut self, mut entity: Entity) -> Result<(), ScannerError> {
        if self.entities.len() >= MAX_CANDIDATES {
            return Err(TOO_MANY);
        }
        if entity.context.is_some() {
            entity.score = (entity.score + BONUS).clamp(LEAST, 1.0);
        }
        self.entities.push(entity);
        Ok(())
    }
}

/// Whether a `_` joins a name or a number to it, as in the name of a file: `libpq_1.2.3.4`, `1.2.3.4_amd64`.
fn is_of_name(text: &str, span: Span) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = text.as_bytes().get(..span.start).and_then(|before| before.strip_suffix(b"_"));
    let after = text.as_bytes().get(span.end..).and_then(|after| after.strip_prefix(b"_"));
    word(before.and_then(<[u8]>::last)) || word(after.and_then(<[u8]>::first))
}
