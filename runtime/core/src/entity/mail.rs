//! Mail addresses and web addresses, found from the sign in their middle.

use std::collections::VecDeque;

use memchr::{memchr2_iter, memmem};

use super::check::{Validity, unless};
use super::word::{begins, closes, ends, is_unspaced};
use crate::span::Span;
use crate::text::class::is_python_word;
use crate::text::escape::escape;
use crate::text::urls::{UrlsAhead, extract_urls};

/// The longest local part and domain (RFC 5321, section 4.5.3.1).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// `@` as it stands in a URL.
const ENCODED: &[u8] = b"%40";

/// The signs of addresses from `from` on: where each stands, and where what follows it begins.
fn signs(bytes: &[u8], from: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr2_iter(b'@', b'%', rest).filter_map(move |at| match rest[at] {
        b'@' => Some((from + at, from + at + 1)),
        _ => rest[at..].starts_with(ENCODED).then_some((from + at, from + at + ENCODED.len())),
    })
}

/// Addresses of mail, in text order: RFC 5322's dot-atom, letters of any script, and a domain with a dot
/// whose last label is a word of two letters or more. In a URL `%40` may stand for the sign.
pub(super) fn addresses(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut floor = 0;
    for (at, after) in signs(text.as_bytes(), 0) {
        if at < floor {
            continue;
        }
        let Some(start) = local(text, floor, at) else { continue };
        let Some(end) = domain(text, after) else { continue };
        found.push(Span::new(unmarked(text, start, end), end));
        floor = end;
    }
    found
}

/// Where an address begins that Markdown sets in italics: `_ada@example.org_`.
fn unmarked(text: &str, start: usize, end: usize) -> usize {
    let part = text.get(start..end).unwrap_or_default();
    let marked = text.as_bytes().get(end) == Some(&b'_');
    if marked { end - part.trim_start_matches('_').len() } else { start }
}

/// How far the addresses of mail in a text that is still being written are known, in bytes of the stream.
#[derive(Clone, Debug, Default)]
pub(super) struct MailAhead {
    /// Where the next sign may stand.
    at: usize,
    /// Where the last address ends.
    floor: usize,
}

impl MailAhead {
    /// Appends the addresses that are complete in a window that begins at `base`, with places in it. Returns
    /// before where in the stream none starts any more.
    pub(super) fn advance(&mut self, text: &str, base: usize, last: bool, found: &mut Vec<Span>) -> usize {
        let from = self.at.saturating_sub(base);
        for (at, after) in signs(text.as_bytes(), from) {
            let floor = self.floor.saturating_sub(base);
            if at < floor {
                continue;
            }
            let Some(start) = local(text, floor, at) else { continue };
            if !last && reads_on(text, after) {
                self.at = base + at;
                return base + start;
            }
            let Some(end) = domain(text, after) else { continue };
            found.push(Span::new(unmarked(text, start, end), end));
            self.floor = base + end;
        }
        let end = base + text.len();
        // A `%40` may have come in part.
        let part = (1..ENCODED.len()).rev().find(|&part| text.as_bytes().ends_with(&ENCODED[..part]));
        self.at = end - part.filter(|_| !last).unwrap_or(0);
        let least = self.floor.saturating_sub(base).max(text.len().saturating_sub(LOCAL));
        let tail = text.get(text.ceil_char_boundary(least)..).unwrap_or_default();
        let before = tail.chars().rev().take_while(|&c| is_local(c) || c == '\\');
        end - before.map(char::len_utf8).sum::<usize>()
    }
}

fn is_local(c: char) -> bool {
    // Scripts without spaces end an address: the words around it touch it. So do the signs of query strings,
    // paths, log lines and tables (`user=ada@example.org`, `Ada|ada@…`), which RFC 5322 allows but nobody has.
    "!$%'*+-^_~.".contains(c) || is_python_word(c) && !is_unspaced(c)
}

/// Signs that stand before an address in a URL, percent-encoded: those that are no part of it as they are.
const BEFORE: &[u8] = b" \t\n\r/=?&#:;,\"<([|";

/// Where the rest of `part` begins that stands behind the last of them.
fn behind_sign(part: &str) -> Option<usize> {
    let signs = part.bytes().enumerate().rev().filter(|&(_, byte)| byte == b'%');
    let digits = |at: usize| part.get(at + 1..at + 3).filter(|digits| !digits.contains('+'));
    signs
        .filter_map(|(at, _)| Some((at, u8::from_str_radix(digits(at)?, 16).ok()?)))
        .find(|(_, sign)| BEFORE.contains(sign))
        .map(|(at, _)| at + 3)
}

/// Whether an address of mail, found as a shape, begins with what stands before it in a URL.
pub(super) fn apart(text: &str) -> Validity {
    unless(behind_sign(text).is_none())
}

/// Where the local part before `at` begins.
fn local(text: &str, floor: usize, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let least = text.ceil_char_boundary(floor.max(at.saturating_sub(LOCAL)));
    let mut start = at;
    loop {
        let rest = text.get(least..start)?;
        let length: usize = rest.chars().rev().take_while(|&c| is_local(c)).map(char::len_utf8).sum();
        start -= length;
        // After a backslash: the letter of an escape, or of a letter that JSON wrote as one.
        match escape(bytes, start).filter(|length| start + length <= at) {
            Some(5) if start > least && is_escaped_letter(bytes, start) => start -= 1,
            Some(length) => {
                start += length;
                break;
            }
            None => break,
        }
    }
    let part = text.get(start..at)?;
    let cut = behind_sign(part).and_then(|at| part.get(at..));
    let part = cut.unwrap_or(part);
    // Punctuation in front belongs to the sentence, but for the backslash of an escaped letter.
    let trimmed = part.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let start = at - trimmed.len();
    let whole = trimmed.len() == part.len();
    let escaped = !whole && bytes.get(start) == Some(&b'u') && escape(bytes, start) == Some(5);
    let start = start - usize::from(escaped);
    let last = trimmed.chars().next_back()?;
    let apart = escaped || cut.is_some() && whole || begins(text, start);
    (last != '.' && !trimmed.contains("..") && apart).then_some(start)
}

/// Whether the escape at `start`, `u00e9`, is of a letter or digit that is no ASCII sign.
fn is_escaped_letter(bytes: &[u8], start: usize) -> bool {
    let digits = bytes.get(start + 1..start + 5).filter(|_| bytes[start] == b'u');
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    code.and_then(char::from_u32).is_some_and(|c| !c.is_ascii() && c.is_alphanumeric() && !is_unspaced(c))
}

/// The longest run at `at` that may be a domain.
fn domain_run(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..text.floor_char_boundary(at + DOMAIN))?;
    let length: usize = rest
        .chars()
        .take_while(|&c| matches!(c, '-' | '.') || c.is_alphanumeric() && !is_unspaced(c))
        .map(char::len_utf8)
        .sum();
    rest.get(..length)
}

/// Whether what follows `text` has a say in where the domain after `at` ends.
fn reads_on(text: &str, at: usize) -> bool {
    // The run ends before the text does, by four bytes where it is cut: then a character follows it.
    let end = at + domain_run(text, at).map_or(0, str::len);
    end == text.len() || end + 4 > at + DOMAIN && text.len() < at + DOMAIN + 4
}

/// Where the domain after `at` ends.
fn domain(text: &str, at: usize) -> Option<usize> {
    let mut name = domain_run(text, at)?;
    loop {
        name = name.trim_end_matches(['-', '.']);
        let (labels, top) = name.rsplit_once('.')?;
        let whole = labels.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
        if !whole {
            return None;
        }
        if top.chars().count() >= 2 && top.chars().all(char::is_alphabetic) {
            let end = at + name.len();
            if FILES.binary_search(&top).is_ok() {
                return None;
            }
            if closes(text, end) {
                return Some(end);
            }
        }
        // `a@b.org.2`: the number is the sentence's.
        name = labels;
    }
}

/// Endings of files that are no top-level domains, sorted: `logo@2x.png` is a picture.
const FILES: &[&str] = &[
    "avif", "bmp", "cjs", "css", "csv", "gif", "htm", "html", "ico", "jpeg", "jpg", "js", "json", "jsx",
    "less", "mjs", "pdf", "png", "scss", "svg", "tiff", "toml", "ts", "tsx", "txt", "vue", "webp", "woff",
    "xml", "yaml", "yml",
];

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
        let Some((span, _)) = host(text, floor, at) else { continue };
        floor = span.end;
        found.push((span, false));
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// How far the web addresses of a text that is still being written are known, in bytes of the stream.
#[derive(Debug, Default)]
pub(super) struct WebAhead {
    schemes: UrlsAhead,
    /// Addresses with a scheme that a dot may be in.
    known: VecDeque<Span>,
    /// Where the next dot may stand.
    at: usize,
    /// Where the last address ends that has a dot in it.
    floor: usize,
}

impl WebAhead {
    /// Appends the addresses that are complete in a window that begins at `base`, with places in it. Returns
    /// before where in the stream none starts any more.
    pub(super) fn advance(
        &mut self,
        text: &str,
        base: usize,
        last: bool,
        found: &mut Vec<(Span, bool)>,
    ) -> usize {
        let mut complete = Vec::new();
        let schemes = self.schemes.advance(text, base, last, &mut complete);
        for span in complete {
            found.push((Span::new(span.start - base, span.end - base), true));
            self.known.push_back(span);
        }
        // Of a dot after that nobody knows whether it stands in an address with a scheme.
        let (from, to) = (self.at.saturating_sub(base), schemes.saturating_sub(base));
        for at in memmem::find_iter(text.as_bytes().get(from..to).unwrap_or_default(), b".") {
            let at = from + at;
            if base + at < self.floor {
                continue;
            }
            while self.known.front().is_some_and(|span| span.end <= base + at) {
                self.known.pop_front();
            }
            if let Some(span) = self.known.front().filter(|span| span.start <= base + at) {
                self.floor = span.end;
                continue;
            }
            let floor = self.floor.saturating_sub(base);
            let (start, end) = around(text.as_bytes(), floor, at);
            let host = host(text, floor, at);
            if !last && (end == text.len() || host.is_some_and(|(_, goes_on)| goes_on)) {
                self.at = base + at;
                return schemes.min(base + start);
            }
            let Some((span, _)) = host else { continue };
            self.floor = base + span.end;
            found.push((span, false));
        }
        self.at = base + to;
        while self.known.front().is_some_and(|span| span.end <= self.at) {
            self.known.pop_front();
        }
        let least = self.floor.saturating_sub(base).max(text.len().saturating_sub(DOMAIN));
        let tail = text.as_bytes().get(least..).unwrap_or_default();
        schemes.min(base + text.len() - tail.iter().rev().take_while(|byte| is_host(**byte)).count())
    }
}

const fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

/// What may be a host name around the dot at `at`: where it begins and ends.
fn around(bytes: &[u8], floor: usize, at: usize) -> (usize, usize) {
    let from = floor.max(at.saturating_sub(DOMAIN));
    let back = bytes[from..at].iter().rev().take_while(|byte| is_host(**byte)).count();
    let ahead = bytes[at..].iter().take(DOMAIN).take_while(|byte| is_host(**byte)).count();
    (at - back, at + ahead)
}

/// The host name around the dot at `at`, with its path, and whether that ends with the text.
fn host(text: &str, floor: usize, at: usize) -> Option<(Span, bool)> {
    let bytes = text.as_bytes();
    let (start, end) = around(bytes, floor, at);
    // The domain of a mail address is no web address.
    if start.checked_sub(1).is_some_and(|before| bytes[before] == b'@') || bytes.get(end) == Some(&b'@') {
        return None;
    }
    let name = text.get(start..end)?.trim_end_matches(['.', '-']);
    let skipped = name.len() - name.trim_start_matches(['.', '-']).len();
    let (start, name) = (start + skipped, name.trim_start_matches(['.', '-']));
    let (labels, top) = name.rsplit_once('.')?;
    let lower = top.to_ascii_lowercase();
    // `done.It`: a space was forgotten.
    if top.len() > 1 && top.as_bytes()[0].is_ascii_uppercase() && top.as_bytes()[1].is_ascii_lowercase() {
        return None;
    }
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
    let (path, goes_on) = match bytes.get(end) {
        Some(b'/' | b'?' | b'#') => path(text.get(end..)?),
        _ => (0, false),
    };
    Some((Span::new(start, end + path), goes_on))
}

/// The length of the path at the start of `rest`, without the sentence's punctuation, and whether all of `rest`
/// is path.
fn path(rest: &str) -> (usize, bool) {
    let run = rest.find(|c: char| !c.is_ascii_graphic() || "<>\"`{}|\\^".contains(c));
    let path = rest.get(..run.unwrap_or(rest.len())).unwrap_or_default();
    (path.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*']).len(), run.is_none())
}
