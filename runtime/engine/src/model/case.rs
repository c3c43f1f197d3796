//! How a word is written, for models whose tokens are lower-cased.

/// The case of a word, as `token_type_ids` of the kind `segment_and_case` carry it (times two).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Case {
    /// No cased letter, or all of them lower.
    Lower = 0,
    /// The first letter upper and the rest lower, or a single upper letter.
    Title = 1,
    /// All letters upper, at least two.
    Upper = 2,
    /// Anything else.
    Mixed = 3,
    /// A digit somewhere; wins over the others.
    Digit = 4,
}

impl Case {
    /// Token types there are with two segments.
    pub const TYPES: usize = 10;

    /// The case of a word as it stands in the text.
    pub fn of(word: &str) -> Self {
        let (mut upper, mut lower, mut first_upper, mut seen) = (0_usize, 0_usize, false, false);
        for c in word.chars() {
            if c.is_numeric() {
                return Self::Digit;
            }
            let is_upper = c.is_uppercase();
            if is_upper || c.is_lowercase() {
                first_upper |= is_upper && !seen;
                seen = true;
                if is_upper { upper += 1 } else { lower += 1 }
            }
        }
        match (upper, lower) {
            (0, _) => Self::Lower,
            (1, _) if first_upper => Self::Title,
            (_, 0) => Self::Upper,
            _ => Self::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_they_are_written() {
        for (word, case) in [
            ("", Case::Lower),
            ("hello", Case::Lower),
            ("...", Case::Lower),
            ("日本", Case::Lower),
            ("Hello", Case::Title),
            ("A", Case::Title),
            ("Élan", Case::Title),
            ("'Tis", Case::Title),
            ("NASA", Case::Upper),
            ("OK", Case::Upper),
            ("iPhone", Case::Mixed),
            ("McDonald", Case::Mixed),
            ("HeLLo", Case::Mixed),
            ("B2B", Case::Digit),
            ("2026", Case::Digit),
            ("v1", Case::Digit),
        ] {
            assert_eq!(Case::of(word), case, "{word}");
        }
    }
}
