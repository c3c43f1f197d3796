//! What of a long source matters for a claim, and the parts of a long claim. `training/consistency/select.py` has
//! the same.

use std::collections::{BTreeSet, HashMap};

use super::tokens::Token;

/// Words of a source that a part of a claim is compared with.
const MOST_WORDS: usize = 150;

/// Words of a part of a claim.
const LONGEST_PART: usize = 120;

/// Sentences of a source that are looked at for one word: the first that have it.
const MOST_SENTENCES: usize = 256;

/// The words by sentence.
pub(super) fn sentences<T: AsRef<Token>>(tokens: &[T]) -> impl Iterator<Item = &[T]> {
    tokens.chunk_by(|a, b| a.as_ref().sentence == b.as_ref().sentence)
}

impl AsRef<Self> for Token {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Whole sentences together, as many as fit.
pub(super) fn parts(claim: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut rest = claim;
    std::iter::from_fn(move || {
        let mut size = 0;
        for sentence in sentences(rest) {
            if size > 0 && size + sentence.len() > LONGEST_PART {
                break;
            }
            size += sentence.len();
        }
        let (part, after) = rest.split_at_checked(size).filter(|_| size > 0)?;
        rest = after;
        Some(part)
    })
}

/// A source that claims are compared with.
pub(super) struct Source<'a> {
    tokens: &'a [Token],
    sentences: Vec<&'a [Token]>,
    /// The sentences that have a stem, by their position.
    places: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Source<'a> {
    /// Notes which sentences have which words.
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        let sentences: Vec<_> = sentences(tokens).collect();
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, sentence) in sentences.iter().enumerate() {
            for token in *sentence {
                let places = places.entry(token.stem.as_str()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        Self { tokens, sentences, places }
    }

    /// The sentences that share the rarest words with the part, in their order, up to [`MOST_WORDS`].
    pub(super) fn relevant(&self, part: &[Token]) -> Vec<&'a Token> {
        if self.tokens.len() <= MOST_WORDS {
            return self.tokens.iter().collect();
        }
        let mut scores: HashMap<usize, f64> = HashMap::new();
        let asked: BTreeSet<&str> = part.iter().map(|token| token.stem.as_str()).collect();
        for places in asked.into_iter().filter_map(|word| self.places.get(word)) {
            let rarity = (1.0 + self.sentences.len() as f64 / places.len() as f64).ln();
            for at in places.iter().take(MOST_SENTENCES) {
                *scores.entry(*at).or_default() += rarity;
            }
        }
        let mut order: Vec<(usize, f64)> = scores.into_iter().collect();
        order.sort_unstable_by(|(a, first), (b, second)| second.total_cmp(first).then(a.cmp(b)));
        let mut total = 0;
        let mut taken: Vec<usize> = Vec::new();
        for (at, _) in order {
            let size = self.sentences.get(at).map_or(0, |sentence| sentence.len());
            if total + size <= MOST_WORDS {
                taken.push(at);
                total += size;
            }
        }
        taken.sort_unstable();
        taken.iter().filter_map(|at| self.sentences.get(*at)).copied().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn parts_are_whole_sentences() {
        let claim = tokens(&"Five words are in this. ".repeat(100));
        let found: Vec<usize> = parts(&claim).map(<[Token]>::len).collect();
        assert_eq!(found.iter().sum::<usize>(), 500);
        assert!(found.iter().all(|size| *size == 120 || *size == 20), "{found:?}");
        assert_eq!(parts(&tokens("")).count(), 0);
    }

    #[test]
    fn sentences_with_rare_words_in_common_are_taken() {
        let text =
            format!("{}The otter sleeps. {}", "It rained all day. ".repeat(60), "It rained. ".repeat(60));
        let (source, claim) = (tokens(&text), tokens("An otter sleeps all day"));
        let source = Source::new(&source);
        let found: Vec<_> = source.relevant(&claim).iter().map(|token| token.word.as_str()).collect();
        assert!(found.contains(&"otter") && found.len() <= MOST_WORDS, "{found:?}");
        assert!(source.relevant(&tokens("Nothing here")).is_empty());
    }
}
