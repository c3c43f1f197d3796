//! What in a text is to be replaced: what recognisers found, and what only the vault knows to be private.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use pyshield_core::entity::{CUSTOM, Entity, Recognizers};
use pyshield_core::restore::mentions;
use pyshield_core::values::{Lookup, Pieces, Values, find, is_value};
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
    let Some(sought) = Sought::new(text, &items, known) else {
        add(&mut items, doubtful.into_iter().map(|entity| Item::of(entity, Kind::Doubtful)));
        return Ok(items);
    };
    let more = sought.elsewhere(text, &items, label, interrupt)?;
    add(&mut items, more.into_iter());
    let value = |entity: &&Entity| text.as_str().get(entity.span.range()).unwrap_or_default();
    let (sure, unsure): (Vec<&Entity>, Vec<_>) = doubtful.iter().partition(|one| sought.holds(value(one)));
    let before = items.len();
    add(&mut items, sure.into_iter().map(|entity| Item::of(entity.clone(), Kind::Doubtful)));
    if items.len() > before {
        // What was joined to one of them is joined to nothing now.
        let more = sought.elsewhere(text, &items, label, interrupt)?;
        add(&mut items, more.into_iter());
    }
    add(&mut items, unsure.into_iter().map(|entity| Item::of(entity.clone(), Kind::Doubtful)));
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

/// The values that are looked for in a text: those that were found in it, and those that the vault holds.
struct Sought<'s> {
    own: Values<&'s str>,
    /// Where each of its own was found first.
    firsts: Vec<Item>,
    held: Option<&'s Held>,
    known: Known<'s>,
}

impl<'s> Sought<'s> {
    /// `None` if there are none.
    fn new(text: &'s Text, items: &[Item], known: Known<'s>) -> Option<Self> {
        let (mut values, mut firsts, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for item in items.iter().filter(|item| item.kind == Kind::Found) {
            let value = item.value(text);
            if seen.insert(value) {
                values.push(value);
                firsts.push(item.clone());
            }
        }
        let held = known.held.filter(|held| !held.is_empty());
        let some = !values.is_empty() || held.is_some();
        some.then(|| Self { own: Values::new(values), firsts, held, known })
    }

    fn tables(&self) -> Vec<&dyn Lookup> {
        let held = self.held.iter().flat_map(|held| held.tables());
        std::iter::once(&self.own as &dyn Lookup).chain(held).collect()
    }

    /// Whether a text is one of the values.
    fn holds(&self, text: &str) -> bool {
        is_value(text, &self.tables(), &mut Pieces::default())
    }

    /// Every place beside the items where a value stands alone: one that is sure beside its context word is no other
    /// value elsewhere. Not within placeholders. Linear in the text.
    fn elsewhere(
        &self,
        text: &Text,
        items: &[Item],
        label: impl Fn(Span) -> Cow<'static, str>,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Item>, ScannerError> {
        let tables = self.tables();
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
                let value = source.get(span.range()).unwrap_or_default();
                match place.table.checked_sub(1) {
                    None => more.extend(self.firsts.get(place.index).map(|one| Item { span, ..one.clone() })),
                    Some(_) if self.known.recognizers.allows(value) => {}
                    Some(table) => {
                        let entry = self.held.and_then(|held| held.entry(table, place.index));
                        let called = entry.and_then(label_of).map(|name| Cow::Owned(name.to_owned()));
                        more.push(Item::known(called.unwrap_or_else(|| label(span)), span, Kind::Held));
                    }
                }
            }
            at = at.max(span.end);
        }
        Ok(more)
    }
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
