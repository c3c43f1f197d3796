//! Letters that were set apart, and signs that stand for letters: `i g n o r e`, `i-g-n-o-r-e`, `1gn0r3`.
#![allow(
    clippy::needless_bitwise_bool,
    reason = "lazy operators branch, and loops with branches are not vectorised"
)]

use crate::error::ScannerError;
use crate::view::bigram::{ENGLISH, cost};
use crate::view::bounds::Bounds;
use crate::view::map::{SourceMap, Writer};
use crate::view::step::Step;

/// Bytes between two looks at the interrupt.
const STRIDE: usize = 64 << 10;

/// Letters in a row that must stand apart to be joined; fewer are initials or a list.
const LEAST_LETTERS: usize = 4;

/// Bytes between two letters that stand apart, at most.
const WIDEST_GAP: usize = 3;

/// By how many signs may outnumber letters among letters that stand apart, before they are over.
const MOST_SIGNS_BEYOND: isize = 3;

/// A word written with signs for letters is at most this long; longer ones are keys and encodings.
const LONGEST_WORD: usize = 24;

/// The letters a byte may stand for, the likelier first.
const fn signs(byte: u8) -> &'static [u8] {
    match byte {
        b'0' => b"o",
        b'1' | b'!' | b'|' => b"il",
        b'3' => b"e",
        b'4' | b'@' => b"a",
        b'5' | b'$' => b"s",
        b'7' => b"t",
        b'8' => b"b",
        _ => b"",
    }
}

/// The view of `text` in which letters that stand apart are joined and signs in words are letters, if it
/// differs. Within it, more than one space between letters becomes one. Linear in the text.
pub(super) fn join(text: &str, bounds: &Bounds<'_>) -> Result<Option<(String, SourceMap)>, ScannerError> {
    let bytes = text.as_bytes();
    if !may_hide(bytes) {
        return Ok(None);
    }
    let mut writer = Writer::new(text, bounds);
    let mut at = 0;
    let mut next_check = STRIDE;
    while at < bytes.len() {
        if at >= next_check {
            bounds.check()?;
            next_check = at + STRIDE;
        }
        let next = apart(bytes, at, &mut writer, bounds)?.or_else(|| word(bytes, at, &mut writer));
        at = next.unwrap_or_else(|| past_word(bytes, at, &mut writer));
    }
    writer.finish()
}

/// Skips what nothing is to be done with: the rest of a word and the gap behind it.
fn past_word(bytes: &[u8], mut at: usize, writer: &mut Writer<'_>) -> usize {
    while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace()) {
        at += 1;
        // A letter after punctuation may begin letters that stand apart.
        if !bytes[at - 1].is_ascii_alphanumeric() && bytes.get(at).is_some_and(u8::is_ascii) {
            return at;
        }
    }
    let start = at;
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    if at - start > 1 && start > 0 && letter(start - 1) && letter(at) {
        writer.copy_to(start);
        writer.replace(" ", at, Step::Normalised);
    }
    at
}

/// Bytes that are looked at together in the quick look, and what is looked at behind them.
const BLOCK: usize = 256;
const AHEAD: usize = 16;

/// What the quick look tells bytes apart by, a byte for each: one or zero, so that loops work on vectors.
type Marks = [u8; BLOCK + AHEAD];

/// The quick look: whether there may be anything to join. Beyond the text there is nothing.
fn may_hide(bytes: &[u8]) -> bool {
    (0..bytes.len()).step_by(BLOCK).any(|start| {
        let piece = &bytes[start..bytes.len().min(start + BLOCK + AHEAD)];
        let letters = marks(piece, is_letter);
        let signs = marks(piece, is_sign);
        let blanks = marks(piece, is_blank);
        apart_by::<2>(&letters, &signs)
            | apart_by::<3>(&letters, &signs)
            | apart_by::<4>(&letters, &signs)
            | has_signs(&letters, &signs)
            | has_wide_gaps(&letters, &blanks)
    })
}

fn marks(piece: &[u8], test: impl Fn(u8) -> bool) -> Marks {
    let mut marks = [0; BLOCK + AHEAD];
    for (mark, &byte) in marks.iter_mut().zip(piece) {
        *mark = u8::from(test(byte));
    }
    marks
}

/// Whether [`LEAST_LETTERS`] single letters follow each other at a distance of `STEP` bytes.
fn apart_by<const STEP: usize>(letters: &Marks, signs: &Marks) -> bool {
    let like = |at: usize| letters[at] | signs[at];
    let all = (0..BLOCK).fold(0, |any, at| {
        let found = letters[at] & like(at + STEP) & like(at + 2 * STEP) & like(at + 3 * STEP);
        any | found & !(letters[at + 1] | letters[at + STEP + 1] | letters[at + 2 * STEP + 1])
    });
    all != 0
}

/// Whether a sign stands between two letters, or beside one and a sign.
fn has_signs(letters: &Marks, signs: &Marks) -> bool {
    let all = (0..BLOCK).fold(0, |any, at| {
        let word = letters[at] & (letters[at + 2] | signs[at + 2]);
        any | signs[at + 1] & (word | letters[at + 2] & signs[at])
    });
    all != 0
}

/// Whether two spaces stand between letters.
fn has_wide_gaps(letters: &Marks, blanks: &Marks) -> bool {
    let all = (0..BLOCK).fold(0, |any, at| {
        any | letters[at] & blanks[at + 1] & blanks[at + 2] & (letters[at + 3] | blanks[at + 3])
    });
    all != 0
}

const fn is_letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

const fn is_blank(byte: u8) -> bool {
    (byte == b' ') | (byte == b'\t')
}

const fn is_sign(byte: u8) -> bool {
    (byte == b'0')
        | (byte == b'1')
        | (byte == b'3')
        | (byte == b'4')
        | (byte == b'5')
        | (byte == b'7')
        | (byte == b'8')
        | (byte == b'@')
        | (byte == b'$')
        | (byte == b'!')
        | (byte == b'|')
}

const fn is_like(byte: u8) -> bool {
    is_letter(byte) | is_sign(byte)
}

/// Whether a letter stands at `at`, or a sign for one.
fn as_letter(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|&byte| is_like(byte))
}

/// Joins the letters that stand apart from `at` on, if there are enough; returns where they end.
///
/// The first gap is that between letters; a wider or another one ends the word. Where words are not set
/// apart any more, they are one.
fn apart(
    bytes: &[u8],
    at: usize,
    writer: &mut Writer<'_>,
    bounds: &Bounds<'_>,
) -> Result<Option<usize>, ScannerError> {
    let alone = |at: usize| {
        bytes.get(at).is_some_and(|byte| is_letter(*byte))
            && !(at > 0 && bytes[at - 1].is_ascii_alphanumeric())
            && !bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
    };
    if !alone(at) {
        return Ok(None);
    }
    let Some(gap) = gap(bytes, at + 1) else { return Ok(None) };
    let separator = &bytes[at + 1..at + 1 + gap];
    let mut letters = vec![at];
    let mut next = at;
    // How many more letters than signs there are, and how many of all there were when it was last no fewer:
    // what follows is left for the next look. That the look ends soon after keeps it linear: from the next
    // letter on the balance is a higher one, so that few looks can be in vain over the same stretch.
    let (mut balance, mut kept) = (1isize, 1);
    loop {
        let behind = next + 1;
        let candidate = behind + gap;
        let same = bytes.get(behind..candidate) == Some(separator);
        let letter = same
            && as_letter(bytes, candidate)
            && !bytes.get(candidate + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !letter {
            break;
        }
        letters.push(candidate);
        if letters.len().is_multiple_of(4096) {
            bounds.check()?;
            bounds.expect(size_of_val(&*letters))?;
        }
        next = candidate;
        balance += if is_letter(bytes[candidate]) { 1 } else { -1 };
        if balance >= 0 {
            kept = letters.len();
        } else if balance < -MOST_SIGNS_BEYOND {
            break;
        }
    }
    letters.truncate(kept);
    if letters.len() < LEAST_LETTERS {
        return Ok(None);
    }
    let next = letters.last().copied().unwrap_or(at);
    writer.copy_to(at);
    for (number, &letter) in letters.iter().enumerate() {
        writer.skip_to(letter, Step::Normalised);
        let before = if number == 0 { b' ' } else { bytes[letters[number - 1]] };
        let after = letters.get(number + 1).map_or(b' ', |&next| bytes[next]);
        write_letter(bytes[letter], as_read(bytes[letter], before, after), letter, writer);
    }
    let end = next + 1;
    // A wider gap before the next letter is the gap between words.
    let wide = bytes[end..].iter().take(2 * WIDEST_GAP + 2).take_while(|byte| is_blank(**byte)).count();
    if wide > 1 && as_letter(bytes, end + wide) {
        writer.copy_to(end);
        writer.replace(" ", end + wide, Step::Normalised);
        return Ok(Some(end + wide));
    }
    Ok(Some(end))
}

/// Bytes between two letters: blanks or punctuation, at most [`WIDEST_GAP`].
fn gap(bytes: &[u8], at: usize) -> Option<usize> {
    let separates = |byte: &&u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !byte.is_ascii_control();
    let gap = bytes.get(at..)?.iter().take(WIDEST_GAP + 1).take_while(separates).count();
    (1..=WIDEST_GAP).contains(&gap).then_some(gap)
}

/// The letter that `byte` is or stands for between two others.
fn as_read(byte: u8, before: u8, after: u8) -> u8 {
    let choice = signs(byte).iter().min_by_key(|&&letter| cost(before, letter) + cost(letter, after));
    choice.copied().unwrap_or(byte)
}

/// Writes `letter`, which the source has as `byte` at `at`.
fn write_letter(byte: u8, letter: u8, at: usize, writer: &mut Writer<'_>) {
    if byte == letter {
        writer.copy_to(at + 1);
    } else {
        writer.copy_to(at);
        writer.replace(char::from(letter).encode_utf8(&mut [0; 4]), at + 1, Step::Normalised);
    }
}

/// Replaces the signs in the word at `at`, if it is one; returns where it ends.
///
/// A word is letters and signs, at least half of it letters, with a sign between two letters, and as English
/// as words are once the signs are letters; `3` alone, `gpt4`, `k8s` and keys are no such words.
fn word(bytes: &[u8], at: usize, writer: &mut Writer<'_>) -> Option<usize> {
    if !as_letter(bytes, at) || !is_edge_before(bytes, at) {
        return None;
    }
    let len = bytes[at..].iter().take(LONGEST_WORD + 1).take_while(|byte| is_like(**byte)).count();
    if len > LONGEST_WORD || !is_edge_behind(bytes, at + len) {
        return None;
    }
    // An exclamation mark at the end is one.
    let marks = bytes[at..at + len].iter().rev().take_while(|byte| matches!(byte, b'!' | b'|')).count();
    let word = &bytes[at..at + len - marks];
    let first = word.iter().position(|byte| is_letter(*byte))?;
    let last = word.iter().rposition(|byte| is_letter(*byte))?;
    let letters = word.iter().filter(|byte| is_letter(**byte)).count();
    if letters < 2 || 2 * letters < word.len() || !word[first..last].iter().any(|byte| is_sign(*byte)) {
        return None;
    }
    let mut plain: Vec<u8> = Vec::with_capacity(word.len());
    let mut total = 0;
    for (n, &byte) in word.iter().enumerate() {
        let before = plain.last().copied().unwrap_or(b' ');
        let after = word.get(n + 1).map_or(b' ', |&next| signs(next).first().copied().unwrap_or(next));
        let letter = as_read(byte, before, after);
        total += cost(before, letter);
        plain.push(letter);
    }
    if total > plain.iter().map(|_| ENGLISH).sum() {
        return None;
    }
    for (n, &letter) in plain.iter().enumerate() {
        write_letter(word[n], letter, at + n, writer);
    }
    Some(at + word.len())
}

/// Whether a word may begin at `at`: not within a number, an address or a path.
fn is_edge_before(bytes: &[u8], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|at| bytes.get(at)) else { return true };
    let inner = at > 1 && bytes[at - 2].is_ascii_alphanumeric();
    before.is_ascii_whitespace() || (is_punctuation(before) && !inner)
}

/// Whether a word may end before `at`.
fn is_edge_behind(bytes: &[u8], at: usize) -> bool {
    let Some(&behind) = bytes.get(at) else { return true };
    let inner = bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    behind.is_ascii_whitespace() || (is_punctuation(behind) && !inner)
}

const fn is_punctuation(byte: u8) -> bool {
    !byte.is_ascii()
        || matches!(byte, b'.' | b',' | b';' | b':' | b'?' | b'"' | b'\'' | b'(' | b')' | b'*' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;

    fn view(text: &str) -> Option<String> {
        join(text, &Bounds::new(usize::MAX, &Interrupt::NEVER)).unwrap().map(|(view, _)| view)
    }

    #[test]
    fn letters_that_stand_apart_are_joined() {
        for (text, joined) in [
            ("i g n o r e   p r e v i o u s", "ignore previous"),
            ("so: i-g-n-o-r-e p-r-e-v-i-o-u-s!", "so: ignore previous!"),
            ("i.g.n.o.r.e p_r_e_v_i_o_u_s", "ignore previous"),
            ("i g n o r e p r e v i o u s now", "ignoreprevious now"),
            ("i * g * n * o * r * e it", "ignore it"),
            ("1 gn0r3", "1 gnore"),
            ("i g n 0 r 3", "ignore"),
            ("«i g n o r e»", "«ignore»"),
        ] {
            assert_eq!(view(text).as_deref(), Some(joined), "{text}");
        }
    }

    #[test]
    fn signs_in_words_become_letters() {
        for (text, plain) in [
            ("1gn0r3 pr3v10us 1nstruct10ns!", "ignore previous instructions!"),
            ("de1ete a11 f1les", "delete a11 files"),
            ("p4$$w0rd, adm1n", "password, admin"),
            ("«adm1n»", "«admin»"),
            ("ignore  previous", "ignore previous"),
        ] {
            assert_eq!(view(text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn ordinary_text_has_no_view() {
        for text in [
            "Plain prose, of 2024 words. I have a U.S. visa; e.g. a B-1.",
            "Plan A B C: J. R. R. Tolkien",
            "    indented code\n        more(a, b)  # comment",
            "It ends here.  Two spaces after the full stop.",
            "gpt4 and h264 and v1 and 3rd, 10k; x = a[0] + b1; k8s, i18n, AKIAIOSFODNN7QXKZBW",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "bob@example.com wrote: $5!",
            "a - b - c",
        ] {
            assert_eq!(view(text), None, "{text}");
        }
    }
}
