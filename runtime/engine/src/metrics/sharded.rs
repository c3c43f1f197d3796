//! Numbers that many threads write: each to a place of its own.
//!
//! Threads that add to one number pass its cache line back and forth, some 50 ns each time; a scan records a
//! dozen numbers. On two cores that made a list of short texts scale by 1.5 instead of 1.7.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Places to write. More threads than that share them.
const SHARDS: usize = 8;

/// A `T` per group of threads. Two cache lines each: processors fetch them in pairs.
#[derive(Debug, Default)]
pub(super) struct Sharded<T>([Padded<T>; SHARDS]);

#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded<T>(T);

static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
}

impl<T> Sharded<T> {
    /// This thread's.
    pub(super) fn mine(&self) -> &T {
        // While a thread ends, its own place is gone; any will do.
        &self.0[MINE.try_with(|mine| *mine).unwrap_or(0)].0
    }

    /// The sum over all.
    pub(super) fn sum(&self, part: impl Fn(&T) -> u64) -> u64 {
        self.0.iter().map(|shard| part(&shard.0)).fold(0, u64::wrapping_add)
    }
}
