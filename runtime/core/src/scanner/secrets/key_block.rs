//! Private keys in their text forms: PEM (RFC 7468), OpenSSH, PGP (RFC 9580), SSH2 and `PuTTY`.

use memchr::memmem;

use crate::span::Span;

/// The next place of a string, asked for from ascending positions: a text of begins without an end is
/// searched once, not once for each.
#[derive(Debug)]
struct Next {
    needle: &'static str,
    known: Known,
}

/// What a search found.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// There was none yet.
    Nothing,
    /// The next place, from where was asked.
    At(usize),
    /// No further place.
    None,
}

impl Next {
    const fn new(needle: &'static str) -> Self {
        Self { needle, known: Known::Nothing }
    }

    fn find(&mut self, text: &[u8], from: usize) -> Option<usize> {
        match self.known {
            Known::None => None,
            Known::At(at) if at >= from => Some(at),
            _ => {
                let found = memmem::find(text.get(from..)?, self.needle.as_bytes()).map(|at| from + at);
                self.known = found.map_or(Known::None, Known::At);
                found
            }
        }
    }
}

/// What a key's last line holds, and that of `PuTTY`.
const ENDS: [&str; 2] = ["--END ", "-- END "];
const PUTTY_ENDS: [&str; 2] = ["Private-MAC:", "Private-Hash:"];

/// The longest key file of `PuTTY`, in bytes.
const LONGEST_PUTTY: usize = 32_768;

/// How many lines of base64 are taken for a key without an end, in bytes.
const LONGEST_BODY: usize = 16_384;

/// Where private keys are, from hit to hit in ascending order.
#[derive(Debug)]
pub(super) struct KeyBlocks {
    /// Up to here, all is part of a block.
    covered: usize,
    /// The ends of a block, by who writes them.
    ends: [Next; 2],
    putty_ends: [Next; 2],
}

impl Default for KeyBlocks {
    fn default() -> Self {
        Self::after(0)
    }
}

impl KeyBlocks {
    /// For a text into which a key reaches up to `covered`.
    pub(super) const fn after(covered: usize) -> Self {
        Self {
            covered,
            ends: [Next::new(ENDS[0]), Next::new(ENDS[1])],
            putty_ends: [Next::new(PUTTY_ENDS[0]), Next::new(PUTTY_ENDS[1])],
        }
    }

    /// Whether `start` is in a key already told.
    pub(super) const fn covers(&self, start: usize) -> bool {
        start < self.covered
    }

    /// The key whose first line starts at `start`, up to the end of its last; `None` if it is something else
    /// (a public key, a certificate) or in a key already told.
    pub(super) fn at(&mut self, text: &[u8], start: usize) -> Option<Span> {
        if start < self.covered {
            return None;
        }
        let rest = text.get(start..)?;
        let end = if rest.starts_with(b"PuTTY") {
            self.putty(text, start)? - start
        } else {
            let header = header(rest)?;
            self.footer(text, start + header)
                .map_or_else(|| header + body(&rest[header..]), |end| end - start)
        };
        self.covered = start + end;
        Some(Span::new(start, start + end))
    }

    /// The end of the next `-----END …-----` line, if no other block begins before.
    fn footer(&mut self, text: &[u8], from: usize) -> Option<usize> {
        let at = self.ends.iter_mut().filter_map(|next| next.find(text, from)).min()?;
        if memmem::find(&text[from..at], b"BEGIN ").is_some() {
            return None;
        }
        let line = text[at..].iter().take(100).take_while(|&&byte| byte != b'\n').count();
        let named = text[at..at + line].windows(4).position(|four| four == b"END ")? + 4;
        let dashes = text[at + named..at + line].iter().position(|&byte| byte == b'-')?;
        let start = at + named + dashes;
        Some(start + text[start..].iter().take(5).take_while(|&&byte| byte == b'-').count())
    }

    /// The end of a `PuTTY` key file: that of its check code.
    fn putty(&mut self, text: &[u8], start: usize) -> Option<usize> {
        let check = self.putty_ends.iter_mut().filter_map(|next| next.find(text, start)).min()?;
        let whole = text.get(start..check).filter(|whole| whole.len() <= LONGEST_PUTTY)?;
        memmem::find(whole, b"Private-Lines:")?;
        let line = text[check..].iter().take(200);
        Some(check + line.take_while(|&&byte| byte != b'\n' && byte != b'\r').count())
    }
}

/// Whether what follows the text decides if a key starts at `start`, or where it ends.
pub(super) fn is_open(text: &[u8], start: usize) -> bool {
    let rest = text.get(start..).unwrap_or_default();
    let first = |needles: [&str; 2]| {
        needles.into_iter().filter_map(|needle| memmem::find(rest, needle.as_bytes())).min()
    };
    if rest.starts_with(b"PuTTY") {
        return match first(PUTTY_ENDS) {
            None => rest.len() <= LONGEST_PUTTY + PUTTY_ENDS[1].len(),
            Some(check) => {
                rest.len() - check < 200 && !rest[check..].iter().any(|byte| matches!(byte, b'\n' | b'\r'))
            }
        };
    }
    let Some(header) = header(rest) else {
        let dashes = rest.iter().take_while(|&&byte| byte == b'-').count();
        let named = &rest[dashes..];
        let words = named.iter().take(80).take_while(|&&byte| byte != b'-' && byte != b'\n').count();
        let closing = named[words..].iter().take(5).take_while(|&&byte| byte == b'-').count();
        return words + closing == named.len();
    };
    // All five dashes of the header may not have come.
    if header == rest.len() {
        return true;
    }
    let begin = memmem::find(&rest[header..], b"BEGIN ").map(|at| header + at);
    let end = ENDS.into_iter().filter_map(|end| memmem::find(&rest[header..], end.as_bytes())).min();
    match (begin, end.map(|at| header + at)) {
        // Another block begins before this one ends.
        (Some(begin), end) if end.is_none_or(|end| begin + b"BEGIN ".len() <= end) => {
            body_reach(&rest[header..]) == rest.len() - header
        }
        (_, None) => true,
        (_, Some(end)) => {
            let footer = KeyBlocks::default().footer(rest, header);
            let line = &rest[end..];
            // Without dashes the last line is none, or not all of it.
            let none = || {
                line.len() < 100 && !line.contains(&b'\n')
                    || body_reach(&rest[header..]) == rest.len() - header
            };
            footer.map_or_else(none, |last| last == rest.len() && !rest.ends_with(b"-----"))
        }
    }
}

/// The length of `-----BEGIN … PRIVATE KEY …-----`.
fn header(rest: &[u8]) -> Option<usize> {
    let dashes = rest.iter().take_while(|&&byte| byte == b'-').count();
    let named = rest.get(dashes..)?;
    let words = named.iter().take(80).take_while(|&&byte| byte != b'-' && byte != b'\n').count();
    memmem::find(&named[..words], b"PRIVATE KEY")?;
    let closing = named[words..].iter().take(5).take_while(|&&byte| byte == b'-').count();
    (closing >= 4).then_some(dashes + words + closing)
}

/// How much of what follows a header can be its key, where no end is written.
fn body(rest: &[u8]) -> usize {
    let end = body_reach(rest);
    let trailing = |byte: &&u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b',' | b'\\' | b'>');
    end - rest[..end].iter().rev().take_while(trailing).count()
}

/// How far lines of base64 go, also with their breaks written as `\n`.
fn body_reach(rest: &[u8]) -> usize {
    let part = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\' | b'"' | b',' | b'\t')
    };
    let mut end = 0;
    let mut indented = false;
    for byte in rest.iter().take(LONGEST_BODY) {
        // Two words on a line are prose; mail marks what it quotes.
        let blank = matches!(byte, b' ' | b'>');
        if !(part(byte) || blank && indented) {
            break;
        }
        indented = matches!(byte, b'\n' | b',' | b'"') || blank && indented;
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<String> {
        let mut blocks = KeyBlocks::default();
        let starts = memmem::find_iter(text.as_bytes(), "-----BEGIN ");
        let found = starts.filter_map(|start| blocks.at(text.as_bytes(), start));
        found.map(|span| text[span.range()].to_owned()).collect()
    }

    fn pem(kind: &str, body: &str) -> String {
        format!("-----BEGIN {kind}-----{body}-----END {kind}-----")
    }

    #[test]
    fn whole_blocks() {
        for kind in ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
            for body in ["\nMIIabc\nx==\n", "\\nMIIabc\\n", "\nProc-Type: 4,ENCRYPTED\n\nMII\n"] {
                let block = pem(kind, body);
                assert_eq!(blocks(&format!("a {block}\nb {block}")), [block.clone(), block]);
            }
        }
        assert!(blocks(&pem("CERTIFICATE", "\nMII\n")).is_empty());
        assert!(blocks(&pem("PUBLIC KEY", "\nMII\n")).is_empty());
    }

    #[test]
    fn blocks_without_an_end() {
        let begin = "-----BEGIN PRIVATE KEY-----";
        assert_eq!(
            blocks(&format!("{begin}\nMIIa\nb==\n\nthat was it")),
            [format!("{begin}\nMIIa\nb==\n\nthat")]
        );
        assert_eq!(
            blocks(&format!("> {begin}\n> MIIa\n> b==\n> \nbye")),
            [format!("{begin}\n> MIIa\n> b==\n> \nbye")]
        );
        assert_eq!(blocks(&format!("> {begin}\n> MIIa\n> so be it")), [format!("{begin}\n> MIIa\n> so")]);
        assert_eq!(blocks(begin), [begin]);
        let many = begin.repeat(50_000);
        assert_eq!(blocks(&many).len(), 50_000);
        let followed = format!("{begin}\nMII\n{}", pem("CERTIFICATE", "\nMII\n"));
        assert_eq!(blocks(&followed), [format!("{begin}\nMII")]);
    }

    #[test]
    fn putty_files() {
        let file = "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\nBBBB\nPrivate-MAC: ff\n";
        let found = KeyBlocks::default().at(file.as_bytes(), 0);
        assert_eq!(found, Some(Span::new(0, file.len() - 1)));
    }
}
