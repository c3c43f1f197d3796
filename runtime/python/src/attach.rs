//! Threads of the runtime's own that need the interpreter, and an interpreter on its way out.
//!
//! Before 3.14 `CPython` ends a thread that waits for the interpreter while that finalises, by `pthread_exit`. A thread of
//! Rust's takes the whole process along then: that it unwinds is no panic of Rust's, and may not leave the thread.
//! So the interpreter's exit waits for such threads, and lets no other one in.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// Threads that have the interpreter, or wait for it.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// Whether no other one may.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// How often it is looked whether the last one has left.
const LOOK: Duration = Duration::from_millis(1);

struct Inside;

impl Inside {
    fn enter() -> Option<Self> {
        // First counted, then looked: `close` looks in the other order, so that one of both sees the other.
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let inside = Self;
        (!CLOSED.load(Ordering::SeqCst)).then_some(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs `body` with the interpreter, from a thread that is not Python's. `None` if the interpreter is not there, or is
/// on its way out.
pub(crate) fn attached<T>(body: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _inside = Inside::enter()?;
    Python::try_attach(body)
}

/// Lets no other thread in and waits, for so long at most, until those inside have left. Without the interpreter.
pub(crate) fn close(timeout: Duration) {
    let until = Instant::now() + timeout;
    CLOSED.store(true, Ordering::SeqCst);
    while INSIDE.load(Ordering::SeqCst) > 0 && Instant::now() < until {
        std::thread::sleep(LOOK);
    }
}

/// Forgets the parent's threads in a forked child.
pub(crate) fn forked() {
    INSIDE.store(0, Ordering::SeqCst);
    CLOSED.store(false, Ordering::SeqCst);
}
