//! A scanner that panics harms its own request and nothing else.

mod common;

use common::{answer, probe, prompt, shield, submit, wait_until};
use pyshield_core::ScannerError;
use pyshield_engine::error::EngineError;
use pyshield_engine::runtime;
use serde_json::json;

#[test]
fn a_thousand_panics_are_a_thousand_typed_errors() {
    let scanners = json!([probe("panic_on_request", 0.0), probe("pass", 0.0)]);
    let shield = shield(scanners, json!({"max_in_flight": 4_000}), "block", json!(null));
    let requests: Vec<_> = (0..2_000)
        .map(|n| (n, submit(&shield, &prompt(if n % 2 == 0 { "panic" } else { "calm" }))))
        .collect();
    for (n, (ticket, receiver)) in requests {
        assert!(ticket.is_ok());
        let outcome = answer(&receiver).unwrap();
        let [first, second] = outcome.scan.judgements.as_slice() else { panic!("two scanners") };
        assert!(second.verdict.is_ok(), "the other scanner is not harmed");
        if n % 2 == 0 {
            assert_eq!(first.verdict, Err(ScannerError::Panicked));
            assert!(!outcome.scan.is_valid, "an error blocks");
        } else {
            assert!(outcome.scan.is_valid, "the other request is not harmed");
        }
    }
    assert_eq!(shield.metrics().panics_total, 1_000);
    let runtime = runtime::current().unwrap();
    wait_until(|| runtime.strength() == (runtime::cores(), runtime::cores()));
}

#[test]
fn the_policy_decides_what_an_error_means() {
    let scanners = || json!([probe("panic", 0.0)]);
    let allow = shield(scanners(), json!({}), "allow", json!(null)).scan_blocking(&prompt("x")).unwrap();
    assert!(allow.scan.is_valid);
    assert_eq!(allow.scan.judgements[0].verdict, Err(ScannerError::Panicked), "never silent");
    let raise = shield(scanners(), json!({}), "raise", json!(null)).scan_blocking(&prompt("x"));
    let Err(EngineError::Scanner { scanner, error: ScannerError::Panicked }) = raise else {
        panic!("the scanner's error is the request's");
    };
    assert_eq!(scanner.to_string(), "Probe");
}
