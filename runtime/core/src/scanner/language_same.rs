//! Outputs in another language than the prompt.

use serde::Deserialize;

use super::language::{BYTE_NS, TEXT_NS, checked_threshold, identifier, identify, label};
use crate::error::{ConfigError, ScannerError};
use crate::language::{Identifier, Language as Code};
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::stream::windows::Reads;
use crate::verdict::Verdict;

const NAME: &str = "LanguageSame";

/// Parameters of a [`LanguageSame`]; the name is llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageSameSpec {
    /// A language counts as found if its probability is above this, `0.0..=1.0`.
    pub threshold: f64,
}

/// Refuses outputs that have no language in common with the prompt.
///
/// Risk: refused `1.0`, passed `-1.0`. Texts without letters are in no language that could differ, and pass;
/// so does an output whose prompt is not known.
#[derive(Debug)]
pub struct LanguageSame {
    identifier: &'static Identifier,
    threshold: f64,
}

impl LanguageSame {
    /// A scanner as declared.
    pub fn new(spec: &LanguageSameSpec) -> Result<Self, ConfigError> {
        let threshold = checked_threshold(NAME, spec.threshold)?;
        Ok(Self { identifier: identifier(NAME)?, threshold })
    }
}

impl Scanner for LanguageSame {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> Option<&'static str> {
        Some(Identifier::NAME)
    }

    /// The prompt, whose length is not asked for, is taken to be as long as the output.
    fn cost_ns(&self, bytes: usize) -> u64 {
        2 * (TEXT_NS + BYTE_NS * bytes as u64)
    }

    fn reads(&self) -> Option<Reads> {
        Some(Reads::Whole)
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let Some(prompt) = input.prompt else {
            return Ok(Verdict::pass());
        };
        let output = identify(self.identifier, input.text.as_str(), input)?;
        if output.languages.is_empty() {
            return Ok(Verdict::pass());
        }
        let prompt = identify(self.identifier, prompt.as_str(), input)?;
        if prompt.languages.is_empty() {
            return Ok(Verdict::pass());
        }
        let asked: Vec<Code> = prompt.above(self.threshold).map(|(language, _)| language).collect();
        if output.above(self.threshold).any(|(language, _)| asked.contains(&language)) {
            return Ok(Verdict::pass());
        }
        let mut verdict = Verdict::new(false, 1.0);
        let (language, score) = output.best().unwrap_or((Code::UNDETERMINED, output.undetermined));
        verdict.report(label(language), Span::new(0, input.text.len()), score);
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

    fn scan(prompt: Option<&str>, output: &str) -> Verdict {
        let scanner = LanguageSame::new(&LanguageSameSpec { threshold: 0.1 }).unwrap();
        let evidence = Evidence { literals: &LiteralHits::default() };
        let (text, prompt) = (Text::from(output), prompt.map(Text::from));
        let input = Input { text: &text, prompt: prompt.as_ref(), interrupt: Interrupt::NEVER };
        scanner.scan(&input, &evidence).unwrap()
    }

    #[test]
    fn languages_are_compared() {
        let question = "What is the capital of France, and how many people live there?";
        assert!(scan(Some(question), "The capital of France is Paris; two million people live there.").valid);
        let refused = scan(Some(question), "La capitale de la France est Paris, deux millions y habitent.");
        assert_eq!((refused.valid, refused.risk), (false, 1.0));
        assert_eq!(refused.findings[0].label, "LANGUAGE_FR");
        assert_eq!(
            scan(Some(question), "Столица Франции — Париж, и живёт там больше двух миллионов человек.")
                .findings[0]
                .label,
            "LANGUAGE_RU"
        );
    }

    #[test]
    fn nothing_to_compare_passes() {
        for (prompt, output) in [
            (Some("How many are there?"), "42"),
            (Some("2 + 2 ="), "Es sind vier."),
            (Some(""), "Es sind vier."),
            (None, "Es sind vier."),
            (Some("How many are there?"), " "),
        ] {
            assert_eq!(scan(prompt, output), Verdict::pass(), "{prompt:?} {output}");
        }
    }

    #[test]
    fn thresholds_are_checked() {
        assert_eq!(LanguageSame::new(&LanguageSameSpec { threshold: -0.1 }).unwrap_err().field, "threshold");
    }

    proptest! {
        #[test]
        fn any_pair_gets_a_verdict(prompt in any::<String>(), output in any::<String>()) {
            let verdict = scan(Some(&prompt), &output);
            prop_assert!(verdict == Verdict::pass() || (!verdict.valid && verdict.findings.len() == 1));
        }
    }
}
