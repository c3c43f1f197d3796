//! What can go wrong with a request. Overloaded, too late, gone and broken are four different things.

use std::time::Duration;

use pyshield_core::{Interrupted, ScannerError};

use crate::outcome::ScannerName;

/// Why a request has no result. Carries no scanned text.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// The semaphore is exhausted; nothing was started.
    #[error("{in_flight} requests are in flight, as many as allowed; retry in about {retry_after:?}")]
    Overloaded {
        /// Permits handed out when the request was refused.
        in_flight: usize,
        /// How long the queue would take to drain at the present rate.
        retry_after: Duration,
    },
    /// The deadline passed before there was a verdict.
    #[error("the deadline passed {}", if *.started { "while the text was scanned" } else { "before the scan started" })]
    DeadlineExceeded {
        /// Whether any scanning was done.
        started: bool,
    },
    /// The caller went away.
    #[error("the caller went away")]
    Cancelled,
    /// The text is longer than the shield allows.
    #[error("the text has {bytes} bytes of UTF-8, more than the {limit} allowed (limits.max_text_bytes)")]
    TooLarge {
        /// Length of the text.
        bytes: usize,
        /// `max_text_bytes`.
        limit: usize,
    },
    /// The shield or the runtime is shut down, or belongs to the parent of this process.
    #[error("{0}")]
    Closed(&'static str),
    /// A scanner failed and the policy is to raise.
    #[error("{scanner}: {error}")]
    Scanner {
        /// The scanner, by class name.
        scanner: ScannerName,
        /// What happened to it.
        error: ScannerError,
    },
}

impl EngineError {
    /// The request error of an interrupted scan.
    pub const fn interrupted(why: Interrupted, started: bool) -> Self {
        match why {
            Interrupted::Deadline => Self::DeadlineExceeded { started },
            Interrupted::Cancelled => Self::Cancelled,
        }
    }
}
