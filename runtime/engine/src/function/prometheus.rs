//! The numbers of functions in Prometheus' text exposition format.

use crate::function::FunctionSnapshot;
use crate::metrics::Page;

/// Reads one number of a function.
type Number = fn(&FunctionSnapshot) -> f64;

/// The numbers that every function has one of: name, kind, explanation.
const NUMBERS: [(&str, &str, &str, Number); 8] = [
    ("calls_total", "counter", "Calls, however they ended.", |of| of.calls_total as f64),
    ("cancelled_total", "counter", "Calls whose caller went away.", |of| of.cancelled_total as f64),
    ("batches_total", "counter", "Runs for several calls at once.", |of| of.batches_total as f64),
    ("abandoned_total", "counter", "Calls given up while they ran.", |of| of.abandoned_total as f64),
    ("in_flight", "gauge", "Calls queued or running.", |of| of.in_flight as f64),
    ("abandoned", "gauge", "Calls given up that still run.", |of| of.abandoned as f64),
    ("lock_wait_seconds_total", "counter", "Waited for the interpreter lock.", |of| of.lock_wait_seconds),
    ("lock_held_seconds_total", "counter", "Held the interpreter lock for calls.", |of| of.lock_held_seconds),
];

/// Renders the functions, every name with the prefix `pyshield_function_`.
pub(super) fn render(functions: &[(&str, FunctionSnapshot)]) -> String {
    let mut page = Page(String::with_capacity(4 * 1024));
    if functions.is_empty() {
        return page.0;
    }
    for (name, kind, help, number) in NUMBERS {
        let name = format!("function_{name}");
        page.head(&name, kind, help);
        for (function, snapshot) in functions {
            page.labelled(&name, &[("function", function)], number(snapshot));
        }
    }
    page.head("function_errors_total", "counter", "Calls that failed, by the kind of error.");
    for (function, snapshot) in functions {
        for (kind, count) in &snapshot.errors_total {
            page.labelled("function_errors_total", &[("function", function), ("kind", kind)], count);
        }
    }
    page.head("function_seconds", "histogram", "One call, from its arrival to its result.");
    for (function, snapshot) in functions {
        page.histogram("function_seconds", Some(("function", function)), &snapshot.seconds);
    }
    page.0
}
