//! Runs a [`Program`]: `CPython`'s matching order, step by step, with every step paid for.
//!
//! A pattern with look-around or back-references cannot be matched in linear time in general, so the work of
//! one call is limited: [`Budget`] is charged for each alternative tried again, each round of a loop and the
//! code points a repetition runs over, and the interrupt is asked as it is spent.

use super::ast::{Assert, Greed};
use super::case;
use super::charset::{self, CharSet};
use super::program::{Instruction, Program};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;

/// How many alternatives may be pending at once (32 bytes each).
const MAX_PENDING: usize = 4_000_000;

/// A register that holds no position.
pub(super) const UNSET: usize = usize::MAX;

/// What a call may still spend.
#[derive(Debug)]
pub(super) struct Budget<'i> {
    limit: usize,
    left: usize,
    until_check: usize,
    interrupt: Interrupt<'i>,
}

impl<'i> Budget<'i> {
    /// `limit` steps.
    pub(super) const fn new(limit: usize, interrupt: Interrupt<'i>) -> Self {
        Self { limit, left: limit, until_check: 0, interrupt }
    }

    /// Pays for `steps`.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), ScannerError> {
        let Some(left) = self.left.checked_sub(steps) else {
            return Err(ScannerError::Limit { what: "backtracking steps", limit: self.limit });
        };
        self.left = left;
        if let Some(until) = self.until_check.checked_sub(steps) {
            self.until_check = until;
        } else {
            self.interrupt.check()?;
            self.until_check = 1_024;
        }
        Ok(())
    }
}

/// What can be tried again, and what must be put back before.
#[derive(Clone, Copy, Debug)]
enum Pending {
    /// Go on there.
    Branch { at: usize, position: usize },
    /// The run that ended at `position` may give back code points, down to `least`.
    Shorter { at: usize, position: usize, least: usize },
    /// The lazy run at the instruction before `at` may take `left` more from `position`.
    Longer { at: usize, position: usize, left: u32 },
    /// A register had this value.
    Restore { register: usize, value: usize },
}

/// What a match must be besides a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Require {
    /// Nothing else.
    Any,
    /// To the end of the text.
    Whole,
    /// Not empty.
    NonEmpty,
}

/// The working memory of a match; reused from attempt to attempt.
#[derive(Debug, Default)]
pub(super) struct Machine {
    registers: Vec<usize>,
    pending: Vec<Pending>,
}

impl Machine {
    /// The end of the match that starts at `start`, if there is one. The groups stay in the registers.
    pub(super) fn run(
        &mut self,
        program: &Program,
        text: &str,
        start: usize,
        require: Require,
        budget: &mut Budget<'_>,
    ) -> Result<Option<usize>, ScannerError> {
        self.registers.clear();
        self.registers.resize(program.registers, UNSET);
        self.pending.clear();
        budget.charge(1)?;
        let (mut at, mut position) = (0, start);
        loop {
            if let Some(on) = self.step(program, text, start, require, (at, position), budget)? {
                if on.0 == UNSET {
                    return Ok(Some(on.1));
                }
                (at, position) = on;
                continue;
            }
            match self.retry(program, text, budget)? {
                Some(on) => (at, position) = on,
                None => return Ok(None),
            }
        }
    }

    /// Where group `group` matched.
    pub(super) fn group(&self, group: usize) -> Option<(usize, usize)> {
        let start = *self.registers.get(2 * group)?;
        let end = *self.registers.get(2 * group + 1)?;
        (start != UNSET && end != UNSET && start <= end).then_some((start, end))
    }

    fn set(&mut self, register: usize, value: usize) {
        let old = std::mem::replace(&mut self.registers[register], value);
        self.pending.push(Pending::Restore { register, value: old });
    }

    /// Takes up the youngest alternative.
    fn retry(
        &mut self,
        program: &Program,
        text: &str,
        budget: &mut Budget<'_>,
    ) -> Result<Option<(usize, usize)>, ScannerError> {
        loop {
            let Some(pending) = self.pending.pop() else { return Ok(None) };
            match pending {
                Pending::Restore { register, value } => self.registers[register] = value,
                Pending::Branch { at, position } => {
                    budget.charge(1)?;
                    return Ok(Some((at, position)));
                }
                Pending::Shorter { at, position, least } => {
                    budget.charge(1)?;
                    let position = back(text, position, 1).unwrap_or(least);
                    if position > least {
                        self.pending.push(Pending::Shorter { at, position, least });
                    }
                    return Ok(Some((at, position)));
                }
                Pending::Longer { at, position, left } => {
                    budget.charge(1)?;
                    let Some(Instruction::Run { set, .. }) = program.code.get(at - 1) else { continue };
                    let Some(c) = next(text, position).filter(|c| set.contains(*c)) else { continue };
                    let position = position + c.len_utf8();
                    if left > 1 {
                        let left = if left == u32::MAX { left } else { left - 1 };
                        self.pending.push(Pending::Longer { at, position, left });
                    }
                    return Ok(Some((at, position)));
                }
            }
        }
    }

    /// One instruction: where to go on, `None` on failure, address [`UNSET`] when done.
    fn step(
        &mut self,
        program: &Program,
        text: &str,
        start: usize,
        require: Require,
        (at, position): (usize, usize),
        budget: &mut Budget<'_>,
    ) -> Result<Option<(usize, usize)>, ScannerError> {
        let Some(instruction) = program.code.get(at) else { return Ok(None) };
        let on = |position| Ok(Some((at + 1, position)));
        match instruction {
            Instruction::Literal(c) => {
                if next(text, position) == Some(*c) {
                    return on(position + c.len_utf8());
                }
                Ok(None)
            }
            Instruction::Set(set) => match next(text, position) {
                Some(c) if set.contains(c) => on(position + c.len_utf8()),
                _ => Ok(None),
            },
            Instruction::Run { set, min, max, greed } => {
                let most = if *greed == Greed::Lazy { Some(*min) } else { *max };
                let Some((least, end)) = run(text, position, set, *min, most) else { return Ok(None) };
                budget.charge((end - position) / 16)?;
                if *greed == Greed::Greedy && least < end {
                    self.pending.push(Pending::Shorter { at: at + 1, position: end, least });
                } else if *greed == Greed::Lazy && *max != Some(*min) {
                    let left = max.map_or(u32::MAX, |max| max - min);
                    self.pending.push(Pending::Longer { at: at + 1, position: end, left });
                }
                on(end)
            }
            Instruction::Split(other) => {
                self.pending.push(Pending::Branch { at: *other, position });
                on(position)
            }
            Instruction::Jump(to) => Ok(Some((*to, position))),
            Instruction::Save(register) => {
                self.set(*register, position);
                on(position)
            }
            Instruction::Assert(assert) => {
                if holds(*assert, text, position) {
                    on(position)
                } else {
                    Ok(None)
                }
            }
            Instruction::Back(count) => {
                budget.charge(count / 16)?;
                back(text, position, *count).map_or(Ok(None), on)
            }
            Instruction::Match => Ok(match require {
                Require::Whole if position != text.len() => None,
                Require::NonEmpty if position == start => None,
                _ => Some((UNSET, position)),
            }),
            _ => self.control(instruction, text, (at, position), budget),
        }
    }

    /// The instructions that decide where to go on: loops, barriers, conditions on groups.
    fn control(
        &mut self,
        instruction: &Instruction,
        text: &str,
        (at, position): (usize, usize),
        budget: &mut Budget<'_>,
    ) -> Result<Option<(usize, usize)>, ScannerError> {
        let on = |position| Ok(Some((at + 1, position)));
        match instruction {
            Instruction::LoopStart { register } => {
                // The first arrival at `Loop` counts one up, to no round at all.
                self.set(*register, UNSET);
                self.set(register + 1, UNSET);
                on(position)
            }
            Instruction::Loop { register, min, max, lazy, body } => {
                budget.charge(1)?;
                if self.pending.len() > MAX_PENDING {
                    return Err(ScannerError::Limit {
                        what: "backtracking alternatives",
                        limit: MAX_PENDING,
                    });
                }
                let rounds = self.registers[*register].wrapping_add(1);
                self.set(*register, rounds);
                if rounds < *min as usize {
                    return Ok(Some((*body, position)));
                }
                if *lazy {
                    self.pending.push(Pending::Branch { at: at + 1, position });
                    return Ok(Some((at + 2, position)));
                }
                let more = max.is_none_or(|max| rounds < max as usize);
                if more && position != self.registers[register + 1] {
                    self.pending.push(Pending::Branch { at: at + 2, position });
                    self.set(register + 1, position);
                    return Ok(Some((*body, position)));
                }
                Ok(Some((at + 2, position)))
            }
            Instruction::LoopAgain { register, max, body } => {
                let full = max.is_some_and(|max| self.registers[*register] >= max as usize);
                if full || position == self.registers[register + 1] {
                    return Ok(None);
                }
                self.set(register + 1, position);
                Ok(Some((*body, position)))
            }
            Instruction::Barrier { register } => {
                // Not undone on failure: between here and the end of the barrier nothing else writes them.
                self.registers[*register] = self.pending.len();
                self.registers[register + 1] = position;
                on(position)
            }
            Instruction::Commit { register } => {
                self.commit(*register, budget)?;
                on(position)
            }
            Instruction::LookEnd { register } => {
                self.commit(*register, budget)?;
                on(self.registers[register + 1])
            }
            Instruction::LookFail { register } => {
                let height = self.registers[*register];
                while self.pending.len() > height {
                    if let Some(Pending::Restore { register, value }) = self.pending.pop() {
                        self.registers[register] = value;
                    }
                }
                Ok(None)
            }
            Instruction::Backref { group, fold } => {
                let Some((from, to)) = self.group(*group) else { return Ok(None) };
                budget.charge((to - from) / 16)?;
                let mut end = position;
                for wanted in text.get(from..to).unwrap_or_default().chars() {
                    match next(text, end) {
                        Some(c) if c == wanted || case::lower(c, *fold) == case::lower(wanted, *fold) => {
                            end += c.len_utf8();
                        }
                        _ => return Ok(None),
                    }
                }
                on(end)
            }
            Instruction::IfGroup { group, otherwise } => {
                if self.group(*group).is_some() {
                    on(position)
                } else {
                    Ok(Some((*otherwise, position)))
                }
            }
            _ => Ok(None),
        }
    }

    /// Forgets the alternatives since the barrier. What must be put back on failure stays.
    fn commit(&mut self, register: usize, budget: &mut Budget<'_>) -> Result<(), ScannerError> {
        let height = self.registers[register].min(self.pending.len());
        budget.charge((self.pending.len() - height) / 16)?;
        let mut kept = height;
        for at in height..self.pending.len() {
            if matches!(self.pending[at], Pending::Restore { .. }) {
                self.pending.swap(kept, at);
                kept += 1;
            }
        }
        self.pending.truncate(kept);
        Ok(())
    }
}

/// The code point at `position`.
fn next(text: &str, position: usize) -> Option<char> {
    match text.as_bytes().get(position) {
        Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
        Some(_) => text.get(position..)?.chars().next(),
        None => None,
    }
}

/// `count` code points before `position`.
fn back(text: &str, position: usize, count: usize) -> Option<usize> {
    let mut position = position;
    for _ in 0..count {
        position = position.checked_sub(1)?;
        while !text.is_char_boundary(position) {
            position -= 1;
        }
    }
    Some(position)
}

/// The positions behind the `min`th and the last code point of the longest run of `set`.
fn run(text: &str, from: usize, set: &CharSet, min: u32, max: Option<u32>) -> Option<(usize, usize)> {
    let (mut count, mut end, mut least) = (0, from, (min == 0).then_some(from));
    while max.is_none_or(|max| count < max) {
        let Some(c) = next(text, end).filter(|c| set.contains(*c)) else { break };
        end += c.len_utf8();
        count += 1;
        if count == min {
            least = Some(end);
        }
    }
    least.map(|least| (least, end))
}

fn holds(assert: Assert, text: &str, position: usize) -> bool {
    let before = || back(text, position, 1).and_then(|at| next(text, at));
    match assert {
        Assert::Start => position == 0,
        Assert::LineStart => position == 0 || text.as_bytes().get(position - 1) == Some(&b'\n'),
        Assert::End => position == text.len(),
        Assert::EndOrNewline => matches!(text.as_bytes().get(position..), Some([] | [b'\n'])),
        Assert::LineEnd => matches!(text.as_bytes().get(position), None | Some(b'\n')),
        Assert::Word { ascii, negated } => {
            // CPython 3.11: neither `\b` nor `\B` matches in an empty text.
            if text.is_empty() {
                return false;
            }
            let word = |c: Option<char>| c.is_some_and(|c| charset::is_word(c, ascii));
            (word(before()) != word(next(text, position))) != negated
        }
    }
}
