//! One vault: an ordered list of entries and indices of its placeholders and values.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::claim::{Claim, is_bracketed, is_verbatim};
use super::{Exported, Room, SecretText, VaultEntry, VaultError};

/// The highest number that a vault gives of itself.
const MOST: u64 = u32::MAX as u64;

/// A label that no value has.
const EACH: &str = "\0";

/// How many higher ones are kept apart; with more of them, a vault goes on behind the highest.
const MOST_RESERVED: usize = 4_096;

/// Names a stretch of one vault's life in which nothing was removed. No two are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Era(u64);

impl Default for Era {
    fn default() -> Self {
        static ERAS: AtomicU64 = AtomicU64::new(0);
        Self(ERAS.fetch_add(1, Ordering::Relaxed))
    }
}

/// Up to where somebody knows a vault's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    era: Era,
    entries: usize,
}

/// Entries that somebody does not know yet.
#[derive(Debug)]
pub struct News {
    /// Up to where they are known then.
    pub mark: Mark,
    /// Whether they come after those that are known; otherwise they are all there are.
    pub adds: bool,
    /// In order.
    pub entries: Vec<VaultEntry>,
}

/// One vault. Order is that of insertion, and equal entries may occur more than once, as in llm-guard's
/// list of tuples.
#[derive(Debug, Default)]
pub struct VaultState {
    entries: Vec<VaultEntry>,
    /// How often each placeholder occurs.
    placeholders: HashMap<SecretText, usize>,
    /// The first placeholder of each value that is no verbatim one.
    values: HashMap<SecretText, SecretText>,
    /// The first placeholder in brackets of each value whose first is not.
    bracketed: HashMap<SecretText, SecretText>,
    /// The first verbatim placeholder of each value that has one.
    verbatim: HashMap<SecretText, SecretText>,
    /// The last number given to a placeholder, by label.
    pub(super) numbers: HashMap<Box<str>, u64>,
    /// No placeholder gets a number up to this.
    pub(super) floor: u64,
    /// Numbers above those that a vault gives of itself, which are not given either.
    pub(super) reserved: BTreeSet<u64>,
    bytes: usize,
    era: Era,
    version: Arc<AtomicU64>,
}

impl VaultState {
    /// Adds entries at the end: all of them, or on [`VaultError::Full`] none.
    pub fn extend(&mut self, entries: Vec<VaultEntry>, room: &Room) -> Result<(), VaultError> {
        let bytes = entries.iter().fold(self.bytes, |sum, entry| sum.saturating_add(entry.bytes()));
        room.check(self.entries.len().saturating_add(entries.len()), bytes)?;
        for entry in entries {
            self.push(entry);
        }
        Ok(())
    }

    /// Adds an entry whatever the limits say.
    pub(super) fn push(&mut self, entry: VaultEntry) {
        *self.placeholders.entry(entry.placeholder.clone()).or_default() += 1;
        self.index(&entry.placeholder, &entry.value);
        self.bytes = self.bytes.saturating_add(entry.bytes());
        self.entries.push(entry);
        self.changed();
    }

    fn index(&mut self, placeholder: &SecretText, value: &SecretText) {
        if is_verbatim(placeholder.as_str()) {
            self.verbatim.entry(value.clone()).or_insert_with(|| placeholder.clone());
            return;
        }
        let first = self.values.entry(value.clone()).or_insert_with(|| placeholder.clone());
        if is_bracketed(placeholder.as_str()) && !is_bracketed(first.as_str()) {
            self.bracketed.entry(value.clone()).or_insert_with(|| placeholder.clone());
        }
    }

    fn reindex(&mut self, value: &SecretText) {
        self.values.remove(value.as_str());
        self.bracketed.remove(value.as_str());
        self.verbatim.remove(value.as_str());
        let same = self.entries.iter().filter(|held| held.value == *value);
        for placeholder in same.map(|held| held.placeholder.clone()).collect::<Vec<_>>() {
            self.index(&placeholder, value);
        }
    }

    /// Removes the first entry equal to `entry`, as Python's `list.remove`.
    pub fn remove(&mut self, entry: &VaultEntry) -> Result<(), VaultError> {
        if !self.placeholder_exists(entry.placeholder.as_str()) {
            return Err(VaultError::NotFound);
        }
        let at = self.entries.iter().position(|held| held == entry).ok_or(VaultError::NotFound)?;
        let removed = self.entries.remove(at);
        self.era = Era::default();
        self.bytes = self.bytes.saturating_sub(removed.bytes());
        if let Some(count) = self.placeholders.get_mut(removed.placeholder.as_str()) {
            *count -= 1;
            if *count == 0 {
                self.placeholders.remove(removed.placeholder.as_str());
            }
        }
        let first = |of: &HashMap<SecretText, SecretText>| {
            of.get(removed.value.as_str()) == Some(&removed.placeholder)
        };
        if [&self.values, &self.bracketed, &self.verbatim].into_iter().any(first) {
            self.reindex(&removed.value);
        }
        self.changed();
        Ok(())
    }

    /// The entries in order. Shares the texts; copies none.
    pub fn entries(&self) -> Vec<VaultEntry> {
        self.entries.clone()
    }

    /// All of them, without a copy of the list.
    pub(super) fn as_entries(&self) -> &[VaultEntry] {
        &self.entries
    }

    /// The entries from a position on.
    pub(super) fn entries_from(&self, position: usize) -> &[VaultEntry] {
        self.entries.get(position..).unwrap_or_default()
    }

    /// While it is the same, entries are only added at the end.
    pub(super) const fn era(&self) -> Era {
        self.era
    }

    /// What came after a mark, or all there is if that cannot be said.
    pub fn news(&self, mark: Option<Mark>) -> News {
        let known = mark.filter(|mark| mark.era == self.era && mark.entries <= self.entries.len());
        let entries = self.entries_from(known.map_or(0, |mark| mark.entries)).to_vec();
        let mark = Mark { era: self.era, entries: self.entries.len() };
        News { mark, adds: known.is_some(), entries }
    }

    /// The entries themselves.
    pub(super) fn into_entries(self) -> Vec<VaultEntry> {
        self.entries
    }

    /// Whether an entry has this placeholder, in constant time.
    pub fn placeholder_exists(&self, placeholder: &str) -> bool {
        self.placeholders.contains_key(placeholder)
    }

    /// The first placeholder of a value, in constant time; a verbatim one only if there is no other.
    pub fn placeholder_of(&self, value: &str) -> Option<&SecretText> {
        self.values.get(value).or_else(|| self.verbatim.get(value))
    }

    /// The first placeholder of a claim's value that fits it, in constant time.
    pub(super) fn given_for(&self, claim: &Claim) -> Option<&SecretText> {
        let value = claim.value.as_str();
        let of = if claim.verbatim { &self.verbatim } else { &self.values };
        let first = of.get(value).filter(|first| claim.fits(first.as_str()));
        first.or_else(|| self.bracketed.get(value).filter(|first| claim.fits(first.as_str())))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Gives none of the numbers to a placeholder, whatever its label, nor one below them that a vault would give.
    pub fn reserve(&mut self, numbers: &BTreeSet<u64>) {
        for &number in numbers {
            // What numbers a vault goes on with is no text's choice, beyond those that a vault could give.
            if number <= MOST {
                self.floor = self.floor.max(number);
            } else if self.reserved.len() < MOST_RESERVED {
                self.reserved.insert(number);
            } else {
                self.floor = self.floor.max(number.min(u64::MAX / 2));
            }
        }
    }

    /// The numbers that were given by label; for the empty label the last of those reserved, for [`EACH`] the others.
    pub(super) fn numbers(&self) -> Vec<(Box<str>, u64)> {
        let floor = (self.floor > 0).then(|| (Box::default(), self.floor));
        let each = self.reserved.iter().map(|number| (EACH.into(), *number));
        let given = self.numbers.iter().map(|(label, number)| (label.clone(), *number));
        given.chain(floor).chain(each).collect()
    }

    /// Takes over what [`Self::numbers`] said.
    pub(super) fn renumber(&mut self, numbers: Vec<(Box<str>, u64)>) {
        for (label, number) in numbers {
            let last = match &*label {
                "" => &mut self.floor,
                EACH => {
                    self.reserve(&BTreeSet::from([number]));
                    continue;
                }
                _ => self.numbers.entry(label).or_insert(0),
            };
            *last = number.max(*last);
        }
    }

    /// Which of the placeholders no entry has.
    pub fn unknown(&self, placeholders: Vec<Box<str>>) -> Vec<Box<str>> {
        placeholders.into_iter().filter(|one| !self.placeholder_exists(one)).collect()
    }

    /// Removes every entry and gives numbers again.
    pub(super) fn start_over(&mut self) {
        self.clear();
        (self.numbers, self.floor, self.reserved) = (HashMap::new(), 0, BTreeSet::new());
    }

    /// One without entries that gives none of the numbers that this one has given.
    pub(super) fn emptied(&self) -> Self {
        let (numbers, reserved) = (self.numbers.clone(), self.reserved.clone());
        Self { numbers, floor: self.floor, reserved, ..Self::default() }
    }

    /// Removes every entry.
    pub fn clear(&mut self) {
        *self = Self { version: Arc::clone(&self.version), ..self.emptied() };
        self.changed();
    }

    /// The highest number that a placeholder was given, or that is reserved.
    pub(super) fn highest(&self) -> u64 {
        self.numbers.values().copied().max().unwrap_or(0).max(self.floor)
    }

    /// All that [`Self::load`] needs.
    pub fn exported(&self) -> Exported {
        Exported { entries: self.entries(), numbers: self.numbers() }
    }

    /// Adds what was exported; numbers that were given there are not given again.
    pub fn load(&mut self, exported: Exported, room: &Room) -> Result<(), VaultError> {
        self.restore(exported.entries, room)?;
        self.renumber(exported.numbers);
        Ok(())
    }

    /// Adds entries that were in a vault before; the numbers of their placeholders are not given again.
    pub(super) fn restore(&mut self, entries: Vec<VaultEntry>, room: &Room) -> Result<(), VaultError> {
        let numbered = |entry: &VaultEntry| {
            let inner = entry.placeholder.as_str().strip_prefix("[REDACTED_")?.strip_suffix(']')?;
            let (label, number) = inner.rsplit_once('_')?;
            Some((Box::from(label), u64::from(number.parse::<u32>().ok()?)))
        };
        let numbers: Vec<(Box<str>, u64)> = entries.iter().filter_map(numbered).collect();
        self.extend(entries, room)?;
        for (label, number) in numbers {
            let last = self.numbers.entry(label).or_insert(0);
            *last = number.max(*last);
        }
        Ok(())
    }

    /// What the vault counts for in [`super::VaultLimits`].
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// A count of changes, which handles read without asking the vault's owner. 0 is a vault that never held
    /// anything.
    pub(crate) fn version(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.version)
    }

    /// That count.
    pub(crate) fn count_of_changes(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }
}
