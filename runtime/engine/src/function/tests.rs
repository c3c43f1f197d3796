use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::json;

use super::*;

/// What a test's function does with an invocation.
type Act = Box<dyn Fn(Invocation) + Send + Sync>;

struct Fake(Act);

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl FunctionBody for Fake {
    fn start(&self, invocation: Invocation) {
        (self.0)(invocation);
    }
}

fn spec() -> FunctionSpec {
    FunctionSpec {
        name: "judge".to_owned(),
        isolation: Isolation::Thread,
        timeout: 5.0,
        max_in_flight: 4,
        max_abandoned: 2,
        max_batch_size: None,
        cache: None,
    }
}

fn function(spec: FunctionSpec, act: impl Fn(Invocation) + Send + Sync + 'static) -> Arc<Function> {
    Arc::new(Function::new(spec, Arc::new(Fake(Box::new(act)))))
}

/// Answers each call with its own arguments.
fn echo(invocation: Invocation) {
    assert!(invocation.run.started());
    let answers = invocation.arguments.iter().map(|value| Ok(Value::clone(value))).collect();
    invocation.run.answer(Ok(answers));
}

/// As `echo`, from another thread after a while; whether or not anybody still waits.
fn echo_after(delay: Duration) -> impl Fn(Invocation) + Send + Sync {
    move |invocation| {
        std::thread::spawn(move || {
            let run = invocation.run;
            assert!(run.started());
            std::thread::sleep(delay);
            let answers = invocation.arguments.iter().map(|value| Ok(Value::clone(value))).collect();
            run.answer(Ok(answers));
        });
    }
}

fn block_on<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    crate::runtime::current().unwrap().wait_for(future).unwrap()
}

fn call(function: &Arc<Function>, arguments: Value) -> Answer {
    let function = Arc::clone(function);
    block_on(async move { function.call(arguments, CallOptions::default()).await })
}

#[test]
fn a_registry_knows_names_and_says_what_it_lacks() {
    let registry = FunctionRegistry::new();
    let answer = block_on(registry.call("judge", json!({}), CallOptions::default()));
    assert!(matches!(answer, Err(FunctionError::ContextNotInitialized(_))));
    registry.open();
    let answer = block_on(registry.call("judge", json!({}), CallOptions::default()));
    assert!(matches!(answer, Err(FunctionError::FunctionNotFound(_))));
    let judge = function(spec(), echo);
    assert!(registry.register(&judge, false));
    assert!(!registry.register(&judge, false), "the name is taken");
    assert!(registry.register(&judge, true));
    assert_eq!(registry.names(), ["judge"]);
    let answer = block_on(registry.call("judge", json!({"text": "a"}), CallOptions::default()));
    assert_eq!(answer.unwrap(), json!({"text": "a"}));
    assert!(registry.unregister("judge"));
    assert!(!registry.unregister("judge"));
    assert!(!registry.knows("judge"));
    registry.close();
    registry.open();
    let answer = block_on(registry.call("judge", json!({}), CallOptions::default()));
    assert!(matches!(answer, Err(FunctionError::ContextNotInitialized(_))), "shut down for good");
}

#[test]
fn what_overruns_is_abandoned_counted_and_capped() {
    let slow = function(FunctionSpec { timeout: 0.02, ..spec() }, echo_after(Duration::from_millis(300)));
    for _ in 0..2 {
        assert!(matches!(call(&slow, json!({})), Err(FunctionError::Timeout(_))));
    }
    let snapshot = slow.snapshot();
    assert_eq!((snapshot.abandoned, snapshot.abandoned_total, snapshot.in_flight), (2, 2, 2));
    assert_eq!(snapshot.errors_total["timeout"], 2);
    // Two are as many as allowed: refused at once.
    assert!(matches!(call(&slow, json!({})), Err(FunctionError::Runtime(_))));
    std::thread::sleep(Duration::from_millis(400));
    let snapshot = slow.snapshot();
    assert_eq!((snapshot.abandoned, snapshot.abandoned_total, snapshot.in_flight), (0, 2, 0));
    assert!(matches!(call(&slow, json!({})), Err(FunctionError::Timeout(_))));
}

#[test]
fn what_never_started_says_what_it_waited_for() {
    let kept: Arc<Mutex<Vec<Invocation>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let queued = function(FunctionSpec { timeout: 0.02, ..spec() }, move |invocation| {
        keep.lock().unwrap().push(invocation);
    });
    assert!(matches!(call(&queued, json!({})), Err(FunctionError::Runtime(_))));
    let keep = Arc::clone(&kept);
    let taken = function(FunctionSpec { timeout: 0.02, ..spec() }, move |invocation| {
        invocation.run.taken();
        keep.lock().unwrap().push(invocation);
    });
    assert!(matches!(call(&taken, json!({})), Err(FunctionError::GilFailed(_))));
    for invocation in kept.lock().unwrap().drain(..) {
        assert!(!invocation.run.started(), "a call that was given up must not start");
    }
    assert_eq!(queued.snapshot().in_flight + taken.snapshot().in_flight, 0);
    assert_eq!(queued.snapshot().abandoned_total + taken.snapshot().abandoned_total, 0);
}

#[test]
fn no_more_calls_than_allowed() {
    let slow = function(FunctionSpec { max_in_flight: 3, ..spec() }, echo_after(Duration::from_millis(50)));
    let calls = (0..5).map(|n| {
        let slow = Arc::clone(&slow);
        async move { slow.call(json!({ "n": n }), CallOptions::default()).await }
    });
    let answers = block_on(futures_util::future::join_all(calls.collect::<Vec<_>>()));
    let refused = answers.iter().filter(|answer| matches!(answer, Err(FunctionError::Runtime(_)))).count();
    assert_eq!((answers.iter().filter(|answer| answer.is_ok()).count(), refused), (3, 2));
    assert_eq!(slow.snapshot().in_flight, 0);
}

#[test]
fn a_body_that_drops_the_call_is_an_answer() {
    let careless = function(spec(), drop);
    assert!(matches!(call(&careless, json!({})), Err(FunctionError::ContextNotInitialized(_))));
}

#[test]
fn a_caller_that_goes_stops_the_code() {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    let task = FunctionSpec { isolation: Isolation::Task, ..spec() };
    let endless = function(task, move |invocation| {
        assert!(invocation.run.started());
        let flag = Arc::clone(&flag);
        let run = Mutex::new(Some(invocation.run));
        let state = run.lock().unwrap().as_ref().unwrap().state();
        state.stopped_by(move || {
            flag.store(true, Ordering::Release);
            drop(run.lock().unwrap().take());
        });
    });
    let called = Arc::clone(&endless);
    block_on(async move {
        let call = called.call(json!({}), CallOptions::default());
        assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err());
    });
    assert!(stopped.load(Ordering::Acquire));
    let snapshot = endless.snapshot();
    assert_eq!((snapshot.cancelled_total, snapshot.in_flight, snapshot.abandoned_total), (1, 0, 0));
}

#[test]
fn results_are_remembered_and_equal_calls_share_one_run() {
    let runs = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let slow = echo_after(Duration::from_millis(30));
    let cache = Some(crate::config::CacheSpec { max_bytes: 1 << 20, max_entries: None, ttl: None });
    let judge = function(FunctionSpec { cache, ..spec() }, move |invocation| {
        counted.fetch_add(1, Ordering::Relaxed);
        slow(invocation);
    });
    let calls = (0..20).map(|_| {
        let judge = Arc::clone(&judge);
        async move { judge.call(json!({"a": 1, "b": [2]}), CallOptions::default()).await.unwrap() }
    });
    let answers = block_on(futures_util::future::join_all(calls.collect::<Vec<_>>()));
    assert!(answers.iter().all(|answer| answer == &json!({"b": [2], "a": 1})));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    call(&judge, json!({"b": [2], "a": 1})).unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    call(&judge, json!({"b": [3], "a": 1})).unwrap();
    judge.forget();
    call(&judge, json!({"b": [2], "a": 1})).unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 3);
}

#[test]
fn errors_are_not_remembered() {
    let runs = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let cache = Some(crate::config::CacheSpec { max_bytes: 1 << 20, max_entries: None, ttl: None });
    let judge = function(FunctionSpec { cache, ..spec() }, move |invocation| {
        assert!(invocation.run.started());
        let error = FunctionError::TypeConversion("no JSON form".to_owned());
        let answer = if counted.fetch_add(1, Ordering::Relaxed) == 0 { Err(error) } else { Ok(json!(1)) };
        invocation.run.answer(Ok(vec![answer]));
    });
    assert!(call(&judge, json!({})).is_err());
    assert_eq!(call(&judge, json!({})).unwrap(), json!(1));
}

#[test]
fn what_comes_while_a_batch_runs_goes_into_the_next() {
    let sizes: Arc<Mutex<Vec<usize>>> = Arc::default();
    let seen = Arc::clone(&sizes);
    let slow = echo_after(Duration::from_millis(20));
    let batched = FunctionSpec { max_batch_size: Some(8), max_in_flight: 100, ..spec() };
    let judge = function(batched, move |invocation| {
        assert!(invocation.batch);
        seen.lock().unwrap().push(invocation.arguments.len());
        slow(invocation);
    });
    let calls = (0..21).map(|n| {
        let judge = Arc::clone(&judge);
        async move { judge.call(json!({ "n": n }), CallOptions::default()).await.unwrap() }
    });
    let answers = block_on(futures_util::future::join_all(calls.collect::<Vec<_>>()));
    assert_eq!(answers, (0..21).map(|n| json!({ "n": n })).collect::<Vec<_>>());
    let sizes = sizes.lock().unwrap();
    assert_eq!(sizes.iter().sum::<usize>(), 21);
    assert!(sizes.iter().all(|size| *size <= 8));
    assert!(sizes.len() <= 4, "{sizes:?}");
    assert_eq!(judge.snapshot().in_flight, 0);
}

#[test]
fn a_batch_that_is_stuck_holds_up_no_other() {
    let (began, begin) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let batched = FunctionSpec { max_batch_size: Some(4), max_in_flight: 100, timeout: 300.0, ..spec() };
    let judge = function(batched, move |invocation| {
        if invocation.arguments.iter().any(|value| value["n"] == 0) {
            let (began, released) = (began.clone(), Arc::clone(&released));
            std::thread::spawn(move || {
                began.send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
                echo(invocation);
            });
        } else {
            echo(invocation);
        }
    });
    let stuck = Arc::clone(&judge);
    let first = std::thread::spawn(move || call(&stuck, json!({ "n": 0 })));
    begin.recv().unwrap();
    // Two full batches, and one of three calls, one of which has less time than the function gives.
    let calls = (1..12).map(|n| {
        let judge = Arc::clone(&judge);
        let deadline = (n == 11).then(|| Instant::now() + Duration::from_secs(4));
        async move { judge.call(json!({ "n": n }), CallOptions { deadline, origin: None }).await }
    });
    let answers = block_on(futures_util::future::join_all(calls.collect::<Vec<_>>()));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    release.send(()).unwrap();
    assert!(first.join().unwrap().is_ok());
    assert_eq!(judge.snapshot().in_flight, 0);
}

#[test]
fn a_batch_answers_each_call_for_itself() {
    let batched = FunctionSpec { max_batch_size: Some(8), max_in_flight: 100, ..spec() };
    let judge = function(batched, |invocation| {
        assert!(invocation.run.started());
        let odd = |value: &Arc<Value>| value["n"].as_u64().unwrap() % 2 == 1;
        let refused = || Err(FunctionError::Serialization("odd".to_owned()));
        let answers =
            invocation.arguments.iter().map(|value| if odd(value) { refused() } else { Ok(json!(0)) });
        let mut answers: Vec<_> = answers.collect();
        // One short: the last call goes without.
        if answers.len() > 1 {
            answers.pop();
        }
        invocation.run.answer(Ok(answers));
    });
    let calls = (0..3).map(|n| {
        let judge = Arc::clone(&judge);
        async move { judge.call(json!({ "n": n }), CallOptions::default()).await }
    });
    let answers = block_on(futures_util::future::join_all(calls.collect::<Vec<_>>()));
    assert!(answers[0].is_ok(), "{answers:?}");
    assert!(matches!(answers[1], Err(FunctionError::Serialization(_))), "{answers:?}");
    assert!(matches!(answers[2], Err(FunctionError::Runtime(_))), "{answers:?}");
}
