//! A text that is alone has all cores to itself: one of a model's actors keeps a second session of several threads.
//!
//! Under load a session of one thread for each core does most. But while a single text is all there is to do, the
//! other cores would idle. The threads of the wide session spin, or else waking each other for every operation of
//! the graph would take longer than the operation; they do so while a run lasts, and sleep between runs.

use std::sync::Arc;
use std::time::Instant;

use super::{Blueprint, SessionPool};
use crate::model::error::ModelFault;
use crate::model::pace::{Pace, Way};
use crate::model::provider;
use crate::model::pulse::Pulse;
use crate::model::session::{Row, Session, Threading};
use crate::model::window::Window;

/// Threads that share a run at most: encoders of this kind gain little from more on texts of one window.
const MOST_THREADS: usize = 4;

/// The session for texts that are alone.
pub(super) struct Wide {
    session: Session,
    pace: Pace,
}

impl Blueprint {
    /// Which of so many actors keeps a wide session, if one should: the last, so that the first one can work while
    /// it is loaded. Whoever says how many threads a session has gets those and no others.
    pub(super) fn wide_slot(&self, provider: &str, workers: usize, cores: usize) -> Option<usize> {
        let wanted = self.source.threads.is_none() && provider == provider::CPU;
        (wanted && workers > 1 && cores > 1).then(|| workers - 1)
    }

    fn open_wide(&self, cores: usize, pulse: &Arc<Pulse>) -> Result<Wide, ModelFault> {
        let threading = Threading { threads: cores.min(MOST_THREADS), spins: true };
        let session = self.open_with(threading)?.beating(Arc::clone(pulse));
        Ok(Wide { session, pace: Pace::default() })
    }
}

impl SessionPool {
    /// The wide session of an actor whose own has this pulse, if it is the one to have it. Without it texts that are
    /// alone take longer, which is no reason to fail.
    pub(super) fn open_wide(&self, slot: usize, pulse: &Arc<Pulse>) -> Option<Wide> {
        if self.state.lock().wide != Some(slot) {
            return None;
        }
        let opened = self.blueprint.open_wide(self.cores, pulse);
        opened.inspect_err(|fault| tracing::warn!("no session for texts that are alone: {fault}")).ok()
    }
}

impl Wide {
    /// How to run a row that is alone.
    pub(super) fn choose(&mut self, row: &Window) -> Way {
        self.pace.choose(row.len())
    }

    /// Runs it that way, in this session or in the actor's own.
    pub(super) fn run(
        &mut self,
        narrow: &mut Session,
        way: Way,
        row: &Window,
        heads: u64,
    ) -> Result<Vec<Row>, ModelFault> {
        let began = Instant::now();
        let session = if way == Way::Wide { &mut self.session } else { narrow };
        let said = session.run(&[row], heads)?;
        self.pace.took(row.len(), way, began.elapsed());
        Ok(said)
    }

    /// Has whoever looks after the actor's runs look after these, too.
    pub(super) fn beat(&mut self, pulse: Arc<Pulse>) {
        self.session.beat(pulse);
    }
}
