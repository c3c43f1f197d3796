//! What a view does to a text, by name.

use std::fmt;

/// One way in which a view changes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    /// Compatibility forms, lookalikes, invisible characters, spaced letters and digits for letters undone.
    Normalised,
    /// Base64 decoded, in the standard or the URL alphabet.
    Base64,
    /// Pairs of hexadecimal digits decoded.
    Hex,
    /// Percent-encoding decoded.
    Percent,
    /// HTML character references decoded.
    Html,
    /// `\x69`, `\u0069` and `\u{69}` decoded.
    Escapes,
    /// The alphabet turned by thirteen letters.
    Rot13,
    /// Unicode tag characters turned into the ASCII they copy.
    Tags,
    /// Variation selectors turned into the bytes they number.
    VariationSelectors,
}

impl Step {
    /// All steps, in the order in which [`Steps`] names them.
    pub const ALL: [Self; 9] = [
        Self::Normalised,
        Self::Base64,
        Self::Hex,
        Self::Percent,
        Self::Html,
        Self::Escapes,
        Self::Rot13,
        Self::Tags,
        Self::VariationSelectors,
    ];

    /// The name that findings carry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normalised => "normalised",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent",
            Self::Html => "html",
            Self::Escapes => "escapes",
            Self::Rot13 => "rot13",
            Self::Tags => "tags",
            Self::VariationSelectors => "variation_selectors",
        }
    }
}

/// A set of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps(u16);

impl Steps {
    /// No step.
    pub const NONE: Self = Self(0);

    /// Adds `step`.
    pub const fn insert(&mut self, step: Step) {
        self.0 |= 1 << step as u8;
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The steps in it.
    pub fn iter(self) -> impl Iterator<Item = Step> {
        Step::ALL.into_iter().filter(move |step| self.0 >> *step as u8 & 1 == 1)
    }
}

impl fmt::Display for Steps {
    /// The names, joined by `+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "+" })?;
            f.write_str(step.name())?;
        }
        Ok(())
    }
}
