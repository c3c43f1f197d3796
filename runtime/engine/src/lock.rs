//! The standard library's locks, for data that a panic cannot leave half-changed.
//!
//! Not `parking_lot`'s: that keeps one table per process of the threads that wait, with pointers into
//! their stacks. A forked child inherits the table without the threads and reuses the stacks, so a thread
//! that waits there at the moment of a fork is memory corruption in the child. The standard locks are a
//! futex each and leave nothing behind. For the same reason `runtime` keeps tokio from parking its workers.

use std::sync::{Condvar, MutexGuard, PoisonError};
use std::time::Instant;

/// A mutex that ignores poison: everything kept in one is whole between any two statements.
#[derive(Debug, Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// A mutex around `value`.
    pub const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    /// The value, of a mutex that nobody else holds.
    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until `done` holds or `deadline` has passed. Whether it holds.
pub fn wait_until<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
    deadline: Instant,
    mut done: impl FnMut(&T) -> bool,
) -> (MutexGuard<'a, T>, bool) {
    let left = deadline.saturating_duration_since(Instant::now());
    let waited = condvar.wait_timeout_while(guard, left, |value| !done(value));
    let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
    (guard, !timeout.timed_out())
}
