//! The part of Python's patterns that a finite automaton matches, in linear time.
//!
//! A pattern is *exact* when the automaton finds the spans Python finds. Every other pattern has a
//! *relaxed* form that matches wherever the pattern does, and maybe elsewhere: conditions and assertions
//! are dropped, back-references stand for anything. Where the relaxed form does not match, nothing does.

use regex_automata::meta;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Look, Repetition};

use super::ast::{Assert, Greed, Node};
use crate::span::Span;

/// How large one compiled automaton may be, in bytes; a pattern that needs more goes to the backtracker.
pub(super) const NFA_BYTES: usize = 4 << 20;

/// How much one search may cache of the automaton's lazily determined states, in bytes.
const CACHE_BYTES: usize = 1 << 20;

/// How many automaton states (roughly) are worth trying to compile.
const MAX_STATES: u64 = 100_000;

/// What an automaton is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The spans Python finds. `ascii`: in ASCII texts only.
    Search { ascii: bool },
    /// Whether the whole text matches.
    Full { ascii: bool },
    /// Wherever Python finds something, and maybe elsewhere.
    Relaxed,
}

impl Form {
    /// Whether only ASCII texts are searched with it.
    const fn is_ascii(self) -> bool {
        matches!(self, Self::Search { ascii: true } | Self::Full { ascii: true })
    }
}

struct Translator {
    form: Form,
    /// Capturing groups used to mark the end of a match before the newline that `$` looked past.
    markers: u32,
}

/// The pattern as an expression of `regex-syntax` with its number of end markers, if it has that form.
pub(super) fn translate(node: &Node, form: Form) -> Option<(Hir, u32)> {
    if states(node, form) > MAX_STATES {
        return None;
    }
    let mut translator = Translator { form, markers: 0 };
    let hir = translator.node(node, true)?;
    let hir =
        if matches!(form, Form::Full { .. }) { Hir::concat(vec![hir, Hir::look(Look::End)]) } else { hir };
    Some((hir, translator.markers))
}

/// How many places a counted repetition may unroll to. An automaton that counts far is in that many states
/// at once, and its linear time has that factor; the backtracker counts with a counter.
const MAX_UNROLLED: u64 = 1_000;

/// As [`MAX_UNROLLED`], in a relaxed form, which may count less than the pattern does.
const MAX_RELAXED: u64 = 64;

/// The bounds of a repetition in `form`; `None` when it counts too far for an automaton.
fn bounds(node: &Node, min: u32, max: Option<u32>, form: Form) -> Option<(u32, Option<u32>)> {
    let times = u64::from(max.unwrap_or(min));
    let unrolled = if times > 1 { places(node, form).saturating_mul(times) } else { 0 };
    match form {
        Form::Relaxed if unrolled > MAX_RELAXED => Some((min.min(2), None)),
        Form::Relaxed => Some((min, max)),
        Form::Search { .. } | Form::Full { .. } => (unrolled <= MAX_UNROLLED).then_some((min, max)),
    }
}

/// How many places for a code point `node` has, repetitions unrolled.
fn places(node: &Node, form: Form) -> u64 {
    match node {
        Node::Repeat { node, min, max, .. } => {
            let (min, max) = bounds(node, *min, *max, form).unwrap_or((*min, *max));
            places(node, form).saturating_mul(u64::from(max.unwrap_or(min)).max(1))
        }
        Node::Concat(nodes) | Node::Alternation(nodes) => {
            nodes.iter().map(|n| places(n, form)).fold(0, u64::saturating_add)
        }
        Node::Group { node, .. } | Node::Atomic(node) => places(node, form),
        Node::Conditional { yes, no, .. } => places(yes, form).saturating_add(places(no, form)),
        Node::Literal(_) | Node::Set(_) | Node::Backref { .. } => 1,
        Node::Empty | Node::Assert(_) | Node::Look { .. } => 0,
    }
}

/// `class` for a relaxed form: one character beyond ASCII stands for all of them, which keeps automata small.
fn coarse(class: &ClassUnicode) -> ClassUnicode {
    let mut coarse = class.clone();
    if class.ranges().last().is_some_and(|range| !range.end().is_ascii()) {
        coarse.push(ClassUnicodeRange::new('\u{80}', char::MAX));
    }
    coarse
}

/// What of `class` is ASCII: all that an ASCII text can hold, in a fraction of the states.
fn ascii_part(class: &ClassUnicode) -> ClassUnicode {
    let mut part = class.clone();
    part.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7F')]));
    part
}

/// Roughly how many states the automaton of `node` has.
fn states(node: &Node, form: Form) -> u64 {
    let sum = |nodes: &[Node]| nodes.iter().map(|n| states(n, form)).fold(1, u64::saturating_add);
    match node {
        Node::Empty | Node::Literal(_) | Node::Assert(_) | Node::Backref { .. } => 1,
        Node::Set(_) if form == Form::Relaxed => 8,
        Node::Set(set) if form.is_ascii() => 1 + ascii_part(set.class()).ranges().len() as u64,
        Node::Set(set) => 1 + set.class().ranges().len() as u64,
        Node::Concat(nodes) | Node::Alternation(nodes) => sum(nodes),
        Node::Repeat { node, min, max, .. } => {
            let (min, max) = bounds(node, *min, *max, form).unwrap_or((*min, *max));
            states(node, form).saturating_mul(u64::from(max.unwrap_or(min)).max(1))
        }
        Node::Group { node, .. } | Node::Look { node, .. } | Node::Atomic(node) => states(node, form),
        Node::Conditional { yes, no, .. } => states(yes, form).saturating_add(states(no, form)),
    }
}

impl Translator {
    const fn relaxed(&self) -> bool {
        matches!(self.form, Form::Relaxed)
    }

    /// `tail`: nothing follows the node in the pattern.
    fn node(&mut self, node: &Node, tail: bool) -> Option<Hir> {
        Some(match node {
            Node::Empty => Hir::empty(),
            Node::Literal(c) => Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Node::Set(set) if self.relaxed() => Hir::class(Class::Unicode(coarse(set.class()))),
            Node::Set(set) if self.form.is_ascii() => Hir::class(Class::Unicode(ascii_part(set.class()))),
            Node::Set(set) => Hir::class(Class::Unicode(set.class().clone())),
            Node::Concat(nodes) => {
                let last = nodes.len().saturating_sub(1);
                let parts = nodes.iter().enumerate().map(|(at, n)| self.node(n, tail && at == last));
                Hir::concat(parts.collect::<Option<_>>()?)
            }
            Node::Alternation(nodes) => {
                Hir::alternation(nodes.iter().map(|n| self.node(n, tail)).collect::<Option<_>>()?)
            }
            Node::Group { node, .. } => self.node(node, tail)?,
            Node::Repeat { node, min, max, greed } => {
                // The engines agree on what an empty round means only where there is at most one round.
                let once = *max == Some(1);
                let differs = *greed == Greed::Possessive || (!once && node.can_be_empty());
                if differs && !self.relaxed() {
                    return None;
                }
                let (min, max) = bounds(node, *min, *max, self.form)?;
                let sub = Box::new(self.node(node, tail && once)?);
                Hir::repetition(Repetition { min, max, greedy: *greed != Greed::Lazy, sub })
            }
            Node::Look { .. } if self.relaxed() => Hir::empty(),
            Node::Atomic(node) if self.relaxed() => self.node(node, tail)?,
            Node::Backref { .. } if self.relaxed() => {
                let sub = Box::new(Hir::dot(regex_syntax::hir::Dot::AnyChar));
                Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub })
            }
            Node::Conditional { yes, no, .. } if self.relaxed() => {
                Hir::alternation(vec![self.node(yes, tail)?, self.node(no, tail)?])
            }
            Node::Look { .. } | Node::Atomic(_) | Node::Backref { .. } | Node::Conditional { .. } => {
                return None;
            }
            Node::Assert(assert) => self.assert(*assert, tail)?,
        })
    }

    fn assert(&mut self, assert: Assert, tail: bool) -> Option<Hir> {
        Some(match (assert, self.form) {
            (Assert::Start, _) => Hir::look(Look::Start),
            (Assert::LineStart, _) => Hir::look(Look::StartLF),
            (Assert::End, _) => Hir::look(Look::End),
            (Assert::LineEnd, _) => Hir::look(Look::EndLF),
            (Assert::EndOrNewline | Assert::Word { .. }, Form::Relaxed) => Hir::empty(),
            (Assert::EndOrNewline, Form::Full { .. }) if tail => Hir::look(Look::End),
            (Assert::EndOrNewline, Form::Search { .. }) if tail => {
                self.markers += 1;
                let sub = Box::new(Hir::empty());
                let marker = Hir::capture(Capture { index: self.markers, name: None, sub });
                let newline = Hir::concat(vec![Hir::literal(*b"\n"), Hir::look(Look::End)]);
                Hir::concat(vec![marker, Hir::alternation(vec![Hir::look(Look::End), newline])])
            }
            (Assert::EndOrNewline, _) => return None,
            (Assert::Word { ascii, negated }, Form::Search { ascii: text } | Form::Full { ascii: text }) => {
                // The automaton's ASCII boundary is Python's, within ASCII texts or under the `a` flag. Its
                // Unicode boundary is not: it counts combining marks as parts of words, Python does not.
                if !ascii && !text {
                    return None;
                }
                Hir::look(if negated { Look::WordAsciiNegate } else { Look::WordAscii })
            }
        })
    }
}

/// A compiled automaton.
#[derive(Debug)]
pub(super) struct Automaton {
    regex: meta::Regex,
    markers: u32,
}

impl Automaton {
    /// `None` when the automaton would be too large.
    pub(super) fn new(hir: &Hir, markers: u32) -> Option<Self> {
        let captures = if markers > 0 {
            regex_automata::nfa::thompson::WhichCaptures::All
        } else {
            regex_automata::nfa::thompson::WhichCaptures::Implicit
        };
        let config = meta::Config::new()
            .which_captures(captures)
            .nfa_size_limit(Some(NFA_BYTES))
            .hybrid_cache_capacity(CACHE_BYTES);
        let regex = meta::Builder::new().configure(config).build_from_hir(hir).ok()?;
        Some(Self { regex, markers })
    }

    /// Whether anything matches at or after `start`.
    pub(super) fn is_match(&self, text: &str, start: usize) -> bool {
        self.regex.search_half(&Input::new(text).range(start..).earliest(true)).is_some()
    }

    /// Whether there is a match that starts at `start`; for [`Form::Full`] that is the whole text.
    pub(super) fn is_match_at(&self, text: &str, start: usize) -> bool {
        let input = Input::new(text).range(start..).anchored(Anchored::Yes).earliest(true);
        self.regex.search_half(&input).is_some()
    }

    /// The first match at or after `start`.
    pub(super) fn find(&self, text: &str, start: usize) -> Option<Span> {
        let input = Input::new(text).range(start..);
        if self.markers == 0 || !text.ends_with('\n') {
            let found = self.regex.search(&input)?;
            return Some(Span::new(found.start(), found.end()));
        }
        let mut captures: Captures = self.regex.create_captures();
        self.regex.search_captures(&input, &mut captures);
        let found = captures.get_match()?;
        // At most one marker takes part in a match: each stands at the end of its own alternative.
        let end = (1..captures.group_len()).find_map(|at| captures.get_group(at)).map(|group| group.start);
        Some(Span::new(found.start(), end.unwrap_or_else(|| found.end())))
    }

    /// Bytes of memory, without what searches cache.
    pub(super) fn memory_usage(&self) -> usize {
        self.regex.memory_usage()
    }
}
