//! Signs as URLs and mail write them, `%20` and `=3D`: they end before what follows them and are no part of it.
//!
//! A letter or a digit that is written like that is a part of its word.

/// How often a sign may have been percent-encoded: `%252520` is a space.
const TIMES: usize = 4;

/// How many bytes at `start` are the digits of a percent-encoded sign (RFC 3986, section 2.1), the `%` of which stands
/// before: two of `%20`, four of `%2520`.
pub(crate) fn percent(text: &[u8], start: usize) -> Option<usize> {
    let (before, rest) = text.split_at_checked(start)?;
    let before = before.strip_suffix(b"%")?;
    let mut length = 0;
    for _ in 0..TIMES {
        let Some(byte) = byte(rest.get(length..)?) else { break };
        if byte != b'%' {
            length += if is_sign(byte) || length == 0 && goes_on_letter(before, byte, b'%') { 2 } else { 0 };
            break;
        }
        length += 2;
    }
    (length > 0).then_some(length)
}

/// The same for quoted-printable (RFC 2045, section 6.7), where only little is a sign for sure: the end of a line, `=`
/// itself, and what takes several bytes. What stands behind any other `=` may as well be a value in hexadecimal digits.
pub(crate) fn quoted_printable(text: &[u8], start: usize) -> Option<usize> {
    let (before, rest) = text.split_at_checked(start)?;
    let before = before.strip_suffix(b"=")?;
    let pair = rest.get(..2).filter(|pair| !pair.iter().any(u8::is_ascii_lowercase))?;
    let byte = byte(pair)?;
    (matches!(byte, b'=' | b'\n' | b'\r') || goes_on_letter(before, byte, b'=')).then_some(2)
}

/// Whether `text` ends with a sign, as [`percent`] and [`quoted_printable`] tell it.
pub(crate) fn ends_with_sign(text: &[u8]) -> bool {
    let Some(start) = text.len().checked_sub(2) else { return false };
    if quoted_printable(text, start).is_some() {
        return true;
    }
    (0..TIMES).any(|times| {
        let start = start.checked_sub(2 * times);
        start.is_some_and(|start| percent(text, start) == Some(text.len() - start))
    })
}

/// Whether what follows `text` has a say in whether a sign is at `start`, or what begins after it.
pub(crate) fn sign_goes_on(text: &[u8], start: usize) -> bool {
    let Some((before, rest)) = text.split_at_checked(start) else { return false };
    let most = match before.last() {
        Some(b'%') => 2 * TIMES,
        Some(b'=') => 2,
        _ => return false,
    };
    rest.len() <= most && rest.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a byte is a sign or a space, and not a letter or digit or a part of one.
const fn is_sign(byte: u8) -> bool {
    byte.is_ascii_punctuation() || matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether `byte` goes on a character of several bytes, another of which `before` ends with.
fn goes_on_letter(before: &[u8], next: u8, mark: u8) -> bool {
    let Some((rest, last)) = before.split_last_chunk::<2>() else { return false };
    // The bytes of UTF-8 but the first.
    (0x80..0xc0).contains(&next) && rest.last() == Some(&mark) && byte(last).is_some_and(|last| last >= 0x80)
}

/// The byte that two hexadecimal digits at the begin of `text` are.
fn byte(text: &[u8]) -> Option<u8> {
    let (high, low) = (text.first()?, text.get(1)?);
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs() {
        for (text, length) in [
            ("%20x", Some(2)),
            ("%3dx", Some(2)),
            ("%0Ax", Some(2)),
            ("%2520x", Some(4)),
            ("%252520x", Some(6)),
            ("%25x", Some(2)),
            ("%41x", None),
            ("%2541x", Some(2)),
            ("%00x", None),
            ("%2x", None),
            ("%e5x", None),
        ] {
            assert_eq!(percent(text.as_bytes(), 1), length, "{text}");
            let ends = ends_with_sign(&text.as_bytes()[..text.len() - 1]);
            assert_eq!(ends, length.is_some_and(|length| length + 2 == text.len()), "{text}");
        }
        for (text, length) in [
            ("=3Dx", Some(2)),
            ("=0Ax", Some(2)),
            ("=3dx", None),
            ("=20x", None),
            ("=41x", None),
            ("=A0x", None),
        ] {
            assert_eq!(quoted_printable(text.as_bytes(), 1), length, "{text}");
            assert_eq!(ends_with_sign(&text.as_bytes()[..3]), length.is_some(), "{text}");
        }
        assert_eq!(percent(b"%e5%8dx", 4), Some(2));
        assert_eq!(quoted_printable(b"=C2=A0x", 4), Some(2));
        assert_eq!((percent(b"20x", 0), percent(b"20", 9)), (None, None));
        assert!(!ends_with_sign(b"20") && !ends_with_sign(b"%2") && !ends_with_sign(b""));
    }

    #[test]
    fn signs_go_on() {
        for text in ["%2", "%20", "%25", "%252", "%2520", "=3", "=3D"] {
            assert!(sign_goes_on(text.as_bytes(), 1), "{text}");
        }
        for text in ["%20x", "=3Dx", "=3D4", "a20", "%2525252041", "%g"] {
            assert!(!sign_goes_on(text.as_bytes(), 1), "{text}");
        }
    }
}
