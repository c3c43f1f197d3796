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
    let mut spans = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    // How many letters and digits the current word has.
    let mut word = 0;
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let ends = match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(end),
            '。' | '！' | '？' | '｡' | '।' | '۔' | '؟' | '።' => Some(closed(text, end)),
            '.' | '!' | '?' | '…' => {
                let end = closed(text, end);
                let rest = text.get(end..).unwrap_or_default();
                let next = rest.trim_start();
                let goes_on = next.len() == rest.len() && !rest.is_empty()
                    || next.chars().next().is_some_and(char::is_lowercase)
                    || c == '.' && word == 1;
                (!goes_on).then_some(end)
            }
            _ => None,
        };
        word = if c.is_alphanumeric() { word + 1 } else { 0 };
        if let Some(end) = ends {
            push(text, start, end, &mut spans);
            start = end;
            word = 0;
            while chars.next_if(|&(at, _)| at < end).is_some() {}
        }
    }
    push(text, start, text.len(), &mut spans);
    spans
}

/// How many characters that close or end something are looked at after an end, so that runs of them take
/// linear time.
const MOST_CLOSERS: usize = 16;

/// Where the quotes, brackets and further marks after `end` end.
fn closed(text: &str, end: usize) -> usize {
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
    end + rest.chars().take(MOST_CLOSERS).take_while(closing).map(char::len_utf8).sum::<usize>()
}

fn push(text: &str, start: usize, end: usize, spans: &mut Vec<Span>) {
    let Some(piece) = text.get(start..end) else { return };
    if piece.chars().any(char::is_alphanumeric) {
        let front = piece.len() - piece.trim_start().len();
        spans.push(Span::new(start + front, start + piece.trim_end().len()));
    }
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
