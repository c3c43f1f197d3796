//! What the model sees of an address: buckets of hashed features. `training/urls/features.py` has the same.

use super::address::{Address, words};
use super::imitation::imitations;

/// Two to the power of this is how many buckets there are.
pub(super) const BITS: u32 = 18;

/// Words of a path that are looked at, and letters of each.
const MOST_WORDS: usize = 16;
const LONGEST_WORD: usize = 20;

const EXECUTABLE: [&str; 14] =
    ["exe", "scr", "apk", "msi", "bat", "cmd", "ps1", "vbs", "jar", "dll", "hta", "lnk", "iso", "dmg"];

/// Labels before a registered name that make the beginning of a host look like a whole one.
const ENDINGS: [&str; 5] = ["com", "net", "org", "gov", "gouv"];

/// CRC-32 as zip files have it, a nibble at a time.
static CRC: [u32; 16] = {
    let mut table = [0; 16];
    let mut at = 0;
    while at < 16 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 4 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
};

/// The bucket of the feature whose name is `parts` one after the other.
fn bucket(parts: &[&str]) -> u32 {
    let mut crc = !0u32;
    for byte in parts.iter().flat_map(|part| part.bytes()) {
        crc ^= u32::from(byte);
        crc = CRC[(crc & 15) as usize] ^ crc >> 4;
        crc = CRC[(crc & 15) as usize] ^ crc >> 4;
    }
    (!crc).wrapping_mul(0x9E37_79B1) >> (32 - BITS)
}

/// Sorted, each once.
fn set(mut buckets: Vec<u32>) -> Vec<u32> {
    buckets.sort_unstable();
    buckets.dedup();
    buckets
}

/// How many of `bounds` a value reaches.
fn step(value: usize, bounds: &[usize]) -> usize {
    bounds.iter().filter(|&&bound| value >= bound).count()
}

/// The n-grams of the labels of three to five characters, and their words.
pub(super) fn grams(address: &Address) -> Vec<u32> {
    let mut found = Vec::new();
    for (field, text) in [("l", &address.label), ("s", &address.sub)] {
        if text.is_empty() || address.is_number {
            continue;
        }
        let padded = format!("<{text}>");
        for size in 3..=5 {
            // ASCII, so every byte is a character.
            let windows = (size..=padded.len()).filter_map(|end| padded.get(end - size..end));
            found.extend(windows.map(|gram| bucket(&[field, gram])));
        }
        found.extend(words(text).map(|word| bucket(&[field, " ", word])));
    }
    set(found)
}

/// Everything else: names imitated, the shape of the host, the words of the path.
pub(super) fn flags(address: &Address) -> Vec<u32> {
    let mut found: Vec<u32> = imitations(address).iter().map(|name| bucket(&[name])).collect();
    shape(address, &mut found);
    path(&address.path, &mut found);
    set(found)
}

fn shape(address: &Address, found: &mut Vec<u32>) {
    let (label, sub) = (address.label.as_bytes(), address.sub.as_bytes());
    let count = |text: &[u8], test: fn(&u8) -> bool| text.iter().filter(|byte| test(byte)).count();
    let mut put = |name: &str, value: usize| found.push(bucket(&[name, " ", &value.to_string()]));
    let hyphens = count(label, |&byte| byte == b'-') + count(sub, |&byte| byte == b'-');
    put("hyphens", step(hyphens, &[1, 2, 3, 5]));
    put("length", step(label.len(), &[5, 8, 12, 16, 21, 28, 40]));
    let labels = if sub.is_empty() { 0 } else { 1 + count(sub, |&byte| byte == b'.') };
    put("labels", step(labels, &[1, 2, 3]));
    put("digits", step(count(label, u8::is_ascii_digit), &[1, 2, 4, 7]));
    put("sub digits", step(count(sub, u8::is_ascii_digit), &[1, 3, 6]));
    let turns = label.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    put("turns", step(turns, &[1, 2, 3, 5]));
    let (mut run, mut longest) = (0, 0);
    for &byte in label {
        run = if byte.is_ascii_lowercase() && !is_vowel(byte, false) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    put("consonants", step(longest, &[3, 4, 5, 6, 8]));
    let letters = count(label, u8::is_ascii_lowercase);
    let vowels = label.iter().filter(|&&byte| is_vowel(byte, true)).count();
    let share = step(8 * vowels / letters.max(1), &[1, 2, 3, 4, 5]);
    found.push(bucket(&["vowels ", &share.to_string(), " ", &step(letters, &[5, 9]).to_string()]));
    let both = |needle: &str| address.label.contains(needle) || address.sub.contains(needle);
    for (name, holds) in [
        ("number", address.is_number),
        ("user", address.user),
        ("port", address.port),
        ("punycode", both("xn--")),
        ("foreign", both("?")),
        ("ending within", address.sub.split('.').any(|label| ENDINGS.contains(&label))),
        ("bare", address.suffix.is_empty() && !address.is_number),
    ] {
        if holds {
            found.push(bucket(&[name]));
        }
    }
}

const fn is_vowel(byte: u8, with_y: bool) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u') || (with_y && byte == b'y')
}

fn path(path: &str, found: &mut Vec<u32>) {
    found.push(bucket(&["path ", &step(path.len(), &[2, 20, 60, 120, 250]).to_string()]));
    let split = words(path).filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    found
        .extend(split.take(MOST_WORDS).map(|word| bucket(&["word ", &word[..word.len().min(LONGEST_WORD)]])));
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    if !query.is_empty() {
        let values = query.matches('=').count();
        found.push(bucket(&["query ", &step(values, &[1, 3, 6]).to_string()]));
    }
    let file = place.rsplit('/').next().unwrap_or_default();
    if file.rsplit_once('.').is_some_and(|(_, ending)| EXECUTABLE.contains(&ending)) {
        found.push(bucket(&["executable"]));
    }
    if path.contains("://") || path.contains("%3a%2f%2f") {
        found.push(bucket(&["address within"]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_zip_files() {
        assert_eq!(bucket(&["1234", "56789"]), 0xCBF4_3926u32.wrapping_mul(0x9E37_79B1) >> (32 - BITS));
    }

    /// Weights are of use only to what reads addresses as training did; `training/urls/reference.py` wrote down
    /// how it reads these.
    #[test]
    fn addresses_are_read_as_in_training() {
        let lines = include_str!("reference.tsv");
        assert!(lines.lines().count() > 20);
        for line in lines.lines() {
            let fields: Vec<_> = line.split('\t').collect();
            let address = Address::parse(fields[0]);
            let sums = [grams(&address), flags(&address)]
                .map(|found| format!("{} {}", found.len(), found.iter().map(|&b| u64::from(b)).sum::<u64>()));
            assert_eq!(sums, fields[1..], "{}", fields[0]);
        }
    }
}
