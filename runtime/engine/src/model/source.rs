//! Where a model is, and how it is to be run: the declaration that comes from Python.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;

use super::config::{ModelConfig, Overrides};
use super::encode::Encoder;
use super::error::{ModelError, ModelFault};
use super::external::external_data;
use super::head::{Activation, TokenPooling};
use super::provider;

/// The largest `config.json` that is read.
const MOST_CONFIG_BYTES: u64 = 8 << 20;

/// The largest `tokenizer.json` that is read.
const MOST_TOKENIZER_BYTES: u64 = 256 << 20;

/// Windows of one text when the declaration does not say: about 200,000 tokens.
const fn usual_windows() -> usize {
    1_024
}

const fn yes() -> bool {
    true
}

/// A model as declared. Two equal ones share their sessions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSource {
    /// What the declaration calls it, for messages.
    pub name: String,
    /// The ONNX file.
    pub graph: PathBuf,
    /// Where `config.json` and `tokenizer.json` are looked for, in this order.
    pub directories: Vec<PathBuf>,
    /// Tokens of a window, if fewer than the model can take.
    #[serde(default)]
    pub max_tokens: Option<usize>,
    /// Windows of one text. Of a text that needs more, the rest is not seen, and the verdict says so.
    #[serde(default = "usual_windows")]
    pub max_windows: usize,
    /// How logits become probabilities, if not as the configuration says.
    #[serde(default)]
    pub activation: Option<Activation>,
    /// How an embedding is taken from the tokens' vectors.
    #[serde(default)]
    pub token_pooling: Option<TokenPooling>,
    /// Execution providers, the preferred one first; none for the CPU.
    #[serde(default)]
    pub providers: Vec<String>,
    /// Whether it is an error if none of [`Self::providers`] can be used.
    #[serde(default = "yes")]
    pub strict: bool,
    /// Sessions; one for each core on a CPU, one otherwise, if not given.
    #[serde(default)]
    pub workers: Option<usize>,
    /// Threads of each session; one if not given.
    #[serde(default)]
    pub threads: Option<usize>,
    /// Tokens of a batch at most, if fewer than are found to be best.
    #[serde(default)]
    pub max_batch_tokens: Option<usize>,
    /// Milliseconds without a request after which the sessions are unloaded; never if not given.
    #[serde(default)]
    pub idle_timeout: Option<u64>,
    /// Milliseconds that one run may take; see `actors::model` if not given.
    #[serde(default)]
    pub run_timeout: Option<u64>,
}

/// The files beside the graph that say what the model is.
const BESIDE: [&str; 3] = ["config.json", "tokenizer.json", "1_Pooling/config.json"];

/// What tells one content of a model's files from another without reading them: for the graph, each of [`BESIDE`]
/// and the files of weights bytes and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    graph: (u64, Option<SystemTime>),
    beside: [Option<(u64, Option<SystemTime>)>; BESIDE.len()],
    weights: u64,
}

impl ModelSource {
    /// The error of this model.
    pub fn error(&self, fault: ModelFault) -> ModelError {
        ModelError::new(&*self.name, fault)
    }

    /// Whether it is declared for the CPU.
    pub(crate) fn is_for_cpu(&self) -> bool {
        self.providers.first().is_none_or(|name| provider::is_cpu(name))
    }

    /// The graph's file name.
    pub fn graph_name(&self) -> String {
        self.graph.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Checks what can be checked without loading: the graph is there and not empty, and so are the files it keeps
    /// weights in, within its folder.
    pub(crate) fn stamp(&self) -> Result<Stamp, ModelFault> {
        let metadata = std::fs::metadata(&self.graph);
        let metadata = metadata.map_err(|_| ModelFault::Missing(self.graph.display().to_string()))?;
        if !metadata.is_file() {
            return Err(ModelFault::unreadable(self.graph_name(), "it is not a file"));
        }
        if metadata.len() == 0 {
            return Err(ModelFault::unreadable(self.graph_name(), "it is empty"));
        }
        let stamp = |metadata: &Metadata| (metadata.len(), metadata.modified().ok());
        let beside = BESIDE.map(|name| {
            let metadata = self.find(name).and_then(|path| std::fs::metadata(path).ok());
            metadata.as_ref().map(stamp)
        });
        let mut weights = DefaultHasher::new();
        for name in external_data(&self.graph)? {
            let path = self.graph.with_file_name(&name);
            let metadata =
                std::fs::metadata(&path).map_err(|_| ModelFault::Missing(path.display().to_string()))?;
            (name, stamp(&metadata)).hash(&mut weights);
        }
        Ok(Stamp { graph: stamp(&metadata), beside, weights: weights.finish() })
    }

    /// Reads the configuration.
    pub(crate) fn config(&self) -> Result<ModelConfig, ModelFault> {
        let json = self.read("config.json", MOST_CONFIG_BYTES)?;
        let overrides = Overrides {
            max_tokens: self.max_tokens,
            activation: self.activation,
            token_pooling: self.token_pooling.or_else(|| self.described_pooling()),
        };
        ModelConfig::parse(&json, &self.name, &overrides)
    }

    /// How an embedding is taken from the tokens, as sentence-transformers writes it down; `None` if it does not.
    fn described_pooling(&self) -> Option<TokenPooling> {
        #[derive(Deserialize)]
        struct Described {
            #[serde(default)]
            pooling_mode_cls_token: bool,
        }
        let json = self.read("1_Pooling/config.json", MOST_CONFIG_BYTES).ok()?;
        let described: Described = serde_json::from_slice(&json).ok()?;
        Some(if described.pooling_mode_cls_token { TokenPooling::Cls } else { TokenPooling::Mean })
    }

    /// Reads the tokenizer.
    pub(crate) fn encoder(&self, config: &ModelConfig) -> Result<Encoder, ModelFault> {
        let json = self.read("tokenizer.json", MOST_TOKENIZER_BYTES)?;
        Encoder::parse(&json, config.token_types, config.window)
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        self.directories.iter().map(|directory| directory.join(name)).find(|path| path.is_file())
    }

    fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, ModelFault> {
        let path = self.find(name).ok_or_else(|| ModelFault::Missing(self.wanted(name)))?;
        let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if bytes > most {
            return Err(ModelFault::unreadable(name, format!("it has {bytes} bytes, more than {most}")));
        }
        std::fs::read(&path).map_err(|error| ModelFault::unreadable(name, error))
    }

    fn wanted(&self, name: &str) -> String {
        let place = self.directories.first().map_or_else(|| Path::new("."), PathBuf::as_path);
        place.join(name).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_beside_the_graph_is_another_model() {
        let directory = std::env::temp_dir().join(format!("pyshield-stamp-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("1_Pooling")).unwrap();
        let graph = directory.join("model.onnx");
        // No more of a graph than that it names a file.
        let tensor = b"\x6a\x0d\x0a\x08location\x12\x01w\x70\x01";
        let mut content = vec![0x3a, tensor.len() as u8 + 2, 0x2a, tensor.len() as u8];
        content.extend_from_slice(tensor);
        std::fs::write(&graph, &content).unwrap();
        std::fs::write(directory.join("w"), "a").unwrap();
        let declared = serde_json::json!({"name": "m", "graph": graph, "directories": [directory]});
        let source: ModelSource = serde_json::from_value(declared).unwrap();
        let mut last = source.stamp().unwrap();
        for name in ["w"].into_iter().chain(BESIDE).chain(["model.onnx"]) {
            // As a graph, both are an empty field of a name nobody knows.
            for content in [&b"\xfa\x01\x00"[..], b"\xfa\x01\x00\xfa\x01\x00"] {
                std::fs::write(directory.join(name), content).unwrap();
                let stamp = source.stamp().unwrap();
                assert_ne!(stamp, last, "{name}");
                assert_eq!(stamp, source.stamp().unwrap());
                last = stamp;
            }
        }
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
