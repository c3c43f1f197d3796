//! Byte-pair encoding in linear time, whatever the text.
//!
//! The usual algorithm merges the best pair of neighbours again and again: quadratic, or `n log n` with a
//! heap and tens of bytes of memory per byte of text. Here the encoding is searched from the left
//! instead: take the longest token that may stand next to the previous one, and go back where that ends
//! in nothing. Each position is given up at most once, so the search is linear. That a sequence in which
//! every two neighbours stay apart is *the* encoding is shown in GitHub's article "So many tokens, so
//! little time" (2024), whose algorithm this is.

use super::TokenizerError;
use super::vocabulary::Vocabulary;
use crate::interrupt::Interrupt;

/// How many steps go by between two looks at the interrupt: well under a millisecond.
const STEPS_BETWEEN_CHECKS: u32 = 8_192;

/// Encodes pieces one after another; keeps its memory for the next.
#[derive(Default)]
pub(super) struct Merger {
    tokens: Vec<u32>,
    /// One bit per position from which the rest cannot be encoded.
    dead: Vec<u64>,
    steps: u32,
}

impl Merger {
    /// The tokens of one piece, as ranks.
    pub(super) fn encode(
        &mut self,
        vocabulary: &Vocabulary,
        piece: &[u8],
        interrupt: &Interrupt<'_>,
    ) -> Result<&[u32], TokenizerError> {
        self.tokens.clear();
        let mut candidate = vocabulary.longest_match(piece);
        // Most words are tokens, and every token encodes to itself.
        if let Some(token) = candidate
            && vocabulary.len(token) == piece.len()
        {
            self.tokens.push(token);
            return Ok(&self.tokens);
        }
        self.dead.clear();
        self.dead.resize(piece.len() / 64 + 1, 0);
        let mut at = 0;
        while let Some(token) = candidate {
            self.steps = self.steps.wrapping_add(1);
            if self.steps.is_multiple_of(STEPS_BETWEEN_CHECKS) {
                interrupt.check()?;
            }
            if let Some(token) = self.fitting(vocabulary, token, at) {
                self.tokens.push(token);
                at += vocabulary.len(token);
                candidate = vocabulary.longest_match(&piece[at..]);
            } else {
                self.dead[at / 64] |= 1 << (at % 64);
                // Unreachable with a vocabulary that has every byte, yet no reason to panic.
                let Some(last) = self.tokens.pop() else { return Err(TokenizerError::no_encoding()) };
                at -= vocabulary.len(last);
                candidate = Some(last);
            }
        }
        Ok(&self.tokens)
    }

    /// The longest token, `token` or one that it starts with, that may come next at `at`.
    fn fitting(&self, vocabulary: &Vocabulary, token: u32, at: usize) -> Option<u32> {
        let last = self.tokens.last();
        let mut next = Some(token);
        while let Some(token) = next {
            let end = at + vocabulary.len(token);
            let dead = self.dead[end / 64] >> (end % 64) & 1 == 1;
            if !dead && last.is_none_or(|&last| vocabulary.stay_apart(last, token)) {
                return Some(token);
            }
            next = vocabulary.shorter(token);
        }
        None
    }
}
