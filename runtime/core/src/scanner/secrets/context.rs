//! What stands around a value: quotes, an assignment, and the names before it.

use super::password::{COMMANDS, is_set_by};
use super::table::{Name, table};
use crate::span::Span;
use crate::text::escape::last_control;

/// How far back a name may be, in bytes.
const WINDOW: usize = 64;

/// How far back a word may be that makes all values behind it public, in bytes.
const NEAR: usize = 200;

/// What stands around a value.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// The value with the `=` that pad it.
    pub(super) value: Span,
    /// Whether quotes enclose it.
    pub(super) quoted: bool,
    /// Whether something is set to it: `=`, `:`, `=>`, `is`, a quote alone, a header's or an option's name.
    pub(super) assigned: bool,
    /// Whether it is what a name is set to: `name = …`, `name: …`, `my name is …`.
    pub(super) named: bool,
    /// What is before it: its line, what belongs to the same statement of it, at most [`WINDOW`] bytes.
    window: Span,
}

/// What encloses values; also in an address, where quotes are escaped.
const QUOTES: [(&str, &str); 10] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("“", "”"),
    ("„", "“"),
    ("‘", "’"),
    ("«", "»"),
    ("%22", "%22"),
    ("%27", "%27"),
    // Perl's.
    ("q{", "}"),
];

/// What may stand between an operator and its value, beside ASCII.
const SOFT: [&str; 9] = ["%22", "%27", "%20", "“", "„", "‘", "\u{a0}", "qq{", "q{"];

/// Signs that set, beside ASCII.
const OPERATORS: [&str; 7] = ["：", "＝", "→", "%3D", "%3d", "%3A", "%3a"];

/// Words behind which a value is said.
const SET_BY: [&str; 12] = [
    " is",
    " was",
    "'s",
    "’s",
    " bearer",
    " basic",
    " token",
    ":bearer",
    " key",
    " secret",
    " password",
    " apikey",
];

/// How options for secrets are called at their end, in lower case and without `-` and `_`. What else is called a token
/// may be a place in a list.
const OPTIONS: [&[u8]; 12] = [
    b"apikey",
    b"accesskey",
    b"secretkey",
    b"privatekey",
    b"authkey",
    b"signingkey",
    b"authtoken",
    b"accesstoken",
    b"apitoken",
    b"bearertoken",
    b"secret",
    b"passphrase",
];

/// How many backslashes may be before a closing quote: each string in a string doubles them.
const ESCAPES: usize = 64;

impl Context {
    /// Whether what follows the text decides what is behind `text[start..end]`.
    pub(super) fn is_open(text: &[u8], run: Span) -> bool {
        let behind = &text[run.end..];
        let padding = behind.iter().take(2).take_while(|&&byte| byte == b'=').count();
        let escapes = behind[padding..].iter().take(ESCAPES).take_while(|&&byte| byte == b'\\').count();
        let rest = &behind[padding + escapes..];
        rest.is_empty()
            || QUOTES.iter().any(|(_, close)| close.len() > rest.len() && close.as_bytes().starts_with(rest))
    }

    /// Looks around `text[start..end]`.
    pub(super) fn new(text: &[u8], run: Span) -> Self {
        let padding = text[run.end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
        let value = Span::new(run.start, run.end + padding);
        // In a string in a string the quotes are escaped.
        let escapes = text[value.end..].iter().take(ESCAPES).take_while(|&&byte| byte == b'\\').count();
        let (before, after) = (&text[..value.start], &text[value.end + escapes..]);
        let opened = QUOTES
            .iter()
            .find(|(open, close)| before.ends_with(open.as_bytes()) && after.starts_with(close.as_bytes()));
        let quoted = opened.is_some();
        let earliest = value.start.saturating_sub(WINDOW);
        let behind = &text[earliest..value.start - opened.map_or(0, |(open, _)| open.len())];
        let cut = |byte: &u8| matches!(byte, b'\n' | b'\r' | b';' | b'{' | b'}' | b',');
        // In a string in a string a line may end with an escape.
        let line = memchr::memmem::rfind(behind, b"\\n").map_or(0, |at| at + 2);
        let start = earliest + behind.iter().rposition(cut).map_or(0, |at| at + 1).max(line);
        let own = Span::new(start, value.start);
        let above = above(text, earliest, own);
        let window = above.unwrap_or(own);
        let mut context = Self { value, quoted, assigned: false, named: false, window };
        context.assigned = context.is_assigned(text);
        context.named = above.is_none() && context.assigned && context.is_named(text);
        context
    }

    /// Whether a name stands before `=`, `:` or a verb, and no address that the value is a part of.
    fn is_named(&self, text: &[u8]) -> bool {
        let window = &text[self.window.range()];
        let (name, rest) = self.name(text);
        let verb = rest.split(u8::is_ascii_whitespace).any(is_verb);
        let operator = verb || rest.iter().any(|byte| matches!(byte, b'=' | b':'));
        !name.is_empty() && operator && memchr::memmem::find(window, b"://").is_none()
    }

    /// The name that the value is set to, and what stands between them, a verb included.
    fn name<'t>(&self, text: &'t [u8]) -> (&'t [u8], &'t [u8]) {
        let window = &text[self.window.range()];
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let last = |until: usize| {
            let end = window[..until].iter().rposition(word).map_or(0, |at| at + 1);
            (window[..end].iter().rposition(|byte| !word(byte)).map_or(0, |at| at + 1), end)
        };
        let (start, end) = last(window.len());
        if is_verb(&window[start..end]) {
            let (name, end) = last(start);
            return (&window[name..end], &window[end..]);
        }
        (&window[start..end], &window[end..])
    }

    /// Whether the value is set to something that is called a key: `API_KEY`, `X-Key`, `myKey`, `key`.
    pub(super) fn is_keyed(&self, text: &[u8]) -> bool {
        let (name, _) = self.name(text);
        let Some((before, key)) = name.split_last_chunk::<3>() else { return false };
        let camel = before.last().is_some_and(u8::is_ascii_lowercase) && key == b"Key";
        let part = before.last().is_none_or(|byte| !byte.is_ascii_alphabetic());
        self.named && (camel || part && key.eq_ignore_ascii_case(b"key"))
    }

    /// Whether a name of secrets is before the value with a blank alone between them, and is an option's or that of
    /// what a command sets: `--api-key …`, `ENV API_KEY …`.
    fn is_argument(&self, text: &[u8]) -> bool {
        let (name, rest) = self.name(text);
        let start = self.window.end - rest.len() - name.len();
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let soft = |byte: &u8| blank(byte) || matches!(byte, b'"' | b'\'' | b'`' | b'\\');
        if !rest.first().is_some_and(blank) || !rest.iter().all(soft) {
            return false;
        }
        if name.starts_with(b"-") {
            let letters = name.iter().filter(|byte| !matches!(byte, b'-' | b'_'));
            let said: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
            return said == b"token" || OPTIONS.iter().any(|option| said.ends_with(option));
        }
        let table = table();
        is_set_by(&COMMANDS, text, start)
            && table.names.find_overlapping_iter(name).any(|found| {
                let meant = table.meanings[found.pattern().as_usize()].contains(&Name::Secret);
                // `API_TOKEN` and `SECRET_KEY`, not `TOKEN_FILE`.
                meant && (found.end() == name.len() || name.to_ascii_lowercase().ends_with(b"key"))
            })
    }

    fn is_assigned(&self, text: &[u8]) -> bool {
        let window = &text[self.window.range()];
        let soft =
            |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b'[' | b'(' | b'<');
        let mut before = window;
        loop {
            let kept = before.iter().rposition(|byte| !soft(byte)).map_or(0, |at| at + 1);
            let stripped = SOFT.iter().find_map(|soft| before[..kept].strip_suffix(soft.as_bytes()));
            let stripped = stripped.or_else(|| last_control(&before[..kept]).map(|at| &before[..at]));
            before = stripped.unwrap_or(&before[..kept]);
            if stripped.is_none() {
                break;
            }
        }
        let word = |word: &[u8]| {
            before.len() > word.len()
                && before[before.len() - word.len()..].eq_ignore_ascii_case(word)
                && before.len() < window.len()
        };
        matches!(before.last(), Some(b'=' | b':' | b'>' | b'|' | b'?'))
            || OPERATORS.iter().any(|sign| before.ends_with(sign.as_bytes()))
            || SET_BY.iter().any(|one| word(one.as_bytes()))
            || self.is_argument(text)
    }

    /// What the names before the value say of it.
    pub(super) fn names(&self, text: &[u8]) -> Vec<Name> {
        let table = table();
        let window = &text[self.window.range()];
        let mut said = Vec::new();
        for found in table.names.find_overlapping_iter(window) {
            said.extend(&table.meanings[found.pattern().as_usize()]);
        }
        said
    }

    /// Whether the value is set to something that is called a number or a name of something: `"JobId": "…"`.
    pub(super) fn is_identifier(&self, text: &[u8]) -> bool {
        let window = &text[self.window.range()];
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let end = window.iter().rposition(word).map_or(0, |at| at + 1);
        let start = window[..end].iter().rposition(|byte| !word(byte)).map_or(0, |at| at + 1);
        let key = &window[start..end];
        let camel = ["Id", "ID", "Ids", "Name", "Arn"].iter().any(|end| key.ends_with(end.as_bytes()));
        let lower = key.to_ascii_lowercase();
        let parts =
            |end: &&[u8]| lower.strip_suffix(*end).is_some_and(|rest| matches!(rest, [] | [.., b'_' | b'-']));
        camel || [&b"id"[..], b"ids", b"name", b"arn"].iter().any(parts)
    }

    /// Whether the value is set to an address: `"https://…": "…"`, as files of what was locked list digests.
    pub(super) fn is_of_address(&self, text: &[u8]) -> bool {
        let window = text[self.window.range()].trim_ascii_end();
        let soft = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ');
        let kept = window.iter().rposition(|byte| !soft(byte)).map_or(0, |at| at + 1);
        window[..kept].strip_suffix(b":").is_some_and(|key| {
            matches!(key.last(), Some(b'"' | b'\'')) && memchr::memmem::find(key, b"://").is_some()
        })
    }

    /// Whether something before the value, also on the lines before, says that everybody may know it: a list
    /// of digests names them once.
    pub(super) fn is_near_public(&self, text: &[u8]) -> bool {
        let table = table();
        let before = &text[self.value.start.saturating_sub(NEAR)..self.value.start];
        let mut found = table.names.find_overlapping_iter(before);
        found.any(|found| table.meanings[found.pattern().as_usize()].contains(&Name::Public))
    }
}

/// The line above a value that stands on one of its own, if it is set there: `api_key: >-`, `API_KEY=\\`.
fn above(text: &[u8], earliest: usize, own: Span) -> Option<Span> {
    let blank = text[own.range()].iter().all(|byte| matches!(byte, b' ' | b'\t'));
    let line = text[earliest..own.start].strip_suffix(b"\n").filter(|_| blank)?;
    let start = line.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = line[start..].trim_ascii_end();
    let marks = line
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| matches!(byte, b'|' | b'>' | b'-' | b'+' | b'\\'))
        .count();
    let set = line[..line.len() - marks].trim_ascii_end();
    (marks > 0 && matches!(set.last(), Some(b'=' | b':')))
        .then(|| Span::new(earliest + start, earliest + start + set.len()))
}

/// Whether a verb is all that stands there, beside what separates it.
fn is_verb(between: &[u8]) -> bool {
    let trimmed = between.trim_ascii();
    trimmed.eq_ignore_ascii_case(b"is") || trimmed.eq_ignore_ascii_case(b"was")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(text: &str, value: &str) -> Context {
        let start = text.find(value).unwrap();
        Context::new(text.as_bytes(), Span::new(start, start + value.len()))
    }

    #[test]
    fn quotes_and_padding() {
        let context = around("x = \"valuevalue==\"", "valuevalue");
        assert_eq!((context.value, context.quoted, context.assigned), (Span::new(5, 17), true, true));
        let escaped = around(r#"{\"a\": \"valuevalue\"}"#, "valuevalue");
        assert!(escaped.quoted && escaped.assigned);
        let bare = around("see valuevalue here", "valuevalue");
        assert!(!bare.quoted && !bare.assigned);
        assert!(!around("'valuevalue\"", "valuevalue").quoted);
    }

    #[test]
    fn identifiers_are_called_so() {
        let is = |text: &str| around(text, "valuevalue").is_identifier(text.as_bytes());
        for text in
            ["\"JobId\": \"valuevalue\"", "id = 'valuevalue'", "x.user_id='valuevalue'", "Arn: valuevalue"]
        {
            assert!(is(text), "{text}");
        }
        for text in ["void = 'valuevalue'", "K = 'valuevalue'", "valuevalue", "id x = 'valuevalue'"] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn names_of_the_same_statement_count() {
        let names = |text: &str| around(text, "valuevalue").names(text.as_bytes());
        assert!(names("MY_TOKEN = valuevalue").contains(&Name::Secret));
        assert!(names("my secret is valuevalue").contains(&Name::Secret));
        assert!(!names("token=1, x=valuevalue").contains(&Name::Secret));
        assert!(!names("token\nvaluevalue").contains(&Name::Secret));
        assert!(names("\"sha256\": \"valuevalue\"").contains(&Name::Public));
        assert!(around("my secret is valuevalue", "valuevalue").assigned);
        assert!(around("Authorization: Bearer valuevalue", "valuevalue").assigned);
    }

    #[test]
    fn names_that_values_are_set_to() {
        let named = |text: &str| around(text, "valuevalue").named;
        for text in ["x: valuevalue", "export K=valuevalue", "my key is valuevalue", "'k' => valuevalue"] {
            assert!(named(text), "{text}");
        }
        for text in
            ["see valuevalue", "(valuevalue", "| valuevalue |", "https://x.org/?k=valuevalue", ": valuevalue"]
        {
            assert!(!named(text), "{text}");
        }
        let keyed = |text: &str| around(text, "valuevalue").is_keyed(text.as_bytes());
        assert!(keyed("API_KEY=valuevalue") && keyed("apiKey: valuevalue") && keyed("my key is valuevalue"));
        assert!(!keyed("monkey=valuevalue") && !keyed("keyword: valuevalue") && !keyed("x=valuevalue"));
    }
}
