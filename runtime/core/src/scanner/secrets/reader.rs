//! Reads on in a text of which more may come.

use crate::span::Span;
use crate::text::escape::control_sequence;

/// A place in a text, and whether anything asked for what is behind its end: more of it may then decide otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    ended: bool,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(text: &'t [u8], at: usize) -> Self {
        Self { text, at, ended: false }
    }

    /// Where it is.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Whether what follows the text may decide.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// What is between a place and where it is.
    pub(super) fn since(&self, start: usize) -> &'t [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.ended |= self.rest().is_empty();
        self.rest().first().copied()
    }

    /// Goes behind up to `most` bytes of a kind, and returns them.
    pub(super) fn skip(&mut self, most: usize, of: impl Fn(u8) -> bool) -> &'t [u8] {
        let rest = self.rest();
        let count = rest.iter().take(most).take_while(|byte| of(**byte)).count();
        self.ended |= count < most && count == rest.len();
        self.at += count;
        &rest[..count]
    }

    /// Goes behind an escape of a terminal, as that of a colour, if one comes next.
    pub(super) fn take_control(&mut self) -> bool {
        let (length, open) = control_sequence(self.rest());
        self.at += length.unwrap_or_default();
        self.ended |= open;
        length.is_some()
    }

    /// Goes behind `word` if it comes next.
    pub(super) fn take(&mut self, word: &[u8]) -> bool {
        let rest = self.rest();
        let next = rest.starts_with(word);
        if next {
            self.at += word.len();
        }
        self.ended |= !next && word.starts_with(rest);
        next
    }

    /// Goes behind the first of `words` that comes next.
    pub(super) fn take_one(&mut self, words: &[&[u8]]) -> bool {
        words.iter().any(|word| self.take(word))
    }

    /// Stays where it is if nothing comes of it.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let at = self.at;
        let result = read(self);
        if result.is_none() {
            self.at = at;
        }
        result
    }
}

/// Whether what follows the text decides about what is read from a place on.
pub(super) fn is_cut(text: &[u8], at: usize, read: impl FnOnce(&mut Reader<'_>) -> Option<Span>) -> bool {
    let mut reader = Reader::new(text, at);
    read(&mut reader);
    reader.ended()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_counts_only_where_it_was_asked_for() {
        let mut reader = Reader::new(b"ab: x", 0);
        assert_eq!(reader.skip(9, |byte| byte.is_ascii_alphabetic()), b"ab");
        assert!(!reader.take(b"=") && reader.take_one(&[b"::", b":"]) && !reader.ended());
        assert_eq!(reader.attempt(|reader| reader.take(b" y").then_some(())), None);
        assert_eq!((reader.at(), reader.ended()), (3, false));
        assert!(!reader.take(b" xy") && reader.ended());
    }
}
