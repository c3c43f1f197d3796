//! Compiling the lists.

use std::fmt;

use aho_corasick::automaton::Automaton;
use aho_corasick::packed::Searcher;
use aho_corasick::{dfa, nfa};

use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupt;
use crate::literal::list::{Declared, List, Patterns};
use crate::literal::search::{Search, walk};
use crate::literal::{LiteralHits, LiteralList, MAX_LITERAL_BYTES};
use crate::text::{Text, fold_literal, is_python_word};

/// How many entries the automaton's table of outputs may need, as an upper bound (8 bytes each while it is
/// compiled).
const MAX_OUTPUTS: usize = 64 << 20;

/// How many entries the tables that lead from a pattern to a literal of a list may need (4 bytes each).
const MAX_ENTRIES: usize = 64 << 20;

/// Up to so many states the automaton becomes a DFA: the fastest kind, about 256 bytes a state.
const DFA_STATES: usize = 8_192;

/// The prefilter looks for this many leading bytes of each literal, so that a text of near misses costs
/// a bounded comparison per byte.
pub(super) const PREFIX: usize = 16;

/// How the automaton is stored.
pub(super) enum Machine {
    Small(dfa::DFA),
    Large(nfa::contiguous::NFA),
}

/// Finds the literals of many lists in one pass.
pub struct LiteralAutomaton {
    pub(super) lists: Box<[List]>,
    /// Whether it runs over the lower-cased text.
    folds: bool,
    /// Proves the absence of all literals at several GB/s; there are at most about sixty of them then.
    prefilter: Option<Searcher>,
    /// `None` when there is no literal to search.
    machine: Option<Machine>,
}

impl LiteralAutomaton {
    /// Compiles `lists`, which are numbered as they come.
    ///
    /// Linear in the size of the literals but for sorting them. Refuses more than
    /// [`MAX_LITERAL_BYTES`] bytes, and literals that are suffixes of each other so often that the
    /// automaton would outgrow a fixed size.
    pub fn new(lists: &[&LiteralList]) -> Result<Self, ConfigError> {
        let bytes: usize = lists.iter().flat_map(|list| &list.literals).map(|literal| literal.len()).sum();
        if bytes > MAX_LITERAL_BYTES {
            return Err(refuse(&format!("{bytes} bytes in all, at most {MAX_LITERAL_BYTES} are possible")));
        }
        let folds = lists.iter().any(|list| !list.case_sensitive);
        let declared = declare(lists, folds);
        let patterns = Patterns::new(&declared);
        if patterns.states().saturating_mul(patterns.depth) > MAX_OUTPUTS {
            return Err(refuse("too many of them end with each other; leave out what a shorter one finds"));
        }
        if patterns.keys.len().saturating_mul(lists.len()) > MAX_ENTRIES {
            return Err(refuse("too many lists of too many literals"));
        }
        let compiled = lists.iter().zip(0..);
        Ok(Self {
            lists: compiled.map(|(list, n)| List::new(list, n, &declared, &patterns, folds)).collect(),
            folds,
            prefilter: prefilter(&patterns.keys),
            machine: compile(&patterns)?,
        })
    }

    /// What of each list occurs in `text`, in the order of the lists.
    ///
    /// Linear in the text. The exception are literals that are suffixes of each other, in a list with
    /// whole words or (beside lists that ignore case) with case: there each candidate is looked at, within
    /// a budget of steps; beyond it the answer is [`ScannerError::Limit`].
    pub fn find(&self, text: &Text, interrupt: &Interrupt<'_>) -> Result<Vec<LiteralHits>, ScannerError> {
        let folded = self.folds.then(|| text.folded());
        let haystack = folded.map_or_else(|| text.as_str(), |folded| folded.as_str()).as_bytes();
        let mut search = Search::new(&self.lists, text.as_str(), folded, interrupt);
        match &self.machine {
            Some(Machine::Small(dfa)) => walk(dfa, self.prefilter.as_ref(), haystack, &mut search)?,
            Some(Machine::Large(nfa)) => walk(nfa, self.prefilter.as_ref(), haystack, &mut search)?,
            None => {}
        }
        let mut hits = search.finish();
        for (list, hits) in self.lists.iter().zip(&mut hits) {
            if !list.empty.is_empty() && (!list.whole_word || text.as_str().chars().any(is_python_word)) {
                hits.which.extend(&*list.empty);
                hits.which.sort_unstable();
            }
        }
        Ok(hits)
    }
}

impl fmt::Debug for LiteralAutomaton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiteralAutomaton")
            .field("lists", &self.lists.len())
            .field("folds", &self.folds)
            .field("prefilter", &self.prefilter.is_some())
            .finish_non_exhaustive()
    }
}

fn refuse(reason: &str) -> ConfigError {
    ConfigError::new("Shield", "literals", reason)
}

/// Every literal that is not empty, with its key, sorted by key.
fn declare(lists: &[&LiteralList], folds: bool) -> Vec<Declared> {
    let mut declared = Vec::new();
    for (list, number) in lists.iter().zip(0..) {
        for (literal, index) in list.literals.iter().zip(0..) {
            if !literal.is_empty() {
                let key = if folds { fold_literal(literal).into() } else { literal.clone() };
                declared.push(Declared { key, list: number, literal: index });
            }
        }
    }
    declared.sort_by(|a, b| a.key.cmp(&b.key));
    declared
}

fn compile(patterns: &Patterns) -> Result<Option<Machine>, ConfigError> {
    if patterns.keys.is_empty() {
        return Ok(None);
    }
    let keys = patterns.keys.iter().map(|key| key.as_bytes());
    let built = nfa::noncontiguous::Builder::new().prefilter(false).build(keys).and_then(|nfa| {
        if patterns.states() <= DFA_STATES {
            dfa::Builder::new().prefilter(false).build_from_noncontiguous(&nfa).map(Machine::Small)
        } else {
            let mut builder = nfa::contiguous::Builder::new();
            builder.prefilter(false).build_from_noncontiguous(&nfa).map(Machine::Large)
        }
    });
    built.map(Some).map_err(|error| refuse(&error.to_string()))
}

/// A vectorised search for the beginnings of all `keys` (sorted), where there are few enough.
fn prefilter(keys: &[Box<str>]) -> Option<Searcher> {
    let mut prefixes: Vec<&[u8]> = Vec::new();
    for key in keys {
        let prefix = &key.as_bytes()[..key.len().min(PREFIX)];
        // Sorted keys: what a prefix covers follows it.
        if !prefixes.last().is_some_and(|last| prefix.starts_with(last)) {
            prefixes.push(prefix);
        }
    }
    Searcher::new(prefixes)
}

/// The longest key that ends in a match state, as the automaton numbers it.
pub(super) fn longest_match(machine: &impl Automaton, state: aho_corasick::automaton::StateID) -> usize {
    // A state's own pattern comes before those of its failure chain.
    machine.match_pattern(state, 0).as_usize()
}
