//! The thread that holds the actix system, and the arbiters it starts.

use std::io;
use std::thread::JoinHandle;

use actix_rt::{Arbiter, ArbiterHandle, System};

use crate::lock::Mutex;

/// A running actix system on a thread of its own.
#[derive(Debug)]
pub(crate) struct ActorSystem {
    system: System,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl ActorSystem {
    pub(crate) fn start() -> io::Result<Self> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("pyshield-system".into()).spawn(move || {
            let runner = System::new();
            // The starter waits for this; if it is gone there is nobody to run for.
            if sender.send(System::current()).is_ok() {
                let _ = runner.run();
            }
        })?;
        let system = receiver.recv().map_err(io::Error::other)?;
        Ok(Self { system, thread: Mutex::new(Some(thread)) })
    }

    /// A new thread for actors.
    pub(crate) fn arbiter(&self) -> io::Result<ArbiterHandle> {
        // Arbiters belong to the system that is current where they are made.
        System::set_current(self.system.clone());
        Arbiter::try_new().map(|arbiter| arbiter.handle())
    }

    /// Stops every arbiter and waits for the system thread.
    pub(crate) fn stop(&self) {
        self.system.stop();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
