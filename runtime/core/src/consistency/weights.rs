//! The model's weights, as training packs them.
//!
//! Little-endian: the magic number `pscons01`; as `f32` the bias and a weight for each feature; then a byte for each
//! entry of the table of rarities.

use super::features::FEATURES;
use super::tokens::Token;
use super::words::{self, BITS};

const MAGIC: &[u8; 8] = b"pscons01";

/// The weights cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("weights of consistency: {0}")]
pub struct ConsistencyWeightsError(&'static str);

/// A weight for each feature, and how rare words are.
pub(super) struct Weights {
    bias: f64,
    values: [f64; FEATURES],
    rarities: Box<[u8]>,
}

impl std::fmt::Debug for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Weights").field("features", &self.values.len()).finish_non_exhaustive()
    }
}

impl Weights {
    /// Reads packed weights; whatever the bytes, the result is safe to use.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ConsistencyWeightsError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ConsistencyWeightsError("not of this format"))?;
        let (head, rarities) =
            rest.split_at_checked(4 * (1 + FEATURES)).ok_or(ConsistencyWeightsError("cut short"))?;
        let mut numbers = [0.0; 1 + FEATURES];
        for (number, bytes) in numbers.iter_mut().zip(head.chunks_exact(4)) {
            let read = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            *number = f64::from(read);
            if !read.is_finite() {
                return Err(ConsistencyWeightsError("a number"));
            }
        }
        if rarities.len() != 1 << BITS {
            return Err(ConsistencyWeightsError("cut short, or longer than it says"));
        }
        let [bias, values @ ..] = numbers;
        Ok(Self { bias, values, rarities: rarities.into() })
    }

    /// How rare a word is: twice as rare is one more.
    pub(super) fn rarity(&self, token: &Token) -> f64 {
        if token.is_number {
            return words::NUMBER;
        }
        self.rarities.get(words::bucket(&token.stem)).copied().map_or(0.0, f64::from)
    }

    /// The sum of a claim with these features.
    pub(super) fn sum(&self, features: &[f64; FEATURES]) -> f64 {
        self.bias + self.values.iter().zip(features).map(|(weight, value)| weight * value).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::BUNDLED;
    use super::*;

    #[test]
    fn bytes_cut_anywhere_are_refused() {
        assert!(Weights::from_bytes(BUNDLED).is_ok());
        for end in (0..BUNDLED.len()).step_by(97) {
            assert!(Weights::from_bytes(&BUNDLED[..end]).is_err(), "{end}");
        }
        let mut longer = BUNDLED.to_vec();
        longer.push(0);
        assert!(Weights::from_bytes(&longer).is_err());
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        let mut bytes = BUNDLED.to_vec();
        bytes[8..12].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(Weights::from_bytes(&bytes).unwrap_err(), ConsistencyWeightsError("a number"));
    }
}
