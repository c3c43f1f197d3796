//! Entries as bytes: for each, the length of the placeholder and of the value as little-endian `u32`, then
//! both texts as UTF-8. The last number given to a label is as an entry whose placeholder has [`NUMBER`] as its length and
//! no text, and whose value is the label, with the number as a little-endian `u64` after it. Read from outside, hence
//! checked: lengths against what is there, texts for UTF-8.

use zeroize::Zeroizing;

use super::{SecretText, VaultEntry, VaultError};

/// The length that no text has.
const NUMBER: u32 = u32::MAX;

/// The last number that was given to each of some labels; that of the empty one was reserved for all of them.
pub(super) type Numbers = Vec<(Box<str>, u64)>;

/// Entries and numbers as bytes; wiped when dropped. [`VaultError::Full`] if a text is longer than 4 GiB.
pub(super) fn encode(entries: &[VaultEntry], numbers: &Numbers) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let sizes = entries.iter().map(|e| 8 + e.placeholder.as_str().len() + e.value.as_str().len());
    let more = numbers.iter().map(|(label, _)| 16 + label.len());
    // Never grown, because growing would leave a copy behind in memory that is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(sizes.chain(more).sum()));
    let length = |text: &str| {
        let full = VaultError::Full { what: "bytes in one text", limit: NUMBER as usize };
        u32::try_from(text.len()).ok().filter(|length| *length < NUMBER).map(u32::to_le_bytes).ok_or(full)
    };
    for entry in entries {
        for text in [&entry.placeholder, &entry.value] {
            bytes.extend_from_slice(&length(text.as_str())?);
        }
        bytes.extend_from_slice(entry.placeholder.as_str().as_bytes());
        bytes.extend_from_slice(entry.value.as_str().as_bytes());
    }
    for (label, number) in numbers {
        bytes.extend_from_slice(&NUMBER.to_le_bytes());
        bytes.extend_from_slice(&length(label)?);
        bytes.extend_from_slice(label.as_bytes());
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    Ok(bytes)
}

/// The entries and numbers; [`VaultError::Sealed`] if the bytes are no such list.
pub(super) fn decode(mut bytes: &[u8]) -> Result<(Vec<VaultEntry>, Numbers), VaultError> {
    let (mut entries, mut numbers) = (Vec::new(), Vec::new());
    while !bytes.is_empty() {
        let placeholder = length(&mut bytes)?;
        let value = length(&mut bytes)?;
        if placeholder == NUMBER as usize {
            let label = text(&mut bytes, value)?.as_str().into();
            let (number, rest) = bytes.split_first_chunk::<8>().ok_or(VaultError::Sealed)?;
            bytes = rest;
            numbers.push((label, u64::from_le_bytes(*number)));
            continue;
        }
        entries.push(VaultEntry {
            placeholder: text(&mut bytes, placeholder)?,
            value: text(&mut bytes, value)?,
        });
    }
    Ok((entries, numbers))
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
        fn comes_back(
            pairs in prop::collection::vec((".{0,20}", ".{0,20}"), 0..8),
            numbers in prop::collection::vec((".{0,8}", any::<u64>()), 0..4),
        ) {
            let entries: Vec<_> = pairs.into_iter().map(|(p, v)| VaultEntry::new(p, v)).collect();
            let numbers: Numbers = numbers.into_iter().map(|(label, number)| (label.into(), number)).collect();
            prop_assert_eq!(decode(&encode(&entries, &numbers).unwrap()).unwrap(), (entries, numbers));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok((entries, numbers)) = decode(&bytes) && numbers.is_empty() {
                prop_assert_eq!(&*encode(&entries, &numbers).unwrap(), &bytes);
            }
        }
    }
}
