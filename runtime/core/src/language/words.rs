//! The words of a text: runs of letters of one script, in lower case.

use super::script::{Classifier, Group, Kind};
use crate::interrupt::{Interrupt, Interrupted};

/// Letters of a word that are looked at together; what is longer is cut into such pieces.
pub(super) const LONGEST: usize = 30;

/// Bytes of text between two looks at the interrupt.
const STRIDE: usize = 32 << 10;

/// What is done with words as they are found.
pub(super) trait Sink {
    /// A word, or a piece of a long one: code points in lower case, 1 to [`LONGEST`] of them.
    fn word(&mut self, group: Group, letters: &[u32]);

    /// A letter of the script of one language.
    fn letter(&mut self, language: u8);
}

/// A word that is being read.
struct Word {
    letters: [u32; LONGEST],
    length: usize,
    kind: Kind,
    /// An apostrophe, which counts if a letter follows.
    pending: bool,
}

impl Word {
    fn push(&mut self, letter: u32, sink: &mut impl Sink) {
        if self.length == LONGEST {
            self.flush(sink);
        }
        self.letters[self.length] = letter;
        self.length += 1;
    }

    fn flush(&mut self, sink: &mut impl Sink) {
        if let (Kind::Group(group), 1..) = (self.kind, self.length) {
            sink.word(group, &self.letters[..self.length]);
        }
        self.length = 0;
    }

    /// Ends the word; what follows is of `kind`.
    fn end(&mut self, kind: Kind, sink: &mut impl Sink) {
        self.flush(sink);
        self.pending = false;
        self.kind = kind;
    }
}

/// Reads the words of `text` into `sink`, in time linear in the text and without allocation. Web and mail
/// addresses are left out; apostrophes stay inside words.
pub(super) fn read(text: &str, interrupt: Interrupt<'_>, sink: &mut impl Sink) -> Result<(), Interrupted> {
    let mut classifier = Classifier::new();
    let mut word = Word { letters: [0; LONGEST], length: 0, kind: Kind::Separator, pending: false };
    let mut budget = STRIDE;
    for token in text.split_whitespace() {
        word.end(Kind::Separator, sink);
        if is_address(token) {
            continue;
        }
        for c in token.chars() {
            budget -= 1;
            if budget == 0 {
                interrupt.check()?;
                budget = STRIDE;
            }
            if matches!(c, '\'' | '’' | 'ʼ') {
                word.pending = !matches!(word.kind, Kind::Separator);
                continue;
            }
            let found = classifier.classify(c);
            if found == Kind::Skip {
                continue;
            }
            if found != word.kind {
                word.end(found, sink);
            }
            match found {
                Kind::Group(group) => {
                    if std::mem::take(&mut word.pending) {
                        word.push(u32::from('\''), sink);
                    }
                    word.push(fold(c, group), sink);
                }
                Kind::Single(language) => sink.letter(language),
                Kind::Separator | Kind::Skip => {}
            }
        }
    }
    word.end(Kind::Separator, sink);
    Ok(())
}

/// The first character of the lower-case form.
#[inline]
fn fold(c: char, group: Group) -> u32 {
    match (c, group) {
        ('\0'..='\x7f', _) => u32::from(c.to_ascii_lowercase()),
        ('а'..='џ', _) | (_, Group::Arabic | Group::Devanagari | Group::Cjk) => u32::from(c),
        _ => c.to_lowercase().next().map_or(u32::from(c), u32::from),
    }
}

/// Whether a token between white space is an address rather than words.
fn is_address(token: &str) -> bool {
    let bytes = token.as_bytes();
    bytes.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"www."))
        || memchr::memchr2_iter(b'@', b':', bytes)
            .any(|at| bytes[at] == b'@' || bytes[at..].starts_with(b"://"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::script::SINGLE;
    use super::*;

    #[derive(Default)]
    struct Collect(Vec<String>);

    impl Sink for Collect {
        fn word(&mut self, _: Group, letters: &[u32]) {
            assert!((1..=LONGEST).contains(&letters.len()));
            self.0.push(letters.iter().map(|&c| char::from_u32(c).unwrap()).collect());
        }

        fn letter(&mut self, language: u8) {
            self.0.push(SINGLE[usize::from(language)].to_uppercase());
        }
    }

    fn words(text: &str) -> Vec<String> {
        let mut sink = Collect::default();
        read(text, Interrupt::NEVER, &mut sink).unwrap();
        sink.0
    }

    #[test]
    fn words_are_runs_of_one_script() {
        for (text, expected) in [
            ("Hello, WORLD2go!", "hello|world|go"),
            ("L’Été d'abord 'quoted' rock'n' o''er", "l'été|d'abord|quoted|rock'n|o'er"),
            ("see https://example.org/Words or kim@example.org, WWW.a.b", "see|or"),
            ("Ünï-cödé İstanbul ΣΣ", "ünï|cödé|istanbul|EL|EL"),
            ("Привет,мирworld", "привет|мир|world"),
            ("می\u{200c}خواهم مُحَمَّد", "میخواهم|محمد"),
            ("東京タワー、です", "東京タワー|です"),
            ("12 + 3 = 😀", ""),
            ("re:// a:b : 12:30", "a|b"),
        ] {
            assert_eq!(words(text).join("|"), expected, "{text}");
        }
        assert_eq!(words(&"a".repeat(61)).iter().map(String::len).collect::<Vec<_>>(), [30, 30, 1]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            words(&text);
        }

        #[test]
        fn case_does_not_matter(text in "[a-zà-öа-я' ]{0,40}") {
            prop_assert_eq!(words(&text.to_uppercase()), words(&text));
        }
    }
}
