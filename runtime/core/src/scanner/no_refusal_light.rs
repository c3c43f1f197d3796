//! Outputs in which the model refuses to answer, recognised by common phrases.

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::literal::LiteralList;
use crate::scanner::ban_substrings::{BanSubstrings, BanSubstringsSpec, MatchType};
use crate::scanner::{Evidence, Input, Scanner};
use crate::stream::Follow;
use crate::verdict::Verdict;

/// The phrases that llm-guard 0.3.16's scanner of the same name looks for: part of its behaviour.
const PHRASES: [&str; 28] = [
    "As a language model",
    "As an",
    "As an AI",
    "As an Assistant",
    "Hello!",
    "I am really sorry",
    "I am sorry",
    "I apologize",
    "I can't assist",
    "I can't provide",
    "I cannot",
    "I cannot create",
    "I cannot support",
    "I do not",
    "I'm an",
    "I'm just",
    "I'm not able to provide",
    "I'm really sorry",
    "I'm sorry",
    "If you have any other non-malicious requests",
    "My apologies",
    "OpenAI",
    "Sorry",
    "but I cannot",
    "is illegal and unethical",
    "not ethical",
    "not legal",
    "unethical",
];

/// Parameters of [`NoRefusalLight`]: none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoRefusalLightSpec {}

/// Refuses outputs that contain a phrase of refusal, in any case, anywhere. Risk as in [`BanSubstrings`].
#[derive(Debug)]
pub struct NoRefusalLight {
    phrases: BanSubstrings,
}

impl NoRefusalLight {
    /// Builds the scanner.
    pub fn new(_spec: NoRefusalLightSpec) -> Result<Self, ConfigError> {
        let phrases = BanSubstrings::new(BanSubstringsSpec {
            substrings: PHRASES.map(Into::into).to_vec(),
            match_type: MatchType::Str,
            case_sensitive: false,
            redact: false,
            contains_all: false,
        })?;
        Ok(Self { phrases })
    }
}

impl Scanner for NoRefusalLight {
    fn name(&self) -> &'static str {
        "NoRefusalLight"
    }

    fn literals(&self) -> Option<&LiteralList> {
        self.phrases.literals()
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        self.phrases.cost_ns(bytes)
    }

    fn scan(&self, input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        self.phrases.scan(input, evidence)
    }

    fn follow(&self) -> Option<Box<dyn Follow>> {
        self.phrases.follow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;
    use crate::literal::LiteralAutomaton;
    use crate::span::Span;
    use crate::text::Text;

    fn scan(text: &str) -> Verdict {
        let scanner = NoRefusalLight::new(NoRefusalLightSpec {}).unwrap();
        let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
        let text = Text::from(text);
        let hits = automaton.find(&text, &Interrupt::NEVER).unwrap();
        scanner.scan(&Input::text(&text), &Evidence { literals: &hits[0] }).unwrap()
    }

    #[test]
    fn refusals_and_answers() {
        let refused = scan("I'm SORRY, but that is not possible");
        assert_eq!((refused.valid, refused.risk, refused.edits.len()), (false, 1.0, 0));
        assert_eq!(refused.findings[0].span, Span::new(0, 9));
        let answered = scan("The capital of France is Paris.");
        assert_eq!((answered.valid, answered.risk), (true, -1.0));
        // Substrings, as in llm-guard: "as an" is in "has an" too.
        assert!(!scan("It has an engine").valid);
    }

    #[test]
    fn every_phrase_is_found() {
        for phrase in PHRASES {
            assert!(!scan(&format!("... {} ...", phrase.to_uppercase())).valid, "{phrase}");
        }
    }

    #[test]
    fn has_no_parameters() {
        assert!(serde_json::from_str::<NoRefusalLightSpec>("{}").is_ok());
        assert!(serde_json::from_str::<NoRefusalLightSpec>(r#"{"threshold": 1}"#).is_err());
    }
}
