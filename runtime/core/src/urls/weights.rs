//! The model's weights, as training packs them.
//!
//! Little-endian: the magic number `psurls01`; as `f32` what a weight of one is worth, the bias, the slope and
//! the cut of the score; then a signed byte for each bucket.

use super::features::BITS;

const MAGIC: &[u8; 8] = b"psurls01";
const NUMBERS: usize = 4;

/// What all n-grams of an address count together, beside one flag; as in training.
const SHARE: f64 = 4.0;

/// The weights cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("weights of addresses: {0}")]
pub struct UrlWeightsError(&'static str);

/// A weight for each bucket.
pub(super) struct Weights {
    unit: f64,
    bias: f64,
    slope: f64,
    cut: f64,
    values: Box<[i8]>,
}

impl std::fmt::Debug for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Weights").field("buckets", &self.values.len()).finish_non_exhaustive()
    }
}

impl Weights {
    /// Reads packed weights; whatever the bytes, the result is safe to use.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, UrlWeightsError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(UrlWeightsError("not of this format"))?;
        let (head, values) = rest.split_at_checked(4 * NUMBERS).ok_or(UrlWeightsError("cut short"))?;
        let mut numbers = [0.0; NUMBERS];
        for (number, bytes) in numbers.iter_mut().zip(head.chunks_exact(4)) {
            let read = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            *number = f64::from(read);
            if !read.is_finite() {
                return Err(UrlWeightsError("a number"));
            }
        }
        if values.len() != 1 << BITS {
            return Err(UrlWeightsError("cut short, or longer than it says"));
        }
        let [unit, bias, slope, cut] = numbers;
        let values = values.iter().map(|byte| byte.cast_signed()).collect();
        Ok(Self { unit, bias, slope, cut, values })
    }

    /// The score of an address with these features.
    pub(super) fn score(&self, grams: &[u32], flags: &[u32]) -> f64 {
        let sum = |buckets: &[u32]| {
            let values = buckets.iter().filter_map(|&bucket| self.values.get(bucket as usize));
            self.unit * values.map(|&value| f64::from(value)).sum::<f64>()
        };
        let share = SHARE / (grams.len().max(1) as f64).sqrt();
        let sum = self.bias + share * sum(grams) + sum(flags);
        1.0 / (1.0 + (-self.slope * (sum - self.cut)).exp())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::BUNDLED;
    use super::*;

    #[test]
    fn bytes_cut_anywhere_are_refused() {
        assert!(Weights::from_bytes(BUNDLED).is_ok());
        for end in (0..BUNDLED.len()).step_by(997) {
            assert!(Weights::from_bytes(&BUNDLED[..end]).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_head_is_read_or_refused(at in 0usize..24, byte: u8, bucket in 0u32..1 << 20) {
            let mut bytes = BUNDLED.to_vec();
            bytes[at] = byte;
            if let Ok(weights) = Weights::from_bytes(&bytes) {
                let score = weights.score(&[bucket], &[]);
                prop_assert!(score.is_nan() || (0.0..=1.0).contains(&score));
            }
        }
    }
}
