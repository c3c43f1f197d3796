//! Texts of JSON documents, found in place; what is JSON is what the validator of whole documents says.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use pyshield_core::document::{DEEPEST_FIELD, Fault, Located, Segment, State, Table, locate};
use pyshield_core::scanner::json;

/// Every string value, at any depth.
fn everything() -> Table {
    Table::new(vec![State::new(true, Vec::new(), Some(0))], Some(0)).unwrap()
}

/// `/a/*` and `/1`.
fn some() -> Table {
    let states = vec![
        State::new(false, vec![("a".into(), Some(1)), ("1".into(), Some(2))], None),
        State::new(false, Vec::new(), Some(2)),
        State::new(true, Vec::new(), None),
    ];
    Table::new(states, Some(0)).unwrap()
}

fn texts(text: &str, table: &Table) -> Vec<(String, String)> {
    let located = locate(text, table, 1_000).unwrap();
    let fields = located.fields.iter();
    fields.map(|field| (pointer(&located, field.path), field.literal.text().unwrap().into_owned())).collect()
}

fn pointer(located: &Located<'_>, path: Option<usize>) -> String {
    let Some(step) = path.and_then(|at| located.steps.get(at)) else { return String::new() };
    let last = match &step.segment {
        Segment::Key(key) => key.text().unwrap().into_owned(),
        Segment::Index(index) => index.to_string(),
    };
    format!("{}/{last}", pointer(located, step.before))
}

#[test]
fn fields_are_found_where_patterns_lead() {
    let text = r#"{"a": ["x", {"b": "y"}, 1, "z"], "1": "one", "b": "no"}"#;
    let found = [("/a/0", "x"), ("/a/3", "z"), ("/1", "one")];
    assert_eq!(texts(text, &some()), found.map(|(at, said)| (at.to_owned(), said.to_owned())));
    assert_eq!(texts(r#"["no", "yes"]"#, &some()), [("/1".to_owned(), "yes".to_owned())]);
    assert_eq!(texts(text, &everything()).len(), 5);
    assert_eq!(texts(r#" "alone" "#, &everything()), [(String::new(), "alone".to_owned())]);
    assert!(texts(text, &Table::default()).is_empty());
}

#[test]
fn places_are_in_code_points_and_paths_are_shared() {
    let text = r#"{"é": ["ü", "😀\n"]}"#;
    let located = locate(text, &everything(), 9).unwrap();
    let places: Vec<_> = located.fields.iter().map(|field| (field.start, field.end)).collect();
    assert_eq!(places, [(7, 10), (12, 17)]);
    assert_eq!(located.steps.len(), 3);
    assert_eq!(located.path(&located.fields[1]).len(), 2);
}

#[test]
fn escapes_are_read_and_half_a_pair_is_no_text() {
    let said = |literal: &str| {
        let located = locate(literal, &everything(), 9).unwrap();
        located.fields[0].literal.text().map(std::borrow::Cow::into_owned)
    };
    assert_eq!(said(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x""#).unwrap(), "\"\\/\u{8}\u{c}\n\r\té😀x");
    for half in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ud83d\n""#, r#""\ude00\ud83d""#, r#""\ud83d\ud83d""#] {
        assert_eq!(said(half), None);
    }
    // A key that is no text is none that a pattern names.
    assert_eq!(locate(r#"{"\ud83d": "x"}"#, &some(), 9).unwrap().fields, []);
    assert_eq!(locate(r#"{"\u0061": ["x"]}"#, &some(), 9).unwrap().fields.len(), 1);
}

#[test]
fn what_cannot_be_followed_is_said() {
    assert_eq!(locate(r#"{"é": 1,}"#, &everything(), 9), Err(Fault::Malformed(8)));
    assert_eq!(locate(r#"["a", "b"]"#, &everything(), 1), Err(Fault::TooMany));
    let nested = |levels: usize| "[".repeat(levels) + "\"x\"" + &"]".repeat(levels);
    assert!(locate(&nested(DEEPEST_FIELD), &everything(), 9).is_ok());
    assert_eq!(locate(&nested(DEEPEST_FIELD + 1), &everything(), 9), Err(Fault::TooDeep));
    assert!(locate(&nested(512), &Table::default(), 9).is_ok());
    assert_eq!(locate(&nested(513), &Table::default(), 9), Err(Fault::TooDeep));
    assert_eq!(locate(&"[".repeat(1_000_000), &Table::default(), 9), Err(Fault::TooDeep));
    assert_eq!(locate(&"{\"a\":".repeat(1_000_000), &everything(), 9), Err(Fault::TooDeep));
    assert!(Table::new(vec![State::new(true, Vec::new(), Some(1))], Some(0)).is_none());
}

proptest! {
    #[test]
    fn json_is_what_the_validator_says(text in r#"[\[\]{}",:0123\-.eE+truefalsnNI \n\\uéa]{0,24}"#) {
        for table in [everything(), some(), Table::default()] {
            prop_assert_eq!(locate(&text, &table, 100).is_ok(), json::is_valid(&text));
        }
    }

    #[test]
    fn literals_say_what_was_written(said in any::<String>()) {
        let written = serde_json::to_string(&said).unwrap();
        let document = format!("{{\"é\": [{written}]}}");
        let located = locate(&document, &everything(), 9).unwrap();
        let field = &located.fields[0];
        prop_assert_eq!(field.literal.text().unwrap(), said);
        let literal: String = document.chars().skip(field.start).take(field.end - field.start).collect();
        prop_assert_eq!(literal, written);
    }
}

#[test]
fn debug_says_nothing_of_the_document() {
    let located = locate(r#"{"hunter2": ["hunter2"]}"#, &everything(), 10).unwrap();
    assert_eq!(located.fields.len(), 1);
    assert!(!format!("{located:?}").contains("hunter2"));
}
