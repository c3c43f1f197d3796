//! Words and numbers without quotation marks.

use std::borrow::Cow;

use super::super::quote::{Mark, mark_at, quote_at};
use super::super::shape::word_before_colon;
use super::super::validate::number_end;
use super::string::Place;
use super::{Halt, Repair};

impl Repair<'_, '_> {
    /// Reads a key without quotation marks, and its value; or skips a word that is no key.
    pub(super) fn bare_key(&mut self, items: usize) -> Result<(), Halt> {
        let start = self.pos;
        let rest = &self.bytes[start..];
        let mut len = 0;
        while let Some(&byte) = rest.get(len) {
            let apart = len > 0 && rest[len - 1].is_ascii_whitespace();
            if matches!(byte, b':' | b',' | b'}' | b']' | b'{' | b'[' | b'\n' | b'\r' | b'=' | b';')
                || (apart && mark_at(self.bytes, start + len).is_some())
            {
                break;
            }
            len += 1;
        }
        self.meter.spend(len)?;
        let key = without_odd_mark(self.text.get(start..start + len).unwrap_or_default().trim_end());
        self.pos = start + len;
        self.skip_blank();
        match self.peek() {
            Some(b':' | b'=') if !key.is_empty() => {
                let end = start + key.len();
                self.begin_item();
                self.put_bare(start, end)?;
                self.colon();
                self.value()
            }
            None | Some(b',' | b'}' | b']') if items == 0 && key.contains(char::is_alphanumeric) => {
                self.pos = start;
                self.become_array();
                Ok(())
            }
            _ => {
                if len == 0 && self.pos == start {
                    self.skip_char();
                }
                Ok(())
            }
        }
    }

    /// Reads a value without quotation marks: a literal, a number, or else a string.
    pub(super) fn bare_value(&mut self, place: Place) -> Result<(), Halt> {
        let start = self.pos;
        let len = self.bare_len(start, place);
        self.meter.spend(len)?;
        let word = self.text.get(start..start + len).unwrap_or_default().trim_end();
        let end = start + word.len();
        self.pos = end;
        if word.is_empty() {
            self.skip_char();
            self.out.put("\"\"");
            return Ok(());
        }
        let literal = match word {
            _ if word.len() > 9 => None,
            "NaN" | "Infinity" | "-Infinity" => Some(word),
            _ if word.eq_ignore_ascii_case("true") => Some("true"),
            _ if word.eq_ignore_ascii_case("false") => Some("false"),
            _ if word.eq_ignore_ascii_case("null") || word.eq_ignore_ascii_case("none") => Some("null"),
            _ => None,
        };
        if let Some(literal) = literal {
            self.put_word(literal, start, end);
        } else if let Some(number) = number(word) {
            self.put_word(&number, start, end);
        } else {
            self.put_bare(start, start + without_odd_mark(word).len())?;
        }
        Ok(())
    }

    /// Writes `word`, which stands for the source from `start` to `end`.
    fn put_word(&mut self, word: &str, start: usize, end: usize) {
        if self.text.get(start..end) == Some(word) {
            self.out.keep(word, start);
        } else {
            self.out.put(word);
        }
    }

    /// Length of the value without quotation marks at `start`.
    fn bare_len(&self, start: usize, place: Place) -> usize {
        let rest = &self.bytes[start..];
        let mut len = 0;
        // Brackets opened within the value, which may close there.
        let mut nested = 0_usize;
        while let Some(&byte) = rest.get(len) {
            let at = start + len;
            let apart = len > 0 && rest[len - 1].is_ascii_whitespace();
            let stops = match byte {
                b'\n' | b'\r' | b'}' => true,
                b']' | b')' if nested > 0 => {
                    nested -= 1;
                    false
                }
                b']' => self.awaits(b']') || self.ends_item(at + 1),
                b')' => self.awaits(b')'),
                b',' => place == Place::Element || self.comma_ends_value(&rest[..len], at + 1),
                b';' => rest.get(len + 1).is_none_or(|b| b.is_ascii_whitespace() || *b == b'}'),
                b'#' => apart,
                b'/' => rest[len..].starts_with(b"/*") || (apart && rest[len..].starts_with(b"//")),
                b'`' => rest[len..].starts_with(b"```"),
                b'{' | b'[' if apart && place == Place::Element => true,
                b'[' | b'(' => {
                    nested += 1;
                    false
                }
                _ if apart && place == Place::Element => {
                    quote_at(self.bytes, at).is_some() || is_scalar(&rest[..len])
                }
                _ if apart => quote_at(self.bytes, at).is_some_and(|quote| self.is_key(quote, at)),
                _ => false,
            };
            if stops {
                break;
            }
            len += 1;
        }
        len
    }

    /// Whether what is before `after` is followed by the end of an item.
    fn ends_item(&self, after: usize) -> bool {
        matches!(self.bytes.get(self.blank_end(after)), None | Some(b',' | b'}' | b']'))
    }

    /// Whether a comma before `after` ends the member's value `value`, rather than being part of it.
    fn comma_ends_value(&self, value: &[u8], after: usize) -> bool {
        if is_scalar(value) && !self.bytes.get(after).is_some_and(u8::is_ascii_digit) {
            return true;
        }
        let next = self.blank_end(after);
        let new_line = self.text.get(after..next).is_some_and(|blank| blank.contains('\n'));
        new_line
            || matches!(
                self.bytes.get(next),
                None | Some(b'}' | b']' | b',' | b'.' | b'/' | b'#' | b'{' | b'[')
            )
            || quote_at(self.bytes, next).is_some_and(|quote| quote.mark != Mark::Backtick)
            || word_before_colon(self.bytes, next)
    }

    /// Writes the source from `start` to `end` as a string.
    fn put_bare(&mut self, start: usize, end: usize) -> Result<(), Halt> {
        let extent = Self::bare_extent(start, end);
        self.put_string(&extent)
    }
}

/// The word without a quotation mark at its end that has no counterpart: `b"`.
fn without_odd_mark(word: &str) -> &str {
    match word.strip_suffix('"') {
        Some(plain) if !plain.contains('"') => plain,
        _ => word,
    }
}

/// Whether `word` is a number or literal, and perhaps white space.
pub(super) fn is_scalar(word: &[u8]) -> bool {
    // Only the first word counts, and a long word is a word: so this costs next to nothing.
    let Some(word) = (word.len() <= 64).then_some(word).and_then(|w| std::str::from_utf8(w).ok()) else {
        return false;
    };
    let word = word.trim_end();
    number(word).is_some() || ["true", "false", "null", "none"].iter().any(|l| word.eq_ignore_ascii_case(l))
}

/// The number that `word` was meant to be, in JSON's grammar and digit for digit.
///
/// `+1`, `.5`, `1.`, `007`, `1_000` and `1e` (cut off) are numbers; `1.2.3` and `10/12` are not.
fn number(word: &str) -> Option<Cow<'_, str>> {
    let bytes = word.as_bytes();
    if !bytes.first().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.')) {
        return None;
    }
    if number_end(bytes, 0) == Ok(bytes.len()) {
        return Some(Cow::Borrowed(word));
    }
    if !bytes.iter().all(|b| b.is_ascii_digit() || b"+-.eE_".contains(b)) {
        return None;
    }
    let plain = word.replace('_', "");
    let (sign, rest) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, ""));
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    if whole.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut number = format!("{sign}{whole}");
    if let Some(fraction) = fraction {
        number.push('.');
        number.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if !exponent.trim_start_matches(['+', '-']).is_empty() {
        number.push('e');
        number.push_str(exponent);
    }
    (number_end(number.as_bytes(), 0) == Ok(number.len())).then_some(Cow::Owned(number))
}
