//! Many texts in one request: one crossing, one permit, all cores.

use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use pyshield_core::Text;
use rayon::prelude::*;

use crate::admission::Policy;
use crate::drive::Driver;
use crate::error::EngineError;
use crate::job::{Ticket, Work, conclude};
use crate::metrics::{self, Lane};
use crate::outcome::Outcome;
use crate::runtime::{self, Runtime};
use crate::shield::{Process, Request, Shield, key};

/// Called exactly once with the results in the order of the requests, unless the call was cancelled.
pub type BulkReply = Box<dyn FnOnce(Result<Vec<Outcome>, EngineError>) + Send>;

/// Texts of one bulk call whose network scanners run at the same time.
const NETWORK_CONCURRENCY: usize = 32;

/// Texts a thread takes at a time: small enough to share the end of a list evenly.
const CHUNK: usize = 16;

impl Shield {
    /// Hands many texts over at once; the first error ends the call. As [`Shield::submit`] otherwise.
    pub fn submit_bulk(
        &self,
        requests: Vec<Request>,
        ticket: &Arc<Ticket>,
        reply: BulkReply,
    ) -> Result<(), EngineError> {
        let process = self.process();
        self.check_bulk(&process, &requests)?;
        let runtime = runtime::current()?;
        if !process.admit_now(ticket) && process.admission.policy() == Policy::Reject {
            process.metrics.begin(Lane::Bulk).finish(metrics::Outcome::Overloaded);
            return Err(process.overloaded());
        }
        let began = Instant::now();
        let works: Vec<(Request, Work)> = requests
            .into_iter()
            .map(|request| {
                let work = self.work(&process, &request, began);
                (request, work)
            })
            .collect();
        let task = runtime.tokio().spawn({
            let (runtime, ticket) = (Arc::clone(&runtime), Arc::clone(ticket));
            async move {
                let outcomes = drive(&runtime, &process, works, &ticket).await;
                ticket.release();
                if !ticket.is_cancelled() {
                    reply(outcomes);
                }
            }
        });
        ticket.driven_by(task.abort_handle());
        Ok(())
    }

    fn check_bulk(&self, process: &Process, requests: &[Request]) -> Result<(), EngineError> {
        if process.admission.is_closed() {
            return Err(EngineError::Closed("the shield is closed"));
        }
        let limit = self.max_text_bytes();
        let length = |request: &Request| request.text.len().max(request.prompt.as_ref().map_or(0, Text::len));
        match requests.iter().map(length).find(|bytes| *bytes > limit) {
            Some(bytes) => {
                process.metrics.begin(Lane::Bulk).finish(metrics::Outcome::TooLarge);
                Err(EngineError::TooLarge { bytes, limit })
            }
            None => Ok(()),
        }
    }

    /// Scans many texts for a caller whose thread may block.
    ///
    /// Must not be called from a thread of the runtime.
    pub fn scan_bulk_blocking(&self, requests: Vec<Request>) -> Result<Vec<Outcome>, EngineError> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let reply: BulkReply = Box::new(move |outcomes| {
            let _ = sender.send(outcomes);
        });
        self.submit_bulk(requests, &Arc::default(), reply)?;
        receiver.recv().unwrap_or(Err(EngineError::Closed("the runtime shut down during the scan")))
    }
}

async fn drive(
    runtime: &Arc<Runtime>,
    process: &Arc<Process>,
    works: Vec<(Request, Work)>,
    ticket: &Arc<Ticket>,
) -> Result<Vec<Outcome>, EngineError> {
    if !ticket.holds_permit() {
        let deadline = works.first().and_then(|(_, work)| work.deadline);
        ticket.hold(process.admission.admit(deadline).await?);
    }
    let network = works.first().is_some_and(|(_, work)| work.plan.has_network());
    if network {
        return drive_network(runtime, process, works, ticket).await;
    }
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let (process, ticket) = (Arc::clone(process), Arc::clone(ticket));
    runtime.bulk().spawn_fifo(move || {
        let outcomes = works
            .par_chunks(CHUNK)
            .flat_map_iter(|chunk| chunk.iter().map(|(request, work)| one(&process, &ticket, request, work)))
            .collect();
        drop(works);
        let _ = sender.send(outcomes);
    });
    receiver.await.unwrap_or(Err(EngineError::Closed("the runtime shut down during the scan")))
}

/// Scans one text of a list, on a thread of the bulk pool.
fn one(process: &Process, ticket: &Ticket, request: &Request, work: &Work) -> Result<Outcome, EngineError> {
    let in_flight = process.metrics.begin(Lane::Bulk);
    let queue = in_flight.dequeue();
    let key = process.cache.as_ref().and_then(|cache| key(request, work).map(|key| (cache, key)));
    let scanned = match key.and_then(|(cache, key)| cache.get(key)) {
        Some(scan) => Ok((scan, true)),
        None => work.scan(Some(ticket.flag())).map(|scan| {
            if let Some((cache, key)) = key {
                cache.try_insert(key, Arc::clone(&scan));
            }
            (scan, false)
        }),
    };
    conclude(in_flight, &process.metrics, Lane::Bulk, queue, scanned)
}

/// A list whose plan asks the network: a bounded number of texts at a time.
async fn drive_network(
    runtime: &Arc<Runtime>,
    process: &Arc<Process>,
    works: Vec<(Request, Work)>,
    ticket: &Arc<Ticket>,
) -> Result<Vec<Outcome>, EngineError> {
    let outcomes = futures_util::stream::iter(works.into_iter().map(|(_, work)| {
        let (runtime, process, ticket) = (Arc::clone(runtime), Arc::clone(process), Arc::clone(ticket));
        async move {
            let metrics = Arc::clone(&process.metrics);
            let in_flight = metrics.begin(Lane::Bulk);
            let queue = in_flight.dequeue();
            let driver = Driver::new(runtime, process, work, None, ticket);
            let scanned = driver.scan().await.map(|scan| (scan, false));
            conclude(in_flight, &metrics, Lane::Bulk, queue, scanned)
        }
    }))
    .buffered(NETWORK_CONCURRENCY);
    outcomes.collect::<Vec<_>>().await.into_iter().collect()
}
