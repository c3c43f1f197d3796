//! `(…)` and everything that starts with `(?`, and references to groups.

use super::ast::Node;
use super::error::PatternError;
use super::flags::{self, Change, Flags};
use super::parse::Parser;
use super::tokens::Token;

impl Parser {
    /// What follows an opening parenthesis, which was at `start`. `None` for comments and global flags,
    /// which are no items. `first`: global flags may stand here.
    pub(super) fn group(
        &mut self,
        start: usize,
        depth: usize,
        first: bool,
    ) -> Result<Option<Node>, PatternError> {
        if !self.tokens.eat('?')? {
            return self.capture(None, start, depth).map(Some);
        }
        let c = match self.tokens.take()? {
            None => return Err(self.tokens.error("unexpected end of pattern")),
            Some(Token::Escape(_)) => return Err(PatternError::new(start, "unknown extension")),
            Some(Token::Char(c)) => c,
        };
        match c {
            ':' => self.body(self.flags, start, depth).map(Some),
            '>' => self.body(self.flags, start, depth).map(|node| Some(Node::Atomic(Box::new(node)))),
            'P' => self.named(start, depth).map(Some),
            '#' => loop {
                match self.tokens.take()? {
                    None => return Err(PatternError::new(start, "missing ), unterminated comment")),
                    Some(Token::Char(')')) => return Ok(None),
                    Some(_) => {}
                }
            },
            '=' => self.look(false, false, start, depth).map(Some),
            '!' => self.look(false, true, start, depth).map(Some),
            '<' => match self.tokens.take()? {
                Some(Token::Char('=')) => self.look(true, false, start, depth).map(Some),
                Some(Token::Char('!')) => self.look(true, true, start, depth).map(Some),
                None => Err(self.tokens.error("unexpected end of pattern")),
                Some(_) => Err(PatternError::new(start, "unknown extension ?<")),
            },
            '(' => self.conditional(start, depth).map(Some),
            c if flags::is_flag(c) || c == '-' => match flags::parse(&mut self.tokens, c, self.flags)? {
                Change::Global(flags) if first => {
                    self.flags = flags;
                    Ok(None)
                }
                Change::Global(_) => {
                    let reason = "global flags not at the start of the expression";
                    Err(PatternError::new(start, reason))
                }
                Change::Group(flags) => self.body(flags, start, depth).map(Some),
            },
            _ => Err(PatternError::new(start, "unknown extension")),
        }
    }

    /// The rest of a group, under `flags`, with its closing parenthesis.
    fn body(&mut self, flags: Flags, start: usize, depth: usize) -> Result<Node, PatternError> {
        let outer = std::mem::replace(&mut self.flags, flags);
        let node = self.alternation(depth + 1)?;
        self.flags = outer;
        self.close(start)?;
        Ok(node)
    }

    fn close(&mut self, start: usize) -> Result<(), PatternError> {
        if self.tokens.eat(')')? {
            return Ok(());
        }
        Err(PatternError::new(start, "missing ), unterminated subpattern"))
    }

    fn capture(&mut self, name: Option<String>, start: usize, depth: usize) -> Result<Node, PatternError> {
        let index = self.widths.len();
        self.widths.push(None);
        if let Some(name) = name
            && self.names.insert(name.into(), index).is_some()
        {
            return Err(PatternError::new(start, "redefinition of a group name"));
        }
        let node = self.body(self.flags, start, depth)?;
        self.widths[index] = Some(node.width(&self.widths));
        Ok(Node::Group { index, node: Box::new(node) })
    }

    /// `(?P<name>…)` and `(?P=name)`.
    fn named(&mut self, start: usize, depth: usize) -> Result<Node, PatternError> {
        if self.tokens.eat('<')? {
            let name = self.tokens.take_until('>', "group name")?;
            return if is_identifier(&name) {
                self.capture(Some(name), start, depth)
            } else {
                Err(PatternError::new(start, "bad character in group name"))
            };
        }
        if !self.tokens.eat('=')? {
            return Err(PatternError::new(start, "unknown extension ?P"));
        }
        let name = self.tokens.take_until(')', "group name")?;
        if !is_identifier(&name) {
            return Err(PatternError::new(start, "bad character in group name"));
        }
        match self.names.get(&*name) {
            Some(group) => self.backref(*group, start),
            None => Err(PatternError::new(start, "unknown group name")),
        }
    }

    /// A reference to a group that must be closed.
    pub(super) fn backref(&mut self, group: usize, at: usize) -> Result<Node, PatternError> {
        if group >= self.widths.len() {
            return Err(PatternError::new(at, "invalid group reference"));
        }
        if self.widths[group].is_none() {
            return Err(PatternError::new(at, "cannot refer to an open group"));
        }
        self.check_look_behind(group, at)?;
        Ok(Node::Backref { group, fold: self.flags.fold() })
    }

    fn check_look_behind(&self, group: usize, at: usize) -> Result<(), PatternError> {
        let Some(first) = self.behind else { return Ok(()) };
        if self.widths.get(group).copied().flatten().is_none() {
            return Err(PatternError::new(at, "cannot refer to an open group"));
        }
        if group >= first {
            let reason = "cannot refer to group defined in the same lookbehind subpattern";
            return Err(PatternError::new(at, reason));
        }
        Ok(())
    }

    fn look(
        &mut self,
        behind: bool,
        negated: bool,
        start: usize,
        depth: usize,
    ) -> Result<Node, PatternError> {
        let outer = self.behind;
        if behind && outer.is_none() {
            self.behind = Some(self.widths.len());
        }
        let node = self.alternation(depth + 1)?;
        self.behind = outer;
        self.close(start)?;
        let behind = if behind {
            match node.width(&self.widths) {
                (low, high) if low == high => Some(usize::try_from(low).unwrap_or(usize::MAX)),
                _ => return Err(PatternError::new(start, "look-behind requires fixed-width pattern")),
            }
        } else {
            None
        };
        Ok(Node::Look { node: Box::new(node), behind, negated })
    }

    /// `(?(group)yes|no)`.
    fn conditional(&mut self, start: usize, depth: usize) -> Result<Node, PatternError> {
        let at = self.tokens.position();
        let name = self.tokens.take_until(')', "group name")?;
        let group = if is_identifier(&name) {
            let group = self.names.get(&*name).copied();
            group.ok_or_else(|| PatternError::new(at, "unknown group name"))?
        } else if name.bytes().all(|b| b.is_ascii_digit()) {
            match name.parse::<usize>() {
                Ok(0) => return Err(PatternError::new(at, "bad group number")),
                Ok(group) => group,
                Err(_) => return Err(PatternError::new(at, "invalid group reference")),
            }
        } else {
            return Err(PatternError::new(at, "bad character in group name"));
        };
        self.conditions.push((group, at));
        self.check_look_behind(group, at)?;
        if depth >= super::parse::MAX_DEPTH {
            return Err(PatternError::new(start, "groups nested too deep"));
        }
        let yes = Box::new(self.sequence(depth + 1, false)?);
        let no = if self.tokens.eat('|')? { self.sequence(depth + 1, false)? } else { Node::Empty };
        if self.tokens.peek() == Some(Token::Char('|')) {
            return Err(self.tokens.error("conditional backref with more than two branches"));
        }
        self.close(start)?;
        Ok(Node::Conditional { group, yes, no: Box::new(no) })
    }
}

/// `str.isidentifier`, but for the few characters whose identifier status and letter status differ.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}
