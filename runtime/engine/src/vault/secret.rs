//! Text that is never shown and is wiped from memory when the last holder drops it.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use zeroize::Zeroizing;

/// A shared text whose `Debug` says nothing and whose memory is zeroed when its last clone is dropped.
/// Cloning is a reference count.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Arc<Zeroizing<String>>);

impl SecretText {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    /// Takes the string's own memory: no second copy is left behind.
    fn from(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Borrow<str> for SecretText {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl Hash for SecretText {
    /// As `str`, which [`Borrow`] requires.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

/// A placeholder and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultEntry {
    /// What stands in the redacted text: `[REDACTED_PERSON_1]`.
    pub placeholder: SecretText,
    /// What was there.
    pub value: SecretText,
}

impl VaultEntry {
    /// An entry.
    pub fn new(placeholder: impl Into<SecretText>, value: impl Into<SecretText>) -> Self {
        Self { placeholder: placeholder.into(), value: value.into() }
    }

    /// What the entry counts for in [`super::VaultLimits`].
    pub(super) fn bytes(&self) -> usize {
        let texts = self.placeholder.as_str().len().saturating_add(self.value.as_str().len());
        texts.saturating_add(super::ENTRY_OVERHEAD)
    }
}
