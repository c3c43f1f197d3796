//! The highest score of what a stream has shown so far.

use std::collections::VecDeque;

/// Scores of findings, those that the end of the text may still come before with their places.
#[derive(Debug, Default)]
pub struct Highest {
    recent: VecDeque<(usize, f64)>,
    /// The highest of all that cannot be cut off any more.
    settled: Option<f64>,
}

impl Highest {
    /// Adds a score; places come in ascending order.
    pub fn add(&mut self, start: usize, score: f64) {
        self.recent.push_back((start, score));
    }

    /// What begins before `base` stays whatever comes.
    pub fn settle(&mut self, base: usize) {
        let before = self.recent.partition_point(|(start, _)| *start < base);
        self.settled =
            self.recent.drain(..before).fold(self.settled, |best, (_, score)| Some(higher(best, score)));
    }

    /// The highest score if the text ends at `end`.
    pub fn until(&self, end: usize) -> Option<f64> {
        let seen = self.recent.iter().filter(|(start, _)| *start <= end);
        seen.fold(self.settled, |best, (_, score)| Some(higher(best, *score)))
    }
}

fn higher(best: Option<f64>, score: f64) -> f64 {
    best.map_or(score, |best| best.max(score))
}
