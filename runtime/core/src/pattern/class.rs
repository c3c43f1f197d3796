//! `[…]`.
//!
//! Python knows no nested sets and no set operators: `[`, `&&`, `--`, `~~` and `||` are their characters.

use std::sync::Arc;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::ast::{Fold, Node};
use super::case;
use super::charset::{self, CharSet};
use super::error::PatternError;
use super::escape::{self, Escape};
use super::tokens::{Token, Tokens};

/// The class after its opening bracket, which was at `start`.
pub(super) fn parse(
    tokens: &mut Tokens,
    start: usize,
    ascii: bool,
    fold: Fold,
) -> Result<Node, PatternError> {
    let unterminated = || PatternError::new(start, "unterminated character set");
    let negated = tokens.eat('^')?;
    let mut set = Builder::new(ascii, fold);
    loop {
        let at = tokens.position();
        let low = match tokens.take()?.ok_or_else(unterminated)? {
            Token::Char(']') if !set.empty => break,
            token => item(tokens, token, at)?,
        };
        if !tokens.eat('-')? {
            set.push(low);
            continue;
        }
        let dash = tokens.position();
        let high = match tokens.take()?.ok_or_else(unterminated)? {
            Token::Char(']') => {
                set.push(low);
                set.push(Escape::Literal(u32::from('-')));
                break;
            }
            token => item(tokens, token, dash)?,
        };
        match (low, high) {
            (Escape::Literal(low), Escape::Literal(high)) if low <= high => set.push_range(low, high),
            _ => return Err(PatternError::new(at, "bad character range")),
        }
    }
    Ok(set.finish(negated))
}

fn item(tokens: &mut Tokens, token: Token, at: usize) -> Result<Escape, PatternError> {
    match token {
        Token::Char(c) => Ok(Escape::Literal(u32::from(c))),
        Token::Escape(c) => escape::in_class(tokens, c, at),
    }
}

/// A single code point under the flags.
pub(super) fn literal(code: u32, fold: Fold) -> Node {
    let mut set = Builder::new(false, fold);
    set.push_range(code, code);
    set.finish(false)
}

struct Builder {
    ascii: bool,
    fold: Fold,
    empty: bool,
    ranges: Vec<ClassUnicodeRange>,
    categories: Vec<Arc<CharSet>>,
}

impl Builder {
    const fn new(ascii: bool, fold: Fold) -> Self {
        Self { ascii, fold, empty: true, ranges: Vec::new(), categories: Vec::new() }
    }

    fn push(&mut self, item: Escape) {
        match item {
            Escape::Literal(code) => self.push_range(code, code),
            Escape::Category(category, negated) => {
                self.empty = false;
                self.categories.push(charset::category(category, self.ascii, negated));
            }
        }
    }

    /// Surrogates inside the range are dropped: no text holds any.
    fn push_range(&mut self, low: u32, high: u32) {
        self.empty = false;
        let low = char::from_u32(low).unwrap_or('\u{e000}');
        let high = char::from_u32(high).unwrap_or('\u{d7ff}');
        if low <= high {
            self.ranges.push(ClassUnicodeRange::new(low, high));
        }
    }

    fn finish(self, negated: bool) -> Node {
        if let ([], [only], false) = (&*self.ranges, &*self.categories, negated) {
            return Node::Set(Arc::clone(only));
        }
        if let ([range], [], false) = (&*self.ranges, &*self.categories, negated) {
            let c = range.start();
            let caseless = c.is_ascii() && !c.is_ascii_alphabetic();
            if c == range.end() && (self.fold == Fold::None || caseless) {
                return Node::Literal(c);
            }
        }
        let mut class = ClassUnicode::new(self.ranges);
        if !class.ranges().is_empty() {
            case::closure(&mut class, self.fold);
        }
        for category in &self.categories {
            class.union(category.class());
        }
        if negated {
            class.negate();
        }
        let set = CharSet::new(class);
        set.single().map_or_else(|| Node::Set(Arc::new(set)), Node::Literal)
    }
}
