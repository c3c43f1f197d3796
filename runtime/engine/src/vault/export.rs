//! A vault as bytes to keep elsewhere: sealed, with its entries in order.

use super::codec::{self, Numbers};
use super::{KeyRing, VaultEntry, VaultError};

/// What every export begins with; the last digit is the format.
const MAGIC: &[u8] = b"pyshield vault 1\n";

/// What the seal is bound to, so that nothing sealed for another purpose passes for an export.
const CONTEXT: &[u8] = b"pyshield vault export 1\0";

/// All that comes back with an export: a vault's entries, and the last number that each label was given.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub(super) entries: Vec<VaultEntry>,
    pub(super) numbers: Numbers,
}

/// Seals them with the first of the keys.
pub fn export(exported: &Exported, keys: &KeyRing) -> Result<Vec<u8>, VaultError> {
    let sealed = keys.seal(&codec::encode(&exported.entries, &exported.numbers)?, CONTEXT)?;
    Ok([MAGIC, &sealed].concat())
}

/// What was exported; [`VaultError::Sealed`] if it is none, was altered or opens with none of the keys.
pub fn import(bytes: &[u8], keys: &KeyRing) -> Result<Exported, VaultError> {
    let sealed = bytes.strip_prefix(MAGIC).ok_or(VaultError::Sealed)?;
    let (entries, numbers) = codec::decode(&keys.open(sealed, CONTEXT)?)?;
    Ok(Exported { entries, numbers })
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn ring(key: u8) -> KeyRing {
        KeyRing::new(&[Zeroizing::new([key; 32])]).unwrap()
    }

    #[test]
    fn what_was_exported_comes_back_with_its_key_alone() {
        let entries =
            vec![VaultEntry::new("[A]", "hunter2"), VaultEntry::new("[B]", ""), VaultEntry::new("[A]", "é")];
        let entries = Exported { entries, numbers: vec![("A".into(), 7)] };
        let bytes = export(&entries, &ring(1)).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(import(&bytes, &ring(1)).unwrap(), entries);
        assert_eq!(import(&bytes, &ring(2)), Err(VaultError::Sealed));
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert_eq!(import(&altered, &ring(1)), Err(VaultError::Sealed));
            assert_eq!(import(&bytes[..at], &ring(1)), Err(VaultError::Sealed));
        }
        let nothing = Exported::default();
        assert_eq!(import(&export(&nothing, &ring(1)).unwrap(), &ring(1)).unwrap(), nothing);
    }
}
