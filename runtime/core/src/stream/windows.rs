//! A growing text in windows: some sentences at a time, each window with what stands before them.
//!
//! For scanners that judge a text by its sense, and can neither wait for all of it nor do with a word. Windows
//! depend on the text alone, not on the pieces it comes in.

use std::collections::VecDeque;
use std::fmt;

use crate::text::sentences::Ends;

/// Characters that a window adds to the one before it at least, unless the text ends: a list of short lines is
/// not judged line by line.
pub const LEAST: usize = 32;

/// Characters that a window adds at most: a sentence that goes on for longer is cut.
pub const MOST: usize = 480;

/// Characters before what a window adds that are in it at most.
pub const OVERLAP: usize = 160;

/// How much of a growing text a scanner has to see at a time that judges by the sense of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// A window, with what stands before it; the worst of them is the text's verdict.
    Windows,
    /// Each sentence for itself.
    Sentences,
    /// All of it.
    Whole,
}

/// A place in a stream, in bytes and in code points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub byte: usize,
    /// Code points before it.
    pub char: usize,
}

/// Some sentences of a stream. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Its text.
    pub text: String,
    /// Where it begins.
    pub start: Place,
    /// Where the text begins that no window before it holds.
    pub fresh: Place,
    /// Where it ends.
    pub end: Place,
}

impl Part {
    /// Whether there is nothing to judge that was not judged before.
    pub fn is_blank(&self) -> bool {
        let fresh = self.text.get(self.fresh.byte - self.start.byte..).unwrap_or_default();
        fresh.chars().all(char::is_whitespace)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("start", &self.start).field("end", &self.end).finish_non_exhaustive()
    }
}

/// Cuts a growing text into windows. Holds no more of it than a window, and what was fed and not yet asked for.
pub struct Windows {
    /// Some text before the next window's own, and all after it.
    text: String,
    /// Where the held text begins in the stream.
    base: Place,
    /// Where the next window's own text begins, in bytes of the held text.
    fresh: usize,
    ends: Ends,
    /// Where sentences ended in the held text before `fresh`, in order.
    bounds: VecDeque<usize>,
}

impl fmt::Debug for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Windows").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl Default for Windows {
    fn default() -> Self {
        let ends = Ends::from(0);
        Self { text: String::new(), base: Place::default(), fresh: 0, ends, bounds: VecDeque::from([0]) }
    }
}

impl Windows {
    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    /// Bytes that no window has come of.
    pub const fn waiting(&self) -> usize {
        self.text.len() - self.fresh
    }

    /// The next window, if it is known; `last`: no more text follows.
    pub fn next(&mut self, last: bool) -> Option<Part> {
        let fresh = self.text.get(self.fresh..).unwrap_or_default();
        if fresh.is_empty() {
            return None;
        }
        // What is looked at, and whether what follows it has no say any more. The same for every way to cut the
        // text into pieces: an end is taken by what stands before this limit, or not at all.
        let beyond = if fresh.len() > MOST { fresh.char_indices().nth(MOST) } else { None };
        let (limit, closed) = beyond.map_or((self.text.len(), last), |(at, _)| (self.fresh + at, true));
        let seen = self.text.get(..limit).unwrap_or_default();
        while let Some(end) = self.ends.next(seen, closed) {
            self.bounds.push_back(end);
            if self.chars(self.fresh, end) >= LEAST {
                return Some(self.cut(end));
            }
        }
        if !closed {
            return None;
        }
        let end = if beyond.is_some() { self.space(limit) } else { limit };
        self.ends = Ends::from(end);
        Some(self.cut(end))
    }

    /// After the last white space before `limit` if there is any in the second half of what may be added.
    fn space(&self, limit: usize) -> usize {
        let fresh = self.text.get(self.fresh..limit).unwrap_or_default();
        let space = fresh.char_indices().rev().take(MOST / 2).find(|(_, c)| c.is_whitespace());
        space.map_or(limit, |(at, c)| self.fresh + at + c.len_utf8())
    }

    /// The window whose own text ends at `end`; lets go of what no later one holds.
    fn cut(&mut self, end: usize) -> Part {
        let start = self.overlap(self.fresh);
        let place =
            |byte: usize| Place { byte: self.base.byte + byte, char: self.base.char + self.chars(0, byte) };
        let part = Part {
            text: self.text.get(start..end).unwrap_or_default().to_owned(),
            start: place(start),
            fresh: place(self.fresh),
            end: place(end),
        };
        self.fresh = end;
        let drop = self.earliest(end);
        self.base = Place { byte: self.base.byte + drop, char: self.base.char + self.chars(0, drop) };
        self.text.replace_range(..drop, "");
        self.fresh -= drop;
        self.ends.forget(drop);
        self.bounds.retain(|bound| *bound >= drop);
        self.bounds.iter_mut().for_each(|bound| *bound -= drop);
        part
    }

    /// The first byte that is less than [`OVERLAP`] characters before another one.
    fn earliest(&self, before: usize) -> usize {
        let text = self.text.get(..before).unwrap_or_default();
        text.char_indices().rev().nth(OVERLAP - 1).map_or(0, |(at, _)| at)
    }

    /// Where the window begins whose own text begins at `fresh`: where a sentence does, or else a word.
    fn overlap(&self, fresh: usize) -> usize {
        let earliest = self.earliest(fresh);
        if let Some(bound) = self.bounds.iter().find(|bound| (earliest..fresh).contains(*bound)) {
            return *bound;
        }
        let text = self.text.get(earliest..fresh).unwrap_or_default();
        text.char_indices()
            .find(|(_, c)| c.is_whitespace())
            .map_or(earliest, |(at, c)| earliest + at + c.len_utf8())
    }

    fn chars(&self, from: usize, to: usize) -> usize {
        self.text.get(from..to).map_or(0, |text| text.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn cut<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Vec<Part> {
        let (mut windows, mut parts) = (Windows::default(), Vec::new());
        for piece in pieces {
            windows.push(piece);
            while let Some(part) = windows.next(false) {
                parts.push(part);
            }
            assert!(windows.text.len() <= 4 * (OVERLAP + MOST + 1), "{}", windows.text.len());
        }
        while let Some(part) = windows.next(true) {
            parts.push(part);
        }
        assert_eq!(windows.waiting(), 0);
        parts
    }

    fn own(part: &Part) -> &str {
        &part.text[part.fresh.byte - part.start.byte..]
    }

    #[test]
    fn sentences_come_with_those_before_them() {
        let text = "The first sentence is of some length. Short. The second one is long enough, too! 三番目の文はこれです。\
                    そしてこれは四番目の文で、少し長いです。それから、これが最後の文になります。";
        let parts = cut([text]);
        let own: Vec<&str> = parts.iter().map(own).collect();
        assert_eq!(own[0], "The first sentence is of some length.");
        assert_eq!(own[1], " Short. The second one is long enough, too!");
        assert_eq!(own[2], " 三番目の文はこれです。そしてこれは四番目の文で、少し長いです。");
        assert_eq!(parts[1].start, Place::default());
        assert_eq!(parts[2].start, Place::default());
        assert_eq!(parts[2].end, Place { byte: parts[2].end.byte, char: 37 + 43 + 32 });
    }

    #[test]
    fn what_never_ends_is_cut_between_words_or_characters() {
        let words = "word ".repeat(400);
        let parts = cut([&*words]);
        assert!(parts.iter().all(|part| own(part).ends_with(' ') && own(part).chars().count() <= MOST));
        assert!(parts.iter().all(|part| part.text.starts_with("word")));
        let run = "é".repeat(2_000);
        let parts = cut([&*run]);
        assert_eq!(own(&parts[0]).chars().count(), MOST);
        assert_eq!(parts[1].text.chars().count(), MOST + OVERLAP);
        let dots = cut([&*".".repeat(5_000)]);
        assert!(dots.iter().all(|part| own(part).chars().count() <= MOST));
    }

    #[test]
    fn debug_shows_no_text() {
        let mut windows = Windows::default();
        windows.push("A sentence that holds hunter2 and is long enough. And hunter2");
        let part = windows.next(false).unwrap();
        assert!(part.text.contains("hunter2") && windows.text.contains("hunter2"));
        assert!(!format!("{part:?} {windows:?}").contains("hunter2"));
    }

    #[test]
    fn blanks_are_told() {
        let parts = cut(["One sentence that is long enough here.", "\n\n"]);
        assert_eq!(parts.iter().map(Part::is_blank).collect::<Vec<_>>(), [false, true]);
        assert!(cut([""]).is_empty());
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        let began = Instant::now();
        for unit in ["a", ".", ". ", "a. ", " ", "\n", "。", "é", ".\u{2003}", "\""] {
            let text = unit.repeat(200_000 / unit.len());
            cut([&*text]);
            cut(text.split_inclusive(unit));
        }
        assert!(began.elapsed().as_secs() < 120);
    }

    fn pieces<'a>(text: &'a str, cuts: &[usize]) -> Vec<&'a str> {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| text.floor_char_boundary(*cut)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

        #[test]
        fn every_way_to_cut_it_gives_the_same_windows(
            text in "([a-c]{1,9} |[A-C]{1,9}[.!?…]{1,3}[\"')]{0,2}[ \n]{0,9}|[。！？日本]{1,30}|[é]{1,90}| {1,80}|x{300}){0,40}",
            cuts in prop::collection::vec(0_usize..4_000, 0..40),
        ) {
            let whole = cut([&*text]);
            prop_assert_eq!(&cut(pieces(&text, &cuts)), &whole);
            prop_assert_eq!(&cut(text.split_inclusive(|_| true)), &whole);
            // What windows add is the text, and places are places of it.
            prop_assert_eq!(whole.iter().map(own).collect::<String>(), text.clone());
            for part in &whole {
                prop_assert_eq!(&text[part.start.byte..part.end.byte], &part.text);
                prop_assert!(part.start.byte <= part.fresh.byte && part.fresh.byte < part.end.byte);
                prop_assert!(own(part).chars().count() <= MOST);
                for place in [part.start, part.fresh, part.end] {
                    prop_assert_eq!(text[..place.byte].chars().count(), place.char);
                }
                prop_assert!(part.fresh.char - part.start.char <= OVERLAP);
            }
        }
    }
}
