//! Passwords in assignments: `password = "…"`, `"passwd": "…"`, `PGPASSWORD=…`, `Pwd=…;`, `password is …`, `Passwort
//! lautet …`; and behind the name of who has it: `curl -u ada:…`.

use super::check::{Check, Promise};
use super::entropy::{bits_per_character, is_hex, looks_random};
use super::placeholder::{is_example, is_filler, is_reference, is_uuid};
use crate::span::Span;

/// What may stand between the name and the value, as words do.
const VERBS: [&[u8]; 5] = [b"is", b"ist", b"est", b"es", b"lautet"];

/// The longest name of a user.
const USER: usize = 64;

/// The longest password that is looked for, in bytes.
const LONGEST: usize = 128;

/// The shortest.
const SHORTEST: usize = 8;

/// How far back a name may begin, and what says that a file of `.netrc`'s kind is read, in bytes.
const NAME: usize = 40;
const ENTRY: usize = 160;

/// The value that is assigned to the name that ends somewhere after `word`, one like `password`.
pub(super) fn value(text: &[u8], word: Span) -> Option<Span> {
    let end = word.end;
    let at = operator(text, word)?;
    let first = *text.get(at)?;
    let span = match first {
        b'"' | b'\'' | b'`' => quoted(text, at + 1, first)?,
        _ if before_name(text, word.start).is_some_and(|sign| matches!(sign, b'?' | b'&')) => {
            // Of a query: other parameters follow.
            let span = bare(text, at);
            let length = text[span.range()].iter().position(|byte| matches!(byte, b'&' | b'#'));
            length.map_or(span, |length| Span::new(span.start, span.start + length))
        }
        _ => bare(text, at),
    };
    let value = &text[span.range()];
    // Much is called a secret of something; hexadecimal digits are its number rather than its value.
    let number = text[..end].last_chunk::<6>().is_some_and(|word| word.eq_ignore_ascii_case(b"secret"))
        && is_hex(value);
    let chosen = is_encoded(value) || is_password(value, matches!(first, b'"' | b'\'' | b'`'));
    (!number && chosen).then_some(span)
}

/// The sign before the name that `word`, which begins at `start`, is a part of.
fn before_name(text: &[u8], start: usize) -> Option<u8> {
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    let length = text[..start].iter().rev().take(NAME).take_while(name).count();
    text[..start - length].last().copied()
}

/// Whether the value is base64 of text, as Kubernetes keeps secrets; its padding tells it from words.
fn is_encoded(value: &[u8]) -> bool {
    value.ends_with(b"=")
        && value.len().is_multiple_of(4)
        && (SHORTEST..=LONGEST).contains(&value.len())
        && Check::Encoded.promise(value) == Promise::Kept
}

/// Whether what follows the text decides what is assigned to the name that ends somewhere after `word`.
pub(super) fn is_open(text: &[u8], word: Span) -> bool {
    let Some(at) = operator(text, word) else {
        // What comes behind name, quotes and blanks is the longest verb and a blank.
        return gap(text, word.end) + 7 > text.len();
    };
    let Some(&first) = text.get(at) else { return true };
    if matches!(first, b'"' | b'\'' | b'`') {
        let inside = text[at + 1..].iter().take(LONGEST + 1);
        let length = inside.take_while(|&&byte| byte != first && byte != b'\n').count();
        return at + 1 + length == text.len();
    }
    let rest = &text[at..];
    rest.len() <= LONGEST && !rest.iter().any(|&byte| ends(byte))
}

/// Where the value starts: behind the rest of the name, an operator and blanks.
fn operator(text: &[u8], word: Span) -> Option<usize> {
    let gap = gap(text, word.end);
    let quoted = matches!(text.get(gap.wrapping_sub(1)), Some(b'"' | b'\''));
    let operator = match text.get(gap..)? {
        // `<password>…`
        [b'>', next, ..] if !next.is_ascii_whitespace() && before_name(text, word.start) == Some(b'<') => {
            gap + 1
        }
        // `define('DB_PASSWORD', '…')`
        [b',', rest @ ..] if quoted && is_argument(text, word.start) => {
            let blanks = rest.iter().take(8).take_while(|byte| **byte == b' ').count();
            rest.get(blanks).is_none_or(|byte| matches!(byte, b'"' | b'\'')).then_some(gap + 1)?
        }
        [b':', b'=', ..] | [b'=', b'>', ..] => gap + 2,
        // A comparison; a path in a program.
        [b'=', b'=', ..] | [b':', b':', ..] => return None,
        [b'=' | b':', ..] => gap + 1,
        _ if !matches!(text.get(gap.wrapping_sub(1)), Some(b' ' | b'\t')) => return None,
        // `machine … login … password …`
        _ if is_entry(text, word) => return Some(gap),
        rest => {
            let follows =
                |verb: &&&[u8]| rest.starts_with(verb) && matches!(rest.get(verb.len()), Some(b' ' | b':'));
            gap + VERBS.iter().find(follows)?.len()
        }
    };
    Some(skip(text, operator, 8, |byte| matches!(byte, b' ' | b'\t' | b':' | b'\\')))
}

/// Whether the name that is quoted and goes on at `start` is the first argument of a call.
fn is_argument(text: &[u8], start: usize) -> bool {
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = text[..start].iter().rev().take(NAME).take_while(name).count();
    matches!(&text[..start - length], [.., call, b'(', b'"' | b'\''] if call.is_ascii_alphanumeric() || *call == b'_')
}

/// Whether the word is `password` in an entry of `.netrc`.
fn is_entry(text: &[u8], word: Span) -> bool {
    let before = &text[word.start.saturating_sub(ENTRY)..word.start];
    let all = before.last().is_some_and(u8::is_ascii_whitespace)
        && text.get(word.end).is_some_and(u8::is_ascii_whitespace)
        && &text[word.range()] == b"password";
    all && memchr::memmem::rfind(before, b"login ")
        .is_some_and(|login| memchr::memmem::rfind(&before[..login], b"machine ").is_some())
}

/// Where the operator stands, if there is one: behind the rest of the name, quotes and blanks.
fn gap(text: &[u8], end: usize) -> usize {
    let name = skip(text, end, 20, |byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let quote = skip(text, name, 3, |byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\'));
    // In French a space that does not break comes before the colon.
    skip(text, quote, 20, |byte| matches!(byte, b' ' | b'\t' | 0xc2 | 0xa0 | 0xe2 | 0x80 | 0xaf))
}

/// The password of `user:password`, the argument that begins at `end`.
pub(super) fn of_user(text: &[u8], end: usize) -> Option<Span> {
    let start = skip(text, end, 1, |byte| matches!(byte, b' ' | b'='));
    let at = skip(text, start, 1, |byte| matches!(byte, b'"' | b'\''));
    let quoted = at > start;
    let colon = skip(text, at, USER, IS_USER);
    if colon == at || text.get(colon) != Some(&b':') {
        return None;
    }
    let span = bare(text, colon + 1);
    is_password(&text[span.range()], quoted).then_some(span)
}

/// Whether what follows the text decides about [`of_user`].
pub(super) fn of_user_is_open(text: &[u8], end: usize) -> bool {
    let start = skip(text, end, 1, |byte| matches!(byte, b' ' | b'='));
    let at = skip(text, start, 1, |byte| matches!(byte, b'"' | b'\''));
    let colon = skip(text, at, USER, IS_USER);
    match text.get(colon) {
        None => true,
        Some(b':') => {
            let rest = &text[colon + 1..];
            rest.len() <= LONGEST && !rest.iter().any(|&byte| ends(byte))
        }
        Some(_) => false,
    }
}

/// What a name of a user has.
const IS_USER: fn(&u8) -> bool =
    |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@' | b'+');

/// Behind up to `most` bytes of a kind.
fn skip(text: &[u8], from: usize, most: usize, of: fn(&u8) -> bool) -> usize {
    from + text[from..].iter().take(most).take_while(|byte| of(byte)).count()
}

fn quoted(text: &[u8], start: usize, quote: u8) -> Option<Span> {
    let inside = text[start..].iter().take(LONGEST + 1);
    let length = inside.take_while(|&&byte| byte != quote && byte != b'\n').count();
    let closed = text.get(start + length) == Some(&quote);
    // An escaped quote closes a string that is itself in a string.
    let length = if length > 0 && text[start + length - 1] == b'\\' { length - 1 } else { length };
    closed.then(|| Span::new(start, start + length))
}

/// Whether a value without quotes ends there.
const fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b';' | b',' | b'<' | b'>')
}

fn bare(text: &[u8], start: usize) -> Span {
    let rest = &text[start..];
    let mut length =
        rest.iter().take(LONGEST + 1).position(|&byte| ends(byte)).unwrap_or(rest.len().min(LONGEST + 1));
    while length > 0 && matches!(rest[length - 1], b'.' | b')' | b']' | b'}' | b'?') {
        length -= 1;
    }
    Span::new(start, start + length)
}

/// Whether the value is one that somebody chose, and not a word, a name or a piece of a program.
fn is_password(value: &[u8], quoted: bool) -> bool {
    if !(SHORTEST..=LONGEST).contains(&value.len()) || !value.is_ascii() {
        return false;
    }
    let has = |kind: fn(&u8) -> bool| value.iter().any(kind);
    let (digit, letter) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
    let symbol = has(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'-' | b'.' | b'/' | b':'));
    let code =
        has(|byte| {
            matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b' ' | b'=' | b'\\')
        }) || value.windows(2).any(|pair| matches!(pair, b"::" | b"->" | b"//" | b".." | b"%s" | b"%d"));
    let bare_code = !quoted && (has(|byte| matches!(byte, b'.' | b'/' | b'&' | b'*' | b'|')) && !symbol);
    let constant = !quoted
        && value.contains(&b'_')
        && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
        && !looks_random(value);
    let chosen =
        quoted || symbol || has(u8::is_ascii_uppercase) || value.len() >= 10 && !value.contains(&b'_');
    letter
        && digit
        && chosen
        && !code
        && !bare_code
        && !constant
        && bits_per_character(value) >= 2.5
        && !is_reference(value)
        && !is_filler(value)
        && !is_example(value)
        && !is_uuid(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let lower = text.to_ascii_lowercase();
        let words = ["password", "passwd", "pwd", "secret"];
        let word = words.iter().find_map(|word| Some((lower.find(word)?, word.len())));
        let (start, length) = word.unwrap();
        value(text.as_bytes(), Span::new(start, start + length)).map(|span| &text[span.range()])
    }

    #[test]
    fn of_users() {
        let found = |text: &'static str| of_user(text.as_bytes(), 0).map(|span| &text[span.range()]);
        assert_eq!(found("ada:Tr0ub4dor&3 https://x.org"), Some("Tr0ub4dor&3"));
        assert_eq!(found("'a@x.org:Tr0ub4dor&3' x"), Some("Tr0ub4dor&3"));
        for text in
            ["ada", "ada:", "1000:1000", ":Tr0ub4dor&3", "ada:password", "a b:Tr0ub4dor&3", "$USER:$PASS_1"]
        {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn other_languages() {
        let found = |text: &'static str, word: &str| {
            let start = text.find(word)?;
            value(text.as_bytes(), Span::new(start, start + word.len())).map(|span| &text[span.range()])
        };
        assert_eq!(found("das Passwort lautet Geheim!2024xy", "Passwort"), Some("Geheim!2024xy"));
        assert_eq!(found("mot de passe\u{a0}: Geheim!2024xy", "passe"), Some("Geheim!2024xy"));
        assert_eq!(found("la contraseña es Geheim!2024xy.", "contraseña"), Some("Geheim!2024xy"));
        assert_eq!(found("das Passwort istGeheim!2024xy", "Passwort"), None);
    }

    #[test]
    fn values() {
        for text in [
            "password = \"Tr0ub4dor&3\"",
            "password: Tr0ub4dor&3",
            "DB_PASSWORD=Tr0ub4dor&3",
            "\"passwd\": \"Tr0ub4dor&3\"",
            "Server=db;Pwd=Tr0ub4dor&3;Port=1",
            "my password is Tr0ub4dor&3.",
            "$cfg['password'] = 'Tr0ub4dor&3';",
            "password_prod => 'Tr0ub4dor&3'",
            r#"{\"password\": \"Tr0ub4dor&3\"}"#,
            "password := `Tr0ub4dor&3`",
        ] {
            assert_eq!(found(text), Some("Tr0ub4dor&3"), "{text}");
        }
        for text in [
            "password: string",
            "password = getpass()",
            "password = os.environ['X1']",
            "password=${PASSWORD_1}",
            "password == \"a1b2c3d4\"",
            "password = \"changeme123\"",
            "password = \"12345678\"",
            "password: \"short1\"",
            "password = config.password1",
            "password = \"example-pass1\"",
            "password = \"unclosed1a",
            "the password field",
            "\"Service::Secret\": \"3bf4404734c82308\"",
            "password: <your password 1>",
            "TrafficSecrets::Aes128GcmX",
            "secret: TLS13_CHACHA20_POLY1305_SHA256",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
