//! The line in front of a model: which rows run next, and together.
//!
//! Rows wait by request. A batch begins with the request that was served longest ago, so a text of a thousand
//! windows takes one row's turn and then stands behind everybody else; it is filled with rows of about the
//! same length, wherever in the line they stand. Equal rows are run once for all who wait for them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::ask::Ask;
use super::window::Window;

/// Requests looked at for rows that fit a batch.
const LOOK_REQUESTS: usize = 256;

/// Rows looked at of each.
const LOOK_ROWS: usize = 16;

/// Padding that is always worth taking a row along, in tokens.
const SLACK: usize = 8;

/// Rows that wait, and those that are being run.
#[derive(Debug, Default)]
pub(crate) struct Lineup {
    requests: VecDeque<VecDeque<u128>>,
    rows: HashMap<u128, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    window: Arc<Window>,
    heads: u64,
    /// Who waits for it, and as which of their rows.
    askers: Vec<(Arc<Ask>, usize)>,
    running: bool,
}

/// Rows that are run together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) keys: Vec<u128>,
    pub(crate) windows: Vec<Arc<Window>>,
    /// The heads that are read, as bits.
    pub(crate) heads: u64,
    /// Whether it is one row, and no other waited or was run when it was taken.
    pub(crate) alone: bool,
}

/// What came of looking for a batch.
#[derive(Debug, Default)]
pub(crate) struct Formed {
    /// Empty when nothing waits.
    pub(crate) batch: Batch,
    /// Questions that came too late, or whose asker has gone. They are answered outside of the lock.
    pub(crate) expired: Vec<Arc<Ask>>,
}

impl Batch {
    /// Tokens, those that fill rows up included.
    pub(crate) fn padded(&self) -> usize {
        self.windows.iter().map(|window| window.len()).max().unwrap_or(0) * self.windows.len()
    }

    /// Tokens, those that fill rows up excluded.
    pub(crate) fn tokens(&self) -> usize {
        self.windows.iter().map(|window| window.len()).sum()
    }
}

impl Lineup {
    /// Lines up the rows of a question. Returns how many of them are run for somebody else anyway.
    pub(crate) fn push(&mut self, ask: &Arc<Ask>, windows: Vec<(Window, u64)>) -> usize {
        let mut shared = 0;
        let mut own = VecDeque::with_capacity(windows.len());
        for (at, (window, heads)) in windows.into_iter().enumerate() {
            let mut key = window.key;
            if self.rows.get(&key).is_some_and(|row| row.running && row.heads & heads != heads) {
                // It is being run, but not read for these heads: it has to be run again.
                key ^= u128::from(heads).rotate_left(64) | 1;
            }
            if let Some(row) =
                self.rows.get_mut(&key).filter(|row| !row.running || row.heads & heads == heads)
            {
                row.heads |= heads;
                row.askers.push((Arc::clone(ask), at));
                shared += 1;
            } else {
                let askers = vec![(Arc::clone(ask), at)];
                self.rows.insert(key, Waiting { window: Arc::new(window), heads, askers, running: false });
                own.push_back(key);
            }
        }
        if !own.is_empty() {
            self.requests.push_back(own);
        }
        shared
    }

    /// Takes the next batch, of at most `budget` tokens (longest row × rows), or of one row.
    pub(crate) fn form(&mut self, budget: usize, now: Instant) -> Formed {
        let mut formed = Formed::default();
        while let Some(mut request) = self.requests.pop_front() {
            let Some(first) = self.take_live(&mut request, now, &mut formed.expired) else { continue };
            let longest = self.add(&mut formed.batch, first);
            if !request.is_empty() {
                self.requests.push_back(request);
            }
            self.fill(&mut formed, longest, budget, now);
            formed.batch.alone = formed.batch.keys.len() == 1 && self.rows.len() == 1;
            break;
        }
        formed
    }

    /// Adds rows of about the same length.
    fn fill(&mut self, formed: &mut Formed, mut longest: usize, budget: usize, now: Instant) {
        let mut requests = std::mem::take(&mut self.requests);
        let mut emptied = false;
        for request in requests.iter_mut().take(LOOK_REQUESTS) {
            let mut at = 0;
            for _ in 0..LOOK_ROWS {
                let rows = formed.batch.keys.len() + 1;
                if longest * rows > budget {
                    break;
                }
                let Some(&key) = request.get(at) else { break };
                let length = self.rows.get(&key).map_or(0, |row| row.window.len());
                let widest = longest.max(length);
                let close = widest - longest.min(length) <= SLACK + widest / 8;
                if widest * rows > budget || !close {
                    at += 1;
                    continue;
                }
                request.remove(at);
                emptied |= request.is_empty();
                if self.is_live(key, now, &mut formed.expired) {
                    longest = longest.max(self.add(&mut formed.batch, key));
                }
            }
        }
        if emptied {
            requests.retain(|request| !request.is_empty());
        }
        self.requests = requests;
    }

    fn take_live(
        &mut self,
        request: &mut VecDeque<u128>,
        now: Instant,
        expired: &mut Vec<Arc<Ask>>,
    ) -> Option<u128> {
        while let Some(key) = request.pop_front() {
            if self.is_live(key, now, expired) {
                return Some(key);
            }
        }
        None
    }

    /// Whether anybody still waits for a row; if not it is forgotten.
    fn is_live(&mut self, key: u128, now: Instant, expired: &mut Vec<Arc<Ask>>) -> bool {
        let Some(row) = self.rows.get_mut(&key) else { return false };
        let (wanted, late): (Vec<_>, Vec<_>) =
            std::mem::take(&mut row.askers).into_iter().partition(|(ask, _)| ask.is_wanted(now));
        expired.extend(late.into_iter().map(|(ask, _)| ask));
        row.askers = wanted;
        if row.askers.is_empty() {
            self.rows.remove(&key);
            return false;
        }
        true
    }

    /// Puts a row into the batch; returns its length.
    fn add(&mut self, batch: &mut Batch, key: u128) -> usize {
        let Some(row) = self.rows.get_mut(&key) else { return 0 };
        row.running = true;
        batch.heads |= row.heads;
        batch.keys.push(key);
        batch.windows.push(Arc::clone(&row.window));
        row.window.len()
    }

    /// Marks a batch's rows with all heads that will be read, so that later questions can join.
    pub(crate) fn started(&mut self, batch: &Batch) {
        for key in &batch.keys {
            if let Some(row) = self.rows.get_mut(key) {
                row.heads = batch.heads;
            }
        }
    }

    /// Whether anybody waits for a row.
    pub(crate) fn is_wanted(&self, key: u128, now: Instant) -> bool {
        self.rows.get(&key).is_some_and(|row| row.askers.iter().any(|(ask, _)| ask.is_wanted(now)))
    }

    /// Forgets a row that was run; returns who waits for it.
    pub(crate) fn finish(&mut self, key: u128) -> Vec<(Arc<Ask>, usize)> {
        self.rows.remove(&key).map_or_else(Vec::new, |row| row.askers)
    }

    /// Everybody who waits for anything, and nothing left.
    pub(crate) fn clear(&mut self) -> Vec<Arc<Ask>> {
        self.requests.clear();
        self.rows.drain().flat_map(|(_, row)| row.askers).map(|(ask, _)| ask).collect()
    }

    /// Rows that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.requests.iter().map(VecDeque::len).sum()
    }

    /// Whether nothing waits and nothing is run.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests;
