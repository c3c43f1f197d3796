//! `Base58Check`: Bitcoin addresses of the first generations.

use sha2::{Digest, Sha256};

use super::{Validity, proven};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Bytes of a decoded address: version, hash of the key or script, checksum.
const ADDRESS: usize = 25;

/// A Bitcoin address in `Base58Check`: version 0 (`1…`) or 5 (`3…`), and the first four bytes of the double
/// SHA-256 at the end.
pub fn base58check(text: &str) -> Validity {
    let Some(decoded) = decode(text) else { return Validity::Impossible };
    let (body, checksum) = decoded.split_at(ADDRESS - 4);
    let twice = Sha256::digest(Sha256::digest(body));
    proven(matches!(body[0], 0 | 5) && twice[..4] == *checksum)
}

/// The big-endian number that the letters write, in exactly [`ADDRESS`] bytes.
fn decode(text: &str) -> Option<[u8; ADDRESS]> {
    let mut number = [0u8; ADDRESS];
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|&known| known == letter)?;
        let mut carry = value as u32;
        for byte in number.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    // A leading `1` stands for a zero byte; there are as many of them as zero bytes.
    let ones = text.bytes().take_while(|&letter| letter == b'1').count();
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    (ones == zeros).then_some(number)
}
