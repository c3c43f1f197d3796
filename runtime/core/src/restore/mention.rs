//! What in a text looks like a numbered placeholder (`[REDACTED_EMAIL_ADDRESS_7]`), whoever wrote it: in the forms
//! that a [`super::Restorer`] knows, whichever placeholders it may have.

use std::collections::BTreeSet;

use memchr::memchr2_iter;

use crate::span::Span;

/// What a placeholder begins with, in lower case.
const STEM: &str = "[redacted_";

/// The bit of its last character.
const LAST: u32 = 1 << (STEM.len() - 1);

/// As many characters of it may be wrong as of all of a placeholder.
const ERRORS: u32 = super::fuzzy::MOST_ERRORS as u32;

/// How far after the stem a number may end, in bytes.
const REACH: usize = 160;

/// What closes a placeholder, a model's brackets included.
const CLOSING: &[char] = &[']', '>', '}', ')', '\u{ff3d}', '】', '」'];

/// What may come between a number and the bracket.
const LOOSE: &[char] = &[' ', '*', '\u{200b}', '`', '\\'];

/// Every number that a placeholder in the text may have: in any case, dressed for Markdown or a URL, or with typing
/// errors. Rather too many than too few.
///
/// Takes time linear in the text.
pub fn numbers(text: &str) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    // The edit distance of the stem to what ends here (Myers, 1999): a bit for each of its characters.
    let (mut more, mut less, mut errors) = (u32::MAX, 0_u32, STEM.len() as u32);
    // Where the stem first ended in this stretch, and the fewest errors in it.
    let mut begun: Option<(usize, u32)> = None;
    for (at, byte) in text.bytes().enumerate() {
        if byte & 0xc0 == 0x80 {
            continue; // the rest of a character
        }
        if errors > ERRORS
            && let Some((end, least)) = begun.take()
        {
            after(text, end, least, &mut numbers);
        } else if errors <= ERRORS {
            let (end, least) = begun.unwrap_or((at, errors));
            begun = Some((end, least.min(errors)));
        }
        let equal = places(byte);
        let vertical = equal | less;
        let horizontal = (equal & more).wrapping_add(more) ^ more | equal;
        let (up, down) = (less | !(horizontal | more), more & horizontal);
        if up & LAST != 0 {
            errors += 1;
        } else if down & LAST != 0 {
            errors -= 1;
        }
        let (up, down) = (up << 1, down << 1);
        more = down | !(vertical | up);
        less = up & vertical;
    }
    if let Some((end, least)) = begun {
        after(text, end, least, &mut numbers);
    }
    numbers
}

/// Where in the stem a character stands.
const fn places(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'[' => 1,
        b'r' => 1 << 1,
        b'e' => 1 << 2 | 1 << 7,
        b'd' => 1 << 3 | 1 << 8,
        b'a' => 1 << 4,
        b'c' => 1 << 5,
        b't' => 1 << 6,
        b'_' => 1 << 9,
        _ => 0,
    }
}

/// The numbers after a stem that ends at `end`, up to a bracket.
fn after(text: &str, end: usize, errors: u32, numbers: &mut BTreeSet<u64>) {
    let reach = text.floor_char_boundary(text.len().min(end + REACH));
    let rest = text.get(end..reach).unwrap_or_default();
    let closed = |at: usize| rest.get(at..).is_some_and(|rest| rest.starts_with(CLOSING) || is_closed(rest));
    let (mut at, mut first) = (0, true);
    while let Some(c) = rest.get(at..).and_then(|rest| rest.chars().next()) {
        if closed(at) {
            break;
        }
        if !c.is_ascii_digit() {
            at += c.len_utf8();
            continue;
        }
        let apart = rest.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
        let tail = rest.get(at..).unwrap_or_default();
        let digits = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let loose = tail.get(digits..).unwrap_or_default();
        let loose = loose.len() - loose.trim_start_matches(LOOSE).len();
        // In prose, what stands apart belongs to a placeholder only if there is one.
        if (!apart || errors <= 1 && first || closed(at + digits + loose))
            && let Some(Ok(number)) = tail.get(..digits).map(str::parse)
        {
            numbers.insert(number);
        }
        first = false;
        at += digits;
    }
}

/// Whether a text begins with `]` as a URL has it.
fn is_closed(text: &str) -> bool {
    text.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("%5d"))
}

/// The placeholders in a text, as a vault gives them, in order and each once: in any case, and dressed for Markdown
/// or a URL, but without typing errors.
///
/// Takes time linear in the text.
pub fn placeholders(text: &str) -> Vec<Box<str>> {
    let mut known = std::collections::HashSet::new();
    mentioned(text).map(|one| one.plain).filter(|one| known.insert(one.clone())).collect()
}

/// Where the same stand, and hashes and ciphertexts that are written alike: in order and disjoint. Not what has letters
/// of both cases in it, which nobody made of a placeholder.
///
/// Takes time linear in the text.
pub fn mentions(text: &str) -> Vec<Span> {
    let placeholders = mentioned(text).filter(|one| one.of_one_case).map(|one| one.span);
    let stems = ["[HASH_", "[ENCRYPTED_"].into_iter();
    let mut spans: Vec<Span> = placeholders.chain(stems.flat_map(|stem| sealed(text, stem))).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// Where in a text something stands that begins with `stem` and goes on with ASCII letters, digits and `_` to a `]`, as
/// hashes and ciphertexts do.
pub fn sealed<'t>(text: &'t str, stem: &'t str) -> impl Iterator<Item = Span> + 't {
    text.match_indices(stem).filter_map(move |(start, _)| {
        let body = text.get(start + stem.len()..)?;
        let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let end = start + stem.len() + length + 1;
        text.get(..end)?.ends_with(']').then(|| Span::new(start, end))
    })
}

/// A placeholder in a text.
struct Mention {
    plain: Box<str>,
    span: Span,
    of_one_case: bool,
}

fn mentioned(text: &str) -> impl Iterator<Item = Mention> {
    const WORD: &str = "redacted";
    memchr2_iter(b'r', b'R', text.as_bytes()).filter_map(|at| {
        let (before, from) = (text.get(..at)?, text.get(at..)?);
        let is_word = from.get(..WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD));
        let encoded = before.len().checked_sub(3).and_then(|at| before.get(at..));
        let encoded = encoded.is_some_and(|open| open.eq_ignore_ascii_case("%5b"));
        let open = if encoded { 3 } else { 1 };
        if !is_word || !encoded && !before.ends_with('[') {
            return None;
        }
        let (plain, end, of_one_case) = plain(from, encoded)?;
        Some(Mention { plain, span: Span::new(at - open, at + end), of_one_case })
    })
}

/// What begins like a placeholder after its bracket, as a vault gives it, with its end and whether it is in one case;
/// `None` if it is none.
fn plain(text: &str, encoded: bool) -> Option<(Box<str>, usize, bool)> {
    let reach = text.get(..text.floor_char_boundary(text.len().min(REACH)))?;
    let end = reach
        .char_indices()
        .find(|&(at, c)| matches!(c, '[' | ']' | '\n') || encoded && reach.get(at..).is_some_and(is_closed));
    let (end, sign) = end?;
    if sign != if encoded { '%' } else { ']' } {
        return None;
    }
    let inner: String = reach.get(..end)?.chars().filter(|c| *c != '\\').collect();
    let inner = if encoded { inner.replace("%20", " ") } else { inner };
    let upper = inner.to_uppercase();
    let (label, number) = upper.strip_prefix("REDACTED_")?.rsplit_once('_')?;
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let of_one_case = inner == upper || inner == inner.to_lowercase();
    let close = if encoded { 3 } else { 1 };
    (numbered && !label.is_empty()).then(|| (format!("[{upper}]").into(), end + close, of_one_case))
}

#[cfg(test)]
mod tests {
    use super::super::{Matching, Restorer};
    use super::*;
    use crate::{Interrupt, Text};
    use proptest::prelude::*;

    const ALL: [Matching; 3] = [Matching::Exact, Matching::CaseInsensitive, Matching::Fuzzy];

    #[test]
    fn numbers_in_every_form() {
        for text in [
            "[REDACTED_EMAIL_ADDRESS_7]",
            "a [redacted_email_address_7]",
            r"\[REDACTED\_EMAIL\_ADDRESS\_7\]",
            r"\\[REDACTED\\_EMAIL\\_ADDRESS\\_7\\]",
            "https://a.org/?to=%5BREDACTED_EMAIL_ADDRESS_7%5D",
            "%5bredacted_email_address_7%5d",
            "[REDACTED_EMPLOYEE ID_7]",
            "<REDACTED_PERSON_7>",
            "[REDACTD_PERSON_7]",
            "[ REDACTED_PERSON_7 ]",
            "REDACTED_PERSON_7",
            "[REDACTED PERSON 7]",
            "[RÉDACTED_PERSÖN_7",
        ] {
            assert_eq!(numbers(text), BTreeSet::from([7]), "{text}");
        }
        for text in ["", "7", "order_7", "was redacted 7 times", "[REDACTED] 7", "read 7 [x]"] {
            assert_eq!(numbers(text), BTreeSet::new(), "{text}");
        }
        assert_eq!(numbers("[REDACTED_A_1][REDACTED_B_22] [REDACTED_C_3"), BTreeSet::from([1, 22, 3]));
    }

    #[test]
    fn placeholders_as_a_vault_gives_them() {
        let text = r"[REDACTED_A_1] \[redacted\_b\_2\] %5BREDACTED_C%20D_3%5D [REDACTED_A_1] [REDACTED_E] [REDACTED_F_x]";
        let found = placeholders(text);
        assert_eq!(
            found.iter().map(|one| &**one).collect::<Vec<_>>(),
            ["[REDACTED_A_1]", "[REDACTED_B_2]", "[REDACTED_C D_3]"]
        );
        assert!(placeholders("[REDACTED_A_1\n] REDACTED_A_1 [REDACTED_[REDACTED__1").is_empty());
    }

    #[test]
    fn where_what_stands_for_something_stands() {
        let text = r"a [REDACTED_A_1], \[redacted\_b\_2\] %5BREDACTED_C%20D_3%5D [HASH_A_0f] [ENCRYPTED_B_x_1] [REDACTED_Ada_1] [HASH_";
        let found: Vec<_> = mentions(text).iter().map(|span| &text[span.range()]).collect();
        assert_eq!(
            found,
            [
                "[REDACTED_A_1]",
                r"[redacted\_b\_2\]",
                "%5BREDACTED_C%20D_3%5D",
                "[HASH_A_0f]",
                "[ENCRYPTED_B_x_1]"
            ]
        );
    }

    #[test]
    fn long_texts_take_linear_time() {
        for unit in ["[REDACTED_", "redacted", "r", "[", "[REDACTED_A_1", "%5BREDACTED"] {
            let text = unit.repeat(200_000 / unit.len());
            let began = std::time::Instant::now();
            let _ = (numbers(&text), placeholders(&text), mentions(&text));
            assert!(began.elapsed().as_secs() < 10, "{unit}"); // quadratic: minutes
        }
    }

    proptest! {
        #[test]
        fn whatever_a_restorer_finds_is_taken(
            label in "[A-Z]{2,6}(_[A-Z]{2,6}){0,2}",
            number in 1_u64..30,
            dress in 0_usize..6,
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..3, "[a-zA-Z_ \\[é]"), 0..3),
            around in ("[ -~]{0,6}", "[ -~]{0,6}"),
        ) {
            let placeholder = format!("[REDACTED_{label}_{number}]");
            let mut text: Vec<char> = match dress {
                0 => placeholder.to_lowercase(),
                1 => super::super::percent_encode(&placeholder),
                2 => super::super::markdown(&placeholder, "[]_*", "\\"),
                3 => super::super::markdown(&placeholder, "[]_*", "\\\\"),
                _ => placeholder.clone(),
            }.chars().collect();
            for (at, kind, with) in &edits {
                let at = at.index(text.len());
                let with = with.chars().next().unwrap();
                match kind {
                    0 => { text.remove(at); }
                    1 => text[at] = with,
                    _ => text.insert(at, with),
                }
            }
            let text = format!("{}{}{}", around.0, text.iter().collect::<String>(), around.1);
            let taken = numbers(&text);
            for strategy in ALL {
                for number in 1..30 {
                    let one = format!("[REDACTED_{label}_{number}]");
                    let found = Restorer::new(vec![one.into()], strategy).unwrap().find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap();
                    prop_assert!(found.is_empty() || taken.contains(&number), "{text:?} {strategy:?} {number}");
                }
            }
        }
    }
}
