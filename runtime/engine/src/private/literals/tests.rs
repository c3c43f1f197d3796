use std::sync::Arc;

use pyshield_core::{Edit, Span, apply_edits, merge_edits};
use serde_json::Value;

use super::*;

/// The text with `value` wherever a `¤` stands.
fn put(text: &str, value: &str) -> String {
    let edit = |(at, sign): (usize, &str)| Edit {
        span: Span::new(at, at + sign.len()),
        score: 1.0,
        replacement: Arc::from(value),
    };
    let mut edits: Vec<Edit> = text.match_indices('¤').map(edit).collect();
    keep_whole(text, &mut edits);
    apply_edits(text, &merge_edits(edits)).unwrap()
}

const NAME: &str = "Ada \"The\" Countess";
const PATH: &str = r"C:\Users\ada";

/// Where literals are, in texts of all kinds.
#[test]
fn values_are_escaped_in_literals() {
    for text in [
        r#"{"a": "¤"}"#,
        r#"  ["x", {"b" : {}}, "a ¤ b"]"#,
        "\"¤\"",
        " \"¤\"\n\n",
        r#"{"n": -1.5e+3, "t": true, "¤": null, "l": [1, "¤"]}"#,
        "{\n\n  \"a\": 1,\n\n  \"b\": \"¤\"\n}",
        "Here: {\"a\": \"¤\"}",
        "Here you are.\n\n```json\n{\"a\": \"¤\"}\n```\nIs it \"right\"?",
        "{\"a\": 1}\n{\"a\": \"¤\"}\n{\"a\": \"¤\"}",
        "name = \"¤\"",
        "It's `name=\"¤\"`.",
        "$a['k'] => \"¤\"",
        "if name == \"¤\":",
        "print(\"a\", f\"to ¤\", \"x\" + \"¤\")",
        "d[\"¤\"] = f(a)[\"¤\"]",
        "let x = {name: \"¤\", 'y': \"¤\"};",
        "f(name: \"¤\")",
        "f(a (b), \"¤\")",
        "x = (\"¤\", \"¤\")",
        "```yaml\nname: \"¤\"\n```",
        "It is {\"a\": \"¤\", and that is cut",
        "(See f(\"x\") and) {\"a\": [\"¤\"]}",
        "<p>x</p> y = \"¤\"",
        "{\"a\": \"it's \\\"¤\\\" \\u00e9\"}",
    ] {
        let out = put(text, NAME);
        assert_eq!(out, text.replace('¤', r#"Ada \"The\" Countess"#), "{text}");
        assert_eq!(put(text, PATH), text.replace('¤', r"C:\\Users\\ada"), "{text}");
        let lines = put(text, "a\nb\u{1}\t");
        assert_eq!(lines, text.replace('¤', r"a\nb\u0001\t"), "{text}");
        if let Ok(document) = serde_json::from_str::<Value>(text) {
            let back: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(document.is_object(), back.is_object(), "{text}");
        }
    }
}

#[test]
fn values_stay_as_they_are_elsewhere() {
    for text in [
        "¤",
        "He is ¤.",
        "He said \"¤\" to me.",
        "\"¤\" is what he said.",
        "He said: \"¤\"",
        "He met ¤, \"¤\" and (\"¤\", he said) and 'twas ¤'s",
        "Open { and then he said: \"¤\", \"¤\"",
        "a,\"¤\",b",
        "<a title=\"¤\" class=\"¤\">¤</a>",
        "name = \"¤",
        "name = \"¤\nb\"",
        "¤ = ¤",
        "\"\"\"¤\"\"\"",
        "r = r\"¤\"",
        "> ¤ < ¤",
        "```\n¤\n```",
    ] {
        assert_eq!(put(text, NAME), text.replace('¤', NAME), "{text}");
    }
}

#[test]
fn what_came_out_of_a_literal_goes_into_one_as_it_was() {
    for value in [r#"Ada \"The\" Countess"#, r"a\u00e9\nb", "plain", "O'Brien", "a/b"] {
        for text in [r#"{"a": "¤"}"#, "name = \"¤\"", "\"¤\""] {
            assert_eq!(put(text, value), text.replace('¤', value));
        }
    }
    assert_eq!(put("x = \"¤\"; y = {\"a\": \"¤\"}", r"\x41"), "x = \"\\x41\"; y = {\"a\": \"\\\\x41\"}");
}

#[test]
fn single_quotes_are_escaped_between_single_quotes() {
    assert_eq!(put("name = '¤'", "O'Brien"), r"name = 'O\'Brien'");
    assert_eq!(put("f('¤', \"¤\")", "O'Brien"), r#"f('O\'Brien', "O'Brien")"#);
    assert_eq!(put("{'a': '¤'}", "a\n\"b\""), r#"{'a': 'a\n"b"'}"#);
    // Whether a backslash escapes there, only the language says.
    assert_eq!(put("name = '¤'", PATH), format!("name = '{PATH}'"));
    assert_eq!(put("that's '¤', isn't it", "O'Brien"), "that's 'O'Brien', isn't it");
}

#[test]
fn a_verbatim_placeholder_is_not_escaped() {
    let mut literals = Literals::default();
    literals.read("x = \"");
    literals.put(NAME, true, 1);
    literals.read(" ");
    literals.put(NAME, false, 2);
    literals.read("\"");
    let ready: Vec<_> = literals.ready().map(|(what, escape)| (what, escape.is_some())).collect();
    assert_eq!(ready, [(1, false), (2, true)]);
}

#[test]
fn a_literal_is_waited_for_no_longer_than_it_may_be() {
    let mut literals = Literals::default();
    literals.read("x = \"");
    literals.put(NAME, false, 1);
    for _ in 0..LONGEST {
        assert_eq!(literals.waits_for(), Some(&1));
        literals.read("a");
    }
    literals.read("a");
    assert!(literals.waits_for().is_none());
    assert_eq!(literals.ready().count(), 1);
    // Nor are brackets kept without bound.
    literals.read(&"[".repeat(3 * DEEPEST));
    assert!(literals.nests.len() <= DEEPEST);
    literals.read("]]");
    assert!(format!("{literals:?}").len() > 10);
}

/// JSON in the strings of JSON, and code in them: a value is escaped for all that are around it.
#[test]
fn values_are_escaped_once_for_each_literal_around_them() {
    for value in ["O\"Neil", r"C:\Users", "a\nb\u{1}", "plain"] {
        let mut text = "{\"n\": [\"¤\"]}".to_owned();
        for levels in 1..=usize::from(LEVELS) {
            let mut out = put(&text, value);
            for _ in 1..levels {
                let document: Value = serde_json::from_str(&out).unwrap();
                out = document["arguments"].as_str().unwrap().to_owned();
            }
            let inner: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(inner["n"][0], value, "{levels}");
            text = serde_json::json!({"id": 1, "arguments": text}).to_string();
        }
    }
    for (text, out) in [
        (r#"{"a": "{\"n\": \"¤\"}"}"#, r#"{"a": "{\"n\": \"O\\\"Neil\"}"}"#),
        // Quotes by their numbers.
        (r#"{"a": "{\u0022n\u0022: \u0022¤\u0022}"}"#, r#"{"a": "{\u0022n\u0022: \u0022O\\\"Neil\u0022}"}"#),
        (
            r#"{"code": "x = f(\"¤\")\nprint(\"¤\")"}"#,
            r#"{"code": "x = f(\"O\\\"Neil\")\nprint(\"O\\\"Neil\")"}"#,
        ),
        (r#"x = "{\"n\": \"¤\"}""#, r#"x = "{\"n\": \"O\\\"Neil\"}""#),
        (r#"x = '{"n": "¤"}'"#, r#"x = '{"n": "O\\"Neil"}'"#),
        // What is prose in a string is prose.
        (r#"{"a": "He said \"¤\" to me"}"#, r#"{"a": "He said \"O\"Neil\" to me"}"#),
        (r#"{"a": "\"¤\""}"#, r#"{"a": "\"O\"Neil\""}"#),
        // Not a literal in a literal that ends, but in the one around it.
        (r#"{"a": "{\"n\": \"¤"}"#, r#"{"a": "{\"n\": \"O\"Neil"}"#),
        (r#"{"a": "{\"n\": \"¤\nb\"}"}"#, r#"{"a": "{\"n\": \"O\"Neil\nb\"}"}"#),
        ("{\"a\": \"{\\\"n\\\": \\\"¤\nb", "{\"a\": \"{\\\"n\\\": \\\"O\"Neil\nb"),
    ] {
        assert_eq!(put(text, "O\"Neil"), out, "{text}");
    }
}

#[test]
fn what_came_out_of_a_literal_is_escaped_for_those_that_are_around_more() {
    let text = r#"{"a": "{\"n\": \"¤\"}"}"#;
    assert_eq!(put(text, r#"O\"Neil"#), r#"{"a": "{\"n\": \"O\\\"Neil\"}"}"#);
    assert_eq!(put(text, r#"O\\\"Neil"#), r#"{"a": "{\"n\": \"O\\\"Neil\"}"}"#);
    let mut literals = Literals::default();
    literals.read(r#"{"a": "{\"n\": \""#);
    literals.put(NAME, true, 1);
    literals.put("Ada", false, 2);
    assert_eq!(literals.ready().count(), 2);
    literals.put(r#"O\"Neil"#, false, 3);
    literals.put("Ada", false, 4);
    literals.read(r#"\"}""#);
    let ready: Vec<_> =
        literals.ready().map(|(what, escapes)| (what, escapes.map(|all| all.len()))).collect();
    assert_eq!(ready, [(3, Some(2)), (4, None)]);
}

/// Literals after words and signs, where fences say that they are code.
#[test]
fn values_are_escaped_after_words_in_fenced_code() {
    let fenced = |name: &str, line: &str| format!("So:\n\n```{name}\n{line}\n```\nor \"¤\" it is.");
    let check = |text: &str, escapes: bool| {
        let (code, after) = text.rsplit_once("\n```\n").unwrap();
        let value = if escapes { r#"Ada \"The\" Countess"# } else { NAME };
        let wanted = format!("{}\n```\n{}", code.replace('¤', value), after.replace('¤', NAME));
        assert_eq!(put(text, NAME), wanted);
    };
    for line in [
        "return \"¤\"",
        "    yield f\"to ¤\"",
        "case \"¤\":",
        "x = a if b else \"¤\"",
        "y = a + \"¤\" + b",
        "$y = $a . \"¤\";",
        "print \"¤\"",
        "if \"¤\" in x:",
        "for x in \"¤\":",
        "f = lambda: \"¤\"",
        "raise \"¤\"",
        "def f():\n    # it's \"\n    return (\"¤\", \"¤\")",
        "name: \"¤\"",
    ] {
        for name in ["", "python", "rust title=x", "c++"] {
            check(&fenced(name, line), true);
        }
        if !line.starts_with("def") {
            check(&fenced("text", line), false);
            check(&fenced("Markdown", line), false);
        }
    }
    for line in [
        "return a, \"¤\"",
        "if (x) { return c ? \"a\" : \"¤\"; }",
        "cout << \"¤\" << x;",
        "f(a if b else \"¤\")",
        "x || \"¤\"",
        "Ok(_) -> \"¤\"",
        "a and \"¤\"",
    ] {
        check(&fenced("js", line), true);
    }
    for line in ["- \"¤\"", "- name: \"¤\"\n  b: [x, \"¤\"]"] {
        check(&fenced("yaml", line), true);
    }
    for line in
        ["a,\"¤\",b", "He said \"¤\" to me", "He is \"¤\" or \"¤\"", "return to \"¤\"", "returned \"¤\""]
    {
        check(&fenced("", line), false);
    }
}
