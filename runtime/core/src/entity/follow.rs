//! Entities of a text that is still being written.
//!
//! Each recogniser knows from where on one of its candidates may still begin, because what it reads ends with the
//! text: mostly the last word. Candidates before that are complete, and those that no other can reach any more
//! amount to entities as in the whole text: of candidates that overlap one decides about the next, but never
//! across a place that none reaches over.

use std::fmt;
use std::sync::Arc;

use super::candidates::Candidates;
use super::folded::{self, FoldedAhead};
use super::mail::{MailAhead, WebAhead};
use super::resolve::resolve;
use super::starts::AtStarts;
use super::word::{Starts, run};
use super::{Decision, Entity, Recognizers};
use crate::error::ScannerError;
use crate::pattern::Follower;
use crate::span::Span;
use crate::stream::Window;
use crate::text::Text;
use crate::text::encoded::sign_goes_on;
use crate::text::escape::escape_goes_on;

/// How far before a candidate is read, in bytes: words that tell it, and whether it begins a word.
const CONTEXT: usize = super::context::REACH + 4;

/// How many bytes of a text may be one in the folded text: a space of three, with a sign without a width beside it.
const WIDEST: usize = 8;

/// Starts between two looks at the clock.
const STEP: usize = 4_096;

/// How far the entities of one text are known; positions are bytes of the stream.
///
/// What is found is what [`Recognizers::analyze`] finds in the whole text.
pub struct Following {
    recognizers: Arc<Recognizers>,
    plain: PlainAhead,
    /// The same with plain signs, from the first that is not plain.
    folded: Option<(FoldedAhead, PlainAhead)>,
    /// Up to where the text has been looked at.
    seen: usize,
    web: WebAhead,
    patterns: Vec<Follower>,
    /// Complete candidates that count, which others may overlap.
    waiting: Vec<Entity>,
    /// Up to where everything is found.
    decided: usize,
}

/// How far is known what is found by what it says in ASCII.
#[derive(Clone, Default)]
struct PlainAhead {
    starts: StartsAhead,
    mail: MailAhead,
}

impl PlainAhead {
    /// Adds what is complete. Returns before where nothing begins any more.
    fn advance(
        &mut self,
        recognizers: &Recognizers,
        window: &Window<'_>,
        candidates: &mut Candidates<'_>,
    ) -> Result<usize, ScannerError> {
        let mut open = self.starts.advance(recognizers, window, candidates)?;
        if recognizers.mail {
            let mut spans = Vec::new();
            open = open.min(self.mail.advance(window.text.as_str(), window.base, window.last, &mut spans));
            for span in spans {
                recognizers.add_mail(span, candidates)?;
            }
        }
        Ok(open)
    }
}

/// How far the starts of words have been looked at.
#[derive(Clone, Default)]
struct StartsAhead {
    /// Where the next may be.
    at: usize,
    /// Whether a word that has been looked at goes on there.
    inside: bool,
    after_phone: usize,
}

impl Following {
    /// For one text; `None` if there are names to be searched, or patterns that cannot be followed.
    pub fn new(recognizers: &Arc<Recognizers>) -> Option<Self> {
        let patterns = &recognizers.custom.patterns;
        if recognizers.names.is_some() || !patterns.iter().all(crate::pattern::Pattern::can_be_followed) {
            return None;
        }
        Some(Self {
            recognizers: Arc::clone(recognizers),
            plain: PlainAhead::default(),
            folded: None,
            seen: 0,
            web: WebAhead::default(),
            patterns: patterns.iter().map(|_| Follower::default()).collect(),
            waiting: Vec::new(),
            decided: 0,
        })
    }

    /// Appends the entities that are certain now, in text order, with spans of the stream. Returns before where
    /// none begins any more.
    pub fn advance(&mut self, window: &Window<'_>, found: &mut Vec<Entity>) -> Result<usize, ScannerError> {
        let recognizers = Arc::clone(&self.recognizers);
        let (text, base, last) = (window.text.as_str(), window.base, window.last);
        let mut candidates = Candidates::new(text, &recognizers.context);
        let mut open = self.folded(&recognizers, window, &mut candidates)?;
        open = open.min(self.plain.advance(&recognizers, window, &mut candidates)?);
        if let Some(entity) = recognizers.url {
            let mut spans = Vec::new();
            open = open.min(self.web.advance(text, base, last, &mut spans));
            for one in spans {
                recognizers.add_web(entity, one, &mut candidates)?;
            }
        }
        open = open.min(self.patterns(&recognizers, window, &mut candidates)?);
        for one in candidates.into_entities() {
            if recognizers.decide(text, &one) == Decision::Kept {
                self.waiting
                    .push(Entity { span: Span::new(base + one.span.start, base + one.span.end), ..one });
            }
        }
        self.decided = if last { window.end() } else { self.apart(open) };
        let ready = self.waiting.extract_if(.., |one| last || one.span.start < self.decided);
        let ready =
            ready.map(|one| Entity { span: Span::new(one.span.start - base, one.span.end - base), ..one });
        for one in resolve(text, ready.collect()) {
            found.push(Entity { span: Span::new(base + one.span.start, base + one.span.end), ..one });
        }
        Ok(self.decided)
    }

    /// The next window has to begin here or earlier.
    pub fn needed(&self) -> usize {
        // What came before the first change is as long folded.
        let folded = self.folded.as_ref().map(|(ahead, _)| ahead.first);
        folded.map_or(self.decided.saturating_sub(CONTEXT), |first| {
            self.decided.saturating_sub(WIDEST * CONTEXT).max(first)
        })
    }

    /// Adds what is found with plain signs. To be called before the text itself is read.
    fn folded(
        &mut self,
        recognizers: &Recognizers,
        window: &Window<'_>,
        candidates: &mut Candidates<'_>,
    ) -> Result<usize, ScannerError> {
        let source = window.text.as_str();
        let from = source.floor_char_boundary(self.needed().saturating_sub(window.base));
        let text = source.get(from..).unwrap_or_default();
        let base = window.base + from;
        if self.folded.is_none() {
            let fresh = source.get(self.seen.saturating_sub(window.base)..).unwrap_or_default();
            self.seen = window.end();
            if !folded::changes(fresh) {
                return Ok(window.end());
            }
            self.folded = Some((FoldedAhead::from(base), self.plain.clone()));
        }
        let Some((ahead, plain)) = &mut self.folded else { return Ok(window.end()) };
        let (at, folded) = ahead.advance(text, base);
        let read = Text::from(folded.map_or(text, |folded| folded.text.as_str()));
        let mut more = Candidates::new(read.as_str(), &recognizers.context);
        let part = Window { text: &read, base: at, last: window.last, interrupt: window.interrupt };
        let open = plain.advance(recognizers, &part, &mut more)?;
        let shift = |span: Span| Span::new(at + span.start, at + span.end);
        if let Some(folded) = folded {
            candidates.add_folded(more.into_entities(), |span| {
                let span = folded.source(shift(span))?;
                Some(Span::new(span.start - window.base, span.end - window.base))
            })?;
        }
        Ok(ahead.start(open).min(window.end()))
    }

    /// Adds the matches of the caller's patterns.
    fn patterns(
        &mut self,
        recognizers: &Recognizers,
        window: &Window<'_>,
        candidates: &mut Candidates<'_>,
    ) -> Result<usize, ScannerError> {
        let text = (window.text.as_str(), window.base, window.last);
        let mut open = window.end();
        let custom = &recognizers.custom;
        for ((pattern, group), follower) in custom.patterns.iter().zip(&custom.group).zip(&mut self.patterns)
        {
            let mut result = Ok(());
            follower.advance(pattern, text, window.interrupt, |span| {
                let span = Span::new(span.start - window.base, span.end - window.base);
                result = recognizers.add_custom(*group, span, candidates);
                result.is_ok()
            })?;
            result?;
            open = open.min(follower.at);
        }
        Ok(open)
    }

    /// The last place up to `open` that no candidate reaches over.
    fn apart(&mut self, open: usize) -> usize {
        // From the last start to the first, so that whoever reaches over the new place comes later.
        self.waiting.sort_by_key(|one| std::cmp::Reverse(one.span.start));
        let mut apart = open;
        for span in self.waiting.iter().map(|one| one.span) {
            if span.start < apart && apart < span.end {
                apart = span.start;
            }
        }
        apart
    }
}

impl StartsAhead {
    /// Adds what begins at the starts that have been read to their end.
    fn advance(
        &mut self,
        recognizers: &Recognizers,
        window: &Window<'_>,
        candidates: &mut Candidates<'_>,
    ) -> Result<usize, ScannerError> {
        let (text, base, interrupt) = (window.text.as_str(), window.base, window.interrupt);
        if recognizers.shapes.is_none() && !recognizers.phone {
            return Ok(window.end());
        }
        let bytes = text.as_bytes();
        let mut at = self.at.saturating_sub(base);
        if self.inside {
            at += run(bytes.get(at..).unwrap_or_default());
        }
        let mut scan = AtStarts::new(recognizers);
        scan.after_phone = self.after_phone.saturating_sub(base);
        let mut open = None;
        for (count, start) in Starts::after(text, at).enumerate() {
            if count % STEP == 0 {
                interrupt.check()?;
            }
            let in_sign = || escape_goes_on(bytes, start) || sign_goes_on(bytes, start);
            if !window.last && (in_sign() || scan.reads_on(text, start)?) {
                open = Some(start);
                break;
            }
            scan.at(text, start, candidates)?;
        }
        if open.is_none() && !window.last && at < bytes.len() && bytes.ends_with(b":") {
            // With another one an address may begin here.
            open = Some(bytes.len() - 1);
        }
        self.after_phone = base + scan.after_phone;
        self.at = base + open.unwrap_or(bytes.len());
        // Where all was read the text may have ended within a word.
        self.inside = open.is_none() && bytes.last().is_some_and(|byte| run(&[*byte]) > 0);
        Ok(self.at)
    }
}

impl fmt::Debug for Following {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Following").field("decided", &self.decided).finish_non_exhaustive()
    }
}
