//! Texts as words. `training/consistency/tokens.py` has the same.

use super::words;

/// Words after which a sentence ends, whatever stands there.
const LONGEST_SENTENCE: usize = 64;

/// A word, as far as it matters here.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// In lower case; numbers without commas and closing zeros, in digits.
    pub(super) word: String,
    pub(super) stem: String,
    pub(super) sentence: usize,
    /// Whether it begins with a capital.
    pub(super) is_upper: bool,
    /// Whether it does so inside a sentence.
    pub(super) is_name: bool,
    pub(super) is_number: bool,
    pub(super) is_stopword: bool,
    pub(super) is_negation: bool,
}

/// Whether it is of a script that does not part words: kana, or the common Chinese characters.
const fn is_ideograph(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// How many bytes of letters and digits `text` begins with.
fn run(text: &str) -> usize {
    text.find(|char: char| !char.is_alphanumeric() || is_ideograph(char)).unwrap_or(text.len())
}

/// How many bytes the word takes that `text` begins with, if it begins with one: letters and digits, with
/// apostrophes before letters, and with full stops and commas before digits, inside.
fn word(text: &str) -> usize {
    if let Some(char) = text.chars().next().filter(|char| is_ideograph(*char)) {
        return char.len_utf8();
    }
    let mut end = run(text);
    if end == 0 {
        return 0;
    }
    while let Some((_, rest)) = text.split_at_checked(end) {
        let mut chars = rest.chars();
        let Some(mark) = chars.next() else { break };
        let more = match mark {
            '\'' | '\u{2019}' => run(chars.as_str()),
            '.' | ',' => chars.as_str().bytes().take_while(u8::is_ascii_digit).count(),
            _ => 0,
        };
        if more == 0 {
            break;
        }
        end += mark.len_utf8() + more;
    }
    end
}

/// Whether what stands between two words ends a sentence; a full stop in `U.S.` does not.
fn parts_sentences(gap: &str) -> bool {
    gap.contains('\n') || (gap != "." && gap.contains(['.', '!', '?', '。', '！', '？']))
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let (mut sentence, mut size) = (0, 0);
    let (mut gap, mut rest) = (text, text);
    while let Some(char) = rest.chars().next() {
        let end = word(rest);
        let Some((raw, after)) = rest.split_at_checked(end).filter(|_| end > 0) else {
            rest = rest.get(char.len_utf8()..).unwrap_or_default();
            continue;
        };
        let between = gap.get(..gap.len() - rest.len()).unwrap_or_default();
        let mut begins = found.is_empty();
        if !begins && (parts_sentences(between) || size == LONGEST_SENTENCE) {
            (sentence, size, begins) = (sentence + 1, 0, true);
        }
        found.push(token(raw, sentence, begins));
        size += 1;
        (gap, rest) = (after, after);
    }
    found
}

fn token(raw: &str, sentence: usize, begins: bool) -> Token {
    let mut word = raw.to_lowercase().replace('\u{2019}', "'");
    let contracted = word.ends_with("n't");
    if !contracted && let Some(at) = word.find('\'') {
        word.truncate(at);
    }
    let mut is_number = word.starts_with(|char: char| char.is_ascii_digit());
    if is_number {
        word = number(&word);
    } else if let Some(digits) = words::digits(&word) {
        (word, is_number) = (digits.to_owned(), true);
    }
    let stem = if is_number { word.clone() } else { words::stem(&word) };
    let is_upper = raw.starts_with(char::is_uppercase);
    Token {
        sentence,
        is_upper,
        is_name: is_upper && !begins,
        is_number,
        is_stopword: !is_number && (words::is_stopword(&word) || (word.len() == 1 && word.is_ascii())),
        is_negation: contracted || words::is_negation(&stem),
        word,
        stem,
    }
}

fn number(word: &str) -> String {
    let word = word.replace(',', "");
    if word.contains('.') && word.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()) {
        return word.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<(String, usize)> {
        tokens(text).into_iter().map(|token| (token.word, token.sentence)).collect()
    }

    #[test]
    fn words_and_sentences() {
        let expected = [
            ("rents", 0),
            ("rose", 0),
            ("1250", 0),
            ("didn't", 1),
            ("they", 1),
            ("u", 2),
            ("s", 2),
            ("bo", 3),
        ];
        let found = all("Rents rose 1,250.00! Didn’t they?\n'U.S.', Bo's");
        assert_eq!(found, expected.map(|(word, sentence)| (word.to_owned(), sentence)));
        assert_eq!(
            all("twelve 3.50 東京"),
            [("12", 0), ("3.5", 0), ("東", 0), ("京", 0)].map(|(w, s)| (w.to_owned(), s))
        );
    }

    #[test]
    fn what_words_are() {
        let found = tokens("Ola can't pay Bo 7 euros");
        let flags: Vec<_> = found
            .iter()
            .map(|t| (t.is_upper, t.is_name, t.is_number, t.is_stopword, t.is_negation))
            .collect();
        assert_eq!(flags[0], (true, false, false, false, false));
        assert_eq!(flags[1], (false, false, false, false, true));
        assert_eq!(flags[3], (true, true, false, false, false));
        assert_eq!(flags[4], (false, false, true, false, false));
    }

    #[test]
    fn sentences_end_at_some_time() {
        let found = tokens(&"word ".repeat(1000));
        assert_eq!((found.len(), found[999].sentence), (1000, 999 / LONGEST_SENTENCE));
    }

    proptest! {
        #[test]
        fn any_text_has_words(text in "[\\PC\n]{0,80}") {
            for token in tokens(&text) {
                prop_assert!(!token.word.chars().any(char::is_whitespace));
            }
        }
    }
}
