//! Whatever is taken out of a text comes back exactly: any text, any mix of entities and operators.

use std::collections::BTreeMap;

use proptest::prelude::*;
use pyshield_core::Text;
use pyshield_core::entity::{entities, fake};
use pyshield_engine::config::ShieldSpec;
use pyshield_engine::private::VaultHandle;
use pyshield_engine::runtime;
use pyshield_engine::shield::{Request, Shield, Side};
use serde_json::{Value, json};

/// Something of each entity that a pattern or a plan finds; what is made of it has right check digits.
const VALUES: &[(&str, &str)] = &[
    ("CREDIT_CARD", "4111 1111 1111 1111"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    ("UK_NHS", "943 476 5919"),
    ("IN_AADHAAR", "2341 2341 2346"),
    ("ES_NIF", "12345678Z"),
    ("PL_PESEL", "44051401359"),
    ("IT_FISCAL_CODE", "RSSMRA85T10A562S"),
    ("AU_ABN", "51 824 753 556"),
    ("CN_RESIDENT_ID", "11010519491231002X"),
    ("FI_PERSONAL_IDENTITY_CODE", "131052-308T"),
    ("SG_NRIC_FIN", "S0000001I"),
    ("US_SSN", "536-90-4399"),
    ("US_BANK_NUMBER", "945456787654"),
    ("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("BTC_ADDRESS", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("CREDIT_CARD_RE", "4111-1111-1111-1111"),
    ("US_SSN_RE", "536-90-4399"),
    ("US_ITIN", "912-70-1234"),
    ("US_PASSPORT", "C12345678"),
    ("US_DRIVER_LICENSE", "A1234567"),
    ("MEDICAL_LICENSE", "BB1388568"),
    ("BR_CPF", "529.982.247-25"),
    ("CA_SIN", "130 692 544"),
    ("PHONE_NUMBER", "(202) 456-1111"),
    ("PHONE_NUMBER", "+49 30 901820"),
    ("PHONE_NUMBER", "0044 20 7183 8750 ext. 12"),
    ("PHONE_NUMBER_WITH_EXT", "(523)222-8888 ext 527"),
    ("PHONE_NUMBER_ZH", "13812345678"),
    ("PO_BOX_RE", "PO Box 123456"),
    ("AU_ACN", "004 085 616"),
    ("AU_TFN", "123 456 782"),
    ("AU_MEDICARE", "2123 45670 1"),
    ("IN_PAN", "ABCPE1234F"),
    ("IN_VOTER", "ABC1234567"),
    ("IN_PASSPORT", "A2096451"),
    ("IN_VEHICLE_REGISTRATION", "MH 12 AB 1234"),
    ("SG_UEN", "201912347"),
    ("KR_RRN", "900101-1234567"),
    ("TH_TNIN", "1-2345-67890-12-7"),
    ("UK_NINO", "AB 12 34 56 C"),
    ("ES_NIE", "X-1234567-7"),
    ("IT_VAT_CODE", "12345678907"),
    ("IT_DRIVER_LICENSE", "AB1234567C"),
    ("IT_PASSPORT", "AB1234567"),
    ("IT_IDENTITY_CARD", "AB 1234567"),
    ("DE_TAX_ID", "86 095 742 719"),
    ("FR_NIR", "1 85 05 78 006 084 91"),
    ("NL_BSN", "111222333"),
    ("ABA_ROUTING_NUMBER", "0210-0002-1"),
    ("PRICE_RE", "$10,000.00"),
    ("IP_ADDRESS", "10.0.0.1"),
    ("IP_ADDRESS", "fe80::1"),
    ("MAC_ADDRESS", "00:1A:2B:3C:4D:5E"),
    ("MAC_ADDRESS", "001a.2b3c.4d5e"),
    ("UUID", "550e8400-e29b-41d4-a716-446655440000"),
    ("EMAIL_ADDRESS", "ada@example.org"),
    ("EMAIL_ADDRESS_RE", "bob[AT]example[DOT]com"),
    ("URL", "https://a.org/x?y=1"),
    ("URL_RE", "https://a.org/x?y=1"),
    ("DATE_TIME", "12/03/1984"),
    ("DATE_TIME", "2024-01-15T10:23:45+02:00"),
    ("DATE_RE", "12 March 1984"),
    ("TIME_RE", "10:30 pm"),
    ("HEX_COLOR", "#ff00aa"),
    ("HEX_COLOR", "#1b2"),
];

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

fn vault() -> VaultHandle {
    VaultHandle::memory(runtime::current().unwrap().vaults().create().unwrap())
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
    let limits = json!({
        "max_in_flight": 64, "policy": "reject", "deadline": null, "max_text_bytes": 1 << 24,
        "inline_budget_us": 1e6,
    });
    let spec = json!({
        "prompt": [anonymize], "output": [deanonymize], "on_error": "raise", "limits": limits, "cache": null,
    });
    let mut spec: ShieldSpec = serde_json::from_value(spec).unwrap();
    spec.vaults = vec![vault.clone()];
    Shield::compile(spec).unwrap()
}

fn request(side: Side, text: &str) -> Request {
    Request { side, text: Text::from(text), prompt: None, deadline: None }
}

fn scan(shield: &Shield, side: Side, text: &str) -> String {
    let outcome = shield.scan_blocking(&request(side, text)).unwrap();
    outcome.scan.rewritten.clone().unwrap_or_else(|| text.to_owned())
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
