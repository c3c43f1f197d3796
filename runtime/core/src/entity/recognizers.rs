//! The recognisers of one scanner, compiled.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::automaton::Shapes;
use super::candidates::Contexts;
use super::check::Validity;
use super::custom::{Custom, PatternGroup};
use super::names::Names;
use super::resolve::resolve;
use super::rule::Rule;
use super::{Decision, Entity, Explained, GROUPS, MODEL_ENTITIES, TABLES, phone, price};
use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupt;
use crate::literal::{LiteralHits, LiteralList, Need};
use crate::span::Span;
use crate::text::Text;

/// What is to be recognised. Does not show itself: the names are private.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognizersSpec {
    /// The entities that are wanted.
    pub entity_types: Vec<String>,
    /// Strings that are private wherever they stand as words, in any case.
    pub hidden_names: Vec<Box<str>>,
    /// Strings that are not, exactly as they are given.
    pub allowed_names: Vec<String>,
    /// The caller's own patterns, instead of llm-guard's groups; `None` for those.
    pub regex_patterns: Option<Vec<PatternGroup>>,
    /// The least score that counts.
    pub threshold: f64,
    /// The same for single entities.
    pub thresholds: BTreeMap<String, f64>,
    /// `en` or `zh`.
    pub language: String,
}

/// Recognisers, compiled; immutable and shared between threads. Do not show their names, which are private.
pub struct Recognizers {
    pub(super) rules: Vec<Rule>,
    pub(super) shapes: Option<Shapes>,
    pub(super) context: Contexts,
    pub(super) custom: Custom,
    pub(super) names: Option<LiteralList>,
    pub(super) folded_names: Option<Names>,
    allowed: HashSet<String>,
    threshold: f64,
    thresholds: BTreeMap<String, f64>,
    /// The least score from which the model that finds names is believed, where nothing is said of the entity.
    model_threshold: f64,
    pub(super) mail: bool,
    pub(super) url: Option<&'static str>,
    pub(super) phone: bool,
    wanted: HashSet<String>,
    missing: Vec<&'static str>,
}

impl fmt::Debug for RecognizersSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecognizersSpec").field("entity_types", &self.entity_types).finish_non_exhaustive()
    }
}

impl fmt::Debug for Recognizers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recognizers").finish_non_exhaustive()
    }
}

impl Recognizers {
    /// Compiles the recognisers of `scanner`, whom errors name.
    pub fn new(scanner: &'static str, spec: &RecognizersSpec) -> Result<Self, ConfigError> {
        let own = spec.regex_patterns.as_ref();
        for (at, wanted) in spec.entity_types.iter().enumerate() {
            let known = super::entities().binary_search(&wanted.as_str()).is_ok();
            if !known && !own.is_some_and(|groups| groups.iter().any(|group| group.name == *wanted)) {
                let reason = "no recogniser finds it; see docs/private-data.md for all that are known";
                return Err(ConfigError::new(scanner, format!("entity_types[{at}]"), reason));
            }
        }
        let wanted = |entity: &str| spec.entity_types.iter().any(|name| name == entity);
        // Groups of the caller's take the place of llm-guard's, but for those that they reuse.
        let kept = |entity: &str| {
            own.is_none_or(|groups| groups.iter().any(|group| group.reuse && group.name == entity))
        };
        let chinese = spec.language == "zh";
        let rules: Vec<Rule> = TABLES
            .iter()
            .flat_map(|(rules, _)| rules.iter())
            .filter(|rule| wanted(rule.entity))
            .filter(|rule| kept(rule.entity) || !GROUPS.contains(&rule.entity))
            .filter(|rule| chinese || rule.entity != "PHONE_NUMBER_ZH")
            .copied()
            .collect();
        let context =
            TABLES.iter().flat_map(|(_, context)| context.iter()).map(|one| (one.entity, one.words));
        let groups = spec.regex_patterns.clone().unwrap_or_default();
        let groups = groups.into_iter().filter(|group| wanted(&group.name) && !group.reuse).collect();
        let phone = wanted("PHONE_NUMBER");
        if phone {
            phone::warm();
        }
        let url = [("URL", false), ("URL_RE", !kept("URL_RE"))];
        let url = url.into_iter().find(|(name, replaced)| wanted(name) && !replaced).map(|(name, _)| name);
        Ok(Self {
            shapes: Shapes::new(&rules),
            context: context.collect(),
            custom: Custom::new(scanner, groups)?,
            names: (!spec.hidden_names.is_empty()).then(|| LiteralList {
                literals: spec.hidden_names.clone(),
                case_sensitive: false,
                whole_word: false,
                need: Need::Spans,
            }),
            folded_names: Names::new(scanner, &spec.hidden_names)?,
            allowed: spec.allowed_names.iter().cloned().collect(),
            threshold: spec.threshold,
            thresholds: spec.thresholds.clone(),
            model_threshold: 0.0,
            mail: wanted("EMAIL_ADDRESS"),
            url,
            phone,
            wanted: spec.entity_types.iter().cloned().collect(),
            missing: MODEL_ENTITIES.iter().copied().filter(|entity| wanted(entity)).collect(),
            rules,
        })
    }

    #[cfg(test)]
    pub(super) fn shapes_compiled(&self) -> bool {
        self.shapes.is_some()
    }

    /// The names to search, for the plan's one automaton.
    pub fn literals(&self) -> Option<&LiteralList> {
        self.names.as_ref()
    }

    /// The wanted entities that only a model finds, and none does.
    pub fn missing(&self) -> &[&'static str] {
        &self.missing
    }

    /// Says which entities a model finds, and from which score on it is believed if nothing is said of the entity;
    /// their names come by [`Self::named`].
    #[must_use]
    pub fn with_model<'e>(mut self, found: impl Iterator<Item = &'e str>, threshold: f64) -> Self {
        self.model_threshold = threshold;
        let found: HashSet<&str> = found.collect();
        self.missing.retain(|entity| !found.contains(entity));
        self
    }

    /// What a verdict says when wanted entities can only be found by a model, which is not there.
    pub fn degraded(&self) -> Option<Arc<str>> {
        degraded(self.missing.iter().copied())
    }

    /// Estimated work for a text of `bytes` bytes, whatever it says, in nanoseconds.
    pub fn cost_ns(&self, bytes: usize) -> u64 {
        let names = self.folded_names.as_ref().map_or(0, |_| Names::price(bytes));
        price::of_any(bytes).saturating_add(self.custom.price.of_any(bytes)).saturating_add(names)
    }

    /// The same for this text.
    pub fn cost_of(&self, text: &Text) -> u64 {
        let names = self.folded_names.as_ref().map_or(0, |_| Names::price(text.len()));
        price::of(text.as_str()).saturating_add(self.custom.price.of(text)).saturating_add(names)
    }

    /// The entities of a text: disjoint, in text order.
    pub fn analyze(
        &self,
        text: &Text,
        names: &LiteralHits,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Entity>, ScannerError> {
        Ok(Self::settled(text, self.search(text, names, interrupt)?))
    }

    /// The candidates that count, which may overlap: for [`Self::settled`], with what a model finds.
    pub fn search(
        &self,
        text: &Text,
        names: &LiteralHits,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Entity>, ScannerError> {
        let source = text.as_str();
        let mut candidates = self.candidates(source, names, interrupt)?;
        candidates.retain(|candidate| self.decide(source, candidate) == Decision::Kept);
        Ok(candidates)
    }

    /// The same, and the candidates that are only not sure enough, which another text may make sure.
    pub fn search_all(
        &self,
        text: &Text,
        names: &LiteralHits,
        interrupt: Interrupt<'_>,
    ) -> Result<(Vec<Entity>, Vec<Entity>), ScannerError> {
        let source = text.as_str();
        let (mut kept, mut doubtful) = (Vec::new(), Vec::new());
        for candidate in self.candidates(source, names, interrupt)? {
            match self.decide(source, &candidate) {
                Decision::Kept => kept.push(candidate),
                Decision::BelowThreshold
                    if !self.allowed.contains(source.get(candidate.span.range()).unwrap_or_default()) =>
                {
                    doubtful.push(candidate);
                }
                _ => {}
            }
        }
        Ok((kept, doubtful))
    }

    /// The entities that candidates amount to: disjoint, in text order.
    pub fn settled(text: &Text, candidates: Vec<Entity>) -> Vec<Entity> {
        resolve(text.as_str(), candidates)
    }

    /// What a model found and calls `model_label`, as a candidate; `None` if the entity is not wanted.
    pub fn named(
        &self,
        text: &Text,
        label: Cow<'static, str>,
        model_label: &Arc<str>,
        span: Span,
        score: f64,
    ) -> Option<Entity> {
        let found = text.as_str().get(span.range())?;
        let start = span.start + (found.len() - found.trim_start().len());
        let span = Span::new(start, start + found.trim().len());
        let wanted = !span.is_empty() && self.wanted.contains(&*label);
        wanted.then(|| Entity {
            label,
            span,
            score,
            recognizer: "model",
            validity: Validity::Open,
            context: None,
            model_label: Some(Arc::clone(model_label)),
            rank: usize::MAX,
        })
    }

    /// Whether the caller allows a value.
    pub fn allows(&self, value: &str) -> bool {
        self.allowed.contains(value)
    }

    /// Whether a candidate counts, as far as that does not depend on others.
    pub fn counts(&self, text: &Text, candidate: &Entity) -> bool {
        self.decide(text.as_str(), candidate) == Decision::Kept
    }

    /// Every candidate whose check digits do not rule it out, and what became of it. `named` is what a model found.
    pub fn explain(
        &self,
        text: &Text,
        names: &LiteralHits,
        named: Vec<Entity>,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Explained>, ScannerError> {
        let source = text.as_str();
        let mut all = self.candidates(source, names, interrupt)?;
        all.extend(named);
        let explained = |entity: Entity, decision| {
            let threshold = self.threshold_of(&entity);
            Explained { entity, threshold, decision }
        };
        let (mut kept, mut decided) = (Vec::new(), Vec::new());
        for candidate in all {
            match self.decide(source, &candidate) {
                Decision::Kept => kept.push(candidate),
                other => decided.push(explained(candidate, other)),
            }
        }
        let resolved = resolve(source, kept.clone());
        for candidate in kept {
            let wins = |one: &Entity| one.label == candidate.label && one.span.overlaps(candidate.span);
            let decision = if resolved.iter().any(wins) { Decision::Kept } else { Decision::Overlapped };
            decided.push(explained(candidate, decision));
        }
        decided.sort_by(|a, b| a.entity.span.cmp(&b.entity.span).then(a.entity.rank.cmp(&b.entity.rank)));
        Ok(decided)
    }

    /// The least score that counts for a candidate.
    fn threshold_of(&self, candidate: &Entity) -> f64 {
        let of_all = || {
            let by_model = candidate.model_label.is_some();
            if by_model { self.threshold.max(self.model_threshold) } else { self.threshold }
        };
        self.thresholds.get(&*candidate.label).copied().unwrap_or_else(of_all)
    }

    pub(super) fn decide(&self, text: &str, candidate: &Entity) -> Decision {
        let value = text.get(candidate.span.range()).unwrap_or_default();
        if candidate.score < self.threshold_of(candidate) {
            Decision::BelowThreshold
        } else if self.allowed.contains(value) {
            Decision::Allowed
        } else {
            Decision::Kept
        }
    }
}

/// What a verdict says when no model finds the `missing` ones.
fn degraded<'e>(missing: impl Iterator<Item = &'e str>) -> Option<Arc<str>> {
    let missing = missing.collect::<Vec<_>>().join(", ");
    (!missing.is_empty()).then(|| format!("no entity model: {missing} cannot be recognised").into())
}
