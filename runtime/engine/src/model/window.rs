//! Windows: the rows a model reads, cut from texts of any length.

use std::hash::Hasher;
use std::ops::Range;

use siphasher::sip128::Hasher128;

use super::encode::{Encoder, Frame, Token};
use crate::cache::process_hasher;

/// One row of a model's input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) ids: Vec<u32>,
    pub(crate) types: Vec<u8>,
    /// Special tokens before the first text's.
    pub(crate) before: usize,
    /// Which tokens of the first text it holds.
    pub(crate) tokens: Range<usize>,
    /// Equal for equal rows.
    pub(crate) key: u128,
}

impl Window {
    /// Tokens, special ones included.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Ranges of at most `length` that cover `0..count`, each sharing `overlap` with the one before it; one empty
/// range for nothing.
pub(crate) fn ranges(count: usize, length: usize, overlap: usize) -> Vec<Range<usize>> {
    let length = length.max(1);
    if count <= length {
        return std::iter::once(0..count).collect();
    }
    let step = length.saturating_sub(overlap).max(1);
    let mut ranges = Vec::with_capacity(count / step + 1);
    let mut start = 0;
    loop {
        let end = (start + length).min(count);
        ranges.push(start..end);
        if end == count {
            return ranges;
        }
        start += step;
    }
}

/// The windows of one text.
pub(crate) fn windows(encoder: &Encoder, tokens: &[Token], length: usize, overlap: usize) -> Vec<Window> {
    let frame = encoder.frame_of(false);
    let room = length.saturating_sub(frame.len());
    let ranges = ranges(tokens.len(), room, overlap.min(room / 2));
    ranges.into_iter().map(|range| window(encoder, frame, tokens, range, None)).collect()
}

/// The windows of two texts: whichever does not fit is cut, and if neither does, every part of the one meets
/// every part of the other. Of more than `most` windows only as many are made as show that they are too many.
pub(crate) fn pair_windows(
    encoder: &Encoder,
    first: &[Token],
    second: &[Token],
    length: usize,
    overlap: usize,
    most: usize,
) -> Vec<Window> {
    let frame = encoder.frame_of(true);
    let room = length.saturating_sub(frame.len()).max(2);
    let half = room / 2;
    let (for_first, for_second) = if first.len() + second.len() <= room {
        (first.len(), second.len())
    } else if second.len() <= half {
        (room - second.len(), second.len())
    } else if first.len() <= half {
        (first.len(), room - first.len())
    } else {
        (room - half, half)
    };
    let parts = ranges(second.len(), for_second, overlap.min(for_second / 2));
    let of_first = ranges(first.len(), for_first, overlap.min(for_first / 2));
    // Their number is the product of the two: two long texts would have millions.
    let meetings = of_first.iter().flat_map(|range| parts.iter().map(move |part| (range, part)));
    let window = |(range, part): (&Range<usize>, &Range<usize>)| {
        window(encoder, frame, first, range.clone(), Some(&second[part.clone()]))
    };
    meetings.take(most.saturating_add(1)).map(window).collect()
}

fn window(
    encoder: &Encoder,
    frame: &Frame,
    first: &[Token],
    range: Range<usize>,
    second: Option<&[Token]>,
) -> Window {
    let length = frame.len() + range.len() + second.map_or(0, <[Token]>::len);
    let (mut ids, mut types) = (Vec::with_capacity(length), Vec::with_capacity(length));
    let mut put = |id: u32, kind: u8| {
        ids.push(id);
        types.push(kind);
    };
    frame.before.iter().for_each(|&id| put(id, 0));
    first[range.clone()].iter().for_each(|&token| put(token.id, encoder.type_of(token, 0)));
    if let Some(second) = second {
        frame.between.iter().for_each(|&id| put(id, 0));
        for &token in second {
            put(token.id, encoder.type_of(token, frame.second));
        }
        frame.after.iter().for_each(|&id| put(id, frame.second));
    } else {
        frame.after.iter().for_each(|&id| put(id, 0));
    }
    let key = key(&ids, &types);
    Window { ids, types, before: frame.before.len(), tokens: range, key }
}

/// Under a secret key: whoever could make two rows collide could give a text the verdict of another.
fn key(ids: &[u32], types: &[u8]) -> u128 {
    let mut hasher = process_hasher();
    for &id in ids {
        hasher.write_u32(id);
    }
    hasher.write(types);
    hasher.finish128().as_u128()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::encode::tests::encoder;

    #[test]
    fn short_texts_are_one_window() {
        assert!(ranges(0, 10, 2).into_iter().eq(std::iter::once(0..0)));
        assert!(ranges(10, 10, 2).into_iter().eq(std::iter::once(0..10)));
        assert_eq!(ranges(11, 10, 2), [0..10, 8..11]);
        assert_eq!(ranges(26, 10, 2), [0..10, 8..18, 16..26]);
    }

    proptest! {
        #[test]
        fn windows_cover_everything_and_overlap(count in 0_usize..2_000, length in 2_usize..200, overlap in 0_usize..100) {
            let overlap = overlap.min(length / 2);
            let ranges = ranges(count, length, overlap);
            prop_assert_eq!(ranges[0].start, 0);
            prop_assert_eq!(ranges.last().unwrap().end, count);
            for range in &ranges {
                prop_assert!(range.len() <= length);
            }
            for pair in ranges.windows(2) {
                prop_assert_eq!(pair[0].end - pair[1].start, overlap);
            }
        }
    }

    #[test]
    fn pairs_are_cut_where_they_are_long() {
        let encoder = encoder();
        let token = |id| Token { id, start: 0, end: 0, word: id, case: 0 };
        let texts = |n: u32| (10..10 + n).map(token).collect::<Vec<_>>();
        for (first, second) in [(3, 3), (100, 3), (3, 100), (60, 60), (0, 0), (0, 40)] {
            let (first, second) = (texts(first), texts(second));
            let windows = pair_windows(&encoder, &first, &second, 23, 4, 1_000);
            assert!(windows.iter().all(|window| window.len() <= 23), "{} {}", first.len(), second.len());
            for from in &first {
                for to in &second {
                    let meets = windows.iter().any(|window| {
                        let cut = window.ids.iter().position(|&id| id == 3).unwrap();
                        window.ids[..cut].contains(&from.id) && window.ids[cut..].contains(&to.id)
                    });
                    assert!(meets, "{} and {} never meet", from.id, to.id);
                }
            }
        }
    }

    #[test]
    fn no_more_windows_are_made_of_a_pair_than_are_read() {
        let encoder = encoder();
        let token = |id| Token { id, start: 0, end: 0, word: id, case: 0 };
        let text: Vec<Token> = (10..10_010).map(token).collect();
        assert_eq!(pair_windows(&encoder, &text, &text, 23, 4, 50).len(), 51);
    }

    #[test]
    fn equal_rows_have_equal_keys() {
        let encoder = encoder();
        let token = |id| Token { id, start: 0, end: 0, word: id, case: 0 };
        let one = windows(&encoder, &[token(5), token(6)], 16, 4);
        let same = windows(&encoder, &[token(5), token(6)], 16, 4);
        let other = windows(&encoder, &[token(6), token(5)], 16, 4);
        assert_eq!(one[0].key, same[0].key);
        assert_ne!(one[0].key, other[0].key);
    }
}
