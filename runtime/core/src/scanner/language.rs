//! Texts in languages that are not wanted.

use std::collections::HashSet;

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupted;
use crate::language::{Detection, Identifier, Language as Code};
use crate::risk::risk_score;
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::stream::windows::Reads;
use crate::text::Text;
use crate::text::sentences::sentences;
use crate::verdict::Verdict;

const NAME: &str = "Language";

/// Nanoseconds that a byte takes, and a text: what the slowest script takes on a machine of 2024.
pub(super) const BYTE_NS: u64 = 100;
pub(super) const TEXT_NS: u64 = 1_000;

/// Codes that stand for others: a macrolanguage for its members, an old code for the new one.
const ALIASES: &[(&str, &[&str])] = &[
    ("no", &["nb", "nn"]),
    ("sh", &["bs", "hr", "sr"]),
    ("fil", &["tl"]),
    ("in", &["id"]),
    ("iw", &["he"]),
    ("ji", &["yi"]),
];

/// What is looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// The whole text.
    Full,
    /// Each sentence for itself.
    Sentence,
}

/// Parameters of a [`Language`]; the names are llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageSpec {
    /// The languages that pass: ISO 639-1 codes.
    pub valid_languages: Vec<String>,
    /// A language counts as found if its probability is above this, `0.0..=1.0`.
    pub threshold: f64,
    /// What is looked at together.
    pub match_type: MatchType,
}

/// Refuses texts in which a language other than the valid ones is found.
///
/// Risk: refused as llm-guard has it, passed `-1.0`. A text whose language is not sure passes.
#[derive(Debug)]
pub struct Language {
    identifier: &'static Identifier,
    valid: HashSet<Code>,
    threshold: f64,
    match_type: MatchType,
}

/// The identifier that the scanners share.
pub(super) fn identifier(name: &'static str) -> Result<&'static Identifier, ConfigError> {
    Identifier::bundled().map_err(|error| ConfigError::new(name, "model", error.to_string()))
}

/// A threshold that a probability can be compared with.
pub(super) fn checked_threshold(name: &'static str, threshold: f64) -> Result<f64, ConfigError> {
    if (0.0..=1.0).contains(&threshold) {
        return Ok(threshold);
    }
    Err(ConfigError::new(name, "threshold", "must be at least 0 and at most 1"))
}

impl Language {
    /// A scanner as declared. An error for a code that is of no language the model knows.
    pub fn new(spec: &LanguageSpec) -> Result<Self, ConfigError> {
        let identifier = identifier(NAME)?;
        let threshold = checked_threshold(NAME, spec.threshold)?;
        let known: HashSet<Code> = identifier.languages().into_iter().collect();
        let mut valid = HashSet::new();
        for (at, code) in spec.valid_languages.iter().enumerate() {
            let own = [code.as_str()];
            let alias = ALIASES.iter().find(|(alias, _)| alias == code);
            for code in alias.map_or(&own[..], |(_, members)| members) {
                let language = Code::from_code(code).filter(|language| known.contains(language));
                valid.insert(language.ok_or_else(|| {
                    let reason = "is no ISO 639-1 code of a language that can be identified";
                    ConfigError::new(NAME, "valid_languages", format!("[{at}] {reason}"))
                })?);
            }
        }
        Ok(Self { identifier, valid, threshold, match_type: spec.match_type })
    }

    /// The parts of a text that are looked at for themselves.
    fn parts(&self, text: &Text) -> Vec<Span> {
        match self.match_type {
            MatchType::Full => vec![Span::new(0, text.len())],
            MatchType::Sentence => sentences(text.as_str()),
        }
    }

    fn unwanted(&self, detection: &Detection) -> Option<(Code, f64)> {
        detection.above(self.threshold).find(|(language, _)| !self.valid.contains(language))
    }
}

/// The languages of `text`.
pub(super) fn identify(
    identifier: &Identifier,
    text: &str,
    input: &Input<'_>,
) -> Result<Detection, Interrupted> {
    identifier.identify(text, input.interrupt)
}

/// How a finding names a language.
pub(super) fn label(language: Code) -> String {
    format!("LANGUAGE_{}", language.as_str().to_ascii_uppercase())
}

impl Scanner for Language {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> Option<&'static str> {
        Some(Identifier::NAME)
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        // A sentence may be a few bytes long, and then what each takes counts.
        let sentences = if self.match_type == MatchType::Sentence { bytes as u64 / 40 } else { 0 };
        (1 + sentences) * TEXT_NS + BYTE_NS * bytes as u64
    }

    fn reads(&self) -> Option<Reads> {
        Some(match self.match_type {
            MatchType::Full => Reads::Windows,
            MatchType::Sentence => Reads::Sentences,
        })
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let text = input.text.as_str();
        let mut verdict = Verdict::pass();
        for (at, span) in self.parts(input.text).into_iter().enumerate() {
            if at % 64 == 63 {
                input.interrupt.check()?;
            }
            let Some(part) = text.get(span.range()) else { continue };
            let detection = identify(self.identifier, part, input)?;
            if let Some((language, score)) = self.unwanted(&detection) {
                verdict.risk = if verdict.valid { -1.0 } else { verdict.risk };
                verdict.valid = false;
                // llm-guard takes the most probable language, valid or not, of the first part refused.
                let highest = detection.languages.first().map_or(score, |&(_, chance)| chance);
                verdict.risk = verdict.risk.max(risk_score(highest, self.threshold));
                verdict.report(label(language), span, score);
            }
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::literal::LiteralHits;

    const ENGLISH: &str = "The meeting was moved to Thursday because the room is being painted.";
    const GERMAN: &str = "Die Besprechung wurde auf Donnerstag verschoben, weil der Raum gestrichen wird.";

    fn language(valid: &[&str], threshold: f64, match_type: MatchType) -> Result<Language, ConfigError> {
        let valid_languages = valid.iter().map(ToString::to_string).collect();
        Language::new(&LanguageSpec { valid_languages, threshold, match_type })
    }

    fn scan(scanner: &Language, text: &str) -> Verdict {
        let evidence = Evidence { literals: &LiteralHits::default() };
        scanner.scan(&Input::text(&Text::from(text)), &evidence).unwrap()
    }

    #[test]
    fn whole_texts() {
        let scanner = language(&["en", "fr"], 0.6, MatchType::Full).unwrap();
        assert_eq!(scan(&scanner, ENGLISH), Verdict::pass());
        let refused = scan(&scanner, GERMAN);
        assert!(!refused.valid && refused.risk >= 0.8);
        assert_eq!(refused.findings[0].label, "LANGUAGE_DE");
        assert_eq!(refused.findings[0].span, Span::new(0, GERMAN.len()));
        for unsure in ["", " ", "42 + 1 = 43 😀", "https://example.org/der/die/das"] {
            assert_eq!(scan(&scanner, unsure), Verdict::pass(), "{unsure}");
        }
    }

    #[test]
    fn sentences_are_judged_one_by_one() {
        let text = format!("{ENGLISH} {GERMAN} {ENGLISH}");
        let refused = scan(&language(&["en"], 0.6, MatchType::Sentence).unwrap(), &text);
        assert!(!refused.valid);
        assert_eq!(refused.findings.len(), 1);
        assert_eq!(&text[refused.findings[0].span.range()], GERMAN);
        assert!(scan(&language(&["en", "de"], 0.6, MatchType::Sentence).unwrap(), &text).valid);
    }

    #[test]
    fn codes_must_be_known() {
        assert_eq!(language(&["en", "xx"], 0.6, MatchType::Full).unwrap_err().field, "valid_languages");
        assert_eq!(language(&["und"], 0.6, MatchType::Full).unwrap_err().field, "valid_languages");
        assert_eq!(language(&["en"], 1.5, MatchType::Full).unwrap_err().field, "threshold");
        assert_eq!(language(&["en"], f64::NAN, MatchType::Full).unwrap_err().field, "threshold");
        let norwegian = language(&["no"], 0.6, MatchType::Full).unwrap();
        assert!(scan(&norwegian, "Møtet ble flyttet til torsdag fordi rommet skal males.").valid);
    }

    proptest! {
        #[test]
        fn any_text_gets_a_verdict(text in any::<String>()) {
            for match_type in [MatchType::Full, MatchType::Sentence] {
                let verdict = scan(&language(&["en"], 0.6, match_type).unwrap(), &text);
                prop_assert!((-1.0..=1.0).contains(&verdict.risk));
                prop_assert_eq!(verdict.valid, verdict.findings.is_empty());
            }
        }
    }
}
