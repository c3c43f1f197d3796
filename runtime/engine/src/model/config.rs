//! `config.json` of a model directory: pyshield's own format, or transformers'.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::error::{ModelFault, brief};
use super::head::{Activation, Head, HeadKind, MAX_HEADS, Pooling, TokenPooling};

/// The head of a model that has only one and no name for it.
pub const ONLY_HEAD: &str = "labels";

/// Labels a head may have.
const MAX_LABELS: usize = 4_096;

/// Bytes of a label, and of a name with its version: they stand in every verdict.
const LONGEST_NAME: usize = 1_000;

/// Tokens in a window when nobody says.
const USUAL_TOKENS: usize = 512;

/// The longest window there may be.
const MOST_TOKENS: usize = 8_192;

/// What goes into `token_type_ids`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenTypes {
    /// Which of two texts the token is from: 0 or 1.
    #[default]
    Segment,
    /// `segment + 2 * case`, where case tells how the token's word is written; see [`super::case`].
    SegmentAndCase,
}

/// What a model is, read from its directory.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// Its name and version, as results and metrics show them.
    pub name: String,
    /// Tokens of a window, special ones included.
    pub window: usize,
    /// Tokens that a window shares with the one before it.
    pub overlap: usize,
    /// What goes into `token_type_ids`.
    pub token_types: TokenTypes,
    /// Its outputs.
    pub heads: Vec<Head>,
    /// Thresholds it was calibrated for, by scanner.
    pub thresholds: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Own {
    name: String,
    version: String,
    format: u32,
    max_tokens: usize,
    window: Option<OwnWindow>,
    #[serde(default)]
    token_types: TokenTypes,
    embedding: Option<OwnEmbedding>,
    #[serde(default)]
    heads: BTreeMap<String, OwnHead>,
    #[serde(default)]
    thresholds: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct OwnWindow {
    tokens: usize,
    overlap: usize,
}

#[derive(Deserialize)]
struct OwnEmbedding {
    output: String,
}

#[derive(Deserialize)]
struct OwnHead {
    output: String,
    kind: HeadKind,
    activation: Activation,
    labels: Vec<String>,
    #[serde(default = "one")]
    temperature: f32,
    #[serde(default = "max")]
    pooling: Pooling,
}

const fn one() -> f32 {
    1.0
}

const fn max() -> Pooling {
    Pooling::Max
}

#[derive(Deserialize)]
struct Transformers {
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    id2label: Option<BTreeMap<String, String>>,
    #[serde(default)]
    problem_type: Option<String>,
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    max_position_embeddings: Option<usize>,
}

/// What the declaration of a model says instead of its `config.json`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Tokens of a window.
    pub max_tokens: Option<usize>,
    /// How logits become probabilities.
    pub activation: Option<Activation>,
    /// How an embedding is taken from the tokens.
    pub token_pooling: Option<TokenPooling>,
}

impl ModelConfig {
    /// Reads a `config.json`. `name` is what the model is called if the file does not say.
    pub fn parse(json: &[u8], name: &str, overrides: &Overrides) -> Result<Self, ModelFault> {
        let broken = |error: serde_json::Error| ModelFault::unreadable("config.json", error);
        let value: Value = serde_json::from_slice(json).map_err(broken)?;
        if !value.is_object() {
            // serde would take an empty list for a structure of defaults.
            return Err(ModelFault::unreadable("config.json", "it is not an object"));
        }
        let mut config = if value.get("heads").is_some() || value.get("format").is_some() {
            serde_json::from_value::<Own>(value).map_err(broken)?.config()?
        } else {
            serde_json::from_value::<Transformers>(value).map_err(broken)?.config(name)?
        };
        if let Some(tokens) = overrides.max_tokens {
            let tokens = tokens.min(config.window);
            config.overlap = config.overlap.min(tokens / 4);
            config.window = tokens;
        }
        for head in &mut config.heads {
            head.activation = overrides.activation.unwrap_or(head.activation);
            head.token_pooling = overrides.token_pooling.unwrap_or(head.token_pooling);
        }
        config.check()?;
        Ok(config)
    }

    /// The position of a head: the one of that name, or of a model with one unnamed head that one.
    pub fn head(&self, name: &str) -> Option<usize> {
        let named = self.heads.iter().position(|head| &*head.name == name);
        named.or_else(|| self.is_single().then_some(0))
    }

    /// Whether the model has but one head, of no particular name.
    pub fn is_single(&self) -> bool {
        matches!(&self.heads[..], [head] if &*head.name == ONLY_HEAD)
    }

    fn check(&self) -> Result<(), ModelFault> {
        let fail = |detail: &str| Err(ModelFault::unreadable("config.json", detail));
        if self.heads.is_empty() || self.heads.len() > MAX_HEADS {
            return fail("a model has 1 to 64 heads");
        }
        if !(8..=MOST_TOKENS).contains(&self.window) {
            return fail("a window has 8 to 8192 tokens");
        }
        if self.overlap > self.window / 2 {
            return fail("windows overlap by more than half");
        }
        for head in &self.heads {
            let embedding = head.kind == HeadKind::Embedding;
            if embedding != head.labels.is_empty() || head.labels.len() > MAX_LABELS {
                return fail(&format!("head {}: has no labels, or too many", head.name));
            }
            if head.labels.iter().any(|label| label.len() > LONGEST_NAME) {
                return fail(&format!("head {}: a label has more than {LONGEST_NAME} bytes", head.name));
            }
            let names: HashSet<&str> = head.labels.iter().map(|label| &**label).collect();
            if names.len() < head.labels.len() {
                return fail(&format!("head {}: names a label twice", head.name));
            }
            if !(head.temperature.is_finite() && head.temperature > 0.0) {
                return fail(&format!("head {}: the temperature must be above 0", head.name));
            }
        }
        // A similarity may be below 0; nothing is ever above 1.
        if let Some((scanner, _)) = self.thresholds.iter().find(|(_, at)| !(-1.0..=1.0).contains(*at)) {
            return fail(&format!("the threshold of {} must be from -1 to 1", brief(scanner)));
        }
        Ok(())
    }
}

impl Own {
    fn config(self) -> Result<ModelConfig, ModelFault> {
        if self.format != 1 {
            return Err(ModelFault::unreadable("config.json", format!("format {}: not known", self.format)));
        }
        if self.name.len() + self.version.len() > LONGEST_NAME {
            let detail = format!("name and version have more than {LONGEST_NAME} bytes");
            return Err(ModelFault::unreadable("config.json", detail));
        }
        let mut heads: Vec<Head> = self.heads.into_iter().map(|(name, head)| head.named(name)).collect();
        heads.extend(self.embedding.map(|embedding| embedding_head("embedding", vec![embedding.output])));
        let window =
            self.window.unwrap_or(OwnWindow { tokens: self.max_tokens, overlap: self.max_tokens / 4 });
        Ok(ModelConfig {
            name: format!("{} {}", self.name, self.version),
            window: window.tokens.min(self.max_tokens),
            overlap: window.overlap,
            token_types: self.token_types,
            heads,
            thresholds: self.thresholds,
        })
    }
}

impl OwnHead {
    fn named(self, name: String) -> Head {
        Head {
            name: name.into(),
            outputs: vec![self.output],
            kind: self.kind,
            activation: self.activation,
            labels: self.labels.into_iter().map(Arc::from).collect(),
            temperature: self.temperature,
            pooling: self.pooling,
            token_pooling: TokenPooling::Mean,
        }
    }
}

fn embedding_head(name: &str, outputs: Vec<String>) -> Head {
    Head {
        name: name.into(),
        outputs,
        kind: HeadKind::Embedding,
        activation: Activation::Softmax,
        labels: Vec::new(),
        temperature: 1.0,
        pooling: Pooling::Mean,
        token_pooling: TokenPooling::Mean,
    }
}

impl Transformers {
    fn config(self, name: &str) -> Result<ModelConfig, ModelFault> {
        // What says nothing of itself is no model of transformers; one that only embeds has no heads, but a type.
        if self.architectures.is_none() && self.id2label.is_none() && self.model_type.is_none() {
            let detail = "it names neither heads nor architectures, id2label or model_type";
            return Err(ModelFault::unreadable("config.json", detail));
        }
        let architecture =
            self.architectures.as_ref().and_then(|all| all.first()).cloned().unwrap_or_default();
        let classifies = architecture.contains("Classification") || self.id2label.is_some();
        let embeds = architecture.ends_with("Model") || !classifies;
        let head = if embeds {
            let outputs = ["sentence_embedding", "last_hidden_state", "token_embeddings"];
            embedding_head(ONLY_HEAD, outputs.map(str::to_owned).to_vec())
        } else {
            let labels = labels(self.id2label.unwrap_or_default())?;
            let token = architecture.ends_with("ForTokenClassification");
            let several = self.problem_type.as_deref() == Some("multi_label_classification");
            let sigmoid = several || labels.len() == 1;
            Head {
                name: ONLY_HEAD.into(),
                outputs: vec!["logits".to_owned()],
                kind: if token { HeadKind::Token } else { HeadKind::Sequence },
                activation: if sigmoid { Activation::Sigmoid } else { Activation::Softmax },
                labels,
                temperature: 1.0,
                pooling: Pooling::Max,
                token_pooling: TokenPooling::Mean,
            }
        };
        // RoBERTa and its kin count positions from two.
        let reserved = match self.model_type.as_deref() {
            Some("roberta" | "xlm-roberta" | "camembert" | "longformer" | "mpnet") => 2,
            _ => 0,
        };
        let positions = self.max_position_embeddings.unwrap_or(USUAL_TOKENS).saturating_sub(reserved);
        let window = positions.min(USUAL_TOKENS);
        Ok(ModelConfig {
            name: name.to_owned(),
            window,
            overlap: window / 8,
            token_types: TokenTypes::Segment,
            heads: vec![head],
            thresholds: BTreeMap::new(),
        })
    }
}

/// `id2label` in the order of its ids, which must be `0..n`.
fn labels(id2label: BTreeMap<String, String>) -> Result<Vec<Arc<str>>, ModelFault> {
    let mut by_id: BTreeMap<usize, Arc<str>> = BTreeMap::new();
    for (id, label) in id2label {
        let fault = || ModelFault::unreadable("config.json", "id2label: the ids are not 0, 1, 2, …");
        if by_id.insert(id.parse().map_err(|_| fault())?, label.into()).is_some() {
            return Err(fault());
        }
    }
    if by_id.is_empty() || by_id.len() > MAX_LABELS || by_id.keys().copied().ne(0..by_id.len()) {
        return Err(ModelFault::unreadable("config.json", "id2label: the ids are not 0, 1, 2, …"));
    }
    Ok(by_id.into_values().collect())
}

#[cfg(test)]
mod tests;
