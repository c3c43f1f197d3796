//! Private data comes back into a stream as into the whole text, however it is cut.

use std::sync::LazyLock;

use proptest::prelude::*;
use pyshield_core::Text;
use pyshield_core::stream::Cut;
use pyshield_engine::config::ShieldSpec;
use pyshield_engine::private::VaultHandle;
use pyshield_engine::runtime;
use pyshield_engine::shield::{Request, Shield, Side};
use pyshield_engine::stream::{OutputStream, Pace, StreamOptions};
use pyshield_engine::vault::VaultEntry;
use serde_json::{Value, json};

const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// Placeholders of one vault that begin, end and hold each other; values that no JSON string may hold as they
/// are, and that look like placeholders.
const ENTRIES: &[(&str, &str)] = &[
    ("[REDACTED_PERSON_1]", "Ada Lovelace"),
    ("[REDACTED_PERSON_11]", "Grace \"Amazing\" Hopper"),
    ("[REDACTED_PERSON_2]", "[REDACTED_PERSON_1]"),
    ("Keanu Reeves", "C:\\Users\\ada"),
    ("Reeves", "a\nb"),
    ("PERSON_1", "Edsger"),
    ("[ENCRYPTED_", "no ciphertext"),
    ("EMAIL_ADDRESS", "address"),
    ("12", "1, \"2\""),
    ("{", "["),
];

fn options(cut: Cut) -> StreamOptions {
    StreamOptions { cut, pace: Pace::Hold, prompt: Text::from(""), deadline: None }
}

fn vault(entries: &[(&str, &str)]) -> VaultHandle {
    let vault = runtime::current().unwrap().vaults().create().unwrap();
    vault.extend_blocking(entries.iter().map(|(p, v)| VaultEntry::new(*p, *v)).collect()).unwrap();
    VaultHandle::memory(vault)
}

fn deanonymize(vault: usize, strategy: &str, key: Option<&str>) -> Value {
    json!({"type": "Deanonymize", "vault": vault, "matching_strategy": strategy, "key": key})
}

fn words(substrings: &[&str], redact: bool) -> Value {
    json!({"type": "BanSubstrings", "substrings": substrings, "match_type": "str", "case_sensitive": false,
           "redact": redact, "contains_all": false})
}

fn shield(output: &[Value], vaults: &[&VaultHandle], on_error: &str) -> Shield {
    compiled(&[], output, vaults, on_error)
}

fn compiled(prompt: &[Value], output: &[Value], vaults: &[&VaultHandle], on_error: &str) -> Shield {
    let limits = json!({
        "max_in_flight": 64, "policy": "reject", "deadline": null, "max_text_bytes": 1 << 20,
        "inline_budget_us": 1e6,
    });
    let spec = json!({
        "prompt": prompt, "output": output, "on_error": on_error, "limits": limits, "cache": null,
    });
    let mut spec: ShieldSpec = serde_json::from_value(spec).unwrap();
    spec.vaults = vaults.iter().map(|vault| (*vault).clone()).collect();
    Shield::compile(spec).unwrap()
}

fn scan(shield: &Shield, side: Side, text: &str) -> String {
    let request = Request { side, text: Text::from(text), prompt: None, deadline: None };
    let outcome = shield.scan_blocking(&request).unwrap();
    outcome.scan.rewritten.clone().unwrap_or_else(|| text.to_owned())
}

/// What passed of a stream after each piece and at its end.
fn steps<'a>(stream: &mut OutputStream, pieces: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut passed: Vec<String> = Vec::new();
    for piece in pieces {
        passed.push(stream.feed(piece).unwrap().text);
    }
    passed.push(stream.finish().unwrap().text);
    let outcome = stream.conclude().unwrap();
    assert!(outcome.scan.is_valid && outcome.scan.risk == 0.0);
    passed
}

fn streamed<'a>(shield: &Shield, pieces: impl IntoIterator<Item = &'a str>) -> String {
    let mut stream = shield.open_output(options(Cut::Found)).unwrap();
    assert!(stream.follows());
    steps(&mut stream, pieces).concat()
}

/// What `encrypt` writes for two addresses, one with a quote in it.
static CIPHERTEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let encrypt = json!({
        "type": "Anonymize", "vault": 0, "hidden_names": [], "allowed_names": [],
        "entity_types": ["EMAIL_ADDRESS"], "preamble": "", "regex_patterns": null, "threshold": 0.5,
        "thresholds": {}, "language": "en", "locale": "en", "operator": {"type": "encrypt"}, "operators": {},
        "key": KEY,
    });
    let shield = compiled(&[encrypt], &[], &[&vault(&[])], "raise");
    ["ada@example.org", "\"q\"@example.org"].map(|mail| scan(&shield, Side::Prompt, mail)).to_vec()
});

fn parts() -> impl Strategy<Value = String> {
    let entries = || prop::sample::select(ENTRIES).prop_map(|(placeholder, _)| placeholder.to_owned());
    let ciphertext = || prop::sample::select(CIPHERTEXTS.clone());
    prop_oneof![
        6 => entries(),
        1 => entries().prop_map(|one| one.replace('_', "\\_").replace('[', "\\[").replace(']', "\\]")),
        1 => entries().prop_map(|one| one.replace('[', "%5B").replace(']', "%5d").replace(' ', "%20")),
        2 => (entries(), 0usize..20).prop_map(|(one, chars)| one.chars().take(chars).collect()),
        2 => ciphertext(),
        1 => (ciphertext(), 0usize..80).prop_map(|(one, chars)| one.chars().take(chars).collect()),
        1 => prop::sample::select(vec!["{\"a\": \"", "\"}", "\", \"b\": [", "x = \"", "f('", "', ", "\n", "```", "\n```json\n", "\n```py\n", "return \"", "\\\"", "{\\\"a\\\": \\\""])
            .prop_map(str::to_owned),
        4 => r#"(\[|\]|\{|\}|:|,|"|\\|"a"|1|12|_| |é|x|%5B|ENCRYPTED_|[a-zA-Z_]){0,5}"#,
    ]
}

/// Texts, and documents whose strings are such texts.
fn texts() -> impl Strategy<Value = String> {
    let text = prop::collection::vec(parts(), 0..8).prop_map(|parts| parts.concat()).boxed();
    let strings = prop::collection::vec(prop::collection::vec(parts(), 0..4), 1..4);
    let document = strings
        .prop_map(|strings| {
            let strings: Vec<String> = strings.into_iter().map(|parts| parts.concat()).collect();
            json!({"a": strings, "b": 12}).to_string()
        })
        .boxed();
    let within = document.clone().prop_map(|document| json!({"arguments": document}).to_string());
    prop_oneof![
        3 => text.clone(),
        3 => document.clone(),
        2 => within,
        1 => (document, text).prop_map(|(document, text)| document + &text),
    ]
}

fn cut(text: &str, sizes: &[usize]) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut rest = &*chars;
    let mut sizes = sizes.iter().cycle();
    let pieces = std::iter::from_fn(|| {
        let (piece, after) = rest.split_at(rest.len().min(*sizes.next()?));
        rest = after;
        (!piece.is_empty()).then(|| piece.iter().collect())
    });
    pieces.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(600), ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_cut_a_text_gives_the_whole_texts_result(
        text in texts(),
        entries in prop::sample::subsequence(ENTRIES, 1..ENTRIES.len()),
        any_case in any::<bool>(),
        key in prop::option::of(Just(KEY)),
        other in any::<bool>(),
        sizes in prop::collection::vec(1usize..12, 1..5),
    ) {
        let strategy = if any_case { "case_insensitive" } else { "exact" };
        let (mine, others) = (vault(&entries), vault(&[("[REDACTED_PERSON_3]", "Bob"), ("Keanu", "Kay")]));
        let mut output = vec![deanonymize(0, strategy, key)];
        if other {
            output.push(deanonymize(1, "exact", None));
            output.push(words(&["amazing", "1] x", "reeves"], true));
        }
        let shield = shield(&output, &[&mine, &others], "raise");
        let whole = scan(&shield, Side::Output, &text);
        // What is found is replaced, and ends nothing.
        let through = |pieces: Vec<String>| {
            let mut stream = shield.open_output(options(Cut::Unredacted)).unwrap();
            let mut passed = String::new();
            for piece in &pieces {
                passed += &stream.feed(piece).unwrap().text;
            }
            passed + &stream.finish().unwrap().text
        };
        prop_assert_eq!(&through(vec![text.clone()]), &whole, "in one piece");
        prop_assert_eq!(&through(cut(&text, &[1])), &whole, "character by character");
        prop_assert_eq!(&through(cut(&text, &sizes)), &whole, "in pieces");
    }
}

#[test]
fn a_value_passes_as_soon_as_its_placeholder_has_come() {
    let vault = vault(&ENTRIES[..8]);
    let shield = shield(&[deanonymize(0, "exact", Some(KEY))], &[&vault], "raise");
    let through = |pieces: &[&str]| {
        let mut stream = shield.open_output(options(Cut::Found)).unwrap();
        steps(&mut stream, pieces.iter().copied())
    };
    assert_eq!(
        through(&["Dear [RED", "ACTED_", "PERSON_1", "], hello", " [you]"]),
        ["Dear ", "", "", "Ada Lovelace, hello", " [you]", ""]
    );
    assert_eq!(through(&["PERSON_1", "1 PERSON_1", "."]), ["", "PERSON_11 ", "Edsger.", ""]);
    // No literal: the quote is known to stay. A literal: at its end it is known what to escape.
    assert_eq!(through(&["Hi [REDACTED_PERSON_11]", "!"]), ["Hi Grace \"Amazing\" Hopper", "!", ""]);
    assert_eq!(
        through(&["{\"a\":\"[REDACTED_PERSON_1]\",", "\"b\":\"[REDACTED_PERSON_11]", "\"", "}"]),
        ["{\"a\":\"Ada Lovelace\",", "\"b\":\"", "Grace \\\"Amazing\\\" Hopper\"", "}", ""]
    );
    let sealed = &CIPHERTEXTS[0];
    assert_eq!(through(&["To ", &sealed[..40], &sealed[40..], "."]), ["To ", "", "ada@example.org", ".", ""]);
}

#[test]
fn json_within_json_stays_whole_in_a_stream() {
    let vault = vault(&[("[REDACTED_PERSON_1]", "Sean O\"Neil")]);
    let shield = shield(&[deanonymize(0, "exact", None)], &[&vault], "raise");
    let inner = json!({"n": "[REDACTED_PERSON_1]"}).to_string();
    let text = json!({"id": "x", "arguments": inner}).to_string();
    for size in [1, 3, 1_000] {
        let passed = streamed(&shield, cut(&text, &[size]).iter().map(String::as_str));
        let outer: Value = serde_json::from_str(&passed).unwrap();
        let inner: Value = serde_json::from_str(outer["arguments"].as_str().unwrap()).unwrap();
        assert_eq!(inner["n"], "Sean O\"Neil");
    }
}

#[test]
fn the_vault_counts_as_it_is_when_the_stream_begins() {
    let vault = vault(&[]);
    let shield = shield(&[deanonymize(0, "exact", None)], &[&vault], "raise");
    // Nothing was ever in it: nobody is asked.
    let mut empty = shield.open_output(options(Cut::Found)).unwrap();
    assert!(!empty.asks());
    let append = |placeholder: &str, value: &str| {
        vault.as_memory().unwrap().append_blocking(VaultEntry::new(placeholder, value)).unwrap();
    };
    append("[A]", "Ada");
    // A few entries are known to all who hold the vault.
    let mut first = shield.open_output(options(Cut::Found)).unwrap();
    assert!(!first.asks());
    append("[B]", "Bob");
    let mut second = shield.open_output(options(Cut::Found)).unwrap();
    assert_eq!(steps(&mut empty, ["[A][B]"]).concat(), "[A][B]");
    assert_eq!(steps(&mut first, ["[A][B]"]).concat(), "Ada[B]");
    assert_eq!(steps(&mut second, ["[A]", "[B]"]).concat(), "AdaBob");
    for number in 0..100 {
        append(&format!("[C_{number}]"), "Carl");
    }
    let mut third = shield.open_output(options(Cut::Found)).unwrap();
    assert!(third.asks());
    runtime::current().unwrap().wait_for(third.ask()).unwrap();
    assert!(!third.asks());
    // What was compiled for one is there for the next.
    assert!(!shield.open_output(options(Cut::Found)).unwrap().asks());
    assert_eq!(steps(&mut third, ["[A]", "[C_99]"]).concat(), "AdaCarl");
}

#[test]
fn a_session_restores_from_its_own_vault() {
    let (declared, own) = (vault(&[("[A]", "Ada")]), vault(&[("[A]", "Alan"), ("[B]", "Bob")]));
    let shield = shield(&[deanonymize(0, "exact", None)], &[&declared], "raise");
    let session = shield.in_session(own);
    assert_eq!(streamed(&session, ["[A", "][B]"]), "AlanBob");
    assert_eq!(streamed(&shield, ["[A", "][B]"]), "Ada[B]");
}

#[test]
fn a_text_that_cannot_be_followed_is_held_and_right() {
    let long = "[LONG_".to_owned() + &"x".repeat(5_000) + "]";
    let vault = vault(&[(&long, "short"), ("[A]", "Ada")]);
    let exact = shield(&[deanonymize(0, "exact", None)], &[&vault], "raise");
    let text = format!("[A] and {long}.");
    assert_eq!(
        streamed(&exact, text.as_bytes().chunks(7).map(|c| std::str::from_utf8(c).unwrap())),
        "Ada and short."
    );
    for strategy in ["fuzzy", "combined_exact_fuzzy"] {
        let fuzzy = shield(&[deanonymize(0, strategy, None)], &[&vault], "raise");
        assert!(!fuzzy.open_output(options(Cut::Found)).unwrap().follows());
    }
}

#[test]
fn neither_a_stream_nor_a_ciphertext_without_end_takes_quadratic_time_or_much_memory() {
    let vault = vault(ENTRIES);
    let shield = shield(&[deanonymize(0, "exact", Some(KEY))], &[&vault], "raise");
    let began = std::time::Instant::now();
    for unit in
        ["PERSON_1_", "[ENCRYPTED_", "[REDACTED_", "{\"Keanu Reeves\":", "\\[%5B", "é [REDACTED_PERSON_1]"]
    {
        let mut stream = shield.open_output(options(Cut::Found)).unwrap();
        let piece = unit.repeat(20);
        let mut passed = 0;
        for _ in 0..1_000 {
            passed += stream.feed(&piece).unwrap().text.len();
        }
        passed += stream.finish().unwrap().text.len();
        assert!(passed > 10_000, "{unit}");
    }
    assert!(began.elapsed().as_secs() < 60);
}

#[test]
fn nothing_shows_a_value() {
    let vault = vault(ENTRIES);
    let shield = shield(&[deanonymize(0, "exact", Some(KEY))], &[&vault], "raise");
    let mut stream = shield.open_output(options(Cut::Found)).unwrap();
    let passed = stream.feed("[ENCRYPTED_A_00 [REDACTED_PERSON_1] {\"a\": Keanu Reeves").unwrap();
    assert!(passed.findings.is_empty());
    let shown = format!("{stream:?} {shield:?} {passed:?}");
    for value in ["Lovelace", "Users", "Edsger", "PERSON", "Keanu"] {
        assert!(!shown.contains(value), "{value}");
    }
}
