//! A plan for a text that is still being written.

use std::sync::Arc;

use pyshield_core::stream::windows::Reads;
use pyshield_core::stream::{Cut, Failure, Follow, Stream};

use super::part::Part;
use super::{Plan, Stage};
use crate::private::{Session, Snapshot};
use crate::stream::window::{Mailbox, Pace, WindowFollower};

/// What a plan makes of a text that is still being written.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) stream: Stream,
    /// The states of the vaults that it restores from.
    pub(crate) snapshots: Vec<Arc<Snapshot>>,
    /// The scanners that wait for a window to be judged, with the places where they get the verdicts.
    pub(crate) parts: Vec<(Arc<Part>, Pace, Vec<Arc<Mailbox>>)>,
}

impl Plan {
    /// Whether some of its scanners judge a text by the sense of it.
    pub(crate) const fn has_parts(&self) -> bool {
        !self.parts.is_empty()
    }

    /// A stream for a text that is still being written; `None` if a scanner needs to see all of the text.
    pub(crate) fn stream(&self, cut: Cut, failure: Failure, session: &Session, pace: Pace) -> Option<Opened> {
        // What is written in disguise may begin anywhere before its end.
        if self.views.is_some() || !self.pipeline.is_parallel() {
            return None;
        }
        let mut snapshots = Vec::new();
        let mut parts: Vec<(Arc<Part>, Pace, Vec<Arc<Mailbox>>)> = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            if part.reads == Reads::Whole && pace != Pace::After {
                return None;
            }
            // What has passed cannot be changed any more.
            let pace = if part.redacts { Pace::Hold } else { pace };
            parts.push((Arc::clone(part), pace, Vec::with_capacity(part.positions.len())));
        }
        let mut followers: Vec<(Box<dyn Follow>, Option<usize>)> = Vec::with_capacity(self.stages.len());
        for (stage, list) in self.stages.iter().zip(&self.literal_list) {
            let waits =
                stage.reads().and_then(|reads| parts.iter_mut().find(|(part, ..)| part.reads == reads));
            let follower = match (stage, waits) {
                (_, Some((part, of_part, mailboxes))) => {
                    let (follower, mailbox) = WindowFollower::new(*of_part, pace, part.reads);
                    mailboxes.push(mailbox);
                    Box::new(follower)
                }
                (Stage::Text(scanner), None) => scanner.follow()?,
                (Stage::Private(scanner), None) => {
                    let (follower, snapshot) = scanner.follow(session)?;
                    snapshots.push(snapshot);
                    follower
                }
                (Stage::Network(_) | Stage::Model(_) | Stage::Absent(_), None) => return None,
            };
            followers.push((follower, *list));
        }
        let stream = Stream::new(followers, Arc::clone(&self.literals), cut, failure);
        Some(Opened { stream, snapshots, parts })
    }
}
