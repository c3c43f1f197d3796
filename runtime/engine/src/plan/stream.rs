//! A plan for a text that is still being written.

use std::sync::Arc;

use pyshield_core::stream::{Cut, Failure, Follow, Stream};

use super::{Plan, Stage};
use crate::private::{Session, Snapshot};

impl Plan {
    /// A stream for a text that is still being written, and the states of the vaults that it restores from;
    /// `None` if a scanner needs to see all of the text.
    pub(crate) fn stream(
        &self,
        cut: Cut,
        failure: Failure,
        session: &Session,
    ) -> Option<(Stream, Vec<Arc<Snapshot>>)> {
        // What is written in disguise may begin anywhere before its end.
        if self.views.is_some() || !self.pipeline.is_parallel() {
            return None;
        }
        let mut snapshots = Vec::new();
        let mut followers: Vec<(Box<dyn Follow>, Option<usize>)> = Vec::with_capacity(self.stages.len());
        for (stage, list) in self.stages.iter().zip(&self.literal_list) {
            let follower = match stage {
                Stage::Text(scanner) => scanner.follow()?,
                Stage::Private(scanner) => {
                    let (follower, snapshot) = scanner.follow(session)?;
                    snapshots.push(snapshot);
                    follower
                }
                Stage::Network(_) | Stage::Model(_) | Stage::Absent(_) => return None,
            };
            followers.push((follower, *list));
        }
        Some((Stream::new(followers, Arc::clone(&self.literals), cut, failure), snapshots))
    }
}
