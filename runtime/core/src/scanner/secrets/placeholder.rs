//! Values that only stand for a secret.

use super::entropy::repeats;

/// Words that no secret holds and placeholders do; in lower case.
const WORDS: [&str; 18] = [
    "your",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "redacted",
    "xxxx",
    "dummy",
    "insert",
    "replace",
    "todo",
    "fixme",
    "not-a-real",
    "not_a_real",
    "fake",
    "****",
    "...",
    "\u{2026}",
];

/// Words that make a value without a mark an example; where the value has one, they do not matter.
const EXAMPLES: [&str; 8] = ["example", "sample", "test", "demo", "foobar", "password", "secret", "default"];

/// Whether the value is filled in later: `${NAME}`, `{{ name }}`, `%(name)s`, `$NAME`, `<name>`; also as a shell's
/// default: `${NAME:-$OTHER}`.
pub(super) fn is_reference(value: &[u8]) -> bool {
    match value.strip_prefix(b"-").unwrap_or(value) {
        [b'$', next, ..] => *next == b'{' || *next == b'(' || next.is_ascii_alphabetic() || *next == b'_',
        [b'{', .., b'}'] | [b'<', .., b'>'] | [b'%', .., b'%'] | [b'%', b'(', ..] => true,
        _ => value.windows(2).any(|pair| pair == b"{{" || pair == b"${"),
    }
}

/// Whether the value is nobody's: filler, sequences, repetitions, `your-key-here`.
pub(super) fn is_filler(value: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(value).to_lowercase();
    let bracketed = value.contains(&b'<') && value.contains(&b'>');
    bracketed || WORDS.iter().any(|word| lower.contains(word)) || repeats(value)
}

/// Whether a value without a mark of its own is only an example.
pub(super) fn is_example(value: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(value).to_lowercase();
    EXAMPLES.iter().any(|word| lower.contains(word))
}

/// Whether the value is one that a provider's documentation uses: they have the word in capitals, which chance
/// hardly ever draws (`AKIAIOSFODNN7EXAMPLE`).
pub(super) fn is_documented(value: &[u8]) -> bool {
    value.windows(7).any(|part| part == b"EXAMPLE")
}

/// Whether the value says that it is a digest: `sha512-…`.
pub(super) fn is_digest(value: &[u8]) -> bool {
    [&b"sha1-"[..], b"sha256-", b"sha384-", b"sha512-", b"md5-"].iter().any(|mark| value.starts_with(mark))
}

/// Whether the value is a UUID (RFC 9562), which identifies and does not protect.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for value in
            ["${KEY}", "$KEY", "$(key)", "{{ key }}", "{key}", "<key>", "%KEY%", "%(key)s", "a${b}", "-$B"]
        {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
        for value in ["$2b$12$abc", "a$b", "{a", "50%"] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn fillers_and_uuids() {
        for value in ["your-api-key-here", "XXXXXXXX", "aaaaaaaaaaaa", "0123456789", "abcdefghij", "<token>"]
        {
            assert!(is_filler(value.as_bytes()), "{value}");
        }
        assert!(!is_filler(b"q9Zk2LmX7cVb"));
        assert!(is_documented(b"AKIAIOSFODNN7EXAMPLE") && !is_documented(b"AKIAIOSFODNN7Example"));
        assert!(is_digest(b"sha512-q9Zk2LmX7cVb") && !is_digest(b"sha-q9Zk2LmX7cVb"));
        assert!(is_uuid(b"6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
        assert!(!is_uuid(b"6ba7b810-9dad-11d1-80b4-00c04fd430cg"));
        assert!(is_example(b"My-Example-Key") && !is_example(b"q9Zk2LmX7cVb"));
    }
}
