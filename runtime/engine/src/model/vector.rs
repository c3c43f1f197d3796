//! Places of texts compared.

/// The cosine of the angle between two vectors of length one; 0 if they do not have as many dimensions.
pub(crate) fn similarity(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return 0.0;
    }
    let product: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    if product.is_finite() { product.clamp(-1.0, 1.0) } else { 0.0 }
}
