//! A scanner that misbehaves on request: the fault injection behind `pyshield doctor`, the supervision
//! tests and the load benchmarks. It has no Python class and cannot be named in a configuration.

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::error::ScannerError;
use crate::scanner::{Evidence, Input, Scanner};
use crate::verdict::Verdict;

/// What the probe does when it scans.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Nothing: the text passes.
    Pass,
    /// Keeps its thread busy for [`ProbeSpec::seconds`], asking the interrupt as it goes.
    Busy,
    /// Panics.
    Panic,
    /// Panics on texts that contain `panic`.
    PanicOnRequest,
}

/// Parameters of a [`Probe`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// What to do.
    pub behaviour: Behaviour,
    /// How long to be busy.
    #[serde(default)]
    pub seconds: f64,
}

/// See the module.
#[derive(Debug)]
pub struct Probe {
    behaviour: Behaviour,
    busy: Duration,
}

impl Probe {
    /// A probe as declared; a duration that is no duration is none.
    pub fn new(spec: ProbeSpec) -> Self {
        let busy = Duration::try_from_secs_f64(spec.seconds).unwrap_or_default();
        Self { behaviour: spec.behaviour, busy }
    }
}

impl Scanner for Probe {
    fn name(&self) -> &'static str {
        "Probe"
    }

    fn cost_ns(&self, _bytes: usize) -> u64 {
        100 + u64::try_from(self.busy.as_nanos()).unwrap_or(u64::MAX)
    }

    fn cacheable(&self) -> bool {
        self.behaviour == Behaviour::Pass
    }

    #[expect(clippy::panic, reason = "panicking is what this scanner is for")]
    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        match self.behaviour {
            Behaviour::Busy => {
                let until = Instant::now() + self.busy;
                while Instant::now() < until {
                    input.interrupt.check()?;
                    std::hint::spin_loop();
                }
            }
            Behaviour::Panic => panic!("probe"),
            Behaviour::PanicOnRequest if input.text.as_str().contains("panic") => panic!("probe"),
            Behaviour::Pass | Behaviour::PanicOnRequest => {}
        }
        Ok(Verdict::pass())
    }
}
