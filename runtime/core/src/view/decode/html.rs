//! HTML character references: `&#105;`, `&#x69;`, `&lt;`.

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::decode::plausible::is_printable;
use crate::view::decode::{Region, Regions, hex_value};
use crate::view::step::Step;

/// Named references that stand for ASCII, for nothing visible or for the commonest punctuation, by name;
/// from the list in the HTML standard. Numbers can stand for anything, so letters need no names.
const NAMED: [(&str, &str); 52] = [
    ("Hat", "^"),
    ("NewLine", "\n"),
    ("Tab", "\t"),
    ("ZeroWidthSpace", "\u{200B}"),
    ("amp", "&"),
    ("apos", "'"),
    ("ast", "*"),
    ("bsol", "\\"),
    ("colon", ":"),
    ("comma", ","),
    ("commat", "@"),
    ("copy", "©"),
    ("dash", "‐"),
    ("dollar", "$"),
    ("emsp", "\u{2003}"),
    ("ensp", "\u{2002}"),
    ("equals", "="),
    ("excl", "!"),
    ("gt", ">"),
    ("hellip", "…"),
    ("hyphen", "‐"),
    ("lbrace", "{"),
    ("lbrack", "["),
    ("lcub", "{"),
    ("ldquo", "“"),
    ("lowbar", "_"),
    ("lpar", "("),
    ("lrm", "\u{200E}"),
    ("lsqb", "["),
    ("lsquo", "‘"),
    ("lt", "<"),
    ("mdash", "—"),
    ("nbsp", "\u{A0}"),
    ("ndash", "–"),
    ("num", "#"),
    ("percnt", "%"),
    ("period", "."),
    ("plus", "+"),
    ("quest", "?"),
    ("quot", "\""),
    ("rbrace", "}"),
    ("rbrack", "]"),
    ("rcub", "}"),
    ("rdquo", "”"),
    ("rpar", ")"),
    ("rsqb", "]"),
    ("rsquo", "’"),
    ("semi", ";"),
    ("shy", "\u{AD}"),
    ("sol", "/"),
    ("zwj", "\u{200D}"),
    ("zwnj", "\u{200C}"),
];

/// Longest name or number that is read, leading zeros included.
const LONGEST: usize = 16;

/// Finds character references.
pub(super) fn find(text: &str, bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut seen = 0usize;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'&', rest)) {
        seen += 1;
        if seen.is_multiple_of(4096) {
            bounds.check()?;
        }
        let start = at + found;
        at = start + 1;
        let reference = if bytes.get(at) == Some(&b'#') { numeric(bytes, at + 1) } else { named(text, at) };
        if let Some((decoded, end)) = reference {
            regions.push(Region::whole(Span::new(start, end), Step::Html, decoded))?;
            at = end;
        }
    }
    Ok(())
}

/// The number at `at` as a character, and where the reference ends; browsers need no semicolon.
fn numeric(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let (radix, digits) = match bytes.get(at)? {
        b'x' | b'X' => (16, at + 1),
        _ => (10, at),
    };
    let rest = bytes.get(digits..)?;
    let digit = |byte: &&u8| hex_value(**byte).is_some_and(|value| u32::from(value) < radix);
    let len = rest.iter().take(LONGEST).take_while(digit).count();
    if len == 0 || len == LONGEST {
        return None;
    }
    let code = rest[..len]
        .iter()
        .try_fold(0u32, |code, byte| code.checked_mul(radix)?.checked_add(u32::from(hex_value(*byte)?)))?;
    let c = char::from_u32(code).filter(|c| is_printable(*c))?;
    let end = digits + len;
    Some((c.to_string(), end + usize::from(bytes.get(end) == Some(&b';'))))
}

/// The name at `at` as text, and where the reference ends.
fn named(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text.as_bytes().get(at..)?;
    let len = rest.iter().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if rest.get(len) != Some(&b';') {
        return None;
    }
    let name = text.get(at..at + len)?;
    let index = NAMED.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    Some((NAMED[index].1.to_owned(), at + len + 1))
}

#[cfg(test)]
mod tests {
    use super::NAMED;

    #[test]
    fn names_are_sorted() {
        assert!(NAMED.is_sorted());
    }
}
