use std::time::Instant;

use proptest::prelude::*;

use super::few::Few;
use super::*;
use crate::stream::Window;

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

/// What is found in a text that comes in pieces, of which only what is needed is kept; and what had to be kept
/// after each.
fn followed<'a>(
    restorer: &Restorer,
    pieces: impl IntoIterator<Item = &'a str>,
) -> (Vec<Restored>, Vec<usize>) {
    assert!(restorer.follows());
    let (mut following, mut found, mut kept) = (Following::default(), Vec::new(), Vec::new());
    let (mut held, mut base, mut decided) = (String::new(), 0, 0);
    let pieces = pieces.into_iter().map(Some).chain([None]);
    for piece in pieces {
        held.push_str(piece.unwrap_or_default());
        let text = Text::from(held.as_str());
        let window = Window { text: &text, base, last: piece.is_none(), interrupt: Interrupt::NEVER };
        let known = found.len();
        let next = following.advance(restorer, &window, &mut found).unwrap();
        assert!(found[known..].iter().all(|one| one.span.start >= decided && one.span.end <= next));
        assert!(next >= decided && following.needed() <= next);
        decided = next;
        let cut = held.floor_char_boundary(following.needed().min(decided) - base);
        held.replace_range(..cut, "");
        base += cut;
        kept.push(held.len());
    }
    (found, kept)
}

/// Placeholders that begin, end and contain each other, that change their length in lower case, and that
/// another session's look like.
const NESTED: &[&str] = &[
    "[REDACTED_PERSON_1]",
    "[REDACTED_PERSON_11]",
    "PERSON_1",
    "PERSON_11",
    "1] and [R",
    "Keanu Reeves",
    "eanu",
    "Reeves Keanu Reeves",
    "Kea",
    "u Ree",
    "İx",
    "xi\u{307}",
    "ßé",
    "%5",
    r"\[K",
    "",
];

/// Which signs have a backslash or two.
const DRESSES: &[(&str, &str)] = &[
    ("[]_*", "\\"),
    ("_*", "\\"),
    ("[]", "\\"),
    ("[]_*", "\\\\"),
    ("_*", "\\\\"),
    ("[]", "\\\\"),
    ("[", "\\"),
];

fn nested_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => prop::sample::select(NESTED).prop_map(str::to_owned),
        3 => prop::sample::select(NESTED).prop_map(percent_encode),
        3 => (prop::sample::select(NESTED), prop::sample::select(DRESSES)).prop_map(|(one, (signs, escape))| markdown(one, signs, escape)),
        2 => prop::sample::select(NESTED).prop_map(str::to_lowercase),
        2 => (prop::sample::select(NESTED), 0usize..20)
            .prop_map(|(one, chars)| one.chars().take(chars).collect::<String>()),
        2 => prop::sample::select(NESTED).prop_map(|one| one.replace('1', "2")),
        3 => r"(\[REDACTED_|PERSON_|1|11|\]|K|Keanu|Ree|ves|u| |é|\\|%|5B|[a-z]|İ|i|\x{307}|x|ß){0,4}",
    ];
    prop::collection::vec(word, 0..8).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_cut_a_text_finds_what_is_in_the_whole(
        text in nested_text(),
        names in prop::sample::subsequence(NESTED, 0..NESTED.len()),
        any_case in any::<bool>(),
        sizes in prop::collection::vec(1usize..9, 1..5),
    ) {
        let strategy = if any_case { Matching::CaseInsensitive } else { Matching::Exact };
        let names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        let restorer = Restorer::new(names, strategy).unwrap();
        let whole = restorer.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap();
        prop_assert_eq!(&followed(&restorer, [&*text]).0, &whole, "in one piece");
        let one_by_one = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
        prop_assert_eq!(&followed(&restorer, one_by_one).0, &whole, "character by character");
        prop_assert_eq!(&followed(&restorer, cut(&text, &sizes)).0, &whole, "in pieces");
    }
}

/// A text in pieces of `sizes` characters, over and over.
fn cut<'a>(text: &'a str, sizes: &'a [usize]) -> impl Iterator<Item = &'a str> {
    let mut sizes = sizes.iter().cycle();
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(*sizes.next()?).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What may happen to a vault between two texts.
#[derive(Clone, Debug)]
enum Change {
    Added(Vec<&'static str>),
    /// Each entry whose turn it is, counted modulo the entries there are.
    Removed(Vec<usize>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let added = prop::collection::vec(prop::sample::select(NESTED), 0..12).prop_map(Change::Added);
    let removed = prop::collection::vec(0usize..64, 0..3).prop_map(Change::Removed);
    prop::collection::vec(prop_oneof![3 => added, 1 => removed], 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn a_vault_that_changed_is_restored_as_if_it_had_been_compiled_at_once(
        text in nested_text(),
        changes in changes(),
        strategy in prop::sample::select(
            vec![Matching::Exact, Matching::CaseInsensitive, Matching::CombinedExactFuzzy]
        ),
        sizes in prop::collection::vec(1usize..9, 1..5),
    ) {
        let mut names: Vec<Box<str>> = Vec::new();
        let mut renewed = Restorer::new(Vec::new(), strategy).unwrap();
        for change in changes {
            match change {
                Change::Added(more) => names.extend(more.into_iter().map(Box::<str>::from)),
                Change::Removed(which) => which.into_iter().for_each(|which| {
                    if let Some(at) = which.checked_rem(names.len()) {
                        names.remove(at);
                    }
                }),
            }
            renewed = renewed.renewed(names.clone()).unwrap();
            prop_assert!(renewed.placeholders().eq(&names));
        }
        let at_once = Restorer::new(names, strategy).unwrap();
        prop_assert_eq!(renewed.follows(), at_once.follows());
        let whole = at_once.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap();
        prop_assert_eq!(&renewed.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap(), &whole);
        if renewed.follows() {
            let (found, kept) = followed(&renewed, cut(&text, &sizes));
            prop_assert_eq!(&found, &whole);
            prop_assert_eq!(kept, followed(&at_once, cut(&text, &sizes)).1);
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

#[test]
fn only_what_may_begin_a_placeholder_is_kept() {
    let names = VAULT.iter().map(|(name, _)| (*name).into()).collect();
    let restorer = Restorer::new(names, Matching::Exact).unwrap();
    let text = "It was [REDACTED_PERSON_1] who met [the] REDACTED and %5BREDACTED_PERSON_2%5D in Oslo. ";
    let pieces: Vec<&str> = (0..2_000).flat_map(|_| [&text[..9], &text[9..41], &text[41..]]).collect();
    let (found, kept) = followed(&restorer, pieces);
    assert_eq!(found.len(), 2_000);
    // The longest way to write one, and the character before it.
    let longest = percent_encode("[REDACTED_EMAIL_ADDRESS_1]").len() + 4;
    assert!(kept.iter().all(|bytes| *bytes <= longest), "{:?}", kept.iter().max());
    assert_eq!(followed(&restorer, ["a [REDACTED_PERSON_1]", " b"]).1[0], 4);
}

#[test]
fn what_cannot_be_followed_says_so() {
    let follows = |name: &str, strategy| Restorer::new(vec![name.into()], strategy).unwrap().follows();
    assert!(follows("Ada", Matching::Exact) && follows("Ada", Matching::CaseInsensitive));
    assert!(!follows("Ada", Matching::Fuzzy) && !follows("Ada", Matching::CombinedExactFuzzy));
    assert!(!follows(&"Ada".repeat(4_096), Matching::Exact));
}
