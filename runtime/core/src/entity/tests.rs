use super::*;
use crate::interrupt::Interrupt;
use crate::literal::{LiteralAutomaton, LiteralHits};
use crate::text::Text;

pub(super) fn spec(entities: &[&str]) -> RecognizersSpec {
    RecognizersSpec {
        entity_types: entities.iter().map(|&entity| entity.to_owned()).collect(),
        hidden_names: Vec::new(),
        allowed_names: Vec::new(),
        regex_patterns: None,
        threshold: 0.5,
        thresholds: std::collections::BTreeMap::new(),
        language: "en".into(),
    }
}

fn analyze(spec: &RecognizersSpec, text: &str) -> Vec<(String, String)> {
    let recognizers = Recognizers::new("Anonymize", spec).unwrap();
    let text = Text::from(text);
    let hits = match recognizers.literals() {
        Some(list) => {
            LiteralAutomaton::new(&[list]).unwrap().find(&text, &Interrupt::NEVER).unwrap().remove(0)
        }
        None => LiteralHits::default(),
    };
    let found = recognizers.analyze(&text, &hits, Interrupt::NEVER).unwrap();
    found
        .iter()
        .map(|entity| (entity.label.to_string(), text.as_str()[entity.span.range()].to_owned()))
        .collect()
}

#[track_caller]
fn finds(entity: &str, text: &str, expected: &[&str]) {
    let found: Vec<String> = analyze(&spec(&[entity]), text).into_iter().map(|(_, value)| value).collect();
    assert_eq!(found, expected, "{entity} in {text}");
}

#[test]
fn everything_compiles_together() {
    let all = entities();
    let recognizers = Recognizers::new("Anonymize", &spec(&all)).unwrap();
    assert!(recognizers.shapes_compiled());
    assert_eq!(recognizers.missing(), MODEL_ENTITIES);
    assert!(all.len() > 60, "{}", all.len());
}

#[test]
fn finds_each_kind() {
    finds("EMAIL_ADDRESS", "Mail <a.b+c@ex-ample.co.uk>, or x@y.", &["a.b+c@ex-ample.co.uk"]);
    finds("EMAIL_ADDRESS", "我的邮箱是li@example.com。谢谢", &["li@example.com"]);
    finds("EMAIL_ADDRESS", "jürgen@müller.de and a@b.org.", &["jürgen@müller.de", "a@b.org"]);
    finds("EMAIL_ADDRESS_RE", "bob[AT]example[DOT]com", &["bob[AT]example[DOT]com"]);
    finds("CREDIT_CARD", "card 4111 1111 1111 1111, not 4111111111111112", &["4111 1111 1111 1111"]);
    finds("IBAN_CODE", "to DE89 3704 0044 0532 0130 00 by Monday", &["DE89 3704 0044 0532 0130 00"]);
    finds("IP_ADDRESS", "from 10.0.0.1, 300.1.1.1, fe80::1 and ::1.", &["10.0.0.1", "fe80::1", "::1"]);
    finds("MAC_ADDRESS", "00:1A:2B:3C:4D:5E", &["00:1A:2B:3C:4D:5E"]);
    finds("US_SSN", "SSN 536-90-4399, 000-12-3456", &["536-90-4399"]);
    finds("CRYPTO", "to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa now", &["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]);
    finds(
        "URL",
        "see https://a.org/x?y=1. Or www.b.net/z, c.com",
        &["https://a.org/x?y=1", "www.b.net/z", "c.com"],
    );
    finds(
        "PHONE_NUMBER",
        "call (202) 555-0173 or +44 20 7183 8750 now",
        &["(202) 555-0173", "+44 20 7183 8750"],
    );
    finds("PHONE_NUMBER_WITH_EXT", "(523)222-8888 ext 527", &["(523)222-8888 ext 527"]);
    finds("DATE_RE", "on November 30th 2021 and 12/31/2024", &["November 30th 2021", "12/31/2024"]);
    finds("TIME_RE", "at 12:00 pm", &["12:00 pm"]);
    finds("PRICE_RE", "$10,000.00!", &["$10,000.00"]);
    finds("HEX_COLOR", "#ff0000", &["#ff0000"]);
    finds("UK_NHS", "NHS 943 476 5919", &["943 476 5919"]);
    finds("UK_NHS", "943-476-5919", &["943-476-5919"]);
    finds("UK_NHS", "943-4765919", &["943-4765919"]);
    finds("UK_NHS", "943-476-5918", &[]);
    finds("UUID", "550e8400-e29b-41d4-a716-446655440000", &["550e8400-e29b-41d4-a716-446655440000"]);
}

#[test]
fn a_telephone_number_with_the_sum_of_another_number_is_one() {
    let both = spec(&["UK_NHS", "PHONE_NUMBER"]);
    let one = |label: &str, value: &str| vec![(label.to_owned(), value.to_owned())];
    assert_eq!(analyze(&both, "202-555-0138"), one("PHONE_NUMBER", "202-555-0138"));
    assert_eq!(analyze(&both, "NHS: 202-555-0138"), one("UK_NHS", "202-555-0138"));
    assert_eq!(analyze(&both, "943 476 5919"), one("UK_NHS", "943 476 5919"));
    assert_eq!(analyze(&both, "(+1 415 555 0180)"), one("PHONE_NUMBER", "+1 415 555 0180"));
}

#[test]
fn context_raises_a_score() {
    finds("US_BANK_NUMBER", "bank account 945456787654", &[]);
    let mut low = spec(&["US_BANK_NUMBER"]);
    low.threshold = 0.4;
    assert_eq!(analyze(&low, "my bank account 945456787654").len(), 1);
    assert_eq!(analyze(&low, "I counted 945456787654").len(), 0);
}

#[test]
fn names_patterns_and_thresholds_are_the_callers() {
    let mut own = spec(&["CUSTOM", "TICKET", "EMAIL_ADDRESS"]);
    own.hidden_names = vec!["Project Zeus".into()];
    own.allowed_names = vec!["help@example.org".into()];
    own.regex_patterns = Some(vec![PatternGroup {
        name: "TICKET".into(),
        expressions: vec![r"\bT-\d+\b".into()],
        context: Vec::new(),
        score: 0.6,
    }]);
    let text = "project zeus: t-12, help@example.org, me@example.org";
    let pairs = |found: Vec<(String, String)>| found.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(pairs(analyze(&own, text)), ["project zeus", "t-12", "me@example.org"]);
    own.thresholds.insert("TICKET".into(), 0.7);
    assert_eq!(pairs(analyze(&own, text)), ["project zeus", "me@example.org"]);
}

#[test]
fn an_unknown_entity_is_an_error() {
    let error = Recognizers::new("Anonymize", &spec(&["NO_SUCH_THING"])).unwrap_err();
    assert_eq!(error.field, "entity_types[0]");
}

#[test]
fn the_callers_patterns_have_their_price() {
    let with = |source: &str| {
        let group = PatternGroup {
            name: "OWN".into(),
            expressions: vec![source.into()],
            context: Vec::new(),
            score: 0.9,
        };
        let spec = RecognizersSpec { regex_patterns: Some(vec![group]), ..spec(&["OWN"]) };
        Recognizers::new("Anonymize", &spec).unwrap()
    };
    let tried = with(r"(\w)\1\1");
    assert!(tried.cost_of("a") > 100_000 && tried.cost_ns(1) > 100_000);
    let words = with(r"\bown\b");
    assert!(words.cost_of("own") < 10_000 && words.cost_of("\u{f6}wn") > 100_000);
}
