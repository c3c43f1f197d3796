use super::super::tests::spec;
use super::super::{CUSTOM, MODEL_ENTITIES, Recognizers, entities};
use super::samples::VALUES;
use super::*;
use crate::interrupt::Interrupt;
use crate::literal::LiteralHits;
use crate::text::Text;

/// Whether its recogniser takes all of a text for an entity.
fn is_one(label: &str, text: &str) -> bool {
    let spec = crate::entity::RecognizersSpec { threshold: 0.0, language: "zh".into(), ..spec(&[label]) };
    let recognizers = Recognizers::new("Anonymize", &spec).unwrap();
    let source = Text::from(text);
    let found = recognizers.analyze(&source, &LiteralHits::default(), Interrupt::NEVER).unwrap();
    found.len() == 1 && found[0].span.range() == (0..text.len())
}

#[test]
fn a_made_up_value_is_one_to_its_recogniser() {
    for &(label, value) in VALUES {
        assert!(is_one(label, value), "{label} {value}");
        for seed in 0..12 {
            let made = fake(label, value, "en", seed).unwrap_or_else(|| panic!("{label} {value} {seed}"));
            assert!(made != value && is_one(label, &made), "{label} {value} {made}");
        }
    }
}

#[test]
fn a_made_up_value_passes_the_check_of_the_real_one() {
    for &(label, value) in VALUES {
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
            Some((_, value)) => (*value).to_owned(),
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
