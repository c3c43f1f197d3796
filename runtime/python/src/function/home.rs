//! The event loops for asynchronous functions whose caller has none: one, as long as no function holds it up.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;
use pyshield_engine::lock::Mutex;
use pyshield_engine::runtime;

use crate::attach::attached;
use crate::bridge::{Pending, Sender};
use crate::function::body::Launch;
use crate::import::{Kept, imported};

/// How long a loop may take to come to what it is asked for. Then a function holds it up, and others get another one.
const HELD_UP: Duration = Duration::from_secs(2);

/// Loops at a time, those that are held up among them.
const MOST: usize = 8;

struct Home {
    generation: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whoever comes to it first takes all of it.
    waiting: VecDeque<Launch>,
    loops: Vec<OneLoop>,
    /// Whether a thread is on its way.
    starting: bool,
    watched: bool,
    closed: bool,
}

struct OneLoop {
    thread: ThreadId,
    sender: Weak<Sender>,
    /// Since when it is asked to take what waits.
    asked: Option<Instant>,
}

/// What there is to do for what waits.
enum Next {
    Nothing,
    Ask(Arc<Sender>),
    Start,
}

/// No lock: see `pyshield_engine::runtime`.
static HOME: ArcSwapOption<Home> = ArcSwapOption::const_empty();

fn home() -> Arc<Home> {
    let generation = runtime::generation();
    let known = HOME.load();
    if let Some(home) = known.as_ref().filter(|home| home.generation == generation) {
        return Arc::clone(home);
    }
    let fresh = Arc::new(Home { generation, state: Mutex::default() });
    std::mem::forget(HOME.compare_and_swap(&*known, Some(Arc::clone(&fresh))));
    std::mem::forget(known);
    HOME.load_full().unwrap_or(fresh)
}

impl State {
    /// Chooses a loop for what waits.
    fn next(&mut self) -> Next {
        // Those that are gone were closed, by a function or with the interpreter.
        self.loops.retain(|one| one.sender.strong_count() > 0);
        if self.waiting.is_empty() {
            return Next::Nothing;
        }
        let now = Instant::now();
        let free = |one: &&mut OneLoop| one.asked.is_none_or(|at| now.duration_since(at) < HELD_UP);
        if let Some(one) = self.loops.iter_mut().rev().find(free) {
            if one.asked.is_some() {
                return Next::Nothing;
            }
            let Some(sender) = one.sender.upgrade() else { return Next::Nothing };
            one.asked = Some(now);
            return Next::Ask(sender);
        }
        if self.starting || self.loops.len() >= MOST {
            return Next::Nothing;
        }
        self.starting = true;
        Next::Start
    }
}

impl Home {
    /// Sees to it that a loop takes what waits.
    fn serve(self: &Arc<Self>) {
        let next = self.state.lock().next();
        match next {
            Next::Nothing => {}
            Next::Ask(sender) => self.ask(&sender),
            Next::Start => {
                let began = std::thread::Builder::new().name("pyshield-start".to_owned()).spawn(begin);
                if began.is_err() {
                    self.give_up();
                }
            }
        }
    }

    fn ask(self: &Arc<Self>, sender: &Arc<Sender>) {
        let (home, waker) = (Arc::clone(self), Arc::downgrade(sender));
        sender.step(Box::new(move |py| {
            let mut state = home.state.lock();
            for one in state.loops.iter_mut().filter(|one| Weak::ptr_eq(&one.sender, &waker)) {
                one.asked = None;
            }
            let waiting = std::mem::take(&mut state.waiting);
            drop(state);
            for launch in waiting {
                if let Err(error) = launch.here(py, &waker) {
                    error.write_unraisable(py, None);
                }
            }
            Ok(())
        }));
    }

    /// Has somebody see, as long as something waits, whether another loop is to be asked.
    fn watch(self: &Arc<Self>) {
        let Ok(runtime) = runtime::current() else { return };
        if std::mem::replace(&mut self.state.lock().watched, true) {
            return;
        }
        let home = Arc::downgrade(self);
        runtime.tokio().spawn(async move {
            loop {
                tokio::time::sleep(HELD_UP).await;
                let Some(home) = home.upgrade() else { return };
                if !home.is_wanted() {
                    return;
                }
                home.serve();
            }
        });
    }

    /// Whether something waits. If not, nobody sees to it any more.
    fn is_wanted(&self) -> bool {
        let mut state = self.state.lock();
        state.watched = !state.waiting.is_empty();
        state.watched
    }

    /// No loop is on its way. Without any, dropping what waits answers it.
    fn give_up(&self) {
        let mut state = self.state.lock();
        state.starting = false;
        let lost = if state.loops.is_empty() { std::mem::take(&mut state.waiting) } else { VecDeque::new() };
        drop(state);
        drop(lost);
    }
}

/// Runs an invocation on a home loop, which is started if need be. From any thread, without the interpreter.
pub(super) fn start(launch: Launch) {
    let home = home();
    let mut state = home.state.lock();
    if state.closed {
        drop(state);
        // Dropping the launch answers the call.
        return;
    }
    launch.invocation.run.taken();
    state.waiting.push_back(launch);
    drop(state);
    home.watch();
    home.serve();
}

fn begin() {
    static START: Kept = Kept::new();
    let started = attached(|py| {
        let start = imported(py, &START, "pyshield.functions._target", "start_home");
        start.and_then(|start| start.call0().map(drop)).is_ok()
    });
    if started != Some(true) {
        home().give_up();
    }
}

/// Says that the running loop is a home loop.
#[pyfunction]
pub(crate) fn _functions_home(py: Python<'_>) -> PyResult<()> {
    let place = Pending::on_running_loop(py)?;
    let (home, thread) = (home(), std::thread::current().id());
    let mut state = home.state.lock();
    // The last loop of this thread was closed.
    state.loops.retain(|one| one.thread != thread);
    state.loops.push(OneLoop { thread, sender: Arc::downgrade(&place.sender), asked: None });
    state.starting = false;
    drop(state);
    home.serve();
    Ok(())
}

/// Takes no more calls, and answers those that wait.
pub(super) fn close() {
    let Some(home) = HOME.load_full().filter(|home| home.generation == runtime::generation()) else { return };
    let mut state = home.state.lock();
    state.closed = true;
    let lost = std::mem::take(&mut state.waiting);
    drop(state);
    drop(lost);
}
