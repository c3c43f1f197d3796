//! One semaphore in front of everything that queues.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::EngineError;

/// How many requests may wait for a permit, as a multiple of how many may hold one.
const WAITING_PER_PERMIT: usize = 8;

/// What happens to a request that finds no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// [`EngineError::Overloaded`] at once.
    Reject,
    /// Wait for a permit until the deadline. Waiting is bounded too: at eight times the capacity the
    /// request is refused.
    Wait,
}

/// Holds one place among the requests in flight; dropping it gives the place back.
pub type Permit = OwnedSemaphorePermit;

/// Bounds the requests that are queued or running.
#[derive(Debug)]
pub struct Admission {
    permits: Arc<Semaphore>,
    capacity: usize,
    policy: Policy,
    waiting: AtomicUsize,
}

impl Admission {
    /// Admits up to `capacity` requests (at least one) at a time.
    pub fn new(capacity: usize, policy: Policy) -> Self {
        let capacity = capacity.clamp(1, Semaphore::MAX_PERMITS);
        let permits = Arc::new(Semaphore::new(capacity));
        Self { permits, capacity, policy, waiting: AtomicUsize::new(0) }
    }

    /// The policy for a full house.
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Requests that hold a permit.
    pub fn in_flight(&self) -> usize {
        self.capacity.saturating_sub(self.permits.available_permits())
    }

    /// How many permits there are.
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// A permit if one is free now.
    pub fn try_admit(&self) -> Option<Permit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Waits for a permit until `deadline`. Dropping the future gives up the place in the queue.
    pub async fn admit(&self, deadline: Option<Instant>) -> Result<Permit, EngineError> {
        let _waiting = Waiting::enter(self)?;
        let acquire = Arc::clone(&self.permits).acquire_owned();
        let permit = match deadline {
            None => acquire.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), acquire)
                .await
                .map_err(|_| EngineError::DeadlineExceeded { started: false })?,
        };
        permit.map_err(|_| EngineError::Closed("the shield is closed"))
    }

    /// The refusal for a full house. `mean` is what one request takes on average.
    pub fn overloaded(&self, mean: Duration) -> EngineError {
        let in_flight = self.in_flight();
        let drain = mean.saturating_mul(u32::try_from(in_flight).unwrap_or(u32::MAX));
        let retry_after = drain.clamp(Duration::from_millis(50), Duration::from_secs(30));
        EngineError::Overloaded { in_flight, retry_after }
    }

    /// Admits nobody any more; those who wait get [`EngineError::Closed`].
    pub fn close(&self) {
        self.permits.close();
    }

    /// Whether [`Admission::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }
}

/// Counts a request as waiting for as long as it lives.
struct Waiting<'a>(&'a Admission);

impl<'a> Waiting<'a> {
    fn enter(admission: &'a Admission) -> Result<Self, EngineError> {
        let before = admission.waiting.fetch_add(1, Ordering::Relaxed);
        let guard = Self(admission);
        if before >= admission.capacity.saturating_mul(WAITING_PER_PERMIT) {
            return Err(admission.overloaded(Duration::ZERO));
        }
        Ok(guard)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_when_full_and_recovers() {
        let admission = Admission::new(2, Policy::Reject);
        let first = admission.try_admit();
        let second = admission.try_admit();
        assert!(first.is_some() && second.is_some());
        assert!(admission.try_admit().is_none());
        assert_eq!(admission.in_flight(), 2);
        assert!(matches!(
            admission.overloaded(Duration::from_millis(100)),
            EngineError::Overloaded { in_flight: 2, retry_after } if retry_after == Duration::from_millis(200)
        ));
        drop(first);
        assert!(admission.try_admit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn waits_until_the_deadline_and_no_longer() {
        let admission = Admission::new(1, Policy::Wait);
        let held = admission.try_admit();
        let deadline = (tokio::time::Instant::now() + Duration::from_secs(1)).into_std();
        assert_eq!(
            admission.admit(Some(deadline)).await.err(),
            Some(EngineError::DeadlineExceeded { started: false })
        );
        assert_eq!(admission.waiting.load(Ordering::Relaxed), 0);
        drop(held);
        assert!(admission.admit(None).await.is_ok());
    }

    #[tokio::test]
    async fn the_waiting_room_is_bounded_too() {
        let admission = Arc::new(Admission::new(1, Policy::Wait));
        let _held = admission.try_admit();
        let waiters: Vec<_> = (0..WAITING_PER_PERMIT)
            .map(|_| {
                let admission = Arc::clone(&admission);
                tokio::spawn(async move { admission.admit(None).await.map(drop) })
            })
            .collect();
        while admission.waiting.load(Ordering::Relaxed) < WAITING_PER_PERMIT {
            tokio::task::yield_now().await;
        }
        assert!(matches!(admission.admit(None).await, Err(EngineError::Overloaded { .. })));
        admission.close();
        for waiter in waiters {
            assert!(matches!(waiter.await, Ok(Err(EngineError::Closed(_)))));
        }
    }
}
