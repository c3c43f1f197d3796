//! Entries as bytes: for each, the length of the placeholder and of the value as little-endian `u32`, then
//! both texts as UTF-8. Read from outside, hence checked: lengths against what is there, texts for UTF-8.

use zeroize::Zeroizing;

use super::{SecretText, VaultEntry, VaultError};

/// Entries as bytes; wiped when dropped. [`VaultError::Full`] if a text is longer than 4 GiB.
pub(super) fn encode(entries: &[VaultEntry]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let sizes = entries.iter().map(|e| 8 + e.placeholder.as_str().len() + e.value.as_str().len());
    // Never grown, because growing would leave a copy behind in memory that is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(sizes.sum()));
    for entry in entries {
        for text in [&entry.placeholder, &entry.value] {
            let limit = u32::MAX as usize;
            let length = u32::try_from(text.as_str().len())
                .map_err(|_| VaultError::Full { what: "bytes in one text", limit })?;
            bytes.extend_from_slice(&length.to_le_bytes());
        }
        bytes.extend_from_slice(entry.placeholder.as_str().as_bytes());
        bytes.extend_from_slice(entry.value.as_str().as_bytes());
    }
    Ok(bytes)
}

/// The entries; [`VaultError::Sealed`] if the bytes are no such list.
pub(super) fn decode(mut bytes: &[u8]) -> Result<Vec<VaultEntry>, VaultError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let placeholder = length(&mut bytes)?;
        let value = length(&mut bytes)?;
        entries.push(VaultEntry {
            placeholder: text(&mut bytes, placeholder)?,
            value: text(&mut bytes, value)?,
        });
    }
    Ok(entries)
}

fn length(bytes: &mut &[u8]) -> Result<usize, VaultError> {
    let (first, rest) = bytes.split_first_chunk::<4>().ok_or(VaultError::Sealed)?;
    *bytes = rest;
    Ok(u32::from_le_bytes(*first) as usize)
}

fn text(bytes: &mut &[u8], length: usize) -> Result<SecretText, VaultError> {
    let (first, rest) = bytes.split_at_checked(length).ok_or(VaultError::Sealed)?;
    *bytes = rest;
    std::str::from_utf8(first).map(SecretText::from).map_err(|_| VaultError::Sealed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn comes_back(pairs in prop::collection::vec((".{0,20}", ".{0,20}"), 0..8)) {
            let entries: Vec<_> = pairs.into_iter().map(|(p, v)| VaultEntry::new(p, v)).collect();
            prop_assert_eq!(decode(&encode(&entries).unwrap()).unwrap(), entries);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(entries) = decode(&bytes) {
                prop_assert_eq!(&*encode(&entries).unwrap(), &bytes);
            }
        }
    }
}
