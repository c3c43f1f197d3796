//! Names of people, places and organisations: what a head that labels tokens adds to the recognisers of private
//! data.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pyshield_core::entity::{Entity, Recognizers};
use pyshield_core::{Input, ScannerError, Text};
use serde::Deserialize;

use super::Model;
use super::answer::Answers;
use super::head::HeadKind;
use super::passage::Passage;
use super::scanner::BuildError;
use super::source::ModelSource;
use super::spec::{find_head, no_label, unfit};

/// Which model finds names, and what they are called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamesSpec {
    /// The model.
    model: ModelSource,
    /// The head's name, for models that have several.
    head: String,
    /// The entity of each label that counts, without `B-` and `I-`.
    labels: BTreeMap<String, String>,
}

/// A model's head that finds names.
#[derive(Debug)]
pub(crate) struct Names {
    model: Arc<Model>,
    head: [usize; 1],
    labels: HashMap<String, Cow<'static, str>>,
    /// The probability from which the model asks to be believed, where a scanner says nothing of the entity.
    least: f64,
    max_windows: usize,
}

impl Names {
    /// Opens the model, for the scanner `name`.
    pub(crate) fn new(name: &'static str, spec: NamesSpec) -> Result<Self, BuildError> {
        let model = Model::open(&spec.model)?;
        let at = find_head(name, &spec.model, &model, &spec.head)?;
        let head = &model.config().heads[at];
        if head.kind != HeadKind::Token {
            let detail = format!("{name} reads names; the head {} does not label tokens", head.name);
            return Err(unfit(&spec.model, detail));
        }
        let kind = |label: &str| label.split_once(['-', '_']).map_or(label, |(_, kind)| kind).to_owned();
        let has = |label: &String| head.labels.iter().any(|one| **one == **label || kind(one) == *label);
        if !spec.labels.keys().any(has) {
            return Err(no_label(name, &spec.model, head));
        }
        let labels = spec.labels.into_iter().map(|(label, entity)| (label, Cow::Owned(entity))).collect();
        let max_windows = spec.model.max_windows;
        let least = model.config().thresholds.get(name).copied().unwrap_or(0.0);
        Ok(Self { model, head: [at], labels, least, max_windows })
    }

    /// The model that is read.
    pub(crate) const fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The head that is read.
    pub(crate) const fn heads(&self) -> &[usize] {
        &self.head
    }

    /// The entities it finds.
    pub(crate) fn entities(&self) -> impl Iterator<Item = &str> {
        self.labels.values().map(|entity| &**entity)
    }

    /// What the model is to read.
    pub(crate) fn passages(input: &Input<'_>) -> Vec<Passage> {
        if input.text.is_blank() { Vec::new() } else { vec![Passage::whole(input)] }
    }

    /// Adds what the model found in a text to what recognisers did.
    pub(crate) fn add(
        &self,
        recognizers: &Recognizers,
        text: &Text,
        answers: &Answers,
        candidates: &mut Vec<Entity>,
    ) -> Result<(), ScannerError> {
        // Whether there is a name in what was not read, nobody knows.
        if answers.passages.iter().any(|answer| answer.covered.is_some()) {
            return Err(ScannerError::Limit { what: "windows of the model", limit: self.max_windows });
        }
        for found in answers.passages.iter().flat_map(|answer| answer.entities(self.head[0])) {
            let Some(entity) = self.labels.get(&*found.label) else { continue };
            candidates.extend(recognizers.named(text, entity.clone(), found.span, found.score, self.least));
        }
        Ok(())
    }
}
