//! Whether a session runs at the moment, for how long, and what ends the run: seen from other threads.

use std::fmt;
use std::time::{Duration, Instant};

use ort::session::RunOptions;

use crate::lock::Mutex;

/// The runs of one session.
pub(crate) struct Pulse {
    options: RunOptions,
    beat: Mutex<Beat>,
}

#[derive(Default)]
struct Beat {
    /// When the run began that goes on.
    since: Option<Instant>,
    /// After how long it was stopped.
    stopped: Option<Duration>,
    /// No run is to end in any other way any more.
    closed: bool,
}

/// A run that goes on, until this is dropped.
pub(crate) struct Running<'a>(&'a Pulse);

impl Pulse {
    /// That of a session that does not run.
    pub(crate) fn new() -> ort::Result<Self> {
        Ok(Self { options: RunOptions::new()?, beat: Mutex::default() })
    }

    /// What the session's runs are to be given.
    pub(crate) const fn options(&self) -> &RunOptions {
        &self.options
    }

    /// A run begins.
    pub(crate) fn begin(&self) -> Running<'_> {
        self.beat.lock().since = Some(Instant::now());
        Running(self)
    }

    /// Since when it runs, if it does.
    pub(crate) fn running_for(&self, now: Instant) -> Option<Duration> {
        self.beat.lock().since.map(|since| now.saturating_duration_since(since))
    }

    /// Stops the run that goes on, if it has for at least this long; the next one is none of its business.
    pub(crate) fn stop(&self, least: Duration) {
        let mut beat = self.beat.lock();
        let Some(after) = beat.since.map(|since| since.elapsed()) else { return };
        if beat.stopped.is_none() && after >= least && self.options.terminate().is_ok() {
            beat.stopped = Some(after);
        }
    }

    /// Stops the run that goes on, and all that may follow.
    pub(crate) fn close(&self) {
        self.beat.lock().closed = true;
        let _ = self.options.terminate();
    }

    fn end(&self) -> Option<Duration> {
        let mut beat = self.beat.lock();
        beat.since = None;
        let stopped = beat.stopped.take();
        if stopped.is_some() && !beat.closed {
            let _ = self.options.unterminate();
        }
        stopped
    }
}

impl Running<'_> {
    /// The run has ended; after how long it was stopped, if it was.
    pub(crate) fn end(self) -> Option<Duration> {
        self.0.end()
    }
}

impl Drop for Running<'_> {
    /// A run that panics ends, too.
    fn drop(&mut self) {
        self.0.end();
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pulse").finish_non_exhaustive()
    }
}
