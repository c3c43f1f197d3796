//! The table of lookalikes is what the crate `unicode-security` makes of Unicode's confusables (UTS #39).

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

const SMALL_CAPITALS: &str = "aᴀbʙcᴄdᴅeᴇfꜰgɢhʜiɪjᴊkᴋlʟmᴍnɴoᴏpᴘqꞯrʀsꜱtᴛuᴜvᴠwᴡyʏzᴢ";

fn prototype(text: &str) -> String {
    skeleton(text).collect()
}

/// The lookalikes of each ASCII letter: the confusable, and those confusable with its small capital.
fn derived() -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    for letter in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
        letters.entry(prototype(letter.encode_utf8(&mut [0; 4]))).or_insert(letter);
    }
    let pairs: Vec<char> = SMALL_CAPITALS.chars().collect();
    let capitals = pairs.chunks(2).map(|pair| (prototype(&pair[1].to_string()), pair[0]));
    let capitals: BTreeMap<String, char> =
        capitals.filter(|(prototype, _)| !letters.contains_key(prototype)).collect();
    let mut table: BTreeMap<char, [String; 2]> = BTreeMap::new();
    for c in ('\u{80}'..=char::MAX).filter(|c| c.is_alphabetic() && !c.is_numeric()) {
        let alone = c.to_string();
        // What normalisation takes apart or replaces is not the table's business.
        if alone.nfkc().ne(alone.chars()) || alone.nfd().ne(alone.chars()) {
            continue;
        }
        let prototype = prototype(&alone);
        let (column, letter) = match (letters.get(&prototype), capitals.get(&prototype)) {
            // One prototype is that of 1, I and l, another that of 0 and O.
            (Some('1'), _) => (0, if c.is_uppercase() { 'I' } else { 'l' }),
            (Some('0'), _) => (0, if c.is_uppercase() { 'O' } else { 'o' }),
            (Some(letter), _) => (0, *letter),
            (None, Some(letter)) => (1, *letter),
            (None, None) => continue,
        };
        let letter = match c {
            c if c.is_uppercase() => letter.to_ascii_uppercase(),
            c if c.is_lowercase() => letter.to_ascii_lowercase(),
            _ => letter,
        };
        if letter.is_ascii_alphabetic() {
            table.entry(letter).or_default()[column].push(c);
        }
    }
    let row = |(letter, [confusable, similar]): (&char, &[String; 2])| {
        [&letter.to_string(), "\t", confusable, "\t", similar, "\n"].concat()
    };
    table.iter().map(row).collect()
}

#[test]
fn the_table_is_what_unicode_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/view/data/lookalikes.tsv");
    let written = std::fs::read_to_string(path).unwrap();
    // A newer Unicode adds rows to the crate: write what `derived` says into the file.
    assert!(written == derived(), "{path} is out of date");
}
