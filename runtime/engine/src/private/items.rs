//! What in a text is to be replaced: what recognisers found, and what only the vault knows to be private.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use pyshield_core::entity::Entity;
use pyshield_core::restore::stands_alone;
use pyshield_core::{Interrupt, ScannerError, Span, Text};

use super::content::is_special;
use super::literals::Literals;
use crate::vault::VERBATIM;
use crate::vault::compiled::Compiled;

/// Shorter values are looked for nowhere else, in bytes: two digits that are a part of something private are not
/// private everywhere.
const SHORTEST: usize = 4;

/// A part of the text.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) label: Cow<'static, str>,
    pub(super) span: Span,
    pub(super) score: f64,
    pub(super) kind: Kind,
    /// Whether it stands unescaped in what looks like a string literal, and has to come back so.
    pub(super) verbatim: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is private.
    Found,
    /// It is private if the vault holds its value.
    Doubtful,
    /// Something that the vault has made up stands in the text itself: it would be taken for what it stands for.
    StandIn,
}

impl Item {
    fn of(entity: Entity, kind: Kind) -> Self {
        Self { label: entity.label, span: entity.span, score: entity.score, kind, verbatim: false }
    }

    /// What its placeholder or ciphertext is called after.
    pub(super) fn placed_label(&self) -> Cow<'_, str> {
        if self.verbatim { format!("{VERBATIM}{}", self.label).into() } else { Cow::Borrowed(&self.label) }
    }

    pub(super) fn value<'t>(&self, text: &'t Text) -> &'t str {
        text.as_str().get(self.span.range()).unwrap_or_default()
    }
}

/// What was found, everywhere in the text, and what may be private beside it: disjoint, in text order.
/// `entities` are settled.
pub(super) fn items(
    text: &Text,
    entities: Vec<Entity>,
    mut doubtful: Vec<Entity>,
    interrupt: Interrupt<'_>,
) -> Result<Vec<Item>, ScannerError> {
    let mut items: Vec<Item> = entities.into_iter().map(|entity| Item::of(entity, Kind::Found)).collect();
    again(text, &mut items, interrupt)?;
    doubtful.sort_by_key(|entity| (entity.span.start, std::cmp::Reverse(entity.span.end)));
    add(&mut items, doubtful.into_iter().map(|entity| Item::of(entity, Kind::Doubtful)));
    Ok(items)
}

/// Adds what overlaps nothing; `more` is in text order.
fn add(items: &mut Vec<Item>, more: impl Iterator<Item = Item>) {
    let (mut free, mut end): (Vec<Item>, usize) = (Vec::new(), 0);
    for item in more {
        let next = items.partition_point(|known| known.span.end <= item.span.start);
        let taken = items.get(next).is_some_and(|known| known.span.overlaps(item.span));
        if !taken && item.span.start >= end {
            end = item.span.end;
            free.push(item);
        }
    }
    items.append(&mut free);
    items.sort_by_key(|item| item.span.start);
}

/// Adds every other place where a value stands alone: one that is sure beside its context word is no other value
/// elsewhere. Linear in the text.
fn again(text: &Text, items: &mut Vec<Item>, interrupt: Interrupt<'_>) -> Result<(), ScannerError> {
    let mut values: HashMap<&str, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let value = item.value(text);
        if value.len() >= SHORTEST {
            values.entry(value).or_insert(index);
        }
    }
    if values.is_empty() {
        return Ok(());
    }
    let (values, firsts): (Vec<&str>, Vec<usize>) = values.into_iter().unzip();
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&values)
        .map_err(|_| ScannerError::Failed("too many different values".to_owned()))?;
    interrupt.check()?;
    let mut more = Vec::new();
    for place in automaton.find_iter(text.as_str()) {
        let span = Span::new(place.start(), place.end());
        let first = firsts.get(place.pattern().as_usize()).and_then(|first| items.get(*first));
        if let Some(first) = first.filter(|first| first.span != span && stands_alone(text.as_str(), span)) {
            more.push(Item { span, ..first.clone() });
        }
    }
    interrupt.check()?;
    add(items, more.into_iter());
    Ok(())
}

/// Marks what would be escaped where it comes back, in the text as `instead` writes it: with values that come back
/// where that says nothing. So what was taken out of a text comes back exactly.
pub(super) fn mark_verbatim(
    text: &Text,
    preamble: Option<&str>,
    items: &mut [Item],
    instead: impl Fn(&Item) -> Result<Option<Arc<str>>, ScannerError>,
) -> Result<(), ScannerError> {
    if !items.iter().any(|item| is_special(item.value(text))) {
        return Ok(());
    }
    let source = text.as_str();
    // Whether the vault holds what is doubtful is not known yet.
    let doubtful = items.iter().any(|item| item.kind == Kind::Doubtful);
    for held in [true, false].into_iter().take(1 + usize::from(doubtful)) {
        let (mut literals, mut at) = (Literals::default(), 0);
        literals.read(preamble.unwrap_or_default());
        for (index, item) in items.iter().enumerate() {
            literals.read(source.get(at..item.span.start).unwrap_or_default());
            at = item.span.end;
            let value = item.value(text);
            match instead(item)? {
                _ if item.kind == Kind::Doubtful && !held => literals.read(value),
                Some(instead) => literals.read(&instead),
                None => literals.put(value, false, index),
            }
        }
        literals.read(source.get(at..).unwrap_or_default());
        literals.finish();
        for (index, escape) in literals.ready() {
            if let Some(item) = items.get_mut(index).filter(|_| escape.is_some()) {
                item.verbatim = true;
            }
        }
    }
    Ok(())
}

/// Adds the places of what the vault has made up, which are to be kept apart from what it stands for.
pub(super) fn add_stand_ins(
    text: &Text,
    items: &mut Vec<Item>,
    compiled: &Compiled,
    interrupt: Interrupt<'_>,
) -> Result<(), ScannerError> {
    let spans = compiled.stand_ins(text, interrupt)?;
    if spans.is_empty() {
        return Ok(());
    }
    let mut doubtful: Vec<Item> = items.extract_if(.., |item| item.kind == Kind::Doubtful).collect();
    // What it is, a recogniser may have a notion of.
    let label = |span: Span| {
        let alike = doubtful.binary_search_by_key(&span.start, |item| item.span.start).ok();
        let alike = alike.and_then(|at| doubtful.get(at)).filter(|item| item.span == span);
        alike.map_or(Cow::Borrowed("CUSTOM"), |item| item.label.clone())
    };
    let stand_ins: Vec<Item> = spans
        .iter()
        .map(|&span| Item { label: label(span), span, score: 1.0, kind: Kind::StandIn, verbatim: false })
        .collect();
    add(items, stand_ins.into_iter());
    add(items, doubtful.drain(..));
    Ok(())
}
