//! What holds for every text: repairs are valid, stable, and leave valid JSON's value alone.

use proptest::prelude::*;
use pyshield_core::literal::LiteralHits;
use pyshield_core::scanner::json;
use pyshield_core::{Evidence, Input, ScannerSpec, Text, Verdict, apply_edits, merge_edits};

/// Texts with much of what JSON is made of.
fn jsonish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"", "'", "\\", "\n", " ", "“", "”", "‘", "`", "```", "//", "/*", "*/",
            "#", "(", ")", "+", "=", ";", "...", "…", "\\\"", "\\u00e9", "\\ud83d", "\u{feff}", "\u{a0}",
        ]).prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            "a", "true", "None", "NaN", "-Infinity", "1", "-0.5e3", ".5", "1e", "007", "\"a\": ", "\"b\"", "\"c\", ",
            "{\"a\": 1}", "é", "😀", "\u{0}", "key: ", "```json\n",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (-1e6..1e6).prop_map(|x: f64| x.into()),
        any::<String>().prop_map(Into::into),
        jsonish().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::hash_map(jsonish(), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn scan(text: &str) -> Verdict {
    let spec = r#"{"type": "JSON", "required_elements": 0, "repair": true}"#;
    let scanner =
        serde_json::from_str::<ScannerSpec>(spec).expect("a specification").build().expect("a scanner");
    let evidence = Evidence { literals: &LiteralHits::default() };
    scanner.scan(&Input::text(&Text::from(text)), &evidence).expect("a verdict")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_repair_is_valid_ascii_and_stable(text in jsonish()) {
        if let Some(fixed) = json::repair(&text) {
            prop_assert!(json::is_valid(&fixed), "{fixed}");
            prop_assert!(fixed.is_ascii());
            let again = json::repair(&fixed);
            prop_assert_eq!(again.as_deref(), Some(&*fixed));
        } else {
            prop_assert!(!json::is_valid(&text));
            let opener = text.contains(['\u{7b}', '[']);
            prop_assert!(!opener);
        }
    }

    #[test]
    fn any_text_survives(text in any::<String>()) {
        json::repair(&text);
        json::is_valid(&text);
        scan(&text);
    }

    #[test]
    fn valid_json_keeps_its_value(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("serialisable");
        prop_assert!(json::is_valid(&text));
        let fixed = json::repair(&text).expect("valid text is repairable");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("valid");
        prop_assert_eq!(read(&fixed), read(&text));
    }

    #[test]
    fn agrees_with_serde_on_validity(text in jsonish()) {
        // serde_json refuses what Python accepts: lone surrogates, NaN, numbers beyond f64.
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(_) => prop_assert!(json::is_valid(&text)),
            Err(error) if json::is_valid(&text) => {
                let laxer = error.to_string().contains("number out of range")
                    || ["NaN", "Infinity", "\\ud83d"].iter().any(|word| text.contains(word));
                prop_assert!(laxer, "{error}");
            }
            Err(_) => {}
        }
    }

    #[test]
    fn a_scanned_text_holds_the_repairs(text in jsonish()) {
        let verdict = scan(&text);
        let mut from = 0;
        for edit in &verdict.edits {
            prop_assert!(edit.span.start >= from && text.get(edit.span.range()).is_some());
            from = edit.span.end;
        }
        if verdict.valid {
            let mut expected = String::new();
            let mut at = 0;
            for finding in &verdict.findings {
                expected.push_str(&text[at..finding.span.start]);
                expected.push_str(&json::repair(&text[finding.span.range()]).expect("repaired"));
                at = finding.span.end;
            }
            expected.push_str(&text[at..]);
            let out = apply_edits(&text, &merge_edits(verdict.edits)).unwrap_or_else(|| text.clone());
            prop_assert_eq!(out, expected);
        }
    }
}
