//! Names of people, places and organisations: what a head that labels tokens adds to the recognisers of private
//! data.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use pyshield_core::entity::{Entity, Recognizers};
use pyshield_core::{Input, Text};
use serde::Deserialize;

use super::Model;
use super::answer::Answers;
use super::entities::kind;
use super::passage::Passage;
use super::scanner::BuildError;
use super::source::ModelSource;
use super::spec::{find_token_head, no_label};

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
    threshold: f64,
}

impl Names {
    /// Opens the model, for the scanner `name`.
    pub(crate) fn new(name: &'static str, spec: &NamesSpec) -> Result<Self, BuildError> {
        let model = Model::open(&spec.model)?;
        let at = find_token_head(name, &spec.model, &model, &spec.head)?;
        let head = &model.config().heads[at];
        let known = |label: &String| head.labels.iter().any(|one| kind(one) == *label);
        if !spec.labels.keys().any(known) {
            return Err(no_label(name, &spec.model, head));
        }
        // What it has no label for it cannot find, and a verdict is to say so.
        let told = spec.labels.iter().filter(|(label, _)| known(label));
        let labels = told.map(|(label, entity)| (label.clone(), Cow::Owned(entity.clone()))).collect();
        let threshold = model.config().thresholds.get(name).copied().unwrap_or(0.0);
        Ok(Self { model, head: [at], labels, threshold })
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

    /// The probability from which the model asks to be believed, where a scanner says nothing of the entity.
    pub(crate) const fn threshold(&self) -> f64 {
        self.threshold
    }

    /// What the model is to read.
    pub(crate) fn passages(input: &Input<'_>) -> Vec<Passage> {
        if input.text.is_blank() { Vec::new() } else { vec![Passage::whole(input)] }
    }

    /// What the model found of the entities that are wanted, as candidates, whether they count or not.
    pub(crate) fn found<'a>(
        &'a self,
        recognizers: &'a Recognizers,
        text: &'a Text,
        answers: &'a Answers,
    ) -> impl Iterator<Item = Entity> + 'a {
        answers.passages.iter().flat_map(|answer| answer.entities(self.head[0])).filter_map(|found| {
            let entity = self.labels.get(&*found.label)?.clone();
            recognizers.named(text, entity, &found.label, found.span, found.score)
        })
    }

    /// Adds what the model found, and counts, to what recognisers did.
    pub(crate) fn add(
        &self,
        recognizers: &Recognizers,
        text: &Text,
        answers: &Answers,
        candidates: &mut Vec<Entity>,
    ) {
        let found = self.found(recognizers, text, answers);
        candidates.extend(found.filter(|entity| recognizers.counts(text, entity)));
    }
}
