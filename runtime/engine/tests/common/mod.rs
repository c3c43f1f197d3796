//! Shields for the engine's own tests.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pyshield_core::Text;
use pyshield_engine::config::ShieldSpec;
use pyshield_engine::error::EngineError;
use pyshield_engine::job::{Reply, Ticket};
use pyshield_engine::outcome::Outcome;
use pyshield_engine::private::VaultHandle;
use pyshield_engine::runtime;
use pyshield_engine::shield::{Request, Shield, Side};
use serde_json::{Value, json};

pub(crate) type Answer = Result<Outcome, EngineError>;

/// A shield with these prompt scanners; `changes` replaces fields of its limits.
#[expect(clippy::needless_pass_by_value, reason = "calls read better with `json!` alone")]
pub(crate) fn shield(prompt: Value, changes: Value, on_error: &str, cache: Value) -> Arc<Shield> {
    let mut limits = json!({
        "max_in_flight": 64, "policy": "reject", "deadline": null,
        "max_text_bytes": 1 << 20, "inline_budget_us": 0.0,
    });
    for (name, value) in changes.as_object().unwrap() {
        limits[name] = value.clone();
    }
    let spec =
        json!({"prompt": prompt, "output": [], "on_error": on_error, "limits": limits, "cache": cache});
    let spec: ShieldSpec = serde_json::from_value(spec).unwrap();
    Arc::new(Shield::compile(spec).unwrap())
}

pub(crate) fn probe(behaviour: &str, seconds: f64) -> Value {
    json!({"type": "Probe", "behaviour": behaviour, "seconds": seconds})
}

pub(crate) fn prompt(text: &str) -> Request {
    Request { side: Side::Prompt, text: Text::from(text), prompt: None, deadline: None }
}

/// Submits a prompt; the answer arrives on the receiver, if ever.
pub(crate) fn submit(
    shield: &Shield,
    request: &Request,
) -> (Result<Arc<Ticket>, EngineError>, Receiver<Answer>) {
    let (sender, receiver) = channel();
    let reply: Reply = Box::new(move |answer| {
        let _ = sender.send(answer);
    });
    let ticket = Arc::<Ticket>::default();
    (shield.submit(request, &ticket, reply).map(|()| ticket), receiver)
}

/// Scans a list; the outcomes are in its order.
pub(crate) fn scan_bulk(shield: &Shield, requests: Vec<Request>) -> Result<Vec<Outcome>, EngineError> {
    let outcomes = Arc::new(Mutex::new(BTreeMap::new()));
    let filled = Arc::clone(&outcomes);
    let each = move |from, outcomes: Vec<Outcome>| filled.lock().unwrap().extend((from..).zip(outcomes));
    shield.scan_bulk_blocking(requests, each, || true)?;
    let outcomes = std::mem::take(&mut *outcomes.lock().unwrap());
    let positions: Vec<usize> = outcomes.keys().copied().collect();
    assert_eq!(positions, (0..outcomes.len()).collect::<Vec<_>>(), "each position comes once");
    Ok(outcomes.into_values().collect())
}

pub(crate) fn answer(receiver: &Receiver<Answer>) -> Answer {
    receiver.recv_timeout(Duration::from_secs(30)).expect("every request is answered")
}

pub(crate) fn wait_until(what: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !what() {
        assert!(Instant::now() < deadline, "it never happened");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(crate) fn vault() -> VaultHandle {
    VaultHandle::memory(runtime::current().unwrap().vaults().create().unwrap())
}

/// A shield that takes out of prompts what it puts back into outputs.
pub(crate) fn private_shield(anonymize: &Value, deanonymize: &Value, vault: &VaultHandle) -> Shield {
    let limits = json!({
        "max_in_flight": 64, "policy": "reject", "deadline": null, "max_text_bytes": 1 << 24,
        "inline_budget_us": 1e6,
    });
    let spec = json!({
        "prompt": [anonymize], "output": [deanonymize], "on_error": "raise",
        "limits": limits, "cache": null,
    });
    let mut spec: ShieldSpec = serde_json::from_value(spec).unwrap();
    spec.vaults = vec![vault.clone()];
    Shield::compile(spec).unwrap()
}

/// The same, but that its recognisers find next to nothing: it knows what the vault holds.
pub(crate) fn blind_shield(operator: &Value, vault: &VaultHandle) -> Shield {
    let anonymize = json!({
        "type": "Anonymize", "vault": 0, "hidden_names": [], "allowed_names": [], "entity_types": ["HEX_COLOR"],
        "preamble": "", "regex_patterns": null, "threshold": 1.0, "thresholds": {}, "language": "en",
        "locale": "en", "operator": operator, "operators": {}, "key": "07".repeat(32),
    });
    let deanonymize =
        json!({"type": "Deanonymize", "vault": 0, "matching_strategy": "exact", "key": "07".repeat(32)});
    private_shield(&anonymize, &deanonymize, vault)
}

pub(crate) fn request(side: Side, text: &str) -> Request {
    Request { side, text: Text::from(text), prompt: None, deadline: None }
}

pub(crate) fn scan(shield: &Shield, side: Side, text: &str) -> String {
    let outcome = shield.scan_blocking(&request(side, text)).unwrap();
    outcome.scan.rewritten.clone().unwrap_or_else(|| text.to_owned())
}
