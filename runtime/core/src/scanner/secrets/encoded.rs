//! Base64 that stands for text: it was written, not drawn; and where Kubernetes keeps secrets so.

use super::hash::base64;
use super::table::{Name, table};

/// The shortest text that is told from chance: of so many random bytes one in 200,000 rows is printable.
const SHORTEST: usize = 14;

/// Whether a value is base64 of a sentence or of structured text in which nothing is called a secret.
pub(super) fn is_text(value: &[u8]) -> bool {
    let Some(decoded) = base64(value).filter(|decoded| decoded.len() >= SHORTEST) else { return false };
    let printable = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    // The last bits of a value without its padding may be missing.
    let Some((_, whole)) = decoded.split_last() else { return false };
    if !whole.iter().all(printable) {
        return false;
    }
    let structured = matches!(whole.first(), Some(b'{' | b'[' | b'<'));
    let words = whole.split(u8::is_ascii_whitespace).count();
    let sentence = words >= 3 && words * 12 >= whole.len();
    let table = table();
    let secret = |pattern: usize| table.meanings[pattern].contains(&Name::Secret);
    (structured || sentence)
        && !table.names.find_overlapping_iter(whole).any(|found| secret(found.pattern().as_usize()))
}

/// How far back the begin of a manifest may be, in bytes.
const MANIFEST: usize = 1_000;

/// Whether a value that begins at `start` stands among the data of a secret of Kubernetes, whatever it is called.
pub(super) fn is_kept(text: &[u8], start: usize) -> bool {
    let before = &text[start.saturating_sub(MANIFEST)..start];
    let set = before.trim_ascii_end().strip_suffix(b"\"").unwrap_or(before).trim_ascii_end().ends_with(b":");
    let kind = memchr::memmem::rfind(before, b"kind: Secret").filter(|_| set);
    kind.is_some_and(|at| {
        let rest = &before[at..];
        let data =
            [&b"\ndata:"[..], b"\\ndata:"].iter().any(|data| memchr::memmem::find(rest, data).is_some());
        data && memchr::memmem::find(rest, b"\n---").is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_json() {
        // {"oid":"12345678-9abc-def-1234-56789abcdef0"}
        assert!(is_text(b"eyJvaWQiOiIxMjM0NTY3OC05YWJjLWRlZi0xMjM0LTU2Nzg5YWJjZGVmMCJ9"));
        // these are not the words of a key
        assert!(is_text(b"dGhlc2UgYXJlIG5vdCB0aGUgd29yZHMgb2YgYSBrZXk="));
        // {"auth": "a2ltOmh1bnRlcjI="} names a secret, Tr0ub4dor&3-Tr0ub4dor is one word
        assert!(!is_text(b"eyJhdXRoIjogImEybHRPbWgxYm5SbGNqST0ifQ=="));
        assert!(!is_text(b"VHIwdWI0ZG9yJjMtVHIwdWI0ZG9y"));
        assert!(!is_text(b"q9Zk2LmX7cVbq9Zk2LmX7cVbAA+/"));
        assert!(!is_text(b"c2hvcnQgb25l"));
    }

    #[test]
    fn data_of_secrets() {
        let kept = |text: &str| is_kept(text.as_bytes(), text.len());
        assert!(kept("kind: Secret\ntype: Opaque\ndata:\n  uri: ") && kept("kind: Secret\ndata:\n  uri: \""));
        assert!(!kept("kind: ConfigMap\ndata:\n  uri: ") && !kept("kind: Secret\ndata:\n---\nx: "));
        assert!(!kept("kind: Secret\ndata:\n  uri"));
    }
}
