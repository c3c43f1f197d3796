//! What the declarations of all scanners that read a model have in common.

use std::sync::Arc;

use pyshield_core::ConfigError;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Model;
use super::error::ModelFault;
use super::head::{Head, HeadKind};
use super::scanner::BuildError;
use super::source::ModelSource;

/// A declaration as its structure. `type`, which chose the structure, is not a part of it.
pub(crate) fn parse<T: DeserializeOwned>(name: &'static str, mut spec: Value) -> Result<T, BuildError> {
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("type");
    }
    serde_json::from_value(spec)
        .map_err(|error| ConfigError::new(name, "declaration", error.to_string()).into())
}

/// A threshold that a probability can be compared with.
pub(crate) fn check_threshold(
    name: &'static str,
    field: &'static str,
    threshold: f64,
) -> Result<(), BuildError> {
    if (0.0..=1.0).contains(&threshold) {
        return Ok(());
    }
    Err(ConfigError::new(name, field, "must be at least 0 and at most 1").into())
}

/// The position of the head a scanner reads; a fault that tells which there are if there is none.
pub(crate) fn find_head(
    name: &'static str,
    source: &ModelSource,
    model: &Model,
    head: &str,
) -> Result<usize, BuildError> {
    let config = model.config();
    config.head(head).ok_or_else(|| {
        let has = config.heads.iter().map(|head| &*head.name).collect::<Vec<_>>().join(", ");
        unfit(source, format!("{name} reads the head {head}; the model has {has}"))
    })
}

/// The position of a head that labels tokens; a fault if there is none of the name, or it does something else.
pub(crate) fn find_token_head(
    name: &'static str,
    source: &ModelSource,
    model: &Model,
    head: &str,
) -> Result<usize, BuildError> {
    let at = find_head(name, source, model, head)?;
    if model.config().heads[at].kind == HeadKind::Token {
        return Ok(at);
    }
    Err(unfit(source, format!("{name} reads names; the head {head} does not label tokens")))
}

/// The fault of a model whose head has none of the labels that a scanner knows.
pub(crate) fn no_label(name: &'static str, source: &ModelSource, head: &Head) -> BuildError {
    let labels = head.labels.join(", ");
    unfit(source, format!("{name} knows none of the labels of the head {}: {labels}", head.name))
}

/// The fault of a model that a scanner cannot read.
pub(crate) fn unfit(source: &ModelSource, detail: String) -> BuildError {
    source.error(ModelFault::Labels(detail)).into()
}

/// A label as findings show it: upper case, words joined by underscores.
pub(crate) fn shouted(label: &str) -> Arc<str> {
    label
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect::<String>()
        .into()
}
