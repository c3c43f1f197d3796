//! A user and a password behind one name: `login: ada / …`.

use super::password::{USER, blanks, chosen, is_of_user};
use super::reader::Reader;
use crate::span::Span;

/// The password behind a name that ends at `end`.
pub(super) fn password(text: &[u8], end: usize) -> Option<Span> {
    read(&mut Reader::new(text, end), text)
}

/// Whether what follows the text decides about [`password`].
pub(super) fn is_open(text: &[u8], end: usize) -> bool {
    let mut reader = Reader::new(text, end);
    read(&mut reader, text);
    reader.ended()
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
