//! Asking a model directly, without a plan around it: vectors of texts, scores of texts and pairs.

use std::sync::Arc;
use std::time::Instant;

use pyshield_core::{Input, Interrupt, Interrupted, Text};

use super::Model;
use super::answer::PassageAnswer;
use super::error::{ModelError, ModelFault};
use super::head::HeadKind;
use super::passage::{Passage, Piece};
use super::question::{self, Asked, Wanted};

/// Why a model was asked in vain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectError {
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The deadline passed, or nobody waits any more.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// A text has more windows than the model may read of one.
    #[error("a text has more than the {0} windows that are read of one")]
    TooLong(usize),
}

impl Model {
    /// The head that places a text in a space.
    pub fn embedding_head(&self) -> Result<usize, ModelError> {
        self.head_of(|kind| kind == HeadKind::Embedding, "it has no embedding")
    }

    /// The head that judges two texts, or one.
    pub fn scoring_head(&self) -> Result<usize, ModelError> {
        let pair = self.config().heads.iter().position(|head| head.kind == HeadKind::Pair);
        pair.map_or_else(
            || self.head_of(|kind| kind == HeadKind::Sequence, "it has no labels to score with"),
            Ok,
        )
    }

    fn head_of(&self, fits: impl Fn(HeadKind) -> bool, otherwise: &str) -> Result<usize, ModelError> {
        let at = self.config().heads.iter().position(|head| fits(head.kind));
        at.ok_or_else(|| self.source().error(ModelFault::Labels(otherwise.to_owned())))
    }

    /// The place of each text: vectors of length one. Loads the model if need be. Must be polled on the
    /// engine's tokio runtime.
    pub async fn embed(
        self: Arc<Self>,
        texts: Vec<String>,
        deadline: Option<Instant>,
    ) -> Result<Vec<Vec<f32>>, DirectError> {
        let head = self.embedding_head()?;
        let passages = texts.into_iter().map(Passage::own).collect();
        let answers = self.read(head, passages, deadline).await?;
        Ok(answers.iter().map(|answer| answer.embedding(head).to_vec()).collect())
    }

    /// What the head of labels says of each pair of texts: the probability of each label.
    pub async fn score(
        self: Arc<Self>,
        pairs: Vec<(String, String)>,
        deadline: Option<Instant>,
    ) -> Result<Vec<Vec<f64>>, DirectError> {
        let head = self.scoring_head()?;
        let pair = |(first, second): (String, String)| Passage::own(first).with(Piece::Own(second.into()));
        let passages = pairs.into_iter().map(pair).collect();
        let answers = self.read(head, passages, deadline).await?;
        Ok(answers.iter().map(|answer| answer.labels(head).to_vec()).collect())
    }

    /// What the head of labels says of each text: the probability of each label. A pair's head is given none.
    pub async fn classify(
        self: Arc<Self>,
        texts: Vec<String>,
        deadline: Option<Instant>,
    ) -> Result<Vec<Vec<f64>>, DirectError> {
        let head = self.head_of(|kind| kind == HeadKind::Sequence, "it has no labels of single texts")?;
        let passages = texts.into_iter().map(Passage::own).collect();
        let answers = self.read(head, passages, deadline).await?;
        Ok(answers.iter().map(|answer| answer.labels(head).to_vec()).collect())
    }

    /// What a head says of each passage. Making tokens and loading happen off the threads that drive futures.
    async fn read(
        self: Arc<Self>,
        head: usize,
        passages: Vec<Passage>,
        deadline: Option<Instant>,
    ) -> Result<Vec<PassageAnswer>, DirectError> {
        let closed = self.source().error(ModelFault::Closed);
        let most = self.source().max_windows;
        let asking = tokio::task::spawn_blocking(move || self.ask_each(head, passages, deadline));
        let asked = asking.await.map_err(|_| closed)??;
        let mut answers = Vec::with_capacity(asked.len());
        for asked in asked {
            let (scanners, _) = asked.wait(deadline).await?;
            for said in scanners {
                answers.extend(said?.passages);
            }
        }
        if answers.iter().any(|answer| answer.covered.is_some()) {
            return Err(DirectError::TooLong(most));
        }
        Ok(answers)
    }

    /// One question for each passage, so that the limit of windows is each one's own.
    fn ask_each(
        self: &Arc<Self>,
        head: usize,
        passages: Vec<Passage>,
        deadline: Option<Instant>,
    ) -> Result<Vec<Asked>, DirectError> {
        let nothing = Text::new(String::new());
        let input = Input { text: &nothing, prompt: None, interrupt: Interrupt::new(deadline, None) };
        let ask = |passage| {
            let wanted = vec![Wanted { passages: vec![passage], heads: 1 << head }];
            input.interrupt.check()?;
            Ok(question::ask(self, wanted, &input, deadline, None)?)
        };
        passages.into_iter().map(ask).collect()
    }
}
