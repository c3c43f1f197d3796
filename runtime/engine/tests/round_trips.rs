//! Whatever is taken out of a text comes back exactly: any text, any mix of entities and operators.

mod common;
#[path = "../../core/src/entity/fake/samples.rs"]
mod samples;

use std::collections::BTreeMap;

use common::{private_shield, request, scan, vault};
use proptest::prelude::*;
use pyshield_core::entity::{entities, fake};
use pyshield_engine::private::VaultHandle;
use pyshield_engine::shield::{Shield, Side};
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
    #![proptest_config(ProptestConfig::with_cases(400))]

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
}
