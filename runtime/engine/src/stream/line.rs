//! The windows of one stream on their way to the actors and models, and their verdicts on the way back.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pyshield_core::Text;
use pyshield_core::stream::windows::{MOST, Part as Cut, Place, Reads, Windows};
use tokio::sync::{Notify, oneshot};

use super::window::{Mailbox, Pace, Places};
use crate::config::OnError;
use crate::drive::in_time;
use crate::error::EngineError;
use crate::job::{Finish, Job, Ticket, Work};
use crate::lock::Mutex;
use crate::metrics::Metrics;
use crate::model::answer::Spent;
use crate::outcome::Judgement;
use crate::plan::part::Part;
use crate::plan::{Plan, Sessions};
use crate::private::Session;
use crate::runtime::{self, Runtime};

/// Windows of one stream that are judged at one time.
const ABREAST: usize = 4;

/// Bytes that text may be ahead of the verdicts where it need not wait for them.
const FARTHEST: usize = 32 << 10;

/// What the windows of a stream are judged with, beside the scanners.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) plan: Arc<Plan>,
    pub(super) session: Session,
    pub(super) metrics: Arc<Metrics>,
    /// Position of the whole plan's first scanner among the metrics.
    pub(super) first_scanner: usize,
    pub(super) prompt: Option<Text>,
    /// For each window.
    pub(super) deadline: Option<Duration>,
}

/// What came of a window.
type Judged = Result<(Vec<(usize, Judgement)>, Spent), EngineError>;

/// Where windows that are being judged wait for each other, so that they come back in order.
#[derive(Debug, Default)]
pub(super) struct Board {
    slots: Mutex<Slots>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Slots {
    /// How many were taken from the front.
    taken: u64,
    slots: VecDeque<Option<Judged>>,
}

impl Board {
    /// Waits until the next window is judged.
    pub(super) async fn ready(&self) {
        while matches!(self.slots.lock().slots.front(), Some(None)) {
            self.arrived.notified().await;
        }
    }

    /// A place for the next window; its number.
    fn reserve(&self) -> u64 {
        let mut slots = self.slots.lock();
        slots.slots.push_back(None);
        slots.taken + slots.slots.len() as u64 - 1
    }

    fn put(&self, number: u64, judged: Judged) {
        let mut slots = self.slots.lock();
        let at = usize::try_from(number.wrapping_sub(slots.taken)).ok();
        if let Some(slot) = at.and_then(|at| slots.slots.get_mut(at)) {
            slot.get_or_insert(judged);
        }
        drop(slots);
        self.arrived.notify_one();
    }

    /// The next window's verdicts, if it is judged.
    fn take(&self) -> Option<Judged> {
        let mut slots = self.slots.lock();
        if !matches!(slots.slots.front(), Some(Some(_))) {
            return None;
        }
        slots.taken += 1;
        slots.slots.pop_front().flatten()
    }
}

/// Answers for its window if nobody else does: the runtime has shut down, or the judge panicked.
struct Slot {
    board: Arc<Board>,
    number: u64,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.board.put(self.number, Err(EngineError::Closed("the runtime shut down before the scan ended")));
    }
}

/// Where windows come from.
enum Source {
    Windows { windows: Windows, overlap: bool },
    Whole(String),
}

/// A window that is being judged.
#[derive(Debug)]
struct Asked {
    places: Places,
    ticket: Arc<Ticket>,
}

/// The scanners of a part, and the windows that they judge.
pub(super) struct Line {
    part: Arc<Part>,
    pace: Pace,
    mailboxes: Vec<Arc<Mailbox>>,
    context: Context,
    source: Source,
    board: Arc<Board>,
    asked: VecDeque<Asked>,
    /// Where the text that came ends, and up to where it is judged.
    fed: Place,
    judged: Place,
    /// Whether no more text comes.
    closed: bool,
    pub(super) spent: Spent,
    /// The model that each scanner's last verdict rests on.
    models: Vec<Option<Arc<str>>>,
}

impl Line {
    pub(super) fn new(part: Arc<Part>, pace: Pace, mailboxes: Vec<Arc<Mailbox>>, context: Context) -> Self {
        let source = match part.reads {
            Reads::Whole => Source::Whole(String::new()),
            reads => Source::Windows { windows: Windows::default(), overlap: reads == Reads::Windows },
        };
        let models = vec![None; part.positions.len()];
        Self {
            part,
            pace,
            mailboxes,
            context,
            source,
            board: Arc::default(),
            asked: VecDeque::new(),
            fed: Place::default(),
            judged: Place::default(),
            closed: false,
            spent: Spent::default(),
            models,
        }
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &str) {
        self.fed.byte += piece.len();
        self.fed.char += piece.chars().count();
        match &mut self.source {
            Source::Windows { windows, .. } => windows.push(piece),
            Source::Whole(text) => text.push_str(piece),
        }
    }

    /// Takes the end of the text.
    pub(super) const fn close(&mut self) {
        self.closed = true;
    }

    /// Gives up on what nobody waits for any more; what was said stays.
    pub(super) fn stop(&mut self) {
        self.asked.drain(..).for_each(|asked| asked.ticket.cancel());
        self.source = Source::Whole(String::new());
    }

    /// Bytes that are held here.
    pub(super) const fn held(&self) -> usize {
        match &self.source {
            Source::Windows { windows, .. } => windows.waiting(),
            Source::Whole(text) => text.len(),
        }
    }

    /// Where verdicts come in.
    pub(super) const fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Whether windows are being judged.
    pub(super) fn is_busy(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Whether no text is to be fed before a verdict has come.
    pub(super) fn waits(&self) -> bool {
        self.is_busy()
            && (self.closed
                || match self.pace {
                    Pace::Hold => true,
                    Pace::Lag => self.fed.char - self.judged.char > MOST,
                    Pace::After => self.fed.byte - self.judged.byte > FARTHEST,
                })
    }

    /// Whether a verdict waits to be taken by a follower.
    pub(super) fn has_verdicts(&self) -> bool {
        self.mailboxes.iter().any(|mailbox| mailbox.is_full())
    }

    /// The window that the scanner at a position of the whole plan refused, in code points.
    pub(super) fn refused(&self, position: usize) -> Option<(usize, usize)> {
        let at = self.part.positions.iter().position(|&of| of == position)?;
        let places = self.mailboxes.get(at)?.refused()?;
        Some((places.start.char, places.end.char))
    }

    /// The model that the verdict of that scanner rests on.
    pub(super) fn model(&self, position: usize) -> Option<Arc<str>> {
        let at = self.part.positions.iter().position(|&of| of == position)?;
        self.models.get(at)?.clone()
    }

    /// Hands verdicts that are there to the followers, and windows to the actors.
    pub(super) fn advance(&mut self) -> Result<(), EngineError> {
        loop {
            while let Some(judged) = self.board.take() {
                let Some(Asked { places, .. }) = self.asked.pop_front() else { continue };
                self.deliver(places, judged?);
            }
            if self.asked.len() >= ABREAST {
                return Ok(());
            }
            let Some((places, text)) = self.next() else { return Ok(()) };
            self.ask(places, text)?;
        }
    }

    /// The next window, and what of it is read.
    fn next(&mut self) -> Option<(Places, Option<String>)> {
        match &mut self.source {
            Source::Windows { windows, overlap } => {
                let part: Cut = windows.next(self.closed)?;
                let (blank, mut places) = (part.is_blank(), Places::from(&part));
                let mut text = part.text;
                if !*overlap {
                    text.replace_range(..places.fresh.byte - places.start.byte, "");
                    places.start = places.fresh;
                }
                Some((places, (!blank).then_some(text)))
            }
            Source::Whole(text) => {
                if !self.closed || text.is_empty() {
                    return None;
                }
                let (text, start) = (std::mem::take(text), Place::default());
                Some((Places { start, fresh: start, end: self.fed }, Some(text)))
            }
        }
    }

    fn ask(&mut self, places: Places, text: Option<String>) -> Result<(), EngineError> {
        let number = self.board.reserve();
        let ticket = Arc::<Ticket>::default();
        self.asked.push_back(Asked { places, ticket: Arc::clone(&ticket) });
        let Some(text) = text else {
            // Nothing was added but white space.
            self.board.put(number, Ok((Vec::new(), Spent::default())));
            return Ok(());
        };
        let slot = Slot { board: Arc::clone(&self.board), number };
        let runtime = runtime::current()?;
        let Context { plan, session, metrics, first_scanner, prompt, deadline } = self.context.clone();
        let work = Work {
            plan,
            session,
            metrics,
            first_scanner,
            on_error: OnError::Allow,
            text: Text::from(text),
            prompt,
            deadline: deadline.and_then(|after| Instant::now().checked_add(after)),
            sessions: Sessions::default(),
        };
        let asking = judge(Arc::clone(&runtime), work, self.part.step, Arc::clone(&ticket));
        let task = runtime.tokio().spawn(async move {
            let judged = asking.await;
            slot.board.put(slot.number, judged);
        });
        ticket.driven_by(task.abort_handle());
        Ok(())
    }

    /// Gives every follower its verdict.
    fn deliver(&mut self, places: Places, (judgements, spent): (Vec<(usize, Judgement)>, Spent)) {
        self.judged = places.end;
        self.spent += spent;
        if judgements.is_empty() {
            let pass = || Ok(pyshield_core::Verdict::pass());
            self.mailboxes.iter().for_each(|mailbox| mailbox.put(places, pass()));
            return;
        }
        for (position, judgement) in judgements {
            let Some(at) = self.part.positions.iter().position(|&of| of == position) else { continue };
            if let Some(counters) = self.context.metrics.scanner(self.context.first_scanner + position) {
                counters.seconds.record(judgement.elapsed);
            }
            if let Some(model) = self.models.get_mut(at) {
                *model = judgement.model.or_else(|| model.take());
            }
            if let Some(mailbox) = self.mailboxes.get(at) {
                mailbox.put(places, judgement.verdict);
            }
        }
    }
}

impl Drop for Line {
    /// Nobody waits for the verdicts any more.
    fn drop(&mut self) {
        self.asked.iter().for_each(|asked| asked.ticket.cancel());
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("judged", &self.judged).finish_non_exhaustive()
    }
}

/// Has a window judged: by the actors as far as that goes, and by the models.
async fn judge(runtime: Arc<Runtime>, mut work: Work, step: usize, ticket: Arc<Ticket>) -> Judged {
    work.sessions = in_time(work.deadline, false, work.plan.load(step)).await?;
    let (sender, receiver) = oneshot::channel();
    let cost_ns = work.cost_ns();
    let finish = Finish::Resume { step, sender };
    runtime.pool(cost_ns).submit(Job::new(work.clone(), cost_ns, ticket, finish));
    let gone = EngineError::Closed("the runtime shut down before the scan started");
    let judged = in_time(work.deadline, true, receiver).await?.unwrap_or(Err(gone))?;
    let Work { plan, text, prompt, deadline, .. } = &work;
    let judged = plan.judge_by_models(judged.questions, judged.text, text, prompt.as_ref(), *deadline).await;
    judged.map_err(|why| EngineError::interrupted(why, true))
}
