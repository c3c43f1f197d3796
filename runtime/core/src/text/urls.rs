//! Finds the web addresses in a text.

use crate::span::Span;

/// The `http://` and `https://` addresses in `text`, from left to right, without overlaps.
///
/// An address is the scheme, in any case, and the longest run of characters that RFC 3986 allows in an
/// address, or of letters of the scripts that write words apart (`http://münchen.de` is one address,
/// `见https://example.com谢谢` ends before `谢谢`). The punctuation that belongs to the sentence rather than to
/// the address is left out by the rules of GitHub's extended autolinks (GFM 0.29, section 6.9): trailing
/// `?!.,:;*_~'&`, and brackets that the address did not open.
///
/// Takes time linear in the text.
pub fn extract_urls(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(step) = bytes[at..].iter().position(|byte| byte.eq_ignore_ascii_case(&b'h')) {
        let start = at + step;
        let Some(scheme) = scheme_len(&bytes[start..]) else {
            at = start + 1;
            continue;
        };
        let rest = text.get(start + scheme..).unwrap_or_default();
        let run = rest.find(|c| !is_url_char(c)).unwrap_or(rest.len());
        let url = trim(rest.get(..run).unwrap_or_default());
        if url.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
            spans.push(Span::new(start, start + scheme + url.len()));
        }
        at = start + scheme + run;
    }
    spans
}

/// How far the addresses of a text that is still being written are known; all positions are bytes of the stream.
///
/// What is found is what [`extract_urls`] finds in the whole text. No character is read twice, but for those of
/// an address when it is complete.
#[derive(Debug, Default)]
pub(crate) struct UrlsAhead {
    /// Where the next address may start.
    at: usize,
    /// Where the one that started at `at` goes on after its scheme, and up to where it was read.
    open: Option<(usize, usize)>,
}

impl UrlsAhead {
    /// Appends the addresses that are complete in a text that begins at `base`. Returns before where none starts
    /// any more: the next text has to begin there or earlier.
    pub(crate) fn advance(&mut self, text: &str, base: usize, last: bool, found: &mut Vec<Span>) -> usize {
        let after = |at: usize| text.get(at.saturating_sub(base)..).unwrap_or_default();
        let end = base + text.len();
        loop {
            let (host, read) = if let Some(open) = self.open.take() {
                open
            } else {
                let rest = after(self.at).as_bytes();
                let Some(step) = rest.iter().position(|byte| byte.eq_ignore_ascii_case(&b'h')) else {
                    self.at = end;
                    return end;
                };
                self.at += step;
                let rest = rest.get(step..).unwrap_or_default();
                match scheme_len(rest) {
                    Some(scheme) => (self.at + scheme, self.at + scheme),
                    None if !last && may_be_scheme(rest) => return self.at,
                    None => {
                        self.at += 1;
                        continue;
                    }
                }
            };
            let run = after(read).find(|c| !is_url_char(c));
            if run.is_none() && !last {
                self.open = Some((host, end));
                return self.at;
            }
            let stop = run.map_or(end, |run| read + run);
            let url = trim(after(host).get(..stop - host).unwrap_or_default());
            if url.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
                found.push(Span::new(self.at, host + url.len()));
            }
            self.at = stop;
        }
    }

    /// How many bytes of an address have come that is not complete.
    pub(crate) fn open(&self) -> usize {
        self.open.map_or(0, |(_, read)| read - self.at)
    }
}

/// Whether `http://` or `https://` may begin with these bytes and go on.
fn may_be_scheme(bytes: &[u8]) -> bool {
    ["http://", "https://"].into_iter().map(str::as_bytes).any(|scheme| {
        scheme
            .get(..bytes.len())
            .is_some_and(|head| head.len() < scheme.len() && head.eq_ignore_ascii_case(bytes))
    })
}

/// The length of `http://` or `https://` at the start of `bytes`.
fn scheme_len(bytes: &[u8]) -> Option<usize> {
    ["http://", "https://"].into_iter().map(str::as_bytes).find_map(|scheme| {
        let head = bytes.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(scheme.len())
    })
}

fn is_url_char(c: char) -> bool {
    match c {
        // RFC 3986, section 2, but for letters and digits.
        '-' | '.' | '_' | '~' | ':' | '/' | '?' | '#' | '[' | ']' | '@' | '!' | '$' | '&' | '\'' | '('
        | ')' | '*' | '+' | ',' | ';' | '=' | '%' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        // Latin, Greek, Cyrillic, Armenian. Later scripts may go on without a space after an address.
        c => c < '\u{590}' && c.is_alphanumeric(),
    }
}

/// Without what the sentence put behind the address.
fn trim(url: &str) -> &str {
    let count = |wanted: char| url.chars().filter(|&c| c == wanted).count();
    // How many more brackets are closed than opened, in what is left.
    let mut round = count(')').cast_signed() - count('(').cast_signed();
    let mut square = count(']').cast_signed() - count('[').cast_signed();
    let mut end = url.len();
    for (at, c) in url.char_indices().rev() {
        match c {
            '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '&' => {}
            '(' => round += 1,
            '[' => square += 1,
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            _ => break,
        }
        end = at;
    }
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn urls(text: &str) -> Vec<&str> {
        extract_urls(text).into_iter().map(|span| &text[span.range()]).collect()
    }

    #[test]
    fn leaves_the_sentence_s_punctuation_out() {
        for (text, expected) in [
            ("See https://example.com.", vec!["https://example.com"]),
            ("(https://example.com/a), and http://b.org!", vec!["https://example.com/a", "http://b.org"]),
            ("[docs](https://example.com/a_b)", vec!["https://example.com/a_b"]),
            ("**https://example.com**", vec!["https://example.com"]),
            ("<https://example.com/?q=1&r=2#top>", vec!["https://example.com/?q=1&r=2#top"]),
            ("\"https://example.com/x\"", vec!["https://example.com/x"]),
            (
                "https://en.wikipedia.org/wiki/Rust_(language)",
                vec!["https://en.wikipedia.org/wiki/Rust_(language)"],
            ),
            (
                "(https://en.wikipedia.org/wiki/Rust_(language))",
                vec!["https://en.wikipedia.org/wiki/Rust_(language)"],
            ),
            ("`http://[::1]:8080/`", vec!["http://[::1]:8080/"]),
            ("HTTPS://EXAMPLE.COM/~u", vec!["HTTPS://EXAMPLE.COM/~u"]),
            ("http://münchen.de, http://пример.рф", vec!["http://münchen.de", "http://пример.рф"]),
            ("请看https://example.com/a，谢谢", vec!["https://example.com/a"]),
            ("请看https://example.com谢谢", vec!["https://example.com"]),
            ("https://a.com/r?to=http://b.com/", vec!["https://a.com/r?to=http://b.com/"]),
            ("http://a.com/][ ", vec!["http://a.com/"]),
            ("hhttp://a.com", vec!["http://a.com"]),
            ("http:// nothing, https://... , ftp://a.com, http:/a.com", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(urls(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_runs_take_linear_time() {
        let began = Instant::now();
        for unit in ["http://", "h", "http://a)", "http://a ", "https:///", ")"] {
            extract_urls(&unit.repeat(1_000_000 / unit.len()));
        }
        extract_urls(&format!("http://a{}", ").".repeat(500_000)));
        // Quadratic work on a megabyte would take minutes; linear takes milliseconds, even unoptimised.
        // Quadratic time would be hours; a debug build on a busy machine needs a few seconds.
        assert!(began.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn spans_ascend_on_boundaries(text in "(http://|https://|[a-c)(.\\[\\]é谢 ]){0,40}") {
            let mut end = 0;
            for span in extract_urls(&text) {
                prop_assert!(span.start >= end && span.end <= text.len());
                let url = text.get(span.range()).expect("on character boundaries");
                prop_assert!(url.starts_with("http"));
                prop_assert_eq!(urls(url), vec![url], "an address is found in itself, whole");
                end = span.end;
            }
        }
    }
}
