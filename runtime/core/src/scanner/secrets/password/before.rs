//! What stands before the name of a password, and says how its value is set.

use super::super::escaped::ESCAPES;
use crate::span::Span;
use crate::text::escape::ends_with_escape;

/// How far back a name may begin, and what says that an entry or a statement is read, in bytes.
const NAME: usize = 40;
const ENTRY: usize = 160;

/// Behind which a name stands, and then its value: in a Dockerfile, on Windows, in C shells; and in C.
pub(in super::super) const COMMANDS: [&[u8]; 3] = [b"ENV", b"setx", b"setenv"];
pub(super) const DEFINE: [&[u8]; 1] = [b"#define"];

/// How statements of SQL begin that set passwords.
const STATEMENTS: [&[u8]; 5] = [b"create user", b"create role", b"alter user", b"alter role", b"grant "];

/// Where the name begins that `word`, which begins at `start`, is a part of.
pub(super) fn name_start(text: &[u8], start: usize) -> usize {
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    start - text[..start].iter().rev().take(NAME).take_while(name).count()
}

/// The sign before that name.
pub(super) fn before_name(text: &[u8], start: usize) -> Option<u8> {
    text[..name_start(text, start)].last().copied()
}

/// Whether the name that is quoted and goes on at `start` is the first argument of a call.
pub(super) fn is_argument(text: &[u8], start: usize) -> bool {
    let Some((b'"' | b'\'', before)) = text[..name_start(text, start)].split_last() else { return false };
    let escapes = before.iter().rev().take(ESCAPES).take_while(|&&byte| byte == b'\\').count();
    let call = &before[..before.len() - escapes];
    matches!(call, [.., call, b'('] if call.is_ascii_alphanumeric() || *call == b'_')
}

/// Whether the name is that of a function that sets: `setPassword`, `with_password`.
pub(super) fn is_setter(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"_").unwrap_or(before);
    [&b"set"[..], b"with", b"Set", b"With"].iter().any(|word| before.ends_with(word))
}

/// Whether the name is all that stands in a cell of a table.
pub(super) fn is_cell(text: &[u8], start: usize) -> bool {
    let before = text[..name_start(text, start)].trim_ascii_end();
    let marks = before.iter().rev().take(3).take_while(|byte| matches!(byte, b'`' | b'*')).count();
    before[..before.len() - marks].trim_ascii_end().last() == Some(&b'|')
}

/// Whether the word is `password` in an entry of `.netrc`.
pub(super) fn is_entry(text: &[u8], word: Span) -> bool {
    let before = &text[word.start.saturating_sub(ENTRY)..word.start];
    let all = (before.last().is_some_and(u8::is_ascii_whitespace) || ends_with_escape(before))
        && text.get(word.end).is_some_and(u8::is_ascii_whitespace)
        && &text[word.range()] == b"password";
    all && memchr::memmem::rfind(before, b"login ")
        .is_some_and(|login| memchr::memmem::rfind(&before[..login], b"machine ").is_some())
}

/// Whether the name is what one of the `commands` sets to the value behind it: `ENV DB_PASSWORD …`.
pub(in super::super) fn is_set_by(commands: &[&[u8]], text: &[u8], start: usize) -> bool {
    let before = &text[..name_start(text, start)];
    let end = before.trim_ascii_end();
    let command = commands.iter().find_map(|command| end.strip_suffix(*command));
    end.len() < before.len() && command.is_some_and(begins)
}

/// Whether the name is that of an option: `--password …`.
pub(super) fn is_option(text: &[u8], start: usize) -> bool {
    let begin = name_start(text, start);
    let before = &text[..begin];
    text[begin..start].starts_with(b"-") && begins(before)
}

/// Whether a command or an option may begin behind `before`.
fn begins(before: &[u8]) -> bool {
    let opened = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'(' | b'[');
    before.last().is_none_or(opened) || ends_with_escape(before)
}

/// Whether a statement of SQL that sets a password begins before `start`.
pub(super) fn is_statement(text: &[u8], start: usize) -> bool {
    let before = text[start.saturating_sub(ENTRY)..start].to_ascii_lowercase();
    STATEMENTS.iter().any(|statement| memchr::memmem::find(&before, statement).is_some())
}
