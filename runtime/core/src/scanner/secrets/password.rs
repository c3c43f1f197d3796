//! Passwords by their names: in assignments (`password = "…"`, `PGPASSWORD=…`, `Pwd=…;`, `password is …`, `Passwort
//! lautet …`), in pairs of name and value (`name: DB_PASSWORD`, `value: …`), in tables, as the default of a
//! variable, behind options and in statements of SQL; and behind the name of who has it: `curl -u ada:…`.

use super::chosen::{LONGEST, is_encoded, is_password, is_strong};
use super::entropy::{is_hex, looks_random};
use super::escaped::{between, decoded, ends_value, marks, next_line, opens};
use super::reader::{Reader, is_cut};
use crate::span::Span;

mod before;

pub(super) use before::{COMMANDS, is_set_by};
use before::{
    DEFINE, before_name, is_argument, is_cell, is_entry, is_option, is_setter, is_statement, name_start,
};

/// What may stand between the name and the value, as words do; and where words are not parted by blanks.
const VERBS: [&[u8]; 6] = [b"is", b"ist", b"est", b"es", b"lautet", b"BY"];
const SIGNS: [&str; 5] = ["是", "为", "は", "는", "은"];

/// Signs that set, beside `=` and `:`.
const OPERATORS: [&str; 6] = [":=", "=>", "->", "：", "＝", "→"];

/// What opens quotes that are not ASCII; whatever else is not closes them.
const QUOTES: [&str; 6] = ["“", "‘", "„", "«", "「", "『"];

/// Blanks that do not break, and the wide one.
const BLANKS: [&str; 3] = ["\u{a0}", "\u{202f}", "\u{3000}"];

/// What the rest of a name says that is about a password and none.
const ABOUT: [&str; 14] = [
    "hash", "algo", "file", "path", "name", "field", "regex", "polic", "type", "hint", "label", "length",
    "url", "expir",
];

/// What the other half of a pair is called.
const VALUES: [&[u8]; 4] = [b"value", b"Value", b"VALUE", b"default"];

/// Where a value follows an expression that may be empty: `os.getenv("PW") or "…"`.
const DEFAULTS: [&[u8]; 3] = [b"or ", b"|| ", b"?? "];

/// How far it may be to the other half of a pair, and to a default.
const GAP: usize = 48;
const LINE: usize = 96;

/// The value that is assigned to the name that ends somewhere after `word`, one like `password`.
pub(super) fn value(text: &[u8], word: Span) -> Option<Span> {
    read(&mut Reader::new(text, word.end), text, word)
}

/// Whether what follows the text decides about [`value`].
pub(super) fn is_open(text: &[u8], word: Span) -> bool {
    is_cut(text, word.end, |reader| read(reader, text, word))
}

/// The value behind an option that is followed by nothing else: `sshpass -p …`.
pub(super) fn of_option(text: &[u8], end: usize) -> Option<Span> {
    read_option(&mut Reader::new(text, end), text)
}

/// Whether what follows the text decides about [`of_option`].
pub(super) fn of_option_is_open(text: &[u8], end: usize) -> bool {
    is_cut(text, end, |reader| read_option(reader, text))
}

/// The value behind the words of a statement that sets it: `IDENTIFIED BY '…'`.
pub(super) fn of_statement(text: &[u8], words: Span) -> Option<Span> {
    read_statement(&mut Reader::new(text, words.end), text, words)
}

/// Whether what follows the text decides about [`of_statement`].
pub(super) fn of_statement_is_open(text: &[u8], words: Span) -> bool {
    is_cut(text, words.end, |reader| read_statement(reader, text, words))
}

fn read_statement(reader: &mut Reader<'_>, text: &[u8], words: Span) -> Option<Span> {
    // In lower case they may be prose.
    let certain = text[words.range()].iter().any(u8::is_ascii_uppercase);
    let quoted = blanks(reader) && opens(reader);
    let set = if quoted {
        certain || is_statement(text, words.start)
    } else {
        // No parameter: `:password`.
        certain && reader.peek().is_some_and(|first| first.is_ascii_alphabetic())
    };
    set.then_some(()).and_then(|()| chosen(reader, text, false))
}

fn read_option(reader: &mut Reader<'_>, text: &[u8]) -> Option<Span> {
    reader.skip(2, |byte| byte == b' ');
    chosen(reader, text, false)
}

fn read(reader: &mut Reader<'_>, text: &[u8], word: Span) -> Option<Span> {
    let rest = reader.skip(20, |byte| byte.is_ascii_alphanumeric() || byte == b'_').to_ascii_lowercase();
    if ABOUT.iter().any(|about| memchr::memmem::find(&rest, about.as_bytes()).is_some()) {
        return None;
    }
    if let Some(found) = reader.attempt(|reader| contracted(reader, text, word)) {
        return Some(found);
    }
    while reader.take_control() {}
    let marks = marks(reader);
    let quoted = matches!(marks.last(), Some(b'"' | b'\''));
    let joined = marks.is_empty();
    let apart = blanks(reader);
    // Much is called a secret of something; hexadecimal digits are its number rather than its value.
    let secret = text[word.range()].eq_ignore_ascii_case(b"secret");
    let number = |span: &Span| secret && is_hex(&text[span.range()]);
    let assigned = reader.attempt(|reader| {
        operator(reader, text, word, Gap { quoted, joined, apart })?;
        after_operator(reader, text, word)
    });
    let found = assigned.or_else(|| reader.attempt(|reader| paired(reader, text, word))).or_else(|| {
        let whole = joined && rest.is_empty();
        apart.then(|| reader.attempt(|reader| plain(reader, text, word, whole))).flatten()
    });
    found.filter(|span| !number(span))
}

/// The value of `my password's …`. Of anything else that is called so, it may be a part or a property.
fn contracted(reader: &mut Reader<'_>, text: &[u8], word: Span) -> Option<Span> {
    if !(reader.take(b"'s") || reader.take("’s".as_bytes())) || !blanks(reader) {
        return None;
    }
    let before = text[..word.start].trim_ascii_end();
    let mine = [&b"my"[..], b"My", b"our", b"Our"].iter().any(|whose| before.ends_with(whose));
    chosen(reader, text, false).filter(|span| mine || is_strong(&text[span.range()]))
}

/// What stands between a name and what may be an operator.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// A quote ends the name.
    quoted: bool,
    /// Nothing ends it but what follows.
    joined: bool,
    /// Blanks follow.
    apart: bool,
}

/// Goes behind blanks, and says whether there were any.
pub(super) fn blanks(reader: &mut Reader<'_>) -> bool {
    let from = reader.at();
    loop {
        reader.skip(20, |byte| matches!(byte, b' ' | b'\t'));
        // In French a space that does not break comes before the colon; a terminal may have coloured what follows.
        let blank = |reader: &mut Reader<'_>| BLANKS.iter().any(|blank| reader.take(blank.as_bytes()));
        if reader.at() - from >= 20 || !(blank(reader) || reader.take_control()) {
            return reader.at() > from;
        }
    }
}

/// Goes behind what sets the value, and the blanks behind it.
fn operator(reader: &mut Reader<'_>, text: &[u8], word: Span, gap: Gap) -> Option<()> {
    let other = |reader: &mut Reader<'_>| {
        OPERATORS.iter().any(|sign| reader.take(sign.as_bytes()))
            || SIGNS.iter().any(|sign| reader.take(sign.as_bytes()))
    };
    match reader.peek()? {
        b'>' if before_name(text, word.start) == Some(b'<') => {
            // `<password>…`
            reader.take(b">");
            return reader.peek().is_some_and(|next| !next.is_ascii_whitespace()).then_some(());
        }
        b',' if gap.quoted && is_argument(text, word.start) => {
            // `define('DB_PASSWORD', '…')`
            reader.take(b",");
            blanks(reader);
            return opens(reader).then_some(());
        }
        b'(' if gap.joined && is_setter(&text[..word.start]) => {
            // `setPassword("…")`
            reader.take(b"(");
            return opens(reader).then_some(());
        }
        b'|' if is_cell(text, word.start) => {
            // `| password | … |`
            reader.take(b"|");
        }
        // A comparison; a path in a program.
        b'=' if reader.take(b"==") => return None,
        b':' if reader.take(b"::") => return None,
        _ if other(reader) => {}
        b'=' | b':' => {
            reader.skip(1, |_| true);
        }
        _ if !gap.apart => return None,
        // `machine … login … password …`
        _ if is_entry(text, word) => {}
        _ => {
            let verb = |reader: &mut Reader<'_>, verb: &&[u8]| {
                reader.attempt(|reader| {
                    let said = reader.take(verb) && matches!(reader.peek(), Some(b' ' | b':'));
                    said.then_some(())
                })
            };
            VERBS.iter().find_map(|one| verb(reader, one))?;
        }
    }
    reader.take(b"**");
    reader.skip(64, |byte| matches!(byte, b' ' | b'\t' | b':'));
    blanks(reader);
    opens(reader);
    Some(())
}

/// The value behind an operator: at once, on the next line, behind a type or an expression.
fn after_operator(reader: &mut Reader<'_>, text: &[u8], word: Span) -> Option<Span> {
    let query = matches!(before_name(text, word.start), Some(b'?' | b'&'));
    let block = reader.attempt(|reader| {
        // `password: |` of YAML; a line that goes on.
        let marked = reader.take_one(&[b"|-", b">-", b"|", b">"]);
        let line = next_line(reader, marked) && !reader.skip(16, |byte| byte == b' ').is_empty();
        line.then_some(()).and_then(|()| chosen(reader, text, false))
    });
    block
        .or_else(|| reader.attempt(|reader| chosen(reader, text, query)))
        .or_else(|| reader.attempt(|reader| typed(reader, text)))
        .or_else(|| fallback(reader, text))
}

/// `password: str = "…"`
fn typed(reader: &mut Reader<'_>, text: &[u8]) -> Option<Span> {
    let part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'&' | b'?' | b'.' | b'\'' | b' ');
    reader.skip(24, part);
    let set = reader.take(b"= ");
    set.then_some(()).filter(|()| opens(reader))?;
    chosen(reader, text, false)
}

/// `password = os.getenv("PW") or "…"`
fn fallback(reader: &mut Reader<'_>, text: &[u8]) -> Option<Span> {
    let from = reader.at();
    while reader.at() < from + LINE {
        reader.skip(LINE, |byte| !matches!(byte, b' ' | b'\n'));
        if !reader.take(b" ") {
            return None;
        }
        if reader.take_one(&DEFAULTS) && opens(reader) {
            return chosen(reader, text, false);
        }
    }
    None
}

/// The value of which the name is the other half: `name: DB_PASSWORD`, `value: …`.
fn paired(reader: &mut Reader<'_>, text: &[u8], word: Span) -> Option<Span> {
    let before = text[..name_start(text, word.start)].trim_ascii_end();
    let end = before.iter().rposition(|byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' '))?;
    let name = &before[..=end];
    if !(name.ends_with(b":") || name.ends_with(b"=") || name.ends_with(b"variable")) {
        return None;
    }
    between(reader, GAP);
    if reader.take(b"type") {
        // The type of a variable of Terraform.
        reader.skip(GAP, |byte| !matches!(byte, b'\n' | b'\\'));
        between(reader, GAP);
    }
    if !reader.take_one(&VALUES) {
        return None;
    }
    reader.skip(8, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b' '));
    if !reader.take_one(&[b":", b"="]) {
        return None;
    }
    reader.skip(16, |byte| matches!(byte, b' ' | b'\\'));
    chosen(reader, text, false)
}

/// The value that follows without anything between: `#define PASSWORD "…"`, `--password …`, `PASSWORD '…'`, `password
/// Tr0ub4dor&3`. The word may be `whole`: nothing but blanks is behind it.
fn plain(reader: &mut Reader<'_>, text: &[u8], word: Span, whole: bool) -> Option<Span> {
    let quoted = opens(reader);
    // What is called a secret may be named there, and kept elsewhere.
    let secret = text[word.range()].eq_ignore_ascii_case(b"secret");
    let set = is_set_by(&COMMANDS, text, word.start)
        || !secret && quoted && is_set_by(&DEFINE, text, word.start)
        || !secret && whole && word.len() > 4 && is_option(text, word.start) && reader.peek() != Some(b'-');
    if set {
        return chosen(reader, text, false);
    }
    if secret {
        return None;
    }
    if quoted {
        let sql = || {
            let keyword = &text[word.range()] == b"PASSWORD" && name_start(text, word.start) == word.start;
            keyword || is_statement(text, word.start)
        };
        // Elsewhere what is quoted may be what the password is for.
        let unlike_words = |value: &[u8]| is_strong(value) || looks_random(value);
        return chosen(reader, text, false)
            .filter(|span| whole && (unlike_words(&text[span.range()]) || sql()));
    }
    let span = bare(reader);
    (word.len() > 4 && is_strong(&text[span.range()])).then_some(span)
}

/// The value that comes next, if it is a password. In a query or a form other parameters follow it.
pub(super) fn chosen(reader: &mut Reader<'_>, text: &[u8], query: bool) -> Option<Span> {
    opens(reader);
    if let Some(span) = reader.attempt(braced) {
        return is_password(&text[span.range()], true).then_some(span);
    }
    let first = reader.peek()?;
    let ascii = matches!(first, b'"' | b'\'' | b'`');
    let opened = ascii || QUOTES.iter().any(|quote| reader.take(quote.as_bytes()));
    let mut span = match (ascii, opened) {
        (true, _) => quoted(reader, text, first)?,
        (_, true) => {
            let start = reader.at();
            reader.skip(LONGEST + 1, |byte| byte.is_ascii() && byte != b'\n');
            Span::new(start, reader.at())
        }
        _ => bare(reader),
    };
    if !opened && reader.attempt(generic).is_some() {
        return None;
    }
    let value = &text[span.range()];
    let others = |at: &usize| {
        query && matches!(value[*at], b'&' | b'#') || (query || !opened) && is_parameter(&value[*at..])
    };
    if let Some(length) = (0..value.len()).find(others) {
        span = Span::new(span.start, span.start + length);
    }
    let value = decoded(&text[span.range()]);
    (is_encoded(&value) || is_password(&value, opened)).then_some(span)
}

/// Whether the next field of a form begins there: `&user=…`.
fn is_parameter(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"&").or_else(|| text.strip_prefix(b"\\u0026")) else { return false };
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']');
    let length = rest.iter().take_while(name).count();
    length > 0 && rest.get(length) == Some(&b'=')
}

/// What is quoted; a quote that is escaped closes a string that is itself in a string.
fn quoted(reader: &mut Reader<'_>, text: &[u8], quote: u8) -> Option<Span> {
    reader.skip(1, |_| true);
    let start = reader.at();
    reader.skip(LONGEST + 1, |byte| byte != quote && byte != b'\n');
    let end = reader.at();
    let escapes = text[start..end].iter().rev().take_while(|&&byte| byte == b'\\').count();
    (reader.peek() == Some(quote)).then(|| Span::new(start, end - escapes))
}

/// What Perl or Ruby quote: `q{…}`, `%Q{…}`. What other signs than braces enclose may be a call.
fn braced(reader: &mut Reader<'_>) -> Option<Span> {
    reader.take(b"%");
    if !reader.take_one(&[b"q{", b"qq{", b"Q{"]) {
        return None;
    }
    let start = reader.at();
    reader.skip(LONGEST + 1, |byte| !matches!(byte, b'}' | b'\n'));
    (reader.peek() == Some(b'}')).then(|| Span::new(start, reader.at()))
}

/// Whether a type's parameters follow: `Vec<…>`, not `…</password>`.
fn generic(reader: &mut Reader<'_>) -> Option<()> {
    (reader.take(b"<") && reader.peek().is_some_and(|next| next != b'/')).then_some(())
}

/// Whether a value without quotes ends there. What is not ASCII goes on in prose, or closes quotes.
const fn ends(byte: u8) -> bool {
    !byte.is_ascii()
        || byte.is_ascii_control()
        || matches!(byte, b' ' | b'"' | b'\'' | b'`' | b';' | b',' | b'<' | b'>')
}

pub(super) fn bare(reader: &mut Reader<'_>) -> Span {
    let start = reader.at();
    loop {
        let length = reader.since(start).len();
        reader.skip(LONGEST + 1 - length, |byte| !ends(byte) && byte != b'\\');
        if reader.since(start).len() > LONGEST || reader.peek() != Some(b'\\') || ends_value(reader, ends) {
            break;
        }
        reader.skip(1, |_| true);
    }
    let value = reader.since(start);
    let trailing = |byte: &&u8| matches!(byte, b'.' | b')' | b']' | b'}' | b'?');
    let trimmed = value.iter().rev().take_while(trailing).count();
    Span::new(start, start + value.len() - trimmed)
}
