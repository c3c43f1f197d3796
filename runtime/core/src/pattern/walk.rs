//! Matches in a text that is still being written: what is decided, and from where on it is not.
//!
//! An automaton is run from one place of the text after the other. When it is stuck before the text ends, no
//! continuation can make a difference to a match that starts there; when it reaches the end, the place is
//! *open*. Patterns that an automaton matches exactly are decided by it; for others the relaxed form tells
//! what cannot match any more, and the backtracker what matches.

use std::fmt;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchKind};

use super::ast::{Assert, Node};
use super::backtrack::{Machine, Require};
use super::linear::{self, Form, NFA_BYTES};
use super::{Pattern, first_char};
use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;

/// How much the automaton's lazily determined states may occupy, in bytes; shared by the streams of a thread.
const CACHE_BYTES: usize = 256 << 10;

/// Bytes an automaton may run over for each byte of the text, before [`Follower`] waits for the end instead.
const STEPS_PER_BYTE: usize = 64;

/// See [`STEPS_PER_BYTE`]: what a short text may take besides.
const STEPS: usize = 1 << 20;

/// A match that is open for longer, in bytes, is not looked at with every piece.
const LONG: usize = 1_024;

type Caches =
    Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>>;

/// An automaton that is run by hand.
pub(super) struct Walker {
    dfa: DFA,
    caches: Caches,
    /// Whether it decides what matches, or only what may.
    exact: bool,
}

/// What a run of the automaton from one place showed.
enum Run {
    /// It reached the end of the text.
    Open,
    /// It got stuck, with a match that ends there or (in the relaxed form) somewhere.
    Match(usize),
    /// It got stuck without a match.
    Nothing,
}

impl Walker {
    /// `None` for a pattern that cannot be followed: it may match nothing at all, asks what surrounds a match,
    /// or is too large.
    pub(super) fn new(pattern: &Pattern) -> Option<Self> {
        if pattern.can_be_empty || asks_around(&pattern.node) {
            return None;
        }
        let exact = pattern.exact.is_some() && !pattern.ascii_only;
        let (form, kind) = if exact {
            (Form::Search { ascii: false }, MatchKind::LeftmostFirst)
        } else {
            // Every way a match could go on counts, not only the first.
            (Form::Relaxed, MatchKind::All)
        };
        let (hir, _) = linear::translate(&pattern.node, form)?;
        if hir.properties().minimum_len().is_none_or(|least| least == 0) {
            return None;
        }
        let config = thompson::Config::new()
            .nfa_size_limit(Some(NFA_BYTES))
            .which_captures(thompson::WhichCaptures::None);
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(&hir).ok()?;
        let config =
            DFA::config().match_kind(kind).cache_capacity(CACHE_BYTES).skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let make = dfa.clone();
        Some(Self { dfa, caches: Pool::new(Box::new(move || make.create_cache())), exact })
    }

    /// Runs from `at`; `steps` grows by the bytes it ran over. `None` if the automaton cannot be run.
    fn run(&self, cache: &mut Cache, text: &str, at: usize, steps: &mut usize) -> Option<Run> {
        let input = Input::new(text).range(at..).anchored(Anchored::Yes);
        let mut state: LazyStateID = self.dfa.start_state_forward(cache, &input).ok()?;
        let mut end = None;
        for (byte, here) in text.as_bytes().get(at..)?.iter().zip(at..) {
            state = self.dfa.next_state(cache, state, *byte).ok()?;
            if state.is_tagged() {
                if state.is_match() {
                    // A match is known one byte after its end.
                    end = Some(here);
                } else if state.is_dead() {
                    *steps += here - at;
                    return Some(end.map_or(Run::Nothing, Run::Match));
                } else if state.is_quit() {
                    return None;
                }
            }
        }
        *steps += text.len() - at;
        Some(Run::Open)
    }
}

impl fmt::Debug for Walker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walker").field("exact", &self.exact).finish_non_exhaustive()
    }
}

/// Whether the pattern looks beyond its match for more than a word's or a line's boundary.
fn asks_around(node: &Node) -> bool {
    match node {
        Node::Look { .. } | Node::Assert(Assert::EndOrNewline) => true,
        Node::Empty | Node::Literal(_) | Node::Set(_) | Node::Backref { .. } | Node::Assert(_) => false,
        Node::Concat(nodes) | Node::Alternation(nodes) => nodes.iter().any(asks_around),
        Node::Repeat { node, .. } | Node::Group { node, .. } | Node::Atomic(node) => asks_around(node),
        Node::Conditional { yes, no, .. } => asks_around(yes) || asks_around(no),
    }
}

/// Follows one pattern through a text: `re.finditer`, as far as it is decided.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    /// Where the next match may start, in bytes of the stream.
    pub(crate) at: usize,
    steps: usize,
    /// There were too many steps: the rest waits for the end of the text.
    waits: bool,
    /// Where the text has to end at least before a match that is open for long is looked at again.
    until: usize,
}

impl Follower {
    /// Where the text has to end at least before there is anything new to say.
    pub(crate) const fn rests_until(&self) -> usize {
        if self.waits { usize::MAX } else { self.until }
    }

    /// Finds the matches that are decided in a window of the text that begins at `base`, and comes to stand
    /// where the first that is not may start. The window has at least one character before
    /// [`Follower::at`], unless the text itself begins there. `last`: nothing follows the window.
    ///
    /// When `found` returns `false` no further match is wanted.
    pub(crate) fn advance(
        &mut self,
        pattern: &Pattern,
        (text, base, last): (&str, usize, bool),
        interrupt: Interrupt<'_>,
        mut found: impl FnMut(Span) -> bool,
    ) -> Result<(), ScannerError> {
        let mut at = text.floor_char_boundary(self.at.saturating_sub(base));
        if last {
            for span in pattern.find_iter_at(text, at, interrupt) {
                let span = span?;
                if !found(Span::new(base + span.start, base + span.end)) {
                    break;
                }
            }
            self.at = base + text.len();
            return Ok(());
        }
        if base + text.len() < self.until {
            return Ok(());
        }
        let allowed = STEPS.saturating_add((base + text.len()).saturating_mul(STEPS_PER_BYTE));
        let Some(walker) = pattern.walker().filter(|_| !self.waits) else { return Ok(()) };
        let mut cache = walker.caches.get();
        let mut machine = Machine::default();
        let mut budget = pattern.budget(text, interrupt);
        while at < text.len() {
            let Some(run) = walker.run(&mut cache, text, at, &mut self.steps) else {
                self.waits = true;
                break;
            };
            let end = match run {
                Run::Open => {
                    // Each look runs over all of it: the longer it is, the more has to be new.
                    let open = text.len() - at;
                    self.until = if open > LONG { base + text.len() + open / 4 } else { 0 };
                    break;
                }
                Run::Nothing => None,
                Run::Match(end) if walker.exact => Some(end),
                Run::Match(_) => machine.run(&pattern.program, text, at, Require::NonEmpty, &mut budget)?,
            };
            if let Some(end) = end {
                let wanted = found(Span::new(base + at, base + end));
                at = end;
                if !wanted {
                    break;
                }
            } else {
                at += first_char(text, at).map_or(1, char::len_utf8);
            }
            if self.steps > allowed {
                self.waits = true;
                break;
            }
            budget.charge(1)?;
        }
        self.at = base + at;
        Ok(())
    }
}
