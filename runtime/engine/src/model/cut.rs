//! What of a text a model reads: all of it, its sentences, parts of it.

use std::ops::Range;

use pyshield_core::Input;
use pyshield_core::text::sentences::each_sentence;
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

/// The passages of a text; of more than `most` one more than that.
pub fn passages(match_type: MatchType, input: &Input<'_>, most: usize) -> Vec<Passage> {
    let text = input.text.as_str();
    match match_type {
        MatchType::Full => vec![Passage::whole(input)],
        MatchType::Sentence => sentence_ranges(text, most).into_iter().map(Passage::part).collect(),
        MatchType::Chunks => {
            let most = most.saturating_add(1);
            let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let starts: Vec<usize> = starts.take(most.saturating_mul(CHUNK).saturating_add(1)).collect();
            let ranges = super::window::ranges(starts.len() - 1, CHUNK, OVERLAP).into_iter().take(most);
            ranges.map(|range| Passage::part(starts[range.start]..starts[range.end])).collect()
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

/// The sentences of a text, in bytes; a text of no sentence is one. Of more than `most` one more than that.
pub(crate) fn sentence_ranges(text: &str, most: usize) -> Vec<Range<usize>> {
    let ranges = each_sentence(text).map(|span| span.start..span.end);
    let ranges: Vec<_> = ranges.take(most.saturating_add(1)).collect();
    if ranges.is_empty() { std::iter::once(0..text.len()).collect() } else { ranges }
}

#[cfg(test)]
mod tests {
    use pyshield_core::Text;

    use super::*;

    #[test]
    fn sentences_and_what_is_none() {
        let read = |text: &'static str| {
            sentence_ranges(text, 9).into_iter().map(|range| &text[range]).collect::<Vec<_>>()
        };
        assert_eq!(read("One. Two (2.5)?\n\nThree"), ["One.", "Two (2.5)?", "Three"]);
        assert_eq!(read("!?"), ["!?"]);
    }

    #[test]
    fn ways_to_cut() {
        let long = "é".repeat(600);
        let text = Text::from(&*long);
        let input = Input::text(&text);
        assert_eq!(passages(MatchType::Full, &input, 9).len(), 1);
        assert_eq!(passages(MatchType::Chunks, &input, 9).len(), 3);
        let ends = passages(MatchType::TruncateHeadTail, &input, 9);
        assert_eq!(ends[0].text.resolve(&input).chars().count(), 255);
        let short = Text::from("short");
        let short = Input::text(&short);
        assert_eq!(passages(MatchType::TruncateHeadTail, &short, 9)[0].text.resolve(&short), "short");
    }

    #[test]
    fn one_more_than_are_read_is_made_at_most() {
        let long = "Say é. ".repeat(2_000);
        let text = Text::from(&*long);
        let input = Input::text(&text);
        for way in [MatchType::Sentence, MatchType::Chunks] {
            let all = passages(way, &input, usize::MAX);
            for most in [0, 1, 7, all.len() - 1, all.len()] {
                assert_eq!(passages(way, &input, most), all[..all.len().min(most + 1)], "{way:?} {most}");
            }
        }
    }
}
