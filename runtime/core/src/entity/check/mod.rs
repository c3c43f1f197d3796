//! Check digits, really computed. Every function takes a candidate as it stands in the text, separators
//! included, and says what the numbers say.

mod base58;
mod bech32;
mod card;
mod iban;
mod national;
mod number;

pub use base58::base58check;
pub use bech32::bech32;
pub use card::credit_card;
pub use iban::iban;
pub use national::{
    aadhaar, aba_routing, br_cpf, ca_sin, cn_resident, de_tax_id, dea, es_nie, es_nif, fi_hetu, fr_nir,
    it_fiscal_code, it_vat, kr_rrn, nhs, nhs_perhaps, nl_bsn, pesel, sg_nric, sg_uen, th_tnin, us_itin,
    us_ssn,
};
pub use number::{abn, acn, luhn, medicare, tfn};

/// What a check says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// The check digits are right: hardly a coincidence.
    Certain,
    /// It cannot be what it looks like.
    Impossible,
    /// Nothing can be said; the shape alone counts.
    Open,
}

/// A check of one candidate.
pub type Check = fn(&str) -> Validity;

/// No check: the shape alone counts.
pub fn open(_: &str) -> Validity {
    Validity::Open
}

/// Certain if the sums are right, impossible if not.
pub(crate) const fn proven(right: bool) -> Validity {
    if right { Validity::Certain } else { Validity::Impossible }
}

/// Impossible if not `possible`; otherwise nothing is proven.
pub(crate) const fn unless(possible: bool) -> Validity {
    if possible { Validity::Open } else { Validity::Impossible }
}

/// The decimal digits of a candidate, without everything else.
pub(crate) fn digits(text: &str) -> Vec<u32> {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0')).collect()
}

/// The letters and digits of a candidate in upper case, without separators.
pub(crate) fn compact(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect()
}

/// The sum of `digits` times `weights`, as far as both go.
pub(crate) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// Whether all digits are the same one.
pub(crate) fn uniform(digits: &[u32]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests;
