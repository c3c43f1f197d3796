//! Work that several wait for, and that is done once: on a thread of its own, whoever stops waiting.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::lock::Mutex;

/// What comes of it; `None` if it panicked, or the runtime shut down.
pub(crate) type Outcome<T> = Shared<BoxFuture<'static, Option<T>>>;

/// The work that goes on, if any does.
pub(crate) struct UnderWay<T: Clone>(Mutex<Option<Outcome<T>>>);

impl<T: Clone> Default for UnderWay<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone + Send + Sync + 'static> UnderWay<T> {
    /// Waits for the work that goes on, or begins it on a thread of `tokio` that may block. Nothing is kept of it
    /// once it has ended: who comes then begins anew.
    pub(crate) fn join(
        self: &Arc<Self>,
        tokio: &Handle,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        let mut under_way = self.0.lock();
        if let Some(outcome) = &*under_way {
            return outcome.clone();
        }
        let (sender, receiver) = oneshot::channel();
        let outcome = receiver.map(Result::ok).boxed().shared();
        *under_way = Some(outcome.clone());
        drop(under_way);
        let this = Arc::clone(self);
        tokio.spawn_blocking(move || {
            let came = catch_unwind(AssertUnwindSafe(work)).ok();
            this.0.lock().take();
            if let Some(came) = came {
                let _ = sender.send(came);
            }
        });
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_is_done_once_for_all_who_wait_and_goes_on_without_them() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let under_way = Arc::<UnderWay<usize>>::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let (go, wait) = mpsc::channel::<()>();
        let counted = Arc::clone(&runs);
        let first = under_way.join(runtime.handle(), move || {
            wait.recv().unwrap();
            counted.fetch_add(1, Ordering::SeqCst)
        });
        let others: Vec<_> =
            (0..600).map(|_| under_way.join(runtime.handle(), || panic!("it runs"))).collect();
        runtime.block_on(async {
            let late = tokio::time::timeout(Duration::from_millis(5), first).await;
            assert!(late.is_err(), "a deadline holds while it goes on");
            go.send(()).unwrap();
            for other in others {
                assert_eq!(other.await, Some(0));
            }
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_ended_is_begun_anew() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let under_way = Arc::<UnderWay<usize>>::default();
        let broken = under_way.join(runtime.handle(), || panic!("broken on purpose"));
        assert_eq!(runtime.block_on(broken), None);
        for round in 0..3 {
            let done = under_way.join(runtime.handle(), move || round);
            assert_eq!(runtime.block_on(done), Some(round));
        }
    }
}
