//! Patterns and texts that mean harm: no panic, no unbounded work, and both engines of one mind.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use pyshield_core::pattern::Pattern;
use pyshield_core::{Interrupt, Interrupted, ScannerError, Span};

/// Far more than any of these takes on a busy machine in a debug build, far less than exponential.
const SOON: Duration = Duration::from_secs(20);

fn all(pattern: &Pattern, text: &str) -> Result<Vec<Span>, ScannerError> {
    pattern.find_iter(text, Interrupt::NEVER).collect()
}

fn pythonic() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "é", ".", "\\w", "\\d", "\\b", "\\B", "^", "$", "\\Z", "|", "(", "(?:", ")", ")", ")",
        "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?P<n>", "(?P=n)", "\\1", "(?(1)", "(?i)", "(?i:", "(?x)",
        "(?#", "[", "]", "[^a-z]", "[é-ю]", "-", "*", "+", "?", "{2}", "{,3}", "{1,", "{9999}", "*+", "\\x4",
        "\\u0041", "\\", "#", " ",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_pattern_panics(source in any::<String>(), text in "\\PC{0,30}") {
        if let Ok(pattern) = Pattern::new(&source) {
            let _ = all(&pattern, &text);
        }
    }

    #[test]
    fn no_likely_pattern_panics(source in pythonic(), text in "[abé1 \\n]{0,20}") {
        if let Ok(pattern) = Pattern::new(&source) {
            let pattern = pattern.with_step_limit(20_000);
            let found = all(&pattern, &text);
            for span in found.iter().flatten() {
                prop_assert!(text.get(span.range()).is_some());
            }
            let _ = pattern.full_match(&text, Interrupt::NEVER);
            let _ = pattern.captures(&text, Interrupt::NEVER);
        }
    }

    /// An atomic group around nothing changes no match but forces the backtracker.
    #[test]
    fn both_engines_agree(source in "(a|b|é|\\.|\\\\w|\\\\b|\\^|\\$|\\(a\\|b\\)|\\(ab\\?\\)|\\[\\^a\\]|[*+?]\\??){1,8}", text in "[abé \\n]{0,12}") {
        let backtracked = Pattern::new(&format!("(?>)(?:{source})"));
        if let (Ok(pattern), Ok(backtracked)) = (Pattern::new(&source), backtracked) {
            prop_assert_eq!(all(&pattern, &text), all(&backtracked, &text));
            let full = pattern.full_match(&text, Interrupt::NEVER);
            prop_assert_eq!(full, backtracked.full_match(&text, Interrupt::NEVER));
        }
    }
}

#[test]
fn backtracking_is_limited() {
    let text = "a".repeat(5_000);
    for source in
        ["(?=(a+)+$)(a+)+b", "(a*)*\\1c|(a|a)*?d(?=e)", "(?:(?=a)a|a)*(?!a)(?<=b)", "((a|aa)+)+(?<=b)\\1"]
    {
        let started = Instant::now();
        let pattern = Pattern::new(source).unwrap();
        match all(&pattern, &text) {
            Ok(found) => assert_eq!(found, [], "{source}"),
            Err(e) => assert!(matches!(e, ScannerError::Limit { .. }), "{source}: {e}"),
        }
        assert!(started.elapsed() < SOON, "{source}");
    }
    let pattern = Pattern::new("((a|aa)+)+(?!a)b?\\2(?<=b)").unwrap();
    let error = pattern.find(&text, Interrupt::NEVER).unwrap_err();
    let limit = 1_000_000 + 16 * text.len();
    assert_eq!(error, ScannerError::Limit { what: "backtracking steps", limit });
}

#[test]
fn linear_patterns_have_no_limit_to_hit() {
    let text = "a".repeat(100_000);
    for source in ["(a+)+$", "(a|a)+b", "(a|aa)+$", "(?:a+)+b", "(\\w+\\s?)+!"] {
        let pattern = Pattern::new(source).unwrap().with_step_limit(0);
        assert!(pattern.is_linear(), "{source}");
        let started = Instant::now();
        assert!(pattern.find(&text, Interrupt::NEVER).is_ok());
        assert!(started.elapsed() < SOON, "{source}");
    }
}

/// Classes of all letters, counted: too large for an automaton, but not where letters are ASCII's.
const LARGE_IN_UNICODE: [&str; 4] = [
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}",
    r"(?i:\w{1,60}|[^\W_]{3,90})=\S{8,200}",
    r"[^\W\d]{90,180}$",
    r"\b(?:[\w]{2,90}[.-]){1,2}\w{2,20}\b",
];

#[test]
fn patterns_too_large_for_unicode_are_linear_in_ascii() {
    let text = "a.b-".repeat(25_000);
    for source in LARGE_IN_UNICODE {
        let pattern = Pattern::new(source).unwrap().with_step_limit(0);
        assert!(pattern.is_linear_in_ascii() && !pattern.is_linear(), "{source}");
        assert!(pattern.find_iter(&text, Interrupt::NEVER).all(|found| found.is_ok()), "{source}");
    }
}

proptest! {
    #[test]
    fn what_is_linear_in_ascii_finds_what_stepping_back_finds(text in "[abZ_09.+@= \n-]{0,400}|[ -~]{0,200}|[a@.é-]{0,200}") {
        for source in LARGE_IN_UNICODE {
            let quick = Pattern::new(source).unwrap();
            // an assertion, even one that always holds, is nothing for an automaton
            let slow = Pattern::new(&format!("(?=)(?:{source})")).unwrap();
            prop_assert!(quick.is_linear_in_ascii() && !slow.is_linear_in_ascii());
            prop_assert_eq!(all(&quick, &text).unwrap(), all(&slow, &text).unwrap(), "{}", source);
        }
    }
}

#[test]
fn large_patterns_are_bounded() {
    let nested = format!("{}a{}", "(".repeat(101), ")".repeat(101));
    let sources = [
        ("(a{1000}){1000}".to_owned(), true),
        ("(?:(?:\\w{1000}){1000}){1000}".to_owned(), true),
        ("[\\w.]{1,255}@[\\w.]{1,255}".to_owned(), true),
        ("(?:){4294967294}".to_owned(), true),
        ("(?:a?){1000000}".to_owned(), true),
        (nested, false),
        ("(?:".repeat(100_000), false),
        ("[".repeat(100_000), false),
        ("a|".repeat(100_000), true),
        ("(a)".repeat(20_000), true),
        ("a".repeat(262_145), false),
    ];
    for (source, accepted) in sources {
        let head: String = source.chars().take(20).collect();
        let started = Instant::now();
        let pattern = Pattern::new(&source);
        assert_eq!(pattern.is_ok(), accepted, "{head}: {:?}", pattern.err());
        if let Ok(pattern) = pattern {
            let _ = pattern.find(&"a".repeat(20_000), Interrupt::NEVER);
            assert!(pattern.memory_usage() < 64 << 20, "{head}: {}", pattern.memory_usage());
        }
        assert!(started.elapsed() < SOON, "{head}");
    }
}

#[test]
fn errors_say_where_and_what_without_the_pattern() {
    for (source, message) in [
        ("secret(", "missing ), unterminated subpattern at position 6"),
        ("é**", "multiple repeat at position 2"),
        ("a|*", "nothing to repeat at position 2"),
        ("(?<=a+)b", "look-behind requires fixed-width pattern at position 0"),
        ("\\q", "bad escape at position 0"),
        ("[z-a]", "bad character range at position 1"),
        ("a(?i)", "global flags not at the start of the expression at position 1"),
    ] {
        assert_eq!(Pattern::new(source).unwrap_err().to_string(), message);
    }
    assert!(!format!("{:?}", Pattern::new("secret").unwrap()).contains("secret"));
}

#[test]
fn the_interrupt_is_asked() {
    let past = Interrupt::new(Some(Instant::now()), None);
    for source in ["a", "(?=a)a"] {
        let pattern = Pattern::new(source).unwrap();
        let late = Err(ScannerError::Interrupted(Interrupted::Deadline));
        assert_eq!(pattern.is_match("a", past), late);
        assert_eq!(pattern.find_iter("a", past).next(), Some(late.map(|_: bool| Span::new(0, 0))));
    }
    let soon = Interrupt::new(Some(Instant::now() + Duration::from_millis(20)), None);
    let pattern = Pattern::new("((a|aa)+)+(?!a)b?\\2(?<=b)").unwrap().with_step_limit(usize::MAX);
    let late = pattern.find(&"a".repeat(5_000), soon);
    assert_eq!(late, Err(ScannerError::Interrupted(Interrupted::Deadline)));
}

#[test]
fn groups_are_found_by_number_and_name() {
    let pattern =
        Pattern::new(r"(?P<key>\w+)=(?P<quote>['\x22])?(?P<value>\w+)(?(quote)(?P=quote))").unwrap();
    let text = "é: key='välue';";
    let groups = pattern.captures(text, Interrupt::NEVER).unwrap().unwrap();
    let named = |name: &str| groups[pattern.group_index(name).unwrap()].map(|span| &text[span.range()]);
    assert_eq!((named("key"), named("value")), (Some("key"), Some("välue")));
    assert_eq!(pattern.group_index("none"), None);
}
