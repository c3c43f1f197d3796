//! Texts as tokens: bounded in memory, stopped when nobody waits any more, mapped back to bytes.

mod growth;
mod unread;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyshield_core::{Interrupt, Interrupted};
use tokenizers::Tokenizer;

use super::case::Case;
use super::config::TokenTypes;
use super::error::{ModelFault, brief};
use unread::Unread;

/// Bytes that are tokenised in one go. The tokenizer keeps about a hundred bytes for each token, and can not
/// be interrupted.
const PIECE: usize = 16 * 1024;

/// A tokenizer, and what it puts around a text and between two.
pub(crate) struct Encoder {
    tokenizer: Tokenizer,
    token_types: TokenTypes,
    /// For words it takes for unknown as a whole.
    unread: Option<Unread>,
    alone: Frame,
    pair: Frame,
    /// The id that fills a row up to the longest of its batch.
    pub(crate) padding: u32,
}

/// The special tokens around one text, or around and between two.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Frame {
    pub(crate) before: Vec<u32>,
    pub(crate) between: Vec<u32>,
    pub(crate) after: Vec<u32>,
    /// The type of the second text's tokens.
    pub(crate) second: u8,
}

impl Frame {
    /// How many special tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.before.len() + self.between.len() + self.after.len()
    }
}

/// A token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) id: u32,
    /// The bytes it stands for.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Which word of the text it is part of.
    pub(crate) word: u32,
    /// [`Case`] of that word.
    pub(crate) case: u8,
}

/// Why a text could not be tokenised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EncodeError {
    Interrupted(Interrupted),
    Fault(ModelFault),
}

/// The tokens of a text, up to the most that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<Token>,
    /// Where in the text the tokens end: its length, unless there were too many.
    pub(crate) covered: usize,
}

impl Encoder {
    /// Reads a `tokenizer.json`, for windows of so many tokens.
    pub(crate) fn parse(json: &[u8], token_types: TokenTypes, window: usize) -> Result<Self, ModelFault> {
        let fault = |detail: &dyn ToString| ModelFault::unreadable("tokenizer.json", detail.to_string());
        // A file that breaks the library's assumptions may make it panic.
        let parsed = catch_unwind(|| Tokenizer::from_bytes(json)).map_err(|_| fault(&"it is malformed"))?;
        let mut tokenizer = parsed.map_err(|error| fault(&error))?;
        growth::check(&tokenizer).map_err(|detail| fault(&detail))?;
        // Rows are cut and filled here; the file may ask for it where we do not want it.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| fault(&error))?;
        let padding = ["[PAD]", "<pad>"].iter().find_map(|pad| tokenizer.token_to_id(pad)).unwrap_or(0);
        let unread = Unread::of(&tokenizer);
        let (alone, pair) = (Frame::default(), Frame::default());
        let mut encoder = Self { tokenizer, token_types, unread, alone, pair, padding };
        encoder.alone = encoder.frame(false).map_err(|detail| fault(&detail))?;
        encoder.pair = encoder.frame(true).map_err(|detail| fault(&detail))?;
        let special = encoder.alone.len().max(encoder.pair.len());
        if special > window / 2 {
            let detail =
                format!("it puts {special} tokens around a text, more than half a window of {window}");
            return Err(fault(&detail));
        }
        Ok(encoder)
    }

    /// How many different tokens there are.
    pub(crate) fn vocabulary(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// What stands around the texts.
    pub(crate) const fn frame_of(&self, pair: bool) -> &Frame {
        if pair { &self.pair } else { &self.alone }
    }

    /// The type id of a token of the first or second text.
    pub(crate) fn type_of(&self, token: Token, segment: u8) -> u8 {
        match self.token_types {
            TokenTypes::Segment => segment,
            TokenTypes::SegmentAndCase => segment + 2 * token.case,
        }
    }

    /// Learns the special tokens from an example: the template itself is private to the library.
    fn frame(&self, pair: bool) -> Result<Frame, String> {
        let example = |special| {
            catch_unwind(AssertUnwindSafe(|| {
                if pair {
                    self.tokenizer.encode(("a", "a"), special)
                } else {
                    self.tokenizer.encode("a", special)
                }
            }))
            .map_err(|_| "it panicked".to_owned())?
            .map_err(|error| brief(&error.to_string()))
        };
        let encoding = example(true)?;
        let special = encoding.get_special_tokens_mask();
        let ids = encoding.get_ids();
        let Some(first) = special.iter().position(|&mask| mask == 0) else {
            return Err("it knows no letter".to_owned());
        };
        let last = special.iter().rposition(|&mask| mask == 0).unwrap_or(first);
        let mut frame =
            Frame { before: ids[..first].to_vec(), after: ids[last + 1..].to_vec(), ..Frame::default() };
        if pair {
            let inner = (first..=last).filter(|&at| special[at] == 1).map(|at| ids[at]);
            frame.between = inner.collect();
            let kind = encoding.get_type_ids().get(last).copied().unwrap_or(0);
            frame.second = u8::from(kind > 0);
        }
        Ok(frame)
    }

    /// The tokens of a text, at most about `most` of them.
    pub(crate) fn tokens(
        &self,
        text: &str,
        most: usize,
        interrupt: &Interrupt<'_>,
    ) -> Result<Tokens, EncodeError> {
        let mut all = Tokens::default();
        let mut words = 0;
        while all.covered < text.len() && all.tokens.len() <= most {
            interrupt.check().map_err(EncodeError::Interrupted)?;
            let end = piece_end(text, all.covered);
            words = self.piece(&text[all.covered..end], all.covered, words, &mut all.tokens)?;
            all.covered = end;
        }
        if all.tokens.len() > most {
            all.tokens.truncate(most);
            all.covered = all.tokens.last().map_or(0, |token| token.end as usize);
        }
        Ok(all)
    }

    /// Appends the tokens of a piece that begins at byte `offset`; returns the next free word number.
    fn piece(
        &self,
        piece: &str,
        offset: usize,
        words: u32,
        tokens: &mut Vec<Token>,
    ) -> Result<u32, EncodeError> {
        let run = catch_unwind(AssertUnwindSafe(|| self.tokenizer.encode(piece, false)));
        let failed = |detail: &str| EncodeError::Fault(ModelFault::unreadable("tokenizer.json", detail));
        // The library's message may quote the text.
        let encoding =
            run.map_err(|_| failed("it panicked on a text"))?.map_err(|_| failed("it failed on a text"))?;
        let first = tokens.len();
        let mut next = words;
        for ((&id, &(start, end)), word) in
            encoding.get_ids().iter().zip(encoding.get_offsets()).zip(encoding.get_word_ids())
        {
            // A token without a word is one of its own.
            let word = word.map_or(next, |word| words.saturating_add(word));
            next = next.max(word.saturating_add(1));
            let (start, end) = (start.min(piece.len()), end.min(piece.len()));
            let read = match (&self.unread, piece.get(start..end)) {
                (Some(unread), Some(text)) if unread.is(id, text) => {
                    let read = catch_unwind(AssertUnwindSafe(|| unread.read(&self.tokenizer, text)));
                    read.map_err(|_| failed("it panicked on a text"))?
                }
                _ => None,
            };
            let mut put = |id, start: usize, end: usize| {
                tokens.push(Token { id, start: start as u32, end: end.max(start) as u32, word, case: 0 });
            };
            match read {
                None => put(id, start, end),
                Some(parts) => {
                    for (id, from, to) in parts {
                        put(id, start + from, start + to);
                    }
                }
            }
        }
        let added = &mut tokens[first..];
        if self.token_types == TokenTypes::SegmentAndCase {
            set_cases(piece, added);
        }
        for token in added {
            token.start += offset as u32;
            token.end += offset as u32;
        }
        Ok(next)
    }
}

/// Gives each token the case of its whole word.
fn set_cases(piece: &str, tokens: &mut [Token]) {
    for word in tokens.chunk_by_mut(|a, b| a.word == b.word) {
        let start = word.iter().map(|token| token.start).min().unwrap_or(0) as usize;
        let end = word.iter().map(|token| token.end).max().unwrap_or(0) as usize;
        let case = piece.get(start..end).map_or(Case::Lower, Case::of);
        for token in word {
            token.case = case as u8;
        }
    }
}

/// Where the piece that begins at `start` ends: before white space if there is any, so that no word is cut
/// and the next piece begins as a word in the middle of a text does.
fn piece_end(text: &str, start: usize) -> usize {
    if text.len() - start <= PIECE {
        return text.len();
    }
    let hard = text.floor_char_boundary(start + PIECE);
    let piece = &text[start..hard];
    match piece.rfind(char::is_whitespace) {
        Some(space) if space > 0 => start + space,
        _ => hard,
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("token_types", &self.token_types).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;
