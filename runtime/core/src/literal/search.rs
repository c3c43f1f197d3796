//! Running the automaton over one text.

use std::cmp::Reverse;

use aho_corasick::automaton::Automaton;
use aho_corasick::packed::Searcher;
use aho_corasick::{Anchored, Span as Window};

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::automaton::{PREFIX, longest_match};
use crate::literal::list::{List, Node};
use crate::literal::{LiteralHits, MAX_SPANS};
use crate::span::Span;
use crate::text::{Folded, is_word_boundary};

/// Bytes between two looks at the interrupt: about 0.1 ms.
const STRIDE: usize = 64 << 10;

/// How many candidates may be verified for a text: this, and [`STEPS_PER_BYTE`] for each of its bytes.
const STEPS: usize = 1 << 20;

/// See [`STEPS`]. Real lists need less than one.
const STEPS_PER_BYTE: usize = 16;

/// Comparing this many bytes of a candidate costs as much as a step.
const STEP_BYTES: usize = 64;

/// Bytes between two looks whether the automaton is idle and the prefilter could take over.
const BLOCK: usize = 256;

/// Where the next literal could start, at `start` or after it; `None` proves that there is none.
fn candidate(
    prefilter: Option<&Searcher>,
    haystack: &[u8],
    mut start: usize,
    interrupt: &Interrupt<'_>,
) -> Result<Option<usize>, ScannerError> {
    let Some(prefilter) = prefilter else {
        return Ok((start < haystack.len()).then_some(start));
    };
    loop {
        let end = haystack.len().min(start + STRIDE);
        if let Some(found) = prefilter.find_in(haystack, Window { start, end }) {
            return Ok(Some(found.start()));
        }
        if end == haystack.len() {
            return Ok(None);
        }
        interrupt.check()?;
        // A prefix may lie across the edge.
        start = end - PREFIX;
    }
}

/// Feeds `haystack` to the automaton, from one candidate of the prefilter to the next, and every match
/// state to `search`.
pub(super) fn walk(
    machine: &impl Automaton,
    prefilter: Option<&Searcher>,
    haystack: &[u8],
    search: &mut Search<'_>,
) -> Result<(), ScannerError> {
    let failed = |_| ScannerError::Failed("the automaton has no start state".to_owned());
    let root = machine.start_state(Anchored::No).map_err(failed)?;
    let mut at = 0;
    let mut next_check = STRIDE;
    while let Some(start) = candidate(prefilter, haystack, at, search.interrupt)? {
        let mut state = root;
        at = start;
        while at < haystack.len() {
            let mut idle = prefilter.is_some();
            for &byte in &haystack[at..haystack.len().min(at + BLOCK)] {
                state = machine.next_state(Anchored::No, state, byte);
                at += 1;
                if machine.is_special(state) && machine.is_match(state) {
                    idle = false;
                    search.visit(longest_match(machine, state), at)?;
                }
            }
            if search.wanted == 0 {
                return Ok(());
            }
            if at >= next_check {
                search.interrupt.check()?;
                next_check = at + STRIDE;
            }
            // In the start state no literal has begun, so nothing is lost by jumping ahead.
            if idle && state == root {
                break;
            }
        }
    }
    Ok(())
}

/// What one text has shown so far.
pub(super) struct Search<'a> {
    lists: &'a [List],
    text: &'a str,
    folded: Option<&'a Folded>,
    interrupt: &'a Interrupt<'a>,
    found: Vec<Found>,
    /// How many members are still to be seen; never zero if a list needs spans.
    wanted: usize,
    steps: usize,
    limit: usize,
}

/// What one list has found so far.
#[derive(Default)]
struct Found {
    /// By member: whether it occurs. Empty until one does, so that a clean text costs nothing.
    seen: Box<[bool]>,
    hits: LiteralHits,
}

impl Found {
    /// Whether member number `index` has been seen.
    fn has(&self, index: usize) -> bool {
        self.seen.get(index).is_some_and(|seen| *seen)
    }

    /// Notes that member number `index` of `list` occurs; whether that is new.
    fn note(&mut self, list: &List, index: usize) -> bool {
        if self.has(index) {
            return false;
        }
        if self.seen.is_empty() {
            self.seen = vec![false; list.members.len()].into_boxed_slice();
        }
        self.seen[index] = true;
        self.hits.which.push(list.members[index].literal);
        true
    }

    fn push(&mut self, literal: usize, span: Span) {
        // Two ends in the lower-cased text may be one in the original: `i` and U+0307 of `İ`.
        let spans = &mut self.hits.spans;
        if spans.last().is_some_and(|(_, last)| *last == span) {
            return;
        }
        if spans.len() < MAX_SPANS {
            spans.push((literal, span));
        } else {
            self.hits.omitted += 1;
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        lists: &'a [List],
        text: &'a str,
        folded: Option<&'a Folded>,
        interrupt: &'a Interrupt<'a>,
    ) -> Self {
        let members: usize = lists.iter().map(|list| list.members.len()).sum();
        Self {
            lists,
            text,
            folded,
            interrupt,
            found: lists.iter().map(|_| Found::default()).collect(),
            wanted: members + usize::from(lists.iter().any(|list| list.spans)),
            steps: 0,
            limit: text.len().saturating_mul(STEPS_PER_BYTE).saturating_add(STEPS),
        }
    }

    /// The longest key that ends at `end` of the searched text is `pattern`.
    fn visit(&mut self, pattern: usize, end: usize) -> Result<(), ScannerError> {
        let lists = self.lists;
        for (number, list) in lists.iter().enumerate() {
            let Some(node) = list.longest(pattern) else {
                continue;
            };
            if list.is_plain() {
                self.accept(number, list, node, end);
            } else {
                self.verify(number, list, node, end)?;
            }
        }
        Ok(())
    }

    /// A hit of a list for which every occurrence counts.
    fn accept(&mut self, number: usize, list: &List, node: &Node, end: usize) {
        if list.spans {
            let literal = list.members[node.first as usize].literal;
            let span = self.original(end - node.len, end);
            self.found[number].push(literal, span);
        }
        // Whoever was seen before has shown its suffixes too, so each is visited once per text.
        let found = &mut self.found[number];
        let mut next = Some(node);
        while let Some(node) = next.filter(|node| !found.has(node.first as usize)) {
            for index in node.first as usize..node.end as usize {
                self.wanted -= usize::from(found.note(list, index));
            }
            next = list.shorter(node);
        }
    }

    /// A hit of a list whose matches depend on where they stand: all suffixes are candidates.
    fn verify(&mut self, number: usize, list: &List, node: &Node, end: usize) -> Result<(), ScannerError> {
        let mut spanned = !list.spans;
        let mut next = Some(node);
        while let Some(node) = next {
            let span = self.original(end - node.len, end);
            if list.whole_word && !is_word_boundary(self.text, span.end) {
                return Ok(());
            }
            self.spend(1)?;
            if !list.whole_word || is_word_boundary(self.text, span.start) {
                for index in node.first as usize..node.end as usize {
                    let member = &list.members[index];
                    if spanned && self.found[number].has(index) {
                        continue;
                    }
                    let mut span = span;
                    if let Some(exact) = &member.exact {
                        self.spend(exact.len() / STEP_BYTES)?;
                        let here = self.text.get(span.start..).is_some_and(|rest| rest.starts_with(&**exact));
                        if !here || span.len() != exact.len() {
                            continue;
                        }
                        span = Span::new(span.start, span.start + exact.len());
                    }
                    self.wanted -= usize::from(self.found[number].note(list, index));
                    if !spanned {
                        spanned = true;
                        self.found[number].push(member.literal, span);
                    }
                }
            }
            next = list.shorter(node);
        }
        Ok(())
    }

    /// The span of the original text that `start..end` of the searched text comes from.
    fn original(&self, start: usize, end: usize) -> Span {
        self.folded.map_or(Span::new(start, end), |folded| folded.span(self.text, start, end))
    }

    fn spend(&mut self, steps: usize) -> Result<(), ScannerError> {
        let before = self.steps;
        self.steps += steps;
        if self.steps > self.limit {
            return Err(ScannerError::Limit { what: "candidates of nested literals", limit: self.limit });
        }
        if before / STRIDE != self.steps / STRIDE {
            self.interrupt.check()?;
        }
        Ok(())
    }

    /// The hits by list.
    pub(super) fn finish(self) -> Vec<LiteralHits> {
        let sorted = |mut found: Found| {
            let hits = &mut found.hits;
            hits.which.sort_unstable();
            hits.spans.sort_unstable_by_key(|(literal, span)| (span.start, Reverse(span.end), *literal));
            hits.spans.dedup_by_key(|(_, span)| *span);
            found.hits
        };
        self.found.into_iter().map(sorted).collect()
    }
}
