//! What a shield keeps per process: permits, counts and results.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pyshield_core::Text;

use crate::admission::Admission;
use crate::cache::{CacheConfig, CacheKey, ResultCache};
use crate::config::{Limits, seconds};
use crate::error::EngineError;
use crate::job::{Ticket, Work};
use crate::metrics::Metrics;
use crate::model::Model;
use crate::outcome::Scan;
use crate::plan::Plan;
use crate::runtime;
use crate::shield::Side;

/// What a shield keeps per process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) generation: u64,
    pub(crate) admission: Admission,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) cache: Option<ResultCache<Arc<Scan>>>,
}

impl Process {
    pub(crate) fn new(limits: &Limits, cache: Option<&CacheConfig>, plans: [&Plan; 2]) -> Self {
        let [prompt, output] = plans;
        let names = prompt.names().iter().map(|name| format!("prompt.{name}"));
        let names = names.chain(output.names().iter().map(|name| format!("output.{name}")));
        Self {
            generation: runtime::generation(),
            admission: Admission::new(limits.max_in_flight, limits.policy),
            metrics: Arc::new(Metrics::new(names)),
            cache: cache.map(|config| ResultCache::new(*config, weigh)),
        }
    }

    /// Whether results are kept, and shared with whoever asks the same meanwhile.
    pub(crate) fn remembers(&self, work: &Work) -> bool {
        self.cache.is_some() && work.plan.cacheable()
    }

    /// The key of a result, if there is a cache and the plan always gives the same one for the same text.
    pub(crate) fn key(&self, side: Side, work: &Work) -> Option<CacheKey> {
        // Hashing reads the whole text: not without a use for it.
        if !self.remembers(work) {
            return None;
        }
        // What a model said before its files were replaced is not an answer any more.
        let edition = |key: u64, model: &Arc<Model>| key.rotate_left(7) ^ model.edition();
        let plan = work.plan.models().fold(work.plan.fingerprint(), edition);
        let session = work.session.number();
        let (prompt, text) = (work.prompt.as_ref().map(Text::as_str), work.text.as_str());
        Some(match side {
            Side::Prompt => CacheKey::of_session_prompt(plan, session, text),
            Side::Output => CacheKey::of_session_output(plan, session, prompt, text),
        })
    }

    /// Scans on this thread, unless the cache knows the text; whether it did.
    pub(crate) fn scan(
        &self,
        key: Option<CacheKey>,
        work: &Work,
        cancelled: Option<&AtomicBool>,
    ) -> Result<(Arc<Scan>, bool), EngineError> {
        let (Some(cache), Some(key)) = (&self.cache, key) else {
            return work.scan(cancelled).map(|scan| (scan, false));
        };
        if let Some(scan) = cache.get(key) {
            return Ok((scan, true));
        }
        let scan = work.scan(cancelled)?;
        if !scan.failed() {
            cache.try_insert(key, Arc::clone(&scan));
        }
        Ok((scan, false))
    }

    /// An error once the shield is closed.
    pub(crate) fn open(&self) -> Result<(), EngineError> {
        if self.admission.is_closed() {
            return Err(EngineError::Closed("the shield is closed"));
        }
        Ok(())
    }

    /// Puts a permit on the ticket if one is free.
    pub(crate) fn admit_now(&self, ticket: &Ticket) -> bool {
        self.admission.try_admit().map(|permit| ticket.hold(permit)).is_some()
    }

    /// The refusal for a full house, with an estimate of when to come back.
    pub(crate) fn overloaded(&self) -> EngineError {
        let scans = self.metrics.scan_seconds.snapshot();
        let mean = scans.sum_seconds / (scans.count.max(1) as f64 * runtime::cores() as f64);
        self.admission.overloaded(seconds(mean))
    }
}

fn weigh(scan: &Arc<Scan>) -> u32 {
    u32::try_from(scan.weight()).unwrap_or(u32::MAX)
}
