//! A text as VADER's tokens: split at white space, a mark stripped off one end, single characters dropped.

use super::lexicon::{Effect, Word, look_up};
use crate::interrupt::{Interrupt, Interrupted};
use crate::text::is_python_space;

/// Bytes of work between two questions to the interrupt: well under a millisecond.
const STRIDE: usize = 64 * 1024;

const UPPER: u8 = 1;
const LOWER: u8 = 1 << 1;
const MARK: u8 = 1 << 2;
const APOSTROPHE: u8 = 1 << 3;
const WIDE: u8 = 1 << 4;
const SPACE: u8 = 1 << 5;
/// A byte that begins a character outside ASCII which may be white space.
const WIDE_SPACE: u8 = 1 << 6;

/// What each byte is. `MARK` is Python's `string.punctuation`.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        classes[byte] = match b {
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'\'' => MARK | APOSTROPHE,
            b'\t'..=b'\r' | 0x1c..=0x1f | b' ' => SPACE,
            // U+0085 and U+00A0; U+1680; U+2000 to U+205F; U+3000.
            0xc2 | 0xe1..=0xe3 => WIDE | WIDE_SPACE,
            0x80.. => WIDE,
            _ if b.is_ascii_punctuation() => MARK,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Runs of marks that are stripped off a word. Others stay, which keeps most emoticons whole.
const STRIPPED: [&str; 17] =
    [".", "!", "?", ",", ";", ":", "-", "'", "\"", "!!", "!!!", "??", "???", "?!?", "!?!", "?!?!", "!?!?"];

/// The longest of [`STRIPPED`].
const LONGEST_RUN: usize = 4;

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// What is known of the lower-cased token.
    pub(super) word: Option<&'static Word>,
    classes: u8,
}

impl Token<'_> {
    /// A token that stands nowhere.
    pub(super) const NONE: Self = Self { text: "", word: None, classes: 0 };

    /// Python's `str.isupper()`: a cased character, and none in lower or title case.
    pub(super) fn is_upper(&self, pace: &mut Pace<'_>) -> Result<bool, Interrupted> {
        if self.classes & LOWER != 0 {
            return Ok(false);
        }
        if self.classes & WIDE == 0 {
            return Ok(self.classes & UPPER != 0);
        }
        let mut upper = false;
        for c in self.text.chars() {
            if c.is_lowercase() || is_title_case(c) {
                return Ok(false);
            }
            upper |= c.is_uppercase();
            pace.advance(4)?;
        }
        Ok(upper)
    }

    /// Whether it negates: a negation word, or a contraction with `n't`.
    pub(super) fn negates(&self, pace: &mut Pace<'_>) -> Result<bool, Interrupted> {
        if self.word.is_some_and(|word| word.effect == Effect::Negate) {
            return Ok(true);
        }
        if self.classes & APOSTROPHE == 0 {
            return Ok(false);
        }
        let bytes = self.text.as_bytes();
        for start in (0..bytes.len()).step_by(STRIDE) {
            let end = (start + STRIDE + 2).min(bytes.len());
            if bytes[start..end].windows(3).any(|window| window.eq_ignore_ascii_case(b"n't")) {
                return Ok(true);
            }
            pace.advance(end - start)?;
        }
        Ok(false)
    }
}

/// Unicode category `Lt`: digraphs and Greek capitals with a subscript iota.
const fn is_title_case(c: char) -> bool {
    matches!(
        c,
        '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}'
            | '\u{1f88}'..='\u{1f8f}'
            | '\u{1f98}'..='\u{1f9f}'
            | '\u{1fa8}'..='\u{1faf}'
            | '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}'
    )
}

/// Asks the interrupt every [`STRIDE`] bytes of work.
#[derive(Debug)]
pub(super) struct Pace<'a> {
    interrupt: Interrupt<'a>,
    left: usize,
}

impl<'a> Pace<'a> {
    pub(super) const fn new(interrupt: Interrupt<'a>) -> Self {
        Self { interrupt, left: STRIDE }
    }

    /// Accounts for `bytes` bytes of work.
    fn advance(&mut self, bytes: usize) -> Result<(), Interrupted> {
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return Ok(());
        }
        self.left = STRIDE;
        self.interrupt.check()
    }
}

/// The tokens of a text, first to last, and the exclamation and question marks passed on the way.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// `!` so far, in tokens and in what was dropped.
    pub(super) exclamations: usize,
    /// `?` so far.
    pub(super) questions: usize,
}

impl<'a> Tokens<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, exclamations: 0, questions: 0 }
    }

    /// The next token of two characters or more.
    pub(super) fn next(&mut self, pace: &mut Pace<'_>) -> Result<Option<Token<'a>>, Interrupted> {
        loop {
            let (start, classes) = self.piece(pace)?;
            if start == self.at {
                return Ok(None);
            }
            let piece = &self.text[start..self.at];
            let text = if classes & MARK == 0 { piece } else { self.strip(piece, pace)? };
            let ascii = classes & WIDE == 0;
            if (ascii && text.len() > 1) || at_least_two(text) {
                let word = look_up(text, ascii);
                return Ok(Some(Token { text, word, classes }));
            }
        }
    }

    /// Moves past the next piece between white space; its start and the classes of its bytes. The start
    /// is where the text ends when there is none.
    fn piece(&mut self, pace: &mut Pace<'_>) -> Result<(usize, u8), Interrupted> {
        let bytes = self.text.as_bytes();
        let mut start = self.at;
        let mut at = start;
        let mut classes = 0;
        loop {
            let stop = bytes.len().min(at + STRIDE);
            let from = at;
            while at < stop {
                let class = CLASSES[bytes[at] as usize];
                if class & (SPACE | WIDE_SPACE) != 0 {
                    let space = self.space_at(at, class);
                    if space > 0 {
                        if start < at {
                            self.at = at;
                            pace.advance(at - from)?;
                            return Ok((start, classes));
                        }
                        at += space;
                        start = at;
                        continue;
                    }
                }
                classes |= class;
                at += 1;
            }
            pace.advance(at - from)?;
            if at >= bytes.len() {
                self.at = at;
                return Ok((start, classes));
            }
        }
    }

    /// How many bytes of white space begin at `at`, whose byte is of class `class`.
    fn space_at(&self, at: usize, class: u8) -> usize {
        if class & SPACE != 0 {
            return 1;
        }
        let first = self.text.get(at..).and_then(|rest| rest.chars().next());
        first.filter(|c| is_python_space(*c)).map_or(0, char::len_utf8)
    }

    /// Counts the `!` and `?` of a piece and takes off the marks at one end, if it has them at one end
    /// only, nowhere else, as one of [`STRIPPED`], and two characters remain.
    fn strip(&mut self, piece: &'a str, pace: &mut Pace<'_>) -> Result<&'a str, Interrupted> {
        let bytes = piece.as_bytes();
        let mut marks = 0;
        for part in bytes.chunks(STRIDE) {
            for byte in part {
                marks += usize::from(CLASSES[*byte as usize] & MARK != 0);
                self.exclamations += usize::from(*byte == b'!');
                self.questions += usize::from(*byte == b'?');
            }
            pace.advance(part.len())?;
        }
        if marks > LONGEST_RUN || marks >= bytes.len() {
            return Ok(piece);
        }
        let (front, behind) = piece.split_at_checked(marks).unwrap_or((piece, ""));
        if STRIPPED.contains(&front) {
            return Ok(if at_least_two(behind) { behind } else { piece });
        }
        let (front, behind) = piece.split_at_checked(bytes.len() - marks).unwrap_or(("", piece));
        Ok(if STRIPPED.contains(&behind) && at_least_two(front) { front } else { piece })
    }
}

fn at_least_two(text: &str) -> bool {
    text.chars().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        let mut pace = Pace::new(Interrupt::NEVER);
        let mut tokens = Tokens::new(text);
        std::iter::from_fn(|| tokens.next(&mut pace).expect("no interrupt")).map(|token| token.text).collect()
    }

    #[test]
    fn strips_one_end_and_keeps_emoticons() {
        assert_eq!(
            tokens("cat, ,cat \"cat\" cat... cat?!? !?cat :-) :D :p"),
            ["cat", "cat", "\"cat\"", "cat...", "cat", "!?cat", ":-)", ":D", ":p"]
        );
        assert_eq!(tokens("a I ok. o. 'tis can't, x"), ["ok", "o.", "tis", "can't,"]);
    }

    #[test]
    fn splits_where_python_splits() {
        assert_eq!(
            tokens("\u{a0}aa\u{2003}bb\u{1c}cc\u{3000}dd\u{85}ee\u{200b}ff\u{e9}"),
            ["aa", "bb", "cc", "dd", "ee\u{200b}ff\u{e9}"]
        );
        assert_eq!(tokens(" \n"), Vec::<&str>::new());
        assert_eq!(tokens("é ü! 日本! \u{1f600}"), ["ü!", "日本"]);
    }

    #[test]
    fn counts_marks_in_dropped_pieces_too() {
        let mut tokens = Tokens::new("! ok!! ? a?");
        let mut pace = Pace::new(Interrupt::NEVER);
        while tokens.next(&mut pace).expect("no interrupt").is_some() {}
        assert_eq!((tokens.exclamations, tokens.questions), (3, 2));
    }
}
