//! What in a claim speaks against its following from a source. `training/consistency/contrast.py` has the same.

use std::collections::{HashMap, HashSet};

use super::select::sentences;
use super::tokens::Token;
use super::words;

/// Words after a negation that it may be about.
const REACH: usize = 4;

/// Prefixes that turn a word round, and the fewest letters of such words: `income` is no contrary of `come`.
const PREFIXES: [(&str, usize); 7] =
    [("un", 4), ("dis", 4), ("non", 4), ("in", 5), ("im", 5), ("il", 5), ("ir", 5)];

/// A part of a claim beside what of the source matters for it.
pub(super) struct Sides<'a> {
    pub(super) claim: &'a [Token],
    pub(super) source: &'a [&'a Token],
    /// Where each stem stands in the source.
    pub(super) places: HashMap<&'a str, Vec<usize>>,
    /// The stems of the source's sentence that is most like a sentence of the claim, by its number.
    best: HashMap<usize, HashSet<&'a str>>,
}

impl<'a> Sides<'a> {
    /// Finds for each sentence of the claim the sentence of the source that has most of its words.
    pub(super) fn new(claim: &'a [Token], source: &'a [&'a Token]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, token) in source.iter().enumerate() {
            places.entry(token.stem.as_str()).or_default().push(at);
        }
        let bags: Vec<HashSet<&str>> = sentences(source)
            .map(|sentence| sentence.iter().map(|token| token.stem.as_str()).collect())
            .collect();
        let mut best = HashMap::new();
        for sentence in sentences(claim) {
            let content: Vec<&str> =
                sentence.iter().filter(|token| !token.is_stopword).map(|token| token.stem.as_str()).collect();
            let count = |bag: &HashSet<&str>| content.iter().filter(|stem| bag.contains(*stem)).count();
            // The first of equals.
            let most = bags.iter().rev().max_by_key(|bag| count(bag));
            if let (Some(first), Some(most)) = (sentence.first(), most.filter(|_| !content.is_empty())) {
                best.insert(first.sentence, most.clone());
            }
        }
        Self { claim, source, places, best }
    }

    /// Whether the source has the stem.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.places.contains_key(stem)
    }

    /// Whether the sentence of the source that is most like the token's has the stem.
    pub(super) fn best_has(&self, token: &Token, stem: &str) -> bool {
        self.best.get(&token.sentence).is_some_and(|bag| bag.contains(stem))
    }

    fn places(&self, stem: &str) -> &[usize] {
        self.places.get(stem).map_or(&[], Vec::as_slice)
    }

    /// Names of the claim that the source lacks.
    pub(super) fn missing_names(&self) -> usize {
        let missing = |token: &&Token| {
            token.is_name && !token.is_number && !token.is_stopword && !self.has(&token.stem)
        };
        self.claim.iter().filter(missing).count()
    }

    /// Negations of the claim that stand before words which the source does not negate; two at most. One that
    /// stands before no word of content counts half.
    pub(super) fn negations(&self) -> f64 {
        let negated: HashSet<usize> = (self.source.iter().enumerate())
            .filter(|(_, token)| token.is_negation)
            .flat_map(|(at, _)| at.saturating_sub(1)..=at + REACH)
            .collect();
        let mut count = 0.0;
        for (at, _) in self.claim.iter().enumerate().filter(|(_, token)| token.is_negation) {
            let after = self.claim.iter().skip(at + 1).take(REACH).filter(|token| !token.is_stopword).take(2);
            let mut after = after.peekable();
            if after.peek().is_none() {
                count += 0.5;
            } else if !after.any(|token| self.places(&token.stem).iter().any(|place| negated.contains(place)))
            {
                count += 1.0;
            }
        }
        f64::min(2.0, count)
    }

    /// Words of the claim for which the most similar sentence has the opposite.
    pub(super) fn opposites(&self) -> usize {
        let turned = |token: &&Token| {
            !self.best_has(token, &token.stem)
                && words::opposites(&token.stem).iter().any(|opposite| self.best_has(token, opposite))
        };
        self.claim.iter().filter(turned).count()
    }

    /// Words that the source has only with, or only without, a prefix that turns them round.
    pub(super) fn prefixes(&self) -> usize {
        let turned = |token: &&Token| {
            let stem = token.stem.as_str();
            let is_long = |word: &str, least: usize| word.chars().count() >= least;
            !self.has(stem)
                && PREFIXES.iter().any(|(prefix, least)| {
                    stem.strip_prefix(prefix).is_some_and(|rest| is_long(rest, *least) && self.has(rest))
                        || (is_long(stem, *least) && self.has(&format!("{prefix}{stem}")))
                })
        };
        self.claim.iter().filter(turned).count()
    }

    /// Missing words whose neighbours the source has with one or two other words between: numbers for which it
    /// has another number, and names for which it has another name. `present` says of each word of the claim
    /// whether the source has it, has one like it (`None`), or lacks it.
    pub(super) fn replaced(&self, present: &[Option<bool>]) -> (usize, usize) {
        let (mut numbers, mut names) = (0, 0);
        for (three, present) in self.claim.windows(3).zip(present.windows(3)) {
            let ([before, token, after], [Some(true), Some(false), Some(true)]) = (three, present) else {
                continue;
            };
            let after = self.places(&after.stem);
            let gap = self.places(&before.stem).iter().find(|place| {
                after.binary_search(&(*place + 2)).is_ok() || after.binary_search(&(*place + 3)).is_ok()
            });
            if let Some(there) = gap.and_then(|place| self.source.get(place + 1)) {
                numbers += usize::from(token.is_number && there.is_number);
                names += usize::from(token.is_upper && there.is_upper && !token.is_stopword);
            }
        }
        (numbers, names)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    /// Negations, opposites, prefixes and missing names.
    fn counts(source: &str, claim: &str) -> (f64, usize, usize, usize) {
        let (source, claim) = (tokens(source), tokens(claim));
        let source: Vec<&Token> = source.iter().collect();
        let sides = Sides::new(&claim, &source);
        (sides.negations(), sides.opposites(), sides.prefixes(), sides.missing_names())
    }

    #[test]
    fn negations_are_matched() {
        let text = "She did not sell the oven. He sold the shop.";
        for (claim, expected) in
            [("She didn't sell it", 0.0), ("He never sold the shop", 1.0), ("Is it? No", 0.5)]
        {
            assert!((counts(text, claim).0 - expected).abs() < 0.1, "{claim}");
        }
    }

    #[test]
    fn opposites_and_prefixes_are_seen() {
        let text = "Prices rose in May. The staff was happy. Sales fell in June.";
        assert_eq!(counts(text, "Prices fell in May").1, 1);
        assert_eq!(counts(text, "Sales fell in June").1, 0);
        assert_eq!(counts(text, "The staff was unhappy").2, 1);
        assert_eq!(counts("It will come late.", "Its income was low").2, 0);
    }

    #[test]
    fn missing_names_are_counted_inside_sentences() {
        assert_eq!(counts("Ola met Bo.", "Then Bo and Ola met Mette Lund").3, 2);
    }
}
