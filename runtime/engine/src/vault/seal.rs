//! Encryption of what leaves the process: XChaCha20-Poly1305 (RFC 8439 with the extended nonce of
//! draft-irtf-cfrg-xchacha), under keys that the caller supplies and may rotate.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::VaultError;

/// Length of a key in bytes.
pub const KEY_BYTES: usize = 32;

/// Length of the random nonce before every sealed text. 192 bits, so that random ones never meet.
const NONCE_BYTES: usize = 24;

/// Bytes that sealing adds: nonce and tag.
pub const SEAL_OVERHEAD: usize = NONCE_BYTES + 16;

/// Most keys in a ring: opening tries one after the other.
pub const MAX_KEYS: usize = 8;

/// Keys: the first seals, all of them open. To rotate, put the new key first, seal everything anew, and
/// then leave the old one out. The ciphers wipe their keys when they are dropped.
pub struct KeyRing {
    ciphers: Vec<XChaCha20Poly1305>,
}

impl KeyRing {
    /// A ring of one to [`MAX_KEYS`] keys, or nothing if there are fewer or more.
    pub fn new(keys: &[Zeroizing<[u8; KEY_BYTES]>]) -> Option<Self> {
        let ciphers = keys.iter().map(|key| XChaCha20Poly1305::new(&Key::from(**key))).collect();
        (1..=MAX_KEYS).contains(&keys.len()).then_some(Self { ciphers })
    }

    /// Seals a text together with `context`, which is not kept but must be the same when it is opened: so
    /// what was sealed for one place cannot be put into another.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Refused("no randomness from the system"))?;
        let payload = Payload { msg: plain, aad: context };
        let sealed =
            self.ciphers[0].encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Sealed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// What [`Self::seal`] was given. [`VaultError::Sealed`] if no key of the ring fits, the context is another, or a bit
    /// was changed.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Sealed)?;
        let nonce = XNonce::from(*nonce);
        let open = |cipher: &XChaCha20Poly1305| cipher.decrypt(&nonce, Payload { msg: sealed, aad: context });
        let opened = self.ciphers.iter().find_map(|cipher| open(cipher).ok());
        opened.map(Zeroizing::new).ok_or(VaultError::Sealed)
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
