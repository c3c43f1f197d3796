//! Bech32 and Bech32m: Bitcoin's segregated witness addresses (BIP 173, BIP 350).

use super::{Validity, compact, proven};

const ALPHABET: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// A segregated witness address of the main network: `bc1…`, 14 to 74 characters, not in mixed case.
pub fn bech32(text: &str) -> Validity {
    let mixed = text.bytes().any(|b| b.is_ascii_lowercase()) && text.bytes().any(|b| b.is_ascii_uppercase());
    let upper = compact(text);
    let Some(data) = upper.strip_prefix(b"BC1") else { return Validity::Impossible };
    let values: Option<Vec<u32>> = data
        .iter()
        .map(|letter| ALPHABET.iter().position(|known| known == letter).map(|at| at as u32))
        .collect();
    let Some(values) = values else { return Validity::Impossible };
    if mixed || !(14..=74).contains(&upper.len()) || values.len() < 7 {
        return Validity::Impossible;
    }
    // Version 0 is Bech32, all later ones are Bech32m.
    let constant = if values[0] == 0 { 1 } else { 0x2bc8_30a3 };
    proven(values[0] <= 16 && polymod(&values) == constant)
}

/// The checksum of BIP 173 over the prefix `bc` and the values.
fn polymod(values: &[u32]) -> u32 {
    let prefix = [3, 3, 0, 2, 3]; // b'b' >> 5, b'c' >> 5, a zero, b'b' & 31, b'c' & 31
    prefix.iter().chain(values).fold(1, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
        GENERATOR.iter().enumerate().fold(
            shifted,
            |sum, (bit, generator)| {
                if top >> bit & 1 == 1 { sum ^ generator } else { sum }
            },
        )
    })
}
