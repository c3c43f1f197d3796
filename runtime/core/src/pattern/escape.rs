//! What a backslash means, inside a class and outside.

use super::charset::Category;
use super::error::PatternError;
use super::tokens::{Token, Tokens};

/// The meaning of an escape that does not depend on where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// One code point; a surrogate is allowed and matches nothing.
    Literal(u32),
    /// `\d`, and `\D` when negated.
    Category(Category, bool),
}

/// `\d \D \s \S \w \W`.
pub(super) const fn category(c: char) -> Option<Escape> {
    Some(match c {
        'd' => Escape::Category(Category::Digit, false),
        'D' => Escape::Category(Category::Digit, true),
        's' => Escape::Category(Category::Space, false),
        'S' => Escape::Category(Category::Space, true),
        'w' => Escape::Category(Category::Word, false),
        'W' => Escape::Category(Category::Word, true),
        _ => return None,
    })
}

/// An escape other than a digit's, its two first characters already taken: `c` is the second.
pub(super) fn common(tokens: &mut Tokens, c: char, at: usize) -> Result<Escape, PatternError> {
    if let Some(category) = category(c) {
        return Ok(category);
    }
    let code = match c {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        'x' => hexadecimal(tokens, 2, at)?,
        'u' => hexadecimal(tokens, 4, at)?,
        'U' => hexadecimal(tokens, 8, at)?,
        'N' => {
            let reason =
                "\\N{…} needs the table of character names, which is not included: write \\u instead,";
            return Err(PatternError::new(at, reason));
        }
        c if c.is_ascii_alphabetic() => return Err(PatternError::new(at, "bad escape")),
        c => u32::from(c),
    };
    Ok(Escape::Literal(code))
}

fn hexadecimal(tokens: &mut Tokens, digits: usize, at: usize) -> Result<u32, PatternError> {
    let text = tokens.take_while(digits, |c| c.is_ascii_hexdigit())?;
    if text.len() != digits {
        return Err(PatternError::new(at, "incomplete escape"));
    }
    match u32::from_str_radix(&text, 16) {
        Ok(code) if code <= 0x10_ffff => Ok(code),
        _ => Err(PatternError::new(at, "bad escape")),
    }
}

/// Octal digits, as many as `most` more after `first`.
fn octal(tokens: &mut Tokens, first: &str, most: usize) -> Result<u32, PatternError> {
    let rest = tokens.take_while(most, |c| c.is_digit(8))?;
    Ok(u32::from_str_radix(&format!("{first}{rest}"), 8).unwrap_or(u32::MAX))
}

/// An octal value within Python's bounds.
fn small(code: u32, at: usize) -> Result<u32, PatternError> {
    if code > 0o377 {
        return Err(PatternError::new(at, "octal escape value outside of range 0-0o377"));
    }
    Ok(code)
}

/// An escape inside a class.
pub(super) fn in_class(tokens: &mut Tokens, c: char, at: usize) -> Result<Escape, PatternError> {
    match c {
        '0'..='7' => {
            let code = octal(tokens, c.encode_utf8(&mut [0; 4]), 2)?;
            small(code, at).map(Escape::Literal)
        }
        '8' | '9' => Err(PatternError::new(at, "bad escape")),
        _ => common(tokens, c, at),
    }
}

/// What a digit after a backslash means outside a class.
pub(super) enum Numeric {
    /// An octal escape.
    Literal(u32),
    /// A reference to a group.
    Group(usize),
}

/// `\0` to `\9` outside a class, the first digit already taken.
pub(super) fn numeric(tokens: &mut Tokens, first: char, at: usize) -> Result<Numeric, PatternError> {
    if first == '0' {
        return octal(tokens, "0", 2).map(Numeric::Literal);
    }
    let mut digits = String::from(first);
    if let Some(Token::Char(second @ '0'..='9')) = tokens.peek() {
        tokens.take()?;
        digits.push(second);
        let third = matches!(tokens.peek(), Some(Token::Char('0'..='7')));
        if first.is_digit(8) && second.is_digit(8) && third {
            let code = octal(tokens, &digits, 1)?;
            return small(code, at).map(Numeric::Literal);
        }
    }
    Ok(Numeric::Group(digits.parse().unwrap_or(usize::MAX)))
}
