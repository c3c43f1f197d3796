//! One list, compiled: which of its literals a hit of the automaton stands for.

use crate::literal::{LiteralList, Need};

/// No node: no literal of the list is a suffix of the pattern.
pub(super) const NONE: u32 = u32::MAX;

/// One literal as the automaton sees it, and who declared it.
pub(super) struct Declared {
    /// The bytes that are searched: lower-cased if the automaton runs over the lower-cased text.
    pub(super) key: Box<str>,
    pub(super) list: u32,
    pub(super) literal: u32,
}

/// The distinct keys of all lists, and which is a suffix of which.
pub(super) struct Patterns {
    /// The distinct keys, sorted; the index is the pattern's id.
    pub(super) keys: Vec<Box<str>>,
    /// The ids in an order in which a suffix comes before what it is a suffix of.
    order: Vec<u32>,
    /// By id: the longest other key that is a suffix of this one.
    suffix: Vec<u32>,
    /// How many keys can end at one position, at most.
    pub(super) depth: usize,
}

impl Patterns {
    /// The distinct keys of `declared`, which is sorted by key.
    pub(super) fn new(declared: &[Declared]) -> Self {
        let mut keys: Vec<Box<str>> = Vec::new();
        for one in declared {
            if keys.last() != Some(&one.key) {
                keys.push(one.key.clone());
            }
        }
        // Sorted by their reversals, all keys that end alike stand together behind their common suffix.
        let mut reversed: Vec<(Vec<u8>, u32)> =
            keys.iter().zip(0..).map(|(key, id)| (key.bytes().rev().collect(), id)).collect();
        reversed.sort_unstable();
        let order: Vec<u32> = reversed.iter().map(|(_, id)| *id).collect();
        drop(reversed);
        let mut suffix = vec![NONE; keys.len()];
        let mut open: Vec<u32> = Vec::new();
        let mut depth = 0;
        for &id in &order {
            let key = &keys[id as usize];
            while open.last().is_some_and(|&top| !key.ends_with(&*keys[top as usize])) {
                open.pop();
            }
            suffix[id as usize] = open.last().copied().unwrap_or(NONE);
            open.push(id);
            depth = depth.max(open.len());
        }
        Self { keys, order, suffix, depth }
    }

    /// How many states a trie of the keys has, the root aside.
    pub(super) fn states(&self) -> usize {
        let mut states = 0;
        let mut previous: &[u8] = b"";
        for key in &self.keys {
            let shared = key.bytes().zip(previous).take_while(|(a, b)| a == *b).count();
            states += key.len() - shared;
            previous = key.as_bytes();
        }
        states
    }
}

/// A key of the list.
pub(super) struct Node {
    /// Length of the key in bytes.
    pub(super) len: usize,
    /// The longest other key of the list that is a suffix of this one, or [`NONE`].
    pub(super) parent: u32,
    /// The literals with this key: `members[first..end]`.
    pub(super) first: u32,
    pub(super) end: u32,
}

/// A literal of the list.
pub(super) struct Member {
    /// Its index in [`LiteralList::literals`].
    pub(super) literal: usize,
    /// What the original text must hold, where the key alone does not prove it.
    pub(super) exact: Option<Box<str>>,
}

/// One list, compiled.
pub(super) struct List {
    pub(super) spans: bool,
    pub(super) whole_word: bool,
    /// Whether [`Member::exact`] is to be compared.
    pub(super) exact: bool,
    /// By pattern id: the node of the longest key of this list that is a suffix of the pattern.
    entry: Box<[u32]>,
    pub(super) nodes: Box<[Node]>,
    pub(super) members: Box<[Member]>,
    /// Indices of the empty literals.
    pub(super) empty: Box<[usize]>,
}

impl List {
    /// Compiles list number `number`; `declared` are the literals of all lists, sorted by key.
    pub(super) fn new(
        source: &LiteralList,
        number: u32,
        declared: &[Declared],
        patterns: &Patterns,
        folds: bool,
    ) -> Self {
        let exact = folds && source.case_sensitive;
        let mut nodes: Vec<Node> = Vec::new();
        let mut members: Vec<Member> = Vec::new();
        let mut entry = vec![NONE; patterns.keys.len()].into_boxed_slice();
        let mut id = 0;
        for one in declared {
            while patterns.keys[id] != one.key {
                id += 1;
            }
            if one.list != number {
                continue;
            }
            let end = members.len() as u32 + 1;
            let index = one.literal as usize;
            let compared = exact.then(|| source.literals[index].clone());
            members.push(Member { literal: index, exact: compared });
            if entry[id] == NONE {
                entry[id] = nodes.len() as u32;
                nodes.push(Node { len: one.key.len(), parent: NONE, first: end - 1, end });
            } else if let Some(node) = nodes.last_mut() {
                node.end = end;
            }
        }
        // A suffix comes before what it is a suffix of, so what it inherits is already known.
        for &id in &patterns.order {
            let suffix = patterns.suffix[id as usize];
            let inherited = if suffix == NONE { NONE } else { entry[suffix as usize] };
            match nodes.get_mut(entry[id as usize] as usize) {
                Some(node) => node.parent = inherited,
                None => entry[id as usize] = inherited,
            }
        }
        let empty = (0..source.literals.len()).filter(|&index| source.literals[index].is_empty()).collect();
        Self {
            spans: source.need == Need::Spans,
            whole_word: source.whole_word,
            exact,
            entry,
            nodes: nodes.into_boxed_slice(),
            members: members.into_boxed_slice(),
            empty,
        }
    }

    /// The longest literal of this list that ends where `pattern` ends.
    pub(super) fn longest(&self, pattern: usize) -> Option<&Node> {
        self.nodes.get(*self.entry.get(pattern)? as usize)
    }

    /// The longest other literal of this list that ends where `node` ends.
    pub(super) fn shorter(&self, node: &Node) -> Option<&Node> {
        self.nodes.get(node.parent as usize)
    }

    /// Whether every occurrence of a key is a match.
    pub(super) const fn is_plain(&self) -> bool {
        !self.whole_word && !self.exact
    }
}
