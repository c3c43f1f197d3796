//! Fenced blocks of code: what is in them, and which words come before a literal there.

/// What the text between fences is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// There is none.
    None,
    /// The name of a language may follow.
    Begun,
    /// No name says what it is, or one of a format of data.
    Unnamed,
    Code,
    Yaml,
    /// Prose, markup or a table.
    Text,
}

/// Words before a value, in lower case, and signs that are read as words.
const BEFORE_LITERALS: &[&[u8]] = &[
    b"return", b"yield", b"case", b"else", b"in", b"if", b"print", b"raise", b"throw", b"assert", b"+", b".",
];

/// The same, where nothing can be prose but comments.
const IN_CODE: &[&[u8]] =
    &[b"elif", b"and", b"or", b"not", b"is", b"when", b"then", b"while", b"await", b"puts"];

impl Fence {
    /// By the word after the first fence.
    pub(super) fn named(word: &Word) -> Self {
        match word.bytes().to_ascii_lowercase().as_slice() {
            b"" | b"json" | b"json5" | b"jsonc" | b"jsonl" | b"ndjson" => Self::Unnamed,
            b"yaml" | b"yml" => Self::Yaml,
            b"text" | b"txt" | b"plain" | b"plaintext" | b"markdown" | b"md" | b"html" | b"xml" | b"svg"
            | b"csv" | b"tsv" => Self::Text,
            _ => Self::Code,
        }
    }

    /// Whether a literal may follow a word as it follows an equals sign.
    pub(super) fn begins_after(self, word: &Word) -> bool {
        match self {
            Self::Code => BEFORE_LITERALS.contains(&word.bytes()) || IN_CODE.contains(&word.bytes()),
            Self::Unnamed => BEFORE_LITERALS.contains(&word.bytes()),
            Self::Yaml => word.bytes() == b"-",
            Self::None | Self::Begun | Self::Text => false,
        }
    }

    /// Whether a literal follows a colon outside brackets.
    pub(super) const fn has_colons(self) -> bool {
        matches!(self, Self::Code | Self::Yaml | Self::Unnamed)
    }
}

/// The letters of the word that is read; of one that is too long for any use only that it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    bytes: [u8; 10],
    length: usize,
}

impl Word {
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// Nothing is a word that goes on with what is no letter of the text.
    pub(super) fn spoil(&mut self) {
        self.length = usize::MAX;
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(b"\0")
    }
}
