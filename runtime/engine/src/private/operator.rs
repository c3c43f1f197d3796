//! What is put in the place of a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyshield_core::{ConfigError, ScannerError};
use serde::Deserialize;

use super::seal::{Key, Sealer};

/// What is put in the place of a value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Operator {
    /// `[REDACTED_EMAIL_ADDRESS_1]`; the vault knows what it stands for.
    Placeholder,
    /// A made-up value of the same kind; the vault knows what it stands for.
    Fake,
    /// A sign for every letter and digit. Cannot be undone.
    Mask {
        /// The sign.
        character: char,
    },
    /// As [`Operator::Mask`], but for the last letters and digits. Cannot be undone.
    Partial {
        /// The sign.
        character: char,
        /// How many letters and digits stay, of at least twice as many.
        visible: usize,
    },
    /// `[HASH_EMAIL_ADDRESS_…]`: a keyed hash, the same in all sessions with the key. Cannot be undone.
    Hash,
    /// `[ENCRYPTED_EMAIL_ADDRESS_…]`: whoever has the key can read it, without a vault.
    Encrypt,
    /// The value itself; it is only reported.
    Keep,
}

impl Operator {
    /// Whether the vault says what stands for the value.
    pub(super) const fn claims(&self) -> bool {
        matches!(self, Self::Placeholder | Self::Fake)
    }
}

/// Which operator each entity has.
#[derive(Debug)]
pub(super) struct Operators {
    default: Operator,
    by_entity: BTreeMap<String, Operator>,
    sealer: Option<Sealer>,
}

impl Operators {
    pub(super) fn new(
        scanner: &'static str,
        default: Operator,
        by_entity: BTreeMap<String, Operator>,
        key: Option<Key>,
    ) -> Result<Self, ConfigError> {
        let keyed = |operator: &Operator| matches!(operator, Operator::Hash | Operator::Encrypt);
        let sealer = key.map(|key| Sealer::new(&key));
        if sealer.is_none() && (keyed(&default) || by_entity.values().any(keyed)) {
            return Err(ConfigError::new(scanner, "key", "the operators hash and encrypt need one"));
        }
        Ok(Self { default, by_entity, sealer })
    }

    /// Whether anything is made up.
    pub(super) fn any_fake(&self) -> bool {
        self.default == Operator::Fake || self.by_entity.values().any(|operator| *operator == Operator::Fake)
    }

    pub(super) fn of(&self, label: &str) -> &Operator {
        self.by_entity.get(label).unwrap_or(&self.default)
    }

    /// What `operator`, one that needs no vault, makes of a value; `None` to leave it.
    pub(super) fn apply(
        &self,
        operator: &Operator,
        label: &str,
        value: &str,
    ) -> Result<Option<Arc<str>>, ScannerError> {
        let sealer = || self.sealer.as_ref().ok_or_else(|| ScannerError::Failed("there is no key".into()));
        Ok(match operator {
            Operator::Keep | Operator::Placeholder | Operator::Fake => None,
            Operator::Mask { character } => Some(mask(value, *character, 0).into()),
            Operator::Partial { character, visible } => Some(mask(value, *character, *visible).into()),
            Operator::Hash => Some(sealer()?.hash(label, value).into()),
            Operator::Encrypt => Some(sealer()?.encrypt(label, value)?.into()),
        })
    }
}

/// The value with `character` for every letter and digit but the last `visible`. Of a value with fewer than
/// twice as many nothing stays visible.
fn mask(value: &str, character: char, visible: usize) -> String {
    let letters = value.chars().filter(|c| c.is_alphanumeric()).count();
    let hidden = if letters / 2 < visible { letters } else { letters - visible };
    let mut seen = 0;
    let masked = value.chars().map(|c| {
        if !c.is_alphanumeric() {
            return c;
        }
        seen += 1;
        if seen <= hidden { character } else { c }
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn masks_keep_the_shape() {
        assert_eq!(mask("4111-1111-1111-1234", '*', 4), "****-****-****-1234");
        assert_eq!(mask("a@b.org", '#', 0), "#@#.###");
        assert_eq!(mask("1234567", '*', 4), "*******");
        assert_eq!(mask("12345678", '*', 4), "****5678");
        assert_eq!(mask("1234", '*', usize::MAX / 2 + 1), "****");
        assert_eq!(mask("", '*', 4), "");
    }
}
