use proptest::prelude::*;

use super::find::STRIDE;
use super::*;
use crate::interrupt::{Interrupt, Interrupted};
use crate::span::Span;

fn found(text: &str, tables: &[Values<&str>]) -> Vec<(String, usize)> {
    let tables: Vec<&dyn Lookup> = tables.iter().map(|table| table as &dyn Lookup).collect();
    let places = find(text, &tables, &mut Pieces::default(), Interrupt::NEVER).unwrap();
    places.iter().map(|place| (text[place.span.range()].to_owned(), place.span.start)).collect()
}

#[test]
fn what_stands_alone_is_found() {
    let values = [Values::new(vec![
        "Ada",
        "Ada Lovelace",
        "王伟",
        "ada@example.org",
        "42",
        "Bo",
        "x",
        "O'Brien",
        "李",
    ])];
    for (text, expected) in [
        ("Ada Lovelace and Ada.", vec!["Ada Lovelace", "Ada"]),
        ("Adam, xAda, Ada_Lovelace, Ada-L.", vec!["Ada", "Ada"]),
        ("和王伟说", vec!["王伟"]),
        ("mail:ada@example.org,ada@example.organic", vec!["ada@example.org"]),
        ("42, 3.42, 10:42, (42), 42%, 42.", vec!["42", "42", "42", "42"]),
        ("Bo's, Bobo, Bo-Derek, Re:Bo, name=Bo", vec!["Bo", "Bo"]),
        ("x 李先生 and 李.", vec!["李"]),
        ("O'Brien's", vec!["O'Brien"]),
        ("", vec![]),
    ] {
        let found: Vec<String> = found(text, &values).into_iter().map(|(value, _)| value).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_was_found_joins_nothing() {
    for (values, text, expected) in [
        // From the left and from the right, over a sign, and on.
        (vec!["$0"], "$0$0$0", vec!["$0", "$0", "$0"]),
        (vec!["0$"], "0$0$0$", vec!["0$", "0$", "0$"]),
        (vec!["Bob", "42", "17"], "42.Bob:17", vec!["42", "Bob", "17"]),
        (vec!["Bob", "42", "17"], "Bob.42.17, 42:17", vec!["Bob"]),
        (vec!["Ada", "Bob", "李"], "Ada李Bob和李", vec!["Ada", "李", "Bob"]),
        (vec!["7$", "$8", "Bob"], "1$7$$8$2 7$$8.Bob", vec!["7$", "$8", "7$", "$8", "Bob"]),
        // A shorter one where the longer one is part of something.
        (vec!["12", "12,"], "12,5", vec!["12"]),
        (vec!["$0", "0$"], "0$0$0", vec![]),
    ] {
        let found: Vec<String> =
            found(text, &[Values::new(values)]).into_iter().map(|(value, _)| value).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn of_equal_ones_the_first_counts() {
    let tables = [Values::new(vec!["Bob", "Ada", "Ada"]), Values::new(vec!["Ada", "Bob B"])];
    let tables: Vec<&dyn Lookup> = tables.iter().map(|table| table as &dyn Lookup).collect();
    let places = find("Ada, Bob B", &tables, &mut Pieces::default(), Interrupt::NEVER).unwrap();
    assert_eq!(places.iter().map(|place| (place.table, place.index)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
}

#[test]
fn neither_long_values_nor_many_make_it_slow() {
    let long: Vec<String> = (1..2_000).map(|n| "a ".repeat(n * 7) + "b").collect();
    let many: Vec<String> = (0..100_000).map(|n| format!("s{n}@example.org")).collect();
    let values = Values::new(long.iter().chain(&many).map(String::as_str).collect());
    let text = "a ".repeat(500_000) + "s777@example.org";
    assert_eq!(found(&text, &[values]), [("s777@example.org".to_owned(), 1_000_000)]);
}

#[test]
fn a_search_can_be_interrupted() {
    let values = Values::new(vec!["Ada"]);
    let interrupt = Interrupt::new(Some(std::time::Instant::now()), None);
    let text = "a ".repeat(STRIDE);
    assert_eq!(find(&text, &[&values], &mut Pieces::default(), interrupt), Err(Interrupted::Deadline));
    assert_eq!(format!("{values:?}"), "Values(..)");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_counts_is_left(
        values in prop::collection::vec("[ab王 .\u{301}4$]{1,4}|[ab王 .\u{301}4]{1,9}", 0..40),
        text in "[ab王 .\u{301}4$]{0,60}",
        tables in 1_usize..4,
    ) {
        let all: Vec<&str> = values.iter().map(String::as_str).collect();
        let split: Vec<_> = all.chunks(all.len().div_ceil(tables).max(1)).map(|some| Values::new(some.to_vec())).collect();
        let found = found(&text, &split);
        let found: Vec<Span> = found.iter().map(|(value, at)| Span::new(*at, at + value.len())).collect();
        prop_assert!(found.is_sorted_by(|a, b| a.end <= b.start), "{:?}", found);
        let sought: Vec<&str> = all.iter().copied().filter(|value| value.trim().len() >= SHORTEST).collect();
        prop_assert!(found.iter().all(|span| sought.contains(&&text[span.range()])));

        // Each counts beside those that count without it.
        let (mut reasons, mut rest): (Vec<Span>, Vec<Span>) = (Vec::new(), found.clone());
        while !rest.is_empty() {
            let (counting, others): (Vec<Span>, _) = rest.iter().partition(|span| counts_beside(&text, **span, &reasons));
            prop_assert!(!counting.is_empty(), "{:?} of {:?} in {:?}", rest, found, text);
            reasons.extend(counting);
            rest = others;
        }
        for (at, _) in text.char_indices() {
            let here = sought.iter().filter(|value| text[at..].starts_with(**value));
            for span in here.map(|value| Span::new(at, at + value.len())) {
                let value = &text[span.range()];
                let over = found.iter().find(|place| place.overlaps(span));
                match over {
                    // Nothing that counts is left.
                    None => prop_assert!(!counts_beside(&text, span, &found), "{value:?} in {text:?}"),
                    // What begins first comes first, then what is longest.
                    Some(place) if counts(&text, span) => {
                        let long = value.len() >= 4;
                        prop_assert!(place.start < at || place.start == at && place.len() >= span.len() || !long);
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

/// Whether a value counts once others are taken out.
fn counts_beside(text: &str, span: Span, taken: &[Span]) -> bool {
    let mut out = String::new();
    let (mut at, mut start) = (0, span.start);
    let mut taken = taken.to_vec();
    taken.sort_by_key(|one| one.start);
    for one in taken {
        out += &text[at..one.start];
        out += "[]";
        if one.end <= span.start {
            start = out.len() + (span.start - one.end);
        }
        at = one.end;
    }
    out += &text[at..];
    counts(&out, Span::new(start, start + span.len()))
}
