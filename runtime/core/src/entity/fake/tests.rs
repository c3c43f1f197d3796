use super::super::tests::spec;
use super::super::{CUSTOM, MODEL_ENTITIES, Recognizers, entities};
use super::*;
use crate::interrupt::Interrupt;
use crate::literal::LiteralHits;
use crate::text::Text;

/// A real value of each entity that a pattern or a plan finds; `?` is a check digit or letter.
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
    ("SG_UEN", "20191234?"),
    ("KR_RRN", "900101-123456?"),
    ("TH_TNIN", "1-2345-67890-12-?"),
    ("UK_NINO", "AB 12 34 56 C"),
    ("ES_NIE", "X-1234567-?"),
    ("IT_VAT_CODE", "1234567890?"),
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

/// Whether its recogniser takes all of a text for an entity.
fn is_one(label: &str, text: &str) -> bool {
    let spec = crate::entity::RecognizersSpec { threshold: 0.0, language: "zh".into(), ..spec(&[label]) };
    let recognizers = Recognizers::new("Anonymize", &spec).unwrap();
    let source = Text::from(text);
    let found = recognizers.analyze(&source, &LiteralHits::default(), Interrupt::NEVER).unwrap();
    found.len() == 1 && found[0].span.range() == (0..text.len())
}

/// A value with its check digit.
fn complete(label: &str, value: &str) -> String {
    if value.contains("://") {
        return value.to_owned(); // whose `?` is its own
    }
    let digits = (b'0'..=b'9').chain(b'A'..=b'Z').map(char::from);
    let mut all = digits.map(|digit| value.replace('?', &digit.to_string()));
    all.find(|value| is_one(label, value)).unwrap_or_else(|| panic!("{label} {value}"))
}

#[test]
fn a_made_up_value_is_one_to_its_recogniser() {
    for &(label, value) in VALUES {
        let value = complete(label, value);
        assert!(is_one(label, &value), "{label} {value}");
        for seed in 0..12 {
            let made = fake(label, &value, "en", seed).unwrap_or_else(|| panic!("{label} {value} {seed}"));
            assert!(made != value && is_one(label, &made), "{label} {value} {made}");
        }
    }
}

#[test]
fn a_made_up_value_passes_the_check_of_the_real_one() {
    for &(label, value) in VALUES.iter().filter(|(_, value)| !value.contains('?')) {
        let Some(kind) = Kind::of(label) else { continue };
        for seed in 0..50 {
            let made = fake(label, value, "en", seed).unwrap_or_else(|| panic!("{label} {seed}"));
            assert_ne!(made, value);
            assert!(
                kind.judge(value) != Validity::Certain || kind.judge(&made) == Validity::Certain,
                "{made}"
            );
        }
    }
}

#[test]
fn every_entity_has_one_and_the_seed_decides() {
    for label in entities().into_iter().filter(|label| *label != CUSTOM) {
        let value = match VALUES.iter().find(|(known, _)| *known == label) {
            Some((_, value)) => complete(label, value),
            None if MODEL_ENTITIES.contains(&label) => "Ada".to_owned(),
            None => panic!("{label} has no sample"),
        };
        let made = fake(label, &value, "en", 7);
        assert!(made.as_ref().is_some_and(|made| *made != value), "{label}");
        assert_eq!(made, fake(label, &value, "en", 7));
        assert!((8..16).any(|seed| made != fake(label, &value, "en", seed)), "{label}");
    }
}

#[test]
fn names_are_of_the_language() {
    assert!(fake("PERSON", "王伟", "en", 1).unwrap().chars().all(|c| !c.is_ascii()));
    assert!(fake("PERSON", "Erika Mustermann", "de-AT", 1).unwrap().contains(' '));
    assert_eq!(
        fake("PHONE_NUMBER", "(202) 456-1111", "en", 3).map(|made| made[..11].to_owned()).as_deref(),
        Some("(202) 555-0")
    );
    assert_eq!(fake("NO_SUCH_THING", "x", "en", 0), None);
    for odd in ["", "é", "🙂", "+", "12/é"] {
        for label in entities() {
            let _ = fake(label, odd, "", 0);
        }
    }
}
