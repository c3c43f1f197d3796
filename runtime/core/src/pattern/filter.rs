//! Many patterns, one pass: which of them can match this text at all?

use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::{Input, MatchKind, PatternSet};
use regex_syntax::hir::Hir;

use super::Pattern;

/// How large the common automaton may be, in bytes.
const NFA_BYTES: usize = 32 << 20;

/// How much one search may cache of the common automaton's states, in bytes.
const CACHE_BYTES: usize = 4 << 20;

/// One automaton over many patterns that rules out those that cannot match.
#[derive(Debug)]
pub struct Filter {
    regex: meta::Regex,
    /// Which pattern each expression of the automaton stands for.
    patterns: Vec<usize>,
    /// The patterns that nothing can rule out.
    always: Vec<usize>,
}

impl Filter {
    /// `None` when it would not help: the patterns are too large together, or none can be ruled out.
    pub fn new(patterns: &[Pattern]) -> Option<Self> {
        let (mut expressions, mut indices, mut always): (Vec<Hir>, _, _) =
            (Vec::new(), Vec::new(), Vec::new());
        for (index, pattern) in patterns.iter().enumerate() {
            if let Some(hir) = pattern.filter() {
                expressions.push(hir);
                indices.push(index);
            } else {
                always.push(index);
            }
        }
        if expressions.is_empty() {
            return None;
        }
        let config = meta::Config::new()
            .match_kind(MatchKind::All)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(NFA_BYTES))
            .hybrid_cache_capacity(CACHE_BYTES);
        let regex = meta::Builder::new().configure(config).build_many_from_hir(&expressions).ok()?;
        Some(Self { regex, patterns: indices, always })
    }

    /// The indices of the patterns that may match `text`, ascending. All others do not.
    pub fn candidates(&self, text: &str) -> Vec<usize> {
        let mut candidates = self.always.clone();
        let input = Input::new(text);
        if self.regex.is_match(input.clone().earliest(true)) {
            let mut set = PatternSet::new(self.regex.pattern_len());
            self.regex.which_overlapping_matches(&input, &mut set);
            candidates.extend(set.iter().map(|id| self.patterns[id.as_usize()]));
            candidates.sort_unstable();
        }
        candidates
    }

    /// Bytes of memory it holds, without what searches cache.
    pub fn memory_usage(&self) -> usize {
        self.regex.memory_usage()
    }
}
