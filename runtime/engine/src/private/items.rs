//! What in a text is to be replaced: what recognisers found, and what only the vault knows to be private.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use pyshield_core::entity::{CUSTOM, Entity, Recognizers};
use pyshield_core::restore::mentions;
use pyshield_core::values::{Lookup, Pieces, Values, find};
use pyshield_core::{Interrupt, ScannerError, Span, Text};

use super::content::is_special;
use super::literals::Literals;
use crate::vault::VERBATIM;
use crate::vault::compiled::Compiled;
use crate::vault::held::{Held, label_of};

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
    /// It is private because the vault holds its value; no recogniser found it.
    Held,
    /// It is private if the vault holds its value.
    Doubtful,
    /// Something that the vault has made up stands in the text itself: it would be taken for what it stands for.
    StandIn,
}

impl Item {
    fn of(entity: Entity, kind: Kind) -> Self {
        Self { label: entity.label, span: entity.span, score: entity.score, kind, verbatim: false }
    }

    const fn known(label: Cow<'static, str>, span: Span, kind: Kind) -> Self {
        Self { label, span, score: 1.0, kind, verbatim: false }
    }

    /// What its placeholder or ciphertext is called after.
    pub(super) fn placed_label(&self) -> Cow<'_, str> {
        if self.verbatim { format!("{VERBATIM}{}", self.label).into() } else { Cow::Borrowed(&self.label) }
    }

    pub(super) fn value<'t>(&self, text: &'t Text) -> &'t str {
        text.as_str().get(self.span.range()).unwrap_or_default()
    }
}

/// What makes something private that no recogniser finds, or keeps it from being so.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// What the vault holds.
    pub(super) held: Option<&'k Held>,
    /// What it has made up, if that is to be kept apart from what it stands for.
    pub(super) made_up: Option<&'k Compiled>,
    /// What the caller allows.
    pub(super) recognizers: &'k Recognizers,
}

/// What was found and what the vault holds, everywhere in the text, and what may be private beside it: disjoint, in text
/// order. `entities` are settled: what recognisers found stays, of the rest the longest that begins first counts.
pub(super) fn items(
    text: &Text,
    entities: Vec<Entity>,
    mut doubtful: Vec<Entity>,
    known: Known<'_>,
    interrupt: Interrupt<'_>,
) -> Result<Vec<Item>, ScannerError> {
    let mut items: Vec<Item> = entities.into_iter().map(|entity| Item::of(entity, Kind::Found)).collect();
    doubtful.sort_by_key(|entity| (entity.span.start, std::cmp::Reverse(entity.span.end)));
    // What it is called, a recogniser may have a notion of.
    let label = |span: Span| {
        let alike = doubtful.iter().skip(doubtful.partition_point(|one| one.span.start < span.start));
        let mut alike = alike.take_while(|one| one.span.start == span.start);
        alike.find(|one| one.span == span).map_or(Cow::Borrowed(CUSTOM), |one| one.label.clone())
    };
    if let Some(made_up) = known.made_up {
        let spans = made_up.stand_ins(text, interrupt)?.into_iter();
        add(&mut items, spans.map(|span| Item::known(label(span), span, Kind::StandIn)));
    }
    let more = elsewhere(text, &items, label, known, interrupt)?;
    add(&mut items, more.into_iter());
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

/// Every other place where a value stands alone that was found in the text, or is in the vault: one that is sure beside its
/// context word is no other value elsewhere. Not within placeholders. Linear in the text.
fn elsewhere(
    text: &Text,
    items: &[Item],
    label: impl Fn(Span) -> Cow<'static, str>,
    known: Known<'_>,
    interrupt: Interrupt<'_>,
) -> Result<Vec<Item>, ScannerError> {
    let (mut values, mut firsts, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for item in items.iter().filter(|item| item.kind == Kind::Found) {
        let value = item.value(text);
        if seen.insert(value) {
            values.push(value);
            firsts.push(item);
        }
    }
    let held = known.held.filter(|held| !held.is_empty());
    if values.is_empty() && held.is_none() {
        return Ok(Vec::new());
    }
    let own = Values::new(values);
    let mut tables: Vec<&dyn Lookup> = vec![&own];
    tables.extend(held.iter().flat_map(|held| held.tables()));
    let source = text.as_str();
    let mut taken: Vec<Span> = items.iter().map(|item| item.span).chain(mentions(source)).collect();
    taken.push(Span::new(source.len(), source.len()));
    taken.sort_by_key(|span| span.start);
    let (mut more, mut pieces, mut at) = (Vec::new(), Pieces::default(), 0);
    for span in taken {
        interrupt.check()?;
        let free = source.get(at..span.start).unwrap_or_default();
        for place in find(free, &tables, &mut pieces, interrupt)? {
            let span = Span::new(at + place.span.start, at + place.span.end);
            match place.table.checked_sub(1) {
                None => more.extend(firsts.get(place.index).map(|first| Item { span, ..(*first).clone() })),
                Some(_) if known.recognizers.allows(source.get(span.range()).unwrap_or_default()) => {}
                Some(table) => {
                    let entry = held.and_then(|held| held.entry(table, place.index));
                    let called = entry.and_then(label_of).map(|name| Cow::Owned(name.to_owned()));
                    more.push(Item::known(called.unwrap_or_else(|| label(span)), span, Kind::Held));
                }
            }
        }
        at = at.max(span.end);
    }
    Ok(more)
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
