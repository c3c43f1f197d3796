//! Scanners that read a model, and how a declaration becomes one.

use std::fmt;
use std::sync::Arc;

use pyshield_core::stream::windows::Reads;
use pyshield_core::{ConfigError, Input, ScannerError, Verdict};
use serde_json::Value;

use super::Model;
use super::answer::Answers;
use super::error::ModelError;
use super::passage::Passage;
use super::{code, competitors, consistency, label, relevance, topics};

/// Judges a text by what a model says of it. Immutable and shared between threads, like every scanner.
///
/// The plan gathers the passages of all scanners on one model, has each different one tokenised and run once,
/// and hands every scanner what its heads said.
pub trait ModelScanner: Send + Sync + fmt::Debug {
    /// llm-guard's class name, which is also the key in results and metrics.
    fn name(&self) -> &'static str;

    /// The model it reads.
    fn model(&self) -> &Arc<Model>;

    /// The heads it reads, by position in the model's configuration.
    fn heads(&self) -> &[usize];

    /// Whether it judges the views of a text as well, where a plan has some. What it finds there counts as if it
    /// stood in the text.
    fn reads_views(&self) -> bool {
        false
    }

    /// Whether it says nothing without its model, so that others may stand in for it when that fails.
    fn rests_on_model(&self) -> bool {
        true
    }

    /// How much of a text that is still being written it has to see at a time.
    fn reads(&self) -> Reads {
        Reads::Windows
    }

    /// Whether it asks for changes of a text, so that none may pass before it has judged.
    fn redacts(&self) -> bool {
        false
    }

    /// What the model is to read. With nothing to read, [`Self::judge`] gets no answers. No more than `most` parts
    /// of one text are read: one more shows that there are too many, and any further ones only take memory.
    fn passages(&self, input: &Input<'_>, most: usize) -> Vec<Passage>;

    /// Judges the text by the answers, which are in the order of the passages.
    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError>;
}

/// Why a declaration cannot become a scanner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A parameter is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The model is.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Makes a scanner of a declaration.
type Build = fn(&'static str, Value) -> Result<Box<dyn ModelScanner>, BuildError>;

/// Every scanner that reads a model, by class name.
const SCANNERS: &[(&str, Build)] = &[
    ("BanCode", label::build),
    ("BanCompetitors", competitors::build),
    ("BanTopics", topics::build),
    ("Bias", label::build),
    ("Code", code::build),
    ("EmotionDetection", label::build),
    ("FactualConsistency", consistency::build),
    ("Gibberish", label::build),
    ("NoRefusal", label::build),
    ("PromptInjection", label::build),
    ("Relevance", relevance::build),
    ("Toxicity", label::build),
];

/// The class name of a scanner that reads a model, if its declaration is of one.
pub(crate) fn known(kind: &str, spec: &Value) -> Option<&'static str> {
    find(kind, spec).map(|(name, _)| *name)
}

fn find(kind: &str, spec: &Value) -> Option<&'static (&'static str, Build)> {
    SCANNERS.iter().find(|(name, _)| *name == kind && !consistency::reads_words(name, spec))
}

/// The scanner of a declaration; `None` if its type is not one that reads a model.
pub(crate) fn build(kind: &str, spec: &Value) -> Option<Result<Box<dyn ModelScanner>, BuildError>> {
    let (name, build) = find(kind, spec)?;
    Some(build(name, spec.clone()))
}
