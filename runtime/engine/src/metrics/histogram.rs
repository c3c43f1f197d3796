//! A histogram over durations whose bucket is found with one division and one count of leading zeros.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

use crate::metrics::sharded::Sharded;

/// The upper bound of the first bucket, in nanoseconds: 10 µs.
const FIRST_BOUND_NS: u64 = 10_000;

/// Bounded buckets: 10 µs, doubling, to 83.9 s. Prometheus' customary ones start at 5 ms, where most scans
/// are long over.
pub const BUCKETS: usize = 24;

/// A histogram of durations.
#[derive(Debug, Default)]
pub struct Histogram(Sharded<Shard>);

#[derive(Debug)]
struct Shard {
    /// How many fell into each bucket; the last is for everything above the last bound.
    counts: [AtomicU64; BUCKETS + 1],
    sum_ns: AtomicU64,
}

impl Default for Shard {
    fn default() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; BUCKETS + 1], sum_ns: AtomicU64::new(0) }
    }
}

impl Histogram {
    /// Adds one duration.
    pub fn record(&self, duration: Duration) {
        let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let shard = self.0.mine();
        shard.counts[bucket(ns)].fetch_add(1, Ordering::Relaxed);
        shard.sum_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// A copy. The count is the sum of the buckets, so that it agrees with them while others write.
    pub fn snapshot(&self) -> HistogramSnapshot {
        let mut cumulative = 0;
        let mut buckets = Vec::with_capacity(BUCKETS);
        for at in 0..=BUCKETS {
            cumulative += self.0.sum(|shard| shard.counts[at].load(Ordering::Relaxed));
            if at < BUCKETS {
                buckets.push((bound_seconds(at), cumulative));
            }
        }
        let sum_seconds =
            Duration::from_nanos(self.0.sum(|shard| shard.sum_ns.load(Ordering::Relaxed))).as_secs_f64();
        HistogramSnapshot { count: cumulative, sum_seconds, buckets }
    }
}

/// The first bucket whose bound is at least `ns`.
fn bucket(ns: u64) -> usize {
    // ns <= FIRST << i  ⇔  (ns - 1) / FIRST < 1 << i  ⇔  i >= the bits of (ns - 1) / FIRST.
    let units = ns.saturating_sub(1) / FIRST_BOUND_NS;
    ((u64::BITS - units.leading_zeros()) as usize).min(BUCKETS)
}

fn bound_seconds(bucket: usize) -> f64 {
    Duration::from_nanos(FIRST_BOUND_NS << bucket).as_secs_f64()
}

/// A histogram at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistogramSnapshot {
    /// How many durations were recorded.
    pub count: u64,
    /// Their sum, in seconds.
    pub sum_seconds: f64,
    /// Upper bounds in seconds, and how many durations are at most that long (so the counts ascend); what
    /// [`Self::count`] has beyond the last is longer than the last bound.
    pub buckets: Vec<(f64, u64)>,
}

impl HistogramSnapshot {
    /// The `q`-quantile in seconds, `0.0..=1.0`, estimated as Prometheus' `histogram_quantile` does: evenly
    /// spread within a bucket, and the last bound for what lies above it. `None` without data, or for a
    /// `q` outside the range.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count == 0 || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let rank = q * self.count as f64;
        let (mut lower, mut below) = (0.0, 0);
        for &(bound, cumulative) in &self.buckets {
            if cumulative as f64 >= rank && cumulative > below {
                let within = ((rank - below as f64) / (cumulative - below) as f64).max(0.0);
                return Some(lower + (bound - lower) * within);
            }
            (lower, below) = (bound, cumulative);
        }
        Some(lower)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bounds_double_from_ten_microseconds() {
        let snapshot = Histogram::default().snapshot();
        assert_eq!(snapshot.buckets.len(), BUCKETS);
        assert_eq!(snapshot.buckets[0], (0.000_01, 0));
        assert_eq!(snapshot.buckets[1], (0.000_02, 0));
        assert_eq!(snapshot.buckets[BUCKETS - 1], (83.886_08, 0));
        assert_eq!(snapshot.quantile(0.5), None);
    }

    #[test]
    fn buckets_include_their_bound() {
        let bound = FIRST_BOUND_NS;
        for (ns, expected) in [
            (0, 0),
            (1, 0),
            (bound, 0),
            (bound + 1, 1),
            (2 * bound, 1),
            (2 * bound + 1, 2),
            (bound << (BUCKETS - 1), BUCKETS - 1),
            ((bound << (BUCKETS - 1)) + 1, BUCKETS),
            (u64::MAX, BUCKETS),
        ] {
            assert_eq!(bucket(ns), expected, "{ns} ns");
        }
    }

    #[test]
    fn the_longest_duration_is_counted() {
        let histogram = Histogram::default();
        histogram.record(Duration::MAX);
        let snapshot = histogram.snapshot();
        assert_eq!((snapshot.count, snapshot.buckets[BUCKETS - 1].1), (1, 0));
        assert_eq!(snapshot.quantile(0.5), Some(83.886_08));
    }

    #[test]
    fn threads_lose_nothing() {
        let histogram = Histogram::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|n| histogram.record(Duration::from_micros(n % 64))));
            }
        });
        assert_eq!(histogram.snapshot().count, 40_000);
    }

    proptest! {
        #[test]
        fn bucket_is_the_first_that_holds(ns: u64) {
            let found = bucket(ns);
            let first = (0..BUCKETS).find(|at| ns <= FIRST_BOUND_NS << at).unwrap_or(BUCKETS);
            prop_assert_eq!(found, first);
        }

        #[test]
        fn quantiles_are_within_the_true_value_s_bucket(
            mut samples in prop::collection::vec(0_u64..100_000_000_000, 1..200),
            q in 0.0_f64..=1.0,
        ) {
            let histogram = Histogram::default();
            for ns in &samples {
                histogram.record(Duration::from_nanos(*ns));
            }
            samples.sort_unstable();
            let rank = ((q * samples.len() as f64).ceil() as usize).clamp(1, samples.len());
            let at = bucket(samples[rank - 1]);
            let estimate = histogram.snapshot().quantile(q).unwrap();
            let lower = if at == 0 { 0.0 } else { bound_seconds(at - 1) };
            let upper = bound_seconds(at.min(BUCKETS - 1));
            prop_assert!(estimate >= lower - 1e-9 && estimate <= upper + 1e-9, "{lower} {estimate} {upper}");
            prop_assert!((histogram.snapshot().sum_seconds - samples.iter().sum::<u64>() as f64 / 1e9).abs() < 1e-3);
        }
    }
}
