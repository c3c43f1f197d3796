//! llm-guard's risk score.

/// The risk of `score` against `threshold`, `-1.0..=1.0`, one decimal.
///
/// Above the threshold `(score - threshold) / (1 - threshold)`, else `(score - threshold) / threshold`,
/// rounded to one decimal as Python's `round` does: to the nearest decimal of the exact binary value, ties
/// to even. llm-guard divides by zero at `threshold = 0`, and at `threshold = 1` with a score above it;
/// here the limit of the formula is taken instead: no distance is `0.0`, any distance is `±1.0`.
pub fn risk_score(score: f64, threshold: f64) -> f64 {
    let distance = score - threshold;
    let scale = if score > threshold { 1.0 - threshold } else { threshold };
    if scale == 0.0 {
        return if distance == 0.0 { 0.0 } else { distance.signum() };
    }
    round_to(distance / scale, 1).clamp(-1.0, 1.0)
}

/// Python's `round(value, digits)`: correctly rounded from the exact binary value, ties to even.
pub fn round_to(value: f64, digits: usize) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // Rust prints floats from their exact expansion, ties to even: the same rule as CPython's dtoa.
    format!("{value:.digits$}").parse().unwrap_or(value)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the rounded values are to be the very same")]
#[expect(clippy::unreadable_literal, reason = "as Python prints them")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `(x, round(x, 1))` of `CPython` 3.11: ties of the binary value go to even, near ties do not.
    const ROUNDED: &[(f64, f64)] = &[
        (0.0, 0.0),
        (0.05, 0.1),
        (0.15, 0.1),
        (0.25, 0.2),
        (0.35, 0.3),
        (0.45, 0.5),
        (0.55, 0.6),
        (0.65, 0.7),
        (0.75, 0.8),
        (0.85, 0.8),
        (0.95, 0.9),
        (-0.05, -0.1),
        (-0.15, -0.1),
        (-0.25, -0.2),
        (-0.35, -0.3),
        (-0.45, -0.5),
        (-0.55, -0.6),
        (-0.65, -0.7),
        (-0.75, -0.8),
        (-0.85, -0.8),
        (-0.95, -0.9),
        (0.04999999999999999, 0.0),
        (0.049999999999999996, 0.0),
        (0.25000000000000006, 0.3),
        (0.24999999999999997, 0.2),
        (2.5, 2.5),
        (0.125, 0.1),
        (-0.125, -0.1),
        (1.05, 1.1),
        (1.25, 1.2),
        (1e-09, 0.0),
        (-1e-09, -0.0),
        (0.9499999999999998, 0.9),
        (5e-324, 0.0),
        (1e+22, 1e+22),
        (123456.75, 123456.8),
        (-123456.25, -123456.2),
    ];

    /// `(x, round(x, 2))` of `CPython` 3.11.
    const ROUNDED_2: &[(f64, f64)] = &[
        (0.125, 0.12),
        (0.135, 0.14),
        (0.145, 0.14),
        (0.005, 0.01),
        (0.015, 0.01),
        (0.025, 0.03),
        (2.675, 2.67),
        (1.005, 1.0),
        (0.285, 0.28),
        (-0.125, -0.12),
    ];

    /// `(score, threshold, risk)` by the formula in `CPython` 3.11. The first three are llm-guard's own
    /// examples.
    const RISKS: &[(f64, f64, f64)] = &[
        (0.95, 0.92, 0.4),
        (0.5, 0.92, -0.5),
        (0.6, 0.6, 0.0),
        (0.93, 0.92, 0.1),
        (0.96, 0.92, 0.5),
        (1.0, 0.92, 1.0),
        (0.0, 0.92, -1.0),
        (0.69, 0.6, 0.2),
        (0.7, 0.6, 0.2),
        (0.75, 0.5, 0.5),
        (0.625, 0.5, 0.2),
        (0.725, 0.5, 0.4),
        (0.475, 0.5, -0.1),
        (0.375, 0.5, -0.2),
        (0.525, 0.5, 0.1),
        (0.98, 0.97, 0.3),
        (0.985, 0.97, 0.5),
        (0.1, 0.7, -0.9),
        (0.735, 0.7, 0.1),
        (0.05, 0.1, -0.5),
        (0.005, 0.1, -0.9),
        (2.0, 0.5, 1.0),
        (-3.0, 0.5, -1.0),
        (0.2, -0.3, 0.4),
        (-0.6, -0.3, 1.0),
        (-0.15, -0.1, 0.5),
        (-0.9, -0.1, 1.0),
        (0.3, -0.1, 0.4),
        (0.32, 0.5, -0.4),
        (0.39, 0.1, 0.3),
        (0.07, 0.97, -0.9),
        (0.09, 0.1, -0.1),
        (0.91, 0.6, 0.8),
        (0.04, 0.9, -1.0),
        (0.42, 0.6, -0.3),
        (0.09, 0.9, -0.9),
        (0.06, 0.3, -0.8),
        (0.95, 0.1, 0.9),
        (0.58, 0.9, -0.4),
        (0.05, 0.6, -0.9),
        (0.05, 0.5, -0.9),
        (0.29, 0.5, -0.4),
        (0.54, 0.7, -0.2),
        (0.56, 0.5, 0.1),
        (0.1, 0.6, -0.8),
        (0.37, 0.97, -0.6),
        (0.71, 0.1, 0.7),
        (0.62, 0.92, -0.3),
        (0.68, 0.9, -0.2),
        (0.78, 0.92, -0.2),
        (0.59, 0.92, -0.4),
        (0.36, 0.6, -0.4),
    ];

    #[test]
    fn rounds_as_python() {
        for &(value, rounded) in ROUNDED {
            assert_eq!(round_to(value, 1), rounded, "{value}");
        }
        for &(value, rounded) in ROUNDED_2 {
            assert_eq!(round_to(value, 2), rounded, "{value}");
        }
        assert!(round_to(f64::NAN, 1).is_nan());
        assert_eq!(round_to(f64::INFINITY, 1), f64::INFINITY);
    }

    #[test]
    fn risks_are_llm_guards() {
        for &(score, threshold, risk) in RISKS {
            assert_eq!(risk_score(score, threshold), risk, "{score} against {threshold}");
        }
    }

    #[test]
    fn where_llm_guard_divides_by_zero() {
        assert_eq!(risk_score(0.0, 0.0), 0.0);
        assert_eq!(risk_score(-0.2, 0.0), -1.0);
        assert_eq!(risk_score(0.3, 0.0), 0.3);
        assert_eq!(risk_score(1.0, 1.0), 0.0);
        assert_eq!(risk_score(1.2, 1.0), 1.0);
    }

    proptest! {
        #[test]
        fn a_risk_is_one_decimal_within_bounds(score in 0.0..1.0f64, threshold in 0.001..0.999f64) {
            let risk = risk_score(score, threshold);
            prop_assert!((-1.0..=1.0).contains(&risk));
            prop_assert_eq!((risk * 10.0).round() / 10.0, risk);
            let side = if score > threshold { risk >= 0.0 } else { risk <= 0.0 };
            prop_assert!(side);
        }
    }
}
