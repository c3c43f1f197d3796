//! What a model said of a passage: its windows put together again.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Range};
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
    /// The probability of each label, in the head's order: of the whole, and of each window.
    Labels {
        /// The windows' probabilities, put together as the head says.
        pooled: Vec<f64>,
        /// What each window says.
        windows: Vec<LabelWindow>,
    },
    /// What was found, in the order of the passage, in its bytes.
    Entities(Vec<Entity>),
    /// Its place, and that of each window; of length one.
    Embedding {
        /// The mean of the windows', weighted by their lengths.
        pooled: Vec<f32>,
        /// Each window's.
        windows: Vec<Vec<f32>>,
    },
}

/// What a head of labels says of one window.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelWindow {
    /// Which tokens of the first text it holds.
    pub tokens: Range<usize>,
    /// Its length in tokens, which is its weight in a mean.
    pub length: usize,
    /// The probability of each label.
    pub probabilities: Vec<f64>,
    /// Its logit.
    pub logits: Vec<f64>,
}

/// What the heads of a model said of the passages of one scanner.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// In the order of the scanner's passages.
    pub passages: Vec<PassageAnswer>,
}

impl Answers {
    /// Whether a passage was too long to be read to its end.
    pub(crate) fn is_partial(&self) -> bool {
        self.passages.iter().any(|answer| answer.covered.is_some())
    }
}

/// What the heads said of one passage.
#[derive(Clone, Debug)]
pub struct PassageAnswer {
    /// What was read.
    pub passage: Passage,
    /// By the position of the head.
    pub(crate) heads: Arc<BTreeMap<usize, Answer>>,
    /// Bytes of it that were read, if not all were: it was too long.
    pub covered: Option<usize>,
}

impl PassageAnswer {
    /// The probabilities of a head's labels; none if it is not a head of labels.
    pub fn labels(&self, head: usize) -> &[f64] {
        match self.heads.get(&head) {
            Some(Answer::Labels { pooled, .. }) => pooled,
            _ => &[],
        }
    }

    /// What a head of labels says of each window.
    pub fn label_windows(&self, head: usize) -> &[LabelWindow] {
        match self.heads.get(&head) {
            Some(Answer::Labels { windows, .. }) => windows,
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
            Some(Answer::Embedding { pooled, .. }) => pooled,
            _ => &[],
        }
    }

    /// The vector of each window.
    pub fn embedding_windows(&self, head: usize) -> &[Vec<f32>] {
        match self.heads.get(&head) {
            Some(Answer::Embedding { windows, .. }) => windows,
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

impl AddAssign for Spent {
    /// The time of what came after it on top.
    fn add_assign(&mut self, next: Self) {
        self.tokenize += next.tokenize;
        self.inference += next.inference;
    }
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
    pub(crate) rows: Vec<(usize, Range<usize>)>,
    /// The tokens of the first text, if places are wanted.
    pub(crate) tokens: Vec<Token>,
    /// Bytes read, if not all.
    pub(crate) covered: Option<usize>,
    /// What the sessions said of it before, if it stands in settings.
    pub(crate) known: Option<PassageAnswer>,
}

impl Read {
    /// What the heads said, from the rows of the whole question.
    pub(crate) fn answer(&self, model: &Model, rows: &[Arc<Row>]) -> PassageAnswer {
        if let Some(known) = &self.known {
            return known.clone();
        }
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
                HeadKind::Sequence | HeadKind::Pair => labels(head.pooling, readings),
                HeadKind::Embedding => vectors(readings),
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
        PassageAnswer { passage: self.passage.clone(), heads: Arc::new(heads), covered: self.covered }
    }
}

type Readings<'a> = (&'a Reading, usize, Range<usize>);

fn labels<'a>(pooling: Pooling, readings: impl Iterator<Item = Readings<'a>>) -> Answer {
    let wide = |row: &[f32]| row.iter().copied().map(f64::from).collect();
    let windows: Vec<LabelWindow> = readings
        .filter_map(|(reading, length, tokens)| match reading {
            Reading::Labels { probabilities, logits } => {
                Some(LabelWindow { tokens, length, probabilities: wide(probabilities), logits: wide(logits) })
            }
            _ => None,
        })
        .collect();
    let width = windows.first().map_or(0, |window| window.probabilities.len());
    let label = |at: usize| pool(pooling, windows.iter().map(|w| (w.probabilities[at], w.length)));
    Answer::Labels { pooled: (0..width).map(label).collect(), windows }
}

/// The probability above which odds do not grow any more.
const SUREST: f64 = 1.0 - 1e-9;

/// Windows among which evidence counts less and less; more are as many. Otherwise whoever writes much around an attack
/// would have it overlooked.
const MOST_CHANCES: u32 = 32;

/// One number of several windows', each with the window's length.
pub(crate) fn pool(pooling: Pooling, windows: impl Iterator<Item = (f64, usize)>) -> f64 {
    match pooling {
        Pooling::Max => windows.map(|(p, _)| p).fold(0.0, f64::max),
        Pooling::Odds => {
            let (mut sum, mut count, mut last) = (0.0, 0, 0.0);
            for (p, _) in windows {
                sum += p / (1.0 - p.min(SUREST));
                count += 1;
                last = p;
            }
            let odds = sum / f64::from(count.clamp(1, MOST_CHANCES));
            if count == 1 { last } else { odds / (1.0 + odds) }
        }
        Pooling::Mean => {
            let (sum, weight) = windows.fold((0.0, 0.0), |(sum, weight), (p, length)| {
                (sum + p * length as f64, weight + length as f64)
            });
            if weight > 0.0 { sum / weight } else { 0.0 }
        }
    }
}

fn vectors<'a>(readings: impl Iterator<Item = Readings<'a>>) -> Answer {
    let mut pooled: Vec<f32> = Vec::new();
    let mut windows = Vec::new();
    for (reading, length, _) in readings {
        let Reading::Embedding(row) = reading else { continue };
        pooled.resize(row.len(), 0.0);
        pooled.iter_mut().zip(row).for_each(|(sum, x)| *sum += x * length as f32);
        windows.push(row.clone());
    }
    normalise(&mut pooled);
    Answer::Embedding { pooled, windows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odds(windows: &[f64]) -> f64 {
        pool(Pooling::Odds, windows.iter().map(|p| (*p, 1)))
    }

    #[test]
    fn one_doubtful_window_among_many_is_chance_and_one_that_is_sure_is_not() {
        assert!(odds(&[]) <= 0.0);
        for windows in [&[0.3][..], &[0.3, 0.3]] {
            assert!(
                (odds(windows) - 0.3).abs() < 1e-9,
                "of one window nothing changes, nor of two that agree"
            );
        }
        let among = |p: f64, others: usize| odds(&[&[p][..], &vec![0.001; others]].concat());
        assert!((among(0.5, 9) - 0.1).abs() < 0.01, "{}", among(0.5, 9));
        assert!(among(0.999, 9) > 0.98 && among(1.0, 9) > 0.999_999);
        assert!(among(0.5, 9) > odds(&[0.001; 10]));
    }

    #[test]
    fn an_attack_is_not_overlooked_for_what_was_written_around_it() {
        let padded = |others: usize| odds(&[&[0.99][..], &vec![0.0; others]].concat());
        assert!(padded(31) < padded(3));
        assert!(padded(31) <= padded(100_000));
    }
}
