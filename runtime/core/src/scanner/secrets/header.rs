//! What `Authorization: Basic …` holds (RFC 7617), and the `auth` of Docker's configuration: base64 of
//! `user:password`.

use super::chosen::LONGEST;
use super::hash::base64;
use super::placeholder::{is_example, is_filler, is_reference};
use super::reader::{Reader, is_cut};
use crate::span::Span;

/// The credentials that follow the word which ends at `end`.
pub(super) fn credentials(text: &[u8], end: usize) -> Option<Span> {
    read(&mut Reader::new(text, end), text)
}

/// Whether what follows the text decides about [`credentials`].
pub(super) fn is_open(text: &[u8], end: usize) -> bool {
    is_cut(text, end, |reader| read(reader, text))
}

fn read(reader: &mut Reader<'_>, text: &[u8]) -> Option<Span> {
    reader.skip(8, |byte| matches!(byte, b' ' | b':' | b'"' | b'\\'));
    let start = reader.at();
    reader.skip(2 * LONGEST, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    reader.skip(2, |byte| byte == b'=');
    let span = Span::new(start, reader.at());
    let decoded = base64(&text[span.range()])?;
    let text = std::str::from_utf8(&decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    let printable = !text.chars().any(char::is_control) && !user.is_empty() && !user.contains(' ');
    let password = password.as_bytes();
    let shown = is_reference(password) || is_filler(password) || is_example(password) || password == b"pass";
    (printable && password.len() >= 4 && !shown).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_passwords() {
        let found = |text: &'static str| credentials(text.as_bytes(), 0).map(|span| &text[span.range()]);
        // ada:Tr0ub4dor&3, ada:letmein
        assert_eq!(found("YWRhOlRyMHViNGRvciYz\r\n"), Some("YWRhOlRyMHViNGRvciYz"));
        assert_eq!(found(": \"YWRhOmxldG1laW4=\"}"), Some("YWRhOmxldG1laW4="));
        // user:password, no colon, no user, and words
        for text in
            ["dXNlcjpwYXNzd29yZA==", "VHIwdWI0ZG9yJjM=", "OlRyMHViNGRvciYz", "authentication", "", "x"]
        {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
