//! Whether a text is a JSON document, told while it comes.

/// How deep arrays and objects may be within each other; what is deeper counts as no JSON.
const DEEPEST: usize = 1 << 16;

/// Reads a text piece by piece by the grammar of RFC 8259, and keeps none of it.
#[derive(Clone, Debug)]
pub(super) struct Document {
    at: At,
    /// For each array or object that is open, from outside in, whether it is an object.
    open: Vec<bool>,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The document's value: a string, array or object, or (with `true`) any.
    Start(bool),
    Value,
    /// A value, or the end of an array without any.
    First,
    /// A key, or the end of an object without any.
    FirstKey,
    Key,
    Colon,
    /// A comma, or the end of what the value is in.
    After,
    /// In a string, which is a key with `true`.
    Text(bool),
    /// After a backslash.
    Escape(bool),
    /// So many hexadecimal digits.
    Hex(bool, u8),
    /// The rest of `true`, `false` or `null`.
    Word(&'static [u8]),
    /// After the minus.
    Minus,
    /// After a zero that begins a number.
    Zero,
    Whole,
    /// After the point.
    Point,
    Fraction,
    /// After the `e`.
    Power,
    /// After its sign.
    Sign,
    Exponent,
    /// There cannot be a document any more.
    Never,
}

impl Document {
    /// Before the first character of a document; one that is a number, `true`, `false` or `null` counts if
    /// `any` does.
    pub(super) const fn new(any: bool) -> Self {
        Self { at: At::Start(any), open: Vec::new() }
    }

    /// Whether a whole text is one.
    pub(super) fn is(text: &str, any: bool) -> bool {
        let mut document = Self::new(any);
        document.read(text);
        document.is_complete()
    }

    /// Whether the text may still become a document.
    pub(super) fn is_possible(&self) -> bool {
        self.at != At::Never
    }

    /// Whether the text is a document if it ends here.
    pub(super) fn is_complete(&self) -> bool {
        let ended = matches!(self.at, At::After | At::Zero | At::Whole | At::Fraction | At::Exponent);
        ended && self.open.is_empty()
    }

    /// Reads on.
    pub(super) fn read(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            self.at = self.next(byte);
            if self.at == At::Never {
                self.open = Vec::new();
                return;
            }
        }
    }

    fn next(&mut self, byte: u8) -> At {
        let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        match (self.at, byte) {
            (At::Text(key), b'"') => {
                if key {
                    At::Colon
                } else {
                    At::After
                }
            }
            (At::Text(key), b'\\') => At::Escape(key),
            (At::Text(_), 0..0x20) => At::Never,
            (text @ At::Text(_), _) => text,
            (At::Escape(key), b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => At::Text(key),
            (At::Escape(key), b'u') => At::Hex(key, 4),
            (At::Hex(key, left), _) if byte.is_ascii_hexdigit() => {
                if left == 1 {
                    At::Text(key)
                } else {
                    At::Hex(key, left - 1)
                }
            }
            (At::Word([next, rest @ ..]), _) if byte == *next => {
                if rest.is_empty() {
                    At::After
                } else {
                    At::Word(rest)
                }
            }
            (
                at @ (At::Start(_) | At::Value | At::First | At::FirstKey | At::Key | At::Colon | At::After),
                _,
            ) if space => at,
            (At::Start(any), _) if any || matches!(byte, b'"' | b'[' | b'{') => self.value(byte),
            (At::First, b']') | (At::FirstKey, b'}') => self.close(),
            (At::Value | At::First, _) => self.value(byte),
            (At::FirstKey | At::Key, b'"') => At::Text(true),
            (At::Colon, b':') => At::Value,
            (At::Minus, b'0') => At::Zero,
            (At::Minus, b'1'..=b'9') | (At::Whole, b'0'..=b'9') => At::Whole,
            (At::Zero | At::Whole, b'.') => At::Point,
            (At::Point | At::Fraction, b'0'..=b'9') => At::Fraction,
            (At::Zero | At::Whole | At::Fraction, b'e' | b'E') => At::Power,
            (At::Power, b'+' | b'-') => At::Sign,
            (At::Power | At::Sign | At::Exponent, b'0'..=b'9') => At::Exponent,
            (At::After | At::Zero | At::Whole | At::Fraction | At::Exponent, _) => self.after(byte, space),
            _ => At::Never,
        }
    }

    /// The first byte of a value.
    fn value(&mut self, byte: u8) -> At {
        match byte {
            b'"' => At::Text(false),
            b'[' | b'{' if self.open.len() < DEEPEST => {
                self.open.push(byte == b'{');
                if byte == b'{' { At::FirstKey } else { At::First }
            }
            b'-' => At::Minus,
            b'0' => At::Zero,
            b'1'..=b'9' => At::Whole,
            b't' => At::Word(b"rue"),
            b'f' => At::Word(b"alse"),
            b'n' => At::Word(b"ull"),
            _ => At::Never,
        }
    }

    /// A byte after a value.
    fn after(&mut self, byte: u8, space: bool) -> At {
        match (byte, self.open.last()) {
            _ if space => At::After,
            (b',', Some(true)) => At::Key,
            (b',', Some(false)) => At::Value,
            (b'}', Some(true)) | (b']', Some(false)) => self.close(),
            _ => At::Never,
        }
    }

    fn close(&mut self) -> At {
        self.open.pop();
        At::After
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    fn agrees(text: &str) {
        let expected = serde_json::from_str::<IgnoredAny>(text).is_ok();
        assert_eq!(Document::is(text, true), expected, "{text:?}");
        let starts = text.trim_start().starts_with(['{', '[', '"']);
        assert_eq!(Document::is(text, false), expected && starts, "{text:?}");
    }

    #[test]
    fn what_is_json_and_what_is_not() {
        for text in [
            "",
            " ",
            "{}",
            "[]",
            "[1,]",
            "[,1]",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "01",
            "-",
            "-0",
            "-01",
            "1.",
            "1.5e",
            "1e+5",
            "1E5 ",
            " 1e-",
            ".5",
            "+1",
            "tru",
            "true",
            "nulll",
            "\"\\u12aF\"",
            "\"\\u12\"",
            "\"\\x\"",
            "\"\n\"",
            "\"\u{7f}é\"",
            "[1 2]",
            "[1]]",
            "{\"a\":[{}]} \n",
            "\u{a0}{}",
            "{} x",
            "[tru]",
            "[true,false,null]",
            "\"a",
            "{\"a\":{\"b\":-0.0e0}}",
            "\"\\ud800\"",
        ] {
            agrees(text);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Document::is(&deep(DEEPEST), false));
        assert!(!Document::is(&deep(DEEPEST + 1), false));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        #[test]
        fn says_what_serde_says(text in r#"([\[\]{}:,"\\ \n019.eE+-]|true|nul|\\u00|"a"|"[k\\]":|é){0,14}"#) {
            agrees(&text);
        }
    }
}
