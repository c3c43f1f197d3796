//! Followers of scanners that judge windows of a text: they pass on what was judged elsewhere.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use pyshield_core::literal::LiteralHits;
use pyshield_core::stream::windows::{MOST, Part, Place, Reads};
use pyshield_core::stream::{Follow, Found, Progress, Window};
use pyshield_core::{ScannerError, Span, Verdict};

use crate::lock::Mutex;

/// How far text may run ahead of the verdicts on the windows it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Not at all.
    Hold,
    /// By as much as a window adds at most.
    Lag,
    /// As far as it comes; a verdict ends the text when it is there.
    After,
}

impl Pace {
    /// The pace of a name; `None` if it is none.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "hold" => Self::Hold,
            "lag" => Self::Lag,
            "after" => Self::After,
            _ => return None,
        })
    }
}

/// Where a window is: begin, begin of what it adds, and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) start: Place,
    pub(crate) fresh: Place,
    pub(crate) end: Place,
}

impl From<&Part> for Places {
    fn from(part: &Part) -> Self {
        Self { start: part.start, fresh: part.fresh, end: part.end }
    }
}

/// Where a follower gets the verdicts of its scanner.
#[derive(Debug, Default)]
pub(crate) struct Mailbox(Mutex<Inbox>);

#[derive(Debug, Default)]
struct Inbox {
    verdicts: VecDeque<(Places, Result<Verdict, ScannerError>)>,
    /// The window of the first verdict that ended something.
    refused: Option<Places>,
    /// Nobody looks any more.
    closed: bool,
}

impl Mailbox {
    /// Puts the verdict on the next window in.
    pub(crate) fn put(&self, places: Places, verdict: Result<Verdict, ScannerError>) {
        let mut inbox = self.0.lock();
        if !inbox.closed {
            inbox.verdicts.push_back((places, verdict));
        }
    }

    /// Whether a verdict is there that was not taken.
    pub(crate) fn is_full(&self) -> bool {
        !self.0.lock().verdicts.is_empty()
    }

    /// The window that was refused first.
    pub(crate) fn refused(&self) -> Option<Places> {
        self.0.lock().refused
    }
}

/// Passes on what a scanner says of windows.
pub(crate) struct WindowFollower {
    mailbox: Arc<Mailbox>,
    pace: Pace,
    /// Whether text can pass that is judged later.
    ahead: bool,
    /// Whether all of the text is one window.
    whole: bool,
    /// Up to where everything is judged, in bytes.
    judged: usize,
    /// What was said of windows that may be beyond the end of the text: where they begin, whether they pass, risk.
    recent: VecDeque<(usize, bool, f64)>,
    /// The same of all before.
    sum: (bool, f64),
    degraded: Option<Arc<str>>,
}

impl WindowFollower {
    /// A follower with a pace of its own, in a stream with another one.
    pub(crate) fn new(pace: Pace, of_stream: Pace, reads: Reads) -> (Self, Arc<Mailbox>) {
        let mailbox = Arc::<Mailbox>::default();
        let follower = Self {
            mailbox: Arc::clone(&mailbox),
            pace,
            ahead: of_stream != Pace::Hold,
            whole: reads == Reads::Whole,
            judged: 0,
            recent: VecDeque::new(),
            sum: (true, -1.0),
            degraded: None,
        };
        (follower, mailbox)
    }

    /// Takes the verdict on a window.
    fn take(&mut self, places: Places, verdict: Verdict, found: &mut Found) -> bool {
        let (start, fresh) = (places.start.byte, places.fresh.byte);
        // What was judged before cannot be changed any more; what is refused there now ends the text here.
        let shifted = |span: Span| Span::new((span.start + start).max(fresh), (span.end + start).max(fresh));
        let mut refuses = false;
        for mut finding in verdict.findings {
            finding.span = shifted(finding.span);
            if finding.span.is_empty() && finding.replacement.is_some() {
                continue;
            }
            refuses |= finding.replacement.is_none();
            found.findings.push((0, finding));
        }
        for mut edit in verdict.edits {
            edit.span = shifted(edit.span);
            if !edit.span.is_empty() {
                found.edits.push((0, edit));
            }
        }
        self.degraded = verdict.degraded.or_else(|| self.degraded.take());
        self.recent.push_back((fresh, verdict.valid, verdict.risk));
        self.judged = places.end.byte;
        refuses
    }

    /// Up to where text may pass.
    fn decided(&self, window: &Window<'_>) -> usize {
        match self.pace {
            Pace::Hold => self.judged,
            Pace::After => window.end(),
            Pace::Lag => {
                let text = window.text.as_str().get(self.judged.saturating_sub(window.base)..);
                let ahead = text.and_then(|text| text.char_indices().nth(MOST));
                ahead.map_or(window.end(), |(at, _)| self.judged + at)
            }
        }
    }
}

/// The worse of two verdicts.
fn worse((valid, risk): (bool, f64), (also, other): (bool, f64)) -> (bool, f64) {
    (valid && also, risk.max(other))
}

impl Follow for WindowFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError> {
        let mailbox = Arc::clone(&self.mailbox);
        let mut inbox = mailbox.0.lock();
        let mut first = true;
        while let Some((places, verdict)) = inbox.verdicts.pop_front() {
            match verdict {
                Ok(verdict) => {
                    if self.take(places, verdict, found) {
                        inbox.refused.get_or_insert(places);
                    }
                }
                // What was judged before counts first, so that the place is the same however verdicts come.
                Err(error) if !first => {
                    inbox.verdicts.push_front((places, Err(error)));
                    break;
                }
                Err(error) => {
                    inbox.refused.get_or_insert(places);
                    inbox.closed = true;
                    inbox.verdicts.clear();
                    return Err(error);
                }
            }
            first = false;
        }
        drop(inbox);
        while self.recent.front().is_some_and(|(fresh, ..)| *fresh < window.base || self.ahead) {
            let Some((_, valid, risk)) = self.recent.pop_front() else { break };
            self.sum = worse(self.sum, (valid, risk));
        }
        let decided = self.decided(window);
        // Findings may still begin where nothing is judged. On all of a text they begin where it does.
        let needed = if self.whole { decided } else { decided.min(self.judged) };
        Ok(Progress { decided, needed })
    }

    fn degraded(&self) -> Option<Arc<str>> {
        self.degraded.clone()
    }

    fn conclude(&self, _findings: usize, end: usize) -> (bool, f64) {
        let seen = self.recent.iter().filter(|(fresh, ..)| *fresh <= end);
        seen.fold(self.sum, |sum, (_, valid, risk)| worse(sum, (*valid, *risk)))
    }
}

impl fmt::Debug for WindowFollower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowFollower").field("judged", &self.judged).finish_non_exhaustive()
    }
}
