//! Values of the same shape: other digits for digits, other letters for letters, the rest as it is.

use super::Dice;

/// Another value of the same shape.
pub(super) fn like(value: &str, dice: &mut Dice) -> String {
    keeping(value, 0, dice)
}

/// Another value of the same shape that begins with the same `kept` letters and digits. A first digit does
/// not become zero.
pub(super) fn keeping(value: &str, kept: usize, dice: &mut Dice) -> String {
    let mut seen = 0;
    let made = value.chars().map(|c| {
        if !c.is_ascii_alphanumeric() {
            return c;
        }
        seen += 1;
        if seen <= kept { c } else { other(c, seen > 1, dice) }
    });
    made.collect()
}

/// The same with hexadecimal digits for hexadecimal digits, in the case of the real ones.
pub(super) fn hexadecimal(value: &str, dice: &mut Dice) -> String {
    let made = value.chars().map(|c| match c {
        'a'..='f' => (b'a' + dice.below(6) as u8).into(),
        'A'..='F' => (b'A' + dice.below(6) as u8).into(),
        _ if c.is_ascii_digit() => other(c, true, dice),
        _ => c,
    });
    made.collect()
}

/// The same with other digits alone.
pub(super) fn digits(value: &str, dice: &mut Dice) -> String {
    let mut seen = 0;
    let made = value.chars().map(|c| {
        seen += usize::from(c.is_ascii_alphanumeric());
        if c.is_ascii_digit() { other(c, seen > 1, dice) } else { c }
    });
    made.collect()
}

/// The same with about every second letter and digit as it is.
pub(super) fn partly(value: &str, dice: &mut Dice) -> String {
    let made = value.chars().map(|c| if dice.below(2) == 0 { c } else { other(c, c != '0', dice) });
    made.collect()
}

/// Another letter or digit of the same kind; a zero only where there may be one.
fn other(c: char, zero: bool, dice: &mut Dice) -> char {
    match c {
        '0'..='9' if zero => (b'0' + dice.below(10) as u8).into(),
        '0'..='9' => (b'1' + dice.below(9) as u8).into(),
        'a'..='z' => (b'a' + dice.below(26) as u8).into(),
        'A'..='Z' => (b'A' + dice.below(26) as u8).into(),
        _ => c,
    }
}

/// A UUID: hexadecimal digits, the version as it is.
pub(super) fn uuid(value: &str, dice: &mut Dice) -> String {
    let made = value.char_indices().map(|(at, c)| match c {
        '0'..='9' | 'a'..='f' | 'A'..='F' if at != 14 => {
            let digit = char::from_digit(dice.below(16) as u32, 16).unwrap_or('0');
            if c.is_ascii_uppercase() { digit.to_ascii_uppercase() } else { digit }
        }
        _ => c,
    });
    made.collect()
}

/// A phone number: the country or area stays, and the last seven digits of a North American number are 555-01
/// and two others. An extension is another one.
pub(super) fn phone(value: &str, dice: &mut Dice) -> String {
    let end = value.find(|c: char| c.is_ascii_alphabetic() || c == '#').unwrap_or(value.len());
    let (value, extension) = value.split_at(end);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let first = value.chars().find(char::is_ascii_digit);
    let foreign = value.starts_with('+') && first != Some('1');
    let american =
        !foreign && (digits == 10 && first.is_some_and(|c| c >= '2') || digits == 11 && first == Some('1'));
    let reserved = ['5', '5', '5', '0', '1'];
    let mut seen = 0;
    let made = value.chars().map(|c| {
        if !c.is_ascii_digit() {
            return c;
        }
        seen += 1;
        if american {
            return match (seen + 7usize).checked_sub(digits + 1) {
                None => c,
                Some(place) => {
                    reserved.get(place).copied().unwrap_or_else(|| (b'0' + dice.below(10) as u8).into())
                }
            };
        }
        if seen <= 4 { c } else { (b'0' + dice.below(10) as u8).into() }
    });
    let made: String = made.collect();
    made + &self::digits(extension, dice)
}

fn padded(number: u64, digits: usize) -> String {
    format!("{number:0>digits$}")
}

/// A date or a time: each number another one that can stand there, each month another month.
pub(super) fn moment(value: &str, dice: &mut Dice) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut out = String::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = rest.get(..digits.max(letters)).unwrap_or_default();
        match (digits, letters) {
            (0, 0) => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            (0, _) => {
                let month = MONTHS.iter().find(|month| {
                    word.len() >= 3
                        && month.len() >= word.len()
                        && month[..word.len()].eq_ignore_ascii_case(word)
                });
                let other = dice.pick(&MONTHS);
                match month {
                    Some(month) if month.len() == word.len() && word.len() > 3 => out.push_str(other),
                    Some(_) => out.push_str(&other[..3]),
                    None => out.push_str(word),
                }
            }
            (4.., _) => out.push_str(&padded(1950 + dice.below(70), digits)),
            (1, _) => out.push_str(&(1 + dice.below(9)).to_string()),
            // Both a day and a month.
            _ => out.push_str(&padded(1 + dice.below(12), digits)),
        }
        rest = rest.get(word.len()..).unwrap_or_default();
    }
    out
}
