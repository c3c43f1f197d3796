//! `a i L m s u x`, for the whole pattern or for a group.

use super::ast::Fold;
use super::error::PatternError;
use super::tokens::{Token, Tokens};

/// The flags in force at some place of a pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// `a`: digits, spaces, words and case are ASCII's.
    pub ascii: bool,
    /// `u`, said explicitly (it is the default anyway).
    pub unicode: bool,
    /// `i`.
    pub ignore_case: bool,
    /// `m`.
    pub multi_line: bool,
    /// `s`.
    pub dot_all: bool,
    /// `x`.
    pub verbose: bool,
}

impl Flags {
    /// How characters compare.
    pub(super) const fn fold(self) -> Fold {
        match (self.ignore_case, self.ascii) {
            (false, _) => Fold::None,
            (true, true) => Fold::Ascii,
            (true, false) => Fold::Unicode,
        }
    }

    fn set(&mut self, flag: char, on: bool) {
        match flag {
            'a' => self.ascii = on,
            'u' => self.unicode = on,
            'i' => self.ignore_case = on,
            'm' => self.multi_line = on,
            's' => self.dot_all = on,
            'x' => self.verbose = on,
            _ => {}
        }
    }

    fn apply(mut self, added: Self, removed: Self) -> Self {
        if added.ascii || added.unicode {
            (self.ascii, self.unicode) = (false, false);
        }
        for (flag, add, remove) in [
            ('a', added.ascii, false),
            ('u', added.unicode, false),
            ('i', added.ignore_case, removed.ignore_case),
            ('m', added.multi_line, removed.multi_line),
            ('s', added.dot_all, removed.dot_all),
            ('x', added.verbose, removed.verbose),
        ] {
            if add {
                self.set(flag, true);
            }
            if remove {
                self.set(flag, false);
            }
        }
        self
    }
}

/// What a `(?…` of flags does.
pub(super) enum Change {
    /// `(?i)`: the flags of the whole pattern.
    Global(Flags),
    /// `(?i-s:`: the flags of the group that follows.
    Group(Flags),
}

/// The flags after `(?`; `first` is their first character, already taken.
pub(super) fn parse(tokens: &mut Tokens, first: char, flags: Flags) -> Result<Change, PatternError> {
    let (mut added, mut removed) = (Flags::default(), Flags::default());
    let mut c = first;
    while c != '-' {
        match c {
            'L' => return Err(tokens.error("bad inline flags: cannot use 'L' flag with a str pattern")),
            't' => return Err(tokens.error("bad inline flags: the 't' flag is not supported")),
            _ => added.set(c, true),
        }
        if added.ascii && added.unicode {
            return Err(tokens.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible"));
        }
        match tokens.take()? {
            Some(Token::Char(')')) => {
                let flags = Flags {
                    ascii: flags.ascii || added.ascii,
                    unicode: flags.unicode || added.unicode,
                    ..flags
                };
                if flags.ascii && flags.unicode {
                    return Err(tokens.error("ASCII and UNICODE flags are incompatible"));
                }
                let switched = Flags { ascii: false, unicode: false, ..added };
                return Ok(Change::Global(flags.apply(switched, removed)));
            }
            Some(Token::Char(':')) => return Ok(Change::Group(flags.apply(added, removed))),
            Some(Token::Char('-')) => c = '-',
            Some(Token::Char(flag)) if is_flag(flag) => c = flag,
            None => return Err(tokens.error("missing -, : or )")),
            Some(_) => return Err(tokens.error("unknown flag, or missing -, : or )")),
        }
    }
    loop {
        match tokens.take()? {
            Some(Token::Char('a' | 'u' | 'L')) => {
                return Err(tokens.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'"));
            }
            Some(Token::Char('t')) => {
                return Err(tokens.error("bad inline flags: the 't' flag is not supported"));
            }
            Some(Token::Char(flag)) if is_flag(flag) => removed.set(flag, true),
            Some(Token::Char(':')) if removed != Flags::default() => break,
            None => return Err(tokens.error("missing flag or :")),
            Some(_) => return Err(tokens.error("unknown flag, or missing :")),
        }
    }
    let both = (added.ignore_case && removed.ignore_case)
        || (added.multi_line && removed.multi_line)
        || (added.dot_all && removed.dot_all)
        || (added.verbose && removed.verbose);
    if both {
        return Err(tokens.error("bad inline flags: flag turned on and off"));
    }
    Ok(Change::Group(flags.apply(added, removed)))
}

/// Whether `c` can start or continue a list of flags.
pub(super) const fn is_flag(c: char) -> bool {
    matches!(c, 'a' | 'i' | 'L' | 'm' | 's' | 't' | 'u' | 'x')
}
