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
