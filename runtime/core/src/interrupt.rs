//! Stopping work whose result nobody can use any more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Why work stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// The deadline passed.
    #[error("the deadline passed")]
    Deadline,
    /// The caller went away.
    #[error("the caller went away")]
    Cancelled,
}

/// What a scan asks between steps: may I go on?
#[derive(Clone, Copy, Debug, Default)]
pub struct Interrupt<'a> {
    deadline: Option<Instant>,
    cancelled: Option<&'a AtomicBool>,
}

impl<'a> Interrupt<'a> {
    /// Never interrupts.
    pub const NEVER: Interrupt<'static> = Interrupt { deadline: None, cancelled: None };

    /// Interrupts once `deadline` has passed or `cancelled` is set.
    pub const fn new(deadline: Option<Instant>, cancelled: Option<&'a AtomicBool>) -> Self {
        Self { deadline, cancelled }
    }

    /// An error once the work is pointless. Costs a clock read (about 25 ns): call it every few
    /// thousand steps of a long loop, not at each.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.cancelled.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Interrupted::Cancelled);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Interrupted::Deadline);
        }
        Ok(())
    }
}
