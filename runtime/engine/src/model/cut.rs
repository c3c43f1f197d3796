//! What of a text a model reads: all of it, its sentences, parts of it.

use std::ops::Range;

use pyshield_core::Input;
use pyshield_core::text::sentences::sentences;
use serde::Deserialize;

use super::passage::{Passage, Piece};

/// Characters of a chunk.
const CHUNK: usize = 256;

/// Characters that a chunk shares with the one before it.
const OVERLAP: usize = 25;

/// Characters of each end of a text whose middle is left out.
const ENDS: usize = (CHUNK - 3) / 2;

/// Tokens of the two ends of a text whose middle is left out.
const ENDS_IN_TOKENS: (usize, usize) = (128, 382);

/// What of a text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// All of it, in windows if it is long.
    #[default]
    Full,
    /// Each sentence for itself.
    Sentence,
    /// 256 characters at a time, overlapping by 25.
    Chunks,
    /// The first and the last 126 characters, if there are more than 256.
    TruncateHeadTail,
    /// The first 128 and the last 382 tokens, if there are more than 510.
    TruncateTokenHeadTail,
}

/// The passages of a text.
pub fn passages(match_type: MatchType, input: &Input<'_>) -> Vec<Passage> {
    let text = input.text.as_str();
    match match_type {
        MatchType::Full => vec![Passage::whole(input)],
        MatchType::Sentence => sentence_ranges(text).into_iter().map(Passage::part).collect(),
        MatchType::Chunks => {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let ranges = super::window::ranges(starts.len() - 1, CHUNK, OVERLAP);
            ranges.into_iter().map(|range| Passage::part(starts[range.start]..starts[range.end])).collect()
        }
        MatchType::TruncateHeadTail => {
            if text.chars().nth(CHUNK).is_none() {
                return vec![Passage::whole(input)];
            }
            let head = text.char_indices().nth(ENDS).map_or(text.len(), |(at, _)| at);
            let tail = text.char_indices().rev().nth(ENDS - 1).map_or(0, |(at, _)| at);
            vec![Passage::own(format!("{}...{}", &text[..head], &text[tail..]))]
        }
        MatchType::TruncateTokenHeadTail => {
            vec![Passage { text: Piece::Text(0..text.len()), pair: None, ends: Some(ENDS_IN_TOKENS) }]
        }
    }
}

/// The sentences of a text, in bytes; a text of no sentence is one.
pub(crate) fn sentence_ranges(text: &str) -> Vec<Range<usize>> {
    let spans = sentences(text);
    if spans.is_empty() {
        return std::iter::once(0..text.len()).collect();
    }
    spans.into_iter().map(|span| span.start..span.end).collect()
}

#[cfg(test)]
mod tests {
    use pyshield_core::Text;

    use super::*;

    #[test]
    fn sentences_and_what_is_none() {
        let read = |text: &'static str| {
            sentence_ranges(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>()
        };
        assert_eq!(read("One. Two (2.5)?\n\nThree"), ["One.", "Two (2.5)?", "Three"]);
        assert_eq!(read("!?"), ["!?"]);
    }

    #[test]
    fn ways_to_cut() {
        let long = "é".repeat(600);
        let text = Text::from(&*long);
        let input = Input::text(&text);
        assert_eq!(passages(MatchType::Full, &input).len(), 1);
        assert_eq!(passages(MatchType::Chunks, &input).len(), 3);
        let ends = passages(MatchType::TruncateHeadTail, &input);
        assert_eq!(ends[0].text.resolve(&input).chars().count(), 255);
        let short = Text::from("short");
        let short = Input::text(&short);
        assert_eq!(passages(MatchType::TruncateHeadTail, &short)[0].text.resolve(&short), "short");
    }
}
