use std::time::Duration;

use tokio::sync::oneshot;

use super::*;
use crate::model::ask::{Answered, AskError};

fn window(id: u32, length: usize) -> (Window, u64) {
    let mut ids = vec![0; length];
    ids[0] = id;
    let key = u128::from(id) << 32 | length as u128;
    (Window { ids, types: vec![0; length], before: 1, tokens: 0..length.saturating_sub(2), key }, 1)
}

fn ask(rows: usize, deadline: Option<Instant>) -> (Arc<Ask>, oneshot::Receiver<Answered>) {
    let (sender, receiver) = oneshot::channel();
    (Ask::new(rows, deadline, sender), receiver)
}

fn ids(batch: &Batch) -> Vec<u32> {
    batch.windows.iter().map(|window| window.ids[0]).collect()
}

#[test]
fn batches_hold_rows_of_about_one_length_within_the_budget() {
    let mut line = Lineup::default();
    let mut kept = Vec::new();
    for (id, length) in [(1, 30), (2, 100), (3, 32), (4, 28), (5, 120), (6, 31)] {
        let (ask, receiver) = ask(1, None);
        line.push(&ask, vec![window(id, length)]);
        kept.push((ask, receiver));
    }
    let now = Instant::now();
    let first = line.form(128, now).batch;
    assert_eq!(ids(&first), [1, 3, 4, 6]);
    assert_eq!((first.tokens(), first.padded()), (121, 128));
    assert_eq!(ids(&line.form(256, now).batch), [2, 5]);
    assert_eq!(line.waiting(), 0);
}

#[test]
fn a_row_is_alone_if_no_other_waits_or_is_run() {
    let mut line = Lineup::default();
    let now = Instant::now();
    let push = |line: &mut Lineup, id| {
        let (ask, receiver) = ask(1, None);
        line.push(&ask, vec![window(id, 20)]);
        (ask, receiver)
    };
    let _one = push(&mut line, 1);
    let first = line.form(256, now).batch;
    assert!(first.alone);
    let _two = push(&mut line, 2);
    let second = line.form(256, now).batch;
    assert!(!second.alone, "the first is being run");
    line.finish(first.keys[0]);
    line.finish(second.keys[0]);
    let (_three, _four) = (push(&mut line, 3), push(&mut line, 400));
    assert!(!line.form(20, now).batch.alone, "another waits");
}

#[test]
fn a_row_longer_than_the_budget_runs_alone() {
    let mut line = Lineup::default();
    let (ask, _receiver) = ask(2, None);
    line.push(&ask, vec![window(1, 400), window(2, 400)]);
    assert_eq!(ids(&line.form(128, Instant::now()).batch), [1]);
    assert_eq!(ids(&line.form(128, Instant::now()).batch), [2]);
}

#[test]
fn a_huge_request_does_not_hold_up_small_ones() {
    let mut line = Lineup::default();
    let (huge, _huge) = ask(50, None);
    line.push(&huge, (0..50).map(|id| window(id, 256)).collect());
    let mut kept = Vec::new();
    for id in 100..120 {
        let (ask, receiver) = ask(1, None);
        line.push(&ask, vec![window(id, 20)]);
        kept.push((ask, receiver));
    }
    let now = Instant::now();
    assert_eq!(ids(&line.form(256, now).batch), [0]);
    let second = ids(&line.form(256, now).batch);
    assert_eq!(second.len(), 12);
    assert!(second.iter().all(|id| *id >= 100));
    assert_eq!(ids(&line.form(256, now).batch).len(), 8);
    assert_eq!(ids(&line.form(256, now).batch), [1]);
}

#[test]
fn equal_rows_run_once_and_answer_everybody() {
    let mut line = Lineup::default();
    let (one, first) = ask(1, None);
    let (other, second) = ask(1, None);
    assert_eq!(line.push(&one, vec![window(7, 20)]), 0);
    assert_eq!(line.push(&other, vec![window(7, 20)]), 1);
    let batch = line.form(256, Instant::now()).batch;
    assert_eq!(ids(&batch), [7]);
    line.started(&batch);
    let (late, third) = ask(1, None);
    assert_eq!(line.push(&late, vec![window(7, 20)]), 1, "joins a row that is being run");
    let askers = line.finish(batch.keys[0]);
    assert_eq!(askers.len(), 3);
    for (ask, at) in askers {
        ask.put(at, &Arc::default(), Instant::now());
    }
    for mut receiver in [first, second, third] {
        assert!(receiver.try_recv().unwrap().is_ok());
    }
}

#[test]
fn a_row_that_is_run_for_other_heads_is_run_again() {
    let mut line = Lineup::default();
    let (one, _first) = ask(1, None);
    line.push(&one, vec![window(7, 20)]);
    let batch = line.form(256, Instant::now()).batch;
    line.started(&batch);
    let (other, _second) = ask(1, None);
    let (row, _) = window(7, 20);
    assert_eq!(line.push(&other, vec![(row, 2)]), 0);
    let again = line.form(256, Instant::now()).batch;
    assert_eq!((ids(&again), again.heads), (vec![7], 2));
}

#[test]
fn who_is_late_or_gone_is_not_run() {
    let mut line = Lineup::default();
    let now = Instant::now();
    let (late, mut receiver) = ask(1, Some(now));
    let (gone, dropped) = ask(1, None);
    let (here, _receiver) = ask(1, Some(now + Duration::from_secs(9)));
    line.push(&late, vec![window(1, 20)]);
    line.push(&gone, vec![window(2, 20)]);
    line.push(&here, vec![window(3, 20)]);
    drop(dropped);
    let formed = line.form(256, now);
    assert_eq!(ids(&formed.batch), [3]);
    assert_eq!(formed.expired.len(), 2);
    formed.expired.iter().for_each(|ask| ask.expire());
    assert!(matches!(receiver.try_recv().unwrap(), Err(AskError::Interrupted(_))));
}

#[test]
fn dropped_questions_are_answered() {
    let (ask, mut receiver) = ask(1, None);
    drop(ask);
    assert!(matches!(receiver.try_recv().unwrap(), Err(AskError::Fault(_))));
}
