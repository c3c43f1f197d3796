use proptest::prelude::*;

use super::*;
use crate::restore::stands_alone;

fn found(text: &str, tables: &[Values<&str>]) -> Vec<(String, usize)> {
    let tables: Vec<&dyn Lookup> = tables.iter().map(|table| table as &dyn Lookup).collect();
    let places = find(text, &tables, &mut Pieces::default(), Interrupt::NEVER).unwrap();
    places.iter().map(|place| (text[place.span.range()].to_owned(), place.span.start)).collect()
}

/// The same, by looking everywhere for each.
fn looked_for(text: &str, values: &[&str]) -> Vec<(String, usize)> {
    let (mut found, mut end) = (Vec::new(), 0);
    for (at, _) in text.char_indices() {
        let here = values.iter().filter(|value| value.trim().len() >= SHORTEST);
        let here = here.filter(|value| text[at..].starts_with(**value));
        let best = here
            .map(|value| Span::new(at, at + value.len()))
            .filter(|span| stands_alone(text, *span))
            .max_by_key(|span| span.len());
        let best = best.filter(|span| !is_short(&text[span.range()]) || is_apart(text, *span));
        if let Some(span) = best.filter(|span| span.start >= end) {
            end = span.end;
            found.push((text[span.range()].to_owned(), at));
        }
    }
    found
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
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn all_that_looking_everywhere_finds(
        values in prop::collection::vec("[ab王 .\u{301}4]{1,9}", 0..40),
        text in "[ab王 .\u{301}4]{0,60}",
        tables in 1_usize..4,
    ) {
        let all: Vec<&str> = values.iter().map(String::as_str).collect();
        let split: Vec<_> = all.chunks(all.len().div_ceil(tables).max(1)).map(|some| Values::new(some.to_vec())).collect();
        prop_assert_eq!(found(&text, &split), looked_for(&text, &all), "{:?} in {:?}", all, text);
    }
}
