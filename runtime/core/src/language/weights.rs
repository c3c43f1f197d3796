//! The model's weights, as training packs them.
//!
//! Little-endian: the magic number `pslang01`; how many languages, and each one's code in four bytes, padded
//! with zeros; how many bits of a hash choose a bucket (8 to 20); how many scripts, which is
//! [`Group::ALL`]'s, and for each: the longest n-gram, the number of languages, their numbers, and as `f32` what
//! a sum of weights is multiplied by, the power of the number of letters it is divided by, and a bias for each
//! language. Then how many rows each bucket has (a byte each), and the rows, bucket by bucket: eight further
//! bits of the hash, the number of entries, the entries: a language (its place in the script's list) and its
//! weight, a signed byte.

use std::fmt;

use super::script::Group;

/// Languages a script may have.
pub(super) const MOST_LANGUAGES: usize = 64;

/// The longest n-gram that a script may have.
pub(super) const LONGEST_ORDER: usize = 6;

const MAGIC: &[u8; 8] = b"pslang01";

/// The weights cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("language weights: {0}")]
pub struct WeightsError(&'static str);

/// A language by its ISO 639-1 code, or `und`: undetermined.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 4]);

impl Language {
    /// Text in no language that is known: letters at random, romanised text.
    pub const UNDETERMINED: Self = Self(*b"und\0");

    /// The language of a code of two or three lower-case letters.
    pub fn from_code(code: &str) -> Option<Self> {
        let bytes = code.as_bytes();
        let letters = (2..=3).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_lowercase);
        letters.then(|| {
            let mut padded = [0; 4];
            padded[..bytes.len()].copy_from_slice(bytes);
            Self(padded)
        })
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(4);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the languages of one script are told apart.
#[derive(Debug)]
pub(super) struct Script {
    /// Characters of the longest n-gram.
    pub(super) order: usize,
    pub(super) languages: Vec<Language>,
    pub(super) scale: f64,
    pub(super) power: f64,
    pub(super) bias: Vec<f64>,
}

/// All of the model.
pub(super) struct Weights {
    pub(super) scripts: Vec<Script>,
    /// How far a hash is shifted to the right to give its bucket.
    shift: u32,
    /// Where each bucket's rows start, and where the last one's end.
    starts: Vec<u32>,
    rows: Vec<u8>,
}

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights").field("bytes", &self.rows.len()).finish_non_exhaustive()
    }
}

impl Weights {
    /// Reads packed weights; whatever the bytes, the result is safe to use.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let mut reader = Reader(bytes);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(WeightsError("not of this format"));
        }
        let count = usize::from(reader.byte()?);
        let mut names = Vec::with_capacity(count);
        for _ in 0..count {
            let code = reader.take(4)?;
            let end = code.iter().position(|&byte| byte == 0).unwrap_or(4);
            let code = std::str::from_utf8(&code[..end]).ok().and_then(Language::from_code);
            names.push(code.ok_or(WeightsError("a language without a code"))?);
        }
        let bits = u32::from(reader.byte()?);
        if !(8..=20).contains(&bits) {
            return Err(WeightsError("the number of buckets"));
        }
        if usize::from(reader.byte()?) != Group::ALL.len() {
            return Err(WeightsError("the number of scripts"));
        }
        let mut scripts = Vec::with_capacity(Group::ALL.len());
        for _ in Group::ALL {
            scripts.push(Script::read(&mut reader, &names)?);
        }
        let buckets = reader.take(1 << bits)?;
        let rows = reader.0;
        let starts = starts(buckets, rows)?;
        Ok(Self { scripts, shift: 32 - bits, starts, rows: rows.to_vec() })
    }

    /// The entries of the n-gram with this hash: pairs of a place in the script's list and a weight.
    #[inline]
    pub(super) fn row(&self, hash: u32) -> &[u8] {
        let bucket = (hash >> self.shift) as usize;
        let (start, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let mark = (hash >> (self.shift - 8)) as u8;
        let mut rest = &self.rows[start..end];
        while let [found, entries, tail @ ..] = rest {
            let Some((row, next)) = tail.split_at_checked(2 * usize::from(*entries)) else {
                break;
            };
            if *found == mark {
                return row;
            }
            rest = next;
        }
        &[]
    }
}

impl Script {
    fn read(reader: &mut Reader<'_>, names: &[Language]) -> Result<Self, WeightsError> {
        let order = usize::from(reader.byte()?);
        if !(1..=LONGEST_ORDER).contains(&order) {
            return Err(WeightsError("the length of an n-gram"));
        }
        let count = usize::from(reader.byte()?);
        if !(1..=MOST_LANGUAGES).contains(&count) {
            return Err(WeightsError("the number of languages of a script"));
        }
        let languages = reader.take(count)?.iter().map(|&at| names.get(usize::from(at)).copied());
        let languages: Option<Vec<_>> = languages.collect();
        let languages = languages.ok_or(WeightsError("the number of a language"))?;
        let (scale, power) = (reader.float()?, reader.float()?);
        let bias = (0..count).map(|_| reader.float()).collect::<Result<_, _>>()?;
        Ok(Self { order, languages, scale, power, bias })
    }
}

/// Where the rows of each bucket start.
fn starts(buckets: &[u8], rows: &[u8]) -> Result<Vec<u32>, WeightsError> {
    if u32::try_from(rows.len()).is_err() {
        return Err(WeightsError("too long"));
    }
    let mut starts = Vec::with_capacity(buckets.len() + 1);
    let mut at = 0;
    for &count in buckets {
        starts.push(at as u32);
        for _ in 0..count {
            let entries = rows.get(at + 1).ok_or(WeightsError("cut short"))?;
            at += 2 + 2 * usize::from(*entries);
        }
    }
    if at != rows.len() {
        return Err(WeightsError("cut short, or longer than it says"));
    }
    starts.push(at as u32);
    Ok(starts)
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], WeightsError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(WeightsError("cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, WeightsError> {
        Ok(self.take(1)?[0])
    }

    fn float(&mut self) -> Result<f64, WeightsError> {
        let bytes = self.take(4)?;
        let value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        if value.is_finite() { Ok(f64::from(value)) } else { Err(WeightsError("a number")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::BUNDLED;
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(Language::from_code("de").unwrap().as_str(), "de");
        assert_eq!(Language::from_code("und"), Some(Language::UNDETERMINED));
        for bad in ["", "d", "DE", "deut", "d1", "é"] {
            assert_eq!(Language::from_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_row_is_found_where_it_lies() {
        let weights = Weights::from_bytes(BUNDLED).unwrap();
        let mut rows = 0;
        for bucket in 0..weights.starts.len() - 1 {
            let mut at = weights.starts[bucket] as usize;
            let mut seen = Vec::new();
            while at < weights.starts[bucket + 1] as usize {
                let (mark, entries) = (weights.rows[at], usize::from(weights.rows[at + 1]));
                assert!(!seen.contains(&mark), "a row that nothing finds");
                seen.push(mark);
                let hash = (bucket as u32) << weights.shift | u32::from(mark) << (weights.shift - 8);
                assert_eq!(weights.row(hash), &weights.rows[at + 2..][..2 * entries]);
                at += 2 + 2 * entries;
                rows += 1;
            }
        }
        assert!(rows > 10_000);
    }

    #[test]
    fn bytes_cut_anywhere_are_refused() {
        for end in (0..BUNDLED.len()).step_by(4_999) {
            assert!(Weights::from_bytes(&BUNDLED[..end]).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_refused(at in 0usize..700, byte: u8, hash: u32) {
            let mut bytes = BUNDLED.to_vec();
            bytes[at] = byte;
            if let Ok(weights) = Weights::from_bytes(&bytes) {
                weights.row(hash);
            }
        }
    }
}
