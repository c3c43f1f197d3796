//! Texts of negative sentiment, by VADER as nltk has it.
//!
//! Scores equal those of nltk's `SentimentIntensityAnalyzer.polarity_scores` under `CPython` 3.11, whose
//! `sum` adds floats one by one; later versions compensate, which can differ in the last printed digit and
//! decides whether sentiments that cancel out sum to exactly zero.

mod known;
mod lexicon;
mod sums;
mod token;
mod vader;

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupt;
use crate::risk::risk_score;
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::stream::windows::Reads;
use crate::verdict::Verdict;

/// llm-guard's class name.
const NAME: &str = "Sentiment";

/// The one lexicon there is, by nltk's name.
const LEXICON: &str = "vader_lexicon";

/// How positive, negative and neutral a text is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PolarityScores {
    /// The negative share, `0.0..=1.0`, three decimals.
    pub neg: f64,
    /// The neutral share, `0.0..=1.0`, three decimals.
    pub neu: f64,
    /// The positive share, `0.0..=1.0`, three decimals.
    pub pos: f64,
    /// All of it in one number, `-1.0..=1.0`, four decimals.
    pub compound: f64,
}

/// nltk's `SentimentIntensityAnalyzer().polarity_scores(text)`. All zero for a text without a token of two
/// characters. Linear in the text; memory grows with the distinct words of the lexicon in it alone.
pub fn polarity_scores(text: &str) -> PolarityScores {
    vader::score(text, Interrupt::NEVER).unwrap_or_default()
}

/// Parameters of a [`Sentiment`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentimentSpec {
    /// The compound score that a text must be above to pass, `-1.0..=1.0`.
    pub threshold: f64,
    /// The lexicon: `vader_lexicon`.
    pub lexicon: String,
}

/// Blocks texts whose compound score is not above a threshold.
#[derive(Debug)]
pub struct Sentiment {
    threshold: f64,
}

impl Sentiment {
    /// A scanner as declared. The lexicon must be `vader_lexicon` and the threshold a finite number.
    pub fn new(spec: &SentimentSpec) -> Result<Self, ConfigError> {
        if spec.lexicon != LEXICON {
            return Err(ConfigError::new(NAME, "lexicon", "there is only `vader_lexicon`"));
        }
        if !spec.threshold.is_finite() {
            return Err(ConfigError::new(NAME, "threshold", "must be a finite number"));
        }
        lexicon::warm_up();
        Ok(Self { threshold: spec.threshold })
    }
}

impl Scanner for Sentiment {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        200 + 5 * bytes as u64
    }

    fn reads(&self) -> Option<Reads> {
        Some(Reads::Whole)
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let text = input.text.as_str();
        if text.is_empty() {
            return Ok(Verdict::pass());
        }
        let compound = vader::score(text, input.interrupt)?.compound;
        if compound > self.threshold {
            return Ok(Verdict::new(true, 0.0));
        }
        let score = compound.abs();
        let mut verdict = Verdict::new(false, risk_score(score, self.threshold));
        verdict.report("NEGATIVE_SENTIMENT", Span::new(0, text.len()), score);
        Ok(verdict)
    }
}
