use std::collections::HashSet;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use proptest::prelude::*;
use tokio::sync::{Notify, oneshot};

use super::*;

type Values = ResultCache<Arc<str>>;

fn cache(max_bytes: u64, ttl: Option<Duration>) -> Arc<Values> {
    Arc::new(ResultCache::new(CacheConfig { max_bytes, max_entries: None, ttl }, |value: &Arc<str>| {
        value.len() as u32
    }))
}

fn key(n: u64) -> CacheKey {
    CacheKey::of_prompt(n, "text")
}

#[test]
fn keys_tell_plan_side_and_texts_apart() {
    let keys = [
        CacheKey::of_prompt(1, "ab"),
        CacheKey::of_prompt(2, "ab"),
        CacheKey::of_output(1, None, "ab"),
        CacheKey::of_output(1, Some(""), "ab"),
        CacheKey::of_output(1, Some("a"), "b"),
        CacheKey::of_output(1, Some("ab"), ""),
        CacheKey::of_output(1, None, ""),
        CacheKey::of_session_prompt(1, 1, "ab"),
        CacheKey::of_session_prompt(1, 2, "ab"),
        CacheKey::of_session_output(1, 1, None, "ab"),
    ];
    let distinct: HashSet<_> = keys.into_iter().collect();
    assert_eq!(distinct.len(), keys.len());
    assert_eq!(keys[0], CacheKey::of_prompt(1, "ab"));
    assert_eq!(format!("{:?}", keys[0]), "CacheKey(..)");
}

#[tokio::test]
async fn serves_what_was_inserted_and_counts_each_request_once() {
    let cache = cache(1 << 20, None);
    assert_eq!(cache.get(key(1)), None);
    cache.insert(key(1), "one".into()).await;
    assert_eq!(cache.get(key(1)).as_deref(), Some("one"));
    let again = cache.get_or_compute(key(1), async { Err::<Arc<str>, _>("not asked") }).await;
    assert_eq!(again.unwrap().as_ref(), "one");
    let statistics = cache.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.shared), (2, 1, 0));
}

#[test]
fn works_without_a_runtime() {
    let cache = cache(1 << 20, None);
    assert!(cache.try_insert(key(1), "one".into()));
    assert_eq!(cache.get(key(1)).as_deref(), Some("one"));
}

#[tokio::test]
async fn one_flight_for_equal_requests() {
    let cache = cache(1 << 20, None);
    let computed = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Notify::new());
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let (cache, computed, gate) = (Arc::clone(&cache), Arc::clone(&computed), Arc::clone(&gate));
            tokio::spawn(async move {
                cache
                    .get_or_compute(key(1), async {
                        computed.fetch_add(1, Ordering::SeqCst);
                        gate.notified().await;
                        Ok::<_, ()>(Arc::from("one"))
                    })
                    .await
            })
        })
        .collect();
    // The test runs on one thread: once a yield comes back, every request has started.
    tokio::task::yield_now().await;
    gate.notify_one();
    for request in requests {
        assert_eq!(request.await.unwrap().unwrap().as_ref(), "one");
    }
    assert_eq!(computed.load(Ordering::SeqCst), 1);
    let statistics = cache.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.shared), (0, 1, 49));
}

#[tokio::test]
async fn a_dropped_leader_hands_over() {
    let cache = cache(1 << 20, None);
    let (started, has_started) = oneshot::channel();
    let leader = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move {
            cache
                .get_or_compute(key(1), async {
                    started.send(()).unwrap();
                    std::future::pending::<Result<Arc<str>, ()>>().await
                })
                .await
        }
    });
    has_started.await.unwrap();
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                cache.get_or_compute(key(1), async { Ok::<_, ()>(Arc::from("two")) }).await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    leader.abort();
    for waiter in waiters {
        let value = tokio::time::timeout(Duration::from_secs(20), waiter).await.expect("not stranded");
        assert_eq!(value.unwrap().unwrap().as_ref(), "two");
    }
    assert_eq!(cache.statistics().misses, 2);
}

#[tokio::test]
async fn a_panic_stays_in_the_request_that_computed() {
    let cache = cache(1 << 20, None);
    let gate = Arc::new(Notify::new());
    let leader = tokio::spawn({
        let (cache, gate) = (Arc::clone(&cache), Arc::clone(&gate));
        async move {
            let boom = async {
                gate.notified().await;
                panic!("boom")
            };
            cache.get_or_compute::<_, ()>(key(1), boom).await
        }
    });
    tokio::task::yield_now().await;
    let waiter = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { cache.get_or_compute(key(1), async { Ok::<_, ()>(Arc::from("two")) }).await }
    });
    tokio::task::yield_now().await;
    gate.notify_one();
    assert!(leader.await.unwrap_err().is_panic());
    assert_eq!(waiter.await.unwrap().unwrap().as_ref(), "two");
}

#[tokio::test]
async fn every_request_fails_by_its_own_panic_however_many_failed_before() {
    let cache = cache(1 << 20, None);
    // They queue behind one another, and moka loses patience after 200 failures.
    let requests: Vec<_> = (0..300)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                let boom = async {
                    // Long enough for all the others to queue behind this one.
                    for _ in 0..1_000 {
                        tokio::task::yield_now().await;
                    }
                    panic!("boom")
                };
                cache.get_or_compute::<_, ()>(key(1), boom).await
            })
        })
        .collect();
    for request in requests {
        let panic = request.await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"boom"));
    }
    assert_eq!(cache.statistics().misses, 300);
    let value = cache.get_or_compute(key(1), async { Ok::<_, ()>(Arc::from("one")) }).await;
    assert_eq!(value.unwrap().as_ref(), "one");
}

#[tokio::test]
async fn errors_are_shared_in_flight_and_not_kept() {
    let cache = cache(1 << 20, None);
    let failed = cache.get_or_compute(key(1), async { Err::<Arc<str>, _>("no") }).await;
    assert_eq!(*failed.unwrap_err(), "no");
    assert_eq!(cache.get(key(1)), None);
    let second = cache.get_or_compute(key(1), async { Ok::<_, &str>(Arc::from("yes")) }).await;
    assert_eq!(second.unwrap().as_ref(), "yes");
}

#[tokio::test]
async fn entries_expire() {
    let ttl = Duration::from_millis(300);
    let cache = cache(1 << 20, Some(ttl));
    let before = Instant::now();
    cache.insert(key(1), "one".into()).await;
    let soon = cache.get(key(1));
    if before.elapsed() < ttl {
        assert_eq!(soon.as_deref(), Some("one"));
    }
    tokio::time::sleep(ttl + Duration::from_millis(50)).await;
    assert_eq!(cache.get(key(1)), None);
    cache.entries.run_pending_tasks().await;
    assert_eq!(cache.statistics().expirations, 1);
    assert_eq!(cache.statistics().entries, 0);
}

#[tokio::test]
async fn extreme_configurations_are_harmless() {
    let forever = cache(u64::MAX, Some(Duration::MAX));
    forever.insert(key(1), "one".into()).await;
    assert_eq!(forever.get(key(1)).as_deref(), Some("one"));
    let nothing = cache(0, None);
    nothing.insert(key(1), "one".into()).await;
    assert_eq!(nothing.get(key(1)), None);
    let value = nothing.get_or_compute(key(1), async { Ok::<_, ()>(Arc::from("two")) }).await;
    assert_eq!(value.unwrap().as_ref(), "two");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn never_heavier_than_allowed(
        max_bytes in 0_u64..200_000,
        sizes in prop::collection::vec(0_usize..5_000, 1..200),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let cache = cache(max_bytes, None);
            for (n, size) in sizes.iter().enumerate() {
                cache.insert(key(n as u64), "x".repeat(*size).into()).await;
            }
            cache.entries.run_pending_tasks().await;
            let statistics = cache.statistics();
            assert!(statistics.bytes <= max_bytes, "{} > {max_bytes}", statistics.bytes);
            let kept: u64 = (0..sizes.len())
                .filter_map(|n| cache.get(key(n as u64)))
                .map(|value| value.len() as u64 + u64::from(ENTRY_OVERHEAD))
                .sum();
            assert_eq!(kept, statistics.bytes);
            if max_bytes > 0 {
                assert_eq!(statistics.entries + statistics.evictions, sizes.len() as u64);
            }
        });
    }
}
