//! Escapes of JSON, of programming languages and of terminals: they end before what follows them and are no part
//! of it.

/// The most parameters of a control sequence, in bytes: colours for text and ground take 33.
const PARAMETERS: usize = 40;

/// How a program writes the character that begins a control sequence; and the character itself.
const CONTROLS: [&[u8]; 7] = [b"\x1b", b"\\x1b", b"\\x1B", b"\\u001b", b"\\u001B", b"\\033", b"\\e"];

/// What was read of an escape.
#[derive(Clone, Copy, Debug, Default)]
struct Read {
    /// How long it is, if it is one.
    length: Option<usize>,
    /// Whether what follows the text may make it one, or longer.
    open: bool,
}

/// How many bytes of an escape are at `start`, if what begins it stands before: of `\n` one behind the backslash, of
/// `\u00e9` five, of `\x1b[32m` seven; and behind `ESC [` three of `32m`. What follows them begins a word, as it does
/// in what is meant.
pub(crate) fn escape(text: &[u8], start: usize) -> Option<usize> {
    read(text, start).length
}

/// Whether what follows `text` has a say in whether there is an escape at `start`, or what begins after it.
pub(crate) fn escape_goes_on(text: &[u8], start: usize) -> bool {
    let read = read(text, start);
    read.open || read.length.is_some_and(|length| start + length == text.len())
}

/// Whether `text` ends with an escape, as [`escape`] tells it.
pub(crate) fn ends_with_escape(text: &[u8]) -> bool {
    let letters = [1, 3, 5].into_iter().any(|length| {
        let start = text.len().checked_sub(length).filter(|start| text[..*start].ends_with(b"\\"));
        start.is_some_and(|start| behind_backslash(&text[start..]).length == Some(length))
    });
    letters || last_control(text).is_some()
}

/// Where the control sequence begins that `text` ends with.
pub(crate) fn last_control(text: &[u8]) -> Option<usize> {
    let (last, rest) = text.split_last()?;
    introduced(rest).filter(|_| last.is_ascii_alphabetic())
}

/// How long a control sequence is that `text` begins with, `ESC [ 32 m`, also written out; and whether what follows
/// the text has a say in it.
pub(crate) fn control_sequence(text: &[u8]) -> (Option<usize>, bool) {
    // Each string in a string doubles the backslashes.
    let more = text.iter().take(PARAMETERS).take_while(|&&byte| byte == b'\\').count().saturating_sub(1);
    let text = &text[more..];
    for control in CONTROLS {
        let Some(rest) = text.strip_prefix(control) else {
            if control.starts_with(text) {
                return (None, true);
            }
            continue;
        };
        let Some(rest) = rest.strip_prefix(b"[") else { return (None, rest.is_empty()) };
        let read = sequence(rest);
        return (read.length.map(|length| more + control.len() + 1 + length), read.open);
    }
    (None, false)
}

fn read(text: &[u8], start: usize) -> Read {
    let Some((before, rest)) = text.split_at_checked(start) else { return Read::default() };
    match before.last() {
        Some(b'\\') => behind_backslash(rest),
        Some(b'[' | b';' | b':' | b'?') if introduced(before).is_some() => sequence(rest),
        _ => Read::default(),
    }
}

fn behind_backslash(rest: &[u8]) -> Read {
    let Some((first, digits)) = rest.split_first() else { return Read { length: None, open: true } };
    let (count, base) = match first {
        b'n' | b'r' | b't' => return Read { length: Some(1), open: false },
        b'x' => (2, 16),
        b'u' => (4, 16),
        b'0' => (2, 8),
        b'e' => (0, 0),
        _ => return Read::default(),
    };
    let written = digits.iter().take(count).take_while(|digit| digit.is_ascii_hexdigit()).count();
    if written < count {
        return Read { length: None, open: written == digits.len() };
    }
    let code = std::str::from_utf8(&digits[..count]).ok();
    let control = base == 0 || code.is_some_and(|code| u32::from_str_radix(code, base) == Ok(0x1b));
    // The others stand for the character alone.
    let alone = (base == 16).then_some(1 + count);
    match digits.get(count) {
        _ if !control => Read { length: alone, open: false },
        None => Read { length: alone, open: true },
        Some(b'[') => {
            let after = sequence(&digits[count + 1..]);
            Read { length: after.length.map(|length| count + 2 + length).or(alone), open: after.open }
        }
        Some(_) => Read { length: alone, open: false },
    }
}

/// The parameters and the letter of a control sequence.
fn sequence(rest: &[u8]) -> Read {
    let count = rest.iter().take(PARAMETERS).take_while(|byte| is_parameter(**byte)).count();
    match rest.get(count) {
        None => Read { length: None, open: true },
        Some(last) => Read { length: last.is_ascii_alphabetic().then_some(count + 1), open: false },
    }
}

const fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b';' | b':' | b'?')
}

/// Where the control sequence begins of which `text` ends with the begin and parameters.
fn introduced(text: &[u8]) -> Option<usize> {
    let count = text.iter().rev().take(PARAMETERS).take_while(|byte| is_parameter(**byte)).count();
    let before = text[..text.len() - count].strip_suffix(b"[")?;
    CONTROLS.iter().find_map(|control| before.strip_suffix(*control)).map(<[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(text: &str, mark: &str) -> Option<usize> {
        escape(text.as_bytes(), text.find(mark).unwrap() + mark.len())
    }

    #[test]
    fn letters_of_escapes() {
        for (text, length) in [
            (r"\nab", Some(1)),
            (r"\u00e9b", Some(5)),
            (r"\x3eb", Some(3)),
            (r"\x1b[1;32mb", Some(9)),
            (r"\u001b[mb", Some(7)),
            (r"\033[0mb", Some(6)),
            (r"\e[Kb", Some(3)),
            (r"\x1b]b", Some(3)),
            (r"\033b", None),
            (r"\eb", None),
            (r"\ab", None),
            (r"\u00eg", None),
        ] {
            assert_eq!(behind(text, "\\"), length, "{text}");
            let whole = length.map(|length| &text.as_bytes()[..=length]);
            assert!(whole.is_none_or(ends_with_escape), "{text}");
            assert!(!ends_with_escape(text.as_bytes()), "{text}");
        }
        assert_eq!(behind("\x1b[32mb", "["), Some(3));
        assert_eq!(behind("\x1b[1;32mb", ";"), Some(3));
        assert_eq!(behind(r"\x1b[32mb", "["), Some(3));
        assert_eq!(behind("[32mb", "["), None);
        assert!(ends_with_escape(b"\x1b[1;32m") && !ends_with_escape(b"[1;32m") && !ends_with_escape(b"m"));
    }

    #[test]
    fn escapes_go_on() {
        for text in
            [r"\", r"\n", r"\u00", r"\u00e9", r"\x", r"\x1b", r"\x1b[", r"\x1b[3", r"\x1b[3m", r"\e", r"\03"]
        {
            assert!(escape_goes_on(text.as_bytes(), 1), "{text}");
        }
        assert!(escape_goes_on(b"\x1b[3", 2) && !escape_goes_on(b"\x1b[3 ", 2) && !escape_goes_on(b"[3", 1));
        for text in [r"\na", r"\a", r"\u00g", r"\x3ea", r"\ea", r"\x1b[3 "] {
            assert!(!escape_goes_on(text.as_bytes(), 1), "{text}");
        }
    }

    #[test]
    fn sequences_at_the_begin() {
        assert_eq!(control_sequence(b"\x1b[1;32mx"), (Some(7), false));
        assert_eq!(control_sequence(br"\u001b[0mx"), (Some(9), false));
        assert_eq!(control_sequence(br"\\u001b[0mx"), (Some(10), false));
        assert_eq!(control_sequence(br"\n"), (None, false));
        assert_eq!(control_sequence(br"\x1"), (None, true));
        assert_eq!(control_sequence(b"\x1b[1"), (None, true));
        assert_eq!(control_sequence(b"\x1bx"), (None, false));
    }
}
