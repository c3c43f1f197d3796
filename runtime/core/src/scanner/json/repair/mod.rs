//! Turns what a language model wrote where JSON was wanted into JSON.
//!
//! A pushdown parser without recursion: [`Repair::run`] looks at the innermost open container and reads
//! one member or element of it, writing as it goes. Whatever it meets it consumes, so the work is linear;
//! the looks ahead that decide where a string ends are each bounded by the next quote (see [`string`]).

mod bare;
mod container;
mod string;

use crate::interrupt::{Interrupt, Interrupted};

use super::meter::Meter;
use super::validate::{MAX_DEPTH, is_document, skip_space, value_end};
use super::writer::{Kept, Writer};

/// How many times the length of the text may be spent on looking for values that need no repair.
const STRICT_PASSES: usize = 4;

/// How many times the length of the text may be spent on keys without a closing mark.
const RESCAN_PASSES: usize = 4;

/// The result of a repair.
#[derive(Debug)]
pub(super) struct Repaired {
    /// Valid JSON.
    pub(super) text: String,
    /// What of it stands unchanged in the source, in order; `None` when that is too much to remember.
    pub(super) kept: Option<Vec<Kept>>,
}

/// Why a repair ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    /// Nesting beyond [`MAX_DEPTH`].
    TooDeep,
    Interrupted(Interrupted),
}

impl From<Interrupted> for Halt {
    fn from(interrupted: Interrupted) -> Self {
        Self::Interrupted(interrupted)
    }
}

/// What an open container holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Object,
    Array,
}

/// An open container.
#[derive(Clone, Copy, Debug)]
struct Frame {
    shape: Shape,
    /// What closes it in the source; a Python tuple is an array that `)` closes.
    closer: u8,
    /// Members or elements written so far.
    items: usize,
    /// Where its opening bracket is in the output.
    opened: usize,
    /// Where it starts as an item of the container around it: at the separator before it.
    item_start: usize,
}

struct Repair<'t, 'i> {
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    frames: Vec<Frame>,
    /// How many open containers wait for `}`, `]` and `)`.
    waiting: [usize; 3],
    out: Writer,
    /// Where the item that was begun last starts in the output.
    item_start: usize,
    /// Values at the top level.
    roots: usize,
    /// Whether the last of them is empty.
    root_empty: bool,
    root_start: usize,
    /// Up to here the source is known to be strict JSON.
    strict_until: usize,
    strict_budget: usize,
    /// What may still be spent on keys that turn out not to be closed, and are read again in part. Past
    /// that, the first mark closes a string.
    rescan_budget: usize,
    meter: Meter<'i>,
}

/// Repairs `text`: the objects and arrays in it, whatever surrounds them, or the single value that it is.
///
/// `None` when there is no JSON to be found, or it is nested deeper than [`MAX_DEPTH`].
pub(super) fn repair(text: &str, interrupt: Interrupt<'_>) -> Result<Option<Repaired>, Interrupted> {
    let mut meter = Meter::new(interrupt);
    let whole = is_document(text.as_bytes(), &mut meter)?;
    let parser = Repair {
        text,
        bytes: text.as_bytes(),
        pos: 0,
        frames: Vec::new(),
        waiting: [0; 3],
        out: Writer::default(),
        item_start: 0,
        roots: 0,
        root_empty: false,
        root_start: 0,
        strict_until: if whole { text.len() } else { 0 },
        strict_budget: if whole { 0 } else { text.len().saturating_mul(STRICT_PASSES) },
        rescan_budget: text.len().saturating_mul(RESCAN_PASSES).max(1),
        meter,
    };
    match parser.run(whole) {
        Ok(repaired) => Ok(repaired),
        Err(Halt::TooDeep) => Ok(None),
        Err(Halt::Interrupted(interrupted)) => Err(interrupted),
    }
}

impl Repair<'_, '_> {
    fn run(mut self, whole: bool) -> Result<Option<Repaired>, Halt> {
        if whole {
            self.pos = skip_space(self.bytes, 0);
            if !matches!(self.peek(), Some(b'{' | b'[')) {
                self.value()?;
                return Ok(Some(self.finish()));
            }
        }
        loop {
            let began = self.pos;
            match self.frames.last().map(|frame| frame.shape) {
                Some(Shape::Object) => self.member()?,
                Some(Shape::Array) => self.element()?,
                None => {
                    if !self.root()? {
                        break;
                    }
                }
            }
            self.meter.spend(self.pos - began + 1)?;
        }
        Ok((self.roots > 0).then(|| self.finish()))
    }

    fn finish(mut self) -> Repaired {
        if self.roots > 1 {
            self.out.prepend("[");
            self.out.put("]");
        }
        let (text, kept) = self.out.finish();
        Repaired { text, kept }
    }

    /// Opens the next value at the top level, if there is one. Empty ones beside others are noise.
    fn root(&mut self) -> Result<bool, Halt> {
        if self.roots > 1 && self.root_empty {
            self.roots -= 1;
            self.out.truncate(self.root_start);
            self.root_empty = false;
        }
        let Some(at) = self.next_root()? else { return Ok(false) };
        self.pos = at;
        if at >= self.strict_until && self.strict_budget > 0 {
            let (Ok(reached) | Err(reached)) = value_end(self.bytes, at, &mut self.meter)?.inspect(|&end| {
                self.strict_until = end;
            });
            self.strict_budget = self.strict_budget.saturating_sub(reached - at);
        }
        if self.roots == 1 && self.root_empty {
            self.roots = 0;
            self.out.truncate(0);
        }
        self.root_start = self.out.len();
        if self.roots > 0 {
            self.out.put(", ");
        }
        self.roots += 1;
        self.open_here()?;
        Ok(true)
    }

    /// Where the next opening bracket is. A tuple counts only where nothing precedes it.
    fn next_root(&mut self) -> Result<Option<usize>, Halt> {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        self.meter.spend(rest.len().min(1 << 12))?;
        if self.pos == 0 {
            let first = skip_space(self.bytes, 0);
            let inside = self.bytes.get(skip_space(self.bytes, first + 1));
            if self.bytes.get(first) == Some(&b'(') && !matches!(inside, Some(b'{' | b'[' | b'(')) {
                return Ok(Some(first));
            }
        }
        Ok(memchr::memchr2(b'{', b'[', rest).map(|found| self.pos + found))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    /// Opens the container whose bracket is at the current position, as an item of the current one.
    fn open_here(&mut self) -> Result<(), Halt> {
        let at = self.pos;
        self.pos += 1;
        match self.bytes.get(at) {
            Some(b'{') => self.open(Shape::Object, b'}', Some(at)),
            Some(b'[') => self.open(Shape::Array, b']', Some(at)),
            _ => self.open(Shape::Array, b')', None),
        }
    }

    /// Opens a container; `source` is where its bracket stands, if it does.
    fn open(&mut self, shape: Shape, closer: u8, source: Option<usize>) -> Result<(), Halt> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(Halt::TooDeep);
        }
        let opened = self.out.len();
        let bracket = if shape == Shape::Object { "{" } else { "[" };
        match source {
            Some(at) => self.out.keep(bracket, at),
            None => self.out.put(bracket),
        }
        self.waiting[waiting_index(closer)] += 1;
        self.frames.push(Frame { shape, closer, items: 0, opened, item_start: self.item_start });
        Ok(())
    }

    /// Closes the innermost container; `source` is where its closing bracket stands, if it does.
    fn close(&mut self, source: Option<usize>) {
        let Some(frame) = self.frames.pop() else { return };
        self.waiting[waiting_index(frame.closer)] -= 1;
        let bracket = if frame.shape == Shape::Object { "}" } else { "]" };
        if frame.items == 0 && source.is_none() && self.pos >= self.bytes.len() {
            // The text breaks off right after an opening bracket: in a list, that is an item not begun.
            if let Some(Frame { shape: Shape::Array, items, .. }) = self.frames.last_mut() {
                *items -= 1;
                self.out.truncate(frame.item_start);
                return;
            }
        }
        match source {
            Some(at) if self.text.get(at..=at) == Some(bracket) => self.out.keep(bracket, at),
            _ => self.out.put(bracket),
        }
        if self.frames.is_empty() {
            self.root_empty = frame.items == 0;
        }
    }

    /// Whether any open container waits for `closer`.
    fn awaits(&self, closer: u8) -> bool {
        self.waiting[waiting_index(closer)] > 0
    }
}

/// The index of a closing bracket in [`Repair::waiting`].
const fn waiting_index(closer: u8) -> usize {
    match closer {
        b'}' => 0,
        b']' => 1,
        _ => 2,
    }
}
