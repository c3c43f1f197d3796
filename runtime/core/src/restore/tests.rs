mod streams;

use std::time::Instant;

use proptest::prelude::*;

use super::few::Few;
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
    for written in [
        r"[REDACTED\_PERSON\_1]",
        r"\[REDACTED_PERSON_1\]",
        r"\\[REDACTED\\_PERSON\\_1\\]",
        r"[REDACTED\\_PERSON\\_1]",
        r"\\[REDACTED_PERSON_1\\]",
    ] {
        assert_eq!(exact(written), "Ada", "{written}");
    }
    // The backslash stood before the value.
    assert_eq!(exact(r"CORP\[REDACTED_PERSON_1]"), r"CORP\Ada");
}

#[test]
fn brackets_that_were_changed_go_with_the_name() {
    let fuzzy = |text: &str| restore(&VAULT[..4], Matching::Fuzzy, text);
    for written in [
        "[ REDACTED_PERSON_1 ]",
        "[REDACTED_PERSON_1 ]",
        "<REDACTED_PERSON_1>",
        "{REDACTED_PERSON_1}",
        "(REDACTED_PERSON_1)",
        "\u{ff3b}REDACTED_PERSON_1\u{ff3d}",
        "[**REDACTED_PERSON_1**]",
        "[\u{200b}REDACTED_PERSON_1\u{200b}]",
        r"\[REDACTED_PERSON_1\]",
        "REDACTED_PERSON_1",
        "REDACTED_PERSON_1]",
    ] {
        let text = format!("met {written}.");
        assert_eq!(fuzzy(&text), "met Ada.", "{written}");
    }
    assert_eq!(fuzzy("(REDACTED_PERSON_1 was here)"), "(Ada was here)");
    assert_eq!(fuzzy("*[REDACTED_PERSON_1]*"), "*Ada*");
}

#[test]
fn a_dress_is_known_wherever_it_is() {
    let exact = |text| restore(VAULT, Matching::Exact, text);
    assert_eq!(exact("/find?q=Keanu%20Reeves"), "/find?q=Alan%20Turing");
    // Undressed it is not looked for in any case, whatever else is in the text.
    assert_eq!(exact(r"person_1 \[x\] %5B"), r"person_1 \[x\] %5B");
}

#[test]
fn letters_of_any_script_go_on_but_for_those_without_spaces() {
    let one = |placeholder: &str, text: &str| restore(&[(placeholder, "X")], Matching::Exact, text) != text;
    for text in ["Andre Andr\u{301}", "André", "éAndr", "Andrя", "xAndr Andr7"] {
        assert!(!one("Andr", text), "{text}");
    }
    for text in ["Andr是我", "我Andr", "Andr씨", "(Andr)", "Andr_"] {
        assert!(one("Andr", text), "{text}");
    }
    assert!(one("张伟", "我是张伟的朋友"));
    assert_eq!(words("Ada é1, 张伟的 b"), ["Ada", "é1", "张伟", "伟的", "b"].into());
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
fn what_stands_there_exactly_costs_no_fuzzy_steps() {
    let urls = (0..100).map(|n| format!("https://www.example.org/{:08x}", n * 7_919_317)).collect::<Vec<_>>();
    let mails = (0..800).map(|n| format!("ada.lovelace{n:03}@example.com")).collect::<Vec<_>>();
    for names in [urls, mails] {
        let text = format!("see {}", names.join(", see "));
        let mistyped = names[0].replacen('e', "r", 1);
        for strategy in [Matching::Fuzzy, Matching::CombinedExactFuzzy] {
            let restorer =
                Restorer::new(names.iter().map(|name| name.as_str().into()).collect(), strategy).unwrap();
            let found = |text: &str| restorer.find(&Text::from(text), Interrupt::NEVER).unwrap().len();
            assert_eq!(found(&text), names.len());
            assert_eq!(found(&format!("{text}, {mistyped}.")), names.len() + 1);
        }
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
    fn few_are_found_as_an_automaton_finds_them(
        names in prop::collection::vec(r"\[RED(A|_1|\]|é|\[RED){0,5}", 0..8),
        text in r"(\[RED|A|_1|\]|é| |x){0,40}",
    ) {
        let names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        let text = Text::from(text.as_str());
        let few = Few::new(&names);
        prop_assert_eq!(few.is_some(), !names.is_empty());
        if let Some(few) = few {
            let mut found = few.find(text.as_str(), Interrupt::NEVER).unwrap();
            found.sort_by_key(|(_, span)| (span.start, span.end));
            let many = layer::automaton(names, false).unwrap();
            let mut wanted = layer::spans(&many, &text, Interrupt::NEVER).unwrap();
            wanted.sort_by_key(|(_, span)| (span.start, span.end));
            prop_assert_eq!(found, wanted);
        }
    }

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

#[test]
fn layers_are_few_and_little_is_compiled_twice() {
    let names: Vec<Box<str>> = (0..1_000).map(|n| format!("[REDACTED_PERSON_{n}]").into()).collect();
    let mut restorer = Restorer::new(Vec::new(), Matching::Exact).unwrap();
    let mut compiled = 0;
    for n in 1..=names.len() {
        restorer = restorer.renewed(names[..n].to_vec()).unwrap();
        compiled += restorer.layers.last().unwrap().placeholders.len();
        assert!(restorer.layers.len() <= 6, "{n}");
    }
    assert!(compiled < 10 * names.len(), "{compiled}");
    // What was not touched stays: the first removal leaves what was compiled before it.
    let before = Arc::clone(&restorer.layers[0]);
    let fewer = restorer.renewed(names[..999].to_vec()).unwrap();
    assert!(Arc::ptr_eq(&before, &fewer.layers[0]));
}

#[test]
fn a_text_with_too_many_is_refused_however_they_came() {
    let (ada, bob): (Box<str>, Box<str>) = ("[ADA_1]".into(), "[BOB_1]".into());
    let text = Text::from(format!("{ada}{bob}").repeat(MAX_EDITS / 2 + 1));
    let at_once = Restorer::new(vec![bob.clone(); 8], Matching::Exact).unwrap();
    let renewed = at_once.renewed([vec![bob; 8], vec![ada]].concat()).unwrap();
    assert_eq!(renewed.layers.len(), 2);
    assert!(at_once.find(&text, Interrupt::NEVER).is_ok());
    let limit = ScannerError::Limit { what: "placeholders", limit: MAX_EDITS };
    assert_eq!(renewed.find(&text, Interrupt::NEVER).unwrap_err(), limit);
}

#[test]
fn few_that_end_alike_are_all_found_however_many() {
    let names: Vec<Box<str>> = vec!["[RED[RED1".into(), "[RED1".into()];
    let many = 700_000;
    let found = Few::new(&names).unwrap().find(&"[RED[RED1".repeat(many), Interrupt::NEVER).unwrap();
    assert_eq!(found.len(), many);
    assert!(found.iter().all(|(index, _)| *index == 0));
}

#[test]
fn pieces_beyond_the_limit_are_said_and_not_left_out() {
    let fuzzy = Restorer::new(vec!["aaaa".into()], Matching::Fuzzy).unwrap();
    let limit = ScannerError::Limit { what: "placeholders", limit: MAX_EDITS };
    let text = Text::from("a".repeat(MAX_EDITS + 2));
    assert_eq!(fuzzy.find(&text, Interrupt::NEVER).unwrap_err(), limit);
}
