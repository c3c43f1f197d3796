//! Values as hashes and as ciphertext, with a key of the caller's.

use std::fmt;

use pyshield_core::ScannerError;
use ring::hmac;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::aead::{Cipher, KEY_BYTES, NONCE_BYTES};

/// A key of 32 bytes, written as 64 hexadecimal digits. `Debug` says nothing.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes =
            unhex(&text).map(Zeroizing::new).and_then(|bytes| <[u8; KEY_BYTES]>::try_from(&**bytes).ok());
        bytes
            .map(|bytes| Self(Zeroizing::new(bytes)))
            .ok_or_else(|| serde::de::Error::custom("a key is 32 bytes"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Hashes and ciphertext with keys derived from one key.
pub(super) struct Sealer {
    hash: hmac::Key,
    nonce: hmac::Key,
    cipher: Cipher,
}

/// What stands before ciphertext in a text.
pub(super) const ENCRYPTED: &str = "[ENCRYPTED_";

impl Sealer {
    pub(super) fn new(key: &Key) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, &*key.0);
        let derived = |purpose: &[u8]| hmac::sign(&root, purpose);
        let mac = |purpose: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, derived(purpose).as_ref());
        // A SHA-256 tag has the 32 bytes of a key.
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(derived(b"encrypt").as_ref());
        Self { hash: mac(b"hash"), nonce: mac(b"nonce"), cipher: Cipher::new(&key) }
    }

    /// `[HASH_{label}_{16 hexadecimal digits}]`.
    pub(super) fn hash(&self, label: &str, value: &str) -> String {
        let tag = mac_of(&self.hash, label, value);
        format!("[HASH_{label}_{}]", hex(&tag.as_ref()[..8]))
    }

    /// `[ENCRYPTED_{label}_{nonce, ciphertext and tag}]`, sealed with the label. The nonce is a keyed hash of label
    /// and value, so the same value is the same text, and no nonce serves two values.
    pub(super) fn encrypt(&self, label: &str, value: &str) -> Result<String, ScannerError> {
        // A ciphertext is read up to what is no letter, digit or `_`.
        let label = label.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let label = label.as_str();
        let tag = mac_of(&self.nonce, label, value);
        let nonce = tag.as_ref().first_chunk::<NONCE_BYTES>();
        let sealed = nonce.and_then(|nonce| self.cipher.seal(*nonce, value.as_bytes(), label.as_bytes()));
        let sealed = sealed.ok_or_else(|| ScannerError::Failed("the value could not be encrypted".into()))?;
        Ok(format!("{ENCRYPTED}{label}_{}]", hex(&sealed)))
    }

    /// The value in what [`Sealer::encrypt`] wrote, from [`ENCRYPTED`] to the bracket; `None` if it is not
    /// of this key or was changed.
    pub(super) fn decrypt(&self, token: &str) -> Option<String> {
        let inner = token.strip_prefix(ENCRYPTED)?.strip_suffix(']')?;
        let (label, sealed) = inner.rsplit_once('_')?;
        let plain = self.cipher.open(&unhex(sealed)?, label.as_bytes())?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

/// The tag of a label and a value; no label holds a zero byte.
fn mac_of(key: &hmac::Key, label: &str, value: &str) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(label.as_bytes());
    context.update(&[0]);
    context.update(value.as_bytes());
    context.sign()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).map(|value| value as u8);
    let bytes = text.as_bytes();
    let pairs = bytes.chunks(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Key(Zeroizing::new([byte; 32])))
    }

    #[test]
    fn ciphertext_opens_with_its_key_alone() {
        let sealed = sealer(1).encrypt("EMAIL_ADDRESS", "ada@example.org").unwrap();
        assert!(sealed.starts_with("[ENCRYPTED_EMAIL_ADDRESS_") && !sealed.contains("ada"));
        assert_eq!(sealer(1).decrypt(&sealed).as_deref(), Some("ada@example.org"));
        assert_eq!(sealer(2).decrypt(&sealed), None);
        assert_eq!(sealer(1).decrypt(&sealed.replace("EMAIL", "OTHER")), None);
        assert_eq!(sealer(1).decrypt("[ENCRYPTED_X_00]"), None);
        assert_eq!(sealer(1).decrypt("[ENCRYPTED_é]"), None);
    }

    #[test]
    fn any_label_can_be_undone() {
        let sealed = sealer(1).encrypt("EMPLOYEE-ID 2é", "x").unwrap();
        assert!(sealed.starts_with("[ENCRYPTED_EMPLOYEE_ID_2__"), "{sealed}");
        assert_eq!(sealer(1).decrypt(&sealed).as_deref(), Some("x"));
    }

    #[test]
    fn the_same_value_is_the_same_text_for_the_same_key_and_label() {
        let one = |byte, label, value| sealer(byte).hash(label, value);
        assert_eq!(one(1, "A", "x"), one(1, "A", "x"));
        assert_ne!(one(1, "A", "x"), one(2, "A", "x"));
        assert_ne!(one(1, "A", "x"), one(1, "B", "x"));
        assert_eq!(sealer(1).encrypt("A", "x"), sealer(1).encrypt("A", "x"));
    }
}
