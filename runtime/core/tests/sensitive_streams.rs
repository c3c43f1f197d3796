//! Private data in a text that is still being written: what is found is what is found in the whole text.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use pyshield_core::entity::entities;
use pyshield_core::literal::{LiteralAutomaton, LiteralHits};
use pyshield_core::stream::{Cut, Failure, Stream};
use pyshield_core::{
    Evidence, Finding, Input, Interrupt, Scanner, ScannerSpec, Text, Verdict, apply_edits, merge_edits,
};
use serde_json::{Value, json};

fn sensitive(entity_types: &[&str], redact: bool, patterns: &Value) -> Box<dyn Scanner> {
    let spec = json!({
        "type": "Sensitive", "entity_types": entity_types, "regex_patterns": patterns, "redact": redact,
        "threshold": 0.4, "thresholds": {"US_BANK_NUMBER": 0.05, "US_DRIVER_LICENSE": 0.3}, "language": "zh",
    });
    serde_json::from_value::<ScannerSpec>(spec).unwrap().build().unwrap()
}

fn patterns() -> Value {
    json!([
        {"name": "TICKET", "expressions": [r"\bT-\d+\b", r"tick(et)? \w+!"], "context": ["case"], "score": 0.3},
        {"name": "CODE", "expressions": [r"[0-9]{3}[a-z]{1,40}"], "context": [], "score": 0.95},
    ])
}

/// With everything at once, and few kinds alone: others overlap with what they find.
static SCANNERS: LazyLock<Vec<[Box<dyn Scanner>; 2]>> = LazyLock::new(|| {
    let mut own = entities();
    own.extend(["TICKET", "CODE"]);
    let kinds: [(&[&str], Value); 6] = [
        (&own, patterns()),
        (&entities(), Value::Null),
        (&["URL"], Value::Null),
        (&["EMAIL_ADDRESS", "PHONE_NUMBER"], Value::Null),
        (&["IP_ADDRESS", "DATE_TIME", "US_BANK_NUMBER"], Value::Null),
        (&["TICKET", "CODE", "URL", "EMAIL_ADDRESS"], patterns()),
    ];
    kinds.map(|(kinds, own)| [false, true].map(|redact| sensitive(kinds, redact, &own))).into()
});

fn whole(scanner: &dyn Scanner, text: &str) -> Verdict {
    let literals = LiteralHits::default();
    scanner.scan(&Input::text(&Text::from(text)), &Evidence { literals: &literals }).unwrap()
}

fn stream(scanner: &dyn Scanner) -> Stream {
    let literals = Arc::new(LiteralAutomaton::new(&[]).unwrap());
    Stream::new(vec![(scanner.follow().unwrap(), None)], literals, Cut::Unredacted, Failure::Block)
}

fn streamed<'a>(
    scanner: &dyn Scanner,
    pieces: impl IntoIterator<Item = &'a str>,
) -> (String, Vec<Finding>, Verdict) {
    let mut stream = stream(scanner);
    let (mut text, mut findings) = (String::new(), Vec::new());
    for piece in pieces {
        let step = stream.feed(piece, Interrupt::NEVER);
        text += &step.text;
        findings.extend(step.findings);
    }
    let step = stream.finish(Interrupt::NEVER);
    text += &step.text;
    findings.extend(step.findings);
    let verdict = stream.conclude().remove(0).unwrap();
    (text, findings.into_iter().map(|(_, finding)| finding).collect(), verdict)
}

fn in_code_points(text: &str, mut verdict: Verdict) -> Verdict {
    for finding in &mut verdict.findings {
        let at = |bytes: usize| text[..bytes].chars().count();
        finding.span = (at(finding.span.start)..at(finding.span.end)).into();
    }
    verdict.edits.clear();
    verdict
}

/// Holds a scanner that redacts and one that does not to what they say of the whole text.
fn check([refusing, redacting]: &[Box<dyn Scanner>; 2], text: &str, cuts: &[usize]) {
    let pieces = || cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]);
    let verdict = whole(redacting.as_ref(), text);
    let edited = apply_edits(text, &merge_edits(verdict.edits.clone())).unwrap_or_else(|| text.to_owned());
    let expected = in_code_points(text, verdict);
    let (passed, findings, came) = streamed(redacting.as_ref(), pieces());
    assert_eq!(passed, edited, "{text:?} {cuts:?}");
    assert_eq!(findings, expected.findings, "{text:?} {cuts:?}");
    assert_eq!(came, expected, "{text:?} {cuts:?}");

    let verdict = whole(refusing.as_ref(), text);
    let first = verdict.findings.first().map(|finding| finding.span.start);
    let expected = in_code_points(text, verdict);
    let (passed, findings, came) = streamed(refusing.as_ref(), pieces());
    assert_eq!(passed, text[..first.unwrap_or(text.len())], "{text:?} {cuts:?}");
    assert_eq!(findings, expected.findings.iter().take(1).cloned().collect::<Vec<_>>(), "{text:?} {cuts:?}");
    assert_eq!((came.valid, came.findings.len()), (expected.valid, findings.len()), "{text:?} {cuts:?}");
}

/// What entities are made of, context words, and what may continue, end or spoil them.
const PARTS: &[&str] = &[
    "ada@example.org",
    "ada",
    "@",
    "a.b@c-d.co.uk",
    "mailto:",
    "x@y.z1",
    "me@münchen.de",
    "%40",
    "\\",
    "\\n",
    "\\u00",
    "e9",
    "%20",
    "%25",
    "%2",
    "=3D",
    "=C2",
    "=A0",
    " 0c ",
    "06 12 34 56 78",
    "612 345 678",
    "n4111 1111",
    "_",
    "\u{a0}",
    "\u{200b}",
    "\u{200b}\u{200d}",
    "\u{2011}",
    "４１１１",
    "4111\u{a0}1111\u{a0}1111\u{a0}1111",
    "+49\u{202f}30\u{202f}901820",
    "1.2.3.4",
    ".5",
    "::",
    ":",
    "version ",
    "example.com",
    "www.",
    "https://",
    "http://a.org/b?c=(d)",
    "h",
    "http:/",
    "/path",
    "/",
    "?",
    "#",
    ".",
    "..",
    ",",
    ":",
    "::",
    ";",
    "-",
    "_",
    "(202) 555-0173",
    "+44 20 7183 8750",
    "+",
    "(",
    ")",
    "202-555-0173",
    "0173",
    "+1 2025550173 ext 12",
    "4111 1111 1111 1111",
    "4111",
    "DE89 3704 0044 0532 0130 00",
    "DE89",
    "078-05-1120",
    "078051120",
    "12",
    "7",
    "0",
    "203.0.113.7",
    "2001:db8::1",
    "fe80",
    "00:1b:44:11:3a:b7",
    "550e8400-e29b-41d4-a716-446655440000",
    "30th of November 2021",
    "November",
    "12/31/2024",
    "2024-12-31T10:00:00Z",
    "12:00 pm",
    "pm",
    "$10,000.00",
    "$",
    "#ff0000",
    "P.O. Box 12",
    "943 476 5919",
    "A1234567",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "T-12",
    "ticket abc!",
    "123abcdef",
    "card ",
    "case ",
    "phone ",
    "my social security ",
    "one two three four five ",
    " ",
    " ",
    "  ",
    "\n",
    "é",
    "é1",
    "电话",
    "手机12",
    "谢谢",
    "x",
    "Z",
    "word",
    "\u{301}",
    "😀",
    "[AT]",
    "[DOT]",
    "org",
    "com",
    "(",
    "'",
    "*",
    "<",
    ">",
    "\"",
];

/// How far recognizers read, in bytes, to their local parts, contexts, shapes and domains.
const BOUNDS: &[usize] = &[64, 96, 160, 255, 256];

fn texts() -> impl Strategy<Value = String> {
    let one = || prop::sample::select(PARTS).prop_map(str::to_owned);
    // Up to a bound or just beside it.
    let long = (prop::sample::select(PARTS), prop::sample::select(BOUNDS), 0_usize..16).prop_map(
        |(part, bound, more)| {
            let mut long = part.repeat(bound / part.len() + 9);
            long.truncate(long.floor_char_boundary(bound + more - 8));
            long
        },
    );
    let part = prop_oneof![
        8 => one(),
        1 => (prop::sample::select(PARTS), 1_usize..60).prop_map(|(part, times)| part.repeat(times)),
        1 => long,
        1 => "[a-zA-Z0-9@./:+() -]{1,8}",
        1 => "\\PC{1,3}",
    ];
    // Few parts, many times, and a bit of another.
    let few = prop::collection::vec(one(), 1..5).prop_flat_map(move |few| {
        let part = prop_oneof![12 => prop::sample::select(few), 1 => one()];
        prop::collection::vec(part, 0..70)
    });
    prop_oneof![2 => prop::collection::vec(part, 0..14), 1 => few].prop_map(|parts| parts.concat())
}

fn at_boundaries(text: &str, cuts: Vec<usize>) -> Vec<usize> {
    let mut cuts: Vec<usize> =
        cuts.into_iter().map(|cut| text.floor_char_boundary(cut % (text.len() + 1))).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_cut_it_gives_the_same(
        text in texts(),
        cuts in prop::collection::vec(any::<usize>(), 0..16),
        which in any::<prop::sample::Index>(),
    ) {
        let scanners = which.get(&SCANNERS);
        check(scanners, &text, &at_boundaries(&text, cuts));
        let every: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        check(scanners, &text, &every);
    }
}

fn check_each_character(text: &str) {
    let every: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for scanners in SCANNERS.iter() {
        check(scanners, text, &every);
    }
}

/// What follows the longest match says whether a word ends there.
#[test]
fn what_is_longer_than_a_recognizer_reads_is_found_as_in_the_whole() {
    for times in 1..60 {
        check_each_character(&format!("４１１１[AT]{}", "example.com".repeat(times)));
    }
}

#[test]
fn only_what_may_become_an_entity_is_held() {
    let scanner = sensitive(&["EMAIL_ADDRESS", "URL", "PHONE_NUMBER", "US_SSN"], true, &Value::Null);
    let mut stream = stream(scanner.as_ref());
    for (piece, passed) in [
        ("Write", ""),
        (" to ", "Write to "),
        ("ada@example.org", ""),
        (" or call (202) 55", "<EMAIL_ADDRESS> or call "),
        ("5-0173, thanks. ", "<PHONE_NUMBER>, thanks. "),
        ("See https://a.org/b", "See "),
        ("\nThat is all", "<URL>\nThat is "),
    ] {
        assert_eq!(stream.feed(piece, Interrupt::NEVER).text, passed, "{piece}");
    }
    assert_eq!(stream.finish(Interrupt::NEVER).text, "all");
}

#[test]
fn what_is_held_is_bounded_where_nothing_is_found() {
    let all = sensitive(&entities(), true, &Value::Null);
    for unit in ["x", "a-", "1", "1 ", "12, ", "é", "word ", "a@", "::", "(", "谢"] {
        let mut stream = stream(all.as_ref());
        let piece = unit.repeat(20);
        for _ in 0..400 {
            stream.feed(&piece, Interrupt::NEVER);
            assert!(stream.held() < 2_048, "{unit}: {}", stream.held());
        }
    }
}

#[test]
fn names_are_waited_for() {
    assert!(sensitive(&["EMAIL_ADDRESS"], true, &json!([])).follow().is_some());
    let behind = json!([{"name": "OWN", "expressions": ["a(?=b)"], "context": [], "score": 0.9}]);
    assert!(sensitive(&["OWN"], true, &behind).follow().is_none());
}
