//! Asking a model: passages into tokens, tokens into rows, rows into its line. And waiting for the answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pyshield_core::{Input, Interrupted};
use tokio::sync::oneshot;

use super::answer::{Answers, Read, Spent};
use super::ask::{Answered, Ask, AskError, Rows};
use super::config::ModelConfig;
use super::encode::{EncodeError, Encoder, Tokens};
use super::error::{ModelError, ModelFault};
use super::head::HeadKind;
use super::passage::Passage;
use super::window::{Window, pair_windows, windows};
use super::{Loaded, Model};

/// What one scanner wants of a model: its passages, and the heads as bits.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) passages: Vec<Passage>,
    pub(crate) heads: u64,
}

/// A question that is asked, and what is needed to make sense of the answer.
#[derive(Debug)]
pub(crate) struct Asked {
    model: Arc<Model>,
    /// Keeps the sessions until the answer is there, should they be unloaded meanwhile.
    loaded: Option<Arc<Loaded>>,
    /// Each different passage.
    reads: Vec<Read>,
    /// For each scanner, which of [`Self::reads`] are its own.
    scanners: Vec<Vec<usize>>,
    /// `None` if there was nothing to run.
    answer: Option<oneshot::Receiver<Answered>>,
    tokenize: Duration,
    failed: Option<ModelFault>,
}

/// A question that was answered, and what the model said, as it came.
#[derive(Debug)]
pub(crate) struct Heard {
    asked: Asked,
    answered: Option<Answered>,
}

impl Heard {
    /// How much there is to make sense of, in passages and rows.
    pub(crate) fn size(&self) -> usize {
        self.asked.reads.len() + self.asked.reads.iter().map(|read| read.rows.len()).sum::<usize>()
    }

    /// What it says to each scanner. An error only when the request is over.
    pub(crate) fn answers(self) -> Result<Answer, Interrupted> {
        self.asked.answers(self.answered)
    }
}

/// What came of a question: for each scanner its answers, and the time it took.
pub(crate) type Answer = (Vec<Result<Answers, ModelError>>, Spent);

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}

/// Asks a model for several scanners at once: every different passage is tokenised and run once. Loads the
/// model if need be, unless that was tried (`loaded`), so without it is for threads that may block.
pub(crate) fn ask(
    model: &Arc<Model>,
    wanted: Vec<Wanted>,
    input: &Input<'_>,
    deadline: Option<Instant>,
    loaded: Option<Result<Arc<Loaded>, ModelFault>>,
) -> Result<Asked, Interrupted> {
    let mut asked = Asked {
        model: Arc::clone(model),
        loaded: None,
        reads: Vec::new(),
        scanners: Vec::with_capacity(wanted.len()),
        answer: None,
        tokenize: Duration::ZERO,
        failed: None,
    };
    #[expect(clippy::mutable_key_type, reason = "a part of a view is told by its number and range")]
    let mut known: HashMap<Passage, usize> = HashMap::new();
    for Wanted { passages, heads } in wanted {
        let mut own = Vec::with_capacity(passages.len());
        for passage in passages {
            let at = *known.entry(passage.clone()).or_insert_with(|| {
                asked.reads.push(Read::new(passage));
                asked.reads.len() - 1
            });
            asked.reads[at].heads |= heads;
            own.push(at);
        }
        asked.scanners.push(own);
    }
    if asked.reads.is_empty() {
        return Ok(asked);
    }
    match asked.submit(input, deadline, loaded) {
        Ok(()) => {}
        Err(EncodeError::Interrupted(why)) => return Err(why),
        Err(EncodeError::Fault(fault)) => asked.failed = Some(fault),
    }
    Ok(asked)
}

impl Read {
    fn new(passage: Passage) -> Self {
        Self { passage, heads: 0, first: 0, rows: Vec::new(), tokens: Vec::new(), covered: None, known: None }
    }

    /// Cuts the passage into rows, and remembers what is needed to put them together again.
    fn cut(
        &mut self,
        encoder: &Encoder,
        config: &ModelConfig,
        most: usize,
        input: &Input<'_>,
    ) -> Result<Vec<Window>, EncodeError> {
        let text = self.passage.text.resolve(input);
        let room = config.window.saturating_sub(encoder.frame_of(self.passage.pair.is_some()).len()).max(1);
        let limit = room.saturating_sub(config.overlap.min(room / 2)).max(1).saturating_mul(most);
        let mut tokens = encoder.tokens(text, limit, &input.interrupt)?;
        if let Some((head, tail)) = self.passage.ends {
            keep_ends(&mut tokens, head, tail);
        }
        let mut covered = (tokens.covered < text.len()).then_some(tokens.covered);
        let mut windows = if let Some(pair) = &self.passage.pair {
            let second = pair.resolve(input);
            let second_tokens = encoder.tokens(second, limit, &input.interrupt)?;
            if second_tokens.covered < second.len() {
                covered.get_or_insert(tokens.covered);
            }
            pair_windows(encoder, &tokens.tokens, &second_tokens.tokens, config.window, config.overlap, most)
        } else {
            windows(encoder, &tokens.tokens, config.window, config.overlap)
        };
        if windows.len() > most {
            windows.truncate(most);
            let end = windows.last().map_or(0, |window| window.tokens.end);
            let byte =
                end.checked_sub(1).and_then(|last| tokens.tokens.get(last)).map_or(0, |token| token.end);
            covered = Some(byte as usize);
        }
        self.rows = windows.iter().map(|window| (window.len(), window.tokens.clone())).collect();
        self.covered = covered;
        let places = config.heads.iter().enumerate();
        if places.into_iter().any(|(at, head)| self.heads & (1 << at) != 0 && head.kind == HeadKind::Token) {
            self.tokens = tokens.tokens;
        }
        Ok(windows)
    }
}

/// Windows of a text that may still be read. What stands in a scanner's settings is not a part of it.
struct Left(usize);

impl Left {
    /// How many windows of a passage are read, where each text may have `most`.
    fn of(&self, passage: &Passage, most: usize) -> usize {
        if passage.is_standing() { most } else { self.0 }
    }

    fn take(&mut self, passage: &Passage, windows: usize) {
        if !passage.is_standing() {
            self.0 = self.0.saturating_sub(windows);
        }
    }
}

/// Keeps only the first and the last tokens.
fn keep_ends(tokens: &mut Tokens, head: usize, tail: usize) {
    let count = tokens.tokens.len();
    if count > head + tail {
        tokens.tokens.drain(head..count - tail);
    }
}

impl Asked {
    fn submit(
        &mut self,
        input: &Input<'_>,
        deadline: Option<Instant>,
        loaded: Option<Result<Arc<Loaded>, ModelFault>>,
    ) -> Result<(), EncodeError> {
        let loaded = loaded.unwrap_or_else(|| self.model.loaded()).map_err(EncodeError::Fault)?;
        let began = Instant::now();
        let most = self.model.source().max_windows.max(1);
        let mut rows = Vec::new();
        let mut left = Left(most);
        for read in &mut self.reads {
            read.known = loaded.standing.get(&read.passage, read.heads);
            if read.known.is_some() {
                continue;
            }
            read.first = rows.len();
            let may = left.of(&read.passage, most);
            if may == 0 {
                read.covered = Some(0);
                continue;
            }
            let windows = read.cut(&loaded.encoder, self.model.config(), may, input)?;
            left.take(&read.passage, windows.len());
            rows.extend(windows.into_iter().map(|window| (window, read.heads)));
        }
        self.tokenize = began.elapsed();
        self.model.counters().tokenize_seconds.record(self.tokenize);
        if !rows.is_empty() {
            let (sender, receiver) = oneshot::channel();
            let ask = Ask::new(rows.len(), deadline, sender);
            loaded.pool.submit(&ask, rows);
            self.answer = Some(receiver);
        }
        self.loaded = Some(loaded);
        Ok(())
    }

    /// Waits for the answer and makes sense of it. An error only when the request is over; a fault of the model is
    /// each scanner's.
    pub(crate) async fn wait(self, deadline: Option<Instant>) -> Result<Answer, Interrupted> {
        self.hear(deadline).await?.answers()
    }

    /// Waits for the answer.
    pub(crate) async fn hear(mut self, deadline: Option<Instant>) -> Result<Heard, Interrupted> {
        let Some(receiver) = self.answer.take() else { return Ok(Heard { asked: self, answered: None }) };
        let answered = match deadline {
            None => receiver.await,
            Some(deadline) => match tokio::time::timeout_at(deadline.into(), receiver).await {
                Ok(answered) => answered,
                Err(_) => return Err(Interrupted::Deadline),
            },
        };
        let answered = answered.unwrap_or(Err(AskError::Fault(ModelFault::Closed)));
        Ok(Heard { asked: self, answered: Some(answered) })
    }

    fn answers(self, answered: Option<Answered>) -> Result<Answer, Interrupted> {
        let mut spent = Spent { tokenize: self.tokenize, inference: Duration::ZERO };
        let rows = match answered {
            None => Rows { rows: Vec::new(), inference: Duration::ZERO },
            Some(Ok(rows)) => rows,
            Some(Err(AskError::Interrupted(why))) => return Err(why),
            Some(Err(AskError::Fault(fault))) => return Ok((self.failures(&fault), spent)),
        };
        if let Some(fault) = &self.failed {
            return Ok((self.failures(fault), spent));
        }
        spent.inference = rows.inference;
        let answers: Vec<_> = self.reads.iter().map(|read| read.answer(&self.model, &rows.rows)).collect();
        if let Some(loaded) = &self.loaded {
            for (read, answer) in self.reads.iter().zip(&answers).filter(|(read, _)| read.known.is_none()) {
                loaded.standing.keep(answer, read.heads);
            }
        }
        let of = |own: &Vec<usize>| Answers { passages: own.iter().map(|&at| answers[at].clone()).collect() };
        Ok((self.scanners.iter().map(|own| Ok(of(own))).collect(), spent))
    }

    fn failures(&self, fault: &ModelFault) -> Vec<Result<Answers, ModelError>> {
        let error = self.model.source().error(fault.clone());
        self.scanners
            .iter()
            .map(|own| if own.is_empty() { Ok(Answers::default()) } else { Err(error.clone()) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_take_no_windows_of_the_text() {
        let mut left = Left(10);
        let (text, topic) = (Passage::part(0..1), Passage::standing("a topic"));
        for _ in 0..2_000 {
            assert_eq!(left.of(&topic, 10), 10);
            left.take(&topic, 1);
        }
        assert_eq!(left.of(&text, 10), 10);
        left.take(&text, 7);
        assert_eq!((left.of(&text, 10), left.of(&topic, 10)), (3, 10));
        left.take(&text, 4);
        assert_eq!(left.of(&text, 10), 0);
    }
}
