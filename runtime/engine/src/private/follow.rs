//! Private data back into an output that is still being written.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use pyshield_core::literal::LiteralHits;
use pyshield_core::restore::{Following, Restored};
use pyshield_core::stream::{Follow, Found, Progress, Window};
use pyshield_core::{Edit, ScannerError, Span};

use super::content::nested;
use super::deanonymize::Restores;
use super::literals::Literals;
use super::seal::{ENCRYPTED, Sealer};
use super::snapshot::Snapshot;
use crate::vault::compiled::{Compiled, Room, Written};
use crate::vault::is_verbatim;

/// A value and the place it goes to, in bytes of the stream.
struct Put {
    span: Span,
    value: Arc<str>,
}

/// Restores one stream: as [`Restores`] does a whole text, however it is cut.
pub(super) struct RestoreFollower {
    snapshot: Arc<Snapshot>,
    placeholders: Following,
    ciphertexts: Ciphertexts,
    /// Placeholders that a ciphertext may still reach into, in order.
    pending: VecDeque<Put>,
    /// Ciphertexts that were opened, in order, as long as a placeholder may be in them: whether each has been
    /// put in place.
    opened: VecDeque<(Put, bool)>,
    /// What the text was read for up to `read`, and what room is left by the values that wait for the end of a
    /// literal.
    literals: Literals<Put>,
    read: usize,
    room: Room,
    written: Written,
    /// Whether the text cannot be followed: its end is waited for.
    waits: bool,
}

impl RestoreFollower {
    pub(super) fn new(snapshot: Arc<Snapshot>) -> Self {
        Self {
            snapshot,
            placeholders: Following::default(),
            ciphertexts: Ciphertexts::default(),
            pending: VecDeque::new(),
            opened: VecDeque::new(),
            literals: Literals::default(),
            read: 0,
            room: Room::default(),
            written: Written::default(),
            waits: false,
        }
    }

    /// The values that are certain, in order, and up to where they are.
    fn certain(
        &mut self,
        compiled: &Compiled,
        window: &Window<'_>,
    ) -> Result<(Vec<Put>, usize), ScannerError> {
        let mut found: Vec<Restored> = Vec::new();
        let mut front = self.placeholders.advance(&compiled.restorer, window, &mut found)?;
        for one in found {
            if let Some(value) = self.written.value(compiled, &one) {
                self.pending.push_back(Put { span: one.span, value });
            }
        }
        if let Some(sealer) = &self.snapshot.restores().sealer {
            let open = self.ciphertexts.advance(sealer, window, &mut self.opened);
            front = front.min(open);
            let across = self.pending.partition_point(|put| put.span.end <= open);
            if let Some(across) = self.pending.get(across) {
                front = front.min(across.span.start);
            }
        }
        let ready = self.pending.partition_point(|put| put.span.start < front);
        let mut puts: Vec<Put> = self.pending.drain(..ready).collect();
        // What stands in a ciphertext, or reaches into one, is no placeholder.
        puts.retain(|put| {
            let next = self.opened.partition_point(|(other, _)| other.span.end <= put.span.start);
            self.opened.get(next).is_none_or(|(other, _)| !other.span.overlaps(put.span))
        });
        for (put, placed) in &mut self.opened {
            if put.span.start < front && !*placed {
                *placed = true;
                puts.push(Put { span: put.span, value: Arc::clone(&put.value) });
            }
        }
        let past = self.opened.partition_point(|(put, _)| put.span.end <= front);
        self.opened.drain(..past);
        puts.sort_by_key(|put| put.span.start);
        Ok((puts, front))
    }

    /// Puts values into the text, or holds them back as long as they may have to be escaped: up to the end of the
    /// literal that they are in. Returns up to where the text is certain.
    fn put(
        &mut self,
        puts: Vec<Put>,
        front: usize,
        window: &Window<'_>,
        found: &mut Found,
    ) -> Result<usize, ScannerError> {
        for put in puts {
            self.room.take(put.value.len())?;
            self.literals.read(between(window, self.read, put.span.start));
            self.read = put.span.end;
            let (verbatim, value) =
                (is_verbatim(between(window, put.span.start, put.span.end)), Arc::clone(&put.value));
            self.literals.put(&value, verbatim, put);
        }
        let end = if window.last { window.end() } else { front };
        self.literals.read(between(window, self.read, end));
        self.read = self.read.max(end);
        if window.last {
            self.literals.finish();
        }
        for (put, escapes) in self.literals.ready() {
            self.room.give_back(put.value.len());
            let value = escapes.map_or_else(|| Arc::clone(&put.value), |all| nested(&put.value, &all));
            found.edits.push(edit(Put { value, ..put }));
        }
        Ok(self.literals.waits_for().map_or(front, |put| put.span.start))
    }
}

fn edit(put: Put) -> (u32, Edit) {
    (0, Edit { span: put.span, score: 1.0, replacement: put.value })
}

impl Follow for RestoreFollower {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _literals: &LiteralHits,
        found: &mut Found,
    ) -> Result<Progress, ScannerError> {
        let compiled = Arc::clone(self.snapshot.get_blocking()?);
        if !compiled.restorer.follows() {
            self.waits = true;
            return whole(self.snapshot.restores(), &compiled, window, found);
        }
        let (puts, front) = self.certain(&compiled, window)?;
        let decided = self.put(puts, front, window, found)?;
        // Ciphertexts and literals are read up to there.
        Ok(Progress { decided, needed: front.min(self.placeholders.needed()) })
    }

    fn rests_until(&self) -> usize {
        if self.waits { usize::MAX } else { 0 }
    }

    fn conclude(&self, _findings: usize, _end: usize) -> (bool, f64) {
        (true, -1.0)
    }
}

/// Waits for the end of the text, where it cannot be followed.
fn whole(
    restores: &Restores,
    compiled: &Compiled,
    window: &Window<'_>,
    found: &mut Found,
) -> Result<Progress, ScannerError> {
    if !window.last {
        return Ok(Progress { decided: 0, needed: 0 });
    }
    let verdict = restores.verdict(window.text, compiled, window.interrupt)?;
    found.edits.extend(verdict.edits.into_iter().map(|edit| (0, edit)));
    Ok(Progress::DONE)
}

impl fmt::Debug for RestoreFollower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestoreFollower").finish_non_exhaustive()
    }
}

/// Where ciphertexts were looked for, in bytes of the stream.
#[derive(Default)]
struct Ciphertexts {
    /// Where the next may start.
    at: usize,
    /// Up to where its letters were read, if it has started.
    read: Option<usize>,
}

impl Ciphertexts {
    /// Appends what opens. Returns before where no ciphertext starts any more.
    fn advance(&mut self, sealer: &Sealer, window: &Window<'_>, opened: &mut VecDeque<(Put, bool)>) -> usize {
        let text = window.text.as_str();
        let after = |at: usize| text.get(at.saturating_sub(window.base)..).unwrap_or_default();
        loop {
            let read = match self.read {
                Some(read) => read,
                None => match after(self.at).find(ENCRYPTED) {
                    Some(found) => {
                        self.at += found;
                        self.at + ENCRYPTED.len()
                    }
                    None => break,
                },
            };
            let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let read = read + after(read).bytes().take_while(letter).count();
            if read >= window.end() && !window.last {
                self.read = Some(read);
                return self.at;
            }
            // From the bracket to what ends the letters, which is a bracket if it is a ciphertext.
            let (start, end) = (self.at, read + 1);
            let token = text.get(start.saturating_sub(window.base)..end.saturating_sub(window.base));
            if let Some(value) = token.and_then(|token| sealer.decrypt(token)) {
                opened.push_back((Put { span: Span::new(start, end), value: value.into() }, false));
            }
            (self.at, self.read) = (read, None);
        }
        let rest = after(self.at).as_bytes();
        let begun = (1..ENCRYPTED.len()).rev().find(|&len| rest.ends_with(&ENCRYPTED.as_bytes()[..len]));
        self.at = window.end() - begun.filter(|_| !window.last).unwrap_or(0);
        self.at
    }
}

/// A part of the stream that is in the window.
fn between<'a>(window: &Window<'a>, start: usize, end: usize) -> &'a str {
    let at = |position: usize| position.saturating_sub(window.base);
    window.text.as_str().get(at(start)..at(end)).unwrap_or_default()
}
