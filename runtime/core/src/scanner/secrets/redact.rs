//! What takes the place of a secret: llm-guard's three modes.

use serde::Deserialize;

use super::hash::md5_hex;

/// How secrets are redacted; llm-guard's `redact_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RedactMode {
    /// Six asterisks.
    All,
    /// The first and the last two characters, two dots between: four characters of the secret stay.
    Partial,
    /// The MD5 of the secret in hexadecimal. It has no salt, so a guess can be verified.
    Hash,
}

impl RedactMode {
    /// What takes the place of `value`.
    pub fn redact(self, value: &str) -> String {
        match self {
            Self::All => "******".to_owned(),
            Self::Partial => {
                let count = value.chars().count();
                let first: String = value.chars().take(2).collect();
                let last: String = value.chars().skip(count.saturating_sub(2)).collect();
                format!("{first}..{last}")
            }
            Self::Hash => md5_hex(value.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_llm_guard_does() {
        assert_eq!(RedactMode::All.redact("ab"), "******");
        assert_eq!(RedactMode::Partial.redact("größe"), "gr..ße");
        assert_eq!(RedactMode::Partial.redact("a"), "a..a");
        assert_eq!(RedactMode::Hash.redact("abc"), "900150983cd24fb0d6963f7d28e17f72");
    }
}
