//! From a model's probabilities to the scores that scanners compare with their thresholds.

use super::config::ModelConfig;

/// A model may know at which probability it should flag: its own threshold, found on texts that it was not
/// trained on. The scanner's usual threshold is llm-guard's, found for another model. So the scale is stretched
/// such that the one stands where the other is; below and above it stays straight. A scanner at its usual
/// threshold then flags where the model was meant to, and moving the threshold still means what it says.
///
/// For a model without a threshold of its own, scores are its probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The model's threshold, and the scanner's usual one.
    at: Option<(f64, f64)>,
}

impl Scale {
    /// The scale of the scanner `name` with the usual threshold `usual`.
    pub fn of(config: &ModelConfig, name: &str, usual: Option<f64>) -> Self {
        let own = config.thresholds.get(name).copied();
        let inside = |p: &f64| *p > 0.0 && *p < 1.0;
        Self { at: own.filter(inside).zip(usual.filter(inside)) }
    }

    /// The score of a probability.
    pub fn score(self, probability: f64) -> f64 {
        let Some((own, usual)) = self.at else { return probability };
        if probability <= own {
            probability / own * usual
        } else {
            usual + (probability - own) / (1.0 - own) * (1.0 - usual)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_model_s_threshold_is_the_usual_one() {
        let scale = Scale { at: Some((0.4, 0.92)) };
        assert!((scale.score(0.4) - 0.92).abs() < 1e-12);
        assert!((scale.score(0.2) - 0.46).abs() < 1e-12);
        assert!((scale.score(0.7) - 0.96).abs() < 1e-12);
        assert!((Scale { at: None }.score(0.3) - 0.3).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn order_and_ends_are_kept(own in 0.01_f64..0.99, usual in 0.01_f64..0.99, a in 0.0_f64..=1.0, b in 0.0_f64..=1.0) {
            let scale = Scale { at: Some((own, usual)) };
            prop_assert!(scale.score(0.0).abs() < 1e-12);
            prop_assert!((scale.score(1.0) - 1.0).abs() < 1e-12);
            prop_assert!((a <= b) == (scale.score(a) <= scale.score(b)) || (a - b).abs() < 1e-9);
        }
    }
}
