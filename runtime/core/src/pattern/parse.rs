//! Python 3.11's pattern syntax, by the rules of `CPython`'s `re._parser`.

use std::collections::HashMap;

use super::ast::{Assert, Greed, Node, Width};
use super::charset;
use super::class;
use super::error::PatternError;
use super::escape::{self, Escape, Numeric};
use super::flags::Flags;
use super::tokens::{Token, Tokens};

/// How deep groups may nest. `CPython`'s own limit is its recursion limit, a few hundred.
pub(super) const MAX_DEPTH: usize = 100;

/// How many code points a pattern may have.
pub(super) const MAX_CODE_POINTS: usize = 262_144;

/// A parsed pattern.
#[derive(Debug)]
pub(super) struct Parsed {
    /// What it means.
    pub node: Node,
    /// How many capturing groups it has, group 0 included.
    pub groups: usize,
    /// Named groups.
    pub names: HashMap<Box<str>, usize>,
}

/// The state of a parse; groups live in `group.rs`.
pub(super) struct Parser {
    pub(super) tokens: Tokens,
    pub(super) flags: Flags,
    /// The width of each group once it is closed; group 0 never is.
    pub(super) widths: Vec<Option<Width>>,
    pub(super) names: HashMap<Box<str>, usize>,
    /// The first group number that a look-behind around here may not refer to.
    pub(super) behind: Option<usize>,
    /// Conditions on groups that may not exist yet, with their positions.
    pub(super) conditions: Vec<(usize, usize)>,
}

/// The item a quantifier applies to, and whether it may.
enum Last {
    Item,
    Assert,
    Repeat,
}

/// Parses `pattern`.
pub(super) fn parse(pattern: &str) -> Result<Parsed, PatternError> {
    if pattern.len() > MAX_CODE_POINTS && pattern.chars().count() > MAX_CODE_POINTS {
        let reason = format!("more than {MAX_CODE_POINTS} characters");
        return Err(PatternError::new(MAX_CODE_POINTS, reason));
    }
    let mut parser = Parser {
        tokens: Tokens::new(pattern)?,
        flags: Flags::default(),
        widths: vec![None],
        names: HashMap::new(),
        behind: None,
        conditions: Vec::new(),
    };
    let node = parser.alternation(0)?;
    if parser.tokens.peek().is_some() {
        return Err(parser.tokens.error("unbalanced parenthesis"));
    }
    for (group, position) in &parser.conditions {
        if *group >= parser.widths.len() {
            return Err(PatternError::new(*position, "invalid group reference"));
        }
    }
    Ok(Parsed { node, groups: parser.widths.len(), names: parser.names })
}

impl Parser {
    /// `a|b|c`, up to the closing parenthesis or the end.
    pub(super) fn alternation(&mut self, depth: usize) -> Result<Node, PatternError> {
        if depth > MAX_DEPTH {
            return Err(self.tokens.error(format!("groups nested more than {MAX_DEPTH} deep")));
        }
        let mut branches = vec![self.sequence(depth, depth == 0)?];
        while self.tokens.eat('|')? {
            branches.push(self.sequence(depth, false)?);
        }
        Ok(if branches.len() == 1 { branches.swap_remove(0) } else { Node::Alternation(branches) })
    }

    /// One branch. `first`: global flags may stand at its start.
    pub(super) fn sequence(&mut self, depth: usize, first: bool) -> Result<Node, PatternError> {
        let mut items: Vec<Node> = Vec::new();
        let mut last = None;
        loop {
            let at = self.tokens.position();
            let token = match self.tokens.peek() {
                None | Some(Token::Char('|' | ')')) => break,
                Some(token) => token,
            };
            self.tokens.take()?;
            let c = match token {
                Token::Escape(c) => {
                    let node = self.escape(c, at)?;
                    last = Some(if matches!(node, Node::Assert(_)) { Last::Assert } else { Last::Item });
                    items.push(node);
                    continue;
                }
                Token::Char(c) => c,
            };
            if self.flags.verbose && self.skip_verbose(c)? {
                continue;
            }
            let node = match c {
                '[' => class::parse(&mut self.tokens, at, self.flags.ascii, self.flags.fold())?,
                '.' if self.flags.dot_all => Node::Set(charset::all()),
                '.' => Node::Set(charset::dot()),
                '^' if self.flags.multi_line => Node::Assert(Assert::LineStart),
                '^' => Node::Assert(Assert::Start),
                '$' if self.flags.multi_line => Node::Assert(Assert::LineEnd),
                '$' => Node::Assert(Assert::EndOrNewline),
                '(' => match self.group(at, depth, first && items.is_empty())? {
                    Some(node) => {
                        items.push(node);
                        last = Some(Last::Item);
                        continue;
                    }
                    None => continue,
                },
                '?' | '*' | '+' | '{' => match self.quantifier(c, at)? {
                    Some((min, max)) => {
                        let item = match last.take() {
                            Some(Last::Item) => items.pop(),
                            Some(Last::Repeat) => return Err(PatternError::new(at, "multiple repeat")),
                            Some(Last::Assert) | None => None,
                        };
                        let Some(item) = item else {
                            return Err(PatternError::new(at, "nothing to repeat"));
                        };
                        let greed = if self.tokens.eat('?')? {
                            Greed::Lazy
                        } else if self.tokens.eat('+')? {
                            Greed::Possessive
                        } else {
                            Greed::Greedy
                        };
                        items.push(Node::Repeat { node: Box::new(item), min, max, greed });
                        last = Some(Last::Repeat);
                        continue;
                    }
                    None => class::literal(u32::from('{'), self.flags.fold()),
                },
                c => class::literal(u32::from(c), self.flags.fold()),
            };
            last = Some(if matches!(node, Node::Assert(_)) { Last::Assert } else { Last::Item });
            items.push(node);
        }
        Ok(match items.len() {
            0 => Node::Empty,
            1 => items.swap_remove(0),
            _ => Node::Concat(items),
        })
    }

    /// White space and comments of verbose patterns.
    fn skip_verbose(&mut self, c: char) -> Result<bool, PatternError> {
        if c == '#' {
            while !matches!(self.tokens.take()?, None | Some(Token::Char('\n'))) {}
            return Ok(true);
        }
        Ok(matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'))
    }

    /// The bounds of a quantifier whose first character was `c`; `None` when a brace is only a brace.
    fn quantifier(&mut self, c: char, at: usize) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        match c {
            '?' => return Ok(Some((0, Some(1)))),
            '*' => return Ok(Some((0, None))),
            '+' => return Ok(Some((1, None))),
            _ => {}
        }
        if self.tokens.peek() == Some(Token::Char('}')) {
            return Ok(None);
        }
        let here = self.tokens.position();
        let low = self.tokens.take_while(usize::MAX, |c| c.is_ascii_digit())?;
        let high = if self.tokens.eat(',')? {
            self.tokens.take_while(usize::MAX, |c| c.is_ascii_digit())?
        } else {
            low.clone()
        };
        if !self.tokens.eat('}')? {
            self.tokens.rewind(here)?;
            return Ok(None);
        }
        let bound = |digits: &str| match digits.parse::<u32>() {
            Ok(count) if count < u32::MAX => Ok(count),
            _ => Err(PatternError::new(at, "the repetition number is too large")),
        };
        let min = if low.is_empty() { 0 } else { bound(&low)? };
        let max = if high.is_empty() { None } else { Some(bound(&high)?) };
        if max.is_some_and(|max| max < min) {
            return Err(PatternError::new(at, "min repeat greater than max repeat"));
        }
        Ok(Some((min, max)))
    }

    /// A backslash and `c`, outside a class.
    fn escape(&mut self, c: char, at: usize) -> Result<Node, PatternError> {
        let word = |negated| Node::Assert(Assert::Word { ascii: self.flags.ascii, negated });
        let code = match c {
            'A' => return Ok(Node::Assert(Assert::Start)),
            'Z' => return Ok(Node::Assert(Assert::End)),
            'b' => return Ok(word(false)),
            'B' => return Ok(word(true)),
            '0'..='9' => match escape::numeric(&mut self.tokens, c, at)? {
                Numeric::Literal(code) => code,
                Numeric::Group(group) => return self.backref(group, at),
            },
            _ => match escape::common(&mut self.tokens, c, at)? {
                Escape::Literal(code) => code,
                Escape::Category(category, negated) => {
                    return Ok(Node::Set(charset::category(category, self.flags.ascii, negated)));
                }
            },
        };
        Ok(class::literal(code, self.flags.fold()))
    }
}
