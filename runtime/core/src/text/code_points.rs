//! Positions: bytes in Rust, Unicode code points in Python. The only place that converts.

/// Bytes between two checkpoints. A look-up counts at most this many bytes; the table costs
/// `8 / STRIDE` of the text.
const STRIDE: usize = 256;

/// The map between byte offsets and code point offsets of one text.
#[derive(Debug)]
pub struct CodePoints {
    /// Code points before byte `i * STRIDE`; empty for ASCII, where both offsets are one number.
    checkpoints: Vec<usize>,
    bytes: usize,
    chars: usize,
}

impl CodePoints {
    pub(super) fn new(text: &str, ascii: bool) -> Self {
        let bytes = text.len();
        if ascii {
            return Self { checkpoints: Vec::new(), bytes, chars: bytes };
        }
        let mut checkpoints = Vec::with_capacity(bytes / STRIDE + 1);
        let mut chars = 0;
        for chunk in text.as_bytes().chunks(STRIDE) {
            checkpoints.push(chars);
            chars += count_starts(chunk);
        }
        Self { checkpoints, bytes, chars }
    }

    /// How many code points the text has.
    pub fn len(&self) -> usize {
        self.chars
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The code point offset of byte offset `byte` of `text`. Past the end it is the length; inside a
    /// character, the offset after that character's first byte.
    pub fn of_byte(&self, text: &str, byte: usize) -> usize {
        let byte = byte.min(self.bytes);
        if self.checkpoints.is_empty() {
            return byte;
        }
        let slot = (byte / STRIDE).min(self.checkpoints.len() - 1);
        self.checkpoints[slot] + count_starts(&text.as_bytes()[slot * STRIDE..byte])
    }

    /// The byte offset of code point offset `char` of `text`; past the end, the length.
    pub fn to_byte(&self, text: &str, char: usize) -> usize {
        if self.checkpoints.is_empty() || char >= self.chars {
            return if self.checkpoints.is_empty() { char.min(self.bytes) } else { self.bytes };
        }
        let slot = self.checkpoints.partition_point(|&count| count <= char) - 1;
        let mut left = char - self.checkpoints[slot];
        let base = slot * STRIDE;
        for (at, byte) in text.as_bytes()[base..].iter().enumerate() {
            if is_start(*byte) {
                if left == 0 {
                    return base + at;
                }
                left -= 1;
            }
        }
        self.bytes
    }
}

/// Whether a byte begins a UTF-8 character (is not a continuation byte).
const fn is_start(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

fn count_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| is_start(**byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::text::Text;

    proptest! {
        #[test]
        fn agrees_with_char_indices(text in "\\PC{0,700}") {
            let text = Text::from(text);
            let map = text.code_points();
            let s = text.as_str();
            for (chars, (byte, _)) in s.char_indices().enumerate() {
                prop_assert_eq!(map.of_byte(s, byte), chars);
                prop_assert_eq!(map.to_byte(s, chars), byte);
            }
            prop_assert_eq!(map.len(), s.chars().count());
            prop_assert_eq!(map.of_byte(s, s.len()), map.len());
            prop_assert_eq!(map.to_byte(s, map.len()), s.len());
            prop_assert_eq!(map.to_byte(s, usize::MAX), s.len());
            prop_assert_eq!(map.of_byte(s, usize::MAX), map.len());
        }
    }
}
