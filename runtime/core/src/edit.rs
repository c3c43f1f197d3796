//! Changes to a text: overlaps resolved once, applied once.

use std::sync::Arc;

use crate::span::Span;

/// Replace a span of the scanned text.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// Decides between overlapping edits: the higher wins.
    pub score: f64,
    /// What to put there; empty deletes.
    pub replacement: Arc<str>,
}

/// Resolves overlaps and returns the edits that remain, in text order.
///
/// Of two overlapping edits the one with the higher score wins, then the longer, then the earlier, then
/// the one that came first in the list. What the loser covered beyond the winner is still removed: an
/// edit that loses keeps its claim on the bytes the winner leaves, as a deletion, so that a redaction can
/// shrink its marker but never bring text back.
///
/// `O(n log n)` in the number of edits.
pub fn merge_edits(mut edits: Vec<Edit>) -> Vec<Edit> {
    if edits.len() < 2 {
        return edits;
    }
    edits.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut merged: Vec<Edit> = Vec::with_capacity(edits.len());
    let mut group: Vec<Edit> = Vec::new();
    let mut reach = 0;
    for edit in edits {
        // Identical empty spans (two insertions at one place) overlap too: only one may win.
        let joins = group.last().is_some_and(|last: &Edit| {
            edit.span.start < reach || (edit.span == last.span && edit.span.is_empty())
        });
        if !joins && !group.is_empty() {
            resolve(&mut group, &mut merged);
        }
        reach = if group.is_empty() { edit.span.end } else { reach.max(edit.span.end) };
        group.push(edit);
    }
    resolve(&mut group, &mut merged);
    merged
}

/// Resolves one group of edits that overlap in a chain, in text order, and empties it.
fn resolve(group: &mut Vec<Edit>, merged: &mut Vec<Edit>) {
    if group.len() == 1 {
        merged.append(group);
        return;
    }
    let start = group.iter().map(|e| e.span.start).min().unwrap_or(0);
    let end = group.iter().map(|e| e.span.end).max().unwrap_or(start);
    // Best first; the sort is stable, so earlier edits win ties.
    group.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.span.len().cmp(&a.span.len())));
    let mut winners: std::collections::BTreeMap<usize, Edit> = std::collections::BTreeMap::new();
    for edit in group.drain(..) {
        let before = winners.range(..=edit.span.start).next_back();
        let after = winners.range(edit.span.start..).next();
        let clear = before.is_none_or(|(_, w)| w.span.end <= edit.span.start && w.span != edit.span)
            && after.is_none_or(|(_, w)| w.span.start >= edit.span.end && w.span != edit.span);
        if clear {
            winners.insert(edit.span.start, edit);
        }
    }
    let empty: Arc<str> = Arc::from("");
    let mut at = start;
    for edit in winners.into_values() {
        if at < edit.span.start {
            let gap = Span::new(at, edit.span.start);
            merged.push(Edit { span: gap, score: edit.score, replacement: Arc::clone(&empty) });
        }
        at = at.max(edit.span.end);
        merged.push(edit);
    }
    if at < end {
        merged.push(Edit { span: Span::new(at, end), score: 0.0, replacement: empty });
    }
}

/// Applies edits that [`merge_edits`] returned. `None` when nothing changes.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Option<String> {
    if edits.iter().all(|e| text.get(e.span.range()) == Some(&*e.replacement)) {
        return None;
    }
    let grown: usize = edits.iter().map(|e| e.replacement.len()).sum();
    let removed: usize = edits.iter().map(|e| e.span.len()).sum();
    let mut out = String::with_capacity((text.len() + grown).saturating_sub(removed));
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start]);
        out.push_str(&edit.replacement);
        at = edit.span.end;
    }
    out.push_str(&text[at..]);
    Some(out)
}
