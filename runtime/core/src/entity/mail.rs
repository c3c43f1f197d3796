//! Mail addresses and web addresses, found from the sign in their middle.

use memchr::{memchr_iter, memmem};

use super::word::{begins, ends, is_unspaced};
use crate::span::Span;
use crate::text::class::is_python_word;
use crate::text::urls::extract_urls;

/// The longest local part and domain (RFC 5321, section 4.5.3.1).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Addresses of mail, in text order: RFC 5322's dot-atom, letters of any script, and a domain with a dot
/// whose last label is a word of two letters or more.
pub(super) fn addresses(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut floor = 0;
    for at in memchr_iter(b'@', bytes) {
        if at < floor {
            continue;
        }
        let Some(start) = local(text, floor, at) else { continue };
        let Some(end) = domain(text, at + 1) else { continue };
        found.push(Span::new(start, end));
        floor = end;
    }
    found
}

fn is_local(c: char) -> bool {
    // Scripts without spaces end an address: the words around it touch it.
    "!#$%&'*+-/=?^_`{|}~.".contains(c) || is_python_word(c) && !is_unspaced(c)
}

/// Where the local part before `at` begins.
fn local(text: &str, floor: usize, at: usize) -> Option<usize> {
    let least = text.ceil_char_boundary(floor.max(at.saturating_sub(LOCAL)));
    let part = text.get(least..at)?;
    let length: usize = part.chars().rev().take_while(|&c| is_local(c)).map(char::len_utf8).sum();
    let part = part.get(part.len() - length..)?;
    // Punctuation in front belongs to the sentence, a scheme to an address in angle brackets or a URL.
    let part = part.rsplit_once("mailto:").map_or(part, |(_, rest)| rest);
    let part = part.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let last = part.chars().next_back()?;
    let start = at - part.len();
    (last != '.' && !part.contains("..") && begins(text, start)).then_some(start)
}

/// Where the domain after `at` ends.
fn domain(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..text.floor_char_boundary(at + DOMAIN))?;
    let length: usize = rest
        .chars()
        .take_while(|&c| matches!(c, '-' | '.') || c.is_alphanumeric() && !is_unspaced(c))
        .map(char::len_utf8)
        .sum();
    let mut name = rest.get(..length)?;
    loop {
        name = name.trim_end_matches(['-', '.']);
        let (labels, top) = name.rsplit_once('.')?;
        let whole = labels.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
        if !whole {
            return None;
        }
        if top.chars().count() >= 2 && top.chars().all(char::is_alphabetic) && ends(text, at + name.len()) {
            return Some(at + name.len());
        }
        // `a@b.org.2`: the number is the sentence's.
        name = labels;
    }
}

/// Top-level domains that are taken for one without `http://` or `www.` before the name: the oldest, and the
/// countries' most used. Others would make a web address of every forgotten space after a full stop.
const TOP: &[&str] = &[
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "io", "dev", "app", "ai", "co", "me",
    "tv", "eu", "uk", "us", "de", "fr", "nl", "ch", "at", "se", "no", "dk", "fi", "pl", "cz", "es", "pt",
    "it", "be", "ie", "ca", "au", "nz", "jp", "cn", "kr", "in", "br", "mx", "ar", "cl", "za", "ru", "ua",
    "il", "tr", "gr", "sg", "hk", "tw", "th", "id", "my", "ph", "vn", "ae", "sa", "online", "shop", "site",
    "xyz", "tech", "cloud",
];

/// Web addresses: with a scheme, with `www.`, and host names under a known top-level domain; each with its
/// path. The flag says whether there was a scheme.
pub(super) fn urls(text: &str) -> Vec<(Span, bool)> {
    let mut found: Vec<(Span, bool)> = extract_urls(text).into_iter().map(|span| (span, true)).collect();
    let schemes = found.len();
    let mut next = 0;
    let mut floor = 0;
    for at in memmem::find_iter(text.as_bytes(), b".") {
        if at < floor {
            continue;
        }
        while found.get(next).is_some_and(|(span, _)| next < schemes && span.end <= at) {
            next += 1;
        }
        if next < schemes && found.get(next).is_some_and(|(span, _)| span.start <= at) {
            floor = found[next].0.end;
            continue;
        }
        let Some(span) = host(text, floor, at) else { continue };
        floor = span.end;
        found.push((span, false));
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// The host name around the dot at `at`, with its path.
fn host(text: &str, floor: usize, at: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let from = floor.max(at.saturating_sub(DOMAIN));
    let back = bytes[from..at].iter().rev().take_while(|byte| is_host(byte)).count();
    let ahead = bytes[at..].iter().take(DOMAIN).take_while(|byte| is_host(byte)).count();
    let (start, end) = (at - back, at + ahead);
    // The domain of a mail address is no web address.
    if start.checked_sub(1).is_some_and(|before| bytes[before] == b'@') || bytes.get(end) == Some(&b'@') {
        return None;
    }
    let name = text.get(start..end)?.trim_end_matches(['.', '-']);
    let skipped = name.len() - name.trim_start_matches(['.', '-']).len();
    let (start, name) = (start + skipped, name.trim_start_matches(['.', '-']));
    let (labels, top) = name.rsplit_once('.')?;
    let lower = top.to_ascii_lowercase();
    let www = labels.len() > 4 && labels.as_bytes()[..4].eq_ignore_ascii_case(b"www.");
    let known = TOP.contains(&lower.as_str())
        || www && lower.len() >= 2 && lower.bytes().all(|b| b.is_ascii_alphabetic());
    if !known || labels.is_empty() || labels.split('.').any(str::is_empty) || !begins(text, start) {
        return None;
    }
    let end = start + name.len();
    if !ends(text, end) {
        return None;
    }
    let path = match bytes.get(end) {
        Some(b'/' | b'?' | b'#') => path(text.get(end..)?),
        _ => 0,
    };
    Some(Span::new(start, end + path))
}

/// The length of the path at the start of `rest`, without the sentence's punctuation.
fn path(rest: &str) -> usize {
    let run = rest.find(|c: char| !c.is_ascii_graphic() || "<>\"`{}|\\^".contains(c)).unwrap_or(rest.len());
    rest.get(..run)
        .unwrap_or_default()
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*'])
        .len()
}
