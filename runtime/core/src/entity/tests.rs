mod figures;
mod signs;

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
    finds("US_BANK_NUMBER", "my bank account 945456787654", &["945456787654"]);
    finds("US_BANK_NUMBER", "I counted 945456787654", &[]);
    finds("US_BANK_NUMBER", "please check order 945456787654", &[]);
    finds("US_SSN", "SSN: 536904399", &["536904399"]);
    finds("US_SSN", "part 536904399", &[]);
    finds("US_PASSPORT", "her passport is 912803456", &["912803456"]);
    finds("IT_PASSPORT", "numero di passaporto YA1234567", &["YA1234567"]);
    let mut high = spec(&["US_BANK_NUMBER"]);
    high.threshold = 0.55;
    assert_eq!(analyze(&high, "my bank account 945456787654").len(), 0);
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
        reuse: false,
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
            reuse: false,
        };
        let spec = RecognizersSpec { regex_patterns: Some(vec![group]), ..spec(&["OWN"]) };
        Recognizers::new("Anonymize", &spec).unwrap()
    };
    let tried = with(r"(\w)\1\1");
    assert!(tried.cost_of(&"a".into()) > 100_000 && tried.cost_ns(1) > 100_000);
    let words = with(r"\bown\b");
    assert!(words.cost_of(&"own".into()) < 10_000 && words.cost_of(&"\u{f6}wn".into()) > 100_000);
}

#[test]
fn a_group_may_stand_for_the_built_in_one() {
    let group = |name: &str| PatternGroup {
        name: name.into(),
        expressions: Vec::new(),
        context: Vec::new(),
        score: 0.75,
        reuse: true,
    };
    let mut own = spec(&["CREDIT_CARD_RE", "US_SSN_RE", "URL_RE"]);
    own.language = "zh".into();
    own.regex_patterns = Some(vec![group("CREDIT_CARD_RE"), group("URL_RE")]);
    let found = analyze(&own, "4111-1111-1111-1111 536-90-4399 https://a.org/x");
    let labels: Vec<&str> = found.iter().map(|(label, _)| &**label).collect();
    assert_eq!(labels, ["CREDIT_CARD_RE", "URL_RE"]);
}

#[test]
fn what_costs_much_is_told_before_it_is_done() {
    let all = Recognizers::new("Anonymize", &spec(&entities())).unwrap();
    for unit in ["1.1.1.1.", "12-12-", "1 1 1 ", "a.a.a.", "a1b-", "1  1  ", "2001:db8:"] {
        let text = unit.repeat(6_000 / unit.len());
        assert!(all.cost_of(&text.as_str().into()) > 500_000, "{unit}");
    }
    let prose = "Dear Ada, on 12 March 2024 at 10.30 we met at https://a.org/x-y, see e.g. 3.5 of it. ";
    let ordinary = all.cost_of(&prose.repeat(40).as_str().into());
    assert!(ordinary < 90_000, "{ordinary}");
    assert_eq!(all.cost_of(&"1.".repeat(500_000).as_str().into()), all.cost_ns(1_000_000));
}

#[test]
fn signs_around_addresses_of_mail() {
    finds("EMAIL_ADDRESS", "user=ada@example.org to=\"b@x.org\"", &["ada@example.org", "b@x.org"]);
    finds("EMAIL_ADDRESS", "| Ada|ada@example.org|", &["ada@example.org"]);
    finds("EMAIL_ADDRESS", "https://x.org/a?to=ada%40example.org&y=1", &["ada%40example.org"]);
    finds("EMAIL_ADDRESS", "?q=%22ada.l%40example.org%22", &["ada.l%40example.org"]);
    finds("EMAIL_ADDRESS", "https://x.org/?u=ada@example.org&y=1", &["ada@example.org"]);
    finds("EMAIL_ADDRESS", "_ada@example.org_ and _b@x.org", &["ada@example.org", "_b@x.org"]);
    finds("EMAIL_ADDRESS", "logo@2x.png, icon@3x.webp, a@b.js; ada@example.ps", &["ada@example.ps"]);
    finds("EMAIL_ADDRESS", r#"{"a":"m\u00fcller@example.de"}"#, &[r"m\u00fcller@example.de"]);
    finds("EMAIL_ADDRESS", r#"{"a":"\u00fcber@example.de"}"#, &[r"\u00fcber@example.de"]);
    finds("EMAIL_ADDRESS", r#""\u003cada@example.org\u003e, hi\nada@example.org""#, &["ada@example.org"; 2]);
    finds("EMAIL_ADDRESS", r"CORP\bob@example.org", &["bob@example.org"]);
    finds("EMAIL_ADDRESS", "%40 100%40 a%4", &[]);
}

#[test]
fn escapes_end_before_what_follows_them() {
    finds("CREDIT_CARD", r#"{"m":"card\n4111111111111111\n"}"#, &["4111111111111111"]);
    finds(
        "CREDIT_CARD",
        r"a\t4111 1111 1111 1111\u000a5500000000000004",
        &["4111 1111 1111 1111", "5500000000000004"],
    );
    finds("PHONE_NUMBER", r"tel\n202-555-0173\r\n030 1234567", &["202-555-0173", "030 1234567"]);
    finds("IBAN_CODE", r"\nDE89370400440532013000", &["DE89370400440532013000"]);
    for escape in ["\x1b[1m", "\x1b[38;5;82m", "\x1b[m", r"\x1b[32m", r"\u001b[1;31m", r"\033[0m", r"\e[K"] {
        for (entity, value) in [
            ("CREDIT_CARD", "4111111111111111"),
            ("US_SSN", "536-90-4399"),
            ("IP_ADDRESS", "81.2.69.142"),
            ("EMAIL_ADDRESS", "ada@example.org"),
        ] {
            finds(entity, &format!("a {escape}{value}\x1b[0m"), &[value]);
            finds(entity, &format!("a {escape}{value}{escape} b"), &[value]);
        }
    }
    finds("CREDIT_CARD", "[32m4111111111111111", &[]);
    let with_names = RecognizersSpec { hidden_names: vec!["Ada".into()], ..spec(&[]) };
    assert_eq!(
        analyze(&with_names, r"hi\nAda, \Ada, nAda"),
        [("CUSTOM".into(), "Ada".into()), ("CUSTOM".into(), "Ada".into())]
    );
}

#[test]
fn signs_that_are_not_plain() {
    finds(
        "CREDIT_CARD",
        "4111\u{a0}1111\u{202f}1111\u{2007}1111",
        &["4111\u{a0}1111\u{202f}1111\u{2007}1111"],
    );
    finds("CREDIT_CARD", "card ４１１１１１１１１１１１１１１１.", &["４１１１１１１１１１１１１１１１"]);
    finds("CREDIT_CARD", "4111 1111\u{200b} 1111 1111\u{feff}", &["4111 1111\u{200b} 1111 1111"]);
    finds(
        "IBAN_CODE",
        "IBAN DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00",
        &["DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00"],
    );
    finds("IBAN_CODE", "IBAN DE89 3704 0044\n0532 0130 00\nBIC", &["DE89 3704 0044\n0532 0130 00"]);
    finds("PHONE_NUMBER", "+1\u{a0}202\u{2011}555\u{2013}0173", &["+1\u{a0}202\u{2011}555\u{2013}0173"]);
    finds("PHONE_NUMBER", "\u{202a}+49 30 901820\u{202c}", &["+49 30 901820"]);
    finds("PHONE_NUMBER", "هاتف +٢٠٢٢٧٩٤٤٠٠٠", &["+٢٠٢٢٧٩٤٤٠٠٠"]);
    finds(
        "EMAIL_ADDRESS",
        "ada＠example．org and b@\u{200b}x.org",
        &["ada＠example．org", "b@\u{200b}x.org"],
    );
    finds(
        "FR_NIR",
        "n° 1\u{a0}85\u{a0}05\u{a0}78\u{a0}006\u{a0}084\u{a0}91",
        &["1\u{a0}85\u{a0}05\u{a0}78\u{a0}006\u{a0}084\u{a0}91"],
    );
}

#[test]
fn numbers_that_are_no_telephones() {
    for text in [
        "chrome 120.0.6099.109",
        "Windows 10.0.19045.3803",
        "ISBN 978-3-16-148410-0, ISBN 0-306-40615-2",
        "invoice 2023-004512, ticket 20231108-1234",
        "doi 10.1038/s41586-020-2649-2",
        "ZIP 90210-1234",
        "bytes=0-1023/146515",
        "1 234 567,89 12 345 678",
    ] {
        finds("PHONE_NUMBER", text, &[]);
    }
    for number in [
        "030 / 1234567-0",
        "089 - 1234567",
        "0171/1234567",
        "(030) 12 34 56 78",
        "01 42 68 53 00",
        "0 810 123 456",
        "612 34 56 78",
        "347 123 4567",
        "07700 900123",
        "020 7946 0958",
        "98765 43210",
        "022-22721234",
        "11 91234-5678",
        "138 1234 5678",
        "02-123-4567",
        "202.555.0173",
        "1-800-555-0199",
    ] {
        finds("PHONE_NUMBER", &format!("ring {number}."), &[number]);
    }
    // What a context word says outweighs how it is written.
    finds("PHONE_NUMBER", "phone 2023-004512", &["2023-004512"]);
    finds("PHONE_NUMBER", "202-555-0173/0174 or 202-555-0175", &["202-555-0173", "202-555-0175"]);
}

#[test]
fn telephones_as_they_are_dialled_and_with_extensions() {
    for number in [
        "0044 20 7183 8750",
        "00 44 20 7183 8750",
        "0033 1 42 68 53 00",
        "011 44 20 7183 8750",
        "8 (495) 123-45-67",
        "8 495 123-45-67",
        "+1-202-555-0173x12",
        "202-555-0173x12",
        "202-555-0173 ext. 1234",
        "+44 20 7183 8750 #5",
    ] {
        finds("PHONE_NUMBER", &format!("ring {number}."), &[number]);
        finds("PHONE_NUMBER", number, &[number]);
    }
    finds("PHONE_NUMBER", "202-555-0173 extra, 202-555-0173 x ", &["202-555-0173", "202-555-0173"]);
    for text in
        ["00 44 20 71 83 87 50", "00442071838750", "8-495-12-345-67", "202-555-0173x12abc", "0000 0000 1234"]
    {
        finds("PHONE_NUMBER", text, &[]);
    }
}

#[test]
fn what_looks_like_an_address_of_a_machine() {
    finds("IP_ADDRESS", "OID 1.3.6.1.4.1.311.21.20", &[]);
    finds("IP_ADDRESS", "kernel 6.1.0.18, Version: 1.2.3.4, section 3.2.1.4", &[]);
    finds("IP_ADDRESS", "a::b::c and b::c::", &[]);
    finds("IP_ADDRESS", "tcp 10.0.0.1.443 > 10.0.0.2.51234:", &["10.0.0.1", "10.0.0.2"]);
    finds("IP_ADDRESS", "ip version 4, address 10.0.0.1", &["10.0.0.1"]);
    finds("IP_ADDRESS", "iface:2001:db8::1: up, [::1]:80", &["2001:db8::1", "::1"]);
    finds("MAC_ADDRESS", "4111.1111.1111.1111 001a.2b3c.4d5e.", &["001a.2b3c.4d5e"]);
    finds(
        "MAC_ADDRESS",
        "MAC=00:16:3e:aa:bb:cc:00:16:3e:dd:ee:ff:08:00",
        &["00:16:3e:aa:bb:cc:00:16:3e:dd:ee:ff:08:00"],
    );
    finds("URL", "It is done.It works.In it, see a.org", &["a.org"]);
    finds("ES_NIF", "DNI 12.345.678-Z, 12.345.678-A", &["12.345.678-Z"]);
    finds("DATE_TIME", "2024-01-15T10:23:45+02:00", &["2024-01-15T10:23:45+02:00"]);
    finds("CREDIT_CARD", "4111.1111.1111.1111", &["4111.1111.1111.1111"]);
}

#[test]
fn of_equally_sure_ones_the_word_before_decides() {
    let both = spec(&["CA_SIN", "AU_TFN"]);
    assert_eq!(analyze(&both, "TFN 123 456 782"), [("AU_TFN".into(), "123 456 782".into())]);
    assert_eq!(analyze(&both, "SIN 123 456 782"), [("CA_SIN".into(), "123 456 782".into())]);
}
