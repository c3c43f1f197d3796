//! How likely a claim is to follow from a text.
//!
//! A linear model of the words of both: which of the claim's stand in the text, how rare they are, which runs of
//! them, and what speaks against it: numbers and names that are missing, negations, opposites. Trained by
//! `training/consistency` and described in `docs/models/consistency.md`. It knows English best, and nothing of
//! what words mean: a claim in other words than the text's is not recognised.
//!
//! Time and memory are linear in both texts: every part of the claim is compared with a bounded part of the text.

mod contrast;
mod features;
mod select;
mod tokens;
mod weights;
mod words;

use std::sync::LazyLock;

use self::select::Source;
use self::tokens::Token;
use self::weights::Weights;
use crate::interrupt::{Interrupt, Interrupted};

pub use self::weights::ConsistencyWeightsError;

/// The weights that come with pyshield.
const BUNDLED: &[u8] = include_bytes!("../../weights/consistency.bin");

/// Judges claims.
#[derive(Debug)]
pub struct ConsistencyModel {
    weights: Weights,
}

impl ConsistencyModel {
    /// A model with weights in the format that `training/consistency` writes.
    pub fn from_bytes(weights: &[u8]) -> Result<Self, ConsistencyWeightsError> {
        Ok(Self { weights: Weights::from_bytes(weights)? })
    }

    /// What verdicts call the one that comes with pyshield. The number changes with its weights.
    pub const NAME: &str = "pyshield-consistency 1";

    /// The model that comes with pyshield.
    pub fn bundled() -> Result<&'static Self, ConsistencyWeightsError> {
        static SHARED: LazyLock<Result<ConsistencyModel, ConsistencyWeightsError>> =
            LazyLock::new(|| ConsistencyModel::from_bytes(BUNDLED));
        SHARED.as_ref().map_err(|error| *error)
    }

    /// How likely `claim` is to follow from `source`, `0.0..=1.0`, as far as words tell; that of its least
    /// supported part, if it is long. Half of what is asked is taken to follow. `None` if a text has no words.
    pub fn score(
        &self,
        source: &str,
        claim: &str,
        interrupt: Interrupt<'_>,
    ) -> Result<Option<f64>, Interrupted> {
        let asked = tokens::tokens(claim);
        let source = tokens::tokens(source);
        if asked.is_empty() || source.is_empty() {
            return Ok(None);
        }
        interrupt.check()?;
        let source = Source::new(&source);
        let mut lowest = f64::INFINITY;
        for part in select::parts(&asked) {
            interrupt.check()?;
            lowest = lowest.min(self.sum(&source, part));
        }
        Ok(Some(1.0 / (1.0 + (-lowest).exp())))
    }

    fn sum(&self, source: &Source<'_>, part: &[Token]) -> f64 {
        let there = source.relevant(part);
        // A part with no word in common with a long source is as little supported as can be.
        if there.is_empty() {
            return f64::NEG_INFINITY;
        }
        self.weights.sum(&features::features(part, &there, |token| self.weights.rarity(token)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    /// What training wrote down of a pair.
    #[derive(Deserialize)]
    struct Pair {
        source: String,
        claim: String,
        stems: String,
        /// Of each part of the claim; none for one with no word in common with a long source.
        features: Vec<Option<Vec<f64>>>,
        score: f64,
    }

    fn score(source: &str, claim: &str) -> Option<f64> {
        ConsistencyModel::bundled().unwrap().score(source, claim, Interrupt::NEVER).unwrap()
    }

    /// Weights are of use only to what reads texts as training did; `training/consistency/reference.py` wrote
    /// down how it reads these.
    #[test]
    fn pairs_are_read_as_in_training() {
        let pairs: Vec<Pair> = serde_json::from_str(include_str!("reference.json")).unwrap();
        assert!(pairs.len() > 10);
        let model = ConsistencyModel::bundled().unwrap();
        for pair in pairs {
            let both = tokens::tokens(&format!("{}\n{}", pair.source, pair.claim));
            let stems: Vec<&str> = both.iter().map(|token| token.stem.as_str()).collect();
            assert_eq!(stems.join(" "), pair.stems);
            let (source, claim) = (tokens::tokens(&pair.source), tokens::tokens(&pair.claim));
            let source = Source::new(&source);
            assert_eq!(select::parts(&claim).count(), pair.features.len(), "{}", pair.claim);
            for (part, expected) in select::parts(&claim).zip(&pair.features) {
                let there = source.relevant(part);
                assert_eq!(there.is_empty(), expected.is_none(), "{}", pair.claim);
                let Some(expected) = expected else { continue };
                let found = features::features(part, &there, |token| model.weights.rarity(token));
                assert_eq!(found.len(), expected.len());
                for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                    assert!((found - expected).abs() < 1e-8, "{} {at}: {found} {expected}", pair.claim);
                }
            }
            let found = score(&pair.source, &pair.claim).unwrap();
            assert!((found - pair.score).abs() < 1e-6, "{} {found} {}", pair.claim, pair.score);
        }
    }

    const REPORT: &str = "The cooperative in Parnu opened its second bakery on 14 March. Sales rose by 12 percent \
        to 340,000 euros, and eight bakers were hired. The chair, Mette Lund, did not sell the old oven.";

    #[test]
    fn what_follows_scores_higher() {
        for (follows, does_not) in [
            ("Sales rose by 12 percent to 340,000 euros.", "Sales rose by 15 percent to 340,000 euros."),
            ("The cooperative opened its second bakery.", "I love bakeries, do you have one near you?"),
            ("Mette Lund did not sell the old oven.", "The mayor of Riga gave a speech about ovens."),
            ("Eight bakers were hired.", "The bakers went on strike over unpaid wages."),
            ("It opened its second bakery on 14 March.", "It closed its second bakery on 16 March."),
        ] {
            let (right, wrong) = (score(REPORT, follows).unwrap(), score(REPORT, does_not).unwrap());
            assert!(right > 0.5 && wrong < 0.5, "{follows} {right}; {does_not} {wrong}");
        }
    }

    #[test]
    fn what_has_no_words_has_no_score() {
        for (source, claim) in [("", "a claim"), ("a text", "?! ..."), (" ", "")] {
            assert_eq!(score(source, claim), None);
        }
    }

    #[test]
    fn one_unsupported_part_is_enough() {
        let supported = "The cooperative in Parnu opened its second bakery on 14 March. ".repeat(12);
        let added =
            format!("{supported}{}", "Its ships sank off Iceland in a storm last winter. ".repeat(12));
        assert!(score(REPORT, &supported).unwrap() > 2.0 * score(REPORT, &added).unwrap());
    }

    #[test]
    fn the_right_place_in_a_long_source_is_found() {
        let long =
            format!("{}{REPORT}{}", "Nothing happened in town. ".repeat(9_000), " It rained.".repeat(9_000));
        assert!(score(&long, "Sales rose by 12 percent to 340,000 euros.").unwrap() > 0.5);
        assert!(score(&long, "Profits fell by 15 percent to 40,000 dollars.").unwrap() < 0.5);
    }

    #[test]
    fn long_texts_take_linear_time() {
        let began = std::time::Instant::now();
        for piece in ["a ", "word. ", "1,", "it's", "東", "Not no ", "a\n", "un", "three in a row, 3.5 "] {
            let text = piece.repeat(100_000 / piece.len());
            score(&text, &text);
        }
        assert!(began.elapsed().as_secs() < 60);
    }

    #[test]
    fn an_interrupt_ends_it() {
        let stopped = std::sync::atomic::AtomicBool::new(true);
        let interrupt = Interrupt::new(None, Some(&stopped));
        assert!(ConsistencyModel::bundled().unwrap().score("a text", "a claim", interrupt).is_err());
    }

    proptest! {
        #[test]
        fn any_pair_has_a_score(source in "\\PC{0,200}", claim in "\\PC{0,80}") {
            prop_assert!(score(&source, &claim).is_none_or(|score| (0.0..=1.0).contains(&score)));
        }

        #[test]
        fn words_have_scores(source in "([a-cA-C1-3'.,!?n]{1,4}[ \n]){0,300}", claim in "([a-cA-C1-3'.,!?n]{1,4}[ \n]){0,200}") {
            prop_assert!(score(&source, &claim).is_none_or(|score| (0.0..=1.0).contains(&score)));
        }
    }
}
