//! A user and a password that stand together: `login: ada / …`, `-u ada:…`.

use super::chosen::is_password;
use super::entropy::looks_random;
use super::escaped::opens;
use super::password::{bare, blanks, chosen};
use super::reader::{Reader, is_cut};
use crate::span::Span;

/// The longest name of a user.
const USER: usize = 64;

/// The password behind a name that ends at `end`.
pub(super) fn password(text: &[u8], end: usize) -> Option<Span> {
    read(&mut Reader::new(text, end), text)
}

/// Whether what follows the text decides about [`password`].
pub(super) fn is_open(text: &[u8], end: usize) -> bool {
    is_cut(text, end, |reader| read(reader, text))
}

fn read(reader: &mut Reader<'_>, text: &[u8]) -> Option<Span> {
    reader.take(b"s");
    reader.skip(2, |byte| matches!(byte, b'"' | b'*'));
    blanks(reader);
    if !(reader.take_one(&[b":", b"="]) || reader.take("：".as_bytes())) {
        return None;
    }
    reader.skip(2, |byte| byte == b'*');
    blanks(reader);
    reader.take(b"\"");
    let user = reader.skip(USER, is_of_user);
    // Without blanks, strokes part the names of a path.
    if user.is_empty() || !blanks(reader) || !reader.take(b"/") || !blanks(reader) {
        return None;
    }
    chosen(reader, text, false)
}

/// The password of `user:password`, the argument that begins at `end`; or a token in place of the user.
pub(super) fn of_user(text: &[u8], end: usize) -> Option<Span> {
    read_user(&mut Reader::new(text, end), text)
}

/// Whether what follows the text decides about [`of_user`].
pub(super) fn of_user_is_open(text: &[u8], end: usize) -> bool {
    is_cut(text, end, |reader| read_user(reader, text))
}

fn read_user(reader: &mut Reader<'_>, text: &[u8]) -> Option<Span> {
    reader.skip(1, |byte| matches!(byte, b' ' | b'='));
    opens(reader);
    let quoted = !reader.skip(1, |byte| matches!(byte, b'"' | b'\'')).is_empty();
    let start = reader.at();
    let user = reader.skip(USER, is_of_user);
    if user.is_empty() || !reader.take(b":") {
        return None;
    }
    let span = bare(reader);
    if span.is_empty() {
        return (user.len() >= 20 && looks_random(user)).then(|| Span::new(start, start + user.len()));
    }
    is_password(&text[span.range()], quoted).then_some(span)
}

/// Whether the name of a user may have it.
const fn is_of_user(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'+')
}

#[cfg(test)]
mod tests {
    use super::super::tests::scan;

    #[test]
    fn a_stroke_parts_the_user_and_the_password() {
        for text in [
            "login: ada / {}",
            "Login: ada@example.org / {}, if asked",
            "logins = ada / {}",
            "**Login:** ada / `{}`",
            "The credentials: \"ada / {}\"",
            "creds: ada / '{}'",
        ] {
            let written = text.replace("{}", "Tr0ub4dor-3");
            assert_eq!(scan(&written).0, text.replace("{}", "******"), "{text}");
        }
        for text in [
            "login: users/Tr0ub4dor-3",
            "login: ada / Grace",
            "login / Tr0ub4dor-3",
            "login: ada / ${PASSWORD_1}",
            "login: ada / grace / chapter-2",
            "credentials: none / see page 12",
        ] {
            assert!(scan(text).1.valid, "{text}");
        }
    }
}
