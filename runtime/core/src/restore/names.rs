//! What placeholders name, and whether one that is written wrong may name something else.
//!
//! `[REDACTED_ES_NIE_1]` is one error away from `[REDACTED_ES_NIF_1]`, and another number. So what has errors counts
//! only as the name that it is nearest to, of all that there are: the entities, and what a vault's placeholders name.
//! The signs between the words of a name are no part of it.

use std::sync::LazyLock;

use super::fuzzy::opens;
use crate::entity::entities;

/// What the letters of a placeholder begin with.
const STEM: &str = "redacted";

/// The letters of each entity's name.
static ENTITIES: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| entities().into_iter().map(letters).collect());

/// The letters of a name, in lower case.
fn letters(name: &str) -> Vec<char> {
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    name.chars().filter(|c| c.is_alphanumeric()).map(lower).collect()
}

/// What a placeholder says before its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    letters: Vec<char>,
    /// How many of them come before the name of the entity.
    before: usize,
}

impl Name {
    /// What a placeholder that ends with a number names.
    pub(super) fn numbered(placeholder: &str) -> Option<Self> {
        let core = placeholder.trim_end_matches(|c: char| !c.is_alphanumeric());
        let stem = core.trim_end_matches(|c: char| c.is_ascii_digit());
        if stem.len() < core.len() { Self::new(stem) } else { None }
    }

    /// `None` for what is no placeholder by its looks: what was made up may end with a number too.
    pub(super) fn new(stem: &str) -> Option<Self> {
        if !(stem.starts_with(opens) || stem.ends_with('_')) || !stem.contains(char::is_alphabetic) {
            return None;
        }
        let letters = letters(stem);
        let entity = ENTITIES.iter().filter(|entity| letters.ends_with(entity)).map(Vec::len).max();
        let stem = letters.iter().copied().take(STEM.len()).eq(STEM.chars());
        let before = entity.map_or(if stem { STEM.len() } else { 0 }, |length| letters.len() - length);
        Some(Self { letters, before })
    }
}

/// All that the placeholders of a vault name.
pub(super) struct Names {
    /// Each once, the shorter first.
    known: Vec<Vec<char>>,
}

impl Names {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a Name>) -> Self {
        let mut known: Vec<Vec<char>> = names.map(|name| name.letters.clone()).collect();
        known.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        known.dedup();
        Self { known }
    }

    /// Whether what is written is nearer to `name` than to anything else. Takes its steps from the `budget`; `None` if
    /// there are not as many.
    pub(super) fn is_nearest(&self, name: &Name, written: &str, budget: &mut usize) -> Option<bool> {
        let written = letters(written);
        let errors = Distance::new(&written, &[]).to(&name.letters, usize::MAX, budget)?;
        if errors == 0 {
            return Some(true);
        }
        let near = |length: usize| length.abs_diff(written.len()) <= errors;
        let mut distance = Distance::new(&written, &[]);
        let first = self.known.partition_point(|other| other.len() + errors < written.len());
        let known = self.known.get(first..).unwrap_or_default();
        for other in known.iter().take_while(|other| near(other.len())) {
            if *other != name.letters && distance.to(other, errors, budget)? <= errors {
                return Some(false);
            }
        }
        let stem: Vec<char> = STEM.chars().collect();
        let before = name.letters.get(..name.before).unwrap_or_default();
        let others = [before, &stem].into_iter().take(1 + usize::from(before != stem));
        for before in others {
            let mut distance = Distance::new(&written, before);
            for entity in ENTITIES.iter().filter(|entity| near(before.len() + entity.len())) {
                let own = name.letters.strip_prefix(before) == Some(entity);
                if !own && distance.to(entity, errors, budget)? <= errors {
                    return Some(false);
                }
            }
        }
        Some(true)
    }
}

/// Compares what is written with names that have their beginning in common.
struct Distance<'a> {
    written: &'a [char],
    /// By place in what is written: the errors up to there, after the beginning and after what is compared.
    begun: Vec<usize>,
    row: Vec<usize>,
}

impl<'a> Distance<'a> {
    fn new(written: &'a [char], beginning: &[char]) -> Self {
        let mut begun: Vec<usize> = (0..=written.len()).collect();
        for c in beginning {
            step(written, &mut begun, *c);
        }
        Self { written, row: begun.clone(), begun }
    }

    /// How many errors there are, or some number of more than `most`; nothing if the budget is too small.
    fn to(&mut self, rest: &[char], most: usize, budget: &mut usize) -> Option<usize> {
        self.row.copy_from_slice(&self.begun);
        for c in rest {
            *budget = budget.checked_sub(self.row.len())?;
            step(self.written, &mut self.row, *c);
            if self.row.iter().all(|errors| *errors > most) {
                break;
            }
        }
        self.row.last().copied()
    }
}

/// Levenshtein's distance, one character of the name further.
fn step(written: &[char], row: &mut [usize], c: char) {
    let (mut diagonal, mut left) = (row[0], row[0] + 1);
    row[0] = left;
    for (above, w) in row.iter_mut().skip(1).zip(written) {
        let next = (diagonal + usize::from(*w != c)).min(*above + 1).min(left + 1);
        (diagonal, left, *above) = (*above, next, next);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::super::{Matching, Restorer};
    use super::*;
    use crate::{Interrupt, Text};

    const TYPED: [Matching; 2] = [Matching::Fuzzy, Matching::CombinedExactFuzzy];

    /// The placeholders that are found, in order.
    fn found(vault: &[&str], text: &str, strategy: Matching) -> Vec<String> {
        let restorer = Restorer::new(vault.iter().map(|one| (*one).into()).collect(), strategy).unwrap();
        let found = restorer.find(&Text::from(text), Interrupt::NEVER).unwrap();
        found.iter().map(|one| vault[one.index].to_owned()).collect()
    }

    #[test]
    fn another_entitys_placeholder_is_no_typing_error() {
        let vault = &[
            "[REDACTED_US_SSN_RE_1]",
            "[REDACTED_ES_NIF_1]",
            "[REDACTED_ADDRESS_1]",
            "[REDACTED_URL_RE_1]",
            "[REDACTED_VERBATIM_ES_NIF_1]",
            "[REDACTED_STAFF_ID_2]",
            "[REDACTED_STAFF_IP_1]",
            "<AU_ABN_1>",
            "MAC_ADDRESS_1",
            "[A_1]",
            "[B_2]",
        ];
        for strategy in TYPED {
            for text in [
                "[REDACTED_US_SSN_1]",
                "[REDACTED US-SSN 1]",
                "[REDACTD_US_SSN_1]",
                "[REDACTED_ES_NIE_1]",
                "<redacted_es_nie_1>",
                "[REDACTED_ES_NNIE_1]",
                // As near to one as to the other.
                "[REDACTED_ES_NI_1]",
                "[REDACTED_IP_ADDRESS_1]",
                "[REDACTED_URL_1]",
                "[REDACTED_VERBATIM_ES_NIE_1]",
                // What the vault has too, with other numbers.
                "[REDACTED_STAFF_ID_1]",
                "[REDACTED_STAFF_IP_2]",
                "<AU_ACN_1>",
                "IP_ADDRESS_1",
                "[B_1]",
            ] {
                assert!(found(vault, text, strategy).is_empty(), "{text} {:?}", found(vault, text, strategy));
            }
            for (text, placeholder) in [
                ("[REDACTD_US_SSN_RE_1]", 0),
                ("[REDACTED US_SSN-RE_1]", 0),
                ("[REDACTED_ES_NNIF_1]", 1),
                ("[REDACTED_ADRESS_1]", 2),
                ("[RÉDACTED_URL_RE_1]", 3),
                ("[REDACTED_VERBATM_ES_NIF_1]", 4),
                ("[REDACTED_STAF_ID_2]", 5),
                ("<AU-ABN_1>", 7),
                ("MAC ADRESS_1", 8),
                ("<A_1]", 9),
            ] {
                assert_eq!(found(vault, text, strategy), [vault[placeholder]], "{text}");
            }
        }
    }

    #[test]
    fn a_number_that_goes_on_is_another() {
        let vault = &["[REDACTED_PERSON_1]", "[A_1]"];
        for strategy in TYPED {
            for text in [
                "[REDACTED_PERSON_1 0]",
                "[REDACTED_PERSON_1  0]",
                "[REDACTED_PERSON_1\u{a0}0]",
                "[REDACTED_PERSON_1\u{200b}0]",
                "[REDACTED_PERSON_1*0*]",
                "[REDACTED_PERSON_1_0]",
                "[REDACTED_PERSON_1-2]",
                "[REDACTED_PERSON_1,2]",
                "[REDACTED_PERSON_1.5]",
                "REDACTED_PERSON_1 0",
                "[A_1 0]",
                "[A_1_0]",
            ] {
                assert!(found(vault, text, strategy).is_empty(), "{text}");
            }
            for text in [
                "[REDACTED PERSON_1] 2",
                "[REDACTD_PERSON_1]2 ",
                "REDACTED_PERSON_1\n2. x",
                "REDACTED_PERSON_1. 2 days",
                "[REDACTED_PERSON_1 ] 0",
                "{A_1] 0",
            ] {
                assert_eq!(found(vault, text, strategy).len(), 1, "{text}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn what_names_an_entity_is_never_anothers(
            (mine, theirs) in (prop::sample::select(entities()), prop::sample::select(entities())),
            around in prop::sample::select(vec!["[REDACTED_¤_1]", "[REDACTD_¤_1]", "<¤_1>", "(redacted ¤-1)", "¤_1"]),
            strategy in prop::sample::select(TYPED.to_vec()),
        ) {
            let plain = format!("[REDACTED_{mine}_1]");
            let bare = format!("<{mine}_1>");
            let all = found(&[&plain, &bare], &around.replace('¤', theirs), strategy);
            prop_assert!(mine == theirs || all.is_empty(), "{mine} {theirs} {all:?}");
        }

        #[test]
        fn distances_are_levenshteins(written in "[abc]{0,8}", name in "[abc]{0,8}", cut in 0_usize..9, most in 0_usize..9) {
            let (written, name) = (letters(&written), letters(&name));
            let mut table: HashMap<(usize, usize), usize> = HashMap::new();
            for (i, j) in (0..=written.len()).flat_map(|i| (0..=name.len()).map(move |j| (i, j))) {
                let least = if i == 0 || j == 0 { i + j } else {
                    let wrong = usize::from(written[i - 1] != name[j - 1]);
                    (table[&(i - 1, j - 1)] + wrong).min(table[&(i - 1, j)] + 1).min(table[&(i, j - 1)] + 1)
                };
                table.insert((i, j), least);
            }
            let wanted = table[&(written.len(), name.len())];
            let (beginning, rest) = name.split_at(cut.min(name.len()));
            let mut distance = Distance::new(&written, beginning);
            for _ in 0..2 {
                let errors = distance.to(rest, most, &mut 1_000).unwrap();
                prop_assert!(errors == wanted || errors > most && wanted > most);
            }
            prop_assert_eq!(distance.to(&name, most, &mut 0).is_some(), name.is_empty());
        }
    }
}
