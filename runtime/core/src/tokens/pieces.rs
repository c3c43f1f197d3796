//! Cutting a text into the pieces that are encoded one by one.
//!
//! Each encoding publishes a regular expression for this (`pat_str` in tiktoken). Its alternatives are
//! written out here as scans over character classes: several times as fast as the expression, and linear
//! by construction, since no scan looks at a run of characters more than a fixed number of times.

use super::char_class::{CharClass, Classes};

/// Which expression cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// GPT-2 and GPT-3: `r50k_base`, `p50k_base`, `p50k_edit`.
    Gpt2,
    /// `cl100k_base`.
    Cl100k,
    /// `o200k_base` and `o200k_harmony`.
    O200k,
}

/// The pieces of a text, in order, without gaps.
pub(super) struct Pieces<'a> {
    text: &'a str,
    at: usize,
    pattern: Pattern,
    classes: Classes,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str, pattern: Pattern) -> Self {
        Self { text, at: 0, pattern, classes: Classes::get() }
    }

    fn class(&self, at: usize) -> Option<(CharClass, usize)> {
        self.classes.at(self.text, at)
    }

    fn run(&self, at: usize, belongs: impl Fn(CharClass) -> bool) -> usize {
        self.classes.run(self.text, at, belongs)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// `'(?:[sdmt]|ll|ve|re)`, in either case if `any_case`; then also the long s, which folds to `s`.
    fn contraction(&self, at: usize, any_case: bool) -> Option<usize> {
        if self.byte(at) != Some(b'\'') {
            return None;
        }
        let fold = |b: u8| if any_case { b.to_ascii_lowercase() } else { b };
        let rest = &self.text.as_bytes()[at + 1..];
        match rest.first().map(|&b| fold(b))? {
            b's' | b'd' | b'm' | b't' => return Some(at + 2),
            0xc5 if any_case && rest.get(1) == Some(&0xbf) => return Some(at + 3),
            _ => {}
        }
        let two = [fold(rest[0]), fold(*rest.get(1)?)];
        matches!(&two, b"ll" | b"ve" | b"re").then_some(at + 3)
    }

    /// Up to three numbers.
    fn numbers(&self, start: usize) -> usize {
        let mut at = start;
        for _ in 0..3 {
            match self.class(at) {
                Some((CharClass::Number, next)) => at = next,
                _ => break,
            }
        }
        at
    }

    /// White space at `start`: up to the last line break if `breaks` and there is one, else all at the end
    /// of the text, else all but the last character, which goes with what follows.
    fn space(&self, start: usize, breaks: bool) -> usize {
        let (mut at, mut last, mut after_break) = (start, start, None);
        while let Some((class, next)) = self.class(at)
            && class.is_space()
        {
            if class == CharClass::Newline {
                after_break = Some(next);
            }
            last = at;
            at = next;
        }
        match after_break {
            _ if at == self.text.len() && self.pattern == Pattern::Cl100k => at,
            Some(end) if breaks => end,
            _ if at == self.text.len() || last == start => at,
            _ => last,
        }
    }

    fn gpt2(&self, start: usize) -> usize {
        if let Some(end) = self.contraction(start, false) {
            return end;
        }
        // An optional space (the character, not the class) leads a run.
        let lead = start + usize::from(self.byte(start) == Some(b' '));
        match self.class(lead) {
            Some((class, next)) if class.is_letter() => self.run(next, CharClass::is_letter),
            Some((CharClass::Number, next)) => self.run(next, |c| c == CharClass::Number),
            Some((class, next)) if class.is_symbol() => self.run(next, CharClass::is_symbol),
            _ => self.space(start, false),
        }
    }

    fn cl100k(&self, start: usize) -> usize {
        if let Some(end) = self.contraction(start, true) {
            return end;
        }
        let Some((class, next)) = self.class(start) else { return start };
        if class.is_letter() {
            return self.run(next, CharClass::is_letter);
        }
        if class.leads_word()
            && let Some((second, after)) = self.class(next)
            && second.is_letter()
        {
            return self.run(after, CharClass::is_letter);
        }
        if class == CharClass::Number {
            return self.numbers(start);
        }
        self.symbols(start, |b| matches!(b, b'\r' | b'\n')).unwrap_or_else(|| self.space(start, true))
    }

    /// ` ?[^\s\p{L}\p{N}]+` and then all bytes that satisfy `tail`.
    fn symbols(&self, start: usize, tail: impl Fn(u8) -> bool) -> Option<usize> {
        let lead = start + usize::from(self.byte(start) == Some(b' '));
        let mut at = self.run(lead, CharClass::is_symbol);
        if at == lead {
            return None;
        }
        while self.byte(at).is_some_and(&tail) {
            at += 1;
        }
        Some(at)
    }

    fn o200k(&self, start: usize) -> usize {
        let Some((class, next)) = self.class(start) else { return start };
        let lead = class.leads_word().then_some(next);
        // The leading character is tried as one, then as part of the word (a mark can be both); all of
        // the first alternative comes before the second.
        let word = lead
            .and_then(|at| self.word_with_lower(at))
            .or_else(|| self.word_with_lower(start))
            .or_else(|| lead.and_then(|at| self.upper_word(at)))
            .or_else(|| self.upper_word(start));
        if let Some(end) = word {
            return self.contraction(end, true).unwrap_or(end);
        }
        if class == CharClass::Number {
            return self.numbers(start);
        }
        self.symbols(start, |b| matches!(b, b'\r' | b'\n' | b'/')).unwrap_or_else(|| self.space(start, true))
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`: the first run gives back as much as
    /// the second needs.
    fn word_with_lower(&self, start: usize) -> Option<usize> {
        let (mut at, mut after_shared) = (start, None);
        while let Some((class, next)) = self.class(at)
            && class.is_upperish()
        {
            if class.is_lowerish() {
                after_shared = Some(next);
            }
            at = next;
        }
        let end = self.run(at, CharClass::is_lowerish);
        if end > at { Some(end) } else { after_shared }
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+`, where the other alternative has failed: no lower-case letter
    /// follows.
    fn upper_word(&self, start: usize) -> Option<usize> {
        let end = self.run(start, CharClass::is_upperish);
        (end > start).then_some(end)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let end = match self.pattern {
            Pattern::Gpt2 => self.gpt2(start),
            Pattern::Cl100k => self.cl100k(start),
            Pattern::O200k => self.o200k(start),
        };
        // Every alternative takes at least one character; a loop without end must be impossible even so.
        let end = if end > start { end } else { self.class(start).map_or(self.text.len(), |(_, next)| next) };
        self.at = end;
        self.text.get(start..end)
    }
}
