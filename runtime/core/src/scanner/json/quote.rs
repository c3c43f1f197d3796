//! What counts as a quotation mark.

/// How a string is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    /// The closing mark.
    pub(super) mark: Mark,
    /// Whether the marks are escaped, as in `{\"a\": 1}`.
    pub(super) escaped: bool,
    /// Length of the opening mark in bytes, its backslash included.
    pub(super) len: usize,
}

/// A kind of quotation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Double,
    Single,
    /// `“` or `”`; either closes.
    Curly,
    /// `‘` or `’`; either closes.
    SingleCurly,
    Backtick,
}

/// The mark at `at`, and its length.
pub(super) fn mark_at(bytes: &[u8], at: usize) -> Option<(Mark, usize)> {
    match bytes.get(at)? {
        b'"' => Some((Mark::Double, 1)),
        b'\'' => Some((Mark::Single, 1)),
        // Three are a code fence.
        b'`' if !bytes[at..].starts_with(b"```") => Some((Mark::Backtick, 1)),
        0xe2 if bytes.get(at + 1) == Some(&0x80) => match bytes.get(at + 2)? {
            0x9c | 0x9d => Some((Mark::Curly, 3)),
            0x98 | 0x99 => Some((Mark::SingleCurly, 3)),
            _ => None,
        },
        _ => None,
    }
}

/// The quotation mark that opens a string at `at`, if there is one.
pub(super) fn quote_at(bytes: &[u8], at: usize) -> Option<Quote> {
    let escaped = bytes.get(at) == Some(&b'\\');
    let (mark, len) = mark_at(bytes, at + usize::from(escaped))?;
    Some(Quote { mark, escaped, len: len + usize::from(escaped) })
}

impl Quote {
    /// The closing mark at `at`: its length, backslash included.
    pub(super) fn closes_at(self, bytes: &[u8], at: usize) -> Option<usize> {
        let backslash = usize::from(self.escaped);
        if self.escaped && bytes.get(at) != Some(&b'\\') {
            return None;
        }
        let (mark, len) = mark_at(bytes, at + backslash)?;
        (mark == self.mark).then_some(len + backslash)
    }

    /// The next closing mark at or after `at`: where it is and how long.
    pub(super) fn next_close(self, bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
        loop {
            let rest = bytes.get(at..)?;
            at += match self.mark {
                Mark::Double => memchr::memchr2(b'"', b'\\', rest),
                Mark::Single => memchr::memchr2(b'\'', b'\\', rest),
                Mark::Backtick => memchr::memchr2(b'`', b'\\', rest),
                Mark::Curly | Mark::SingleCurly => memchr::memchr2(0xe2, b'\\', rest),
            }?;
            if let Some(len) = self.closes_at(bytes, at) {
                return Some((at, len));
            }
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
    }
}
