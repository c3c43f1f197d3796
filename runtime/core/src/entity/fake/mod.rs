//! Made-up values: of the same kind and shape as the real one, with right check digits, and nobody's.
//!
//! Everything follows from a seed, so that one value always becomes the same other one. Addresses are those
//! that are reserved for examples: `example.com` (RFC 2606), 203.0.113.0/24 and 198.51.100.0/24 (RFC 5737),
//! `2001:db8::/32` (RFC 3849), North American numbers 555-0100 to 555-0199.

mod kind;
mod names;
#[cfg(test)]
mod samples;
mod shape;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use super::check::Validity;
use kind::Kind;
use names::Locale;

/// How many values of a shape are tried until the entity's own rules take one. Check digits alone are one in 97
/// at the rarest, with a date before them one in 13,000.
const TRIES: usize = 16_384;

/// After how many of them less is changed.
const FREE_TRIES: usize = 1_024;

/// How many phone numbers are tried: about one in three is a number.
const PHONE_TRIES: usize = 64;

/// A made-up value for `value`, or `None` for an entity that has none. `locale` is a language tag; unknown
/// ones are English.
pub fn fake(label: &str, value: &str, locale: &str, seed: u64) -> Option<String> {
    let mut dice = Dice(seed);
    let locale = Locale::of(locale, value);
    Some(match label {
        "PERSON" => locale.person(&mut dice),
        "LOCATION" => dice.pick(locale.cities).to_owned(),
        "ADDRESS" => format!("{} {}", dice.below(200) + 1, dice.pick(locale.streets)),
        "ORGANIZATION" => format!("{} {}", dice.pick(names::FIRMS), dice.pick(names::FORMS)),
        "NRP" => dice.pick(names::GROUPS).to_owned(),
        "EMAIL_ADDRESS" | "EMAIL_ADDRESS_RE" => format!(
            "{}.{}{}@example.{}",
            dice.pick(Locale::ENGLISH.given).to_lowercase(),
            dice.pick(Locale::ENGLISH.family).to_lowercase(),
            dice.below(900) + 100,
            dice.pick(&["com", "net", "org"]),
        ),
        "URL" | "URL_RE" => {
            format!("https://www.example.{}/{:08x}", dice.pick(&["com", "net", "org"]), dice.next() as u32)
        }
        "IP_ADDRESS" if value.contains(':') => {
            format!(
                "2001:db8:{:x}:{:x}::{:x}",
                dice.below(0xffff) + 1,
                dice.below(0xffff) + 1,
                dice.below(0xffff) + 1
            )
        }
        "IP_ADDRESS" => format!("{}.{}", dice.pick(&["203.0.113", "198.51.100"]), dice.below(254) + 1),
        "MAC_ADDRESS" => {
            let made = shape::hexadecimal(value, &mut dice);
            // Locally administered, unicast: no maker's.
            made.replacen(made.get(..2)?, "02", 1)
        }
        "PHONE_NUMBER" | "PHONE_NUMBER_WITH_EXT" | "PHONE_NUMBER_ZH" => phone(value, &mut dice),
        "DATE_TIME" | "DATE_RE" | "TIME_RE" => shape::moment(value, &mut dice),
        "CRYPTO" | "BTC_ADDRESS" => wallet(&mut dice),
        "UUID" => shape::uuid(value, &mut dice),
        _ => return checked(label, value, &mut dice),
    })
}

/// A phone number that its country's plan has, if the real one is one.
fn phone(value: &str, dice: &mut Dice) -> String {
    let mut made = shape::phone(value, dice);
    if kind::is_phone(value) {
        for _ in 0..PHONE_TRIES {
            if kind::is_phone(&made) && made != value {
                break;
            }
            made = shape::phone(value, dice);
        }
    }
    made
}

/// A value of the same shape that the entity's own rules take for one, check digits included.
fn checked(label: &str, value: &str, dice: &mut Dice) -> Option<String> {
    let kind = Kind::of(label)?;
    // An `X` for ten is a digit.
    let template = if label == "CN_RESIDENT_ID" { value.replace(['x', 'X'], "0") } else { value.to_owned() };
    // A value that is written in other signs than the rules' can only be held against the check digits.
    let known = kind.judge(value) != Validity::Impossible;
    let judge = |text: &str| if known { kind.judge(text) } else { kind.checked(text) };
    // What the real one is, the made-up one is to be: confirmed by a check, or only not ruled out by it.
    let wanted = judge(value);
    (0..TRIES)
        .map(|at| match label {
            "IBAN_CODE" => shape::keeping(value, 2, dice),
            "CREDIT_CARD" | "CREDIT_CARD_RE" => shape::keeping(value, 1, dice),
            // The letters may be words (`PO Box 7`), or hexadecimal digits.
            _ if at < FREE_TRIES => match at % 4 {
                3 => shape::hexadecimal(&template, dice),
                _ => shape::like(&template, dice),
            },
            _ => match at % 4 {
                2 => shape::digits(&template, dice),
                3 => shape::partly(&template, dice),
                _ => shape::like(&template, dice),
            },
        })
        .find(|made| {
            made != value
                && (wanted != Validity::Certain || judge(made) == Validity::Certain)
                && judge(made) != Validity::Impossible
        })
}

/// A Bitcoin address whose key nobody has.
fn wallet(dice: &mut Dice) -> String {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = vec![0u8];
    // A first byte that is not zero, so that there is one leading `1`.
    bytes.push((dice.below(255) + 1) as u8);
    bytes.extend((0..19).map(|_| dice.next() as u8));
    let checksum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend_from_slice(&checksum[..4]);
    let mut letters = Vec::new();
    while bytes.iter().any(|&byte| byte != 0) {
        let mut rest = 0u32;
        for byte in &mut bytes {
            let number = rest << 8 | u32::from(*byte);
            *byte = (number / 58) as u8;
            rest = number % 58;
        }
        letters.push(char::from(ALPHABET[rest as usize]));
    }
    letters.push('1');
    letters.iter().rev().collect()
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): a small generator for a seed that is random already.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn pick<'l>(&mut self, list: &[&'l str]) -> &'l str {
        list.get(self.below(list.len() as u64) as usize).copied().unwrap_or_default()
    }
}
