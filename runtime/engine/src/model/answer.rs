//! What a model said of a passage: its windows put together again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Model;
use super::encode::Token;
use super::entities::{Entity, entities};
use super::head::{HeadKind, Pooling};
use super::passage::Passage;
use super::reading::{Reading, normalise};
use super::session::Row;

/// What one head said of one passage.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The probability of each label, in the head's order.
    Labels(Vec<f64>),
    /// What was found, in the order of the passage, in its bytes.
    Entities(Vec<Entity>),
    /// Its place; of length one.
    Embedding(Vec<f32>),
}

/// What the heads of a model said of the passages of one scanner.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// In the order of the scanner's passages.
    pub passages: Vec<PassageAnswer>,
}

/// What the heads said of one passage.
#[derive(Clone, Debug)]
pub struct PassageAnswer {
    /// What was read.
    pub passage: Passage,
    /// By the position of the head.
    pub(crate) heads: BTreeMap<usize, Answer>,
    /// Bytes of it that were read, if not all were: it was too long.
    pub covered: Option<usize>,
}

impl PassageAnswer {
    /// The probabilities of a head's labels; none if it is not a head of labels.
    pub fn labels(&self, head: usize) -> &[f64] {
        match self.heads.get(&head) {
            Some(Answer::Labels(labels)) => labels,
            _ => &[],
        }
    }

    /// The entities of a head, in bytes of the passage.
    pub fn entities(&self, head: usize) -> &[Entity] {
        match self.heads.get(&head) {
            Some(Answer::Entities(entities)) => entities,
            _ => &[],
        }
    }

    /// The vector of a head.
    pub fn embedding(&self, head: usize) -> &[f32] {
        match self.heads.get(&head) {
            Some(Answer::Embedding(vector)) => vector,
            _ => &[],
        }
    }
}

/// How long a model took for a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Making tokens.
    pub tokenize: Duration,
    /// From the start of the first run to the end of the last.
    pub inference: Duration,
}

/// A passage's rows, and what is needed to put them together.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) passage: Passage,
    /// The heads that are wanted, as bits.
    pub(crate) heads: u64,
    /// Its rows among those of the question: first and count.
    pub(crate) first: usize,
    /// For each row its tokens, and which of the passage's they are.
    pub(crate) rows: Vec<(usize, std::ops::Range<usize>)>,
    /// The tokens of the first text, if places are wanted.
    pub(crate) tokens: Vec<Token>,
    /// Bytes read, if not all.
    pub(crate) covered: Option<usize>,
}

impl Read {
    /// What the heads said, from the rows of the whole question.
    pub(crate) fn answer(&self, model: &Model, rows: &[Arc<Row>]) -> PassageAnswer {
        let mut heads = BTreeMap::new();
        let mine = rows.get(self.first..self.first + self.rows.len()).unwrap_or_default();
        for (at, head) in model.config().heads.iter().enumerate() {
            if self.heads & (1 << at) == 0 {
                continue;
            }
            let readings = mine.iter().zip(&self.rows).filter_map(|(row, (length, range))| {
                let reading = row.iter().find(|(of, _)| *of == at)?;
                Some((&reading.1, *length, range.clone()))
            });
            let answer = match head.kind {
                HeadKind::Sequence | HeadKind::Pair => Answer::Labels(pool_labels(head.pooling, readings)),
                HeadKind::Embedding => Answer::Embedding(pool_vectors(readings)),
                HeadKind::Token => {
                    let windows = readings.filter_map(|(reading, _, range)| match reading {
                        Reading::Tokens(labels) => Some((range, &labels[..])),
                        _ => None,
                    });
                    Answer::Entities(entities(head, &self.tokens, windows))
                }
            };
            heads.insert(at, answer);
        }
        PassageAnswer { passage: self.passage.clone(), heads, covered: self.covered }
    }
}

type Readings<'a> = (&'a Reading, usize, std::ops::Range<usize>);

fn pool_labels<'a>(pooling: Pooling, readings: impl Iterator<Item = Readings<'a>>) -> Vec<f64> {
    let mut pooled: Vec<f64> = Vec::new();
    let mut weight = 0.0;
    for (reading, length, _) in readings {
        let Reading::Labels(row) = reading else { continue };
        pooled.resize(row.len(), 0.0);
        match pooling {
            Pooling::Max => pooled.iter_mut().zip(row).for_each(|(sum, &p)| *sum = sum.max(f64::from(p))),
            Pooling::Mean => {
                weight += length as f64;
                pooled.iter_mut().zip(row).for_each(|(sum, &p)| *sum += f64::from(p) * length as f64);
            }
        }
    }
    if pooling == Pooling::Mean && weight > 0.0 {
        for sum in &mut pooled {
            *sum /= weight;
        }
    }
    pooled
}

fn pool_vectors<'a>(readings: impl Iterator<Item = Readings<'a>>) -> Vec<f32> {
    let mut pooled: Vec<f32> = Vec::new();
    for (reading, length, _) in readings {
        let Reading::Embedding(row) = reading else { continue };
        pooled.resize(row.len(), 0.0);
        pooled.iter_mut().zip(row).for_each(|(sum, x)| *sum += x * length as f32);
    }
    normalise(&mut pooled);
    pooled
}
