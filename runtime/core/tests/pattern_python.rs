//! Replays what `CPython` 3.11's `re` says of several hundred patterns (`data/make_python_re.py`).

#![expect(clippy::panic, reason = "a test says what differs by panicking")]

use pyshield_core::pattern::Pattern;
use pyshield_core::{Interrupt, ScannerError, Span};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(untagged)]
enum Record {
    Pattern {
        pattern: String,
        #[serde(default)]
        error: bool,
        #[serde(default)]
        cases: Vec<Case>,
    },
    Class {
        class: String,
        ranges: Vec<(u32, u32)>,
    },
}

#[derive(Deserialize)]
struct Case {
    text: String,
    search: Option<(usize, usize)>,
    fullmatch: bool,
    finditer: Vec<(usize, usize)>,
    #[serde(default)]
    groups: Option<Vec<Option<(usize, usize)>>>,
}

fn records() -> Vec<Record> {
    let data = include_str!("data/python_re.jsonl");
    data.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn code_points(text: &str, span: Span) -> (usize, usize) {
    (text[..span.start].chars().count(), text[..span.end].chars().count())
}

fn difference(pattern: &Pattern, case: &Case) -> Result<Option<&'static str>, ScannerError> {
    let text = case.text.as_str();
    let search = pattern.find(text, Interrupt::NEVER)?.map(|span| code_points(text, span));
    if search != case.search {
        return Ok(Some("search"));
    }
    if pattern.is_match(text, Interrupt::NEVER)? != case.search.is_some() {
        return Ok(Some("is_match"));
    }
    if pattern.full_match(text, Interrupt::NEVER)? != case.fullmatch {
        return Ok(Some("fullmatch"));
    }
    let all = pattern.find_iter(text, Interrupt::NEVER).map(|span| span.map(|s| code_points(text, s)));
    if all.collect::<Result<Vec<_>, _>>()? != case.finditer {
        return Ok(Some("finditer"));
    }
    let Some(wanted) = &case.groups else { return Ok(None) };
    let found = pattern.captures(text, Interrupt::NEVER)?.unwrap_or_default();
    let found = found.iter().skip(1).map(|group| group.map(|span| code_points(text, span)));
    Ok((!found.eq(wanted.iter().copied())).then_some("groups"))
}

#[test]
fn patterns_match_as_in_cpython() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for record in records() {
        let Record::Pattern { pattern: source, error, cases } = record else { continue };
        match Pattern::new(&source) {
            Ok(_) if error => wrong.push(format!("{source:?}: accepted")),
            Err(e) if !error => wrong.push(format!("{source:?}: {e}")),
            Err(_) => compared += 1,
            Ok(pattern) => {
                for case in &cases {
                    compared += 1;
                    match difference(&pattern, case) {
                        Ok(None) => {}
                        Ok(Some(what)) => wrong.push(format!("{source:?} on {:?}: {what}", case.text)),
                        Err(e) => wrong.push(format!("{source:?} on {:?}: {e}", case.text)),
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 5_000, "only {compared} comparisons");
}

#[test]
fn classes_hold_what_cpython_says() {
    let every: String = ('\0'..=char::MAX).collect();
    for record in records() {
        let Record::Class { class, ranges } = record else { continue };
        let pattern = Pattern::new(&class).unwrap_or_else(|e| panic!("{class:?}: {e}"));
        let mut found: Vec<(u32, u32)> = Vec::new();
        for span in pattern.find_iter(&every, Interrupt::NEVER) {
            let mut chars = every[span.unwrap_or_else(|e| panic!("{class:?}: {e}")).range()].chars();
            let code = chars.next().map_or(0, u32::from);
            assert_eq!(chars.next(), None, "{class:?}");
            match found.last_mut() {
                Some((_, high)) if *high + 1 == code => *high = code,
                _ => found.push((code, code)),
            }
        }
        assert_eq!(found, ranges, "{class:?}");
    }
}
