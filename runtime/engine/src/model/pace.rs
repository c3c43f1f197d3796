//! Whether a text that is alone is faster on one core or on all of them: measured as it goes.
//!
//! It depends on the graph, on the text's length, and on what else the machine does: threads that spin for one
//! another are fast on cores of their own, and slower than a single one on cores that are taken. So it is no
//! property of the model that could be measured once.

use std::time::Duration;

/// Lengths are told apart by their power of two; all from here on are one.
const LENGTHS: usize = 10;

/// Runs of a length each way before one is preferred.
const FIRST: u32 = 3;

/// After how many runs the way that is not preferred is tried once, lest the machine has become another.
const RETRY: u32 = 32;

/// How much of a mean the latest run is if it took longer, and if it took less: other programs make a run longer,
/// nothing makes one shorter than it can be.
const LONGER: f64 = 0.25;
const SHORTER: f64 = 0.75;

/// How much of the time on one core the other way may take to be preferred: it costs the other cores, too.
const WORTH: f64 = 0.9;

/// How a text is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By the thread that runs it.
    Narrow,
    /// By several threads.
    Wide,
}

/// How long runs took of late, by length and way.
#[derive(Debug, Default)]
pub(crate) struct Pace([Times; LENGTHS]);

/// Those of one length.
#[derive(Debug, Default)]
struct Times {
    narrow: Mean,
    wide: Mean,
    /// Runs since the way that is not preferred was tried.
    runs: u32,
}

#[derive(Debug, Default)]
struct Mean {
    seconds: f64,
    runs: u32,
}

impl Pace {
    /// How to run a text of so many tokens that is alone.
    pub(crate) fn choose(&mut self, tokens: usize) -> Way {
        let times = self.of(tokens);
        if times.wide.runs < FIRST {
            return Way::Wide;
        }
        if times.narrow.runs < FIRST {
            return Way::Narrow;
        }
        times.runs += 1;
        if times.runs < RETRY {
            return times.preferred();
        }
        times.runs = 0;
        match times.preferred() {
            Way::Narrow => Way::Wide,
            Way::Wide => Way::Narrow,
        }
    }

    /// How long such a run took.
    pub(crate) fn took(&mut self, tokens: usize, way: Way, spent: Duration) {
        let (times, seconds) = (self.of(tokens), spent.as_secs_f64());
        let better = match way {
            Way::Narrow => seconds * WORTH < times.wide.seconds,
            Way::Wide => seconds <= times.narrow.seconds * WORTH,
        };
        match way {
            Way::Narrow => times.narrow.add(seconds),
            Way::Wide => times.wide.add(seconds),
        }
        if better && way != times.preferred() {
            // Maybe the machine has become another: it is not to take a hundred texts to be sure.
            times.runs = RETRY - 1;
        }
    }

    fn of(&mut self, tokens: usize) -> &mut Times {
        let length = tokens.max(1).ilog2() as usize;
        &mut self.0[length.min(LENGTHS - 1)]
    }
}

impl Times {
    fn preferred(&self) -> Way {
        if self.wide.seconds <= self.narrow.seconds * WORTH { Way::Wide } else { Way::Narrow }
    }
}

impl Mean {
    fn add(&mut self, seconds: f64) {
        // The first runs of a shape allocate: the best of them counts. Later one that was held up counts as
        // twice the mean at most.
        self.seconds = match self.runs {
            0 => seconds,
            runs if runs < FIRST => self.seconds.min(seconds),
            _ => {
                let change = seconds.min(2.0 * self.seconds) - self.seconds;
                self.seconds + change * if change > 0.0 { LONGER } else { SHORTER }
            }
        };
        self.runs = self.runs.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ways of `runs` runs, of which the narrow ones take `narrow` and the wide ones `wide` microseconds.
    fn runs(pace: &mut Pace, tokens: usize, runs: usize, narrow: u64, wide: u64) -> Vec<Way> {
        let run = |_| {
            let way = pace.choose(tokens);
            let spent = if way == Way::Wide { wide } else { narrow };
            pace.took(tokens, way, Duration::from_micros(spent));
            way
        };
        (0..runs).map(run).collect()
    }

    fn share(ways: &[Way]) -> f64 {
        ways.iter().filter(|way| **way == Way::Wide).count() as f64 / ways.len() as f64
    }

    #[test]
    fn the_faster_way_is_taken_and_the_other_tried_now_and_then() {
        let mut pace = Pace::default();
        let first = runs(&mut pace, 32, 6, 1_000, 600);
        assert_eq!(first, [[Way::Wide; 3], [Way::Narrow; 3]].concat(), "both are measured");
        let share_of_wide = share(&runs(&mut pace, 32, 320, 1_000, 600));
        assert!(share_of_wide > 0.95 && share_of_wide < 1.0, "{share_of_wide}");
        // Other programs have taken the cores.
        runs(&mut pace, 32, 128, 1_000, 3_000);
        let share_of_wide = share(&runs(&mut pace, 32, 320, 1_000, 3_000));
        assert!(share_of_wide > 0.0 && share_of_wide < 0.05, "{share_of_wide}");
        // They have gone.
        runs(&mut pace, 32, 40, 1_000, 600);
        assert!(share(&runs(&mut pace, 32, 320, 1_000, 600)) > 0.95);
    }

    #[test]
    fn a_small_gain_is_not_worth_the_cores() {
        let mut pace = Pace::default();
        runs(&mut pace, 32, 6, 1_000, 950);
        assert!(share(&runs(&mut pace, 32, 320, 1_000, 950)) < 0.05);
    }

    #[test]
    fn lengths_are_told_apart() {
        let mut pace = Pace::default();
        for tokens in [1, 16, 100_000] {
            runs(&mut pace, tokens, 6, 1_000, 2_000);
        }
        runs(&mut pace, 128, 6, 1_000, 500);
        assert_eq!([16, 128].map(|tokens| pace.choose(tokens)), [Way::Narrow, Way::Wide]);
        assert_eq!([0, 50_000].map(|tokens| pace.choose(tokens)), [Way::Narrow; 2]);
    }

    #[test]
    fn one_run_that_was_held_up_changes_nothing() {
        let mut pace = Pace::default();
        runs(&mut pace, 32, 40, 1_000, 500);
        pace.took(32, Way::Wide, Duration::from_secs(3));
        assert_eq!(pace.choose(32), Way::Wide);
    }
}
