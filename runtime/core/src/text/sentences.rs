//! Where the sentences of a text are.

use crate::span::Span;

/// The sentences of `text`, from left to right, without the white space around them; texts without letters or
/// digits are none.
///
/// A sentence ends at a line break, at `。！？` and their like, and at `.!?…` with what closes after them
/// (quotes, brackets) when white space follows and the next word does not start in lower case; a full stop
/// after a single letter, as in initials, ends none. No list of abbreviations: `Dr. Who` is two. Linear in
/// the text.
pub fn sentences(text: &str) -> Vec<Span> {
    each_sentence(text).collect()
}

/// As [`sentences`], one after another: the text is read as far as they are asked for.
pub fn each_sentence(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut start = Some(0);
    let mut ends = Ends::from(0);
    let cut = move || {
        let begin = start?;
        start = ends.next(text, true);
        Some(begin..start.unwrap_or(text.len()))
    };
    std::iter::from_fn(cut).filter_map(|range| span(text, range.start, range.end))
}

/// Where the sentences of a text end, one after another, of a text that may still grow.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Up to where the text was read, in bytes.
    at: usize,
    /// How many letters and digits the current word has.
    word: usize,
}

impl Ends {
    /// From a byte on where a sentence begins.
    pub const fn from(at: usize) -> Self {
        Self { at, word: 0 }
    }

    /// Where the next sentence ends, in bytes, with what closes after it. `None` if there is no further end, or
    /// what follows the text has a say in it; unless nothing does. Of a longer text that begins the same, the
    /// ends are the same. No character is read twice, but for those after the last mark that could be an end.
    pub fn next(&mut self, text: &str, last: bool) -> Option<usize> {
        let from = self.at;
        for (at, c) in text.get(from..)?.char_indices().map(|(at, c)| (from + at, c)) {
            let end = at + c.len_utf8();
            let ends = match c {
                '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(Some(end)),
                '。' | '！' | '？' | '｡' | '।' | '۔' | '؟' | '።' => {
                    closed(text, end, last).map(Some)
                }
                // Initials.
                '.' if self.word == 1 => Some(None),
                '.' | '!' | '?' | '…' => closed(text, end, last)
                    .and_then(|end| stops(text, end, last).map(|stops| stops.then_some(end))),
                _ => Some(None),
            };
            let Some(ends) = ends else {
                // It is looked at again once there is more.
                self.at = at;
                return None;
            };
            if let Some(end) = ends {
                *self = Self::from(end);
                return Some(end);
            }
            self.word = if c.is_alphanumeric() { self.word + 1 } else { 0 };
        }
        self.at = text.len();
        None
    }

    /// As if the text had begun `bytes` later, which were read.
    pub const fn forget(&mut self, bytes: usize) {
        self.at = self.at.saturating_sub(bytes);
    }
}

/// Whether a sentence whose marks end at `end` ends there: white space follows, and then nothing that starts in
/// lower case. `None` if that is not known yet.
fn stops(text: &str, end: usize, last: bool) -> Option<bool> {
    let rest = text.get(end..).unwrap_or_default();
    match rest.trim_start().chars().next() {
        None if last => Some(true),
        None => None,
        Some(next) => Some(rest.starts_with(char::is_whitespace) && !next.is_lowercase()),
    }
}

/// How many characters that close or end something are looked at after an end, so that runs of them take
/// linear time.
const MOST_CLOSERS: usize = 16;

/// Where the quotes, brackets and further marks after `end` end; `None` if there may be more of them.
fn closed(text: &str, end: usize, last: bool) -> Option<usize> {
    let rest = text.get(end..).unwrap_or_default();
    let closing = |c: &char| {
        matches!(
            c,
            '.' | '!'
                | '?'
                | '…'
                | '。'
                | '！'
                | '？'
                | '"'
                | '\''
                | ')'
                | ']'
                | '”'
                | '’'
                | '»'
                | '」'
                | '』'
                | '）'
        )
    };
    let (count, bytes) = rest
        .chars()
        .take(MOST_CLOSERS)
        .take_while(closing)
        .fold((0, 0), |(count, bytes), c| (count + 1, bytes + c.len_utf8()));
    (last || bytes < rest.len() || count == MOST_CLOSERS).then_some(end + bytes)
}

fn span(text: &str, start: usize, end: usize) -> Option<Span> {
    let piece = text.get(start..end).filter(|piece| piece.chars().any(char::is_alphanumeric))?;
    let front = piece.len() - piece.trim_start().len();
    Some(Span::new(start + front, start + piece.trim_end().len()))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        sentences(text).iter().map(|span| &text[span.range()]).collect()
    }

    #[test]
    fn ends() {
        for (text, expected) in [
            ("One. Two! Three? Four", "One.|Two!|Three?|Four"),
            ("\"Really?!\" (Yes.) So it is…", "\"Really?!\"|(Yes.)|So it is…"),
            ("e.g. this, version 1.5 of J. K. Name. Next.", "e.g. this, version 1.5 of J. K. Name.|Next."),
            ("一。二！三", "一。|二！|三"),
            ("a line\r\nanother\n\n  - third ", "a line|another|- third"),
            ("नमस्ते। फिर", "नमस्ते।|फिर"),
            ("...!? --- ", ""),
            ("", ""),
        ] {
            assert_eq!(pieces(text).join("|"), expected, "{text}");
        }
    }

    #[test]
    fn runs_take_linear_time() {
        let began = Instant::now();
        for unit in [".", ". ", "a. ", "。", "\"", "a.\"", ".\u{2003}"] {
            sentences(&unit.repeat(1_000_000 / unit.len()));
        }
        sentences(&format!("a.{}", " ".repeat(1_000_000)).repeat(2));
        assert!(began.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn ends_do_not_depend_on_the_pieces(
            text in "[a-cA-C1。.!?…\"'() \n\u{2003}]{0,60}",
            cuts in prop::collection::vec(0_usize..60, 0..8),
        ) {
            let mut whole = Vec::new();
            let mut ends = Ends::from(0);
            whole.extend(std::iter::from_fn(|| ends.next(&text, true)));
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| text.floor_char_boundary(cut)).collect();
            cuts.sort_unstable();
            let (mut grown, mut ends) = (Vec::new(), Ends::from(0));
            for cut in cuts {
                while let Some(end) = ends.next(&text[..cut], false) {
                    prop_assert!(end <= cut);
                    grown.push(end);
                }
            }
            while let Some(end) = ends.next(&text, true) {
                grown.push(end);
            }
            prop_assert_eq!(grown, whole);
        }

        #[test]
        fn sentences_cover_every_letter(text in "[a-cA-C1。.!?…\"'() \n\u{2003}]{0,60}") {
            let spans = sentences(&text);
            let kept: usize = spans.iter().map(|s| text[s.range()].matches(char::is_alphanumeric).count()).sum();
            prop_assert_eq!(kept, text.matches(char::is_alphanumeric).count());
            prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }

        #[test]
        fn any_text_is_cut(text in any::<String>()) {
            sentences(&text);
        }
    }
}
