use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn restore(placeholders: &[(&str, &str)], strategy: Matching, text: &str) -> String {
    let names = placeholders.iter().map(|(name, _)| (*name).into()).collect();
    let restorer = Restorer::new(names, strategy).unwrap();
    let found = restorer.find(&Text::from(text), Interrupt::NEVER).unwrap();
    let mut out = String::new();
    let mut at = 0;
    for Restored { index, span, form } in found {
        out.push_str(&text[at..span.start]);
        let value = placeholders[index].1;
        out.push_str(&if form == Form::Percent { percent_encode(value) } else { value.to_owned() });
        at = span.end;
    }
    out + &text[at..]
}

const VAULT: &[(&str, &str)] = &[
    ("[REDACTED_PERSON_1]", "Ada"),
    ("[REDACTED_PERSON_10]", "Grace Hopper"),
    ("[REDACTED_EMAIL_ADDRESS_1]", "ada@example.org"),
    ("Keanu Reeves", "Alan Turing"),
    ("PERSON_1", "Edsger"),
];

#[test]
fn exact_has_no_prefixes_and_reads_no_value_again() {
    let exact = |text| restore(VAULT, Matching::Exact, text);
    assert_eq!(exact("[REDACTED_PERSON_1] and [REDACTED_PERSON_10]!"), "Ada and Grace Hopper!");
    assert_eq!(exact("PERSON_1, PERSON_10, XPERSON_1"), "Edsger, PERSON_10, XPERSON_1");
    assert_eq!(exact("[redacted_person_1]"), "[redacted_person_1]");
    let chain = [("[A]", "[B]"), ("[B]", "b")];
    assert_eq!(restore(&chain, Matching::Exact, "[A][B]"), "[B]b");
}

#[test]
fn clothes_of_markdown_and_urls_are_known() {
    let exact = |text| restore(VAULT, Matching::Exact, text);
    assert_eq!(exact(r"\[REDACTED\_PERSON\_1\]"), "Ada");
    assert_eq!(exact("https://x.org/?q=%5BREDACTED_PERSON_10%5D"), "https://x.org/?q=Grace%20Hopper");
    assert_eq!(exact("**[REDACTED_PERSON_1]** `[REDACTED_EMAIL_ADDRESS_1]`"), "**Ada** `ada@example.org`");
}

#[test]
fn case_is_literal() {
    let any = |text| restore(VAULT, Matching::CaseInsensitive, text);
    assert_eq!(any("[redacted_PERSON_1] E R KEANU REEVES"), "Ada E R Alan Turing");
}

#[test]
fn fuzzy_is_bounded_and_keeps_numbers_apart() {
    for strategy in [Matching::Fuzzy, Matching::CombinedExactFuzzy] {
        let fuzzy = |text| restore(&VAULT[..4], strategy, text);
        assert_eq!(fuzzy("Kaenu Reves"), "Alan Turing");
        assert_eq!(fuzzy("[REDACTD_PERSON_10] met [REDACTED PERSON 1]."), "Grace Hopper met Ada.");
        assert_eq!(fuzzy("REDACTED_PERSON_1"), "Ada");
        assert_eq!(fuzzy("[REDACTED_EMAIL_ADRESS_1]"), "ada@example.org");
        assert_eq!(fuzzy("[REDACTED_PERSON_7]"), "[REDACTED_PERSON_7]");
        assert_eq!(fuzzy("Kate Revson sang"), "Kate Revson sang");
        assert_eq!(fuzzy("nothing of the kind"), "nothing of the kind");
    }
}

#[test]
fn takes_linear_time() {
    let names: Vec<Box<str>> = (0..2_000).map(|n| format!("[REDACTED_PERSON_{n}]").into()).collect();
    for strategy in [Matching::Exact, Matching::CaseInsensitive, Matching::Fuzzy] {
        let restorer = Restorer::new(names.clone(), strategy).unwrap();
        for unit in ["[REDACTED_PERSON_", "[REDACTED_PERSON_7] ", "[REDA", "1", "\\_%5B"] {
            let began = Instant::now();
            let text = Text::from(unit.repeat(100_000 / unit.len()));
            // A limit is an answer; hanging is not.
            let _ = restorer.find(&text, Interrupt::NEVER);
            assert!(began.elapsed().as_secs() < 20, "{strategy:?} {unit}");
        }
    }
}

proptest! {
    #[test]
    fn found_places_are_disjoint_and_on_boundaries(
        text in r"(\[REDACTED_PERSON_|1|0|\]|Keanu|Reeves| |é|\\_|%5B|[a-z]){0,40}",
        strategy in prop::sample::select(vec![Matching::Exact, Matching::CaseInsensitive, Matching::Fuzzy]),
    ) {
        let names = VAULT.iter().map(|(name, _)| (*name).into()).collect();
        let restorer = Restorer::new(names, strategy).unwrap();
        let mut end = 0;
        for found in restorer.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap() {
            prop_assert!(found.span.start >= end && text.get(found.span.range()).is_some());
            end = found.span.end;
        }
    }
}
