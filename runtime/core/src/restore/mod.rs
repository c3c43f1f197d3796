//! Finding the placeholders of redacted values again, however a model wrote them.

mod few;
mod follow;
mod fuzzy;
mod layer;
mod mention;
mod names;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::entity::is_unspaced;
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;
use crate::text::Text;
use crate::verdict::MAX_EDITS;
pub use follow::Following;
use fuzzy::Fuzzy;
use layer::{LARGEST, Layer};
pub use mention::{mentions, numbers, placeholders, sealed};

/// How many times as many placeholders as the next one a layer has at least.
const LAYER_RATIO: usize = 4;

/// How a placeholder is recognised; llm-guard's `MatchingStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// As it was written.
    Exact,
    /// In any case.
    CaseInsensitive,
    /// In any case, with up to three changed, missing or added characters; a digit is never one of them, and what is
    /// as near to another entity's name is not found.
    Fuzzy,
    /// Exactly where possible, fuzzily elsewhere.
    CombinedExactFuzzy,
}

/// How a placeholder stands in the text, which is how its value has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it is, or with Markdown's backslashes.
    Plain,
    /// Percent-encoded, in a URL.
    Percent,
}

/// A placeholder that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Its index in the list the [`Restorer`] was made of.
    pub index: usize,
    /// Where it stands.
    pub span: Span,
    /// How it is written.
    pub form: Form,
}

/// Placeholders to be found, compiled.
pub struct Restorer {
    strategy: Matching,
    /// The placeholders in the order in which they came, those of later layers later.
    layers: Vec<Arc<Layer>>,
    fuzzy: OnceLock<Option<Fuzzy>>,
}

impl Restorer {
    /// Compiles the placeholders; of equal ones the first counts.
    pub fn new(placeholders: Vec<Box<str>>, strategy: Matching) -> Result<Self, ScannerError> {
        let mut layers = Vec::new();
        append(&mut layers, 0, placeholders, strategy)?;
        Ok(Self { strategy, layers, fuzzy: OnceLock::new() })
    }

    /// The same for `placeholders`, which finds what a new one finds. Where they begin like those it has, most
    /// of these are not compiled again: a vault gets some more with every turn of a conversation.
    pub fn renewed(&self, mut placeholders: Vec<Box<str>>) -> Result<Self, ScannerError> {
        let same = |layer: &Arc<Layer>| {
            let theirs = placeholders.get(layer.first..layer.first + layer.placeholders.len());
            theirs == Some(&*layer.placeholders)
        };
        let kept = self.layers.iter().take_while(|layer| same(layer)).count();
        let mut layers = self.layers.get(..kept).unwrap_or_default().to_vec();
        let end =
            |layers: &[Arc<Layer>]| layers.last().map_or(0, |layer| layer.first + layer.placeholders.len());
        if placeholders.len() > end(&layers) {
            // Each layer has several times as many as the next, so that there are few of them and each
            // placeholder is compiled few times.
            let few = |layer: &Arc<Layer>| {
                layer.placeholders.len()
                    < LAYER_RATIO * (placeholders.len() - layer.first - layer.placeholders.len())
            };
            while layers.pop_if(|layer| few(layer)).is_some() {}
            let first = end(&layers);
            append(&mut layers, first, placeholders.split_off(first), self.strategy)?;
        }
        Ok(Self { strategy: self.strategy, layers, fuzzy: OnceLock::new() })
    }

    fn placeholders(&self) -> impl Iterator<Item = &Box<str>> {
        self.layers.iter().flat_map(|layer| &layer.placeholders)
    }

    /// Every placeholder in the text, in order and disjoint. Of two that overlap the one that begins first
    /// counts, then the longer. A placeholder that ends with a letter or digit does not match before another
    /// one: `PERSON_1` is not in `PERSON_10`.
    ///
    /// Takes time linear in the text.
    pub fn find(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Vec<Restored>, ScannerError> {
        let found = self.written(text, interrupt)?;
        let mut found = disjoint(found);
        if matches!(self.strategy, Matching::Fuzzy | Matching::CombinedExactFuzzy) {
            let fuzzy = self.fuzzy.get_or_init(|| {
                let all: Vec<Box<str>> = self.placeholders().cloned().collect();
                Fuzzy::new(&all).ok()
            });
            if let Some(fuzzy) = fuzzy {
                let more = fuzzy.find(text, &found, interrupt)?;
                found.extend(more);
                found = disjoint(found);
            }
        }
        Ok(found)
    }

    /// Every placeholder as it is or dressed for Markdown or a URL, those that overlap too. Whether a place is
    /// one depends on the place alone and the characters beside it.
    fn written(&self, text: &Text, interrupt: Interrupt<'_>) -> Result<Vec<Restored>, ScannerError> {
        let (mut plain, mut dressed) = (Vec::new(), Vec::new());
        // Every dress has one of these.
        let dresses = text.as_str().contains(['\\', '%']);
        for layer in &self.layers {
            layer.plain(text, interrupt, &mut plain)?;
            if dresses {
                layer.dressed(text, interrupt, &mut dressed)?;
            }
        }
        for found in [&mut plain, &mut dressed] {
            longest(found)?;
            // A shorter one that ends there as well was none, whatever stands before the longer one.
            found.retain(|one| stands_alone(text.as_str(), one.span));
        }
        plain.append(&mut dressed);
        Ok(plain)
    }
}

/// Compiles placeholders that come after those of the layers, as many together as can be.
fn append(
    layers: &mut Vec<Arc<Layer>>,
    mut first: usize,
    mut placeholders: Vec<Box<str>>,
    strategy: Matching,
) -> Result<(), ScannerError> {
    loop {
        let mut bytes = 0;
        let mut fits = |one: &str| {
            bytes += one.len();
            bytes <= LARGEST
        };
        let count = placeholders.iter().take_while(|one| fits(one)).count().max(1);
        let rest = placeholders.split_off(count.min(placeholders.len()));
        let length = placeholders.len();
        layers.push(Arc::new(Layer::new(first, placeholders, strategy)?));
        if rest.is_empty() {
            return Ok(());
        }
        (first, placeholders) = (first + length, rest);
    }
}

/// Keeps of those that end at one place the longest, of equal ones the first: as one layer finds them.
fn longest(found: &mut Vec<Restored>) -> Result<(), ScannerError> {
    found.sort_by_key(|one| (one.span.end, one.span.start, one.index));
    found.dedup_by_key(|one| one.span.end);
    if found.len() > MAX_EDITS {
        return Err(ScannerError::Limit { what: "placeholders", limit: MAX_EDITS });
    }
    Ok(())
}

impl std::fmt::Debug for Restorer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restorer").field("placeholders", &self.placeholders().count()).finish_non_exhaustive()
    }
}

/// Whether a character is part of a word, so that another one beside it continues the word: a letter, digit or
/// accent, but not of a script that puts no spaces between words.
pub(crate) fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)) && !is_unspaced(c)
}

/// Whether no letter or digit continues a match that begins or ends with one.
pub fn stands_alone(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).and_then(|before| before.chars().next_back());
    let after = text.get(span.end..).and_then(|after| after.chars().next());
    let inside = text.get(span.range()).unwrap_or_default();
    let (first, last) = (inside.chars().next(), inside.chars().next_back());
    let joined = |a: Option<char>, b: Option<char>| a.is_some_and(is_word) && b.is_some_and(is_word);
    !joined(before, first) && !joined(last, after)
}

/// Whether no letter or digit comes right before or after.
pub fn is_apart(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).and_then(|before| before.chars().next_back());
    let after = text.get(span.end..).and_then(|after| after.chars().next());
    !before.is_some_and(is_word) && !after.is_some_and(is_word)
}

/// The words of a text, and the pairs of letters where there are none: what lacks one of another text's does not
/// hold it where a placeholder of that text would count.
pub fn words(text: &str) -> HashSet<&str> {
    let mut words: HashSet<&str> = text.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
    let mut before: Option<usize> = None;
    for (at, c) in text.char_indices() {
        let unspaced = is_unspaced(c);
        if let Some(before) = before.filter(|_| unspaced) {
            words.extend(text.get(before..at + c.len_utf8()));
        }
        before = unspaced.then_some(at);
    }
    words
}

/// In text order, without overlaps.
fn disjoint(mut found: Vec<Restored>) -> Vec<Restored> {
    found.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut end = 0;
    found.retain(|one| {
        let free = one.span.start >= end;
        if free {
            end = one.span.end;
        }
        free
    });
    found
}

/// With `%XX` for every byte that is not unreserved in RFC 3986.
pub fn percent_encode(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// With `escape`, a backslash or two, before those of `signs` that Markdown would read.
fn markdown(text: &str, signs: &str, escape: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if signs.contains(c) {
            out.push_str(escape);
        }
        out.push(c);
    }
    out
}
