//! A vault's values, compiled to be found in texts: what was private once is private in every later text.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use pyshield_core::values::{Lookup, Value, Values};

use super::claim::{VERBATIM, is_bracketed};
use super::compiled::Seen;
use super::{Mark, News, VaultEntry};

/// How many times as many entries as the next one a layer has at least.
const LAYER_RATIO: usize = 4;

impl Value for VaultEntry {
    fn value(&self) -> &str {
        self.value.as_str()
    }
}

/// The values of one state of a vault.
pub(crate) struct Held {
    /// Which state.
    pub(crate) seen: Seen,
    /// The same for who reads what came after it.
    pub(crate) mark: Option<Mark>,
    /// Its entries in the order in which they came. Each layer has several times as many as the next, so that there are
    /// few of them and each entry is compiled few times.
    layers: Vec<Arc<Values<VaultEntry>>>,
    /// Whether something in it was made up.
    makes_up: bool,
}

impl Held {
    /// All entries of a state.
    pub(crate) fn new(seen: Seen, entries: Vec<VaultEntry>) -> Self {
        Self { seen, mark: None, layers: Vec::new(), makes_up: false }.grown(entries)
    }

    /// What is known from `news`, most of which may be `known`.
    pub(crate) fn renewed(seen: Seen, news: News, known: Option<&Self>) -> Self {
        let known = known.filter(|_| news.adds);
        let layers = known.map(|known| known.layers.clone()).unwrap_or_default();
        let makes_up = known.is_some_and(|known| known.makes_up);
        Self { seen, mark: Some(news.mark), layers, makes_up }.grown(news.entries)
    }

    /// How many entries [`Self::renewed`] compiles.
    pub(crate) fn work(news: &News, known: Option<&Self>) -> usize {
        let layers = known.filter(|_| news.adds).map_or(&[][..], |known| &known.layers);
        let kept = kept(layers, news.entries.len());
        layers.iter().skip(kept).fold(news.entries.len(), |work, layer| work + layer.values().len())
    }

    fn grown(mut self, entries: Vec<VaultEntry>) -> Self {
        self.makes_up |= entries.iter().any(|entry| !is_bracketed(entry.placeholder.as_str()));
        if entries.is_empty() {
            return self;
        }
        let kept = kept(&self.layers, entries.len());
        let mut all: Vec<VaultEntry> = Vec::new();
        for layer in self.layers.drain(kept..) {
            all.extend_from_slice(layer.values());
        }
        all.extend(entries);
        self.layers.push(Arc::new(Values::new(all)));
        self
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether something in it was made up, so that it may stand in a text of itself.
    pub(crate) const fn makes_up(&self) -> bool {
        self.makes_up
    }

    /// What finds its values, older ones first.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &dyn Lookup> {
        self.layers.iter().map(|layer| &**layer as &dyn Lookup)
    }

    /// What one of those has at an index.
    pub(crate) fn entry(&self, table: usize, index: usize) -> Option<&VaultEntry> {
        self.layers.get(table)?.values().get(index)
    }

    /// All values.
    pub(crate) fn values(&self) -> HashSet<&str> {
        self.layers.iter().flat_map(|layer| layer.values()).map(Value::value).collect()
    }
}

/// How many layers stay when so many entries are `added`.
fn kept(layers: &[Arc<Values<VaultEntry>>], added: usize) -> usize {
    let (mut kept, mut compiled) = (layers.len(), added);
    while let Some(last) = kept.checked_sub(1).and_then(|last| layers.get(last))
        && added > 0
        && last.values().len() < LAYER_RATIO * compiled
    {
        compiled += last.values().len();
        kept -= 1;
    }
    kept
}

/// What a value was called when it was given its placeholder; nothing of one that was made up.
pub(crate) fn label_of(entry: &VaultEntry) -> Option<&str> {
    let inner = entry.placeholder.as_str().strip_prefix("[REDACTED_")?.strip_suffix(']')?;
    let (label, number) = inner.rsplit_once('_')?;
    let label = label.strip_prefix(VERBATIM).unwrap_or(label);
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && !label.is_empty()).then_some(label)
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(..)")
    }
}

#[cfg(test)]
mod tests {
    use pyshield_core::Interrupt;
    use pyshield_core::values::{Pieces, find};

    use super::super::VaultState;
    use super::*;

    fn entry(n: usize) -> VaultEntry {
        VaultEntry::new(format!("[REDACTED_PERSON_{n}]"), format!("person {n}"))
    }

    #[test]
    fn it_grows_with_its_vault_and_compiles_little_again() {
        let mut state = VaultState::default();
        let mut held = Held::renewed(Seen::Version(0), state.news(None), None);
        assert!(held.is_empty());
        for n in 0..1_000 {
            state.push(entry(n));
            held = Held::renewed(Seen::Version(0), state.news(held.mark), Some(&held));
        }
        assert!(held.layers.len() < 8, "{}", held.layers.len());
        let firsts = held.layers[0].clone();
        state.push(entry(1_000));
        held = Held::renewed(Seen::Version(0), state.news(held.mark), Some(&held));
        assert!(Arc::ptr_eq(&firsts, &held.layers[0]));
        let tables: Vec<_> = held.tables().collect();
        let text = "person 1 and person 1000, person 500; person 1001";
        let found = find(text, &tables, &mut Pieces::default(), Interrupt::NEVER).unwrap();
        let found: Vec<_> = found
            .iter()
            .filter_map(|place| held.entry(place.table, place.index))
            .map(|entry| entry.placeholder.as_str())
            .collect();
        assert_eq!(found, ["[REDACTED_PERSON_1]", "[REDACTED_PERSON_1000]", "[REDACTED_PERSON_500]"]);

        // What was removed is not known any more.
        state.remove(&entry(1)).unwrap();
        held = Held::renewed(Seen::Version(0), state.news(held.mark), Some(&held));
        assert_eq!((held.layers.len(), held.values().len()), (1, 1_000));
        assert!(!held.values().contains("person 1") && held.values().contains("person 2"));
    }

    #[test]
    fn a_value_is_what_its_placeholder_says() {
        for (placeholder, label) in [
            ("[REDACTED_EMAIL_ADDRESS_7]", Some("EMAIL_ADDRESS")),
            ("[REDACTED_VERBATIM_CUSTOM_1]", Some("CUSTOM")),
            ("[REDACTED_EMPLOYEE ID_1]", Some("EMPLOYEE ID")),
            ("[REDACTED_1]", None),
            ("[REDACTED_PERSON_x]", None),
            ("Grace Hopper", None),
        ] {
            assert_eq!(label_of(&VaultEntry::new(placeholder, "Ada")), label, "{placeholder}");
        }
    }
}
