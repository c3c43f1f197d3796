//! Numbers of payment cards.

use std::ops::RangeInclusive;

use super::{Validity, digits, luhn, uniform, weighted};

/// The first four digits of the numbers that card schemes give out (ISO/IEC 7812), and how many digits these have, by
/// what the schemes publish.
const SCHEMES: &[(RangeInclusive<u32>, &[usize])] = &[
    // UATP: then the number of an airline, of which there is no 000.
    (1001..=1999, &[15]),
    // JCB, once.
    (2131..=2131, &[15]),
    // Mir.
    (2200..=2204, &[16, 17, 18, 19]),
    // Mastercard.
    (2221..=2720, &[16]),
    (5100..=5599, &[16]),
    // Diners Club.
    (3000..=3059, &[14, 15, 16, 17, 18, 19]),
    (3095..=3095, &[14, 15, 16, 17, 18, 19]),
    (3600..=3699, &[14, 15, 16, 17, 18, 19]),
    (3800..=3999, &[14, 15, 16, 17, 18, 19]),
    // American Express.
    (3400..=3499, &[15]),
    (3700..=3799, &[15]),
    // JCB; RuPay is 353 and 356.
    (3528..=3589, &[16, 17, 18, 19]),
    // Visa.
    (4000..=4999, &[13, 16, 19]),
    // Maestro; Elo, RuPay and Verve; Dankort.
    (5000..=5099, &[16, 17, 18, 19]),
    (5600..=5899, &[16, 17, 18, 19]),
    // RuPay, Hipercard; Discover is 6011.
    (6000..=6010, &[16]),
    (6011..=6011, &[16, 17, 18, 19]),
    (6012..=6099, &[16]),
    // UnionPay; Elo is 6277.
    (6200..=6299, &[16, 17, 18, 19]),
    // Maestro, Elo, Hiper, InstaPayment.
    (6304..=6304, &[16, 17, 18, 19]),
    (6360..=6399, &[16, 17, 18, 19]),
    // Discover, RuPay, Troy.
    (6440..=6599, &[16, 17, 18, 19]),
    // Maestro.
    (6700..=6799, &[16, 17, 18, 19]),
];

/// A payment card number: 12 to 19 digits that Luhn's sum (ISO/IEC 7812-1, annex B) confirms. As one in ten of all
/// numbers has the right sum, only one that a scheme may have given out is certain. Of the others, Maestro's of 12 to 15
/// digits may be some.
pub fn credit_card(text: &str) -> Validity {
    let digits = digits(text);
    if !(12..=19).contains(&digits.len()) || uniform(&digits) || !luhn(&digits) {
        return Validity::Impossible;
    }
    let first = digits.iter().take(4).fold(0, |number, digit| number * 10 + digit);
    let given =
        SCHEMES.iter().any(|(range, lengths)| range.contains(&first) && lengths.contains(&digits.len()));
    if given && !is_article(&digits) { Validity::Certain } else { Validity::Open }
}

/// Whether 13 digits have the sum of an article's number (GTIN-13): those of Germany begin with a 4 as well, and cards of
/// that length are no longer given out.
fn is_article(digits: &[u32]) -> bool {
    digits.len() == 13 && weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}
