//! The automaton against a search that looks at every place for every literal.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::error::ScannerError;
use crate::interrupt::{Interrupt, Interrupted};
use crate::literal::{LiteralAutomaton, LiteralHits, LiteralList, MAX_LITERAL_BYTES, MAX_SPANS, Need};
use crate::span::Span;
use crate::text::{Text, fold_literal, is_python_word, is_word_boundary};

fn list(literals: &[&str], case_sensitive: bool, whole_word: bool, need: Need) -> LiteralList {
    let literals = literals.iter().map(|&literal| literal.into()).collect();
    LiteralList { literals, case_sensitive, whole_word, need }
}

fn find(lists: &[&LiteralList], text: &str) -> Vec<LiteralHits> {
    LiteralAutomaton::new(lists).unwrap().find(&Text::from(text), &Interrupt::NEVER).unwrap()
}

/// Every literal at every place, one comparison at a time.
fn naive(list: &LiteralList, text: &str) -> LiteralHits {
    let words = text.chars().any(is_python_word);
    let mut hits = LiteralHits::default();
    // By end in the searched text: the longest.
    let mut longest: std::collections::BTreeMap<usize, (usize, usize, Span)> =
        std::collections::BTreeMap::default();
    let source = Text::from(text);
    for (index, literal) in list.literals.iter().enumerate() {
        let mut occurs = literal.is_empty() && (words || !list.whole_word);
        let key = if list.case_sensitive { literal.to_string() } else { fold_literal(literal) };
        let haystack = if list.case_sensitive { text } else { source.folded().as_str() };
        for start in (0..haystack.len()).filter(|_| !literal.is_empty()) {
            if !haystack.get(start..).is_some_and(|rest| rest.starts_with(&key)) {
                continue;
            }
            let end = start + key.len();
            let span = if list.case_sensitive {
                Span::new(start, end)
            } else {
                Span::new(
                    source.folded().to_original(text, start, false),
                    source.folded().to_original(text, end, true),
                )
            };
            if list.whole_word && !(is_word_boundary(text, span.start) && is_word_boundary(text, span.end)) {
                continue;
            }
            occurs = true;
            let best = longest.entry(end).or_insert((key.len(), index, span));
            if best.0 < key.len() {
                *best = (key.len(), index, span);
            }
        }
        if occurs {
            hits.which.push(index);
        }
    }
    if list.need == Need::Spans {
        hits.spans = longest.into_values().map(|(_, index, span)| (index, span)).collect();
        hits.spans.sort_by_key(|(index, span)| (span.start, std::cmp::Reverse(span.end), *index));
        hits.spans.dedup_by_key(|(_, span)| *span);
    }
    hits
}

fn any_list() -> impl Strategy<Value = LiteralList> {
    let literal = prop_oneof![4 => "[aAbB]{1,4}", 1 => "[aAİıẞßKkΣσς_ -]{0,3}", 1 => Just(String::new())];
    (prop::collection::vec(literal, 0..7), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(literals, case_sensitive, whole_word, spans)| LiteralList {
            literals: literals.into_iter().map(Into::into).collect(),
            case_sensitive,
            whole_word,
            need: if spans { Need::Spans } else { Need::Which },
        },
    )
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[aAbB ]{0,40}", "[aAbBİıẞßKkΣσς字_ -]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn together_is_as_alone_is_as_naive(lists in prop::collection::vec(any_list(), 1..5), text in any_text()) {
        let lists: Vec<&LiteralList> = lists.iter().collect();
        let together = find(&lists, &text);
        for (list, hits) in lists.iter().zip(&together) {
            prop_assert_eq!(hits, &naive(list, &text));
            prop_assert_eq!(hits, &find(&[list], &text)[0]);
        }
    }

    #[test]
    fn many_literals_take_the_other_machine(
        seeds in prop::collection::vec("[a-c]{1,6}", 70..120), text in "[a-c ]{0,200}",
    ) {
        // Long tails push the automaton over the size up to which it is a DFA.
        let tail = "x".repeat(200);
        let mut literals: Vec<Box<str>> = seeds.iter().map(|seed| seed.as_str().into()).collect();
        literals.extend(seeds.iter().map(|seed| format!("{seed}{tail}").into()));
        let list = LiteralList { literals, case_sensitive: true, whole_word: false, need: Need::Spans };
        prop_assert_eq!(&find(&[&list], &text)[0], &naive(&list, &text));
    }
}

#[test]
fn one_pass_over_several_lists() {
    let plain = list(&["cat", "CATALOGUE", "dog"], false, false, Need::Spans);
    let exact = list(&["Cat"], true, false, Need::Spans);
    let words = list(&["cat", "it's", ""], false, true, Need::Which);
    let hits = find(&[&plain, &exact, &words], "Cat, catalogue; it's");
    assert_eq!(hits[0].which, [0, 1]);
    assert_eq!(hits[0].spans, [(0, Span::new(0, 3)), (1, Span::new(5, 14)), (0, Span::new(5, 8))]);
    assert_eq!((&*hits[1].which, &*hits[1].spans), (&[0][..], &[(0, Span::new(0, 3))][..]));
    assert_eq!((&*hits[2].which, hits[2].spans.len()), (&[0, 1, 2][..], 0));
}

#[test]
fn no_lists_no_literals_no_text() {
    assert_eq!(find(&[], "text"), []);
    let none = list(&[], false, false, Need::Spans);
    assert_eq!(find(&[&none], "text"), [LiteralHits::default()]);
    let empty = list(&["", "a"], false, false, Need::Spans);
    assert_eq!(find(&[&empty], "")[0].which, [0]);
    let word = list(&[""], false, true, Need::Which);
    assert_eq!(find(&[&word], " -")[0].which, [] as [usize; 0]);
}

#[test]
fn a_literal_across_the_edge_of_a_window_is_found() {
    let needle = list(&["needle in a haystack"], false, false, Need::Spans);
    for before in (64 << 10) - 24..(64 << 10) + 4 {
        let text = format!("{}Needle in a haystack {}", " ".repeat(before), " ".repeat(70_000));
        assert_eq!(find(&[&needle], &text)[0].spans, [(0, Span::new(before, before + 20))], "{before}");
    }
}

#[test]
fn nested_literals_over_a_long_run_are_linear() {
    let nested: Vec<String> = (1..=1_000).map(|n| "a".repeat(n)).collect();
    let nested: Vec<&str> = nested.iter().map(String::as_str).collect();
    let spans = list(&nested, false, false, Need::Spans);
    let which = list(&nested, false, false, Need::Which);
    let words = list(&nested, false, true, Need::Spans);
    let text = "a".repeat(4 << 20);
    let began = Instant::now();
    let hits = find(&[&spans, &which, &words], &text);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(hits[0].which.len(), 1_000);
    assert_eq!(hits[0].spans.len(), MAX_SPANS);
    assert_eq!(hits[0].spans.len() + hits[0].omitted, 4 << 20);
    assert_eq!(hits[1].which.len(), 1_000);
    assert_eq!(hits[2], LiteralHits::default());
}

#[test]
fn verifying_stops_at_its_budget() {
    // Every suffix is a candidate at every place, and none is right: case differs throughout.
    let nested: Vec<String> = (1..=1_000).map(|n| "A".repeat(n)).collect();
    let nested: Vec<&str> = nested.iter().map(String::as_str).collect();
    let lists = [list(&nested, true, false, Need::Which), list(&["b"], false, false, Need::Which)];
    let automaton = LiteralAutomaton::new(&[&lists[0], &lists[1]]).unwrap();
    let text = Text::from("a".repeat(1 << 20));
    let outcome = automaton.find(&text, &Interrupt::NEVER);
    assert!(matches!(outcome, Err(ScannerError::Limit { .. })), "{outcome:?}");
}

#[test]
fn too_much_is_refused_in_words() {
    let long = "a".repeat(MAX_LITERAL_BYTES + 1);
    let error = LiteralAutomaton::new(&[&list(&[&long], false, false, Need::Which)]).unwrap_err();
    assert_eq!((error.scanner, &*error.field), ("Shield", "literals"));
    assert!(error.reason.contains(&MAX_LITERAL_BYTES.to_string()));

    // A thousand of them end at nearly every place of the rest.
    let mut nested: Vec<String> = (1..=1_000).map(|n| "a".repeat(n)).collect();
    nested.extend((0..100).map(|n| format!("{n}{}", "a".repeat(1_000))));
    let nested: Vec<&str> = nested.iter().map(String::as_str).collect();
    let error = LiteralAutomaton::new(&[&list(&nested, true, false, Need::Which)]).unwrap_err();
    assert!(error.reason.contains("end with each other"), "{error}");
}

#[test]
fn a_hundred_thousand_literals() {
    let literals: Vec<Box<str>> = (0..100_000).map(|n| format!("word{n} and more of it").into()).collect();
    let many = LiteralList { literals, case_sensitive: false, whole_word: true, need: Need::Spans };
    let hits = find(&[&many], "Word77777 AND more of it, word77778 and more of its");
    assert_eq!(hits[0].spans, [(77_777, Span::new(0, 24))]);
}

#[test]
fn an_interrupt_stops_the_search() {
    let cancelled = AtomicBool::new(true);
    let interrupt = Interrupt::new(None, Some(&cancelled));
    for literal in ["a", "b"] {
        let automaton = LiteralAutomaton::new(&[&list(&[literal], false, false, Need::Spans)]).unwrap();
        let outcome = automaton.find(&Text::from("a".repeat(1 << 20)), &interrupt);
        assert_eq!(outcome, Err(ScannerError::Interrupted(Interrupted::Cancelled)));
    }
}

#[test]
fn debug_shows_no_literal() {
    let secret = list(&["hush"], true, false, Need::Which);
    assert!(!format!("{:?}", LiteralAutomaton::new(&[&secret]).unwrap()).contains("hush"));
}
