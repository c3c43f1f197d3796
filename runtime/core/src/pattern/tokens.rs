//! The pattern as `CPython`'s tokenizer sees it: a backslash and what follows it are one token.

use super::error::PatternError;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A character.
    Char(char),
    /// A backslash and a character.
    Escape(char),
}

/// The pattern with a reading position and one token of look-ahead.
pub(super) struct Tokens {
    chars: Vec<char>,
    /// Behind the token of look-ahead.
    index: usize,
    next: Option<Token>,
}

impl Tokens {
    /// At the start of `pattern`.
    pub(super) fn new(pattern: &str) -> Result<Self, PatternError> {
        let mut tokens = Self { chars: pattern.chars().collect(), index: 0, next: None };
        tokens.advance()?;
        Ok(tokens)
    }

    fn advance(&mut self) -> Result<(), PatternError> {
        self.next = match self.chars.get(self.index) {
            None => None,
            Some('\\') => {
                let Some(c) = self.chars.get(self.index + 1) else {
                    return Err(PatternError::new(self.index, "bad escape (end of pattern)"));
                };
                self.index += 2;
                Some(Token::Escape(*c))
            }
            Some(c) => {
                self.index += 1;
                Some(Token::Char(*c))
            }
        };
        Ok(())
    }

    /// The next token, not taken.
    pub(super) const fn peek(&self) -> Option<Token> {
        self.next
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Result<Option<Token>, PatternError> {
        let token = self.next;
        self.advance()?;
        Ok(token)
    }

    /// Takes the next token if it is `c`.
    pub(super) fn eat(&mut self, c: char) -> Result<bool, PatternError> {
        let found = self.next == Some(Token::Char(c));
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Takes up to `most` characters that `wanted` accepts.
    pub(super) fn take_while(
        &mut self,
        most: usize,
        wanted: impl Fn(char) -> bool,
    ) -> Result<String, PatternError> {
        let mut taken = String::new();
        for _ in 0..most {
            match self.next {
                Some(Token::Char(c)) if wanted(c) => taken.push(c),
                _ => break,
            }
            self.advance()?;
        }
        Ok(taken)
    }

    /// Takes what comes before `terminator`, and the terminator; `what` names it in errors.
    pub(super) fn take_until(&mut self, terminator: char, what: &str) -> Result<String, PatternError> {
        let mut taken = String::new();
        loop {
            match self.take()? {
                None if taken.is_empty() => return Err(self.error(format!("missing {what}"))),
                None => return Err(self.error(format!("missing {terminator}, unterminated name"))),
                Some(Token::Char(c)) if c == terminator => {
                    if taken.is_empty() {
                        return Err(self.error(format!("missing {what}")));
                    }
                    return Ok(taken);
                }
                Some(Token::Char(c)) => taken.push(c),
                Some(Token::Escape(c)) => taken.extend(['\\', c]),
            }
        }
    }

    /// Where the look-ahead token starts, in code points.
    pub(super) const fn position(&self) -> usize {
        let width = match self.next {
            None => 0,
            Some(Token::Char(_)) => 1,
            Some(Token::Escape(_)) => 2,
        };
        self.index - width
    }

    /// Goes back to `position`, a value of [`Tokens::position`].
    pub(super) fn rewind(&mut self, position: usize) -> Result<(), PatternError> {
        self.index = position;
        self.advance()
    }

    /// An error at the reading position.
    pub(super) fn error(&self, reason: impl Into<String>) -> PatternError {
        PatternError::new(self.position(), reason)
    }
}
