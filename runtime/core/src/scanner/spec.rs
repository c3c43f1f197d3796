//! Plain-data declarations of scanners, as Python sends them.

use serde::Deserialize;

use crate::error::ConfigError;
use crate::scanner::{Scanner, probe};

/// A scanner as declared: its class name and its parameters.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum ScannerSpec {
    /// See [`probe::Probe`].
    Probe(probe::ProbeSpec),
}

impl ScannerSpec {
    /// Builds the scanner.
    pub fn build(self) -> Result<Box<dyn Scanner>, ConfigError> {
        match self {
            Self::Probe(spec) => Ok(Box::new(probe::Probe::new(spec))),
        }
    }
}
