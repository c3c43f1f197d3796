//! What making views may take: memory and time.

use std::cell::Cell;

use crate::error::ScannerError;
use crate::interrupt::{Interrupt, Interrupted};

/// The bounds of all views of one text.
///
/// Memory is counted while it is taken, not when a view is finished: a text can decode to many small pieces,
/// and each takes more than it is long.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    interrupt: &'a Interrupt<'a>,
    limit: usize,
    left: Cell<usize>,
}

impl<'a> Bounds<'a> {
    /// Bounds of `limit` bytes.
    pub(super) const fn new(limit: usize, interrupt: &'a Interrupt<'a>) -> Self {
        Self { interrupt, limit, left: Cell::new(limit) }
    }

    /// Whether the work is still wanted.
    pub(super) fn check(&self) -> Result<(), Interrupted> {
        self.interrupt.check()
    }

    /// Takes `bytes` of what is left.
    pub(super) fn take(&self, bytes: usize) -> Result<(), ScannerError> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or(ScannerError::Limit { what: "bytes of views", limit: self.limit })?);
        Ok(())
    }

    /// Gives back `bytes` that were taken.
    pub(super) fn give(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_add(bytes).min(self.limit));
    }

    /// An error if `bytes` could not be taken.
    pub(super) fn expect(&self, bytes: usize) -> Result<(), ScannerError> {
        self.take(bytes)?;
        self.give(bytes);
        Ok(())
    }

    /// How many bytes are left.
    #[cfg(test)]
    pub(super) const fn left(&self) -> usize {
        self.left.get()
    }
}
