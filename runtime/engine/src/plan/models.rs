//! A plan's models: what its scanners want of each, asked in one go, and judged when it is answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use pyshield_core::view::{ViewSet, merge_verdict};
use pyshield_core::{Input, Interrupt, Interrupted, ScannerError, Text, Verdict};

use super::{Plan, Stage, guard};
use crate::model::answer::{Answers, Spent};
use crate::model::error::{ModelError, ModelFault};
use crate::model::names::Names;
use crate::model::question::{self, Asked, Heard, Wanted};
use crate::model::scanner::ModelScanner;
use crate::model::{Loaded, Model};
use crate::outcome::Judgement;
use crate::views::{Seen, ViewPass};

/// Passages and rows of an answer that are judged on the thread that drives requests: about a millisecond's work.
const MOST_HERE: usize = 256;

/// The scanners of a plan that read one model.
#[derive(Debug)]
pub(super) struct Readers {
    pub(super) model: Arc<Model>,
    /// Their positions among the stages.
    pub(super) stages: Vec<usize>,
}

/// Models that were loaded, or were to be, before they are asked: each by its place among the plan's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions(Vec<(usize, Result<Arc<Loaded>, ModelFault>)>);

/// A model that was asked.
#[derive(Debug)]
struct Question {
    began: Instant,
    model: Arc<Model>,
    /// The scanners that asked.
    readings: Vec<Reading>,
    /// The views that were read as well.
    views: Option<Arc<ViewSet>>,
    asked: Asked,
}

/// A model that answered.
struct Said {
    began: Instant,
    model: Arc<Model>,
    readings: Vec<Reading>,
    views: Option<Arc<ViewSet>>,
    heard: Heard,
}

/// What one scanner has a model read.
#[derive(Debug)]
struct Reading {
    /// The scanner's position.
    at: usize,
    /// How many passages it has of the text, and of each view.
    passages: Vec<usize>,
    /// Why it cannot pass the text, whatever the model says: there is more to read than it may.
    short: Option<ScannerError>,
}

/// What a step of a plan has asked its models.
#[derive(Debug, Default)]
pub(crate) struct Questions(Vec<Question>);

/// Which stages read which model.
pub(super) fn readers(stages: &[Stage]) -> Vec<Readers> {
    let mut readers: Vec<Readers> = Vec::new();
    for (at, stage) in stages.iter().enumerate() {
        let Some((model, _)) = stage.reads_model() else { continue };
        match readers.iter_mut().find(|readers| Arc::ptr_eq(&readers.model, model)) {
            Some(known) => known.stages.push(at),
            None => readers.push(Readers { model: Arc::clone(model), stages: vec![at] }),
        }
    }
    readers
}

impl Plan {
    /// The models of a step, by their places.
    fn models_of(&self, step: usize) -> impl Iterator<Item = (usize, &Arc<Model>)> {
        let here = move |readers: &Readers| readers.stages.iter().any(|&at| self.is_in(step, at));
        let readers = self.readers.iter().enumerate().filter(move |(_, readers)| here(readers));
        readers.map(|(place, readers)| (place, &readers.model))
    }

    /// The sessions of a step's models, if all are loaded.
    pub(crate) fn loaded(&self, step: usize) -> Option<Sessions> {
        let loaded = self.models_of(step).map(|(place, model)| Some((place, Ok(model.loaded_now()?))));
        loaded.collect::<Option<_>>().map(Sessions)
    }

    /// Loads the models of a step that are not loaded, on threads of their own.
    pub(crate) async fn load(&self, step: usize) -> Sessions {
        let loading = self.models_of(step).map(async |(place, model)| (place, model.ready().await));
        Sessions(futures_util::future::join_all(loading).await)
    }

    /// Asks every model of a step, on the calling thread as far as that goes: makes tokens and lines rows up.
    /// Loads models that are neither loaded nor among `sessions`.
    pub(crate) fn ask(
        &self,
        step: usize,
        input: &Input<'_>,
        seen: Option<&Seen>,
        deadline: Option<Instant>,
        sessions: &Sessions,
    ) -> Result<Questions, Interrupted> {
        let mut questions = Vec::with_capacity(self.readers.len());
        for (place, readers) in self.readers.iter().enumerate() {
            let here = readers.stages.iter().copied().filter(|&at| self.is_in(step, at));
            let stages: Vec<usize> = here.collect();
            if stages.is_empty() {
                continue;
            }
            let began = Instant::now();
            let (wanted, readings) = stages.iter().map(|&at| self.wanted(at, input, seen)).unzip();
            let loaded = sessions.0.iter().find(|(of, _)| *of == place).map(|(_, loaded)| loaded.clone());
            let asked = question::ask(&readers.model, wanted, input, deadline, loaded)?;
            let views = seen.and_then(|seen| seen.as_ref().ok()).map(Arc::clone);
            questions.push(Question { began, model: Arc::clone(&readers.model), readings, views, asked });
        }
        Ok(Questions(questions))
    }

    /// What a scanner has its model read: the text, and the first views of it.
    fn wanted(&self, at: usize, input: &Input<'_>, seen: Option<&Seen>) -> (Wanted, Reading) {
        let mut reading = Reading { at, passages: Vec::new(), short: None };
        let heads = self.stages.get(at).and_then(Stage::reads_model).map_or(&[][..], |(_, heads)| heads);
        let heads = heads.iter().fold(0, |bits, head| bits | 1 << head);
        let Some(Stage::Model(scanner)) = self.stages.get(at) else {
            return (Wanted { passages: Names::passages(input), heads }, reading);
        };
        // A scanner that panics here has nothing to judge by, and says so in its turn.
        let most = scanner.model().source().max_windows.max(1);
        let of = |input: &Input<'_>| {
            catch_unwind(AssertUnwindSafe(|| scanner.passages(input, most))).unwrap_or_default()
        };
        let mut passages = of(input);
        reading.passages.push(passages.len());
        match seen.filter(|_| scanner.reads_views()) {
            None => {}
            Some(Err(error)) => reading.short = Some(error.clone()),
            Some(Ok(views)) => {
                let most = self.views.as_ref().map_or(0, ViewPass::most_for_models);
                for (number, view) in views.views().iter().take(most).enumerate() {
                    let its = of(&Input { text: &view.text, ..*input });
                    reading.passages.push(its.len());
                    passages.extend(its.into_iter().map(|passage| passage.of_view(number, &view.text)));
                }
                if views.views().len() > most {
                    reading.short = Some(ScannerError::Limit { what: "views for a model", limit: most });
                }
            }
        }
        (Wanted { passages, heads }, reading)
    }

    /// Waits for the models and has the scanners judge by what they say, each with its position. `begun` is what
    /// the text alone said: scanners that began there go on.
    pub(crate) async fn judge_by_models(
        self: &Arc<Self>,
        questions: Questions,
        mut begun: Vec<(usize, Judgement)>,
        text: &Text,
        prompt: Option<&Text>,
        deadline: Option<Instant>,
    ) -> Result<(Vec<(usize, Judgement)>, Spent), Interrupted> {
        let mut spent = Spent::default();
        for Question { began, model, readings, views, asked } in questions.0 {
            let heard = asked.hear(deadline).await?;
            let said = Said { began, model, readings, views, heard };
            let took;
            (begun, took) = if said.heard.size() > MOST_HERE {
                let (plan, text, prompt) = (Arc::clone(self), text.clone(), prompt.cloned());
                let judge = move || plan.judge_said(said, begun, &text, prompt.as_ref(), deadline);
                elsewhere(judge, deadline).await?
            } else {
                self.judge_said(said, begun, text, prompt, deadline)?
            };
            spent.tokenize += took.tokenize;
            // Models run beside each other.
            spent.inference = spent.inference.max(took.inference);
        }
        begun.sort_unstable_by_key(|(at, _)| *at);
        Ok((begun, spent))
    }

    /// Has the scanners that asked a model judge by what it said.
    fn judge_said(
        &self,
        said: Said,
        mut begun: Vec<(usize, Judgement)>,
        text: &Text,
        prompt: Option<&Text>,
        deadline: Option<Instant>,
    ) -> Result<(Vec<(usize, Judgement)>, Spent), Interrupted> {
        let Said { began, model, readings, views, heard } = said;
        let (answers, took) = heard.answers()?;
        let source: Arc<str> = model.label().into();
        let input = Input { text, prompt, interrupt: Interrupt::new(deadline, None) };
        for (reading, answers) in readings.into_iter().zip(answers) {
            let at = reading.at;
            let (Some(stage), Some(name)) = (self.stages.get(at), self.names.get(at)) else { continue };
            let mut judgement = match stage {
                Stage::Model(scanner) => {
                    let verdict = judge_all(&**scanner, &input, &reading, views.as_deref(), answers);
                    if let Err(ScannerError::Interrupted(why)) = verdict {
                        return Err(why);
                    }
                    Judgement::new(*name, verdict, began.elapsed())
                }
                Stage::Private(scanner) => {
                    let Some(place) = begun.iter().position(|(begun, _)| *begun == at) else { continue };
                    let (_, mut judgement) = begun.swap_remove(place);
                    if let Some(unnamed) = judgement.unnamed.take() {
                        judgement.take(guard(|| {
                            let answers = answers.map_err(|error| error.of_scanner())?;
                            scanner.named(text, *unnamed, &answers)
                        }));
                        judgement.elapsed = began.elapsed();
                    }
                    judgement
                }
                Stage::Text(_) | Stage::Network(_) | Stage::Absent(_) => continue,
            };
            judgement.model = Some(Arc::clone(&source));
            judgement.by_model = stage.rests_on_model();
            begun.push((at, judgement));
        }
        Ok((begun, took))
    }
}

/// Runs what may take long on a thread of its own: the one that drives requests is everybody's.
async fn elsewhere<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Interrupted> + Send + 'static,
    deadline: Option<Instant>,
) -> Result<T, Interrupted> {
    let working = tokio::task::spawn_blocking(work);
    let worked = match deadline {
        None => working.await,
        Some(deadline) => {
            tokio::time::timeout_at(deadline.into(), working).await.map_err(|_| Interrupted::Deadline)?
        }
    };
    // It did not come to an end: the runtime shuts down.
    worked.unwrap_or(Err(Interrupted::Cancelled))
}

/// The verdict of a scanner by what its model said of the text and its views.
fn judge_all(
    scanner: &dyn ModelScanner,
    input: &Input<'_>,
    reading: &Reading,
    views: Option<&ViewSet>,
    answers: Result<Answers, ModelError>,
) -> Result<Verdict, ScannerError> {
    let mut rest = answers.map_err(|error| error.of_scanner())?.passages.into_iter();
    let mut parts = reading.passages.iter().map(|&count| rest.by_ref().take(count).collect());
    let mut verdict = judge(scanner, input, &Answers { passages: parts.next().unwrap_or_default() })?;
    if let Some(views) = views {
        for ((number, view), passages) in views.views().iter().enumerate().zip(parts) {
            input.interrupt.check()?;
            let input = Input { text: &view.text, ..*input };
            let seen = judge(scanner, &input, &Answers { passages })?;
            merge_verdict(&mut verdict, seen, views, number)?;
        }
    }
    match &reading.short {
        Some(error) if verdict.valid => Err(error.clone()),
        _ => Ok(verdict),
    }
}

/// The verdict of a scanner on one reading of a text. A text of which a part was not seen can be refused, but not
/// passed, nor changed: it would pass for one that was redacted to its end.
fn judge(scanner: &dyn ModelScanner, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
    let verdict = guard(|| scanner.judge(input, answers))?;
    if answers.is_partial() && (verdict.valid || !verdict.edits.is_empty()) {
        return Err(scanner.model().too_long());
    }
    Ok(verdict)
}
