//! How work on a text stays interruptible, and how attempts stay linear.

use crate::interrupt::{Interrupt, Interrupted};

/// Steps (about one byte each) between two looks at the clock: well under a millisecond.
const STEPS_PER_CHECK: usize = 1 << 16;

/// Counts steps and asks the interrupt every [`STEPS_PER_CHECK`].
#[derive(Debug)]
pub(super) struct Meter<'i> {
    interrupt: Interrupt<'i>,
    left: usize,
}

impl<'i> Meter<'i> {
    pub(super) const fn new(interrupt: Interrupt<'i>) -> Self {
        Self { interrupt, left: STEPS_PER_CHECK }
    }

    /// Accounts for `steps` steps.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Interrupted> {
        if let Some(left) = self.left.checked_sub(steps) {
            self.left = left;
            return Ok(());
        }
        self.left = STEPS_PER_CHECK;
        self.interrupt.check()
    }
}
