//! Changes to a text: overlaps resolved once, applied once.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::span::Span;

/// Replace a span of the scanned text. `Debug` does not show with what: it may be a private value that comes back.
#[derive(Clone, PartialEq)]
pub struct Edit {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// Decides between overlapping edits: the higher wins.
    pub score: f64,
    /// What to put there; empty deletes.
    pub replacement: Arc<str>,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.replacement.len();
        f.debug_struct("Edit").field("span", &self.span).field("bytes", &bytes).finish_non_exhaustive()
    }
}

/// Resolves overlaps and returns the edits that remain, in text order.
///
/// Two edits overlap when they share a byte, when one inserts strictly inside the other, or when both
/// insert at one place. Of two overlapping edits the one with the higher score wins, then the longer, then
/// the one that came first in the list. What the loser covered beyond the winner is still removed: an
/// edit that loses keeps its claim on the bytes the winner leaves, as a deletion, so that a redaction can
/// shrink its marker but never bring text back.
///
/// `O(n log n)` in the number of edits. Merging what was merged changes nothing.
pub fn merge_edits(mut edits: Vec<Edit>) -> Vec<Edit> {
    if edits.len() < 2 {
        return edits;
    }
    // Insertions first: one at the start of a replacement does not touch it.
    edits.sort_by_key(|e| (e.span.start, !e.span.is_empty(), Reverse(e.span.end)));
    let mut merged: Vec<Edit> = Vec::with_capacity(edits.len());
    let mut group: Vec<Edit> = Vec::new();
    let mut reach = 0;
    for edit in edits {
        let joins = group.last().is_some_and(|last| edit.span.start < reach || edit.span == last.span);
        if joins {
            reach = reach.max(edit.span.end);
        } else {
            resolve(&mut group, &mut merged);
            reach = edit.span.end;
        }
        group.push(edit);
    }
    resolve(&mut group, &mut merged);
    merged
}

/// Resolves one group of edits that overlap in a chain, and empties it.
fn resolve(group: &mut Vec<Edit>, merged: &mut Vec<Edit>) {
    if group.len() < 2 {
        merged.append(group);
        return;
    }
    let start = group.iter().map(|e| e.span.start).min().unwrap_or(0);
    let end = group.iter().map(|e| e.span.end).max().unwrap_or(start);
    // Best first; the sort is stable, so earlier edits win ties.
    group.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.span.len().cmp(&a.span.len())));
    // Spans order by start, then end, so an insertion comes before a replacement that starts with it.
    let mut winners: BTreeMap<Span, Edit> = BTreeMap::new();
    for edit in group.drain(..) {
        // The winners do not overlap each other, so only the nearest on each side can be in the way.
        let before = winners.range(..=edit.span).next_back();
        let after = winners.range(edit.span..).next();
        let clear = |other: Option<(&Span, &Edit)>| {
            other.is_none_or(|(span, _)| *span != edit.span && !span.overlaps(edit.span))
        };
        if clear(before) && clear(after) {
            winners.insert(edit.span, edit);
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
///
/// Total over any edits: a span that leaves the text or cuts a character is widened to the nearest
/// boundaries inside it, because a redaction that is skipped is a leak.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Option<String> {
    if edits.iter().all(|e| text.get(e.span.range()) == Some(&*e.replacement)) {
        return None;
    }
    let grown: usize = edits.iter().map(|e| e.replacement.len()).sum();
    let removed: usize = edits.iter().map(|e| e.span.len()).sum();
    let mut out = String::with_capacity((text.len() + grown).saturating_sub(removed));
    let mut at = 0;
    for edit in edits {
        let start = text.floor_char_boundary(edit.span.start);
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(&edit.replacement);
        at = at.max(text.ceil_char_boundary(edit.span.end));
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edit(start: usize, end: usize, score: f64, replacement: &str) -> Edit {
        Edit { span: Span::new(start, end), score, replacement: Arc::from(replacement) }
    }

    fn run(text: &str, edits: Vec<Edit>) -> String {
        apply_edits(text, &merge_edits(edits)).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn the_better_edit_wins_and_the_other_still_removes() {
        assert_eq!(run("abcdef", vec![edit(0, 3, 0.5, "X"), edit(2, 5, 0.9, "Y")]), "Yf");
        assert_eq!(run("abcdef", vec![edit(0, 3, 0.5, "X"), edit(2, 6, 0.5, "Y")]), "Y");
        assert_eq!(run("abcdef", vec![edit(1, 3, 0.5, "X"), edit(1, 3, 0.5, "Y")]), "aXdef");
        assert_eq!(run("abcdef", vec![edit(4, 5, 1.0, "X"), edit(0, 1, 1.0, "Y")]), "YbcdXf");
    }

    #[test]
    fn neighbours_and_insertions_keep_their_places() {
        assert_eq!(run("abcd", vec![edit(0, 2, 1.0, "X"), edit(2, 4, 1.0, "Y")]), "XY");
        assert_eq!(
            run("abcd", vec![edit(2, 4, 0.1, "Y"), edit(2, 2, 0.9, "+"), edit(0, 2, 1.0, "X")]),
            "X+Y"
        );
        assert_eq!(run("abcd", vec![edit(1, 1, 0.2, "+"), edit(1, 1, 0.7, "-")]), "a-bcd");
        assert_eq!(run("abcd", vec![edit(0, 4, 0.2, "X"), edit(2, 2, 0.7, "-")]), "-");
        assert_eq!(run("abcd", vec![edit(0, 4, 0.7, "X"), edit(2, 2, 0.2, "-")]), "X");
    }

    #[test]
    fn nothing_to_change_is_none() {
        assert_eq!(apply_edits("abc", &[]), None);
        assert_eq!(apply_edits("abc", &[edit(0, 1, 1.0, "a")]), None);
        assert_eq!(apply_edits("abc", &[edit(0, 1, 1.0, "b")]).as_deref(), Some("bbc"));
    }

    #[test]
    fn spans_off_the_text_or_inside_a_character_never_leak_or_panic() {
        assert_eq!(apply_edits("aé", &[edit(2, 9, 1.0, "*")]).as_deref(), Some("a*"));
        assert_eq!(apply_edits("éa", &[edit(0, 1, 1.0, "*")]).as_deref(), Some("*a"));
        assert_eq!(apply_edits("a", &[edit(7, 9, 1.0, "*")]).as_deref(), Some("a*"));
    }

    #[test]
    fn a_million_edits_in_one_chain_merge_in_one_pass() {
        let edits: Vec<Edit> = (0..200_000).map(|at| edit(at, at + 2, 1.0, "*")).collect();
        let merged = merge_edits(edits);
        assert_eq!(merged.len(), 100_001);
        assert_eq!(merged.last().map(|e| e.span), Some(Span::new(200_000, 200_001)));
    }

    fn any_edits() -> impl Strategy<Value = Vec<Edit>> {
        let one = (0usize..40, 0usize..8, 0u8..4, "[A-Z]{0,2}").prop_map(|(start, len, score, text)| {
            edit(start, (start + len).min(40), f64::from(score) / 4.0, &text)
        });
        prop::collection::vec(one, 0..20)
    }

    proptest! {
        #[test]
        fn merged_edits_are_apart_cover_all_and_stay(edits in any_edits()) {
            // Every byte of the text is its own character, and no replacement holds one of them.
            let text: String = (0u8..40).map(|n| char::from(b'!' + n % 32)).collect();
            let merged = merge_edits(edits.clone());
            for pair in merged.windows(2) {
                prop_assert!(pair[0].span.end <= pair[1].span.start);
                prop_assert!(pair[0].span != pair[1].span);
            }
            for at in 0..40 {
                let covered = |list: &[Edit]| list.iter().any(|e| e.span.range().contains(&at));
                prop_assert_eq!(covered(&edits), covered(&merged), "byte {}", at);
            }
            let kept: String = text
                .char_indices()
                .filter(|(at, _)| !edits.iter().any(|e| e.span.range().contains(at)))
                .map(|(_, c)| c)
                .collect();
            let out = apply_edits(&text, &merged).unwrap_or_else(|| text.clone());
            let survived: String = out.chars().filter(|c| !c.is_ascii_uppercase()).collect();
            let kept: String = kept.chars().filter(|c| !c.is_ascii_uppercase()).collect();
            prop_assert_eq!(survived, kept);
            prop_assert_eq!(merge_edits(merged.clone()), merged);
        }

        #[test]
        fn the_best_edit_is_always_kept(edits in any_edits()) {
            let merged = merge_edits(edits.clone());
            let best = edits.iter().map(|e| e.score).fold(f64::MIN, f64::max);
            if let Some(longest) = edits.iter().filter(|e| e.score >= best).max_by_key(|e| e.span.len()) {
                prop_assert!(merged.iter().any(|e| e.score >= best && e.span.len() == longest.span.len()));
            }
        }

        #[test]
        fn applying_anything_is_total(text in "\\PC{0,12}", edits in any_edits()) {
            let _ = apply_edits(&text, &edits);
            let _ = apply_edits(&text, &merge_edits(edits));
        }
    }
}
