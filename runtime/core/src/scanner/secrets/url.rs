//! Passwords in URLs: `scheme://user:password@host` (RFC 3986, section 3.2.1).

use super::placeholder::{is_filler, is_reference};
use crate::span::Span;

/// The longest user information that is looked at, in bytes.
const LONGEST: usize = 512;

/// Whether an authority ends there.
const fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'|' | b'(' | b')' | b','
        )
}

/// The bytes from `start` on that may be a URL's authority.
fn authority(text: &[u8], start: usize) -> Option<&[u8]> {
    let rest = text.get(start..)?;
    Some(&rest[..rest.iter().take(LONGEST).position(|byte| ends(*byte)).unwrap_or(rest.len().min(LONGEST))])
}

/// Whether what follows the text decides if there is a password.
pub(super) fn is_open(text: &[u8], start: usize) -> bool {
    authority(text, start)
        .is_some_and(|authority| authority.len() < LONGEST && start + authority.len() == text.len())
}

/// What stands from `start` on of an authority that is written for a place in another URL: each byte and where it is
/// written; and whether what follows the text decides how far it goes.
fn encoded(text: &[u8], start: usize) -> (Vec<(u8, usize)>, bool) {
    let mut bytes = Vec::new();
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let escape = match rest {
            [] | [b'%'] | [b'%', _] => {
                let open = bytes.len() < LONGEST;
                return (bytes, open);
            }
            [b'%', high, low, ..] => unescaped(*high, *low),
            _ => None,
        };
        let byte = escape.unwrap_or(rest[0]);
        // What is not escaped here ends the parameter.
        let parameter = escape.is_none() && matches!(byte, b'&' | b'=' | b';' | b'%');
        if bytes.len() == LONGEST || parameter || ends(byte) {
            return (bytes, false);
        }
        bytes.push((byte, at));
        at += if escape.is_some() { 3 } else { 1 };
    }
}

/// Whether what follows the text decides about [`encoded_password`].
pub(super) fn is_open_encoded(text: &[u8], start: usize) -> bool {
    encoded(text, start).1
}

/// The password of a URL whose authority starts at `start` and is written for a place in another URL:
/// `https%3A%2F%2Fkim%3A…%40host`.
pub(super) fn encoded_password(text: &[u8], start: usize) -> Option<Span> {
    let (bytes, _) = encoded(text, start);
    let at = bytes.iter().rposition(|(byte, _)| *byte == b'@')?;
    let colon = bytes[..at].iter().position(|(byte, _)| *byte == b':')?;
    let decoded: Vec<u8> = bytes.iter().map(|(byte, _)| *byte).collect();
    let first = bytes.get(colon + 1)?.1;
    is_real(&decoded[colon + 1..at], &decoded[at + 1..]).then(|| Span::new(first, bytes[at].1))
}

/// Whether a password and a host are more than an example of them.
fn is_real(password: &[u8], host: &[u8]) -> bool {
    let named = host.first().is_some_and(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'$' | b'{' | b'%' | b'_' | 128..)
    });
    let stands_for_one = is_reference(password) || password.len() > 4 && is_filler(password);
    named && !stands_for_one && !is_example(password, host)
}

/// The password of a URL whose authority starts at `start`.
pub(super) fn password(text: &[u8], start: usize) -> Option<Span> {
    let authority = authority(text, start)?;
    let at = authority.iter().rposition(|&byte| byte == b'@')?;
    let colon = authority[..at].iter().position(|&byte| byte == b':')?;
    let real = is_real(&authority[colon + 1..at], &authority[at + 1..]);
    real.then(|| Span::new(start + colon + 1, start + at))
}

/// What examples call a password; in lower case.
const PASSWORDS: [&str; 16] = [
    "pass",
    "passwd",
    "password",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "user",
    "username",
    "foobar",
    "mypass",
    "mypassword",
    "my_password",
    "some_password",
    "test",
    "1234",
];

/// What examples call a host; in lower case.
const HOSTS: [&str; 10] =
    ["foo", "bar", "baz", "host", "hostname", "server", "domain", "example", "foo.com", "myhost"];

/// Names that lead nowhere (RFC 2606, RFC 6761).
const RESERVED: [&str; 8] =
    [".example", ".test", ".invalid", ".localhost", "example.com", "example.net", "example.org", "localhost"];

/// The fewest characters of a password that protects anything.
const FEWEST: usize = 4;

/// Whether a URL with this password and host only shows what one looks like: the password is what examples have
/// there, or a word or no more than signs on a host that is nobody's or this very machine.
fn is_example(password: &[u8], host: &[u8]) -> bool {
    let decoded = percent_decoded(password);
    let password = String::from_utf8_lossy(&decoded).to_lowercase();
    if password.chars().count() < FEWEST || PASSWORDS.contains(&&*password) {
        return true;
    }
    let port = |byte: &u8| matches!(byte, b':' | b';');
    let host = host.split(port).next().unwrap_or_default().to_ascii_lowercase();
    let host = String::from_utf8_lossy(&host);
    if HOSTS.contains(&&*host) {
        return true;
    }
    let nobodys =
        !host.contains('.') || host.starts_with("127.") || RESERVED.iter().any(|end| host.ends_with(end));
    let word = password.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'));
    let signs = !password.bytes().any(|byte| byte.is_ascii_alphanumeric());
    nobodys && (word || signs)
}

/// The byte that two hexadecimal digits stand for.
fn unescaped(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low)
}

/// What `%XX` stands for (RFC 3986, section 2.1); what is no escape stays.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        let escape = match rest {
            [b'%', high, low, after @ ..] => unescaped(*high, *low).map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = escape.unwrap_or((first, behind));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> Option<&str> {
        let start = url.find("://").unwrap() + 3;
        password(url.as_bytes(), start).map(|span| &url[span.range()])
    }

    #[test]
    fn passwords_in_urls_inside_of_urls() {
        let found = |url: &'static str| {
            let start = url.to_ascii_uppercase().find("%3A")? + if url.contains("//") { 5 } else { 9 };
            encoded_password(url.as_bytes(), start).map(|span| &url[span.range()])
        };
        assert_eq!(found("?to=https%3A%2F%2Fkim%3Ahunter2x%40db.corp.com%2Fx&y=a@b"), Some("hunter2x"));
        assert_eq!(found("postgres%3a%2f%2fapp%3ap%2540ss%3Aw0rd%40db%3a5432"), Some("p%2540ss%3Aw0rd"));
        assert_eq!(found("https%3A//kim%3Ahunter2x%40db.corp.com/x"), Some("hunter2x"));
        assert_eq!(found("https%3A%2F%2Fkim:hunter2x@db.corp.com"), Some("hunter2x"));
        for none in [
            "https%3A%2F%2Fdb.corp.com%3A8080%2Fa%40b",
            "https%3A%2F%2Fkim%40db.corp.com",
            "https%3A%2F%2Fdb.corp.com&user=a%3Ahunter2x%40b",
            "https%3A%2F%2Fdb.corp.com%20a%3Ahunter2x%40b",
            "https%3A%2F%2Fkim%3A%24%7BPASS%7D%40db",
            "https%3A%2F%2Fuser%3Apassword%40example.org",
            "https%3A%2F%2Fkim%3Ahunter2x%40",
            "https%3A%2F%2Fkim%3Ahunter2x%4",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
        let open = |text: &str| is_open_encoded(text.as_bytes(), 0);
        assert!(open("kim%3Ahunt") && open("kim%3Ahunter2x%4") && open("kim%") && !open("kim%2F"));
    }

    #[test]
    fn passwords() {
        assert_eq!(found("https://kim:hunter2@example.org/x"), Some("hunter2"));
        assert_eq!(found("postgres://app:p@ss:w0rd@db:5432/x"), Some("p@ss:w0rd"));
        assert_eq!(found("redis://:hunter2@[::1]:6379"), Some("hunter2"));
        assert_eq!(found("https://kim:letmein@db.corp.com"), Some("letmein"));
        assert_eq!(found("redis://kim:Hunter2%21@localhost"), Some("Hunter2%21"));
        assert_eq!(found("mongodb+srv://a:b1$c@cluster0.example.net"), Some("b1$c"));
        for none in [
            "https://example.org:8080/a@b",
            "https://kim@example.org",
            "https://a:${PASS}@b",
            "https://a:@b",
            "https://a:{pass}@b",
            "https://a:<pass>@b",
            "https://a:xxxxx@b",
            "https://a: b@c",
            "https://user:pass@db.internal.corp.com",
            "redis://kim:hunter@localhost:6379",
            "redis://kim:%23%40%3C%3E%24@example.com/2",
            "http://%60%7B%7D:%60%7B%7D@h.corp.com/",
            "http://kim:x9q2Lm7v@foo",
            "http://a:\u{1F4A9}@corp.com/bar",
            "http://a:b@ c",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
    }
}
