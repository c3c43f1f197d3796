//! Regular expressions as Python 3.11's `re` writes and matches them, for `str` patterns.
//!
//! The syntax is parsed by `CPython`'s own rules (`re._parser`) into a tree. Whatever a finite automaton can
//! match with the same result is matched in linear time by `regex-automata`. The rest — look-around,
//! back-references, atomic groups, possessive quantifiers, conditionals, `$` in the middle, repeated parts
//! that may be empty or are counted beyond a thousand, and `\b` in texts that are not ASCII — goes to a backtracker that follows `CPython`'s
//! matching order and whose work is limited ([`Pattern::with_step_limit`]); a relaxed automaton tells it
//! where to look, so that most texts never reach it.
//!
//! Spans are those of `CPython` 3.11; `tests/pattern_python.rs` replays several hundred patterns. Known
//! differences, each a construct rather than a result:
//!
//! * `\N{NAME}`, the undocumented flag `t`, and groups nested more than 100 deep are refused.
//! * `\d`, `\w` and `i` know the characters of Unicode 14, as Python 3.11 does; later Pythons know more.
//! * An upper-case letter beyond U+FFFF in a class of several items matches its lower case under `i`. `CPython`
//!   forgets to.
//! * In `CPython` 3.11 a group that took part only in an abandoned alternative may keep what it matched. Here
//!   it is always undone.

mod ast;
mod backtrack;
mod case;
mod charset;
mod class;
mod error;
mod escape;
mod filter;
mod flags;
mod group;
mod linear;
mod matches;
mod parse;
mod price;
mod program;
mod tokens;
mod walk;

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use regex_syntax::hir::Hir;

pub use error::PatternError;
pub use filter::Filter;
pub use matches::Matches;
pub(crate) use price::Price;
pub(crate) use walk::Follower;

use ast::{Assert, Node};
use backtrack::{Budget, Machine, Require};
use linear::{Automaton, Form};
use program::Program;
use walk::Walker;

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;

/// How many backtracking steps a call may take by default, besides those for the length of its text.
pub const STEP_LIMIT: usize = 1_000_000;

/// Steps that each byte of the text adds to the limit: a long text is no attack.
const STEPS_PER_BYTE: usize = 16;

/// How many places the relaxed automaton may propose in vain before every place is tried instead.
const VAIN_PROPOSALS: usize = 64;

/// A compiled pattern. Immutable, shared between threads; `Debug` shows no part of the pattern.
pub struct Pattern {
    node: Node,
    program: Program,
    names: HashMap<Box<str>, usize>,
    /// Finds Python's spans in every text, or (if `ascii_only`) in ASCII texts.
    exact: Option<Automaton>,
    ascii_only: bool,
    /// Whether it asks for word boundaries, about which `CPython` has an opinion in empty texts.
    words: bool,
    can_be_empty: bool,
    relaxed: OnceLock<Option<Automaton>>,
    full: OnceLock<Option<Automaton>>,
    walker: OnceLock<Option<Walker>>,
    step_limit: usize,
}

impl Pattern {
    /// Compiles `python_pattern`.
    ///
    /// An error names the position (in code points) and what is wrong there. Time and memory are bounded:
    /// a pattern has at most 262,144 code points and its automaton at most 4 MiB; a pattern whose automaton
    /// would be larger is matched by the backtracker.
    pub fn new(python_pattern: &str) -> Result<Self, PatternError> {
        let parse::Parsed { node, groups, names } = parse::parse(python_pattern)?;
        let program =
            Program::new(&node, groups).ok_or_else(|| PatternError::new(0, "the pattern is too large"))?;
        let compile =
            |form| linear::translate(&node, form).and_then(|(hir, markers)| Automaton::new(&hir, markers));
        let words = has_words(&node);
        let everywhere = compile(Form::Search { ascii: false });
        let ascii_only = everywhere.is_none();
        // Word boundaries and large classes, counted, are easier where every character is a byte.
        let exact = everywhere.or_else(|| compile(Form::Search { ascii: true }));
        let pattern = Self {
            can_be_empty: node.can_be_empty(),
            node,
            program,
            names,
            exact,
            ascii_only,
            words,
            relaxed: OnceLock::new(),
            full: OnceLock::new(),
            walker: OnceLock::new(),
            step_limit: STEP_LIMIT,
        };
        if pattern.exact.is_none() {
            pattern.relaxed();
        }
        Ok(pattern)
    }

    /// The same pattern with another limit of backtracking steps for each call. To the limit come 16 steps
    /// for each byte of the text.
    #[must_use]
    pub const fn with_step_limit(mut self, steps: usize) -> Self {
        self.step_limit = steps;
        self
    }

    /// Whether the pattern matches anywhere: `re.search(…) is not None`.
    pub fn is_match(&self, text: &str, interrupt: Interrupt<'_>) -> Result<bool, ScannerError> {
        interrupt.check()?;
        if let Some(exact) = self.exact_for(text) {
            return Ok(exact.is_match(text, 0));
        }
        Ok(self
            .backtrack(&mut Machine::default(), text, 0, false, &mut self.budget(text, interrupt))?
            .is_some())
    }

    /// The first match: `re.search(…).span()`, in bytes.
    pub fn find(&self, text: &str, interrupt: Interrupt<'_>) -> Result<Option<Span>, ScannerError> {
        interrupt.check()?;
        if let Some(exact) = self.exact_for(text) {
            return Ok(exact.find(text, 0));
        }
        self.backtrack(&mut Machine::default(), text, 0, false, &mut self.budget(text, interrupt))
    }

    /// Whether the whole text matches: `re.fullmatch(…) is not None`. The span is the whole text.
    pub fn full_match(&self, text: &str, interrupt: Interrupt<'_>) -> Result<bool, ScannerError> {
        interrupt.check()?;
        if self.exact_for(text).is_some()
            && let Some(full) = self.full()
        {
            return Ok(full.is_match_at(text, 0));
        }
        let mut budget = self.budget(text, interrupt);
        let end = Machine::default().run(&self.program, text, 0, Require::Whole, &mut budget)?;
        Ok(end.is_some())
    }

    /// All matches in order: `re.finditer(…)`, empty ones included, as since Python 3.7. The whole iteration
    /// has one limit of steps; after an error it ends.
    pub fn find_iter<'p, 't>(&'p self, text: &'t str, interrupt: Interrupt<'p>) -> Matches<'p, 't> {
        self.find_iter_at(text, 0, interrupt)
    }

    /// As [`Pattern::find_iter`], for matches that start at `at` or later. What is before is still looked at:
    /// by `\b`, say.
    pub(crate) fn find_iter_at<'p, 't>(
        &'p self,
        text: &'t str,
        at: usize,
        interrupt: Interrupt<'p>,
    ) -> Matches<'p, 't> {
        Matches::new(self, text, at, interrupt)
    }

    /// Whether matches can be told apart from what may still become one while a text is being written.
    pub(crate) fn can_be_followed(&self) -> bool {
        self.walker().is_some()
    }

    fn walker(&self) -> Option<&Walker> {
        self.walker.get_or_init(|| Walker::new(self)).as_ref()
    }

    /// The first match with its groups: `re.search(…).regs`. Item 0 is the match itself.
    pub fn captures(
        &self,
        text: &str,
        interrupt: Interrupt<'_>,
    ) -> Result<Option<Vec<Option<Span>>>, ScannerError> {
        let found = self.find(text, interrupt)?;
        found.map(|found| self.groups_at(text, found, interrupt)).transpose()
    }

    /// The groups of a match that [`Pattern::find`] or [`Pattern::find_iter`] returned for the same text.
    pub fn groups_at(
        &self,
        text: &str,
        found: Span,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<Option<Span>>, ScannerError> {
        let mut machine = Machine::default();
        let require = if found.is_empty() { Require::Any } else { Require::NonEmpty };
        machine.run(&self.program, text, found.start, require, &mut self.budget(text, interrupt))?;
        let group = |group| machine.group(group).map(|(start, end)| Span::new(start, end));
        Ok(std::iter::once(Some(found)).chain((1..self.program.groups).map(group)).collect())
    }

    /// The number of a named group.
    pub fn group_index(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// Whether every text is searched in linear time. If not, a call may fail with
    /// [`ScannerError::Limit`].
    pub const fn is_linear(&self) -> bool {
        self.exact.is_some() && !self.ascii_only
    }

    /// Whether ASCII texts are searched in linear time, if not all.
    pub const fn is_linear_in_ascii(&self) -> bool {
        self.exact.is_some()
    }

    /// Bytes of memory it holds, without what searches cache.
    pub fn memory_usage(&self) -> usize {
        let lazy = [&self.relaxed, &self.full];
        let lazy = lazy.iter().filter_map(|cell| cell.get()?.as_ref()).map(Automaton::memory_usage);
        size_of::<Self>()
            + self.program.memory_usage() * 2 // the tree is about as large
            + self.exact.as_ref().map_or(0, Automaton::memory_usage)
            + lazy.sum::<usize>()
    }

    /// An expression that matches wherever the pattern does, and never the empty text: for a filter over
    /// many patterns. `None` if there is none.
    pub(crate) fn filter(&self) -> Option<Hir> {
        let (hir, _) = linear::translate(&self.node, Form::Relaxed)?;
        hir.properties().minimum_len().is_some_and(|least| least > 0).then_some(hir)
    }

    /// Compiles what [`Pattern::full_match`] needs, which otherwise waits for the first call.
    pub(crate) fn prepare_full_match(&self) {
        if self.exact.is_some() {
            self.full();
        }
    }

    fn full(&self) -> Option<&Automaton> {
        let form = Form::Full { ascii: self.ascii_only };
        let compile = || linear::translate(&self.node, form).and_then(|(hir, _)| Automaton::new(&hir, 0));
        self.full.get_or_init(compile).as_ref()
    }

    fn relaxed(&self) -> Option<&Automaton> {
        self.relaxed.get_or_init(|| Automaton::new(&self.filter()?, 0)).as_ref()
    }

    /// The automaton that finds Python's spans in this text.
    fn exact_for(&self, text: &str) -> Option<&Automaton> {
        let fits = (!self.ascii_only || text.is_ascii()) && !(self.words && text.is_empty());
        self.exact.as_ref().filter(|_| fits)
    }

    const fn budget<'i>(&self, text: &str, interrupt: Interrupt<'i>) -> Budget<'i> {
        let steps = self.step_limit.saturating_add(text.len().saturating_mul(STEPS_PER_BYTE));
        Budget::new(steps, interrupt)
    }

    /// The first match at or after `from`; at `from` itself it may not be empty if `must_advance`.
    fn backtrack(
        &self,
        machine: &mut Machine,
        text: &str,
        from: usize,
        must_advance: bool,
        budget: &mut Budget<'_>,
    ) -> Result<Option<Span>, ScannerError> {
        let mut at = from;
        let mut proposals = self.relaxed();
        let mut vain = 0;
        loop {
            if let Some(relaxed) = proposals {
                let Some(proposal) = relaxed.find(text, at) else { return Ok(None) };
                budget.charge((proposal.end - at) / 16)?;
                at = proposal.start;
                vain += 1;
                if vain > VAIN_PROPOSALS {
                    proposals = None;
                }
            }
            let require = if must_advance && at == from { Require::NonEmpty } else { Require::Any };
            if let Some(end) = machine.run(&self.program, text, at, require, budget)? {
                return Ok(Some(Span::new(at, end)));
            }
            let Some(c) = first_char(text, at) else { return Ok(None) };
            at += c.len_utf8();
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern").field("linear", &self.is_linear()).finish_non_exhaustive()
    }
}

/// The character at byte `at`.
fn first_char(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// Whether `node` asks for word boundaries.
fn has_words(node: &Node) -> bool {
    match node {
        Node::Assert(Assert::Word { .. }) => true,
        Node::Empty | Node::Literal(_) | Node::Set(_) | Node::Backref { .. } | Node::Assert(_) => false,
        Node::Concat(nodes) | Node::Alternation(nodes) => nodes.iter().any(has_words),
        Node::Repeat { node, .. }
        | Node::Group { node, .. }
        | Node::Look { node, .. }
        | Node::Atomic(node) => has_words(node),
        Node::Conditional { yes, no, .. } => has_words(yes) || has_words(no),
    }
}
