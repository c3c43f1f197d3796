//! Sentiments summed up, and the scores they come to.

use super::PolarityScores;
use crate::risk::round_to;

/// Normalises a sum: about the largest square expected.
const ALPHA: f64 = 15.0;

/// Sums over the sentiments so far.
///
/// The first `but` halves everything before it, which is known only when it comes. Halving is exact, so
/// the plain sum can be halved afterwards; the one-sided sums add one to each term and round, so they
/// are kept in both forms.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    total: f64,
    plain: Sides,
    halved: Sides,
    neutral: u64,
    turned: bool,
}

/// Positive and negative sentiments on their own, each moved one away from zero.
#[derive(Clone, Copy, Debug, Default)]
struct Sides {
    positive: f64,
    negative: f64,
}

impl Sides {
    fn add(&mut self, sentiment: f64) {
        if sentiment > 0.0 {
            self.positive += sentiment + 1.0;
        } else {
            self.negative += sentiment - 1.0;
        }
    }
}

impl Sums {
    pub(super) const fn add_neutral(&mut self) {
        self.neutral += 1;
    }

    pub(super) fn add(&mut self, sentiment: f64) {
        if sentiment == 0.0 {
            self.neutral += 1;
            return;
        }
        let sentiment = if self.turned { sentiment * 1.5 } else { sentiment };
        self.total += sentiment;
        self.plain.add(sentiment);
        if !self.turned {
            self.halved.add(sentiment * 0.5);
        }
    }

    /// A `but`: from here on the text counts more than what came before. Only the first one does.
    pub(super) fn turn(&mut self) {
        if !self.turned {
            self.turned = true;
            self.total *= 0.5;
            self.plain = self.halved;
        }
    }

    pub(super) fn finish(self, emphasis: f64) -> PolarityScores {
        let Sides { mut positive, mut negative } = self.plain;
        if self.neutral == 0 && positive == 0.0 && negative == 0.0 {
            return PolarityScores::default();
        }
        let mut total = self.total;
        if total > 0.0 {
            total += emphasis;
        } else if total < 0.0 {
            total -= emphasis;
        }
        let compound = total / (total * total + ALPHA).sqrt();
        if positive > -negative {
            positive += emphasis;
        } else if positive < -negative {
            negative -= emphasis;
        }
        let neutral = self.neutral as f64;
        let all = positive + negative.abs() + neutral;
        PolarityScores {
            neg: round((negative / all).abs(), 3),
            neu: round(neutral / all, 3),
            pos: round(positive / all, 3),
            compound: round(compound, 4),
        }
    }
}

/// [`round_to`] for values up to one, without its detour over text where no tie is near: there the
/// nearest multiple is plain, and dividing two exact numbers rounds correctly.
fn round(value: f64, digits: usize) -> f64 {
    let scale = if digits == 3 { 1e3 } else { 1e4 };
    let scaled = value * scale;
    let tie = (scaled.abs().fract() - 0.5).abs();
    if tie > 1e-6 { scaled.round() / scale } else { round_to(value, digits) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rounds_as_round_to(value in -1.0..1.0_f64, digits in 3_usize..5) {
            prop_assert_eq!(round(value, digits).to_bits(), round_to(value, digits).to_bits());
        }

        #[test]
        fn rounds_ties_as_round_to(odd in -5000_i32..5000, steps in 0_u64..5, digits in 3_usize..5) {
            let tie = f64::from(2 * odd + 1) / (2.0 * if digits == 3 { 1e3 } else { 1e4 });
            let value = f64::from_bits(tie.to_bits() - 2 + steps);
            prop_assert_eq!(round(value, digits).to_bits(), round_to(value, digits).to_bits());
        }
    }
}
