//! Sums that several numbers share: Luhn, and the Australian weighted sums.

use super::{Validity, digits, proven, uniform, weighted};

/// The Luhn sum (ISO/IEC 7812-1, annex B) of a list of digits.
pub fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    sum.is_multiple_of(10)
}

/// Australian Business Number: eleven digits, modulus 89 (Australian Business Register).
pub fn abn(text: &str) -> Validity {
    let mut digits = digits(text);
    let Some(first) = digits.first_mut() else { return Validity::Impossible };
    // The first digit is never 0, so that one can be taken off.
    if *first == 0 {
        return Validity::Impossible;
    }
    *first -= 1;
    proven(
        digits.len() == 11 && weighted(&digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]).is_multiple_of(89),
    )
}

/// Australian Company Number: nine digits, the last the complement of a weighted sum (ASIC).
pub fn acn(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 1]);
    proven(digits.len() == 9 && !uniform(&digits) && (10 - sum % 10) % 10 == digits[8])
}

/// Australian Tax File Number: nine digits, modulus 11.
pub fn tfn(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]);
    proven(digits.len() == 9 && !uniform(&digits) && sum.is_multiple_of(11))
}

/// Australian Medicare number: ten digits, the ninth a check digit.
pub fn medicare(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9]);
    proven(digits.len() == 10 && !uniform(&digits) && sum % 10 == digits[8])
}
