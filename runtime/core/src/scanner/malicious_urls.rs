//! Web addresses that look malicious.

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::risk::risk_score;
use crate::scanner::{Evidence, Input, Scanner};
use crate::text::urls::extract_urls;
use crate::urls::UrlModel;
use crate::verdict::Verdict;

const NAME: &str = "MaliciousURLs";

/// How a finding is labelled.
const LABEL: &str = "MALICIOUS_URL";

/// Nanoseconds a text takes, and a byte of one that is nothing but addresses, on a machine of 2024.
const TEXT_NS: u64 = 1_000;
const BYTE_NS: u64 = 300;

/// Parameters of a [`MaliciousUrls`]; the name is llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaliciousUrlsSpec {
    /// An address is refused if its score is above this, `0.0..=1.0`.
    pub threshold: f64,
}

/// Refuses texts with a web address that looks malicious.
///
/// Risk: llm-guard's for the highest score; `-1.0` for a text without addresses.
#[derive(Debug)]
pub struct MaliciousUrls {
    model: &'static UrlModel,
    threshold: f64,
}

impl MaliciousUrls {
    /// A scanner as declared.
    pub fn new(spec: &MaliciousUrlsSpec) -> Result<Self, ConfigError> {
        if !(0.0..=1.0).contains(&spec.threshold) {
            return Err(ConfigError::new(NAME, "threshold", "must be at least 0 and at most 1"));
        }
        let model =
            UrlModel::bundled().map_err(|error| ConfigError::new(NAME, "model", error.to_string()))?;
        Ok(Self { model, threshold: spec.threshold })
    }
}

impl Scanner for MaliciousUrls {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        TEXT_NS + BYTE_NS * bytes as u64
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let text = input.text.as_str();
        let mut verdict = Verdict::pass();
        let mut highest: Option<f64> = None;
        for (at, span) in extract_urls(text).into_iter().enumerate() {
            if at % 64 == 63 {
                input.interrupt.check()?;
            }
            let Some(url) = text.get(span.range()) else { continue };
            let score = self.model.score(url);
            highest = Some(highest.map_or(score, |highest| highest.max(score)));
            if score > self.threshold {
                verdict.valid = false;
                verdict.report(LABEL, span, score);
            }
        }
        verdict.risk = highest.map_or(-1.0, |score| risk_score(score, self.threshold));
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::literal::LiteralHits;
    use crate::text::Text;

    fn scan(threshold: f64, text: &str) -> Verdict {
        let scanner = MaliciousUrls::new(&MaliciousUrlsSpec { threshold }).unwrap();
        let evidence = Evidence { literals: &LiteralHits::default() };
        scanner.scan(&Input::text(&Text::from(text)), &evidence).unwrap()
    }

    #[test]
    fn the_address_that_looks_malicious_is_found() {
        let bad = "https://paypal-secure-login.verify-account.xyz/signin";
        let text = format!("See https://www.rust-lang.org/learn, or {bad}.");
        let verdict = scan(0.5, &text);
        assert!(!verdict.valid && verdict.risk > 0.0);
        assert_eq!(verdict.findings.len(), 1);
        assert_eq!((&*verdict.findings[0].label, &text[verdict.findings[0].span.range()]), (LABEL, bad));
        assert!(scan(1.0, &text).valid);
    }

    #[test]
    fn other_texts_pass() {
        for text in ["", " ", "no address", "www.paypal-login.xyz", "https://", "http:// x"] {
            assert_eq!(scan(0.5, text), Verdict::pass(), "{text}");
        }
        let links = "https://en.wikipedia.org/wiki/URL https://docs.python.org/3/library/re.html";
        let verdict = scan(0.5, links);
        assert!(verdict.valid && verdict.risk < 0.0 && verdict.findings.is_empty());
    }

    #[test]
    fn thresholds_are_checked() {
        for threshold in [-0.1, 1.1, f64::NAN] {
            assert_eq!(MaliciousUrls::new(&MaliciousUrlsSpec { threshold }).unwrap_err().field, "threshold");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_a_verdict(text in "(https?://[a-z.@/-]{0,30}|\\PC){0,12}", threshold in 0.0..=1.0f64) {
            let verdict = scan(threshold, &text);
            prop_assert!((-1.0..=1.0).contains(&verdict.risk));
            prop_assert_eq!(verdict.valid, verdict.findings.is_empty());
        }
    }
}
