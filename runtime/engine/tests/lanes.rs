//! Whatever lane a request takes, the result is the same, and every request ends in one counted outcome.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{answer, probe, prompt, scan_bulk, shield, submit, wait_until};
use pyshield_core::Text;
use pyshield_engine::config::ShieldSpec;
use pyshield_engine::error::EngineError;
use pyshield_engine::metrics::Lane;
use pyshield_engine::outcome::Outcome;
use pyshield_engine::shield::{Request, Shield, Side};
use serde_json::{Value, json};

fn scanners() -> serde_json::Value {
    json!([
        {"type": "BanSubstrings", "substrings": ["secret", "plan b"], "match_type": "str",
         "case_sensitive": false, "redact": true, "contains_all": false},
        {"type": "InvisibleText", "keep_emoji_joiners": true},
        {"type": "BanSubstrings", "substrings": ["Plan"], "match_type": "word",
         "case_sensitive": true, "redact": true, "contains_all": false},
    ])
}

/// Everything of an outcome that must not depend on the lane.
fn facts(outcome: &Outcome) -> impl PartialEq + std::fmt::Debug {
    let verdicts: Vec<_> = outcome
        .scan
        .judgements
        .iter()
        .map(|judgement| {
            let verdict = judgement.verdict.clone().unwrap();
            (judgement.scanner.to_string(), verdict.valid, verdict.risk.to_bits(), verdict.findings)
        })
        .collect();
    (verdicts, outcome.scan.rewritten.clone(), outcome.scan.is_valid, outcome.scan.risk.to_bits())
}

#[test]
fn all_lanes_agree() {
    let inline = shield(scanners(), json!({"inline_budget_us": 1e9}), "block", json!(null));
    let actors = shield(scanners(), json!({}), "block", json!(null));
    let texts = ["", "nothing here", "the SECRET Plan B", "plan\u{200b} b", "Plan b secret", "ñandú secreto"];
    let bulk = scan_bulk(&actors, texts.iter().map(|text| prompt(text)).collect()).unwrap();
    for (text, bulk) in texts.iter().zip(&bulk) {
        let request = prompt(text);
        let inline = inline.try_inline(&request).expect("cheap").unwrap();
        assert!(actors.try_inline(&request).is_none());
        let (ticket, receiver) = submit(&actors, &request);
        assert!(ticket.is_ok());
        let actor = answer(&receiver).unwrap();
        let blocking = actors.scan_blocking(&request).unwrap();
        let lanes = [inline.lane, actor.lane, bulk.lane, blocking.lane];
        assert_eq!(lanes, [Lane::Inline, Lane::Actor, Lane::Bulk, Lane::Blocking]);
        assert_eq!(facts(&inline), facts(&actor));
        assert_eq!(facts(&inline), facts(bulk));
        assert_eq!(facts(&inline), facts(&blocking));
    }
    let redacted = actors.scan_blocking(&prompt("the SECRET Plan B")).unwrap();
    assert_eq!(redacted.scan.rewritten.as_deref(), Some("the [REDACTED] [REDACTED]"));
    assert_eq!(redacted.scan.judgements[2].scanner.to_string(), "BanSubstrings#2");
}

/// However short the text: it may be made for the pattern, and then takes ten milliseconds.
#[test]
fn a_pattern_that_backtracks_never_runs_on_the_callers_thread() {
    let regex = |pattern: &str| {
        let scanner = json!({"type": "Regex", "patterns": [pattern], "is_blocked": true,
            "match_type": "search", "redact": false});
        shield(json!([scanner]), json!({"inline_budget_us": 100.0}), "block", json!(null))
    };
    assert!(regex("(a+)+$").try_inline(&prompt("a")).is_some());
    assert!(regex(r"(?i)\bpass(word|phrase)\b").try_inline(&prompt("a")).is_some());
    assert!(regex("(a+)+(?!x)$").try_inline(&prompt("a")).is_none());
}

/// Its word boundaries are tried at every place where the text is not ASCII, or may not be as it is read.
#[test]
fn a_pattern_that_backtracks_beyond_ascii_runs_on_the_callers_thread_for_ascii_alone() {
    let shield = |views: Value| {
        let regex = json!({"type": "Regex", "patterns": [r"\bpass(word|phrase)\b"], "is_blocked": true,
            "match_type": "search", "redact": false});
        let limits = json!({"max_in_flight": 64, "policy": "reject", "deadline": null,
            "max_text_bytes": 1 << 20, "inline_budget_us": 100.0});
        let mut spec = json!({"prompt": [regex], "output": [], "on_error": "block", "limits": limits,
            "cache": null});
        if !views.is_null() {
            spec["views"] = views;
        }
        Shield::compile(serde_json::from_value::<ShieldSpec>(spec).unwrap()).unwrap()
    };
    let plain = shield(Value::Null);
    assert!(
        plain.is_cheap(Side::Prompt, &"my password".into())
            && !plain.is_cheap(Side::Prompt, &"mon pass\u{e9}".into())
    );
    assert_eq!(plain.try_inline(&prompt("my password")).unwrap().unwrap().lane, Lane::Inline);
    assert!(plain.try_inline(&prompt("mon password, \u{e9}t\u{e9}")).is_none());
    let (ticket, receiver) = submit(&plain, &prompt("mon password, \u{e9}t\u{e9}"));
    assert!(ticket.is_ok());
    let outcome = answer(&receiver).unwrap();
    assert_eq!((outcome.lane, outcome.scan.is_valid), (Lane::Actor, false));
    assert!(
        !shield(json!({"normalised": true, "decoded": true, "max_depth": 2,
        "max_views": 8, "max_model_views": 8, "max_bytes": 1 << 20}))
        .is_cheap(Side::Prompt, &"my password".into())
    );
}

#[test]
fn a_full_house_refuses_and_recovers() {
    let shield = shield(json!([probe("busy", 0.2)]), json!({"max_in_flight": 2}), "block", json!(null));
    let (first, one) = submit(&shield, &prompt("1"));
    let (second, two) = submit(&shield, &prompt("2"));
    assert!(first.is_ok() && second.is_ok());
    let (third, _) = submit(&shield, &prompt("3"));
    assert!(matches!(third, Err(EngineError::Overloaded { in_flight: 2, .. })));
    assert!(matches!(shield.scan_blocking(&prompt("4")), Err(EngineError::Overloaded { .. })));
    assert!(answer(&one).is_ok() && answer(&two).is_ok());
    assert_eq!(shield.in_flight(), 0, "the permit is free before the answer is out");
    assert!(shield.scan_blocking(&prompt("5")).is_ok());
    let metrics = shield.metrics();
    assert_eq!(metrics.outcomes_total["overloaded"], 2);
    assert_eq!(metrics.outcomes_total["valid"], 3);
}

#[test]
fn waiting_ends_with_a_permit_or_the_deadline() {
    let limits = json!({"max_in_flight": 1, "policy": "wait"});
    let shield = shield(json!([probe("busy", 0.1)]), limits, "block", json!(null));
    let (first, one) = submit(&shield, &prompt("1"));
    let (second, two) = submit(&shield, &prompt("2"));
    let hasty = Request { deadline: Some(Duration::from_millis(10)), ..prompt("3") };
    let (third, three) = submit(&shield, &hasty);
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(answer(&three).unwrap_err(), EngineError::DeadlineExceeded { started: false });
    assert!(answer(&one).is_ok() && answer(&two).is_ok());
}

#[test]
fn a_deadline_stops_work_that_waits_and_work_that_runs() {
    let shield = shield(json!([probe("busy", 60.0)]), json!({"deadline": 0.05}), "block", json!(null));
    let requests: Vec<_> = (0..8).map(|_| submit(&shield, &prompt("x"))).collect();
    for (ticket, receiver) in requests {
        assert!(ticket.is_ok());
        assert!(matches!(answer(&receiver), Err(EngineError::DeadlineExceeded { .. })));
    }
    assert_eq!(shield.in_flight(), 0);
    assert_eq!(shield.metrics().outcomes_total["deadline_exceeded"], 8);
}

#[test]
fn cancelling_frees_the_permit_at_once_and_drops_the_work() {
    let shield = shield(json!([probe("busy", 0.3)]), json!({"max_in_flight": 1_000}), "block", json!(null));
    let requests: Vec<_> = (0..500).map(|_| submit(&shield, &prompt("x"))).collect();
    for (ticket, _) in &requests {
        ticket.as_ref().unwrap().cancel();
    }
    // Those that ran are still being stopped; those that waited are gone.
    assert_eq!(shield.in_flight(), 0);
    wait_until(|| shield.metrics().outcomes_total["cancelled"] == 500);
    assert!(requests.iter().all(|(_, receiver)| receiver.try_recv().is_err()), "nobody is answered");
    assert_eq!(shield.metrics().in_flight, 0);
}

#[test]
fn too_long_is_refused_in_every_lane() {
    let shield = shield(json!([probe("pass", 0.0)]), json!({"max_text_bytes": 4}), "block", json!(null));
    let long = prompt("12345");
    let refused = EngineError::TooLarge { bytes: 5, limit: 4 };
    assert_eq!(submit(&shield, &long).0.unwrap_err(), refused);
    assert_eq!(shield.scan_blocking(&long).unwrap_err(), refused);
    assert_eq!(scan_bulk(&shield, vec![prompt("1"), long]).unwrap_err(), refused);
    let pair = Request { prompt: Some(Text::from("12345")), ..prompt("1") };
    assert_eq!(shield.scan_blocking(&pair).unwrap_err(), refused);
}

#[test]
fn identical_requests_share_one_scan() {
    let cache = json!({"max_bytes": 1 << 20, "ttl": null});
    let scanners = json!([scanners()[0], probe("pass", 0.05)]);
    let shield = shield(scanners, json!({}), "block", cache);
    let requests: Vec<_> = (0..20).map(|_| submit(&shield, &prompt("the same secret"))).collect();
    let outcomes: Vec<_> = requests.iter().map(|(_, receiver)| answer(receiver).unwrap()).collect();
    let made = outcomes.iter().filter(|outcome| !outcome.cached).count();
    assert_eq!(made, 1, "one scan for twenty requests");
    assert!(outcomes.iter().all(|outcome| Arc::ptr_eq(&outcome.scan, &outcomes[0].scan)));
    assert!(shield.scan_blocking(&prompt("the same secret")).unwrap().cached);
    assert!(!shield.scan_blocking(&prompt("another secret")).unwrap().cached);
    let statistics = shield.metrics().cache.unwrap();
    assert_eq!(statistics.hits + statistics.shared, 20);
    assert_eq!(statistics.misses, 2);
}

/// A scanner that failed may not fail again: what is left without its word is no answer for later requests.
#[test]
fn what_failed_is_not_remembered() {
    let cache = json!({"max_bytes": 1 << 20, "ttl": null});
    let regex = json!({"type": "Regex", "patterns": ["(a+)+(?!x)$"], "is_blocked": true,
        "match_type": "search", "redact": false});
    // More steps than a pattern may take.
    let text = format!("{}b", "a".repeat(60));
    for (on_error, valid) in [("allow", true), ("block", false)] {
        let shield = shield(json!([regex, scanners()[0]]), json!({}), on_error, cache.clone());
        let flights: Vec<_> = (0..4).map(|_| submit(&shield, &prompt(&text)).1).collect();
        assert!(flights.iter().all(|flight| answer(flight).unwrap().scan.is_valid == valid));
        for _ in 0..2 {
            let (ticket, receiver) = submit(&shield, &prompt(&text));
            assert!(ticket.is_ok());
            assert!(!answer(&receiver).unwrap().cached);
            assert!(!shield.scan_blocking(&prompt(&text)).unwrap().cached);
            assert!(!scan_bulk(&shield, vec![prompt(&text)]).unwrap()[0].cached);
        }
        let statistics = shield.metrics().cache.unwrap();
        assert_eq!((statistics.hits, statistics.entries), (0, 0));
        assert_eq!(statistics.misses + statistics.shared, 10);
    }
}

#[test]
fn a_closed_shield_takes_nothing_and_finishes_what_it_has() {
    let shield = shield(json!([probe("busy", 0.1)]), json!({}), "block", json!(null));
    let (ticket, receiver) = submit(&shield, &prompt("1"));
    assert!(ticket.is_ok());
    shield.close();
    assert!(matches!(submit(&shield, &prompt("2")).0, Err(EngineError::Closed(_))));
    assert!(matches!(shield.scan_blocking(&prompt("3")), Err(EngineError::Closed(_))));
    assert!(answer(&receiver).is_ok());
}
