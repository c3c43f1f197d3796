//! Passwords in URLs: `scheme://user:password@host` (RFC 3986, section 3.2.1).

use super::placeholder::{is_filler, is_reference};
use crate::span::Span;

/// The longest user information that is looked at, in bytes.
const LONGEST: usize = 512;

/// The bytes from `start` on that may be a URL's authority.
fn authority(text: &[u8], start: usize) -> Option<&[u8]> {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'|' | b'(' | b')' | b','
            )
    };
    let rest = text.get(start..)?;
    Some(&rest[..rest.iter().take(LONGEST).position(ends).unwrap_or(rest.len().min(LONGEST))])
}

/// Whether what follows the text decides if there is a password.
pub(super) fn is_open(text: &[u8], start: usize) -> bool {
    authority(text, start)
        .is_some_and(|authority| authority.len() < LONGEST && start + authority.len() == text.len())
}

/// The password of a URL whose authority starts at `start`.
pub(super) fn password(text: &[u8], start: usize) -> Option<Span> {
    let authority = authority(text, start)?;
    let at = authority.iter().rposition(|&byte| byte == b'@')?;
    let colon = authority[..at].iter().position(|&byte| byte == b':')?;
    let host = authority.get(at + 1).is_some_and(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'$' | b'{' | b'%' | b'_' | 128..)
    });
    let password = &authority[colon + 1..at];
    let stands_for_one = is_reference(password) || password.len() > 4 && is_filler(password);
    let real = !password.is_empty() && !stands_for_one;
    (host && real).then(|| Span::new(start + colon + 1, start + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> Option<&str> {
        let start = url.find("://").unwrap() + 3;
        password(url.as_bytes(), start).map(|span| &url[span.range()])
    }

    #[test]
    fn passwords() {
        assert_eq!(found("https://kim:hunter2@example.org/x"), Some("hunter2"));
        assert_eq!(found("postgres://app:p@ss:w0rd@db:5432/x"), Some("p@ss:w0rd"));
        assert_eq!(found("redis://:hunter2@[::1]:6379"), Some("hunter2"));
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
            "http://a:b@ c",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
    }
}
