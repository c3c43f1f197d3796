//! Which language a text is in.
//!
//! Scripts that belong to one language need no model. The languages of the others are told apart by a linear
//! model of the n-grams of their words, trained by `training/language` and described in
//! `docs/models/language.md`. A text in several scripts is shared out by their letters.
//!
//! Linear in the text; nothing is allocated while it is read.

mod score;
mod script;
mod weights;
mod words;

use std::sync::LazyLock;

use self::score::Scores;
use self::weights::Weights;
use crate::interrupt::{Interrupt, Interrupted};

pub use self::weights::{Language, WeightsError};

/// The weights that come with pyshield.
const BUNDLED: &[u8] = include_bytes!("../../weights/language.bin");

/// Tells languages apart.
#[derive(Debug)]
pub struct Identifier {
    weights: Weights,
}

/// What a text's language is taken for.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Each language with its probability, most probable first. Empty for a text without letters.
    pub languages: Vec<(Language, f64)>,
    /// The probability of no known language; 1 for a text without letters.
    pub undetermined: f64,
}

impl Detection {
    /// The most probable language, and its probability; `None` if no known language is more probable.
    pub fn best(&self) -> Option<(Language, f64)> {
        self.languages.first().copied().filter(|&(_, chance)| chance > self.undetermined)
    }

    /// The languages with a probability above `threshold`, most probable first.
    pub fn above(&self, threshold: f64) -> impl Iterator<Item = (Language, f64)> {
        self.languages.iter().copied().take_while(move |&(_, chance)| chance > threshold)
    }
}

impl Identifier {
    /// An identifier with weights in the format that `training/language` writes.
    pub fn from_bytes(weights: &[u8]) -> Result<Self, WeightsError> {
        Ok(Self { weights: Weights::from_bytes(weights)? })
    }

    /// What verdicts call the one that comes with pyshield. The number changes with its weights.
    pub const NAME: &str = "pyshield-language 1";

    /// The identifier that comes with pyshield. The first call reads its weights, which takes about a
    /// millisecond.
    pub fn bundled() -> Result<&'static Self, WeightsError> {
        static SHARED: LazyLock<Result<Identifier, WeightsError>> =
            LazyLock::new(|| Identifier::from_bytes(BUNDLED));
        SHARED.as_ref().map_err(|error| *error)
    }

    /// The languages of `text`.
    pub fn identify(&self, text: &str, interrupt: Interrupt<'_>) -> Result<Detection, Interrupted> {
        let mut scores = Scores::new(&self.weights);
        words::read(text, interrupt, &mut scores)?;
        let found = scores.probabilities();
        Ok(found
            .map_or(Detection { languages: Vec::new(), undetermined: 1.0 }, |(languages, undetermined)| {
                Detection { languages, undetermined }
            }))
    }

    /// Every language that may be found.
    pub fn languages(&self) -> Vec<Language> {
        let scripts = self.weights.scripts.iter().flat_map(|script| script.languages.iter().copied());
        let singles = script::SINGLE.iter().filter_map(|code| Language::from_code(code));
        let mut all: Vec<_> =
            scripts.chain(singles).filter(|&language| language != Language::UNDETERMINED).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
