//! How many tokens a batch should have: measured when a model is loaded.
//!
//! On a CPU more than a few hundred tokens at once are slower than the same in several runs; on a GPU it is
//! the other way round. So the budget is a property of model and provider, and is measured, not guessed.

use std::time::{Duration, Instant};

use super::error::ModelFault;
use super::session::Session;
use super::window::Window;

/// Tokens of the rows that are measured: a short message.
const ROW: usize = 32;

/// The largest batch that is tried, in tokens, as a multiple of [`ROW`].
const MOST_ROWS: usize = 1_024;

/// How long measuring may take.
const PATIENCE: Duration = Duration::from_millis(400);

/// How long one run may take: what comes while it runs has to wait for it.
const LONGEST_RUN: Duration = Duration::from_millis(50);

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calibration {
    /// Tokens of a batch.
    pub(crate) batch_tokens: usize,
    /// The execution provider in force.
    pub(crate) provider: &'static str,
}

/// Runs one row twice: the first run of a graph allocates.
pub(crate) fn warm(session: &mut Session) -> Result<Calibration, ModelFault> {
    let row = row(session);
    session.run(&[&row], u64::MAX)?;
    session.run(&[&row], u64::MAX)?;
    Ok(Calibration { batch_tokens: 0, provider: session.provider() })
}

/// Warms the session up and measures batches of 1, 2, 4, … rows, until they get slower per row or take too long.
pub(crate) fn run(session: &mut Session) -> Result<Calibration, ModelFault> {
    let warmed = warm(session)?;
    let row = row(session);
    let began = Instant::now();
    let mut best = (1, f64::INFINITY);
    let mut rows = 1;
    while rows <= MOST_ROWS && began.elapsed() < PATIENCE {
        let batch = vec![&row; rows];
        let mut least = Duration::MAX;
        for _ in 0..3 {
            let started = Instant::now();
            session.run(&batch, u64::MAX)?;
            least = least.min(started.elapsed());
        }
        let each = least.as_secs_f64() / rows as f64;
        // A larger batch has to be clearly better: everything in it waits for all of it.
        if each < best.1 * 0.97 {
            best = (rows, each);
        } else if rows >= best.0 * 4 {
            break;
        }
        if least > LONGEST_RUN {
            break;
        }
        rows *= 2;
    }
    Ok(Calibration { batch_tokens: best.0 * row.len(), provider: warmed.provider })
}

fn row(session: &Session) -> Window {
    let length = ROW.min(session.longest());
    // Any ids will do that every vocabulary has.
    let ids = vec![1; length];
    Window { ids, types: vec![0; length], before: 1, tokens: 0..length.saturating_sub(2), key: 0 }
}
