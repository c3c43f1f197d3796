use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::vault::{End, Ends, VaultEntry};

/// The arbiter that all tests share. It lives on a thread of its own, as in the process runtime.
fn arbiter() -> &'static ArbiterHandle {
    static ARBITER: OnceLock<ArbiterHandle> = OnceLock::new();
    ARBITER.get_or_init(|| own_arbiter("vaults"))
}

fn own_arbiter(name: &str) -> ArbiterHandle {
    let (sender, receiver) = mpsc::channel();
    let run = move || {
        let system = actix_rt::System::new();
        system.block_on(async move {
            sender.send(actix_rt::Arbiter::current()).unwrap();
        });
        system.run().unwrap();
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(run).unwrap();
    receiver.recv().unwrap()
}

fn service() -> VaultService {
    VaultService::start(arbiter())
}

fn entry(placeholder: &str, value: &str) -> VaultEntry {
    VaultEntry::new(placeholder, value)
}

#[test]
fn blocking_operations() {
    let vault = service().create().unwrap();
    vault.append_blocking(entry("[A]", "1")).unwrap();
    vault.extend_blocking(vec![entry("[B]", "2"), entry("[A]", "3")]).unwrap();
    assert!(vault.placeholder_exists_blocking("[A]").unwrap());
    assert!(!vault.placeholder_exists_blocking("[C]").unwrap());
    vault.remove_blocking(entry("[A]", "1")).unwrap();
    assert_eq!(vault.remove_blocking(entry("[A]", "1")), Err(VaultError::NotFound));
    assert_eq!(vault.get_blocking().unwrap(), [entry("[B]", "2"), entry("[A]", "3")]);
    vault.clear_blocking().unwrap();
    assert_eq!((vault.len_blocking(), vault.is_empty_blocking()), (Ok(0), Ok(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_lose_nothing() {
    let service = service();
    let vault = Arc::new(service.create_async().await.unwrap());
    // More tasks than MAX_CALLS: some have to wait for their turn.
    let tasks: Vec<_> = (0..3 * MAX_CALLS)
        .map(|n| {
            let vault = Arc::clone(&vault);
            tokio::spawn(async move { vault.append(entry(&format!("[{n}]"), "x")).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(vault.len().await, Ok(3 * MAX_CALLS));
    for n in 0..3 * MAX_CALLS {
        assert!(vault.placeholder_exists(format!("[{n}]")).await.unwrap());
    }
}

#[test]
fn dropping_the_handle_releases_the_vault() {
    let service = service();
    let (kept, dropped) = (service.create().unwrap(), service.create().unwrap());
    assert_eq!(service.vaults(), Ok(2));
    drop(dropped);
    assert_eq!(service.vaults(), Ok(1));
    assert_eq!(kept.len_blocking(), Ok(0));
}

#[tokio::test]
async fn a_caller_gone_while_creating_leaves_no_vault() {
    let service = service();
    for _ in 0..50 {
        let mut create = Box::pin(service.create_async());
        // Sends the message, and goes away.
        let _ = futures_util::poll!(&mut create);
        drop(create);
    }
    let service = service.clone();
    let left = tokio::task::spawn_blocking(move || {
        // The first question may overtake releases that the answers' drops are still sending.
        (0..500).find(|_| {
            std::thread::sleep(Duration::from_millis(1));
            service.vaults() == Ok(0)
        })
    });
    assert!(left.await.unwrap().is_some());
}

#[tokio::test]
async fn a_dropped_call_gives_its_permit_back() {
    let service = service();
    let vault = service.create_async().await.unwrap();
    for _ in 0..2 * MAX_CALLS {
        let mut call = Box::pin(vault.len());
        let _ = futures_util::poll!(&mut call);
    }
    let len = tokio::time::timeout(Duration::from_secs(20), vault.len()).await;
    assert_eq!(len.expect("permits came back"), Ok(0));
}

#[test]
#[expect(clippy::panic, reason = "the panic is what is tested")]
fn a_panic_costs_one_vault() {
    let service = service();
    let (one, two) = (service.create().unwrap(), service.create().unwrap());
    one.append_blocking(entry("[A]", "1")).unwrap();
    two.append_blocking(entry("[B]", "2")).unwrap();
    let id = one.id;
    let lost =
        service.service.call_blocking(move |vaults| guarded::<()>(vaults, id, |_, _| panic!("injected")));
    assert_eq!(lost, Err(VaultError::Lost));
    assert_eq!(one.len_blocking(), Err(VaultError::Lost));
    // Outside any vault the caller gets an error, and the actor goes on.
    let outside = service.service.call_blocking::<()>(|_| panic!("injected"));
    assert_eq!(outside, Err(VaultError::Closed));
    assert_eq!(two.get_blocking().unwrap(), [entry("[B]", "2")]);
    assert_eq!(service.vaults(), Ok(1));
}

#[test]
fn the_total_is_kept_through_a_panic() {
    let limits = VaultLimits { max_total_bytes: 1_000, ..VaultLimits::default() };
    let service = VaultService::start_with(arbiter(), limits);
    let (one, two) = (service.create().unwrap(), service.create().unwrap());
    let half = || entry("[A]", &"x".repeat(600));
    one.append_blocking(half()).unwrap();
    let full = Err(VaultError::Full { what: "bytes in all vaults", limit: 1_000 });
    assert_eq!(two.append_blocking(half()), full);
    let id = one.id;
    let _ = service.service.call_blocking(move |vaults| {
        guarded::<()>(vaults, id, |state, _| {
            state.clear();
            std::panic::resume_unwind(Box::new("injected"))
        })
    });
    assert_eq!(two.append_blocking(half()), Ok(()));
}

#[test]
fn after_the_arbiter_has_stopped_everything_is_closed() {
    let arbiter = own_arbiter("short-lived");
    let service = VaultService::start(&arbiter);
    let vault = service.create().unwrap();
    vault.append_blocking(entry("[A]", "1")).unwrap();
    // Not `Arbiter::stop`, which leaves the system's thread running: the end of the process runtime.
    arbiter.spawn_fn(|| actix_rt::System::current().stop());
    let closed = (0..2_000).find(|_| {
        std::thread::sleep(Duration::from_millis(1));
        vault.len_blocking() == Err(VaultError::Closed)
    });
    assert!(closed.is_some());
    assert_eq!(service.create().map(drop), Err(VaultError::Closed));
}

#[test]
fn a_session_stays_until_it_has_to_go_and_says_so() {
    let limits = VaultLimits { max_vaults: 2, ..VaultLimits::default() };
    let sessions = VaultService::sessions(arbiter(), limits, VaultOptions::default(), None);
    let first = sessions.named("first").unwrap();
    first.append_blocking(entry("[A]", "1")).unwrap();
    drop(first);
    let first = sessions.named("first").unwrap();
    assert_eq!(first.len_blocking(), Ok(1));
    drop((sessions.named("second").unwrap(), sessions.named("third").unwrap()));
    assert_eq!(first.get_blocking(), Err(VaultError::Gone(End::Evicted)));
    assert!(!first.touch() && !sessions.contains("first").unwrap());
    let third = sessions.named("third").unwrap();
    assert_eq!((sessions.remove("third"), sessions.remove("third")), (Ok(true), Ok(false)));
    assert_eq!(third.len_blocking(), Err(VaultError::Gone(End::Removed)));
    assert_eq!(sessions.statistics().unwrap().sessions, 1);
    sessions.remove_all().unwrap();
    assert_eq!(sessions.statistics().unwrap().removed_total, 2);
}

#[test]
fn a_session_ends_though_nobody_asks() {
    let ttl = Some(Duration::from_millis(50));
    let options = VaultOptions { ttl, ..VaultOptions::default() };
    let sessions = VaultService::sessions(arbiter(), VaultLimits::default(), options, None);
    let vault = sessions.named("one").unwrap();
    vault.append_blocking(entry("[A]", "1")).unwrap();
    let ended = (0..20_000).find(|_| {
        std::thread::sleep(Duration::from_millis(1));
        vault.is_over()
    });
    assert!(ended.is_some());
    assert_eq!(vault.get_blocking(), Err(VaultError::Gone(End::Expired)));
}

#[test]
fn whoever_listens_is_told_of_sessions_that_end_by_themselves() {
    let (ends, wakes) = (Ends::default(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&wakes);
    let listener = Listener::new(ends.clone(), move || {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let limits = VaultLimits { max_vaults: 2, ..VaultLimits::default() };
    let sessions = VaultService::sessions(arbiter(), limits, VaultOptions::default(), Some(listener));
    for name in ["a", "b", "c", "d"] {
        sessions.named(name).unwrap().append_blocking(entry("[A]", "hunter2")).unwrap();
    }
    sessions.remove("d").unwrap();
    let told = ends.take();
    assert!(!format!("{told:?}").contains("hunter2"));
    let told: Vec<_> = told.into_iter().map(|ended| (ended.session, ended.end, ended.entries)).collect();
    assert_eq!(told, [("a".into(), End::Evicted, 1), ("b".into(), End::Evicted, 1)]);
    // Once for both, since the first had not been heard.
    assert_eq!(wakes.load(Ordering::Relaxed), 1);
    // What is not heard is bounded, and counted.
    for number in 0..16_384 + 10 {
        sessions.named(&number.to_string()).unwrap();
    }
    let statistics = sessions.statistics().unwrap();
    assert_eq!(ends.take().len() as u64 + statistics.untold_total + 2, statistics.evicted_total);
    assert!(statistics.untold_total > 0);
}
