//! VADER's rules, with the scores of nltk's `SentimentIntensityAnalyzer`.
//!
//! A token scores by the lexicon, changed by capitals, by the three tokens before it and by idioms around
//! it. nltk places every token where the same token *first* occurs; so a score is worked out once per
//! distinct token and remembered. Tokens stream through a window: nothing is kept per token.

use super::PolarityScores;
use super::known::Known;
use super::lexicon::{Effect, Role};
use super::sums::Sums;
use super::token::{Pace, Token, Tokens};
use crate::interrupt::{Interrupt, Interrupted};

/// How much a booster adds, and a dampener takes.
const BOOST: f64 = 0.293;
/// What capitals add among words that are not all capitals.
const CAPITALS: f64 = 0.733;
/// What negation multiplies by.
const NEGATION: f64 = -0.74;
/// A modifier counts less the further away it stands.
const BY_DISTANCE: [f64; 3] = [1.0, 0.95, 0.9];
/// Each `!`, up to [`MAX_EXCLAMATIONS`].
const EXCLAMATION: f64 = 0.292;
const MAX_EXCLAMATIONS: usize = 4;
/// Each `?` of two or three; more are [`MANY_QUESTIONS`].
const QUESTION: f64 = 0.18;
const MANY_QUESTIONS: f64 = 0.96;

/// Idioms with a sentiment of their own, in lower case only.
const IDIOMS: [(&[&str], f64); 7] = [
    (&["the", "shit"], 3.0),
    (&["the", "bomb"], 3.0),
    (&["bad", "ass"], 1.5),
    (&["yeah", "right"], -2.0),
    (&["cut", "the", "mustard"], 2.0),
    (&["kiss", "of", "death"], -1.5),
    (&["hand", "to", "mouth"], -2.0),
];

/// Dampeners of two words, in lower case only.
const DAMPENING_PAIRS: [[&str; 2]; 3] = [["just", "enough"], ["kind", "of"], ["sort", "of"]];

/// Tokens in the window: three before the one at hand, two after, rounded up to a power of two.
const WINDOW: usize = 8;
/// How far the rules look ahead.
const AHEAD: usize = 2;

/// Scores a text, asking the interrupt as it goes.
pub(super) fn score(text: &str, interrupt: Interrupt<'_>) -> Result<PolarityScores, Interrupted> {
    let mut analysis = Analysis::new(text, interrupt);
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next(&mut analysis.pace)? {
        analysis.window[analysis.seen % WINDOW] = token;
        analysis.seen += 1;
        if let Some(index) = analysis.seen.checked_sub(AHEAD + 1) {
            analysis.add(index)?;
        }
    }
    for index in analysis.seen.saturating_sub(AHEAD)..analysis.seen {
        analysis.add(index)?;
    }
    Ok(analysis.sums.finish(emphasis(&tokens)))
}

#[derive(Debug)]
struct Analysis<'a> {
    text: &'a str,
    pace: Pace<'a>,
    window: [Token<'a>; WINDOW],
    /// Tokens read so far.
    seen: usize,
    /// Whether some token is not in capitals; found out when the first one in capitals matters.
    mixed_case: Option<bool>,
    known: Known<'a>,
    sums: Sums,
}

impl<'a> Analysis<'a> {
    fn new(text: &'a str, interrupt: Interrupt<'a>) -> Self {
        Self {
            text,
            pace: Pace::new(interrupt),
            window: [Token::NONE; WINDOW],
            seen: 0,
            mixed_case: None,
            known: Known::default(),
            sums: Sums::default(),
        }
    }

    /// The token at `index`, which lies in the window.
    const fn token(&self, index: usize) -> Token<'a> {
        self.window[index % WINDOW]
    }

    /// The token after the one at `index`, if the text has one.
    fn after(&self, index: usize, distance: usize) -> Option<Token<'a>> {
        (index + distance < self.seen).then(|| self.token(index + distance))
    }

    /// Adds the sentiment of the token at `index` to the sums.
    fn add(&mut self, index: usize) -> Result<(), Interrupted> {
        let token = self.token(index);
        let Some(word) = token.word else {
            self.sums.add_neutral();
            return Ok(());
        };
        if word.role == Role::But {
            self.sums.turn();
        }
        let Some(valence) = word.valence else {
            self.sums.add_neutral();
            return Ok(());
        };
        if let Some(sentiment) = self.known.get(token.text, word) {
            self.sums.add(sentiment);
            return Ok(());
        }
        let sentiment = self.sentiment(token, valence, index)?;
        self.known.insert(token.text, word, sentiment);
        self.sums.add(sentiment);
        Ok(())
    }

    /// The sentiment of a token of the lexicon at `index`.
    fn sentiment(&mut self, token: Token<'a>, valence: f64, index: usize) -> Result<f64, Interrupted> {
        let kind = token.word.is_some_and(|word| word.role == Role::Kind);
        if kind && self.after(index, 1).is_some_and(|next| has_role(next, Role::Of)) {
            return Ok(0.0);
        }
        let mut sentiment = valence;
        if self.stands_out(token)? {
            sentiment += if sentiment > 0.0 { CAPITALS } else { -CAPITALS };
        }
        for distance in 1..=index.min(3) {
            let before = self.token(index - distance);
            if has_valence(before) {
                continue;
            }
            sentiment += self.modification(before, sentiment)? * BY_DISTANCE[distance - 1];
            sentiment = self.negate(sentiment, index, distance)?;
            if distance == 3 {
                sentiment = self.idioms(sentiment, index);
            }
        }
        Ok(self.least(sentiment, index))
    }

    /// Whether the token is in capitals while the text is not.
    fn stands_out(&mut self, token: Token<'a>) -> Result<bool, Interrupted> {
        if !token.is_upper(&mut self.pace)? {
            return Ok(false);
        }
        if let Some(mixed) = self.mixed_case {
            return Ok(mixed);
        }
        let mut mixed = false;
        let mut tokens = Tokens::new(self.text);
        while let Some(token) = tokens.next(&mut self.pace)? {
            if !token.is_upper(&mut self.pace)? {
                mixed = true;
                break;
            }
        }
        self.mixed_case = Some(mixed);
        Ok(mixed)
    }

    /// What a booster or dampener adds to a sentiment near it.
    fn modification(&mut self, modifier: Token<'a>, sentiment: f64) -> Result<f64, Interrupted> {
        let change = match modifier.word.map(|word| word.effect) {
            Some(Effect::Boost) => BOOST,
            Some(Effect::Dampen) => -BOOST,
            _ => return Ok(0.0),
        };
        let change = if sentiment < 0.0 { -change } else { change };
        if !self.stands_out(modifier)? {
            return Ok(change);
        }
        Ok(if sentiment > 0.0 { change + CAPITALS } else { change - CAPITALS })
    }

    /// Negation by the token `distance` before `index`, unless `never so` and the like strengthen. For
    /// those nltk looks at the tokens as written, and at distance three at the nearest one alone too.
    fn negate(&mut self, sentiment: f64, index: usize, distance: usize) -> Result<f64, Interrupted> {
        let token = self.token(index - distance);
        let so = |token: Token<'_>| matches!(token.text, "so" | "this");
        let factor = match distance {
            2 if token.text == "never" && so(self.token(index - 1)) => 1.5,
            3 if token.text == "never" && so(self.token(index - 2)) || so(self.token(index - 1)) => 1.25,
            _ if token.negates(&mut self.pace)? => NEGATION,
            _ => return Ok(sentiment),
        };
        Ok(sentiment * factor)
    }

    /// Idioms and dampening pairs around the token at `index`, which has three before it.
    fn idioms(&self, sentiment: f64, index: usize) -> f64 {
        let [three, two, one, zero] = [3, 2, 1, 0].map(|back| self.token(index - back));
        let before: [&[Token<'_>]; 5] =
            [&[one, zero], &[two, one, zero], &[two, one], &[three, two, one], &[three, two]];
        let mut sentiment = before.into_iter().find_map(idiom).unwrap_or(sentiment);
        if let Some(next) = self.after(index, 1) {
            sentiment = idiom(&[zero, next]).unwrap_or(sentiment);
            if let Some(second) = self.after(index, 2) {
                sentiment = idiom(&[zero, next, second]).unwrap_or(sentiment);
            }
        }
        if dampens(three, two) || dampens(two, one) {
            sentiment -= BOOST;
        }
        sentiment
    }

    /// `least` right before negates, but for `at least` and `very least`.
    fn least(&self, sentiment: f64, index: usize) -> f64 {
        if index == 0 || !has_role(self.token(index - 1), Role::Least) {
            return sentiment;
        }
        let first = index.checked_sub(2).map(|first| self.token(first));
        if first.is_some_and(|token| has_role(token, Role::At) || has_role(token, Role::Very)) {
            return sentiment;
        }
        sentiment * NEGATION
    }
}

fn has_role(token: Token<'_>, role: Role) -> bool {
    token.word.is_some_and(|word| word.role == role)
}

fn has_valence(token: Token<'_>) -> bool {
    token.word.is_some_and(|word| word.valence.is_some())
}

fn opens(token: Token<'_>) -> bool {
    token.word.is_some_and(|word| word.opens)
}

/// The sentiment of the idiom that the tokens are.
fn idiom(tokens: &[Token<'_>]) -> Option<f64> {
    if !opens(*tokens.first()?) {
        return None;
    }
    let is = |idiom: &[&str]| idiom.iter().copied().eq(tokens.iter().map(|token| token.text));
    IDIOMS.iter().find(|(idiom, _)| is(idiom)).map(|(_, sentiment)| *sentiment)
}

/// Whether the two tokens are a dampener.
fn dampens(first: Token<'_>, second: Token<'_>) -> bool {
    opens(first) && DAMPENING_PAIRS.contains(&[first.text, second.text])
}

/// What the marks of the whole text add to a sum.
fn emphasis(tokens: &Tokens<'_>) -> f64 {
    let questions = match tokens.questions {
        0 | 1 => 0.0,
        few @ (2 | 3) => few as f64 * QUESTION,
        _ => MANY_QUESTIONS,
    };
    tokens.exclamations.min(MAX_EXCLAMATIONS) as f64 * EXCLAMATION + questions
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::look_up;
    use super::*;

    #[test]
    fn first_words_of_idioms_are_openers() {
        let firsts =
            IDIOMS.iter().map(|(idiom, _)| idiom[0]).chain(DAMPENING_PAIRS.iter().map(|pair| pair[0]));
        for first in firsts {
            assert!(look_up(first, true).is_some_and(|word| word.opens), "{first}");
        }
    }
}
