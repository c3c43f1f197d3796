//! The actors: the only modules that name actix types.
//!
//! Messages and logic are plain Rust elsewhere; what is here could be rewritten on another actor library
//! in a day.

pub(crate) mod model;
pub(crate) mod scan;
pub(crate) mod system;
pub mod vault;

/// Waits until something holds, in tests.
#[cfg(test)]
fn eventually(what: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !what() {
        assert!(std::time::Instant::now() < deadline, "it never happened");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
