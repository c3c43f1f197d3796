//! What a token's format promises beyond its shape.

use super::hash::{base64, crc32};

/// A promise of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// None.
    Shape,
    /// The last six characters are the CRC-32 of those before, in base62, as GitHub, npm and Polar have it.
    /// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
    Base62Crc,
    /// The last eight digits are the CRC-32 of those before the last `_`, its lowest byte first, as Grafana has it.
    /// <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go>
    HexCrc,
    /// The last seven characters are the CRC-32 of all before, in base36, as GitLab has it in routable tokens.
    /// <https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>
    Base36Crc,
    /// A JSON Web Token: the first part is a JSON object with `alg` (RFC 7519).
    Jwt,
    /// The same, once more in base64.
    EncodedJwt,
    /// Bech32 (BIP 173) without regard to case, as `age` writes its keys.
    Bech32,
    /// Base64 of text, as npm has it of a password.
    Encoded,
    /// Has signs besides letters, digits and `_`; what else has the shape is somebody else's.
    Signs,
    /// Looks drawn at random; what else has the shape is a word or a path.
    Random,
}

/// What a check says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// The format promises nothing, or nothing that can be told.
    Unknown,
    /// The promise is kept.
    Kept,
    /// The check sum is wrong: mistyped or made up.
    Broken,
    /// It is something else.
    NotIt,
}

impl Check {
    /// Whether what keeps the promise is a token, whatever stands beside it.
    pub(super) const fn proves(self) -> bool {
        matches!(self, Self::Base62Crc | Self::HexCrc | Self::Base36Crc | Self::Bech32 | Self::Jwt)
    }

    /// Checks a token of the right shape.
    pub(super) fn promise(self, token: &[u8]) -> Promise {
        let decides = |holds: bool| if holds { Promise::Kept } else { Promise::NotIt };
        let verifies = |holds: bool| if holds { Promise::Kept } else { Promise::Broken };
        match self {
            Self::Shape => Promise::Unknown,
            Self::Base62Crc => verifies(base62_crc(token)),
            Self::Base36Crc => verifies(base36_crc(token)),
            Self::HexCrc => verifies(hex_crc(token)),
            Self::Jwt => decides(is_jwt(token)),
            Self::EncodedJwt => decides(base64(token).is_some_and(|inner| is_jwt(&inner))),
            Self::Bech32 => verifies(bech32(token)),
            Self::Encoded => decides(base64(token).is_some_and(|inner| is_text(&inner))),
            Self::Signs => decides(token.iter().any(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')),
            Self::Random => decides(super::entropy::looks_random(token)),
        }
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The check sum covers what follows the mark, which ends with the last `_`. Six digits hold any CRC.
fn base62_crc(token: &[u8]) -> bool {
    let start = token.iter().rposition(|&byte| byte == b'_').map_or(0, |at| at + 1);
    let Some((body, sum)) = token.get(start..).and_then(|rest| rest.split_last_chunk::<6>()) else {
        return false;
    };
    is_written(crc32(body), sum, DIGITS)
}

/// The check sum covers the mark, too.
fn base36_crc(token: &[u8]) -> bool {
    let Some((body, sum)) = token.split_last_chunk::<7>() else { return false };
    is_written(crc32(body), &sum.map(|digit| digit.to_ascii_uppercase()), &DIGITS[..36])
}

/// Whether `written` is the number in these digits, the highest first.
fn is_written(mut number: u32, written: &[u8], digits: &[u8]) -> bool {
    let base = digits.len() as u32;
    let same = written.iter().rev().all(|&digit| {
        let wanted = digits[(number % base) as usize];
        number /= base;
        digit == wanted
    });
    same && number == 0
}

fn hex_crc(token: &[u8]) -> bool {
    let Some((body, sum)) = token.split_last_chunk::<8>() else { return false };
    let Some(body) = body.strip_suffix(b"_") else { return false };
    let told = std::str::from_utf8(sum).ok().and_then(|sum| u32::from_str_radix(sum, 16).ok());
    told.is_some_and(|told| told.swap_bytes() == crc32(body))
}

fn is_jwt(token: &[u8]) -> bool {
    let header = token.split(|&byte| byte == b'.').next().unwrap_or_default();
    let decoded = base64(header);
    let parsed = decoded.and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok());
    parsed.is_some_and(|header| header.get("alg").is_some_and(serde_json::Value::is_string))
}

fn is_text(decoded: &[u8]) -> bool {
    // `echo` ends what it writes.
    let text = std::str::from_utf8(decoded).map(|text| text.strip_suffix('\n').unwrap_or(text));
    text.is_ok_and(|text| !text.is_empty() && !text.chars().any(char::is_control))
}

fn bech32(token: &[u8]) -> bool {
    const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = token.to_ascii_lowercase();
    let Some(at) = lower.iter().rposition(|&byte| byte == b'1') else { return false };
    let (prefix, data) = (&lower[..at], &lower[at + 1..]);
    let high = prefix.iter().map(|byte| byte >> 5);
    let low = prefix.iter().map(|byte| byte & 31);
    let digits: Option<Vec<u8>> =
        data.iter().map(|byte| DIGITS.iter().position(|digit| digit == byte).map(|at| at as u8)).collect();
    let Some(digits) = digits else { return false };
    let values = high.chain([0]).chain(low).chain(digits);
    polymod(values) == 1
}

/// The check sum of Bech32 over the values of its characters.
pub(super) fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        let kept = GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
        kept.fold(shifted, |sum, (_, generator)| sum ^ generator)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_crc_covers_what_follows_the_prefix() {
        // CRC-32 of thirty `a` is 0x5801D6DF... computed here, so that no token stands in the file.
        let body = "a".repeat(30);
        let mut rest = crc32(body.as_bytes());
        let mut sum = Vec::new();
        for _ in 0..6 {
            sum.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(rest % 62) as usize]);
            rest /= 62;
        }
        sum.reverse();
        let token = format!("{}_{body}{}", "ghp", String::from_utf8(sum).unwrap());
        assert_eq!(Check::Base62Crc.promise(token.as_bytes()), Promise::Kept);
        assert_eq!(Check::Base62Crc.promise(token.replace("aaaa", "aaba").as_bytes()), Promise::Broken);
        assert_eq!(Check::Base62Crc.promise(b"x_1"), Promise::Broken);
    }

    #[test]
    fn base36_crc_covers_the_mark_and_is_padded() {
        for number in 0..200 {
            let body = format!("{}-{}.01.1b", "glpat", format!("{number:03}").repeat(9));
            let mut rest = crc32(body.as_bytes());
            let mut sum = String::new();
            for _ in 0..7 {
                sum.insert(0, char::from_digit(rest % 36, 36).unwrap());
                rest /= 36;
            }
            assert_eq!(Check::Base36Crc.promise(format!("{body}{sum}").as_bytes()), Promise::Kept);
            assert_eq!(Check::Base36Crc.promise(format!("{body}x{sum}").as_bytes()), Promise::Broken);
        }
    }

    #[test]
    fn hex_crc_covers_the_prefix_and_has_its_lowest_byte_first() {
        let body = format!("{}_{}", "glsa", "a1B2c3D4".repeat(4));
        let sum: String = crc32(body.as_bytes()).to_le_bytes().map(|byte| format!("{byte:02x}")).concat();
        let token = format!("{body}_{sum}");
        assert_eq!(Check::HexCrc.promise(token.as_bytes()), Promise::Kept);
        assert_eq!(Check::HexCrc.promise(token.replace("a1", "a2").as_bytes()), Promise::Broken);
        assert_eq!(Check::HexCrc.promise(b"x"), Promise::Broken);
    }

    #[test]
    fn jwts_have_a_header_with_an_algorithm() {
        // {"alg":"none"} and {"typ":"JWT"}
        assert_eq!(Check::Jwt.promise(b"eyJhbGciOiJub25lIn0.e30."), Promise::Kept);
        assert_eq!(Check::Jwt.promise(b"eyJ0eXAiOiJKV1QifQ.e30."), Promise::NotIt);
        assert_eq!(Check::Jwt.promise(b"eyJ.e30."), Promise::NotIt);
    }

    #[test]
    fn encoded_is_base64_of_text() {
        // `hunter2!`, and a word that happens to be base64 of something.
        assert_eq!(Check::Encoded.promise(b"aHVudGVyMiE="), Promise::Kept);
        assert_eq!(Check::Encoded.promise(b"mismatch"), Promise::NotIt);
    }

    #[test]
    fn bech32_of_bip_173() {
        for valid in ["A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"] {
            assert_eq!(Check::Bech32.promise(valid.as_bytes()), Promise::Kept);
        }
        for wrong in ["A12UEL5M", "a", "1", "abcdef1bbbbbb"] {
            assert_eq!(Check::Bech32.promise(wrong.as_bytes()), Promise::Broken);
        }
    }
}
