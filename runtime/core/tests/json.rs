//! The JSON scanner: what counts as a candidate, what is valid, and what a repair changes in the text.

use std::time::{Duration, Instant};

use pyshield_core::literal::LiteralHits;
use pyshield_core::scanner::json;
use pyshield_core::{
    Evidence, Input, Interrupt, Interrupted, ScannerError, ScannerSpec, Text, Verdict, apply_edits,
    merge_edits,
};

fn scan_with(text: &str, required: usize, repair: bool) -> Verdict {
    let spec = format!(r#"{{"type": "JSON", "required_elements": {required}, "repair": {repair}}}"#);
    let spec: ScannerSpec = serde_json::from_str(&spec).expect("a specification");
    let scanner = spec.build().expect("a scanner");
    let evidence = Evidence { literals: &LiteralHits::default() };
    scanner.scan(&Input::text(&Text::from(text)), &evidence).expect("a verdict")
}

/// How many valid candidates there are: the most that may be required.
fn count(text: &str) -> usize {
    let mut required = 0;
    while scan_with(text, required + 1, false).findings.iter().all(|f| f.label != "MISSING_JSON") {
        required += 1;
    }
    required
}

fn broken(text: &str) -> Vec<&str> {
    let verdict = scan_with(text, 0, false);
    verdict.findings.iter().filter_map(|f| text.get(f.span.range())).collect()
}

fn repaired(text: &str) -> String {
    let verdict = scan_with(text, 0, true);
    assert!(verdict.valid, "{text}");
    assert!((verdict.risk + 1.0).abs() < f64::EPSILON);
    apply_edits(text, &merge_edits(verdict.edits)).unwrap_or_else(|| text.to_owned())
}

#[test]
fn counts_the_outermost_objects_and_arrays() {
    for (text, expected) in [
        ("no JSON here", 0),
        (r#"{"a": 1}"#, 1),
        (r#"{"a": {"b": {}}}"#, 1),
        (r#"{"a": 1} and {"b": 2}"#, 2),
        (r#"[{"a": 1}, {"b": 2}]"#, 1),
        (r#"Hello {"a": "}"} and {"b": "{"} there"#, 2),
        (r#"{"a": "\"}"} {}"#, 2),
        ("[1, 2, 3]", 1),
        ("The list:\n[1, 2, 3]\nends.", 1),
        ("```json\n[]\n```", 1),
        (r#"so ["a", "b"] it is"#, 1),
        (r#"{"a": NaN, "b": -Infinity, "a": 99999999999999999999999}"#, 1),
        (r#"{"a": 1"#, 0),
        (r#"{{"a": 1}}"#, 1),
        (r#"[note: {"a": 1} is fine]"#, 1),
    ] {
        assert_eq!(count(text), expected, "{text}");
        assert!(broken(text).is_empty(), "{text}");
    }
}

#[test]
fn brackets_in_prose_are_not_json() {
    for text in [
        "Dear {name}, see [1] and [2, 3], or [see here].",
        "[ ] todo [x] done, item[0], f(x)[1], map[\"key\"], [[wiki]], [[1]]",
        "[\"link\"](https://example.org) ![alt](x.png) [^1]: note",
        r"\frac{a}{b} \{x\} {1, 2, 3} {{ user }} {...} {% if %}",
        "fn main() { let x = [0; 4]; } if (a) { return \"x\"; }",
        "{ unclosed: [ and \"more",
        "a } b ] c",
    ] {
        assert_eq!(count(text), 0, "{text}");
        assert!(broken(text).is_empty(), "{text}: {:?}", broken(text));
        assert_eq!(repaired(text), text);
    }
}

#[test]
fn broken_candidates_are_found_whole() {
    for (text, expected) in [
        ("see {'a': 1} there", "{'a': 1}"),
        ("see {a: '}'} there", "{a: '}'}"),
        ("see {\"a\": \"}\", } there", "{\"a\": \"}\", }"),
        ("see {\"a\": \"x} there", "{\"a\": \"x}"),
        ("see {\"a\": [1, 2} there", "{\"a\": [1, 2}"),
        ("see {/* none */ \"a\": 1} there", "{/* none */ \"a\": 1}"),
        ("see ['a', 'b'] there", "['a', 'b']"),
        ("see [{\"a\": 1},] there", "[{\"a\": 1},]"),
        ("see\n[1, 2, 3,]\nthere", "[1, 2, 3,]"),
        ("see {\\\"a\\\": 1} there", "{\\\"a\\\": 1}"),
        ("[1, 2, {\"a\": 1}, x]", "[1, 2, {\"a\": 1}, x]"),
    ] {
        assert_eq!(broken(text), [expected]);
        let verdict = scan_with(text, 0, false);
        assert!(!verdict.valid && (verdict.risk - 1.0).abs() < f64::EPSILON && verdict.edits.is_empty());
    }
    assert_eq!(broken(r#"{"a": "x} and {"b": "y}"#), [r#"{"a": "x}"#, r#"{"b": "y}"#]);
}

#[test]
fn braces_that_are_the_whole_text_are_a_broken_object_where_nothing_is_repaired() {
    for text in
        ["{ not json }", " {1}\n", "{true}", "{a b: 1}", "{status ok, code 5}", "{{ user }}", "{[1, 2]}"]
    {
        assert_eq!(broken(text), [text.trim()]);
        assert!(!scan_with(text, 0, false).valid, "{text}");
        assert_eq!(repaired(text), text);
    }
    for text in ["{name} and {place}", "so {1}", "{1} it is", "{ open", "}{", "[see here]", r#"{{"a": 1}}"#] {
        assert!(broken(text).is_empty(), "{text}");
        assert!(scan_with(text, 0, false).valid, "{text}");
    }
}

#[test]
fn repairs_in_place_wherever_it_occurs() {
    assert_eq!(repaired("{'a': 1} é {'a': 1}"), "{\"a\": 1} é {\"a\": 1}");
    assert_eq!(repaired("So: {\"a\": 1,} ok {\"b\":2}"), "So: {\"a\": 1} ok {\"b\":2}");
    assert_eq!(repaired("[{'x': 'é'}, ]!"), "[{\"x\": \"\\u00e9\"}]!");
}

#[test]
fn a_repair_leaves_the_values_to_other_scanners() {
    let text = "{'card': '4111 1111', 'n': 1}";
    let mut edits = scan_with(text, 0, true).edits;
    let at = text.find("4111").expect("the value");
    edits.push(pyshield_core::Edit {
        span: pyshield_core::Span::new(at, at + 9),
        score: 1.0,
        replacement: "***".into(),
    });
    let out = apply_edits(text, &merge_edits(edits));
    assert_eq!(out.as_deref(), Some(r#"{"card": "***", "n": 1}"#));
}

#[test]
fn too_few_is_missing() {
    let verdict = scan_with("{\"a\": 1}", 2, true);
    assert!(!verdict.valid && (verdict.risk - 1.0).abs() < f64::EPSILON);
    assert_eq!(verdict.findings[0].label, "MISSING_JSON");
    assert!(scan_with("{'a': 1} {'b': 1}", 2, true).valid);
    assert!(!scan_with("{'a': 1} {\"b\": 1}", 2, false).valid);
    // As in llm-guard, nothing at all passes whatever is required.
    assert!(scan_with(" \n", 2, true).valid);
}

#[test]
fn validity_is_pythons() {
    for text in [
        "{}",
        " [1]\n",
        "1",
        "-0",
        "1.5e+3",
        "\"\\ud800\"",
        "NaN",
        "-Infinity",
        "null",
        "[1,2]",
        "\"é\"",
        "{\"a\":1,\"a\":2}",
        "1e999",
        "\"\\/\"",
        "\"\u{7f}\"",
    ] {
        assert!(json::is_valid(text), "{text}");
    }
    for text in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "tru",
        "nan",
        "[1 2]",
        "{1:2}",
        "\"\n\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "\u{feff}1",
        "1 2",
        "{\"a\" 1}",
        "[1] x",
        "-NaN",
        "\u{a0}1",
        "'a'",
        "1e",
    ] {
        assert!(!json::is_valid(text), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(json::is_valid(&nested(512)));
    assert!(!json::is_valid(&nested(513)));
    assert!(json::repair(&nested(512)).is_some());
    for deep in [nested(513), nested(1_000_000), "[".repeat(1_000_000), "{\"a\":".repeat(200_000)] {
        assert!(!json::is_valid(&deep));
        assert_eq!(json::repair(&deep), None);
    }
    let objects = "{\"a\":".repeat(600) + "1" + &"}".repeat(600);
    let verdict = scan_with(&objects, 0, true);
    assert!(!verdict.valid && verdict.edits.is_empty());
}

/// Texts made to be searched again and again. Each takes milliseconds when the work is linear, and many
/// seconds when it is quadratic.
#[test]
fn hostile_texts_take_linear_time() {
    let n = 1 << 16;
    for unit in [
        "{",
        "[",
        "{\"",
        "[\"",
        "{\"a\":",
        "[{",
        "{{\"a\": 1",
        "[1,",
        "\n[1,",
        "[[\"a\",",
        "{/*",
        "{//",
        "{a:",
        "{a:\"",
        "{'a':\"",
        "{\"a\": \"x, ",
        "{\"a: 1, \"",
        "[\"a, ",
        "{a: 1, ",
        "[\"",
        "\\{",
        "\\",
        "\"",
        "\",",
        "{\"a\",",
        "{\"a\" ",
        "[[",
        "{\"a\": \"b\" ",
        "[“a",
        "{'a', ",
        "{}[1](",
        "}",
        "{\"a\": {\"b\"} ",
        "[\"a\"](",
        "{ ",
        "{\t,",
        "[\\\"a",
        "{\"a\": \"\"b",
        "{a: (",
        "{\"a\": b\", ",
        "{`a",
        "```",
        "{\"a\": \"x\" + ",
        "[{\"a\":1},",
    ] {
        for close in ["", "}", "]", "\"}", "} x", "] x"] {
            let text = format!("{{\"k\": [{}{close}", unit.repeat(n / unit.len()));
            for text in [&text, &text[7..]] {
                let began = Instant::now();
                let verdict = scan_with(text, 0, true);
                let fixed = json::repair(text);
                let took = began.elapsed();
                assert!(took < Duration::from_secs(5), "{unit:?} {close:?}: {took:?}");
                assert!(fixed.is_none_or(|fixed| json::is_valid(&fixed)), "{unit:?}");
                drop(verdict);
            }
        }
    }
}

#[test]
fn a_deadline_interrupts_a_long_scan() {
    let text = Text::from("{\"a\": [1, 'x', {b: 2}], ".repeat(200_000) + &"}".repeat(200_000));
    let spec = r#"{"type": "JSON", "required_elements": 0, "repair": true}"#;
    let scanner =
        serde_json::from_str::<ScannerSpec>(spec).expect("a specification").build().expect("a scanner");
    let began = Instant::now();
    let interrupt = Interrupt::new(Some(began), None);
    let input = Input { text: &text, prompt: None, interrupt };
    let evidence = Evidence { literals: &LiteralHits::default() };
    let result = scanner.scan(&input, &evidence);
    assert_eq!(result, Err(ScannerError::Interrupted(Interrupted::Deadline)));
}
