//! From the engine's threads back to an event loop.
//!
//! Each event loop has one bridge: a queue of completions and a socket pair of which the loop watches one
//! end. An engine thread pushes its completion and, if no wake-up is under way, writes one byte. It never
//! needs the interpreter lock, so a busy loop and busy engine threads do not fight for it, and a burst of
//! completions costs one wake-up. A loop that is closed never reads again; its bridge, and what is queued
//! in it, goes when the loop does.
//!
//! Loops without `add_reader` (Windows' proactor) are woken through `call_soon_threadsafe`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use pyshield_engine::lock::Mutex;
use pyshield_engine::runtime::Runtime;
use tokio::task::AbortHandle;

use crate::attach::attached;
use crate::awaitable::{Ticket, later};
use crate::import::{Kept, imported};

/// How long one drain may keep the loop before it lets others in.
const SLICE: Duration = Duration::from_millis(1);

/// Completions set between two looks at the clock.
const CLOCK_EVERY: usize = 16;

/// Makes the value of a future, on the loop's thread.
pub(crate) type Convert = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// Something else to do on the loop's thread.
pub(crate) type Step = Box<dyn FnOnce(Python<'_>) -> PyResult<()> + Send>;

enum Completion {
    /// Set a future.
    Set { future: Py<PyAny>, convert: Convert },
    /// Take a step.
    Take(Step),
}

/// The engine's end of a bridge.
pub(crate) struct Sender {
    queue: Mutex<VecDeque<Completion>>,
    /// Whether a wake-up is on its way that the loop has not answered yet.
    woken: AtomicBool,
    wake: Wake,
}

enum Wake {
    #[cfg(unix)]
    Socket(std::os::unix::net::UnixStream),
    /// `loop.call_soon_threadsafe` and the bridge's own `drain`, set once the bridge exists.
    Call(PyOnceLock<(Py<PyAny>, Py<PyAny>)>),
}

impl Sender {
    /// Queues a completion. From any thread, with or without the interpreter.
    pub(crate) fn complete(&self, future: Py<PyAny>, convert: Convert) {
        self.push(Completion::Set { future, convert });
    }

    /// Queues a step, to be taken in order with the completions.
    pub(crate) fn step(&self, step: Step) {
        self.push(Completion::Take(step));
    }

    fn push(&self, completion: Completion) {
        self.queue.lock().push_back(completion);
        self.signal();
    }

    fn signal(&self) {
        if self.woken.swap(true, Ordering::AcqRel) {
            return;
        }
        match &self.wake {
            #[cfg(unix)]
            Wake::Socket(socket) => {
                use std::io::Write;
                // Full means that a byte is waiting to be read; closed, that nobody will read.
                let _ = (&*socket).write(&[1]);
            }
            Wake::Call(target) => {
                // `None` while the interpreter shuts down: nobody waits any more. A closed loop refuses.
                let _ = attached(|py| target.get(py).map(|(call_soon, drain)| call_soon.call1(py, (drain,))));
            }
        }
    }
}

/// The loop's end of a bridge.
#[pyclass(frozen, module = "pyshield._runtime", weakref)]
pub(crate) struct LoopBridge {
    sender: Arc<Sender>,
    #[cfg(unix)]
    reader: Option<std::os::unix::net::UnixStream>,
}

#[pymethods]
impl LoopBridge {
    /// Called by the loop when it was woken: sets the futures whose results are there.
    fn drain(&self, py: Python<'_>) {
        #[cfg(unix)]
        if let Some(reader) = &self.reader {
            use std::io::Read;
            // One byte per wake-up is in flight at most; the buffer is larger than that.
            let _ = (&*reader).read(&mut [0; 16]);
        }
        // Before the queue is looked at: whoever pushes from here on wakes the loop again.
        self.sender.woken.store(false, Ordering::Release);
        let mut batch = std::mem::take(&mut *self.sender.queue.lock());
        let until = Instant::now() + SLICE;
        let mut set = 0;
        while let Some(completion) = batch.pop_front() {
            // A step is a piece of work of its own, long enough to look at the clock after each.
            let long = matches!(completion, Completion::Take(_));
            if let Err(error) = completion.run(py) {
                // A future that cannot be set (an interpreter on its way down) is nobody's any more.
                error.write_unraisable(py, None);
            }
            set += 1;
            if (long || set % CLOCK_EVERY == 0) && !batch.is_empty() && Instant::now() >= until {
                let mut queue = self.sender.queue.lock();
                batch.append(&mut queue);
                *queue = batch;
                drop(queue);
                self.sender.signal();
                return;
            }
        }
    }
}

impl Completion {
    fn run(self, py: Python<'_>) -> PyResult<()> {
        let (future, convert) = match self {
            Self::Set { future, convert } => (future, convert),
            Self::Take(step) => return step(py),
        };
        let future = future.bind(py);
        if future.call_method0(intern!(py, "done"))?.is_truthy()? {
            return Ok(());
        }
        match convert(py) {
            Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
            Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))?,
        };
        Ok(())
    }
}

/// The bridge that this thread used last, with the loop it belongs to: nearly always the one it needs.
struct Last {
    event_loop: Py<PyWeakrefReference>,
    bridge: Py<LoopBridge>,
}

thread_local! {
    static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) };
}

/// A pending future on the running loop.
pub(crate) struct Pending<'py> {
    event_loop: Bound<'py, PyAny>,
    pub(crate) sender: Arc<Sender>,
}

impl<'py> Pending<'py> {
    /// # Errors
    /// `RuntimeError` if no event loop runs in this thread.
    pub(crate) fn on_running_loop(py: Python<'py>) -> PyResult<Self> {
        let place = Self::here(py)?;
        place.ok_or_else(|| PyRuntimeError::new_err("no running event loop: await it in a coroutine"))
    }

    /// What `begin` starts on the running loop. Without one, as in the argument of `asyncio.run`, a
    /// coroutine that starts it when it is awaited.
    pub(crate) fn on_some_loop(
        py: Python<'py>,
        begin: impl for<'a> FnOnce(Pending<'a>) -> PyResult<Bound<'a, PyAny>> + Send + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Self::here(py)? {
            Some(place) => begin(place),
            None => later(py, |py| begin(Pending::on_running_loop(py)?)),
        }
    }

    /// On the running loop, if one runs in this thread.
    pub(crate) fn here(py: Python<'py>) -> PyResult<Option<Self>> {
        static RUNNING: Kept = Kept::new();
        let event_loop = imported(py, &RUNNING, "asyncio", "_get_running_loop")?.call0()?;
        if event_loop.is_none() {
            return Ok(None);
        }
        Self::of(py, event_loop).map(Some)
    }

    fn of(py: Python<'py>, event_loop: Bound<'py, PyAny>) -> PyResult<Self> {
        let known = LAST.with_borrow(|last| {
            last.as_ref()
                .filter(|last| last.event_loop.bind(py).upgrade().is_some_and(|known| known.is(&event_loop)))
                .map(|last| Arc::clone(&last.bridge.get().sender))
        });
        if let Some(sender) = known {
            return Ok(Self { event_loop, sender });
        }
        let bridge = bridge_of(&event_loop)?;
        let sender = Arc::clone(&bridge.get().sender);
        let weak = PyWeakrefReference::new(&event_loop)?.unbind();
        let previous = LAST.replace(Some(Last { event_loop: weak, bridge: bridge.unbind() }));
        drop(previous);
        Ok(Self { event_loop, sender })
    }

    pub(crate) fn py(&self) -> Python<'py> {
        self.event_loop.py()
    }

    /// The future, to be awaited by the caller and completed through [`Pending::sender`].
    pub(crate) fn future(&self, ticket: Arc<pyshield_engine::job::Ticket>) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: Kept = Kept::new();
        let class = imported(self.event_loop.py(), &CLASS, "pyshield._future", "ScanFuture")?;
        class.call1((Ticket::new(ticket), &self.event_loop))
    }

    /// A future of what `work` comes to on the runtime's threads. Cancelling the future drops the work.
    pub(crate) fn run<T: Send + 'static>(
        self,
        runtime: &Runtime,
        work: impl Future<Output = T> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        let ticket = Arc::default();
        let future = self.future(Arc::clone(&ticket))?;
        ticket.driven_by(self.spawn(&future, runtime, work, present));
        Ok(future)
    }

    /// As [`Pending::run`], of work that goes on to its end when nobody waits for it any more.
    pub(crate) fn run_to_end<T: Send + 'static>(
        self,
        runtime: &Runtime,
        work: impl Future<Output = T> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        let future = self.future(Arc::default())?;
        self.spawn(&future, runtime, work, present);
        Ok(future)
    }

    fn spawn<T: Send + 'static>(
        self,
        future: &Bound<'py, PyAny>,
        runtime: &Runtime,
        work: impl Future<Output = T> + Send + 'static,
        present: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> AbortHandle {
        let (sender, future) = (self.sender, future.clone().unbind());
        let task = runtime.tokio().spawn(async move {
            let result = work.await;
            sender.complete(future, Box::new(move |py| present(py, result)));
        });
        task.abort_handle()
    }
}

/// The one bridge of a loop, made if it has none.
fn bridge_of<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, LoopBridge>> {
    static BRIDGES: Kept = Kept::new();
    let py = event_loop.py();
    let bridges = imported(py, &BRIDGES, "pyshield._future", "bridges")?;
    let known = bridges.call_method1(intern!(py, "get"), (event_loop,))?;
    if let Ok(bridge) = known.cast_into::<LoopBridge>() {
        return Ok(bridge);
    }
    let bridge = connect(event_loop)?;
    bridges.set_item(event_loop, &bridge)?;
    Ok(bridge)
}

#[cfg(unix)]
fn connect<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, LoopBridge>> {
    use std::os::fd::AsRawFd;

    let py = event_loop.py();
    let (writer, reader) = std::os::unix::net::UnixStream::pair()?;
    writer.set_nonblocking(true)?;
    reader.set_nonblocking(true)?;
    let descriptor = reader.as_raw_fd();
    let sender = Arc::new(Sender {
        queue: Mutex::default(),
        woken: AtomicBool::new(false),
        wake: Wake::Socket(writer),
    });
    let bridge = Bound::new(py, LoopBridge { sender, reader: Some(reader) })?;
    let drain = bridge.getattr(intern!(py, "drain"))?;
    match event_loop.call_method1(intern!(py, "add_reader"), (descriptor, drain)) {
        Ok(_) => Ok(bridge),
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyNotImplementedError>(py) => {
            connect_by_call(event_loop)
        }
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn connect<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, LoopBridge>> {
    connect_by_call(event_loop)
}

fn connect_by_call<'py>(event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, LoopBridge>> {
    let py = event_loop.py();
    let sender = Arc::new(Sender {
        queue: Mutex::default(),
        woken: AtomicBool::new(false),
        wake: Wake::Call(PyOnceLock::new()),
    });
    let bridge = Bound::new(
        py,
        LoopBridge {
            sender: Arc::clone(&sender),
            #[cfg(unix)]
            reader: None,
        },
    )?;
    if let Wake::Call(target) = &sender.wake {
        let call_soon = event_loop.getattr(intern!(py, "call_soon_threadsafe"))?.unbind();
        let drain = bridge.getattr(intern!(py, "drain"))?.unbind();
        let _ = target.set(py, (call_soon, drain));
    }
    Ok(bridge)
}
