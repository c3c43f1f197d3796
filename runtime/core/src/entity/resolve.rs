//! Overlaps: which of several candidates a byte belongs to.

use std::collections::BTreeMap;

use super::Entity;
use crate::span::Span;

/// Disjoint entities in text order.
///
/// Of candidates that overlap, the surer wins, then the one with a context word, then the longer, then the one
/// that begins first, then the one whose rule stands first. What the winner leaves of a loser stays an entity of the loser's kind, if a
/// letter or digit is left in it: a part of something private is private too. Overlapping candidates of one
/// entity count as one that covers both, with the higher score.
///
/// `O(n log n)`.
pub(super) fn resolve(text: &str, candidates: Vec<Entity>) -> Vec<Entity> {
    if candidates.len() < 2 {
        return candidates;
    }
    let mut candidates = unite(candidates);
    candidates.sort_by(|a, b| {
        let length = b.span.len().cmp(&a.span.len());
        let context = b.context.is_some().cmp(&a.context.is_some());
        b.score
            .total_cmp(&a.score)
            .then(context)
            .then(length)
            .then(a.span.start.cmp(&b.span.start))
            .then(a.rank.cmp(&b.rank))
    });
    // By start; disjoint.
    let mut taken: BTreeMap<usize, Entity> = BTreeMap::new();
    for candidate in candidates {
        for span in free(&taken, candidate.span) {
            let left = text.get(span.range()).unwrap_or_default();
            if left.len() == candidate.span.len() || left.chars().any(char::is_alphanumeric) {
                let trimmed = if left.len() == candidate.span.len() { span } else { trim(text, span) };
                taken.insert(trimmed.start, Entity { span: trimmed, ..candidate.clone() });
            }
        }
    }
    taken.into_values().collect()
}

/// Overlapping candidates of one entity become one.
fn unite(mut candidates: Vec<Entity>) -> Vec<Entity> {
    candidates.sort_by(|a, b| a.label.cmp(&b.label).then(a.span.cmp(&b.span)));
    let mut united: Vec<Entity> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        match united.last_mut() {
            Some(last) if last.label == candidate.label && candidate.span.overlaps(last.span) => {
                let end = last.span.end.max(candidate.span.end);
                let start = last.span.start;
                if candidate.score > last.score {
                    *last = candidate;
                }
                last.span = Span::new(start, end);
            }
            _ => united.push(candidate),
        }
    }
    united
}

/// The parts of `span` that nobody has.
fn free(taken: &BTreeMap<usize, Entity>, span: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut at = span.start;
    if let Some((_, before)) = taken.range(..=span.start).next_back() {
        at = at.max(before.span.end);
    }
    for other in taken.range(span.start..span.end).map(|(_, other)| other.span) {
        if at < other.start {
            parts.push(Span::new(at, other.start));
        }
        at = at.max(other.end);
    }
    if at < span.end {
        parts.push(Span::new(at, span.end));
    }
    parts
}

/// Without the punctuation and space at both ends.
fn trim(text: &str, span: Span) -> Span {
    let part = text.get(span.range()).unwrap_or_default();
    let start = part.len() - part.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let end = part.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    Span::new(span.start + start.min(end), span.start + end)
}
