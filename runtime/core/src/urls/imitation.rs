//! Whether a host bears a name that others are known by.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::address::{Address, words};

/// A name that is imitated.
struct Brand {
    name: &'static str,
    /// Whether it counts anywhere in a word, not only as one.
    anywhere: bool,
}

/// Shorter names may be words that are misspelt otherwise.
const LEAST_NAME: usize = 6;
/// Shorter words are never taken for misspelt names.
const LEAST_WORD: usize = 5;

static BRANDS: LazyLock<Vec<Brand>> = LazyLock::new(|| {
    let fields = |line: &'static str| {
        let mut fields = line.split('\t');
        Some(Brand { name: fields.next()?, anywhere: fields.next()? == "s" })
    };
    include_str!("data/brands.tsv").lines().filter_map(fields).collect()
});

/// Domains of those who bear the names.
static OWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("data/brands.tsv").lines();
    lines.filter_map(|line| line.split('\t').nth(2)).flat_map(str::split_whitespace).collect()
});

/// The ways in which the host imitates, by the names of features.
pub(super) fn imitations(address: &Address) -> Vec<String> {
    if OWN.contains(address.domain().as_str()) {
        return vec!["brand own".to_owned()];
    }
    let mut found = Vec::new();
    for (place, text) in [("label", &address.label), ("sub", &address.sub)] {
        if text.is_empty() {
            continue;
        }
        let joined = text.replace('-', "");
        for brand in BRANDS.iter() {
            if memchr::memmem::find(joined.as_bytes(), brand.name.as_bytes()).is_none() {
                continue;
            }
            if text == brand.name {
                found.push(format!("brand is {place}"));
            } else if words(text).any(|word| word == brand.name) {
                found.push(format!("brand word {place}"));
            } else if brand.anywhere {
                found.push(format!("brand in {place}"));
            }
        }
    }
    let all = [&address.label, &address.sub];
    if found.is_empty() && all.iter().flat_map(|text| words(text)).any(is_misspelt) {
        found.push("brand near".to_owned());
    }
    found
}

/// Whether a word is a longer name but for a letter, or has it in it with digits for letters.
fn is_misspelt(word: &str) -> bool {
    if word.len() < LEAST_WORD {
        return false;
    }
    let mut names = BRANDS.iter().filter(|brand| brand.anywhere && brand.name.len() >= LEAST_NAME);
    if names.clone().any(|brand| is_near(word.as_bytes(), brand.name.as_bytes())) {
        return true;
    }
    let plain: String = word.chars().map(letter_for).collect();
    plain != word && names.any(|brand| plain.contains(brand.name))
}

/// The letter that a digit is written for.
const fn letter_for(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'l',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        c => c,
    }
}

/// Whether one letter is replaced, left out, added, or two neighbours are swapped.
fn is_near(word: &[u8], name: &[u8]) -> bool {
    if word == name || word.len().abs_diff(name.len()) > 1 {
        return false;
    }
    let front = word.iter().zip(name).take_while(|(here, there)| here == there).count();
    let (here, there) = (&word[front..], &name[front..]);
    let swapped = here.len() > 1 && there.len() > 1 && here[0] == there[1] && here[1] == there[0];
    // Behind what differs the two are the same.
    here.get(1..) == Some(there)
        || there.get(1..) == Some(here)
        || (here.len() == there.len() && here.get(1..) == there.get(1..))
        || (swapped && here[2..] == there[2..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> String {
        imitations(&Address::parse(url)).join(",")
    }

    #[test]
    fn names_are_found_where_they_are_not_their_bearers() {
        for (url, expected) in [
            ("https://www.paypal.com", "brand own"),
            ("https://pages.amazon.co.uk", "brand own"),
            ("https://paypal.top", "brand is label"),
            ("https://paypal-login.top", "brand word label"),
            ("https://mypaypalshop.top", "brand in label"),
            ("https://pay-pal.top", "brand in label"),
            ("https://paypal.com.evil.top", "brand word sub"),
            ("https://paypa1.top", "brand near"),
            ("https://payapl.top", "brand near"),
            ("https://paypall-x.top", "brand in label"),
            ("https://papypal-x.top", "brand near"),
            ("https://netfllx.example.org", "brand near"),
            ("https://pineapple.com", ""),
            ("https://groups.org", ""),
        ] {
            assert_eq!(of(url), expected, "{url}");
        }
    }

    #[test]
    fn the_tables_are_whole() {
        assert!(BRANDS.len() > 150 && OWN.len() > 250);
        assert!(
            BRANDS.iter().all(|brand| brand
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
        );
    }
}
