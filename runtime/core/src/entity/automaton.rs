//! All rules in one automaton: one run from each word's start tells every rule that matches there.

use std::fmt;

use regex_automata::hybrid::dfa::{Cache, Config, DFA, OverlappingState};
use regex_automata::nfa::thompson;
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

use super::rule::Rule;
use crate::error::ScannerError;

/// The longest match of a rule, in bytes. Bounds the work of each start.
const LONGEST: usize = 256;

/// Memory for the automaton's states, in bytes for each thread that searches. When it is full the states
/// are made again: slower, never wrong.
const CACHE_BYTES: usize = 4 << 20;

type MakeCache = Box<dyn Fn() -> Cache + Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>;

/// The automaton of a list of rules.
pub(super) struct Shapes {
    dfa: DFA,
    caches: Pool<Cache, MakeCache>,
}

impl Shapes {
    /// Compiles the rules; `None` without any. A rule that does not compile is an error of this crate, found
    /// by its tests.
    pub(super) fn new(rules: &[Rule]) -> Option<Self> {
        if rules.is_empty() {
            return None;
        }
        let patterns: Vec<&str> = rules.iter().map(|rule| rule.pattern).collect();
        let config = Config::new()
            .match_kind(MatchKind::All)
            .cache_capacity(CACHE_BYTES)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder()
            .configure(config)
            .syntax(syntax::Config::new().unicode(false).case_insensitive(true))
            .thompson(thompson::Config::new().shrink(false).which_captures(thompson::WhichCaptures::None))
            .build_many(&patterns)
            .ok()?;
        let cached = dfa.clone();
        let make: MakeCache = Box::new(move || cached.create_cache());
        Some(Self { dfa, caches: Pool::new(make) })
    }

    /// Something to search with; one for each text.
    pub(super) fn run(&self) -> Run<'_> {
        Run { dfa: &self.dfa, cache: self.caches.get() }
    }
}

impl fmt::Debug for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shapes").field("rules", &self.dfa.pattern_len()).finish_non_exhaustive()
    }
}

/// A search over one text.
pub(super) struct Run<'s> {
    dfa: &'s DFA,
    cache: regex_automata::util::pool::PoolGuard<'s, Cache, MakeCache>,
}

impl Run<'_> {
    /// Calls `found(rule, end)` for every rule that matches from `start` on, and every end it can have.
    pub(super) fn matches(
        &mut self,
        text: &str,
        start: usize,
        mut found: impl FnMut(usize, usize),
    ) -> Result<(), ScannerError> {
        let end = text.len().min(start + LONGEST);
        let input = Input::new(text.as_bytes()).range(start..end).anchored(Anchored::Yes);
        let mut state = OverlappingState::start();
        loop {
            self.dfa
                .try_search_overlapping_fwd(&mut self.cache, &input, &mut state)
                .map_err(|_| ScannerError::Failed("the automaton of entities gave up".into()))?;
            let Some(half) = state.get_match() else { return Ok(()) };
            found(half.pattern().as_usize(), half.offset());
        }
    }

    /// Whether what follows `text` has a say in what matches from `start` on.
    pub(super) fn reads_on(&mut self, text: &str, start: usize) -> Result<bool, ScannerError> {
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        // What follows the longest match says whether a word ends there.
        if rest.len() > LONGEST {
            return Ok(false);
        }
        let gave_up = || ScannerError::Failed("the automaton of entities gave up".into());
        let input = Input::new(text.as_bytes()).range(start..).anchored(Anchored::Yes);
        let mut state = self.dfa.start_state_forward(&mut self.cache, &input).map_err(|_| gave_up())?;
        for &byte in rest {
            state = self.dfa.next_state(&mut self.cache, state, byte).map_err(|_| gave_up())?;
            if state.is_dead() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
