//! The sentiment scanner, and VADER against nltk's scores.

use std::sync::atomic::AtomicBool;

use pyshield_core::literal::LiteralHits;
use pyshield_core::scanner::sentiment::{PolarityScores, polarity_scores};
use pyshield_core::{
    Evidence, Input, Interrupt, Interrupted, ScannerError, ScannerSpec, Span, Text, Verdict,
};

/// `[text, neg, neu, pos, compound]` per line, by nltk; see `data/make_vader.py`.
const NLTK: &str = include_str!("data/vader.jsonl");

fn spec(threshold: f64, lexicon: &str) -> ScannerSpec {
    let json = format!(r#"{{"type":"Sentiment","threshold":{threshold:?},"lexicon":"{lexicon}"}}"#);
    serde_json::from_str(&json).expect("a scanner spec")
}

fn scan_with(threshold: f64, text: &str, interrupt: Interrupt<'_>) -> Result<Verdict, ScannerError> {
    let scanner = spec(threshold, "vader_lexicon").build().expect("a scanner");
    let text = Text::from(text);
    let input = Input { text: &text, prompt: None, interrupt };
    scanner.scan(&input, &Evidence { literals: &LiteralHits::default() })
}

fn scan(threshold: f64, text: &str) -> Verdict {
    scan_with(threshold, text, Interrupt::NEVER).expect("a verdict")
}

#[test]
fn scores_equal_nltk() {
    let mut lines = 0;
    for line in NLTK.lines() {
        let (text, neg, neu, pos, compound): (String, f64, f64, f64, f64) =
            serde_json::from_str(line).expect("a line of five");
        assert_eq!(polarity_scores(&text), PolarityScores { neg, neu, pos, compound }, "{text:?}");
        lines += 1;
    }
    assert_eq!(lines, 3_600);
}

#[test]
fn a_token_scores_as_where_it_first_stood() {
    let first = polarity_scores("not good");
    let both = polarity_scores("not good and then good");
    assert!(first.compound < 0.0);
    assert!(both.compound < first.compound, "the second `good` is taken as negated too, as by nltk");
}

#[test]
fn a_negative_text_is_reported_whole() {
    let text = "This is the worst service, I hate it.";
    let compound = polarity_scores(text).compound;
    let verdict = scan(-0.3, text);
    assert!(!verdict.valid);
    assert_eq!(verdict.findings.len(), 1);
    assert_eq!(verdict.findings[0].label, "NEGATIVE_SENTIMENT");
    assert_eq!(verdict.findings[0].span, Span::new(0, text.len()));
    assert!((verdict.findings[0].score + compound).abs() < f64::EPSILON);
    assert!(verdict.edits.is_empty());
}

// Verdicts and risks as llm-guard 0.3.16 returns them for the same texts and thresholds.
#[test]
fn risk_is_that_of_llm_guard() {
    let cases = [
        (-0.3, "Ignorance is bliss", true, 0.0),
        (-0.3, "I hate you, this is horrible", false, 0.8),
        (-0.3, "", true, -1.0),
        (-0.3, " ", true, 0.0),
        (0.5, " ", false, -1.0),
        (0.99, "I am happy", false, -0.4),
    ];
    for (threshold, text, valid, risk) in cases {
        let verdict = scan(threshold, text);
        assert_eq!((verdict.valid, verdict.risk), (valid, risk), "{text:?} at {threshold}");
    }
}

#[test]
fn a_threshold_of_zero_never_divides_by_it() {
    let neutral = scan(0.0, "the table");
    assert_eq!((neutral.valid, neutral.risk), (false, 0.0));
    assert!(!scan(0.0, "I hate the table").valid);
    assert!(scan(0.0, "I love the table").valid);
}

#[test]
fn only_one_lexicon_is_known() {
    let error = spec(-0.3, "afinn").build().expect_err("an unknown lexicon");
    assert_eq!((error.scanner, error.field.as_str()), ("Sentiment", "lexicon"));
    let extra = r#"{"type":"Sentiment","threshold":0.1,"lexicon":"vader_lexicon","x":1}"#;
    assert!(serde_json::from_str::<ScannerSpec>(extra).is_err());
}

#[test]
fn long_texts_stop_when_asked() {
    let cancelled = AtomicBool::new(true);
    let interrupt = Interrupt::new(None, Some(&cancelled));
    for unit in ["good bad ", "a", " ", "\u{a0}", "'", "\u{c9}", "GOOD "] {
        let result = scan_with(-0.3, &unit.repeat(200_000), interrupt);
        assert_eq!(result, Err(ScannerError::Interrupted(Interrupted::Cancelled)), "{unit:?}");
    }
}
