//! The lower-cased view of a text, with a map back to the original bytes.

use std::sync::LazyLock;

use crate::span::Span;
use crate::text::class::CharClass;

/// A text lower-cased character by character.
///
/// Case-insensitive literals are matched here. `char::to_lowercase` of each character on its own, which
/// is Python's `str.lower()` but for the final sigma: Python lower-cases `Σ` to `ς` at the end of a word
/// and to `σ` elsewhere, here both are `σ`. Whatever Python's lower-cased strings have in common, these
/// have too.
#[derive(Debug)]
pub struct Folded {
    text: String,
    /// For every [`STRIDE`] bytes of the lower-cased text the character it starts in; empty when all
    /// positions agree (always so for ASCII), which is to say when no character changes its length.
    checkpoints: Vec<Checkpoint>,
}

/// Bytes between two checkpoints: what a look-up walks through at most.
const STRIDE: usize = 64;

/// Where a character starts.
#[derive(Clone, Copy, Debug)]
struct Checkpoint {
    folded: usize,
    original: usize,
}

/// Characters to lower-case one by one; all others stay as they are. Unassigned ones are in it because the
/// standard library may know a newer Unicode.
static CHANGING: LazyLock<CharClass> =
    LazyLock::new(|| CharClass::new(r"[\p{Changes_When_Lowercased}\p{Cn}\u{3C2}]"));

impl Folded {
    pub(super) fn new(text: &str, ascii: bool) -> Self {
        // Most of what changes is ASCII, which keeps its place; the rest is seldom and done one by one.
        let lower = text.to_ascii_lowercase();
        if ascii {
            return Self { text: lower, checkpoints: Vec::new() };
        }
        let changing = &*CHANGING;
        let mut out = String::new();
        let mut aligned = true;
        // Where what is not copied yet starts.
        let mut rest = 0;
        for (at, c) in lower.char_indices() {
            if c.is_ascii() || !changing.contains(c) {
                continue;
            }
            if rest == 0 {
                out.reserve(lower.len());
            }
            out.push_str(&lower[rest..at]);
            rest = at + c.len_utf8();
            let before = out.len();
            out.extend(fold(c));
            aligned &= out.len() - before == c.len_utf8();
        }
        if rest == 0 {
            return Self { text: lower, checkpoints: Vec::new() };
        }
        out.push_str(&lower[rest..]);
        let checkpoints = if aligned { Vec::new() } else { checkpoints(text, out.len()) };
        Self { text: out, checkpoints }
    }

    /// The lower-cased text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The span of `original`, the text this was made of, that bytes `start..end` of the lower-cased text
    /// come from. A bound inside the lower-case form of one character takes in the whole character.
    pub fn span(&self, original: &str, start: usize, end: usize) -> Span {
        if self.checkpoints.is_empty() {
            return Span::new(start, end);
        }
        Span::new(self.to_original(original, start, false), self.to_original(original, end, true))
    }

    /// The original byte offset of folded byte offset `at`. An offset inside the lower-case form of one
    /// character moves to that character's start (`end = false`) or end (`end = true`).
    pub fn to_original(&self, original: &str, at: usize, end: bool) -> usize {
        let Some(last) = self.checkpoints.len().checked_sub(1) else {
            return at.min(original.len());
        };
        let Checkpoint { mut folded, original: mut position } = self.checkpoints[(at / STRIDE).min(last)];
        for c in original.get(position..).unwrap_or_default().chars() {
            if folded >= at {
                break;
            }
            folded += folded_len(c);
            if folded > at && !end {
                break;
            }
            position += c.len_utf8();
        }
        position
    }
}

/// The checkpoints of `text`, whose lower-cased form has `bytes` bytes.
fn checkpoints(text: &str, bytes: usize) -> Vec<Checkpoint> {
    let mut checkpoints = Vec::with_capacity(bytes / STRIDE + 1);
    let mut folded = 0;
    for (original, c) in text.char_indices() {
        let next = folded + folded_len(c);
        if next > checkpoints.len() * STRIDE {
            checkpoints.push(Checkpoint { folded, original });
        }
        folded = next;
    }
    checkpoints
}

/// Length of the lower-case form of one character.
fn folded_len(c: char) -> usize {
    if CHANGING.contains(c) { fold(c).map(char::len_utf8).sum() } else { c.len_utf8() }
}

/// The lower-case form of one character, with one sigma.
fn fold(c: char) -> std::char::ToLowercase {
    // Lower-casing the capital gives the sigma that does not stand at the end.
    if c == 'ς' { 'Σ' } else { c }.to_lowercase()
}

/// Lower-cases a literal the way texts are folded.
pub(crate) fn fold_literal(literal: &str) -> String {
    literal.chars().flat_map(fold).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::text::Text;

    /// Characters whose lower-case form is longer, shorter, more than one character, or the same.
    fn tricky() -> impl Strategy<Value = String> {
        "[aAzİıẞßKÅȺⱥΣσς字😀É\u{307} ]{0,24}|[aİẞ字]{60,90}"
    }

    #[test]
    fn lower_cases_as_python_but_for_the_final_sigma() {
        for (text, lower) in [("ΟΔΟΣ ΟΔΟς", "οδοσ οδοσ"), ("İẞKÅȺ", "i\u{307}ßkåⱥ"), ("Hello\0É", "hello\0é")]
        {
            assert_eq!(Text::from(text).folded().as_str(), lower);
            assert_eq!(super::fold_literal(text), lower);
        }
    }

    #[test]
    fn a_piece_of_a_character_maps_to_all_of_it() {
        let text = Text::from("xİy");
        let folded = text.folded();
        assert_eq!(folded.as_str(), "xi\u{307}y");
        assert_eq!(folded.span(text.as_str(), 1, 2).range(), 1..3);
        assert_eq!(folded.span(text.as_str(), 2, 4).range(), 1..3);
        assert_eq!(folded.span(text.as_str(), 2, 5).range(), 1..4);
        assert_eq!(folded.span(text.as_str(), 4, 5).range(), 3..4);
    }

    #[test]
    fn every_character_is_lower_cased() {
        // The class that decides what to look at misses nothing.
        let all: String = ('\0'..=char::MAX).collect();
        let one = |c: char| if c == 'ς' { 'Σ' } else { c }.to_lowercase();
        let expected: String = all.chars().flat_map(one).collect();
        assert!(Text::from(all).folded().as_str() == expected);
    }

    proptest! {
        #[test]
        fn spans_map_to_exactly_the_characters_they_touch(text in tricky()) {
            let text = Text::from(text);
            let (original, folded) = (text.as_str(), text.folded());
            // Where each original character's form starts and ends, worked out one by one.
            let mut at = 0;
            let mut forms = Vec::new();
            for (start, c) in original.char_indices() {
                let len = super::fold_literal(&c.to_string()).len();
                forms.push((at..at + len, start..start + c.len_utf8()));
                at += len;
            }
            let lower = folded.as_str();
            prop_assert_eq!(at, lower.len());
            let bounds: Vec<usize> = (0..=lower.len()).filter(|&at| lower.is_char_boundary(at)).collect();
            for (n, &start) in bounds.iter().enumerate() {
                for &end in &bounds[n + 1..] {
                    let mut touched = forms.iter().filter(|(form, _)| form.start < end && start < form.end);
                    let first = touched.next().map(|(_, from)| from.clone());
                    let last = touched.next_back().map(|(_, from)| from.clone()).or_else(|| first.clone());
                    let expected = first.zip(last).map(|(first, last)| first.start..last.end);
                    let span = folded.span(original, start, end);
                    prop_assert_eq!(Some(span.range()), expected);
                    prop_assert!(original.get(span.range()).is_some());
                }
            }
        }

        #[test]
        fn what_python_finds_is_found(text in tricky(), literal in tricky()) {
            // `str::to_lowercase` has the final sigma, as Python's `lower` does.
            if text.to_lowercase().contains(&literal.to_lowercase()) {
                let folded = Text::from(text);
                prop_assert!(folded.folded().as_str().contains(&super::fold_literal(&literal)));
            }
        }
    }
}
