//! What stands in a string that is itself in a string, as files in JSON do: its line ends are `\n`, its quotes have
//! backslashes before them.

use std::borrow::Cow;

use super::reader::Reader;

/// How many backslashes may be before a sign: each string in a string doubles them.
pub(super) const ESCAPES: usize = 64;

/// How many of them come next.
fn backslashes(reader: &mut Reader<'_>) -> usize {
    reader.skip(ESCAPES, |byte| byte == b'\\').len()
}

/// Goes behind the backslashes before a quote, and says whether there is one.
pub(super) fn opens(reader: &mut Reader<'_>) -> bool {
    let quote = reader.attempt(|reader| {
        backslashes(reader);
        matches!(reader.peek(), Some(b'"' | b'\'' | b'`')).then_some(())
    });
    quote.is_some()
}

/// Goes behind the end of a line, if one comes next.
fn line_end(reader: &mut Reader<'_>) -> bool {
    reader.attempt(|reader| end_behind(reader).map(|_| ())).is_some()
}

/// A line end, how many backslashes are before it, and whether one of them is its own.
fn end_behind(reader: &mut Reader<'_>) -> Option<(usize, bool)> {
    let before = backslashes(reader);
    if before > 0 {
        let whole = !reader.take(b"r") || backslashes(reader) > 0;
        if whole && reader.take(b"n") {
            return Some((before, true));
        }
    }
    reader.take(b"\r");
    reader.take(b"\n").then_some((before, false))
}

/// Goes to the next line, if a sign of YAML (`marked`) or a backslash says that the value goes on there.
pub(super) fn next_line(reader: &mut Reader<'_>, marked: bool) -> bool {
    end_behind(reader).is_some_and(|(before, escaped)| marked || before > usize::from(escaped))
}

/// Goes behind what stands between the halves of a pair.
pub(super) fn between(reader: &mut Reader<'_>, most: usize) {
    let from = reader.at();
    let sign = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'{' | b'"' | b'\'');
    while reader.at() < from + most {
        let at = reader.at();
        reader.skip(most, sign);
        if !line_end(reader) {
            opens(reader);
        }
        if reader.at() == at {
            return;
        }
    }
}

/// How much may close a name, in bytes.
const MARKS: usize = 64;

/// Goes behind what closes a name, and returns it: quotes, brackets, marks of Markdown.
pub(super) fn marks<'t>(reader: &mut Reader<'t>) -> &'t [u8] {
    let start = reader.at();
    loop {
        reader.skip(MARKS, |byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'*'));
        if reader.since(start).len() >= MARKS || !opens(reader) {
            return reader.since(start);
        }
    }
}

/// Whether the backslash that comes next begins an escape that ends a value: of a line end, a quote, a colour, or of
/// a sign that `ends` it or is not ASCII.
pub(super) fn ends_value(reader: &mut Reader<'_>, ends: fn(u8) -> bool) -> bool {
    let end = |reader: &mut Reader<'_>| {
        backslashes(reader);
        match reader.peek() {
            None | Some(b'n' | b'r' | b't') => true,
            Some(b'u') => coded(reader, 4, ends),
            Some(b'x') => coded(reader, 2, ends),
            Some(b'0') => reader.take(b"033["),
            Some(b'e') => reader.take(b"e["),
            Some(next) => ends(next),
        }
    };
    let mut found = false;
    reader.attempt(|reader| {
        found = end(reader);
        None::<()>
    });
    found
}

fn coded(reader: &mut Reader<'_>, digits: usize, ends: fn(u8) -> bool) -> bool {
    reader.skip(1, |_| true);
    let code = reader.skip(digits, |byte| byte.is_ascii_hexdigit());
    // What is beyond a byte is not ASCII.
    code.len() == digits && byte_of(code).is_none_or(ends)
}

fn byte_of(digits: &[u8]) -> Option<u8> {
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    u8::try_from(code).ok()
}

/// A value with the signs for which JSON may have `\u0026` and its like.
pub(super) fn decoded(value: &[u8]) -> Cow<'_, [u8]> {
    const BEGIN: &[u8] = b"\\u00";
    let mut whole = Vec::new();
    let mut rest = value;
    while let Some(at) = memchr::memmem::find(rest, BEGIN) {
        let end = at + BEGIN.len() + 2;
        let Some(byte) = rest.get(end - 2..end).and_then(byte_of) else { break };
        whole.extend_from_slice(&rest[..at]);
        whole.push(byte);
        rest = &rest[end..];
    }
    if whole.is_empty() {
        return Cow::Borrowed(value);
    }
    whole.extend_from_slice(rest);
    Cow::Owned(whole)
}
