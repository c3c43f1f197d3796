//! Encryption of what leaves the process, under keys that the caller supplies and may rotate.

use std::fmt;

use zeroize::Zeroizing;

use super::VaultError;
use crate::aead::{self, Cipher, NONCE_BYTES};

/// Length of a key in bytes.
pub const KEY_BYTES: usize = aead::KEY_BYTES;

/// Bytes that sealing adds: nonce and tag.
pub const SEAL_OVERHEAD: usize = aead::OVERHEAD;

/// Most keys in a ring: opening tries one after the other.
pub const MAX_KEYS: usize = 8;

/// Keys: the first seals, all of them open. To rotate, put the new key first, seal everything anew, and
/// then leave the old one out. The ciphers wipe their keys when they are dropped.
pub struct KeyRing {
    ciphers: Vec<Cipher>,
}

impl KeyRing {
    /// A ring of one to [`MAX_KEYS`] keys, or nothing if there are fewer or more.
    pub fn new(keys: &[Zeroizing<[u8; KEY_BYTES]>]) -> Option<Self> {
        let ciphers = keys.iter().map(|key| Cipher::new(key)).collect();
        (1..=MAX_KEYS).contains(&keys.len()).then_some(Self { ciphers })
    }

    /// Seals a text together with `context`, which is not kept but must be the same when it is opened: so
    /// what was sealed for one place cannot be put into another. The nonce is random.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Refused("no randomness from the system"))?;
        self.ciphers[0].seal(nonce, plain, context).ok_or(VaultError::Sealed)
    }

    /// What [`Self::seal`] was given. [`VaultError::Sealed`] if no key of the ring fits, the context is another, or a bit
    /// was changed.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.ciphers.iter().find_map(|cipher| cipher.open(sealed, context)).ok_or(VaultError::Sealed)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({})", self.ciphers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: &[u8]) -> KeyRing {
        KeyRing::new(&keys.iter().map(|&key| Zeroizing::new([key; KEY_BYTES])).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_own_place_only() {
        let sealed = ring(&[1]).seal(b"secret", b"here").unwrap();
        assert_eq!(sealed.len(), 6 + SEAL_OVERHEAD);
        assert_eq!(*ring(&[1]).open(&sealed, b"here").unwrap(), b"secret");
        assert_eq!(ring(&[1]).open(&sealed, b"there").unwrap_err(), VaultError::Sealed);
        assert_eq!(ring(&[2]).open(&sealed, b"here").unwrap_err(), VaultError::Sealed);
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(ring(&[1]).open(&altered, b"here").unwrap_err(), VaultError::Sealed);
            assert_eq!(ring(&[1]).open(&sealed[..at], b"here").unwrap_err(), VaultError::Sealed);
        }
    }

    #[test]
    fn an_older_key_still_opens() {
        let old = ring(&[1]).seal(b"secret", b"").unwrap();
        let new = ring(&[2, 1]).seal(b"secret", b"").unwrap();
        assert_eq!(*ring(&[2, 1]).open(&old, b"").unwrap(), b"secret");
        assert_eq!(*ring(&[2]).open(&new, b"").unwrap(), b"secret");
        assert!(ring(&[2]).open(&old, b"").is_err());
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same() {
        assert_ne!(ring(&[1]).seal(b"secret", b"").unwrap(), ring(&[1]).seal(b"secret", b"").unwrap());
    }

    #[test]
    fn a_ring_needs_a_key_and_not_too_many() {
        assert!(KeyRing::new(&[]).is_none());
        assert!(KeyRing::new(&vec![Zeroizing::new([0; KEY_BYTES]); MAX_KEYS + 1]).is_none());
    }
}
