//! All numbers of one shield at one moment.

use std::collections::BTreeMap;

use serde::Serialize;

use super::HistogramSnapshot;
use crate::cache::CacheStatistics;

/// All numbers of one shield at one moment. The field names are the metric names, without the prefix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// Requests by lane.
    pub requests_total: BTreeMap<&'static str, u64>,
    /// Requests by how they ended.
    pub outcomes_total: BTreeMap<&'static str, u64>,
    /// Scans without a verdict, by scanner.
    pub scanner_errors_total: BTreeMap<String, u64>,
    /// Panics caught.
    pub panics_total: u64,
    /// Actors started anew after a failure.
    pub restarts_total: u64,
    /// Requests that have begun and not ended.
    pub in_flight: u64,
    /// From arrival to the start of the scan.
    pub queue_seconds: HistogramSnapshot,
    /// The scan, all scanners.
    pub scan_seconds: HistogramSnapshot,
    /// From arrival to the result.
    pub total_seconds: HistogramSnapshot,
    /// Scans that were made, by what they rested on.
    pub detections_total: BTreeMap<&'static str, u64>,
    /// Scans in which a model came to no answer.
    pub model_errors_total: u64,
    /// What models took of a scan.
    pub inference_seconds: HistogramSnapshot,
    /// The scan, by scanner.
    pub scanner_seconds: BTreeMap<String, HistogramSnapshot>,
    /// The result cache, if there is one. [`super::Metrics`] does not know it: its owner fills this in.
    pub cache: Option<CacheStatistics>,
}
