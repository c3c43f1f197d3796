//! National numbers: their check digits, and what no authority hands out.

use super::{Validity, compact, digits, luhn, proven, uniform, unless, weighted};

/// US social security number: areas 000, 666 and 900 to 999, group 00 and serial 0000 are never issued
/// (SSA), nor are the two numbers that became famous in advertisements.
pub fn us_ssn(text: &str) -> Validity {
    let separators: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_digit()).collect();
    let number = digits(text).iter().fold(0, |number, digit| number * 10 + digit);
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let famous = matches!(number, 78_051_120 | 219_099_999 | 123_456_789);
    unless(
        separators.windows(2).all(|pair| pair[0] == pair[1])
            && !uniform(&digits(text))
            && !famous
            && !matches!(area, 0 | 666 | 900..)
            && group != 0
            && serial != 0,
    )
}

/// US individual taxpayer identification number: 9, and a group of 50–65, 70–88, 90–92 or 94–99 (IRS).
pub fn us_itin(text: &str) -> Validity {
    let digits = digits(text);
    let group = digits.get(3).zip(digits.get(4)).map_or(0, |(tens, ones)| tens * 10 + ones);
    unless(digits.first() == Some(&9) && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99))
}

/// US bank routing number: weights 3, 7, 1, and a Federal Reserve prefix.
pub fn aba_routing(text: &str) -> Validity {
    let digits = digits(text);
    let prefix = digits.get(..2).map_or(99, |head| head[0] * 10 + head[1]);
    let known = matches!(prefix, 1..=12 | 21..=32 | 61..=72 | 80);
    proven(digits.len() == 9 && known && weighted(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10))
}

/// DEA registration number of a US prescriber: two letters, six digits and their sum.
pub fn dea(text: &str) -> Validity {
    let digits: Vec<u32> = text.get(2..).map(digits).unwrap_or_default();
    proven(digits.len() == 7 && weighted(&digits, &[1, 2, 1, 2, 1, 2]) % 10 == digits[6] && !uniform(&digits))
}

/// NHS number of England, Wales and the Isle of Man: modulus 11.
pub fn nhs(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    proven(digits.len() == 10 && !uniform(&digits) && (11 - sum % 11) % 11 == digits[9])
}

/// The same, where right digits prove nothing: one number in eleven has them.
pub fn nhs_perhaps(text: &str) -> Validity {
    unless(nhs(text) == Validity::Certain)
}

const SPANISH: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn spanish(number: &[u8], letter: u8) -> bool {
    let number = number.iter().fold(0u32, |number, digit| (number * 10 + u32::from(digit - b'0')) % 23);
    SPANISH[number as usize] == letter
}

/// Spanish tax number of a citizen: seven or eight digits and a letter, modulus 23.
pub fn es_nif(text: &str) -> Validity {
    let text = compact(text);
    let Some((letter, number)) = text.split_last() else { return Validity::Impossible };
    proven(number.iter().all(u8::is_ascii_digit) && spanish(number, *letter))
}

/// Spanish number of a foreigner: X, Y or Z for 0, 1 or 2, then as [`es_nif`].
pub fn es_nie(text: &str) -> Validity {
    let mut text = compact(text);
    match text.first_mut() {
        Some(first @ b'X'..=b'Z') => *first = *first - b'X' + b'0',
        _ => return Validity::Impossible,
    }
    let Some((letter, number)) = text.split_last() else { return Validity::Impossible };
    proven(number.iter().all(u8::is_ascii_digit) && spanish(number, *letter))
}

/// What the characters at odd places of an Italian fiscal code count, `0` to `9` and `A` to `Z`.
const ITALIAN_ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// Italian fiscal code: sixteen characters, the last a check letter.
pub fn it_fiscal_code(text: &str) -> Validity {
    let text = compact(text);
    let Some((check, body)) = text.split_last() else { return Validity::Impossible };
    let value = |c: u8| u32::from(if c.is_ascii_digit() { c - b'0' } else { c.wrapping_sub(b'A') });
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(at, &c)| match at % 2 {
            0 => ITALIAN_ODD.get(value(c) as usize).copied().unwrap_or(0),
            _ => value(c),
        })
        .sum();
    proven(text.len() == 16 && sum % 26 == value(*check))
}

/// Italian VAT number: eleven digits, Luhn.
pub fn it_vat(text: &str) -> Validity {
    let digits = digits(text);
    proven(digits.len() == 11 && !uniform(&digits) && luhn(&digits))
}

/// Polish PESEL: weights 1, 3, 7, 9, and a month that encodes the century.
pub fn pesel(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    proven(digits.len() == 11 && !uniform(&digits) && sum.is_multiple_of(10))
}

/// Finnish personal identity code: the date and serial modulo 31 give the last character.
pub fn fi_hetu(text: &str) -> Validity {
    const LETTERS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let digits = digits(text.get(..10).unwrap_or_default());
    let Some(&last) = text.as_bytes().last() else { return Validity::Impossible };
    let number = digits.iter().fold(0u32, |number, digit| number * 10 + digit);
    let (day, month) = (number / 10_000_000, number / 100_000 % 100);
    proven(
        digits.len() == 9
            && (1..=31).contains(&day)
            && (1..=12).contains(&month)
            && LETTERS[(number % 31) as usize] == last.to_ascii_uppercase(),
    )
}

/// Verhoeff's dihedral check, by which India's Aadhaar ends.
pub fn aadhaar(text: &str) -> Validity {
    let digits = digits(text);
    let check = digits.iter().rev().enumerate().fold(0, |sum, (place, &digit)| {
        let mut permuted = digit;
        for _ in 0..place % 8 {
            permuted = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][permuted as usize];
        }
        dihedral(sum, permuted)
    });
    proven(digits.len() == 12 && digits[0] >= 2 && !uniform(&digits) && check == 0)
}

/// Multiplication in the dihedral group of order ten: 0 to 4 turn, 5 to 9 flip.
const fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Singapore's NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2; a letter by series.
pub fn sg_nric(text: &str) -> Validity {
    let text = compact(text);
    let (Some(&series), Some(&last)) = (text.first(), text.last()) else { return Validity::Impossible };
    let digits: Vec<u32> =
        text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0')).collect();
    let sum = weighted(&digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, letters): (u32, &[u8; 11]) = match series {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return Validity::Impossible,
    };
    let at = (sum + offset) % 11;
    // The M series counts the other way round.
    let at = if series == b'M' { 10 - at } else { at };
    proven(digits.len() == 7 && letters[at as usize] == last)
}

/// Singapore's unique entity number: businesses (8 digits and a letter) and local companies (9 and a letter).
/// The third form, `T08PT1234A`, has no published sum.
pub fn sg_uen(text: &str) -> Validity {
    let text = compact(text);
    let digits: Vec<u32> =
        text.iter().take_while(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0')).collect();
    let Some(&last) = text.last() else { return Validity::Impossible };
    match digits.len() {
        8 => proven(b"XMKECAWLJDB"[(weighted(&digits, &[10, 4, 9, 3, 8, 2, 7, 1]) % 11) as usize] == last),
        9 => proven(b"ZKCMDNERGWH"[(weighted(&digits, &[10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11) as usize] == last),
        _ => Validity::Open,
    }
}

/// South Korean resident number: modulus 11 until October 2020, random since; so a wrong sum proves nothing.
pub fn kr_rrn(text: &str) -> Validity {
    let digits = digits(text);
    let (Some(month), Some(day)) = (pair(&digits, 2), pair(&digits, 4)) else { return Validity::Impossible };
    if digits.len() != 13 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Validity::Impossible;
    }
    let sum = weighted(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    if (11 - sum % 11) % 10 == digits[12] { Validity::Certain } else { Validity::Open }
}

/// Thai national number: modulus 11.
pub fn th_tnin(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    proven(digits.len() == 13 && digits[0] != 0 && !uniform(&digits) && (11 - sum % 11) % 10 == digits[12])
}

/// German tax number of a person: modulus 11, 10 (ISO 7064); one digit occurs twice or three times.
pub fn de_tax_id(text: &str) -> Validity {
    let digits = digits(text);
    let Some((check, body)) = digits.split_last() else { return Validity::Impossible };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let most = (0..10).map(|digit| body.iter().filter(|&&other| other == digit).count()).max();
    let right = (11 - product) % 10 == *check;
    proven(digits.len() == 11 && digits[0] != 0 && matches!(most, Some(2 | 3)) && right)
}

/// French social security number: 97 less the number modulo 97.
pub fn fr_nir(text: &str) -> Validity {
    let text = compact(text);
    if text.len() != 15 {
        return Validity::Impossible;
    }
    let (number, key) = text.split_at(13);
    // Corsica: 2A counts as 19, 2B as 18.
    let number = String::from_utf8_lossy(number).replacen("2A", "19", 1).replacen("2B", "18", 1);
    let (Ok(number), Ok(key)) = (number.parse::<u64>(), String::from_utf8_lossy(key).parse::<u64>()) else {
        return Validity::Impossible;
    };
    proven(97 - number % 97 == key)
}

/// Dutch citizen service number: the "eleven test".
pub fn nl_bsn(text: &str) -> Validity {
    let digits = digits(text);
    let sum = weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2]);
    proven(digits.len() == 9 && !uniform(&digits) && sum % 11 == digits[8])
}

/// Brazilian CPF: two check digits, modulus 11.
pub fn br_cpf(text: &str) -> Validity {
    let digits = digits(text);
    if digits.len() != 11 || uniform(&digits) {
        return Validity::Impossible;
    }
    let first = weighted(&digits[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    let second = weighted(&digits[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    proven(first == digits[9] && second == digits[10])
}

/// Chinese resident number (GB 11643): a date, and ISO 7064 modulus 11, 2.
pub fn cn_resident(text: &str) -> Validity {
    let text = compact(text);
    let value = |c: u8| if c == b'X' { 10 } else { u32::from(c.wrapping_sub(b'0')) };
    let digits: Vec<u32> = text.iter().map(|&c| value(c)).collect();
    let (Some(month), Some(day)) = (pair(&digits, 10), pair(&digits, 12)) else {
        return Validity::Impossible;
    };
    let sum = weighted(&digits, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1]);
    let dated = (1..=12).contains(&month) && (1..=31).contains(&day);
    proven(digits.len() == 18 && dated && sum % 11 == 1)
}

/// Canadian social insurance number: Luhn; none begins with 0 or 8.
pub fn ca_sin(text: &str) -> Validity {
    let digits = digits(text);
    proven(digits.len() == 9 && !matches!(digits[0], 0 | 8) && !uniform(&digits) && luhn(&digits))
}

/// The two-digit number at `at`.
fn pair(digits: &[u32], at: usize) -> Option<u32> {
    Some(digits.get(at)? * 10 + digits.get(at + 1)?)
}
