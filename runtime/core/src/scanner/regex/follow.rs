//! Matches in a text that is still being written.

use std::sync::Arc;

use crate::error::ScannerError;
use crate::literal::LiteralHits;
use crate::pattern::{Follower, Pattern};
use crate::stream::{Follow, Found, Progress, Window};

/// Follows all patterns of one scanner.
#[derive(Debug)]
pub(super) struct RegexFollower {
    patterns: Arc<[Pattern]>,
    /// Where each pattern stands; `None` when no more of its matches are wanted.
    followers: Vec<Option<Follower>>,
    /// Whether only the first match of a pattern counts.
    once: bool,
    replacement: Option<Arc<str>>,
}

impl RegexFollower {
    /// For patterns that can be followed.
    pub(super) fn new(patterns: Arc<[Pattern]>, once: bool, replacement: Option<Arc<str>>) -> Self {
        let followers = patterns.iter().map(|_| Some(Follower::default())).collect();
        Self { patterns, followers, once, replacement }
    }
}

impl Follow for RegexFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError> {
        let text = (window.text.as_str(), window.base, window.last);
        let mut decided = usize::MAX;
        for ((pattern, slot), rank) in self.patterns.iter().zip(&mut self.followers).zip(0..) {
            let Some(follower) = slot else { continue };
            let mut done = false;
            follower.advance(pattern, text, window.interrupt, |span| {
                found.push(rank, "PATTERN", span, 1.0, self.replacement.as_ref());
                done = self.once;
                !done
            })?;
            if done {
                *slot = None;
            } else {
                decided = decided.min(follower.at);
            }
        }
        if decided == usize::MAX {
            return Ok(Progress::DONE);
        }
        // Whether a word begins there depends on the character before, of four bytes at most.
        Ok(Progress { decided, needed: decided.saturating_sub(4) })
    }

    fn rests_until(&self) -> usize {
        self.followers.iter().flatten().map(Follower::rests_until).min().unwrap_or(usize::MAX)
    }

    fn conclude(&self, findings: usize, _end: usize) -> (bool, f64) {
        if findings == 0 { (true, -1.0) } else { (false, 1.0) }
    }
}
