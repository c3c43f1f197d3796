//! Whatever is taken out of a text comes back exactly: any text, any mix of entities and operators.

mod common;
#[path = "../../core/src/entity/fake/samples.rs"]
mod samples;

use std::collections::BTreeMap;

use common::{blind_shield, private_shield, request, scan, vault};
use proptest::prelude::*;
use pyshield_core::Span;
use pyshield_core::entity::{entities, fake};
use pyshield_core::{restore, values};
use pyshield_engine::private::VaultHandle;
use pyshield_engine::shield::{Shield, Side};
use pyshield_engine::vault::VaultEntry;
use samples::VALUES;
use serde_json::{Value, json};

/// Names, some of which no literal can hold as they are.
const HIDDEN: &[&str] = &[
    "Ada Lovelace",
    "王伟",
    "Jürgen Müller",
    "Ada \"The\" Countess",
    "O'Brien",
    r"C:\Users\ada",
    "two\nlines",
    "b\": \"c",
];

/// What may stand between: signs of JSON and of program code, placeholders in every dress, signs without a width.
const SIGNS: &[&str] = &[
    "\n",
    "\"",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ": ",
    ", ",
    "'",
    "\u{200b}",
    "\u{a0}",
    "\t",
    "=",
    "\\n",
    "é",
    "x",
    "1",
    "_",
    "%",
    "{\"a\": \"",
    "\"}",
    "\", \"b\": \"c\"",
    "x = \"",
    "f('",
    "')",
    "\n```json\n",
    "\n```\n",
    "<a b=\"",
    "phone: ",
    "passport ",
    "ssn ",
    "license ",
    "account ",
    "born ",
    "tax ",
    "Müller",
    "Jürgen",
    "Mu\u{308}ller",
];

/// Placeholders in every form that is found again.
const PLACED: &[&str] = &[
    "[REDACTED_EMAIL_ADDRESS_1]",
    "[REDACTED_CUSTOM_2]",
    "[redacted_custom_1]",
    "[REDACTED_VERBATIM_CUSTOM_1]",
    r"\[REDACTED\_PHONE\_NUMBER\_1\]",
    r"\\[REDACTED\\_CUSTOM\\_1\\]",
    r"[REDACTED\_CUSTOM\_1]",
    "%5BREDACTED_URL_1%5D",
    "%5bredacted_email_address_1%5d",
    "[REDACTD_EMAIL_ADDRESS_1]",
    "[ REDACTED_CUSTOM_1 ]",
    "<REDACTED_URL_1>",
    "REDACTED_CUSTOM_1",
    "[REDACTED CUSTOM 1]",
    "[REDACTED_",
    "[REDACTED",
    "_1]",
    "%5B",
    "%5D",
    "\\_",
    "[ENCRYPTED_",
];

fn value() -> impl Strategy<Value = String> {
    let made = (prop::sample::select(VALUES), prop::sample::select(vec!["en", "de", "zh"]), any::<u64>());
    let made = made.prop_map(|((label, value), locale, seed)| {
        fake::fake(label, value, locale, seed).unwrap_or_else(|| (*value).to_owned())
    });
    prop_oneof![
        4 => made,
        1 => prop::sample::select(VALUES).prop_map(|(_, value)| value.to_owned()),
        3 => prop::sample::select(HIDDEN).prop_map(str::to_owned),
        1 => prop::sample::select(HIDDEN).prop_map(|name| name.replace(' ', "\u{a0}\u{200b}").to_uppercase()),
    ]
}

fn texts(placed: u32) -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => value(),
        2 => "[ -~]{0,8}",
        1 => "\\PC{0,6}",
        4 => Just(" ".to_owned()),
        6 => prop::sample::select(SIGNS).prop_map(str::to_owned),
        placed => prop::sample::select(PLACED).prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..16).prop_map(|parts| parts.concat())
}

/// What stands before a value that nothing else points to.
fn prose() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(vec![" ", " and then ", ", ", "", ". See ", "\n", "(", ") ", "的", "x", "/", "'s "]).prop_map(str::to_owned),
        1 => prop::sample::select(SIGNS).prop_map(str::to_owned),
        1 => "[ -~]{0,6}",
    ]
}

/// An operator of each kind, and whether `Deanonymize` puts back what it took out.
fn operators() -> Vec<(Value, bool)> {
    vec![
        (json!({"type": "placeholder"}), true),
        (json!({"type": "fake"}), true),
        (json!({"type": "encrypt"}), true),
        (json!({"type": "keep"}), true),
        (json!({"type": "mask", "character": "*"}), false),
        (json!({"type": "partial", "character": "#", "visible": 4}), false),
        (json!({"type": "hash"}), false),
    ]
}

/// A value of the vault that counts where it stands in a text that went out. What a placeholder is called is no value, nor
/// is what was made up.
fn left(out: &str, vault: &VaultHandle) -> Option<String> {
    let mentions = restore::mentions(out);
    let entries = vault.as_memory().unwrap().get_blocking().unwrap();
    let stands = |value: &str| {
        out.match_indices(value)
            .map(|(at, _)| Span::new(at, at + value.len()))
            .any(|span| values::counts(out, span) && !mentions.iter().any(|mention| mention.overlaps(span)))
    };
    let made_up: Vec<&str> =
        entries.iter().map(|entry| entry.placeholder.as_str()).filter(|one| !one.starts_with('[')).collect();
    let private = entries.iter().map(|entry| entry.value.as_str()).filter(|value| value.trim().len() >= 2);
    let mut private = private.filter(|value| !made_up.iter().any(|made| made.contains(value)));
    private.find(|value| stands(value)).map(str::to_owned)
}

fn shield(
    default: &Value,
    of_entity: &BTreeMap<String, Value>,
    threshold: f64,
    strategy: &str,
    vault: &VaultHandle,
) -> Shield {
    let anonymize = json!({
        "type": "Anonymize", "vault": 0, "hidden_names": HIDDEN, "allowed_names": [], "entity_types": entities(),
        "preamble": "", "regex_patterns": null, "threshold": threshold, "thresholds": {}, "language": "zh",
        "locale": "en", "operator": default, "operators": of_entity, "key": "07".repeat(32),
    });
    let deanonymize =
        json!({"type": "Deanonymize", "vault": 0, "matching_strategy": strategy, "key": "07".repeat(32)});
    private_shield(&anonymize, &deanonymize, vault)
}

/// Whether a value stands somewhere by itself: not as a part of a longer run of letters, digits and the signs that
/// join them, which may be something else.
fn stands_alone(text: &str, value: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || "_.:/@+-%&#?=~".contains(c);
    text.match_indices(value).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + value.len()..]);
        !before.chars().next_back().is_some_and(joins) && !after.chars().next().is_some_and(joins)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn what_was_taken_out_comes_back(
        text in texts(4),
        operator in prop::sample::select(operators()).prop_filter("can be undone", |(_, undone)| *undone),
        threshold in prop::sample::select(vec![0.0, 0.5]),
        strategy in prop::sample::select(vec!["exact", "case_insensitive", "fuzzy", "combined_exact_fuzzy"]),
    ) {
        // What was made up is found with typing errors in words that are like it.
        let strategy = if operator.0["type"] == "fake" && strategy.contains("fuzzy") { "exact" } else { strategy };
        let vault = vault();
        let shield = shield(&operator.0, &BTreeMap::new(), threshold, strategy, &vault);
        let out = scan(&shield, Side::Prompt, &text);
        prop_assert_eq!(&scan(&shield, Side::Output, &out), &text, "{}", out);
    }

    #[test]
    fn so_does_every_turn_of_a_conversation(
        texts in prop::collection::vec(texts(0), 1..5),
        operator in prop::sample::select(operators()).prop_filter("can be undone", |(_, undone)| *undone),
        threshold in prop::sample::select(vec![0.0, 0.5]),
    ) {
        let vault = vault();
        let shield = shield(&operator.0, &BTreeMap::new(), threshold, "exact", &vault);
        for text in texts {
            let out = scan(&shield, Side::Prompt, &text);
            prop_assert_eq!(&scan(&shield, Side::Output, &out), &text, "{}", out);
        }
    }

    #[test]
    fn any_mix_of_operators(
        text in texts(2),
        mix in prop::collection::vec(prop::sample::select(operators()), entities().len()),
        threshold in prop::sample::select(vec![0.0, 0.5]),
    ) {
        let vault = vault();
        let of_entity: BTreeMap<&str, _> = entities().iter().copied().zip(&mix).collect();
        let declared = of_entity.iter().map(|(name, (operator, _))| ((*name).to_owned(), operator.clone())).collect();
        let shield = shield(&json!({"type": "placeholder"}), &declared, threshold, "exact", &vault);
        let outcome = shield.scan_blocking(&request(Side::Prompt, &text)).unwrap();
        let verdict = outcome.scan.judgements[0].verdict.as_ref().unwrap();

        // Findings lie on characters, are disjoint and in order, and what cannot be undone is all that is lost.
        let (mut expected, mut end) = (String::new(), 0);
        for finding in &verdict.findings {
            prop_assert!(finding.span.start >= end && finding.span.end > finding.span.start);
            let value = text.get(finding.span.range());
            prop_assert!(value.is_some(), "{:?} of {text:?}", finding.span);
            expected.push_str(&text[end..finding.span.start]);
            let undone = of_entity[&*finding.label].1;
            let replacement = finding.replacement.as_deref().filter(|_| !undone);
            expected.push_str(replacement.or(value).unwrap_or_default());
            end = finding.span.end;
        }
        expected.push_str(&text[end..]);
        let out = outcome.scan.rewritten.clone().unwrap_or_else(|| text.clone());
        let back = shield.scan_blocking(&request(Side::Output, &out)).unwrap();
        prop_assert_eq!(back.scan.rewritten.as_deref().unwrap_or(&out), expected);

        // What the vault holds is not in the text that goes out, nor in anything that is shown.
        let shown = format!("{outcome:?} {back:?} {shield:?} {vault:?} {:?}", shield.metrics());
        for entry in vault.as_memory().unwrap().get_blocking().unwrap() {
            let value = entry.value.as_str();
            // Shorter ones are taken out where they were found, and stay elsewhere.
            prop_assert!(value.len() < 4 || !stands_alone(&out, value), "{value:?} is left of {text:?}");
            prop_assert!(value.chars().count() < 6 || !stands_alone(&shown, value), "{value:?} is shown");
        }
    }

    #[test]
    fn no_value_of_the_vault_is_in_a_later_text(
        first in prop::collection::vec(texts(0), 1..4),
        later in prop::collection::vec(prop::collection::vec((any::<prop::sample::Index>(), prose()), 1..8), 1..4),
        before in prop::sample::select(vec!["placeholder", "fake"]),
        operator in prop::sample::select(operators()).prop_filter("hides", |(one, _)| {
            one["type"] != "keep" && one["type"] != "partial"
        }),
        many in any::<bool>(),
    ) {
        let vault = vault();
        if many {
            // More than are shown to all who hold the vault.
            let entry = |n| VaultEntry::new(format!("[REDACTED_CUSTOM_9{n:03}]"), format!("filler {n}"));
            vault.as_memory().unwrap().extend_blocking((0..100).map(entry).collect()).unwrap();
        }
        let sees = shield(&json!({"type": before}), &BTreeMap::new(), 0.5, "exact", &vault);
        for text in &first {
            let out = scan(&sees, Side::Prompt, text);
            prop_assert_eq!(left(&out, &vault), None, "{:?} of {:?}", out, text);
        }
        let (operator, undone) = operator;
        let blind = blind_shield(&operator, &vault);
        for parts in later {
            let held = vault.as_memory().unwrap().get_blocking().unwrap();
            let part = |(at, prose): &(prop::sample::Index, String)| {
                let value = if held.is_empty() { "" } else { at.get(&held).value.as_str() };
                format!("{prose}{value}")
            };
            let text: String = parts.iter().map(part).collect();
            let out = scan(&blind, Side::Prompt, &text);
            prop_assert_eq!(left(&out, &vault), None, "{:?} of {:?}", out, text);
            if undone {
                prop_assert_eq!(scan(&blind, Side::Output, &out), text, "{}", out);
            }
        }
    }
}
