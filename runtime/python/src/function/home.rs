//! The event loop for asynchronous functions whose caller has none.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;
use pyshield_engine::lock::Mutex;
use pyshield_engine::runtime;

use crate::bridge::{Pending, Sender};
use crate::function::body::Launch;
use crate::import::{Kept, imported};

struct Home {
    generation: u64,
    state: Mutex<Stage>,
}

enum Stage {
    None,
    /// Its thread is being started; these wait for it.
    Starting(Vec<Launch>),
    Running(Weak<Sender>),
}

/// No lock: see `pyshield_engine::runtime`.
static HOME: ArcSwapOption<Home> = ArcSwapOption::const_empty();

fn home() -> Arc<Home> {
    let generation = runtime::generation();
    let known = HOME.load();
    if let Some(home) = known.as_ref().filter(|home| home.generation == generation) {
        return Arc::clone(home);
    }
    let fresh = Arc::new(Home { generation, state: Mutex::new(Stage::None) });
    std::mem::forget(HOME.compare_and_swap(&*known, Some(Arc::clone(&fresh))));
    std::mem::forget(known);
    HOME.load_full().unwrap_or(fresh)
}

/// Runs an invocation on the home loop, which is started if need be. From any thread, without the
/// interpreter.
pub(super) fn start(launch: Launch) {
    let home = home();
    let mut state = home.state.lock();
    match &mut *state {
        Stage::Running(sender) => {
            let sender = Weak::clone(sender);
            drop(state);
            launch.on_loop(&sender);
        }
        Stage::Starting(waiting) => waiting.push(launch),
        Stage::None => {
            *state = Stage::Starting(vec![launch]);
            drop(state);
            let began = std::thread::Builder::new().name("pyshield-start".to_owned()).spawn(begin);
            if began.is_err() {
                give_up(&home);
            }
        }
    }
}

fn begin() {
    static START: Kept = Kept::new();
    let started = Python::try_attach(|py| {
        let start = imported(py, &START, "pyshield.functions._target", "start_home");
        start.and_then(|start| start.call0().map(drop)).is_ok()
    });
    if started != Some(true) {
        give_up(&home());
    }
}

/// Dropping what waits answers it.
fn give_up(home: &Home) {
    let waiting = std::mem::replace(&mut *home.state.lock(), Stage::None);
    drop(waiting);
}

/// Says that the running loop is the home loop.
#[pyfunction]
pub(crate) fn _functions_home(py: Python<'_>) -> PyResult<()> {
    let place = Pending::on_running_loop(py)?;
    let sender = Arc::downgrade(&place.sender);
    let running = Stage::Running(Weak::clone(&sender));
    let before = std::mem::replace(&mut *home().state.lock(), running);
    if let Stage::Starting(waiting) = before {
        for launch in waiting {
            launch.on_loop(&sender);
        }
    }
    Ok(())
}
