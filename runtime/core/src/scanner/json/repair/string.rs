//! Where a string ends when its quotation marks cannot be trusted, and what is in it.
//!
//! Every mark that could close the string is judged by what follows it: a mark before `,`, `}`, `]` or `:`
//! closes, one before a letter is part of the text. Where that is not enough, the next mark decides, by
//! whether it looks like an opening or a closing one. Each look ahead ends at the next mark of its kind,
//! so that all of them together are linear in the length of the text.

use super::super::quote::{Mark, Quote, quote_at};
use super::super::shape::word_before_colon;
use super::super::validate::hex_digits;
use super::bare::is_scalar;
use super::{Halt, Repair};

/// What a string is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A member's key.
    Key,
    /// A member's value.
    Value,
    /// An element of an array.
    Element,
}

/// A string in the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// First byte of the content.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    /// Where reading goes on.
    pub(super) next: usize,
    /// Whether a mark closes it.
    pub(super) closed: bool,
    quote: Quote,
}

/// What a mark within a string turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    Closes,
    Text,
    /// It closes the next member's key, which the previous mark opened: the string was never closed.
    Overrun,
}

impl Repair<'_, '_> {
    /// Reads the string at the current position, with what `+` appends to it, and writes it.
    pub(super) fn string(&mut self, quote: Quote, place: Place) -> Result<(), Halt> {
        let mut extent = self.string_extent(quote, place)?;
        self.out.put("\"");
        loop {
            self.put_content(&extent)?;
            self.pos = extent.next;
            let Some((at, quote)) = self.concatenated(extent.next) else { break };
            self.pos = at;
            extent = self.string_extent(quote, place)?;
        }
        self.out.put("\"");
        Ok(())
    }

    /// Writes a string.
    pub(super) fn put_string(&mut self, extent: &Extent) -> Result<(), Halt> {
        self.out.put("\"");
        self.put_content(extent)?;
        self.out.put("\"");
        Ok(())
    }

    /// The string that a `+` at `at` appends: where it starts and how it is quoted.
    fn concatenated(&self, at: usize) -> Option<(usize, Quote)> {
        let plus = self.blank_end(at);
        if self.bytes.get(plus) != Some(&b'+') {
            return None;
        }
        let next = self.blank_end(plus + 1);
        Some((next, quote_at(self.bytes, next)?))
    }

    /// Past the white space at `at`.
    pub(super) fn blank_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + (rest.len() - rest.trim_start().len())
    }

    /// The source from `start` to `end`, as if it stood in quotation marks.
    pub(super) const fn bare_extent(start: usize, end: usize) -> Extent {
        let quote = Quote { mark: Mark::Double, escaped: false, len: 0 };
        Extent { start, end, next: end, closed: true, quote }
    }

    /// Finds the end of the string whose opening mark is at the current position.
    pub(super) fn string_extent(&mut self, quote: Quote, place: Place) -> Result<Extent, Halt> {
        let strict = self.pos < self.strict_until || self.rescan_budget == 0;
        let mut start = self.pos + quote.len;
        // `""text""`: doubled marks on both sides.
        let mut doubled = None;
        if !strict && let Some(len) = quote.closes_at(self.bytes, start) {
            let apart = self.blank_end(start + len) > start + len;
            if !apart && self.judge(quote, place, start + len) == Judgement::Text {
                doubled = Some(start);
                start += len;
            }
        }
        let mut at = start;
        let mut previous: Option<usize> = None;
        let mut within = 0_usize;
        while let Some((mark, len)) = quote.next_close(self.bytes, at) {
            self.meter.spend(mark - at + 1)?;
            let mut next = mark + len;
            if strict {
                return Ok(Extent { start, end: mark, next, closed: true, quote });
            }
            if let Some(first) = doubled {
                match quote.closes_at(self.bytes, next) {
                    Some(len) => next += len,
                    // Doubled only at the start: the second mark is part of the text.
                    None if self.judge(quote, place, next) == Judgement::Closes => start = first,
                    None => {}
                }
            }
            let judgement = self.judge(quote, place, next);
            // `["b, "c"]`: an odd mark within, right after a comma, opens the next element.
            let odd = place == Place::Element && judgement == Judgement::Closes && within % 2 == 1;
            if (judgement == Judgement::Overrun || odd)
                && let Some(end) = previous.and_then(|at| self.member_boundary(start, at))
            {
                return Ok(Extent { start, end, next: end, closed: false, quote });
            }
            if judgement == Judgement::Closes {
                return Ok(Extent { start, end: mark, next, closed: true, quote });
            }
            within += 1;
            previous = Some(mark);
            at = next;
        }
        let end = self.unclosed_end(start);
        Ok(Extent { start, end, next: end, closed: false, quote })
    }

    /// Judges a closing mark by what follows it, from `after` on.
    fn judge(&self, quote: Quote, place: Place, after: usize) -> Judgement {
        let next = self.blank_end(after);
        let new_line = self.text.get(after..next).is_some_and(|blank| blank.contains('\n'));
        let rest = &self.bytes[next..];
        let closes = match rest.first() {
            None => true,
            Some(b':' | b'=') if place == Place::Key => true,
            Some(b':') if place == Place::Element => true,
            Some(b':') => return Judgement::Overrun,
            Some(b'}') => self.awaits(b'}') || place == Place::Key,
            Some(b']') => self.awaits(b']'),
            Some(b')') => self.awaits(b')'),
            Some(b',') => return self.judge_comma(quote, place, next + 1),
            Some(b'+') => quote_at(self.bytes, self.blank_end(next + 1)).is_some(),
            Some(b'/') => rest.starts_with(b"//") || rest.starts_with(b"/*"),
            Some(b'#') => after < next,
            Some(b';') => new_line || self.blank_end(next + 1) > next + 1,
            Some(b'`') if rest.starts_with(b"```") => true,
            Some(b'{' | b'[') => place != Place::Value,
            Some(_) => {
                return self.judge_missing_separator(quote, place, next, new_line || after < next);
            }
        };
        if closes { Judgement::Closes } else { Judgement::Text }
    }

    /// A mark before a comma closes the string if an item follows the comma.
    fn judge_comma(&self, quote: Quote, place: Place, after: usize) -> Judgement {
        let next = self.blank_end(after);
        let closes = match self.bytes.get(next) {
            None | Some(b'}' | b']' | b')' | b',' | b'/' | b'#') => true,
            Some(b'{' | b'[' | b'-' | b'0'..=b'9') if place == Place::Element => true,
            Some(_) => match quote_at(self.bytes, next) {
                Some(_) if place != Place::Value => true,
                Some(opening) => self.starts_item(opening, next),
                None if place == Place::Value && word_before_colon(self.bytes, next) => true,
                None => !self.next_mark_closes(quote, next),
            },
        };
        if closes { Judgement::Closes } else { Judgement::Text }
    }

    /// A mark before something that is no separator closes the string if that something starts an item.
    fn judge_missing_separator(&self, quote: Quote, place: Place, next: usize, apart: bool) -> Judgement {
        let opening = quote_at(self.bytes, next);
        let closes = match (place, opening) {
            (Place::Key, _) => apart && !self.next_mark_before_colon(quote, next),
            // A key, or the start of one at which the text breaks off.
            (Place::Value, Some(opening)) => {
                let cut_off = apart && opening.next_close(self.bytes, next + opening.len).is_none();
                cut_off || self.is_key(opening, next)
            }
            (Place::Value, None) => apart && word_before_colon(self.bytes, next),
            (Place::Element, Some(_)) => apart,
            (Place::Element, None) => apart && self.scalar_ends_item(next),
        };
        if closes { Judgement::Closes } else { Judgement::Text }
    }

    /// Whether the string at `at` is followed by a colon.
    pub(super) fn is_key(&self, opening: Quote, at: usize) -> bool {
        let close = opening.next_close(self.bytes, at + opening.len);
        close.is_some_and(|(mark, len)| self.bytes.get(self.blank_end(mark + len)) == Some(&b':'))
    }

    /// Whether the mark at `at` opens a string of its own, by what follows that string.
    fn starts_item(&self, opening: Quote, at: usize) -> bool {
        opening.next_close(self.bytes, at + opening.len).is_none_or(|(mark, len)| {
            matches!(self.bytes.get(self.blank_end(mark + len)), None | Some(b':' | b',' | b'}' | b']'))
        })
    }

    /// Whether the next mark at or after `at` is followed by a colon.
    fn next_mark_before_colon(&self, quote: Quote, at: usize) -> bool {
        let close = quote.next_close(self.bytes, at);
        close.is_some_and(|(mark, len)| self.bytes.get(self.blank_end(mark + len)) == Some(&b':'))
    }

    /// Whether the next mark at or after `at` looks like a closing one: nothing that comes before a
    /// string comes before it.
    fn next_mark_closes(&self, quote: Quote, at: usize) -> bool {
        let Some((mark, _)) = quote.next_close(self.bytes, at) else { return false };
        let before = self.text.get(at..mark).unwrap_or_default();
        !before.trim_end().ends_with([',', ':', '[', '{', '(', '+', '=']) && !before.ends_with('\n')
    }

    /// Whether a number or literal stands at `at`, and then a separator.
    fn scalar_ends_item(&self, at: usize) -> bool {
        let rest = &self.bytes[at..];
        let len =
            rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || b"+-._".contains(b)).count();
        let separated = matches!(self.bytes.get(self.blank_end(at + len)), None | Some(b',' | b']' | b'"'));
        separated && is_scalar(&rest[..len])
    }

    /// Where a key that nothing closes ends: before its colon, if there is one.
    pub(super) fn cut_key(&self, key: &mut Extent) {
        let content = self.bytes.get(key.start..key.end).unwrap_or_default();
        if let Some(colon) = memchr::memchr(b':', content) {
            key.end = key.start + colon;
            key.next = key.end;
        }
    }

    /// Where a string that ran over its end up to the mark at `mark`, which opens the next key, ends: at
    /// the comma or line break before that mark. `None` when there is neither.
    fn member_boundary(&self, start: usize, mark: usize) -> Option<usize> {
        let before = self.text.get(start..mark)?;
        let trimmed = before.trim_end();
        if let Some(content) = trimmed.strip_suffix(',') {
            return Some(start + content.trim_end().len());
        }
        before[trimmed.len()..].contains('\n').then_some(start + trimmed.len())
    }

    /// Where a string that nothing closes ends: before the brackets at the end of the text that close the
    /// open containers, and a code fence after them.
    fn unclosed_end(&self, start: usize) -> usize {
        let mut content = self.text.get(start..).unwrap_or_default().trim_end();
        let fenced = content.trim_end_matches('`');
        if content.len() - fenced.len() >= 3 {
            content = fenced.trim_end();
        }
        for _ in &self.frames {
            match content.strip_suffix(['}', ']', ')']) {
                Some(shorter) => content = shorter.trim_end(),
                None => break,
            }
        }
        start + content.len()
    }

    /// Writes what is in a string, with its escapes made JSON's.
    fn put_content(&mut self, extent: &Extent) -> Result<(), Halt> {
        let mut at = extent.start;
        while at < extent.end {
            let rest = &self.bytes[at..extent.end];
            let limit = rest.len().min(1 << 16);
            let plain = rest[..limit]
                .iter()
                .position(|&b| !matches!(b, 0x20..=0x7e) || matches!(b, b'"' | b'\\'))
                .unwrap_or(limit);
            self.out.keep(&self.text[at..at + plain], at);
            at += plain;
            self.meter.spend(plain + 1)?;
            if plain == limit {
                continue;
            }
            at += if self.bytes[at] == b'\\' {
                self.put_escape(at, extent)
            } else {
                let c = self.text[at..].chars().next().unwrap_or_default();
                self.out.put_code(u32::from(c));
                c.len_utf8()
            };
        }
        Ok(())
    }

    /// Writes the escape at `at`; returns its length. What is no escape is a backslash.
    fn put_escape(&mut self, at: usize, extent: &Extent) -> usize {
        let escape = &self.bytes[at..extent.end];
        let (code, len) = match escape.get(1) {
            Some(b'b') => (0x08, 2),
            Some(b't') => (0x09, 2),
            Some(b'n') => (0x0a, 2),
            Some(b'f') => (0x0c, 2),
            Some(b'r') => (0x0d, 2),
            Some(&c @ (b'"' | b'\'' | b'`' | b'\\' | b'/')) => {
                // Within escaped marks everything is escaped once more.
                let deeper = extent.quote.escaped && c == b'\\' && escape.get(2) == Some(&b'\\');
                (u32::from(c), if deeper { 3 } else { 2 })
            }
            Some(b'u') => match hex_digits(escape, 2, 4) {
                Some(unit) => (unit, 6),
                None => (0x5c, 1),
            },
            Some(b'x') => match hex_digits(escape, 2, 2) {
                Some(unit) => (unit, 4),
                None => (0x5c, 1),
            },
            // A backslash before a typographic mark, as before an ASCII one.
            Some(0xe2) if matches!(extent.quote.mark, Mark::Curly | Mark::SingleCurly) => return 1,
            _ => (0x5c, 1),
        };
        // An escape that JSON prints the same way stands as it is.
        let before = self.out.len();
        self.out.put_code(code);
        if self.out.ends_with_since(before, &self.text[at..at + len]) {
            self.out.truncate(before);
            self.out.keep(&self.text[at..at + len], at);
        }
        len
    }
}
