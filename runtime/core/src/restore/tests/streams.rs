//! Placeholders in texts that come in pieces, of vaults that change.

use proptest::prelude::*;

use super::super::*;
use super::VAULT;
use crate::stream::Window;

/// What is found in a text that comes in pieces, of which only what is needed is kept; and what had to be kept
/// after each.
fn followed<'a>(
    restorer: &Restorer,
    pieces: impl IntoIterator<Item = &'a str>,
) -> (Vec<Restored>, Vec<usize>) {
    assert!(restorer.follows());
    let (mut following, mut found, mut kept) = (Following::default(), Vec::new(), Vec::new());
    let (mut held, mut base, mut decided) = (String::new(), 0, 0);
    let pieces = pieces.into_iter().map(Some).chain([None]);
    for piece in pieces {
        held.push_str(piece.unwrap_or_default());
        let text = Text::from(held.as_str());
        let window = Window { text: &text, base, last: piece.is_none(), interrupt: Interrupt::NEVER };
        let known = found.len();
        let next = following.advance(restorer, &window, &mut found).unwrap();
        assert!(found[known..].iter().all(|one| one.span.start >= decided && one.span.end <= next));
        assert!(next >= decided && following.needed() <= next);
        decided = next;
        let cut = held.floor_char_boundary(following.needed().min(decided) - base);
        held.replace_range(..cut, "");
        base += cut;
        kept.push(held.len());
    }
    (found, kept)
}

/// Placeholders that begin, end and contain each other, that change their length in lower case, and that
/// another session's look like.
const NESTED: &[&str] = &[
    "[REDACTED_PERSON_1]",
    "[REDACTED_PERSON_11]",
    "PERSON_1",
    "PERSON_11",
    "1] and [R",
    "Keanu Reeves",
    "eanu",
    "Reeves Keanu Reeves",
    "Kea",
    "u Ree",
    "İx",
    "xi\u{307}",
    "ßé",
    "%5",
    r"\[K",
    "",
];

/// Which signs have a backslash or two.
const DRESSES: &[(&str, &str)] = &[
    ("[]_*", "\\"),
    ("_*", "\\"),
    ("[]", "\\"),
    ("[]_*", "\\\\"),
    ("_*", "\\\\"),
    ("[]", "\\\\"),
    ("[", "\\"),
];

fn nested_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => prop::sample::select(NESTED).prop_map(str::to_owned),
        3 => prop::sample::select(NESTED).prop_map(percent_encode),
        3 => (prop::sample::select(NESTED), prop::sample::select(DRESSES)).prop_map(|(one, (signs, escape))| markdown(one, signs, escape)),
        2 => prop::sample::select(NESTED).prop_map(str::to_lowercase),
        2 => (prop::sample::select(NESTED), 0usize..20)
            .prop_map(|(one, chars)| one.chars().take(chars).collect::<String>()),
        2 => prop::sample::select(NESTED).prop_map(|one| one.replace('1', "2")),
        3 => r"(\[REDACTED_|PERSON_|1|11|\]|K|Keanu|Ree|ves|u| |é|\\|%|5B|[a-z]|İ|i|\x{307}|x|ß){0,4}",
    ];
    prop::collection::vec(word, 0..8).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_cut_a_text_finds_what_is_in_the_whole(
        text in nested_text(),
        names in prop::sample::subsequence(NESTED, 0..NESTED.len()),
        any_case in any::<bool>(),
        sizes in prop::collection::vec(1usize..9, 1..5),
    ) {
        let strategy = if any_case { Matching::CaseInsensitive } else { Matching::Exact };
        let names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        let restorer = Restorer::new(names, strategy).unwrap();
        let whole = restorer.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap();
        prop_assert_eq!(&followed(&restorer, [&*text]).0, &whole, "in one piece");
        let one_by_one = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
        prop_assert_eq!(&followed(&restorer, one_by_one).0, &whole, "character by character");
        prop_assert_eq!(&followed(&restorer, cut(&text, &sizes)).0, &whole, "in pieces");
    }
}

/// A text in pieces of `sizes` characters, over and over.
fn cut<'a>(text: &'a str, sizes: &'a [usize]) -> impl Iterator<Item = &'a str> {
    let mut sizes = sizes.iter().cycle();
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(*sizes.next()?).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What may happen to a vault between two texts.
#[derive(Clone, Debug)]
enum Change {
    Added(Vec<&'static str>),
    /// Each entry whose turn it is, counted modulo the entries there are.
    Removed(Vec<usize>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let added = prop::collection::vec(prop::sample::select(NESTED), 0..12).prop_map(Change::Added);
    let removed = prop::collection::vec(0usize..64, 0..3).prop_map(Change::Removed);
    prop::collection::vec(prop_oneof![3 => added, 1 => removed], 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn a_vault_that_changed_is_restored_as_if_it_had_been_compiled_at_once(
        text in nested_text(),
        changes in changes(),
        strategy in prop::sample::select(
            vec![Matching::Exact, Matching::CaseInsensitive, Matching::CombinedExactFuzzy]
        ),
        sizes in prop::collection::vec(1usize..9, 1..5),
    ) {
        let mut names: Vec<Box<str>> = Vec::new();
        let mut renewed = Restorer::new(Vec::new(), strategy).unwrap();
        for change in changes {
            match change {
                Change::Added(more) => names.extend(more.into_iter().map(Box::<str>::from)),
                Change::Removed(which) => which.into_iter().for_each(|which| {
                    if let Some(at) = which.checked_rem(names.len()) {
                        names.remove(at);
                    }
                }),
            }
            renewed = renewed.renewed(names.clone()).unwrap();
            prop_assert!(renewed.placeholders().eq(&names));
        }
        let at_once = Restorer::new(names, strategy).unwrap();
        prop_assert_eq!(renewed.follows(), at_once.follows());
        let whole = at_once.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap();
        prop_assert_eq!(&renewed.find(&Text::from(text.as_str()), Interrupt::NEVER).unwrap(), &whole);
        if renewed.follows() {
            let (found, kept) = followed(&renewed, cut(&text, &sizes));
            prop_assert_eq!(&found, &whole);
            prop_assert_eq!(kept, followed(&at_once, cut(&text, &sizes)).1);
        }
    }
}

#[test]
fn only_what_may_begin_a_placeholder_is_kept() {
    let names = VAULT.iter().map(|(name, _)| (*name).into()).collect();
    let restorer = Restorer::new(names, Matching::Exact).unwrap();
    let text = "It was [REDACTED_PERSON_1] who met [the] REDACTED and %5BREDACTED_PERSON_2%5D in Oslo. ";
    let pieces: Vec<&str> = (0..2_000).flat_map(|_| [&text[..9], &text[9..41], &text[41..]]).collect();
    let (found, kept) = followed(&restorer, pieces);
    assert_eq!(found.len(), 2_000);
    // The longest way to write one, and the character before it.
    let longest = percent_encode("[REDACTED_EMAIL_ADDRESS_1]").len() + 4;
    assert!(kept.iter().all(|bytes| *bytes <= longest), "{:?}", kept.iter().max());
    assert_eq!(followed(&restorer, ["a [REDACTED_PERSON_1]", " b"]).1[0], 4);
}

#[test]
fn what_cannot_be_followed_says_so() {
    let follows = |name: &str, strategy| Restorer::new(vec![name.into()], strategy).unwrap().follows();
    assert!(follows("Ada", Matching::Exact) && follows("Ada", Matching::CaseInsensitive));
    assert!(!follows("Ada", Matching::Fuzzy) && !follows("Ada", Matching::CombinedExactFuzzy));
    assert!(!follows(&"Ada".repeat(4_096), Matching::Exact));
}
