//! Repairs agree with those of `json_repair`, but for the differences that are listed with their reasons.
//!
//! `data/json_repair.jsonl` is recorded by `data/make_json_repair.py`.

use std::collections::BTreeMap;

use pyshield_core::scanner::json;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    text: String,
    repaired: String,
}

/// A text where we mean to differ.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    text: String,
    /// What we make of it; `null` when we make nothing of it.
    ours: Option<String>,
    reason: String,
}

#[test]
fn agrees_with_json_repair() {
    let cases = include_str!("data/json_repair.jsonl").lines().skip(1);
    let cases: Vec<Case> = cases.map(|line| serde_json::from_str(line).expect("a case")).collect();
    let differences = include_str!("data/json_repair_differences.jsonl").lines();
    let mut differences: BTreeMap<String, Difference> = differences
        .map(|line| serde_json::from_str(line).expect("a difference"))
        .map(|difference: Difference| (difference.text.clone(), difference))
        .collect();
    assert!(cases.len() >= 500);
    assert!(differences.len() * 5 < cases.len());

    let mut wrong = Vec::new();
    for case in &cases {
        let ours = json::repair(&case.text);
        // json_repair says "" where there is nothing to repair.
        let theirs = (!case.repaired.is_empty()).then(|| case.repaired.clone());
        let expected = match differences.remove(&case.text) {
            Some(difference) => {
                assert!(!difference.reason.is_empty());
                assert_ne!(difference.ours, theirs, "no difference any more: {}", case.text);
                difference.ours
            }
            None => theirs,
        };
        if ours != expected {
            wrong.push(format!("{:?}\n  expected {expected:?}\n  got      {ours:?}", case.text));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(differences.is_empty(), "no such cases: {:?}", differences.keys());
}
