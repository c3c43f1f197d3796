//! Phone numbers, by the rules of the countries' own numbering plans.
//!
//! A candidate is a run of digits and of the signs that people write between them; the plans (those of
//! Google's libphonenumber) say whether it can be dialled.

use super::check::Validity;
use super::word::{closes, opens};
use super::{plan, row};
use crate::span::Span;

/// Digits of a number without its extension (E.164 has at most 15, and prefixes come on top).
const LEAST_DIGITS: usize = 7;
const MOST_DIGITS: usize = 17;

/// A phone number as a candidate.
pub(super) struct Found {
    pub(super) span: Span,
    /// Whether it is written with a `+`, so that its country is known.
    pub(super) international: bool,
    /// Whether it begins with what is dialled for a `+`: `00`, `011`.
    dialled: bool,
    /// Whether its digits are grouped as nobody writes numbers of that country or as amounts are, or more digits are
    /// joined to it: a version, an article number, a row of figures. Only a context word makes it one.
    pub(super) odd: bool,
}

impl Found {
    /// How sure it is, of which `value` is the text: with a country code no coincidence, with separators seldom
    /// one, without often. Written as in North America (`202-555-0173`) it is likelier than other numbers of that
    /// length are by their shape.
    pub(super) fn certainty(&self, value: &str) -> (f64, Validity) {
        let separated = value.bytes().any(|byte| !byte.is_ascii_digit());
        let mut groups =
            value.split('-').map(|group| group.bytes().all(|b| b.is_ascii_digit()).then_some(group.len()));
        let american = [(); 4].map(|()| groups.next().flatten()) == [Some(3), Some(3), Some(4), None];
        if self.international {
            (1.0, Validity::Certain)
        } else if self.odd {
            (0.3, Validity::Open)
        } else if self.dialled && separated {
            (0.75, Validity::Open)
        } else if american {
            (0.55, Validity::Open)
        } else if separated {
            (0.5, Validity::Open)
        } else {
            (0.4, Validity::Open)
        }
    }
}

/// The countries of Presidio's and llm-guard's recognisers whose national numbers are taken for numbers:
/// `US`, `GB`, `DE`, `IL`, `IN`, `CA`, `BR`, `CN`, and those of the other languages that pyshield knows.
const COUNTRIES: &[(u16, &str)] = &[
    (1, "US"),
    (44, "GB"),
    (49, "DE"),
    (972, "IL"),
    (91, "IN"),
    (55, "BR"),
    (86, "CN"),
    (33, "FR"),
    (34, "ES"),
    (39, "IT"),
    (7, "RU"),
];

/// Loads the numbering plans, which takes about a tenth of a second the first time.
pub(super) fn warm() {
    plan::warm(COUNTRIES);
}

/// Whether a number may begin with this byte.
pub(super) const fn may_begin(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'(')
}

/// Whether what follows `text` has a say in which number begins at `start`.
pub(super) fn reads_on(text: &str, start: usize) -> bool {
    let (end, ends_of_groups, digits) = run(text.as_bytes(), start);
    let rest = text.as_bytes().get(end..).unwrap_or_default();
    // A group of figures in hexadecimal digits may go on a row.
    rest.len() <= MOST_DIGITS && rest.iter().all(u8::is_ascii_hexdigit)
        // After too many digits those that follow say how many are joined.
        || digits > MOST_DIGITS && end + 8 > text.len()
        || ends_of_groups.last().is_some_and(|&(end, _)| may_be_extended(text.as_bytes(), end))
}

/// What stands between a number and its extension; the longer first.
const EXTENSIONS: [&[u8]; 6] = [b"extension", b"ext.", b"ext", b"x.", b"x", b"#"];

/// The most digits of an extension, and the most spaces before its mark and behind it.
const EXTENSION_DIGITS: usize = 7;
const EXTENSION_SPACES: usize = 2;

/// Where the extension ends (`x12`, ` ext. 12`) that follows a number which ends at `end`; `end` without one.
fn extension(text: &str, end: usize) -> usize {
    let bytes = text.as_bytes();
    let spaces = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default().iter();
        at + rest.take(EXTENSION_SPACES).take_while(|byte| **byte == b' ').count()
    };
    let at = spaces(end);
    let begins_with = |mark: &&[u8]| {
        bytes.get(at..at + mark.len()).is_some_and(|written| written.eq_ignore_ascii_case(mark))
    };
    let Some(mark) = EXTENSIONS.into_iter().find(begins_with) else { return end };
    let at = spaces(at + mark.len());
    let digits = bytes.get(at..).unwrap_or_default().iter();
    let digits = digits.take(EXTENSION_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = (1..=EXTENSION_DIGITS).contains(&digits) && closes(text, at + digits);
    if whole { at + digits } else { end }
}

/// Whether what follows `bytes` may be a part of the extension of a number that ends at `end`.
fn may_be_extended(bytes: &[u8], end: usize) -> bool {
    let longest = EXTENSIONS[0].len() + EXTENSION_DIGITS + 2 * EXTENSION_SPACES;
    let rest = bytes.get(end..).unwrap_or_default();
    let in_one = |byte: &u8| {
        byte.is_ascii_digit()
            || *byte == b' '
            || EXTENSIONS.iter().any(|mark| mark.contains(&byte.to_ascii_lowercase()))
    };
    rest.len() <= longest && rest.iter().all(in_one)
}

/// Where the run of digits and signs ends that begins at `start`; the ends of the groups in it, each with the
/// digits up to there; and how many digits there are.
fn run(bytes: &[u8], start: usize) -> (usize, Vec<(usize, usize)>, usize) {
    let (mut end, mut ends_of_groups) = (start, Vec::new());
    let (mut digits, mut open) = (0, 0usize);
    let mut signs = 0;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                signs = 0;
                if digits > MOST_DIGITS {
                    break;
                }
                if !bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
                    ends_of_groups.push((end + 1, digits));
                }
            }
            b'+' if end == start => {}
            b'(' if open == 0 && digits < 6 => open = 1,
            b')' if open == 1 => open = 2,
            // At most one with a space on both sides.
            b' ' | b'-' | b'.' | b'/' if digits > 0 && signs < 3 => signs += 1,
            _ => break,
        }
        end += 1;
    }
    (end, ends_of_groups, digits)
}

/// The phone number that begins at `start` of `text`, where a digit, a `+` or a `(` stands.
pub(super) fn at(text: &str, start: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let (_, ends_of_groups, digits) = run(bytes, start);
    if digits < LEAST_DIGITS || !opens(text, start) {
        return None;
    }
    let international = bytes.get(start) == Some(&b'+');
    // The longest run of whole groups that is a number: what follows may be another one.
    let mut odd = None;
    for (end, _) in ends_of_groups
        .into_iter()
        .rev()
        .filter(|(_, digits)| (LEAST_DIGITS..=MOST_DIGITS).contains(digits))
        .take(4)
    {
        let candidate = text.get(start..end)?;
        let balanced = candidate.matches('(').count() == candidate.matches(')').count();
        let whole = extension(text, end);
        if !balanced || whole == end && !closes(text, end) {
            continue;
        }
        let Some(written) = is_number(candidate, international) else { continue };
        let joined = is_joined(bytes, start.wrapping_sub(1), start.wrapping_sub(2))
            || is_joined(bytes, end, end + 1) && !is_extension(bytes, end)
            || row::is_number_in_row(bytes, start, end);
        let (dialled, odd_groups) = (written == Written::Dialled, written == Written::Oddly);
        let span = Span::new(start, whole);
        let found = Found { span, international, dialled, odd: odd_groups || joined };
        if international || !found.odd {
            return Some(found);
        }
        odd = odd.or(Some(found));
    }
    odd
}

/// Whether the byte at `sign` joins a digit at `digit` to a number.
fn is_joined(bytes: &[u8], sign: usize, digit: usize) -> bool {
    matches!(bytes.get(sign), Some(b'-' | b'.' | b'/')) && bytes.get(digit).is_some_and(u8::is_ascii_digit)
}

/// Whether `-0`, `-12` or `/0174` follows: the number of one of several telephones.
fn is_extension(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end + 1..).unwrap_or_default();
    let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    bytes.get(end) != Some(&b'.') && digits <= 4 && !rest.get(digits).is_some_and(|&byte| is_glue(byte))
}

/// Whether this byte after a number goes on with it.
const fn is_glue(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b'_')
}

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As usual in its country.
    Usually,
    /// As it is dialled abroad.
    Dialled,
    /// As nobody writes it.
    Oddly,
}

/// Whether a plan has the number, and how it is written; `None` if none has.
fn is_number(candidate: &str, international: bool) -> Option<Written> {
    let mut digits = [0; MOST_DIGITS];
    let mut count = 0;
    for byte in candidate.bytes().filter(u8::is_ascii_digit) {
        let place = digits.get_mut(count)?;
        *place = byte;
        count += 1;
    }
    let digits = std::str::from_utf8(&digits[..count]).ok()?;
    if international {
        return plan::is_international(digits).then_some(Written::Usually);
    }
    let groups = Groups::of(candidate);
    // Behind the dot of `0.0996` it is a decimal number.
    let dialled = |prefix: &&str| candidate.trim_start_matches('(').starts_with(prefix);
    let abroad = ["00", "011"].into_iter().find(dialled).and_then(|prefix| digits.strip_prefix(prefix));
    if abroad.is_some_and(|rest| !rest.starts_with('0') && plan::is_international(rest)) {
        return Some(if groups.are_alike() { Written::Oddly } else { Written::Dialled });
    }
    let mut known = false;
    for &(code, id) in COUNTRIES {
        if possible(id, digits.as_bytes()) && plan::is_national(code, id, digits) {
            known = true;
            if groups.are_usual(id) {
                return Some(Written::Usually);
            }
        }
    }
    known.then_some(Written::Oddly)
}

/// How many digits stand together in a number, group by group.
struct Groups {
    sizes: [usize; MOST_DIGITS],
    count: usize,
    /// Whether the last group stands behind a hyphen.
    extended: bool,
    /// Whether only such signs are between them as are between thousands.
    counted: bool,
}

impl Groups {
    fn of(candidate: &str) -> Self {
        let (mut sizes, mut count) = ([0; MOST_DIGITS], 0);
        for group in candidate.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()) {
            if let Some(size) = sizes.get_mut(count) {
                *size = group.len();
                count += 1;
            }
        }
        let signs = candidate.trim_end_matches(|c: char| c.is_ascii_digit());
        let all = |sign: char| candidate.chars().all(|c| c.is_ascii_digit() || c == sign);
        Self { sizes, count, extended: signs.ends_with('-'), counted: all(' ') || all('.') }
    }

    /// Whether they are a row of pairs or the like, as figures and bytes are.
    fn are_alike(&self) -> bool {
        let groups = self.sizes.get(..self.count).unwrap_or_default();
        groups.len() > 2 && groups.iter().all(|size| Some(size) == groups.first())
    }

    /// Whether numbers of the country are written like that.
    fn are_usual(&self, country: &str) -> bool {
        let groups = self.sizes.get(..self.count).unwrap_or_default();
        let [first, rest @ ..] = groups else { return false };
        if rest.is_empty() {
            return true;
        }
        let several = rest.iter().all(|&size| size >= 2);
        match country {
            "US" | "CA" => {
                let groups = if *first == 1 { rest } else { groups };
                matches!(groups, [10] | [3, 3, 4] | [3, 7] | [6, 4])
            }
            // The switchboard of a firm is `-0`.
            "DE" => {
                let (last, before) = rest.split_last().unwrap_or((&0, &[]));
                let all = before.iter().all(|&size| size >= 2) && (*last >= 2 || self.extended);
                *first >= 3 && all && groups.len() <= 6
            }
            "GB" => *first >= 3 && several && groups.len() <= 4,
            "FR" => {
                matches!(
                    groups,
                    [2, 2, 2, 2, 2] | [4, 3, 3] | [4, 2, 2, 2] | [1, 3, 3, 3] | [2, 8] | [2, 4, 4]
                )
            }
            // Amounts are written so as well.
            "ES" if self.counted && groups == [3, 3, 3] => false,
            "ES" => matches!(groups, [3, 3, 3] | [2, 3, 2, 2] | [3, 2, 2, 2] | [3, 6] | [2, 7] | [2, 3, 4]),
            "IT" => *first >= 2 && several && groups.len() <= 4 && !groups.iter().all(|&size| size == 2),
            "IL" => matches!(groups, [2 | 3, 7] | [2 | 3, 3, 4] | [1, 3, 3, 3] | [4, 3, 3]),
            "IN" => match groups {
                [1, rest @ ..] => matches!(rest, [10] | [5, 5] | [3, 3, 4] | [2, 4, 4] | [2, 8]),
                _ => *first >= 2 && rest.iter().all(|&size| size >= 3) && groups.len() <= 3,
            },
            "BR" => *first >= 2 && rest.iter().all(|&size| size >= 3) && groups.len() <= 3,
            "CN" => *first >= 3 && rest.iter().all(|&size| size >= 3) && groups.len() <= 3,
            "RU" => matches!(groups, [1, 3, 3, 2, 2] | [1, 3, 3, 4] | [1, 3, 7]),
            _ => several,
        }
    }
}

/// A quick look that spares the plan: how long a national number is and how it begins.
fn possible(country: &str, digits: &[u8]) -> bool {
    let (first, count) = (digits.first().copied().unwrap_or(b'x'), digits.len());
    match country {
        "US" => {
            let digits = if count == 11 && first == b'1' { &digits[1..] } else { digits };
            digits.len() == 10 && digits[0] >= b'2' && digits[3] >= b'2'
        }
        "GB" => first == b'0' && (10..=11).contains(&count),
        "DE" => first == b'0' && (7..=13).contains(&count),
        "IL" => first == b'0' && (9..=10).contains(&count),
        "FR" => first == b'0' && count == 10,
        "IN" => count == 10 && first >= b'6' || count == 11 && first == b'0',
        "BR" => (10..=12).contains(&count),
        "CN" => count == 11 && matches!(first, b'0' | b'1') || count == 12 && first == b'0',
        // With the 8 that is dialled before a number of another town.
        "RU" => count == 11 && first == b'8' && digits[1] >= b'3',
        "ES" => count == 9 && first >= b'6',
        "IT" => first == b'0' && (8..=11).contains(&count) || count == 10 && first == b'3',
        _ => true,
    }
}
