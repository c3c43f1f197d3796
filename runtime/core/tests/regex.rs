//! The Regex scanner: what is invalid, what is redacted, what cannot be built.

use std::time::{Duration, Instant};

use pyshield_core::literal::LiteralHits;
use pyshield_core::scanner::regex::{MAX_COMPILED_BYTES, Regex, RegexMatch, RegexSpec};
use pyshield_core::{
    ConfigError, Evidence, Input, Scanner, ScannerSpec, Text, Verdict, apply_edits, merge_edits,
};

fn spec(patterns: &[&str], is_blocked: bool, match_type: RegexMatch, redact: bool) -> RegexSpec {
    let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    RegexSpec { patterns, is_blocked, match_type, redact }
}

fn scan(spec: &RegexSpec, text: &str) -> (Verdict, String) {
    let text = Text::from(text);
    let evidence = Evidence { literals: &LiteralHits::default() };
    let verdict = Regex::new(spec).unwrap().scan(&Input::text(&text), &evidence).unwrap();
    let edits = merge_edits(verdict.edits.clone());
    let redacted = apply_edits(text.as_str(), &edits).unwrap_or_else(|| text.as_str().to_owned());
    (verdict, redacted)
}

#[test]
fn every_match_of_every_blocked_pattern_is_redacted() {
    let patterns = [r"Bearer [\w-]+", r"\b\d{3}-\d{4}\b", "(?<=pin )\\d+", "never"];
    let text = "Bearer ab-c, call 555-0199 or 555-0142, pin 7";
    let (verdict, redacted) = scan(&spec(&patterns, true, RegexMatch::All, true), text);
    assert!(!verdict.valid && (verdict.risk - 1.0).abs() < f64::EPSILON);
    assert_eq!(redacted, "[REDACTED], call [REDACTED] or [REDACTED], pin [REDACTED]");
    assert_eq!(verdict.findings.len(), 4);
    assert!(verdict.findings.iter().all(|finding| finding.label == "PATTERN"));
}

#[test]
fn search_takes_the_first_place_and_fullmatch_the_whole_text() {
    let (verdict, redacted) = scan(&spec(&["b", "c"], true, RegexMatch::Search, true), "abcbc");
    assert_eq!((verdict.valid, &*redacted), (false, "a[REDACTED][REDACTED]bc"));
    let full = spec(&["a|ab", "x"], true, RegexMatch::FullMatch, true);
    assert_eq!(scan(&full, "ab").1, "[REDACTED]");
    assert!(scan(&full, "abc").0.valid);
    assert!(scan(&full, "ab\n").0.valid);
}

#[test]
fn without_redact_the_text_stays() {
    let (verdict, redacted) = scan(&spec(&["b"], true, RegexMatch::All, false), "abcb");
    assert_eq!((verdict.valid, verdict.findings.len(), &*redacted), (false, 2, "abcb"));
}

#[test]
fn allowed_patterns_need_one_match_and_redact_nothing() {
    for match_type in [RegexMatch::Search, RegexMatch::FullMatch, RegexMatch::All] {
        let allowed = spec(&["x", "a+", "(?=a)a+"], false, match_type, true);
        let (verdict, redacted) = scan(&allowed, "aa");
        assert_eq!((verdict.valid, verdict.risk, &*redacted), (true, -1.0, "aa"));
        assert_eq!(verdict.findings, []);
        let (verdict, _) = scan(&allowed, "b");
        assert_eq!((verdict.valid, verdict.risk), (false, 1.0));
    }
}

#[test]
fn no_patterns_match_nothing() {
    assert!(scan(&spec(&[], true, RegexMatch::All, true), "a").0.valid);
    assert!(!scan(&spec(&[], false, RegexMatch::All, true), "a").0.valid);
}

/// The common filter may only leave out patterns that do not match: each pattern alone says the same.
#[test]
fn many_patterns_find_what_each_finds_alone() {
    let patterns = [
        r"\bfoo\b",
        "a*",
        "(?<!x)y",
        r"(\w)\1",
        "^a",
        "z$",
        "(?m)^b",
        r"(?i)KEY",
        r"[^\W\d]+é",
        r"\B",
        "(?>ab|a)c",
    ];
    for text in ["", "foo", "xfoo y", "ayz\n", "b\naa key", "café abc\u{301}", "xy 12 foo", "é\u{301}foo z"]
    {
        let together = scan(&spec(&patterns, true, RegexMatch::All, true), text).0;
        let mut alone = Vec::new();
        for pattern in patterns {
            alone.extend(scan(&spec(&[pattern], true, RegexMatch::All, true), text).0.edits);
        }
        assert_eq!(together.edits, alone, "{text:?}");
    }
}

#[test]
fn a_bad_pattern_is_named() {
    let error = Regex::new(&spec(&["a", "b", "c", "(d"], true, RegexMatch::All, true)).unwrap_err();
    let reason = "missing ), unterminated subpattern at position 0";
    assert_eq!(error, ConfigError::new("Regex", "patterns[3]", reason));
}

#[test]
fn a_hundred_thousand_patterns_are_refused_in_time() {
    let patterns: Vec<String> = (0..100_000).map(|i| format!(r"item {i}:\s+\w+")).collect();
    let spec = RegexSpec { patterns, is_blocked: true, match_type: RegexMatch::All, redact: true };
    let started = Instant::now();
    let error = Regex::new(&spec).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert!(error.field.starts_with("patterns["), "{error}");
    assert!(error.reason.contains(&format!("{} MiB", MAX_COMPILED_BYTES >> 20)), "{error}");
}

#[test]
fn the_declaration_is_llm_guards() {
    let json =
        r#"{"type":"Regex","patterns":["a"],"is_blocked":true,"match_type":"fullmatch","redact":true}"#;
    let spec: ScannerSpec = serde_json::from_str(json).unwrap();
    assert_eq!(spec.build().unwrap().name(), "Regex");
    assert!(serde_json::from_str::<ScannerSpec>(&json.replace("fullmatch", "match")).is_err());
}

#[test]
fn a_word_boundary_is_dear_where_the_text_is_not_ascii() {
    let build = |patterns: &[&str]| Regex::new(&spec(patterns, true, RegexMatch::Search, false)).unwrap();
    let words = build(&[r"\bpass(word|phrase)\b"]);
    let (ascii, other) =
        (words.cost_of(&"a password, naively".into()), words.cost_of(&"a password, na\u{ef}vely".into()));
    // The budget of a calling thread, which is an event loop's.
    assert!(ascii < 10_000 && other > 100_000, "{ascii} {other}");
    assert!(words.cost_ns(20) >= other, "whatever the text says");
    // Several at once, and beside others.
    let both = build(&[r"\bpass(word|phrase)\b", "token=", r"\bkey\b"]);
    assert!(both.cost_of(&"\u{e9}".into()) >= 2 * 100_000 && both.cost_of(&"e".into()) < 10_000);
    // Where it makes no difference, it makes none.
    let linear = build(&["(a+)+$"]);
    assert_eq!(linear.cost_of(&"\u{e9}".into()), linear.cost_ns(2));
    assert_eq!(linear.cost_of(&"ee".into()), linear.cost_ns(2));
}
