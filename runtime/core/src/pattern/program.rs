//! The backtracker's instructions.

use std::sync::Arc;

use super::ast::{Assert, Fold, Greed, Node};
use super::charset::{self, CharSet};

/// How many instructions a pattern may take.
const MAX_INSTRUCTIONS: usize = 1 << 20;

/// One step of a match. Numbers without another meaning are instruction addresses.
#[derive(Debug)]
pub(super) enum Instruction {
    /// This code point.
    Literal(char),
    /// A code point of the set.
    Set(Arc<CharSet>),
    /// `min..=max` code points of the set, decided by `greed`.
    Run { set: Arc<CharSet>, min: u32, max: Option<u32>, greed: Greed },
    /// On, and if that fails, there.
    Split(usize),
    /// There.
    Jump(usize),
    /// Remember the position in a register.
    Save(usize),
    /// A condition on the position.
    Assert(Assert),
    /// Starts a counted loop: `register` counts rounds, the next one holds where the last began.
    LoopStart { register: usize },
    /// Decides on another round from `body`; the loop is left to the next instruction but one.
    Loop { register: usize, min: u32, max: Option<u32>, lazy: bool, body: usize },
    /// Always behind a lazy `Loop`: the round that comes when leaving failed.
    LoopAgain { register: usize, max: Option<u32>, body: usize },
    /// Remembers how much could be tried again, and the position, in two registers.
    Barrier { register: usize },
    /// Forgets what could be tried again since the barrier.
    Commit { register: usize },
    /// As `Commit`, and back to the position of the barrier.
    LookEnd { register: usize },
    /// The inside of a negative look has matched: undo it, and fail.
    LookFail { register: usize },
    /// Back by so many code points.
    Back(usize),
    /// What the group matched, again.
    Backref { group: usize, fold: Fold },
    /// On if the group has matched, else there.
    IfGroup { group: usize, otherwise: usize },
    /// Done.
    Match,
}

/// A pattern for the backtracker.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) code: Vec<Instruction>,
    /// Two for each group, then those of loops and barriers.
    pub(super) registers: usize,
    /// How many groups there are, group 0 included.
    pub(super) groups: usize,
}

impl Program {
    /// `None` when it would be too large.
    pub(super) fn new(node: &Node, groups: usize) -> Option<Self> {
        let mut program = Self { code: Vec::new(), registers: 2 * groups, groups };
        program.node(node)?;
        program.code.push(Instruction::Match);
        program.code.shrink_to_fit();
        Some(program)
    }

    /// Bytes of memory, without the sets that patterns share.
    pub(super) fn memory_usage(&self) -> usize {
        let sets = self.code.iter().map(|instruction| match instruction {
            Instruction::Set(set) | Instruction::Run { set, .. } if Arc::strong_count(set) < 4 => {
                size_of::<CharSet>() + set.class().ranges().len() * 8
            }
            _ => 0,
        });
        self.code.capacity() * size_of::<Instruction>() + sets.sum::<usize>()
    }

    fn push(&mut self, instruction: Instruction) -> Option<usize> {
        (self.code.len() < MAX_INSTRUCTIONS).then(|| {
            self.code.push(instruction);
            self.code.len() - 1
        })
    }

    fn register(&mut self) -> usize {
        self.registers += 2;
        self.registers - 2
    }

    /// Makes the jump at `at` go to the end of the code.
    fn patch(&mut self, at: usize) {
        let here = self.code.len();
        match &mut self.code[at] {
            Instruction::Split(to) | Instruction::Jump(to) | Instruction::IfGroup { otherwise: to, .. } => {
                *to = here;
            }
            _ => {}
        }
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Empty => {}
            Node::Literal(c) => {
                self.push(Instruction::Literal(*c))?;
            }
            Node::Set(set) => {
                self.push(Instruction::Set(Arc::clone(set)))?;
            }
            Node::Concat(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Node::Alternation(nodes) => self.alternation(nodes)?,
            Node::Repeat { node, min, max, greed } => self.repeat(node, *min, *max, *greed)?,
            Node::Group { index, node } => {
                self.push(Instruction::Save(2 * index))?;
                self.node(node)?;
                self.push(Instruction::Save(2 * index + 1))?;
            }
            Node::Look { node, behind, negated } => self.look(node, *behind, *negated)?,
            Node::Atomic(node) => self.atomic(|program| program.node(node))?,
            Node::Backref { group, fold } => {
                self.push(Instruction::Backref { group: *group, fold: *fold })?;
            }
            Node::Conditional { group, yes, no } => {
                let choice = self.push(Instruction::IfGroup { group: *group, otherwise: 0 })?;
                self.node(yes)?;
                let jump = self.push(Instruction::Jump(0))?;
                self.patch(choice);
                self.node(no)?;
                self.patch(jump);
            }
            Node::Assert(assert) => {
                self.push(Instruction::Assert(*assert))?;
            }
        }
        Some(())
    }

    fn alternation(&mut self, nodes: &[Node]) -> Option<()> {
        let mut jumps = Vec::new();
        let Some((last, others)) = nodes.split_last() else { return Some(()) };
        for node in others {
            let split = self.push(Instruction::Split(0))?;
            self.node(node)?;
            jumps.push(self.push(Instruction::Jump(0))?);
            self.patch(split);
        }
        self.node(last)?;
        for jump in jumps {
            self.patch(jump);
        }
        Some(())
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, greed: Greed) -> Option<()> {
        let set = match node {
            Node::Set(set) => Some(Arc::clone(set)),
            Node::Literal(c) => Some(Arc::new(charset::of(*c))),
            _ => None,
        };
        if let Some(set) = set {
            self.push(Instruction::Run { set, min, max, greed })?;
            return Some(());
        }
        if greed == Greed::Possessive {
            // CPython matches each round for good, not only the rounds together.
            return self.atomic(|program| {
                program.rounds(min, max, false, |program| program.atomic(|program| program.node(node)))
            });
        }
        self.rounds(min, max, greed == Greed::Lazy, |program| program.node(node))
    }

    fn rounds(
        &mut self,
        min: u32,
        max: Option<u32>,
        lazy: bool,
        body: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let register = self.register();
        self.push(Instruction::LoopStart { register })?;
        let jump = self.push(Instruction::Jump(0))?;
        let start = self.code.len();
        body(self)?;
        self.patch(jump);
        self.push(Instruction::Loop { register, min, max, lazy, body: start })?;
        self.push(Instruction::LoopAgain { register, max, body: start })?;
        Some(())
    }

    fn atomic(&mut self, body: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let register = self.register();
        self.push(Instruction::Barrier { register })?;
        body(self)?;
        self.push(Instruction::Commit { register })?;
        Some(())
    }

    fn look(&mut self, node: &Node, behind: Option<usize>, negated: bool) -> Option<()> {
        let register = self.register();
        self.push(Instruction::Barrier { register })?;
        let split = if negated { Some(self.push(Instruction::Split(0))?) } else { None };
        if let Some(width) = behind {
            self.push(Instruction::Back(width))?;
        }
        self.node(node)?;
        if let Some(split) = split {
            self.push(Instruction::LookFail { register })?;
            self.patch(split);
        } else {
            self.push(Instruction::LookEnd { register })?;
        }
        Some(())
    }
}
