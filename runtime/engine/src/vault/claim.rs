//! Placeholders for values: the same one for the same value, a new one for a new value.

use std::collections::BTreeSet;

use super::{Room, SecretText, VaultEntry, VaultError, VaultState};

/// What the label of a value begins with that comes back as it is.
pub(crate) const VERBATIM: &str = "VERBATIM_";

/// A value that is about to be taken out of a text.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What it is: `EMAIL_ADDRESS`.
    pub label: Box<str>,
    /// The value.
    pub value: SecretText,
    /// What may stand for it, best first; without any that is free, `[REDACTED_{label}_{n}]` does.
    pub stand_ins: Vec<SecretText>,
    /// Whether it has to be something in brackets, which is not mistaken for a word wherever it stands.
    pub bracketed: bool,
    /// Whether it has to be something that comes back as it is, even into a literal that it breaks: it stood in one.
    pub verbatim: bool,
    /// Whether it is a claim only if the vault holds the value already.
    pub if_known: bool,
}

/// Whether a placeholder is one by its looks.
pub(super) fn is_bracketed(placeholder: &str) -> bool {
    placeholder.starts_with('[') && placeholder.ends_with(']')
}

/// Whether what is written in some way is a placeholder, or a ciphertext, of what comes back as it is.
pub(crate) fn is_verbatim(placeholder: &str) -> bool {
    let mark = VERBATIM.trim_end_matches('_').as_bytes();
    placeholder.as_bytes().windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark))
}

impl Claim {
    /// Whether a placeholder for the value is one for this claim.
    pub(super) fn fits(&self, placeholder: &str) -> bool {
        is_verbatim(placeholder) == self.verbatim && (!self.bracketed || is_bracketed(placeholder))
    }
}

impl VaultState {
    /// What stands for each value, in order; nothing if that is to be known and is not. A value that is in the vault keeps what stands for it; the
    /// others get the first of their stand-ins that is not in the vault, or else the next number that is neither in the
    /// vault nor `taken`, and are added: all of them, or on [`VaultError::Full`] none.
    pub fn claim(
        &mut self,
        claims: Vec<Claim>,
        taken: &BTreeSet<u64>,
        room: &Room,
    ) -> Result<Vec<Option<SecretText>>, VaultError> {
        let mut given: Vec<Option<SecretText>> = Vec::with_capacity(claims.len());
        let mut fresh = VaultState::default();
        // Numbers are given for good only once all of it fits.
        let mut numbers = self.numbers.clone();
        for claim in claims {
            let value = claim.value.as_str();
            if claim.if_known && [&*self, &fresh].iter().all(|state| state.placeholder_of(value).is_none()) {
                given.push(None);
                continue;
            }
            if let Some(known) = self.given_for(&claim).or_else(|| fresh.given_for(&claim)) {
                given.push(Some(known.clone()));
                continue;
            }
            let free = |text: &str| !self.placeholder_exists(text) && !fresh.placeholder_exists(text);
            // What is somebody's own is made up for nobody else.
            let own = |text: &str| [&*self, &fresh].iter().any(|state| state.placeholder_of(text).is_some());
            let usable = |stand_in: &&SecretText| free(stand_in.as_str()) && !own(stand_in.as_str());
            let stand_in = claim.stand_ins.iter().find(usable).cloned();
            let placeholder = stand_in.unwrap_or_else(|| {
                let number = numbers.entry(claim.label.clone()).or_insert(0);
                *number = self.floor.max(*number);
                loop {
                    *number += 1;
                    let placeholder = format!("[REDACTED_{}_{number}]", claim.label);
                    if !taken.contains(number) && !self.reserved.contains(number) && free(&placeholder) {
                        return SecretText::from(placeholder);
                    }
                }
            });
            given.push(Some(placeholder.clone()));
            fresh.push(VaultEntry { placeholder, value: claim.value });
        }
        if !fresh.is_empty() {
            self.extend(fresh.into_entries(), room)?;
        }
        self.numbers = numbers;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{VaultLimits, VaultOptions, Vaults};
    use super::*;

    fn claim(label: &str, value: &str) -> Claim {
        Claim {
            label: label.into(),
            value: value.into(),
            stand_ins: Vec::new(),
            bracketed: false,
            verbatim: false,
            if_known: false,
        }
    }

    fn claimed(
        vaults: &mut Vaults,
        id: super::super::VaultId,
        claims: Vec<Claim>,
        taken: &[u64],
    ) -> Vec<String> {
        let taken = taken.iter().copied().collect();
        let given = vaults.with(id, 0, |state, room| state.claim(claims, &taken, room)).unwrap();
        given.iter().map(|text| text.as_ref().unwrap().as_str().to_owned()).collect()
    }

    #[test]
    fn the_same_value_keeps_its_placeholder_and_numbers_never_come_again() {
        let mut vaults = Vaults::new(VaultLimits::default());
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        let first = claimed(
            &mut vaults,
            id,
            vec![claim("A", "x"), claim("A", "y"), claim("B", "z"), claim("A", "x")],
            &[],
        );
        assert_eq!(first, ["[REDACTED_A_1]", "[REDACTED_A_2]", "[REDACTED_B_1]", "[REDACTED_A_1]"]);
        vaults.with(id, 0, |state, _| state.remove(&VaultEntry::new("[REDACTED_A_2]", "y"))).unwrap();
        let second = claimed(&mut vaults, id, vec![claim("A", "y"), claim("A", "x")], &[3]);
        assert_eq!(second, ["[REDACTED_A_4]", "[REDACTED_A_1]"]);
    }

    #[test]
    fn stand_ins_are_used_where_they_are_free() {
        let mut vaults = Vaults::new(VaultLimits::default());
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        let with = |value: &str| Claim { stand_ins: vec!["Ann".into(), "Bob".into()], ..claim("P", value) };
        let given = claimed(&mut vaults, id, vec![with("x"), with("y"), with("z")], &[1]);
        assert_eq!(given, ["Ann", "Bob", "[REDACTED_P_2]"]);
        // Where a word would not be known again, the value has something in brackets, too.
        let bracketed = |value: &str| Claim { bracketed: true, ..with(value) };
        let bracketed = |value: &str| Claim { stand_ins: Vec::new(), ..bracketed(value) };
        let again = vec![bracketed("x"), with("x"), bracketed("x"), bracketed("z")];
        let given = claimed(&mut vaults, id, again, &[]);
        assert_eq!(given, ["[REDACTED_P_3]", "Ann", "[REDACTED_P_3]", "[REDACTED_P_2]"]);
        vaults.with(id, 0, |state, _| state.remove(&VaultEntry::new("[REDACTED_P_3]", "x"))).unwrap();
        assert_eq!(claimed(&mut vaults, id, vec![bracketed("x"), with("x")], &[]), ["[REDACTED_P_4]", "Ann"]);
        vaults.with(id, 0, |state, _| state.remove(&VaultEntry::new("Ann", "x"))).unwrap();
        assert_eq!(claimed(&mut vaults, id, vec![with("x")], &[]), ["[REDACTED_P_4]"]);
    }

    #[test]
    fn what_comes_back_as_it_is_has_a_placeholder_of_its_own() {
        let mut vaults = Vaults::new(VaultLimits::default());
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        let verbatim =
            |value: &str| Claim { label: "VERBATIM_A".into(), verbatim: true, ..claim("VERBATIM_A", value) };
        let both = vec![verbatim("x"), claim("A", "x"), verbatim("x"), claim("A", "x")];
        let names = ["[REDACTED_VERBATIM_A_1]", "[REDACTED_A_1]"];
        let given = claimed(&mut vaults, id, both.clone(), &[]);
        assert_eq!(given, [names, names].concat());
        assert_eq!(claimed(&mut vaults, id, both, &[]), given);
        let known = Claim { if_known: true, ..verbatim("x") };
        assert_eq!(claimed(&mut vaults, id, vec![known], &[]), names[..1]);
        vaults.with(id, 0, |state, _| state.remove(&VaultEntry::new(names[0], "x"))).unwrap();
        let again = vec![verbatim("x"), claim("A", "x")];
        assert_eq!(claimed(&mut vaults, id, again, &[]), ["[REDACTED_VERBATIM_A_2]", "[REDACTED_A_1]"]);
        for name in [names[0], r"\[REDACTED\_VERBATIM\_A\_1\]", "%5bredacted_verbatim_a_1%5d"] {
            assert!(is_verbatim(name), "{name}");
        }
    }

    #[test]
    fn what_is_only_looked_up_is_not_added() {
        let mut vaults = Vaults::new(VaultLimits::default());
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        let known = |value: &str| Claim { if_known: true, ..claim("A", value) };
        let claims = vec![known("x"), claim("A", "y"), known("y"), Claim { bracketed: true, ..known("z") }];
        let given = vaults.with(id, 0, |state, room| state.claim(claims, &BTreeSet::new(), room)).unwrap();
        let given: Vec<_> = given.iter().map(|given| given.as_ref().map(SecretText::as_str)).collect();
        assert_eq!(given, [None, Some("[REDACTED_A_1]"), Some("[REDACTED_A_1]"), None]);
        assert_eq!(vaults.with(id, 0, |state, _| Ok(state.len())).unwrap(), 1);
    }

    #[test]
    fn a_full_vault_is_left_as_it_was() {
        let mut vaults = Vaults::new(VaultLimits { max_entries: 1, ..VaultLimits::default() });
        let id = vaults.create(VaultOptions::default(), 0).unwrap();
        let both = vec![claim("A", "x"), claim("A", "y")];
        let refused = vaults.with(id, 0, |state, room| state.claim(both, &BTreeSet::new(), room));
        assert_eq!(refused.unwrap_err(), VaultError::Full { what: "entries", limit: 1 });
        assert_eq!(claimed(&mut vaults, id, vec![claim("A", "y")], &[]), ["[REDACTED_A_1]"]);
    }
}
