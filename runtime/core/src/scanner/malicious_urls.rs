//! Web addresses that look malicious.

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::literal::LiteralHits;
use crate::risk::risk_score;
use crate::scanner::{Evidence, Input, Scanner};
use crate::stream::{Follow, Found, Highest, Progress, Window};
use crate::text::urls::{UrlsAhead, extract_urls};
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

/// From how many bytes on an address that goes on is not looked at for every piece.
const LONG: usize = 1_024;

/// Follows the addresses of one stream.
#[derive(Debug)]
struct UrlFollower {
    model: &'static UrlModel,
    threshold: f64,
    urls: UrlsAhead,
    highest: Highest,
    rests_until: usize,
}

impl Follow for UrlFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError> {
        let mut spans = Vec::new();
        let text = window.text.as_str();
        let decided = self.urls.advance(text, window.base, window.last, &mut spans);
        for (at, span) in spans.into_iter().enumerate() {
            if at % 64 == 63 {
                window.interrupt.check()?;
            }
            let Some(url) = text.get(span.start - window.base..span.end - window.base) else { continue };
            let score = self.model.score(url);
            self.highest.add(span.start, score);
            if score > self.threshold {
                found.push(0, LABEL, span, score, None);
            }
        }
        self.highest.settle(window.base);
        let open = self.urls.open();
        self.rests_until = if open > LONG { window.end() + open / 4 } else { 0 };
        Ok(Progress { decided, needed: decided })
    }

    fn rests_until(&self) -> usize {
        self.rests_until
    }

    fn conclude(&self, _findings: usize, end: usize) -> (bool, f64) {
        let highest = self.highest.until(end);
        highest.map_or((true, -1.0), |score| (score <= self.threshold, risk_score(score, self.threshold)))
    }
}

impl Scanner for MaliciousUrls {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> Option<&'static str> {
        Some(UrlModel::NAME)
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

    fn follow(&self) -> Option<Box<dyn Follow>> {
        Some(Box::new(UrlFollower {
            model: self.model,
            threshold: self.threshold,
            urls: UrlsAhead::default(),
            highest: Highest::default(),
            rests_until: 0,
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interrupt::Interrupt;
    use crate::literal::LiteralAutomaton;
    use crate::stream::{Cut, Failure, Stream};
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

    /// What passes of a text in pieces, and the verdict.
    fn streamed<'a>(threshold: f64, pieces: impl IntoIterator<Item = &'a str>) -> (String, Verdict) {
        let follower = MaliciousUrls::new(&MaliciousUrlsSpec { threshold }).unwrap().follow().unwrap();
        let literals = LiteralAutomaton::new(&[]).unwrap().into();
        let mut stream = Stream::new(vec![(follower, None)], literals, Cut::Unredacted, Failure::Block);
        let mut passed = String::new();
        for piece in pieces {
            passed += &stream.feed(piece, Interrupt::NEVER).text;
        }
        passed += &stream.finish(Interrupt::NEVER).text;
        (passed, stream.conclude().remove(0).unwrap())
    }

    #[test]
    fn only_what_may_be_an_address_is_held() {
        let follower = MaliciousUrls::new(&MaliciousUrlsSpec { threshold: 1.0 }).unwrap().follow().unwrap();
        let literals = LiteralAutomaton::new(&[]).unwrap().into();
        let mut stream = Stream::new(vec![(follower, None)], literals, Cut::Found, Failure::Block);
        for (piece, passed) in [
            ("The path t", "The path t"),
            ("o h", "o "),
            ("ttp is ht", "http is "),
            ("tp://a.org/", ""),
            ("b?c.", ""),
            (" Then", "http://a.org/b?c. Then"),
        ] {
            assert_eq!(stream.feed(piece, Interrupt::NEVER).text, passed, "{piece}");
        }
        let long = format!("http://example.org/{}", "x".repeat(200_000));
        let pieces = long.as_bytes().chunks(20).map(|piece| std::str::from_utf8(piece).unwrap());
        assert_eq!(streamed(1.0, pieces).0, long);
    }

    proptest! {
        #[test]
        fn every_way_to_cut_it_gives_the_same(
            text in "(https?://[a-z.@/-]{0,30}|[hH]t{0,2}[ps]{0,2}:?/{0,2}|https://paypal-secure-login.verify-account.xyz/signin|[ ).é]{1,3}){0,12}",
            cuts in prop::collection::vec(0_usize..300, 0..12),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| text.floor_char_boundary(cut)).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let (passed, verdict) = streamed(0.5, cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]));
            let whole = scan(0.5, &text);
            let first = whole.findings.first();
            prop_assert_eq!(&*passed, &text[..first.map_or(text.len(), |finding| finding.span.start)]);
            // What follows the first address that is refused has no say.
            let seen = scan(0.5, &text[..first.map_or(text.len(), |finding| finding.span.end)]);
            prop_assert_eq!((verdict.valid, verdict.risk), (seen.valid, seen.risk));
            prop_assert_eq!(verdict.findings.len(), seen.findings.len());
        }

        #[test]
        fn any_text_gets_a_verdict(text in "(https?://[a-z.@/-]{0,30}|\\PC){0,12}", threshold in 0.0..=1.0f64) {
            let verdict = scan(threshold, &text);
            prop_assert!((-1.0..=1.0).contains(&verdict.risk));
            prop_assert_eq!(verdict.valid, verdict.findings.is_empty());
        }
    }
}
