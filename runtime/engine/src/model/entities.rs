//! Labels of tokens as entities: BIO decoded, sub-words joined, overlapping windows merged.

use std::ops::Range;
use std::sync::Arc;

use pyshield_core::Span;

use super::encode::Token;
use super::head::Head;

/// Something a model found in a passage.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// What it is: `PERSON`, without `B-` and `I-`.
    pub label: Arc<str>,
    /// Where it is, in bytes of the passage.
    pub span: Span,
    /// The mean of its words' probabilities.
    pub score: f64,
}

/// A label of the scheme: outside, or the begin or the inside of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag<'a> {
    Outside,
    Begin(&'a str),
    Inside(&'a str),
}

/// What a label is about, without `B-` and `I-`.
pub(crate) fn kind(label: &str) -> &str {
    match tag(label) {
        Tag::Outside => label,
        Tag::Begin(kind) | Tag::Inside(kind) => kind,
    }
}

fn tag(label: &str) -> Tag<'_> {
    match label.split_once(['-', '_']) {
        _ if label.eq_ignore_ascii_case("O") => Tag::Outside,
        Some((prefix, kind)) if prefix.eq_ignore_ascii_case("B") || prefix.eq_ignore_ascii_case("S") => {
            Tag::Begin(kind)
        }
        Some((prefix, kind)) if prefix.eq_ignore_ascii_case("I") || prefix.eq_ignore_ascii_case("E") => {
            Tag::Inside(kind)
        }
        // A scheme without begin and inside: what follows itself is one.
        _ => Tag::Inside(label),
    }
}

/// The entities of a passage. Where windows overlap, a token's label is from the window that sees more around
/// it; a word's is that of its first token, as models are trained.
pub(crate) fn entities<'a>(
    head: &Head,
    tokens: &[Token],
    windows: impl Iterator<Item = (Range<usize>, &'a [(u16, f32)])>,
) -> Vec<Entity> {
    let labels = merge(tokens.len(), windows);
    let mut found: Vec<Entity> = Vec::new();
    let mut open: Option<Open<'_>> = None;
    let words = tokens.chunk_by(|a, b| a.word == b.word);
    let mut at = 0;
    for word in words {
        let label = labels.get(at).copied().flatten();
        at += word.len();
        let name = label.and_then(|(label, _)| head.labels.get(usize::from(label)));
        let score = label.map_or(0.0, |(_, score)| f64::from(score));
        let start = word.iter().map(|token| token.start).min().unwrap_or(0) as usize;
        let end = word.iter().map(|token| token.end).max().unwrap_or(0) as usize;
        let tag = name.map_or(Tag::Outside, |name| tag(name));
        match (tag, &mut open) {
            (Tag::Inside(kind), Some(entity)) if entity.kind == kind => entity.add(end, score),
            (Tag::Begin(kind) | Tag::Inside(kind), _) => {
                found.extend(open.take().map(Open::close));
                open = Some(Open { kind, start, end, sum: score, words: 1.0 });
            }
            (Tag::Outside, _) => found.extend(open.take().map(Open::close)),
        }
    }
    found.extend(open.map(Open::close));
    found
}

/// An entity that may go on.
struct Open<'a> {
    kind: &'a str,
    start: usize,
    end: usize,
    sum: f64,
    words: f64,
}

impl Open<'_> {
    fn add(&mut self, end: usize, score: f64) {
        self.end = self.end.max(end);
        self.sum += score;
        self.words += 1.0;
    }

    fn close(self) -> Entity {
        Entity {
            label: self.kind.into(),
            span: Span::new(self.start, self.end),
            score: self.sum / self.words,
        }
    }
}

/// Each token's label, from the window in which it stands farthest from an edge.
fn merge<'a>(
    count: usize,
    windows: impl Iterator<Item = (Range<usize>, &'a [(u16, f32)])>,
) -> Vec<Option<(u16, f32)>> {
    let mut labels = vec![None; count];
    let mut room = vec![0_usize; count];
    for (range, row) in windows {
        for (at, label) in range.clone().zip(row) {
            let Some(place) = labels.get_mut(at) else { continue };
            let inside = 1 + (at - range.start).min(range.end - 1 - at);
            if inside > room[at] {
                *place = Some(*label);
                room[at] = inside;
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::head::{Activation, HeadKind, Pooling, TokenPooling};

    fn head(labels: &[&str]) -> Head {
        Head {
            name: "entities".into(),
            outputs: Vec::new(),
            kind: HeadKind::Token,
            activation: Activation::Softmax,
            labels: labels.iter().map(|label| Arc::from(*label)).collect(),
            temperature: 1.0,
            pooling: Pooling::Max,
            token_pooling: TokenPooling::Mean,
        }
    }

    /// Words of one token each, four bytes apart.
    fn words(count: u32) -> Vec<Token> {
        (0..count).map(|n| Token { id: n, start: n * 4, end: n * 4 + 3, word: n, case: 0 }).collect()
    }

    fn decode(labels: &[&str], tokens: &[Token], row: &[(u16, f32)]) -> Vec<(String, usize, usize)> {
        let found = entities(&head(labels), tokens, std::iter::once((0..tokens.len(), row)));
        found.into_iter().map(|e| (e.label.to_string(), e.span.start, e.span.end)).collect()
    }

    #[test]
    fn begin_inside_outside() {
        let labels = ["O", "B-PERSON", "I-PERSON", "B-LOC", "I-LOC"];
        let row: Vec<(u16, f32)> = [1, 2, 0, 1, 1, 2, 4, 4, 0].map(|label| (label, 0.9)).to_vec();
        let found = decode(&labels, &words(9), &row);
        let expected = [("PERSON", 0, 7), ("PERSON", 12, 15), ("PERSON", 16, 23), ("LOC", 24, 31)];
        assert_eq!(found, expected.map(|(label, start, end)| (label.to_owned(), start, end)));
    }

    #[test]
    fn labels_without_a_scheme_join_their_neighbours() {
        let found = decode(&["O", "ORG"], &words(4), &[(1, 0.9), (1, 0.9), (0, 0.9), (1, 0.9)]);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].1, found[0].2), (0, 7));
    }

    #[test]
    fn a_word_has_the_label_of_its_first_token_and_its_whole_span() {
        let mut tokens = words(3);
        tokens[2].word = 1;
        tokens[2].start = tokens[1].end;
        let found = decode(&["O", "B-PERSON"], &tokens, &[(0, 0.9), (1, 0.9), (0, 0.9)]);
        assert_eq!(found, [("PERSON".to_owned(), 4, 11)]);
    }

    #[test]
    fn overlapping_windows_agree_on_the_one_that_sees_more() {
        let labels = head(&["O", "B-PERSON"]);
        // The first window ends with token 5 and is wrong about it; the second has it in its midst.
        let first: Vec<(u16, f32)> = [0, 0, 0, 0, 0, 1].map(|label| (label, 0.9)).to_vec();
        let second: Vec<(u16, f32)> = [1, 0, 0, 0, 1, 0].map(|label| (label, 0.8)).to_vec();
        let windows = [(0..6, &first[..]), (3..9, &second[..])];
        let found = entities(&labels, &words(9), windows.into_iter());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].span, Span::new(28, 31));
        assert!((found[0].score - 0.8).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert!(decode(&["O", "B-PERSON"], &[], &[]).is_empty());
        assert!(decode(&["O", "B-PERSON"], &words(2), &[]).is_empty());
    }
}
