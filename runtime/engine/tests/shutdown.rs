//! The end of the runtime, in a process of its own.

mod common;

use std::time::Duration;

use common::{answer, probe, prompt, shield, submit, wait_until};
use pyshield_engine::error::EngineError;
use pyshield_engine::runtime;
use serde_json::json;

#[test]
fn queued_work_is_answered_and_running_work_finishes() {
    let shield = shield(json!([probe("busy", 0.2)]), json!({}), "block", json!(null));
    let requests: Vec<_> = (0..32).map(|_| submit(&shield, &prompt("x"))).collect();
    wait_until(|| shield.metrics().queue_seconds.count > 0);
    assert!(runtime::shutdown(Duration::from_secs(20)), "everything that ran came to its end");
    let answers: Vec<_> = requests.iter().map(|(_, receiver)| answer(receiver)).collect();
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    let closed = answers.iter().filter(|answer| matches!(answer, Err(EngineError::Closed(_)))).count();
    assert!(done >= 1);
    assert_eq!(done + closed, 32, "nothing is lost");
    assert!(matches!(submit(&shield, &prompt("late")).0, Err(EngineError::Closed(_))));
    assert_eq!(shield.in_flight(), 0);
}
