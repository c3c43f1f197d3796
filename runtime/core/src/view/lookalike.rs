//! Characters that look like ASCII letters.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::class::CharClass;

/// For each ASCII letter, the letters that Unicode's table of confusables (UTS #39) gives the same
/// prototype, and those it gives the prototype of the letter's small capital. NFKC forms are not in it.
/// `tests/lookalikes.rs` derives it from the crate `unicode-security` and compares.
const TABLE: &str = include_str!("data/lookalikes.tsv");

/// Latin letters drawn as small capitals, in the order of the alphabet; there is none for x.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ ʏᴢ";

/// Letters that attackers write for others although Unicode's table has them apart, each before the ASCII
/// letter it is read as.
const ALSO: &str = "εeєeɛeηnμu";

/// How closely a character resembles a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// It is a style of the letter: a small capital, a letter in a black circle or square.
    Style,
    /// Unicode calls it confusable with the letter.
    Confusable,
    /// Unicode calls it confusable with the letter's small capital, or it is read as the letter among others.
    Similar,
}

static LETTERS: LazyLock<HashMap<char, (u8, Likeness)>> = LazyLock::new(|| {
    let mut letters = HashMap::new();
    for line in TABLE.lines() {
        let mut fields = line.split('\t');
        let Some(&letter) = fields.next().and_then(|field| field.as_bytes().first()) else { continue };
        for likeness in [Likeness::Confusable, Likeness::Similar] {
            let like = fields.next().unwrap_or_default().chars();
            letters.extend(like.map(|c| (c, (letter, likeness))));
        }
    }
    let also: Vec<char> = ALSO.chars().collect();
    letters.extend(also.chunks_exact(2).map(|pair| (pair[0], (pair[1] as u8, Likeness::Similar))));
    letters.extend(
        SMALL_CAPITALS
            .chars()
            .zip(b'a'..)
            .filter(|(c, _)| *c != ' ')
            .map(|(c, letter)| (c, (letter, Likeness::Style))),
    );
    // Letters in black circles, in black squares, and the letters that flags are written with.
    for first in ['\u{1F150}', '\u{1F170}', '\u{1F1E6}'] {
        letters.extend((first..).zip(b'A'..=b'Z').map(|(c, letter)| (c, (letter, Likeness::Style))));
    }
    letters
});

/// The characters of [`LETTERS`], for a quick look.
static KNOWN: LazyLock<CharClass> = LazyLock::new(|| {
    let known: String = LETTERS.keys().collect();
    CharClass::new(&format!("[{known}]"))
});

/// The ASCII letter that `c`, which is none, looks like.
pub(super) fn letter(c: char) -> Option<(char, Likeness)> {
    if !KNOWN.contains(c) {
        return None;
    }
    LETTERS.get(&c).map(|&(letter, likeness)| (char::from(letter), likeness))
}

/// Whether `c` is one of the letters that flags are written with, two for a flag.
pub(super) const fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}
