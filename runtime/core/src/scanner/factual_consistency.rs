//! Outputs whose words do not bear out that they follow from their prompt.

use serde::Deserialize;

use crate::consistency::ConsistencyModel;
use crate::error::{ConfigError, ScannerError};
use crate::risk::{risk_score, round_to};
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::stream::windows::Reads;
use crate::verdict::Verdict;

const NAME: &str = "FactualConsistency";

/// The least score that the scanner asks for when nobody says, which is llm-guard's. It stands for the model's own
/// cut of one half; below and above it the scale stays straight.
const USUAL: f64 = 0.75;

/// Nanoseconds that a pair takes, and a byte of it, on a machine of 2024.
const TEXT_NS: u64 = 20_000;
const BYTE_NS: u64 = 400;

/// Parameters of a [`FactualConsistency`]; the name is llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactualConsistencySpec {
    /// The least score that passes, `0.0..=1.0`.
    pub minimum_score: f64,
}

/// Refuses outputs that, as far as words tell, do not follow from their prompt; see [`crate::consistency`].
///
/// Risk: llm-guard's for what is missing of a score of one. Without a prompt, or without words, an output passes.
#[derive(Debug)]
pub struct FactualConsistency {
    model: &'static ConsistencyModel,
    minimum: f64,
}

impl FactualConsistency {
    /// A scanner as declared.
    pub fn new(spec: &FactualConsistencySpec) -> Result<Self, ConfigError> {
        if !(0.0..=1.0).contains(&spec.minimum_score) {
            return Err(ConfigError::new(NAME, "minimum_score", "must be at least 0 and at most 1"));
        }
        let model = ConsistencyModel::bundled()
            .map_err(|error| ConfigError::new(NAME, "model", error.to_string()))?;
        Ok(Self { model, minimum: spec.minimum_score })
    }
}

/// The score of a chance: 0.5 is [`USUAL`].
fn scaled(chance: f64) -> f64 {
    if chance <= 0.5 { chance / 0.5 * USUAL } else { USUAL + (chance - 0.5) / 0.5 * (1.0 - USUAL) }
}

impl Scanner for FactualConsistency {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> Option<&'static str> {
        Some(ConsistencyModel::NAME)
    }

    /// The prompt, whose length is not asked for, is taken to be as long as the output.
    fn cost_ns(&self, bytes: usize) -> u64 {
        TEXT_NS + 2 * BYTE_NS * bytes as u64
    }

    fn reads(&self) -> Option<Reads> {
        Some(Reads::Whole)
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let Some(prompt) = input.prompt else {
            return Ok(Verdict::pass());
        };
        let chance = self.model.score(prompt.as_str(), input.text.as_str(), input.interrupt)?;
        let Some(score) = chance.map(scaled) else {
            return Ok(Verdict::pass());
        };
        let (entails, not) = (round_to(score, 2), round_to(1.0 - score, 2));
        let mut verdict = Verdict::new(entails >= self.minimum, risk_score(not, self.minimum));
        if !verdict.valid {
            verdict.report("INCONSISTENT", Span::new(0, input.text.len()), not);
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interrupt::Interrupt;
    use crate::literal::LiteralHits;
    use crate::text::Text;

    fn scan(prompt: Option<&str>, output: &str, minimum_score: f64) -> Verdict {
        let scanner = FactualConsistency::new(&FactualConsistencySpec { minimum_score }).unwrap();
        let evidence = Evidence { literals: &LiteralHits::default() };
        let (text, prompt) = (Text::from(output), prompt.map(Text::from));
        let input = Input { text: &text, prompt: prompt.as_ref(), interrupt: Interrupt::NEVER };
        scanner.scan(&input, &evidence).unwrap()
    }

    const MINUTES: &str =
        "The depot in Tartu opens on 3 May. Rents rose by 1,250 euros, and Ola was not asked.";

    #[test]
    fn what_follows_passes() {
        assert!(scan(Some(MINUTES), "The depot in Tartu opens on 3 May.", USUAL).valid);
        let refused = scan(Some(MINUTES), "The depot in Riga closes on 4 June.", USUAL);
        assert!(!refused.valid && refused.risk > 0.0);
        assert_eq!(refused.findings[0].label, "INCONSISTENT");
        assert_eq!(refused.findings[0].span, Span::new(0, 35));
        assert!(scan(Some(MINUTES), "The depot in Riga closes on 4 June.", 0.0).valid);
    }

    #[test]
    fn nothing_to_compare_passes() {
        for (prompt, output) in
            [(None, "A claim."), (Some(" "), "A claim."), (Some(MINUTES), "?!"), (Some(""), "")]
        {
            assert_eq!(scan(prompt, output, 1.0), Verdict::pass(), "{prompt:?} {output}");
        }
    }

    #[test]
    fn minimum_scores_are_checked() {
        for wrong in [-0.1, 1.1, f64::NAN] {
            let error =
                FactualConsistency::new(&FactualConsistencySpec { minimum_score: wrong }).unwrap_err();
            assert_eq!(error.field, "minimum_score");
        }
    }

    proptest! {
        #[test]
        fn any_pair_gets_a_verdict(prompt in any::<String>(), output in any::<String>(), least in 0.0f64..=1.0) {
            let verdict = scan(Some(&prompt), &output, least);
            prop_assert!((-1.0..=1.0).contains(&verdict.risk));
        }

        #[test]
        fn a_higher_minimum_refuses_more(least in 0.0f64..=1.0, more in 0.0f64..=1.0) {
            let (low, high) = (least.min(more), least.max(more));
            let claim = "Ola was asked about rents in May.";
            prop_assert!(scan(Some(MINUTES), claim, low).valid || !scan(Some(MINUTES), claim, high).valid);
        }
    }
}
