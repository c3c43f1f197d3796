//! What is counted about one model.

use serde::Serialize;

use crate::metrics::{Counter, Histogram, HistogramSnapshot};

/// Counters of one model in one process.
#[derive(Debug, Default)]
pub struct ModelMetrics {
    /// Runs of the graph.
    pub batches: Counter,
    /// Rows run.
    pub rows: Counter,
    /// Rows that somebody else's run answered as well.
    pub shared_rows: Counter,
    /// Rows that were alone, and were run by several threads.
    pub wide_rows: Counter,
    /// Tokens run, without padding.
    pub tokens: Counter,
    /// Tokens that only fill rows up.
    pub padding: Counter,
    /// Rows that came to no answer.
    pub errors: Counter,
    /// Questions that were too late, or whose asker had gone, when a batch was formed.
    pub expired: Counter,
    /// Sessions started anew.
    pub restarts: Counter,
    /// From a question to its first run.
    pub queue_seconds: Histogram,
    /// Turning a text into tokens.
    pub tokenize_seconds: Histogram,
    /// One run of the graph.
    pub inference_seconds: Histogram,
}

/// All numbers of one model at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelSnapshot {
    /// Runs of the graph.
    pub batches_total: u64,
    /// Rows run.
    pub rows_total: u64,
    /// Rows that somebody else's run answered as well.
    pub shared_rows_total: u64,
    /// Rows that were alone, and were run by several threads.
    pub wide_rows_total: u64,
    /// Tokens run, without padding.
    pub tokens_total: u64,
    /// Tokens that only fill rows up.
    pub padding_total: u64,
    /// Rows that came to no answer.
    pub errors_total: u64,
    /// Questions dropped before they were run.
    pub expired_total: u64,
    /// Sessions started anew.
    pub restarts_total: u64,
    /// Sessions ready now.
    pub sessions: usize,
    /// Rows that wait now.
    pub waiting: usize,
    /// The execution provider in force; empty while nothing is loaded.
    pub provider: &'static str,
    /// Sums with the norm behind them that the runtime computes instead of ONNX Runtime, in each session.
    pub own_norms: usize,
    /// Tokens of a batch, as calibrated.
    pub batch_tokens: usize,
    /// From a question to its first run.
    pub queue_seconds: HistogramSnapshot,
    /// Turning a text into tokens.
    pub tokenize_seconds: HistogramSnapshot,
    /// One run of the graph.
    pub inference_seconds: HistogramSnapshot,
}

impl ModelMetrics {
    /// A copy of all numbers.
    pub(crate) fn snapshot(&self) -> ModelSnapshot {
        ModelSnapshot {
            batches_total: self.batches.get(),
            rows_total: self.rows.get(),
            shared_rows_total: self.shared_rows.get(),
            wide_rows_total: self.wide_rows.get(),
            tokens_total: self.tokens.get(),
            padding_total: self.padding.get(),
            errors_total: self.errors.get(),
            expired_total: self.expired.get(),
            restarts_total: self.restarts.get(),
            sessions: 0,
            waiting: 0,
            provider: "",
            own_norms: 0,
            batch_tokens: 0,
            queue_seconds: self.queue_seconds.snapshot(),
            tokenize_seconds: self.tokenize_seconds.snapshot(),
            inference_seconds: self.inference_seconds.snapshot(),
        }
    }
}
