//! The shapes of tokens: a small part of the syntax of regular expressions, matched without backtracking.
//!
//! A shape is alternatives (`|`) of atoms in a row. An atom is a character, an escaped one, `\w`, or a class
//! `[a-z0-9_-]`, with `?`, `{n}` or `{m,n}` behind it; `\u` is a UUID; one group `( … )` in an alternative marks
//! what of it is the secret. Atoms are greedy and never give back, so a match costs no more than its own length;
//! a test proves of every rule that nothing needs to be given back.

use super::runs::is_of_token;
use crate::span::Span;

/// Up to so many repetitions; long enough for any token, short enough for any text.
const MANY: u32 = 1 << 24;

/// Bytes with a place in a set of ASCII characters: bit `n` is character `n`.
pub(super) type Set = u128;

/// What `\w` stands for: letters, digits and `_`, ASCII alone.
const WORD: Set = range(b'a', b'z') | range(b'A', b'Z') | range(b'0', b'9') | one(b'_');

/// Hexadecimal digits of either case.
const HEX: Set = range(b'a', b'f') | range(b'A', b'F') | range(b'0', b'9');

/// What `\u` stands for: the digits of the parts of a UUID.
const UUID: [u32; 5] = [8, 4, 4, 4, 12];

/// Letters and digits.
pub(super) const ALPHANUMERIC: Set = WORD & !one(b'_');

/// The set of one character.
pub(super) const fn one(byte: u8) -> Set {
    if byte < 128 { 1 << byte } else { 0 }
}

/// The set of the characters `first..=last`.
pub(super) const fn range(first: u8, last: u8) -> Set {
    let mut set = 0;
    let mut byte = first;
    while byte <= last {
        set |= one(byte);
        byte += 1;
    }
    set
}

/// Whether `byte` is in `set`.
pub(super) const fn has(set: Set, byte: u8) -> bool {
    byte < 128 && set >> byte & 1 == 1
}

/// A repeated character of a set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    pub(super) set: Set,
    pub(super) min: u32,
    pub(super) max: u32,
}

impl Atom {
    /// The character, if it stands for exactly one.
    pub(super) fn literal(&self) -> Option<u8> {
        (self.set.is_power_of_two() && (self.min, self.max) == (1, 1))
            .then(|| self.set.trailing_zeros() as u8)
    }
}

/// Atoms in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Alternative {
    pub(super) atoms: Vec<Atom>,
    /// Which atoms are the secret, if not all.
    group: Option<(usize, usize)>,
}

/// Where a shape matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Matched {
    /// All of it.
    pub(super) whole: Span,
    /// The secret in it.
    pub(super) secret: Span,
}

impl Alternative {
    /// The match that starts at `start`, if what follows it could not belong to it.
    pub(super) fn match_at(&self, text: &[u8], start: usize) -> Option<Matched> {
        let last = self.atoms.last().map_or(0, |atom| atom.set);
        let closed = |end: usize| text.get(end).is_none_or(|&next| !has(last | ALPHANUMERIC, next));
        self.read_at(text, start).filter(|matched| closed(matched.whole.end))
    }

    /// The same, whatever follows it.
    pub(super) fn read_at(&self, text: &[u8], start: usize) -> Option<Matched> {
        let mut at = start;
        let mut secret = (start, None);
        for (index, atom) in self.atoms.iter().enumerate() {
            if let Some((first, end)) = self.group {
                if index == first {
                    secret.0 = at;
                }
                if index == end {
                    secret.1 = Some(at);
                }
            }
            let rest = text.get(at..)?;
            let count = rest.iter().take(atom.max as usize).take_while(|&&byte| has(atom.set, byte)).count();
            if count < atom.min as usize {
                return None;
            }
            at += count;
        }
        Some(Matched { whole: Span::new(start, at), secret: Span::new(secret.0, secret.1.unwrap_or(at)) })
    }

    /// Whether what follows the text decides if there is a match at `start`, or how long it is.
    pub(super) fn is_open(&self, text: &[u8], start: usize) -> bool {
        let mut at = start;
        for atom in &self.atoms {
            let rest = text.get(at..).unwrap_or_default();
            let count = rest.iter().take(atom.max as usize).take_while(|&&byte| has(atom.set, byte)).count();
            at += count;
            if at >= text.len() {
                return true;
            }
            if count < atom.min as usize {
                return false;
            }
        }
        false
    }

    /// How many characters it begins with that are no part of a row of token characters (`s.`), all the same in every
    /// such token.
    pub(super) fn led_by(&self) -> usize {
        let literals = self.atoms.iter().map_while(Atom::literal).collect::<Vec<u8>>();
        literals.iter().rposition(|&byte| !is_of_token(byte)).map_or(0, |at| at + 1)
    }

    /// How long what stands before the literal of [`Alternative::anchor`] may be.
    pub(super) fn before(&self, anchor: usize) -> usize {
        let atoms = self.atoms.get(..anchor).unwrap_or_default();
        atoms.iter().map(|atom| atom.max as usize).sum()
    }

    /// The literal to search for: the characters it starts with, or the longest row of them inside, and the
    /// atom it starts at.
    pub(super) fn anchor(&self) -> (usize, String) {
        let mut best = (0, String::new());
        let mut here = (0, String::new());
        for (index, atom) in self.atoms.iter().enumerate() {
            match atom.literal() {
                Some(byte) => {
                    if here.1.is_empty() {
                        here.0 = index;
                    }
                    here.1.push(char::from(byte));
                }
                None => here.1.clear(),
            }
            let leads = best.0 == 0 && best.1.len() >= 3 && here.0 > 0;
            if here.1.len() > best.1.len() && !leads {
                best.clone_from(&here);
            }
        }
        best
    }

    /// Where a match can start whose literal of [`Alternative::anchor`] is at `found`.
    pub(super) fn start(&self, text: &[u8], anchor: usize, found: usize) -> Option<usize> {
        let mut at = found;
        for atom in self.atoms.get(..anchor)?.iter().rev() {
            let before = text.get(..at)?.iter().rev().take(atom.max as usize);
            let count = before.take_while(|&&byte| has(atom.set, byte)).count();
            if count < atom.min as usize {
                return None;
            }
            at -= count;
        }
        Some(at)
    }
}

/// The alternatives of a shape; a reason if it is not one.
pub(super) fn parse(source: &str) -> Result<Vec<Alternative>, &'static str> {
    let mut alternatives = vec![Alternative::default()];
    let mut bytes = source.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let Some(current) = alternatives.last_mut() else { return Err("no alternative") };
        let set = match byte {
            b'|' => {
                alternatives.push(Alternative::default());
                continue;
            }
            b'(' => {
                current.group = Some((current.atoms.len(), usize::MAX));
                continue;
            }
            b')' => {
                let Some((_, end)) = &mut current.group else { return Err("`)` without `(`") };
                *end = current.atoms.len();
                continue;
            }
            b'[' => class(&mut bytes)?,
            b'\\' if bytes.next_if_eq(&b'u').is_some() => {
                for (part, digits) in UUID.into_iter().enumerate() {
                    if part > 0 {
                        current.atoms.push(Atom { set: one(b'-'), min: 1, max: 1 });
                    }
                    current.atoms.push(Atom { set: HEX, min: digits, max: digits });
                }
                continue;
            }
            b'\\' => escaped(bytes.next().ok_or("ends with `\\`")?),
            b'{' | b'}' | b'?' | b'*' | b'+' | b'.' | b'^' | b'$' => return Err("write a `\\` before it"),
            byte => one(byte),
        };
        let (min, max) = repeat(&mut bytes)?;
        current.atoms.push(Atom { set, min, max });
    }
    if alternatives.iter().any(|alternative| alternative.atoms.is_empty()) {
        return Err("an empty alternative");
    }
    Ok(alternatives)
}

fn escaped(byte: u8) -> Set {
    if byte == b'w' { WORD } else { one(byte) }
}

fn class(bytes: &mut impl Iterator<Item = u8>) -> Result<Set, &'static str> {
    let mut set = 0;
    let mut low: Option<u8> = None;
    let mut open_range = false;
    loop {
        match bytes.next().ok_or("`[` without `]`")? {
            b']' => return Ok(if open_range { set | one(b'-') } else { set }),
            b'-' if low.is_some() && !open_range => open_range = true,
            b'\\' => {
                set |= escaped(bytes.next().ok_or("ends with `\\`")?);
                low = None;
            }
            byte if open_range => {
                set |= range(low.unwrap_or(byte), byte);
                (low, open_range) = (None, false);
            }
            byte => {
                set |= one(byte);
                low = Some(byte);
            }
        }
    }
}

fn repeat(bytes: &mut std::iter::Peekable<impl Iterator<Item = u8>>) -> Result<(u32, u32), &'static str> {
    if bytes.next_if_eq(&b'?').is_some() {
        return Ok((0, 1));
    }
    if bytes.next_if_eq(&b'{').is_none() {
        return Ok((1, 1));
    }
    let inside: Vec<u8> = bytes.by_ref().take_while(|&byte| byte != b'}').collect();
    let inside = String::from_utf8(inside).map_err(|_| "not a number")?;
    let number = |text: &str| text.parse::<u32>().map_err(|_| "not a number");
    match inside.split_once(',') {
        None => number(&inside).map(|count| (count, count)),
        Some((min, "")) => Ok((number(min)?, MANY)),
        Some((min, max)) => Ok((number(min)?, number(max)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(shape: &str, text: &str) -> Option<(usize, usize, usize, usize)> {
        let alternatives = parse(shape).unwrap();
        let found = alternatives.iter().find_map(|one| one.match_at(text.as_bytes(), 0))?;
        Some((found.whole.start, found.whole.end, found.secret.start, found.secret.end))
    }

    #[test]
    fn atoms_classes_and_counts() {
        assert_eq!(matched("ab[0-9]{2,3}", "ab123-"), Some((0, 5, 0, 5)));
        assert_eq!(matched("ab[0-9]{2,3}", "ab1234"), None);
        assert_eq!(matched("ab[0-9]{2}", "ab12c"), None);
        assert_eq!(matched("a\\.b?[\\w-]{2,}", "a.-_"), Some((0, 4, 0, 4)));
        assert_eq!(matched("x|yz", "yz"), Some((0, 2, 0, 2)));
        assert_eq!(matched("k=([a-c]{3})==", "k=abc=="), Some((0, 7, 2, 5)));
        assert_eq!(matched("[+/]{2}", "+/é"), Some((0, 2, 0, 2)));
        assert_eq!(matched("a{2}", "a"), None);
        assert_eq!(matched("x\\u", "x6ba7b810-9dad-11d1-80B4-00c04fd430c8"), Some((0, 37, 0, 37)));
        assert_eq!(matched("x\\u", "x6ba7b810-9dad-11d1-80b4-00c04fd430cg"), None);
    }

    #[test]
    fn what_is_no_shape() {
        for bad in ["", "a|", "[a", "a{x}", "a*", "a)", "\\"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn anchors() {
        let anchor = |shape: &str| parse(shape).unwrap()[0].anchor();
        assert_eq!(anchor("ghp_[a-z]{3}-longer"), (0, "ghp_".to_owned()));
        assert_eq!(anchor("[0-9]{8,10}:AA[\\w-]{3}"), (1, ":AA".to_owned()));
        assert_eq!(anchor("[0-9]{8}"), (0, String::new()));
        let telegram = &parse("[0-9]{2,3}:AA").unwrap()[0];
        assert_eq!(telegram.start(b"x123:AA", 1, 4), Some(1));
        assert_eq!(telegram.start(b"1:AA", 1, 1), None);
    }
}
