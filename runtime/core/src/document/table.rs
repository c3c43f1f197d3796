//! Compiled patterns: what is still to match below a value.

use std::fmt::Write;

/// What is still to match below one value. States are named by their position in the table.
#[derive(Clone, Debug, Default)]
pub struct State {
    accepts: bool,
    /// Sorted by key.
    keys: Vec<(Box<str>, Option<usize>)>,
    others: Option<usize>,
    numbered: bool,
}

impl State {
    /// A state.
    ///
    /// `accepts`: whether the value itself, if it is a string, is a field. `keys`: the next state below each key
    /// that a pattern names, `None` where nothing can match any more. `others`: the next state below every other
    /// key and index.
    pub fn new(accepts: bool, mut keys: Vec<(Box<str>, Option<usize>)>, others: Option<usize>) -> Self {
        keys.sort_unstable();
        let numbered = keys.iter().any(|(key, _)| key.bytes().all(|byte| byte.is_ascii_digit()));
        Self { accepts, keys, others, numbered }
    }

    /// Whether a string is a field here.
    pub(super) const fn accepts(&self) -> bool {
        self.accepts
    }

    /// Whether anything below an array can match.
    pub(super) const fn leads_into_arrays(&self) -> bool {
        self.others.is_some() || self.numbered
    }

    /// The state below a key; a key that is no Unicode is none that a pattern names.
    pub(super) fn below(&self, key: Option<&str>) -> Option<usize> {
        let Some(key) = key else { return self.others };
        match self.keys.binary_search_by(|(name, _)| (**name).cmp(key)) {
            Ok(at) => self.keys.get(at).and_then(|(_, next)| *next),
            Err(_) => self.others,
        }
    }

    /// The state below an item; `digits` is room to write in.
    pub(super) fn below_item(&self, index: usize, digits: &mut String) -> Option<usize> {
        if !self.numbered {
            return self.others;
        }
        digits.clear();
        let _ = write!(digits, "{index}"); // a string takes everything
        self.below(Some(digits))
    }
}

/// Patterns, compiled into an automaton that is stepped once for each key on the way down.
#[derive(Clone, Debug, Default)]
pub struct Table {
    states: Vec<State>,
    start: Option<usize>,
}

impl Table {
    /// A table; `None` if a state names one that is not there.
    pub fn new(states: Vec<State>, start: Option<usize>) -> Option<Self> {
        let known = |next: &Option<usize>| next.is_none_or(|at| at < states.len());
        let whole =
            states.iter().all(|state| known(&state.others) && state.keys.iter().all(|(_, next)| known(next)));
        (whole && known(&start)).then_some(Self { states, start })
    }

    /// The state of the document itself.
    pub(super) fn start(&self) -> Option<&State> {
        self.at(self.start)
    }

    /// The state of that name.
    pub(super) fn at(&self, name: Option<usize>) -> Option<&State> {
        name.and_then(|at| self.states.get(at))
    }
}
