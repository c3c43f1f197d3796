//! Texts that contain banned strings.

use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::literal::{Beginnings, LiteralFollower, LiteralList, MAX_LITERAL_BYTES, Need};
use crate::scanner::{Evidence, Input, Scanner};
use crate::stream::Follow;
use crate::verdict::{MAX_EDITS, Verdict};

/// What counts as an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// Anywhere in the text.
    Str,
    /// A whole word: Python's `\b` on both sides.
    Word,
}

/// Parameters of [`BanSubstrings`]; the names are llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BanSubstringsSpec {
    /// The banned strings.
    pub substrings: Vec<Box<str>>,
    /// What counts as an occurrence.
    pub match_type: MatchType,
    /// Whether case matters.
    pub case_sensitive: bool,
    /// Whether occurrences are replaced by `[REDACTED]`.
    pub redact: bool,
    /// Whether the text is only refused if all of the strings occur.
    pub contains_all: bool,
}

/// Refuses texts that contain any (or all) of a list of strings.
///
/// Verdicts and risks are llm-guard's: refused `1.0`, passed `-1.0`, passed with `contains_all` `0.0`; no
/// strings at all are never found, unless all of them are asked for. Unlike there, whole words are what is
/// redacted when whole words are what is searched, what a shorter string leaves of a longer one that
/// overlaps it is removed too, and an empty string, which every text contains, is not redacted.
#[derive(Debug)]
pub struct BanSubstrings {
    literals: LiteralList,
    redact: bool,
    contains_all: bool,
    replacement: Arc<str>,
    /// Made for the first text that is followed; `None` if none can be.
    beginnings: OnceLock<Option<Arc<Beginnings>>>,
}

impl BanSubstrings {
    /// Builds the scanner. An error if the strings are more than an automaton takes.
    pub fn new(spec: BanSubstringsSpec) -> Result<Self, ConfigError> {
        let bytes: usize = spec.substrings.iter().map(|substring| substring.len()).sum();
        if bytes > MAX_LITERAL_BYTES {
            let reason = format!("{bytes} bytes in all, at most {MAX_LITERAL_BYTES} are possible");
            return Err(ConfigError::new("BanSubstrings", "substrings", reason));
        }
        Ok(Self {
            literals: LiteralList {
                literals: spec.substrings,
                case_sensitive: spec.case_sensitive,
                whole_word: spec.match_type == MatchType::Word,
                need: Need::Spans,
            },
            redact: spec.redact,
            contains_all: spec.contains_all,
            replacement: Arc::from("[REDACTED]"),
            beginnings: OnceLock::new(),
        })
    }
}

impl Scanner for BanSubstrings {
    fn name(&self) -> &'static str {
        "BanSubstrings"
    }

    fn literals(&self) -> Option<&LiteralList> {
        Some(&self.literals)
    }

    fn reads_views(&self) -> bool {
        true
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        // Lower-casing what is not ASCII takes longest; a clean ASCII text takes a fifth of this. Many
        // literals need the automaton.
        let bytes = bytes as u64;
        if self.literals.literals.len() <= 32 { 150 + bytes } else { 150 + bytes * 3 }
    }

    fn scan(&self, _input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let hits = evidence.literals;
        let banned = if self.contains_all {
            hits.which.len() == self.literals.literals.len()
        } else {
            !hits.which.is_empty()
        };
        if !banned {
            return Ok(Verdict::new(true, if self.contains_all { 0.0 } else { -1.0 }));
        }
        let mut verdict = Verdict::new(false, 1.0);
        if self.redact && hits.omitted > 0 {
            return Err(ScannerError::Limit { what: "edits", limit: MAX_EDITS });
        }
        for (_, span) in &hits.spans {
            if self.redact {
                verdict.redact("SUBSTRING", *span, 1.0, &self.replacement)?;
            } else {
                verdict.report("SUBSTRING", *span, 1.0);
            }
        }
        verdict.omitted += hits.omitted;
        Ok(verdict)
    }

    fn follow(&self) -> Option<Box<dyn Follow>> {
        // Whether all of them occur is known at the end, and then some have left.
        if self.contains_all {
            return None;
        }
        let make = || Beginnings::new(&self.literals).map(Arc::new);
        let beginnings = Arc::clone(self.beginnings.get_or_init(make).as_ref()?);
        let replacement = self.redact.then(|| Arc::clone(&self.replacement));
        Some(Box::new(LiteralFollower::new(beginnings, "SUBSTRING", replacement)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{apply_edits, merge_edits};
    use crate::interrupt::Interrupt;
    use crate::literal::LiteralAutomaton;
    use crate::span::Span;
    use crate::text::Text;

    fn spec(substrings: &[&str]) -> BanSubstringsSpec {
        BanSubstringsSpec {
            substrings: substrings.iter().map(|&substring| substring.into()).collect(),
            match_type: MatchType::Str,
            case_sensitive: false,
            redact: false,
            contains_all: false,
        }
    }

    fn scan(spec: BanSubstringsSpec, text: &str) -> (String, Verdict) {
        let scanner = BanSubstrings::new(spec).unwrap();
        let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
        let source = Text::from(text);
        let hits = automaton.find(&source, &Interrupt::NEVER).unwrap();
        let verdict = scanner.scan(&Input::text(&source), &Evidence { literals: &hits[0] }).unwrap();
        let edited = apply_edits(text, &merge_edits(verdict.edits.clone()));
        (edited.unwrap_or_else(|| text.to_owned()), verdict)
    }

    #[test]
    fn reads_the_declaration_python_sends() {
        let json = r#"{"substrings": ["a"], "match_type": "word", "case_sensitive": true, "redact": false,
                       "contains_all": false}"#;
        let spec: BanSubstringsSpec = serde_json::from_str(json).unwrap();
        assert_eq!((spec.match_type, spec.case_sensitive), (MatchType::Word, true));
        for bad in [json.replace("word", "words"), json.replace("\"redact\"", "\"redacted\"")] {
            assert!(serde_json::from_str::<BanSubstringsSpec>(&bad).is_err());
        }
    }

    // Verdicts, risks and texts below are what llm-guard 0.3.16 answers, unless said otherwise.
    #[test]
    fn any_of_them() {
        let (text, verdict) = scan(spec(&["backdoor", "Virus"]), "Write a VIRUS for me");
        assert_eq!((verdict.valid, verdict.risk, &*text), (false, 1.0, "Write a VIRUS for me"));
        assert_eq!(verdict.findings.len(), 1);
        assert_eq!((&*verdict.findings[0].label, verdict.findings[0].span), ("SUBSTRING", Span::new(8, 13)));
        let (_, verdict) = scan(spec(&["backdoor", "virus"]), "Water the plants");
        assert_eq!((verdict.valid, verdict.risk, verdict.findings.len()), (true, -1.0, 0));
    }

    #[test]
    fn all_of_them() {
        let all =
            |substrings: &[&str]| BanSubstringsSpec { contains_all: true, redact: true, ..spec(substrings) };
        let (text, verdict) = scan(all(&["one", "two"]), "One and two and one");
        assert_eq!((verdict.valid, verdict.risk), (false, 1.0));
        assert_eq!(text, "[REDACTED] and [REDACTED] and [REDACTED]");
        let (text, verdict) = scan(all(&["one", "two"]), "one and one");
        assert_eq!((verdict.valid, verdict.risk, &*text), (true, 0.0, "one and one"));
        assert!(verdict.findings.is_empty());
        assert!(!scan(all(&[]), "anything").1.valid);
        assert!(scan(spec(&[]), "anything").1.valid);
    }

    #[test]
    fn case_and_words() {
        let exact = BanSubstringsSpec { case_sensitive: true, ..spec(&["Virus"]) };
        assert!(scan(exact.clone(), "a virus").1.valid);
        assert!(!scan(exact, "a Virus").1.valid);
        let word = BanSubstringsSpec { match_type: MatchType::Word, redact: true, ..spec(&["cat"]) };
        assert!(scan(word.clone(), "concatenate").1.valid);
        // llm-guard redacts inside the longer word as well.
        assert_eq!(scan(word, "Cat, concatenate").0, "[REDACTED], concatenate");
    }

    #[test]
    fn redaction_leaves_nothing_of_any_of_them() {
        let redact = |substrings: &[&str], text: &str| {
            scan(BanSubstringsSpec { redact: true, ..spec(substrings) }, text).0
        };
        assert_eq!(redact(&["a", "aa"], "baac"), "b[REDACTED]c");
        assert_eq!(redact(&["abc", "cde"], "xabcdex"), "x[REDACTED]x");
        assert_eq!(redact(&["ß", "İ"], "Straẞe İn"), "Stra[REDACTED]e [REDACTED]n");
        assert_eq!(redact(&["οδος"], "ΟΔΟΣ"), "[REDACTED]");
        assert_eq!(redact(&["[redacted]"], "a [REDACTED] b"), "a [REDACTED] b");
        assert_eq!(redact(&[""], "ab"), "ab");
    }

    #[test]
    fn findings_are_capped_and_counted_and_edits_limited() {
        let (text, verdict) = scan(spec(&["a"]), &"a".repeat(MAX_EDITS + 7));
        assert_eq!((verdict.valid, text.len()), (false, MAX_EDITS + 7));
        assert_eq!(verdict.findings.len() + verdict.omitted, MAX_EDITS + 7);

        let scanner = BanSubstrings::new(BanSubstringsSpec { redact: true, ..spec(&["a"]) }).unwrap();
        let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
        let text = Text::from("a".repeat(MAX_EDITS + 1));
        let hits = automaton.find(&text, &Interrupt::NEVER).unwrap();
        let outcome = scanner.scan(&Input::text(&text), &Evidence { literals: &hits[0] });
        assert_eq!(outcome, Err(ScannerError::Limit { what: "edits", limit: MAX_EDITS }));
    }

    #[test]
    fn too_many_bytes_are_refused() {
        let error = BanSubstrings::new(spec(&[&"a".repeat(MAX_LITERAL_BYTES + 1)])).unwrap_err();
        assert_eq!((error.scanner, &*error.field), ("BanSubstrings", "substrings"));
    }
}
