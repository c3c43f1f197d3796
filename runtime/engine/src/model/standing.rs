//! What a model says of texts that stand in a scanner's settings: asked once, and kept with the sessions.

use std::collections::HashMap;
use std::sync::Arc;

use super::answer::PassageAnswer;
use super::passage::{Passage, Piece};
use crate::lock::Mutex;

/// As many are kept; those of further ones are asked for every time.
const MOST: usize = 4096;

/// The answers, by text and heads. Other sessions begin without any: they may be of another graph.
#[derive(Debug, Default)]
pub(crate) struct Standing(Mutex<HashMap<(Arc<str>, u64), PassageAnswer>>);

impl Standing {
    /// What was said of the passage, if it stands in settings and was read before.
    pub(crate) fn get(&self, passage: &Passage, heads: u64) -> Option<PassageAnswer> {
        let key = (text(passage)?, heads);
        self.0.lock().get(&key).cloned()
    }

    /// Keeps what was said of a passage that stands in settings and was read to its end.
    pub(crate) fn keep(&self, answer: &PassageAnswer, heads: u64) {
        let Some(text) = text(&answer.passage).filter(|_| answer.covered.is_none()) else { return };
        let mut kept = self.0.lock();
        if kept.len() < MOST {
            kept.insert((text, heads), answer.clone());
        }
    }
}

fn text(passage: &Passage) -> Option<Arc<str>> {
    match passage {
        Passage { text: Piece::Standing(text), pair: None, ends: None } => Some(Arc::clone(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(passage: Passage, covered: Option<usize>) -> PassageAnswer {
        PassageAnswer { passage, heads: Arc::default(), covered }
    }

    #[test]
    fn only_whole_texts_of_settings_are_kept() {
        let standing = Standing::default();
        let topic = Passage::standing("a topic");
        standing.keep(&answer(topic.clone(), Some(3)), 1);
        assert!(standing.get(&topic, 1).is_none());
        standing.keep(&answer(topic.clone(), None), 1);
        assert!(standing.get(&topic, 1).is_some());
        assert!(standing.get(&topic, 2).is_none());

        let own = Passage::own("a topic");
        standing.keep(&answer(own.clone(), None), 1);
        assert!(standing.get(&own, 1).is_none());
    }

    #[test]
    fn their_number_is_bounded() {
        let standing = Standing::default();
        for at in 0..=MOST {
            standing.keep(&answer(Passage::standing(at.to_string()), None), 1);
        }
        assert_eq!(standing.0.lock().len(), MOST);
    }
}
