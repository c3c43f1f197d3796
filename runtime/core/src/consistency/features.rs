//! What the model sees of a claim and its source. `training/consistency/features.py` has the same, with the names of
//! the features.

use std::collections::{HashMap, HashSet};

use super::contrast::Sides;
use super::tokens::Token;
use super::words;

/// How many features there are.
pub(super) const FEATURES: usize = 16;

/// What a word counts that only begins like a word of the source; one that the source has counts 1.
const ALIKE: f64 = 0.7;

/// Letters that words have in common which begin alike.
const PREFIX: usize = 5;

/// Whether the source has each word of the claim; `None` if it only has one that begins like it.
fn presence(sides: &Sides<'_>) -> Vec<Option<bool>> {
    let beginnings: HashSet<&str> = sides.source.iter().filter_map(|token| beginning(&token.stem)).collect();
    let of = |token: &Token| {
        if sides.has(&token.stem) {
            return Some(true);
        }
        let alike =
            !token.is_number && beginning(&token.stem).is_some_and(|start| beginnings.contains(start));
        if alike { None } else { Some(false) }
    };
    sides.claim.iter().map(of).collect()
}

/// The first letters of a stem that has as many.
fn beginning(stem: &str) -> Option<&str> {
    let end = stem.char_indices().nth(PREFIX).map_or(stem.len(), |(at, _)| at);
    stem.get(..end).filter(|start| start.chars().count() == PREFIX)
}

const fn share(present: Option<bool>) -> f64 {
    match present {
        Some(true) => 1.0,
        Some(false) => 0.0,
        None => ALIKE,
    }
}

/// The features of a part of a claim and of what of a source matters for it.
pub(super) fn features(
    claim: &[Token],
    source: &[&Token],
    rarity: impl Fn(&Token) -> f64,
) -> [f64; FEATURES] {
    let sides = Sides::new(claim, source);
    let present = presence(&sides);
    let rare: Vec<f64> = claim.iter().map(rarity).collect();
    let all = rare.iter().sum::<f64>();
    let all = if all > 0.0 { all } else { 1.0 };
    let found = rare.iter().zip(&present).map(|(rare, present)| rare * share(*present)).sum::<f64>() / all;
    let best = claim.iter().zip(&rare).filter(|(token, _)| sides.best_has(token, &token.stem));
    let words = claim.len().max(1) as f64;
    let count = |test: &dyn Fn(&Token) -> bool| claim.iter().filter(|token| test(token)).count();
    let at_most = |most: usize, count: usize| most.min(count) as f64;
    let (numbers, names) = sides.replaced(&present);
    let stopwords = count(&|token| token.is_stopword).max(1) as f64;
    let known = claim.iter().zip(&present).filter(|(token, _)| token.is_stopword);
    [
        found,
        found.min(0.5),
        count(&|token| matches!(token.word.as_str(), "i" | "me" | "my" | "we")) as f64 / words,
        best.map(|(_, rare)| rare).sum::<f64>() / all,
        triples(&sides),
        longest(&sides) as f64 / words,
        at_most(3, count(&|token| token.is_number && !sides.has(&token.stem))),
        at_most(3, sides.missing_names()),
        sides.negations(),
        at_most(2, sides.opposites()),
        at_most(6, missing_run(claim, &present)),
        at_most(2, sides.prefixes()),
        at_most(2, numbers),
        at_most(2, names),
        at_most(3, count(&|token| words::is_quantifier(&token.word) && !sides.has(&token.stem))),
        known.map(|(_, present)| share(*present)).sum::<f64>() / stopwords,
    ]
}

/// The share of three words in a row that the source has as well.
fn triples(sides: &Sides<'_>) -> f64 {
    let known: HashSet<[&str; 3]> =
        sides.source.windows(3).map(|three| [0, 1, 2].map(|at: usize| three[at].stem.as_str())).collect();
    let asked = sides.claim.windows(3).map(|three| [0, 1, 2].map(|at: usize| three[at].stem.as_str()));
    let found = asked.filter(|three| known.contains(three)).count();
    found as f64 / sides.claim.len().saturating_sub(2).max(1) as f64
}

/// The most words in a row that the source has as well.
fn longest(sides: &Sides<'_>) -> usize {
    let mut best = 0;
    let mut before: HashMap<usize, usize> = HashMap::new();
    for token in sides.claim {
        let places = sides.places.get(token.stem.as_str()).map_or(&[][..], Vec::as_slice);
        let run = |at: &usize| {
            let earlier = at.checked_sub(1).and_then(|at| before.get(&at)).copied().unwrap_or(0);
            (*at, earlier + 1)
        };
        before = places.iter().map(run).collect();
        best = before.values().copied().fold(best, usize::max);
    }
    best
}

/// The most words of content in a row that the source lacks.
fn missing_run(claim: &[Token], present: &[Option<bool>]) -> usize {
    let (mut best, mut run) = (0, 0);
    for (_, present) in claim.iter().zip(present).filter(|(token, _)| !token.is_stopword) {
        run = if *present == Some(false) { run + 1 } else { 0 };
        best = best.max(run);
    }
    best
}
