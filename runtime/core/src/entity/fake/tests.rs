use super::super::entities;
use super::*;

/// A real value of each entity that has check digits or a shape.
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
];

#[test]
fn a_made_up_value_passes_the_check_of_the_real_one() {
    for &(label, value) in VALUES {
        for seed in 0..50 {
            let made = fake(label, value, "en", seed).unwrap_or_else(|| panic!("{label} {seed}"));
            assert_ne!(made, value);
            let rules = TABLES.iter().flat_map(|(rules, _)| rules.iter()).filter(|rule| rule.entity == label);
            let judge =
                |text: &str| rules.clone().map(|rule| (rule.check)(text)).fold(Validity::Impossible, better);
            assert_eq!(judge(&made), judge(value), "{label} {made}");
        }
    }
}

#[test]
fn every_entity_has_one_and_the_seed_decides() {
    for label in entities().into_iter().filter(|label| *label != "CUSTOM") {
        let value = match label {
            "IP_ADDRESS" => "10.0.0.1",
            "PHONE_NUMBER" | "PHONE_NUMBER_WITH_EXT" => "(202) 456-1111",
            "DATE_TIME" | "DATE_RE" => "12 March 1984",
            "MAC_ADDRESS" => "00:1A:2B:3C:4D:5E",
            "UUID" => "550e8400-e29b-41d4-a716-446655440000",
            other => VALUES.iter().find(|(label, _)| *label == other).map_or("", |(_, value)| value),
        };
        if value.is_empty() {
            continue;
        }
        let made = fake(label, value, "en", 7);
        assert!(made.as_ref().is_some_and(|made| made != value), "{label}");
        assert_eq!(made, fake(label, value, "en", 7));
        assert_ne!(made, fake(label, value, "en", 8), "{label}");
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
