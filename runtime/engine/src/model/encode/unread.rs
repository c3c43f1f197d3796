//! Words that `WordPiece` takes for unknown as a whole, read as far as they can be.
//!
//! One foreign sign in a word, or one character too many, makes all of it a single unknown token: whoever glues
//! such a sign to every word would hide the text from the model.

use std::collections::HashSet;
use std::ops::Range;

use tokenizers::models::ModelWrapper;
use tokenizers::normalizer::Range as Of;
use tokenizers::{Model, NormalizedString, Normalizer, Tokenizer};

/// What a tokenizer knows of single characters.
pub(super) struct Unread {
    /// The token of what is unknown, and how texts may write it themselves.
    id: u32,
    name: String,
    /// Characters that can begin a word and go on with one: words of them alone are never unknown.
    letters: HashSet<char>,
    /// Characters of the longest word that is read.
    longest: usize,
}

impl Unread {
    /// That of a tokenizer which gives whole words up.
    pub(super) fn of(tokenizer: &Tokenizer) -> Option<Self> {
        let ModelWrapper::WordPiece(model) = tokenizer.get_model() else { return None };
        let id = model.token_to_id(&model.unk_token)?;
        let vocabulary = model.get_vocab();
        let single = |token: &str| {
            let mut chars = token.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        let begin: HashSet<char> = vocabulary.keys().filter_map(|token| single(token)).collect();
        let go_on =
            vocabulary.keys().filter_map(|token| token.strip_prefix(&*model.continuing_subword_prefix));
        let letters = go_on.filter_map(single).filter(|c| begin.contains(c)).collect();
        let longest = model.max_input_chars_per_word.max(1);
        Some(Self { id, name: model.unk_token.clone(), letters, longest })
    }

    /// Whether a token stands for a word that may be read further.
    pub(super) fn is(&self, id: u32, word: &str) -> bool {
        id == self.id && word != self.name
    }

    /// The tokens of such a word, each with its bytes: what is known of it, and one for each run of what is not.
    /// `None` if nothing of it is known. Linear in the word.
    pub(super) fn read(&self, tokenizer: &Tokenizer, word: &str) -> Option<Vec<(u32, usize, usize)>> {
        let mut normal = NormalizedString::from(word);
        if let Some(normalizer) = tokenizer.get_normalizer() {
            normalizer.normalize(&mut normal).ok()?;
        }
        let text = normal.get();
        let mut tokens: Vec<(u32, Range<usize>)> = Vec::new();
        for part in self.parts(text) {
            for token in tokenizer.get_model().tokenize(text.get(part.clone())?).ok()? {
                let place = part.start + token.offsets.0..part.start + token.offsets.1;
                match tokens.last_mut() {
                    Some((id, last)) if token.id == self.id && *id == self.id => last.end = place.end,
                    _ => tokens.push((token.id, place)),
                }
            }
        }
        if tokens.iter().all(|(id, _)| *id == self.id) {
            return None;
        }
        let place = |(id, place)| {
            let place = normal.convert_offsets(Of::Normalized(place))?;
            Some((id, place.start, place.end))
        };
        tokens.into_iter().map(place).collect()
    }

    /// Runs of letters, none of them too long, and every other character by itself.
    fn parts(&self, text: &str) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut room = 0;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            let letter = self.letters.contains(&c);
            match parts.last_mut().filter(|_| letter && room > 0) {
                Some(part) => part.end = end,
                None if c.is_whitespace() => {}
                None => {
                    room = self.longest;
                    parts.push(at..end);
                }
            }
            room = if letter { room - 1 } else { 0 };
        }
        parts
    }
}
