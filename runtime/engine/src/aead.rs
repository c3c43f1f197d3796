//! The one cipher for everything that is sealed: XChaCha20-Poly1305 (RFC 8439 with the extended nonce of
//! draft-irtf-cfrg-xchacha). A nonce of 192 bits may be drawn at random, or be a keyed hash, and none comes twice.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Length of a key in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// Length of the nonce before every sealed text.
pub(crate) const NONCE_BYTES: usize = 24;

/// Bytes that sealing adds: nonce and tag.
pub(crate) const OVERHEAD: usize = NONCE_BYTES + 16;

/// A key, ready to seal and to open; wiped when it is dropped.
pub(crate) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(crate) fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(*key)))
    }

    /// Nonce, ciphertext and tag. `context` is not kept but must be the same when it is opened. No two texts may
    /// have one nonce. `None` of a text too long for the cipher.
    pub(crate) fn seal(&self, nonce: [u8; NONCE_BYTES], plain: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let payload = Payload { msg: plain, aad: context };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// What [`Self::seal`] was given; `None` if key or context are others, or a bit was changed.
    pub(crate) fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: context };
        self.0.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(..)")
    }
}
