//! How much a text may grow before it is cut into tokens, and what a word may cost: a `tokenizer.json` says what takes
//! the place of what.

use serde::Serialize;
use serde_json::Value;
use tokenizers::Tokenizer;
use tokenizers::models::ModelWrapper;

/// How many times as long a text may become. Tokenizers in use reach some hundreds, on texts made for it.
const MOST: usize = 512;

/// Bytes that may take the place of something, or be put in front of a text.
const LONGEST: usize = 64;

/// Characters of a word that `WordPiece` reads: it looks up every part of it. BERT's is 100.
const LONGEST_WORD: usize = 256;

/// How many times as long Unicode's own forms make a text: U+FDFA stands for 18 characters.
const UNICODE: usize = 11;

/// Refuses a tokenizer that makes texts too long, or takes too long for a word. As the library read it: a file may say
/// a thing twice.
pub(super) fn check(tokenizer: &Tokenizer) -> Result<(), String> {
    if let ModelWrapper::WordPiece(model) = tokenizer.get_model()
        && model.max_input_chars_per_word > LONGEST_WORD
    {
        let characters = model.max_input_chars_per_word;
        return Err(format!("it reads words of up to {characters} characters, more than {LONGEST_WORD}"));
    }
    check_parts(&[plain(tokenizer.get_normalizer())?, plain(tokenizer.get_pre_tokenizer())?])
}

fn plain(part: Option<&impl Serialize>) -> Result<Value, String> {
    serde_json::to_value(part).map_err(|error| error.to_string())
}

fn check_parts(parts: &[Value]) -> Result<(), String> {
    let growth =
        parts.iter().try_fold(1, |growth: usize, part| Ok::<_, String>(growth.saturating_mul(of(part)?)))?;
    if growth > MOST {
        return Err(format!("it makes texts up to {growth} times as long, more than {MOST}"));
    }
    Ok(())
}

/// How many times as long one part, and what is in it, makes a text.
fn of(part: &Value) -> Result<usize, String> {
    match part {
        Value::Array(parts) => {
            parts.iter().try_fold(1, |growth: usize, part| Ok(growth.saturating_mul(of(part)?)))
        }
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            let long = [text("content"), text("prepend")].into_iter().flatten().map(str::len).max();
            if let Some(bytes) = long.filter(|&bytes| bytes > LONGEST) {
                return Err(format!("it puts {bytes} bytes in the place of something, more than {LONGEST}"));
            }
            let own = match text("type") {
                Some("Replace") => replaced(text("content").unwrap_or_default(), fields.get("pattern")),
                Some("Precompiled") => text("precompiled_charsmap").map_or(Ok(1), compiled)?,
                Some("NFKC" | "NFKD") => UNICODE,
                Some("NFC" | "NFD" | "BertNormalizer" | "Metaspace") => 3,
                Some("ByteLevel" | "Lowercase") => 2,
                _ => 1,
            };
            let inner = fields.iter().filter(|(name, _)| *name != "pattern").map(|(_, field)| field);
            inner
                .filter(|field| field.is_array() || field.is_object())
                .try_fold(own, |growth, field| Ok(growth.saturating_mul(of(field)?)))
        }
        _ => Ok(1),
    }
}

fn replaced(content: &str, pattern: Option<&Value>) -> usize {
    let fixed = pattern.and_then(|pattern| pattern.get("String")).and_then(Value::as_str);
    match fixed.map_or(0, str::len) {
        // An expression may match between any two characters.
        0 => content.len() + 1,
        bytes => content.len().div_ceil(bytes).max(1),
    }
}

/// The longest text that stands in a table of `SentencePiece`: the length of an index, the index, and texts that a zero
/// byte ends.
fn compiled(base64: &str) -> Result<usize, String> {
    let malformed = || "its table of characters is malformed".to_owned();
    let bytes = decode(base64).ok_or_else(malformed)?;
    let (size, rest) = bytes.split_first_chunk::<4>().ok_or_else(malformed)?;
    let texts = rest.get(u32::from_le_bytes(*size) as usize..).ok_or_else(malformed)?;
    let longest = texts.split(|&byte| byte == 0).map(<[u8]>::len).max().unwrap_or(0);
    if longest > LONGEST {
        return Err(format!("its table of characters has a text of {longest} bytes, more than {LONGEST}"));
    }
    Ok(longest.max(1))
}

fn decode(base64: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [None; 256];
    for (value, &letter) in (0..).zip(LETTERS) {
        values[usize::from(letter)] = Some(value);
    }
    let (mut bits, mut count) = (0_u32, 0);
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    for &letter in base64.trim_end_matches('=').as_bytes() {
        let value: u32 = values[usize::from(letter)]?;
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(normalizer: &Value) -> Result<(), String> {
        check_parts(std::slice::from_ref(normalizer))
    }

    fn replace(pattern: &Value, content: &str) -> Value {
        json!({"type": "Replace", "pattern": pattern, "content": content})
    }

    #[test]
    fn texts_may_not_grow_without_bound() {
        let bomb = replace(&json!({"String": "h"}), &"a ".repeat(200_000));
        assert!(checked(&bomb).unwrap_err().contains("400000 bytes"));
        assert!(checked(&json!({"type": "Prepend", "prepend": "a".repeat(65)})).is_err());
        let sixteen = replace(&json!({"String": "h"}), &"h".repeat(16));
        let all = |count| json!({"type": "Sequence", "normalizers": vec![sixteen.clone(); count]});
        assert_eq!(checked(&all(2)), Ok(()));
        assert!(checked(&all(3)).unwrap_err().contains("4096 times"));
        assert!(checked(&json!({"type": "Sequence", "normalizers": [all(1), all(2)]})).is_err(), "nested");
    }

    #[test]
    fn tables_of_characters_have_short_texts() {
        // An index of four bytes, and texts of 2 and of `length` bytes.
        let table = |length: usize| {
            let bytes = [&[4, 0, 0, 0, 9, 9, 9, 9][..], b"ab\0", &vec![b'c'; length], &[0]].concat();
            let mut text = String::new();
            for chunk in bytes.chunks(3) {
                let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
                let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                for at in 0..=chunk.len() {
                    text.push(char::from(letters[(bits >> (18 - 6 * at) & 63) as usize]));
                }
            }
            json!({"type": "Precompiled", "precompiled_charsmap": text})
        };
        assert_eq!(checked(&table(64)), Ok(()));
        assert!(checked(&table(65)).unwrap_err().contains("65 bytes"));
        assert!(checked(&json!({"type": "Precompiled", "precompiled_charsmap": "/////w=="})).is_err());
    }

    #[test]
    fn tokenizers_in_use_are_taken() {
        for normalizer in [
            json!(null),
            json!({"type": "BertNormalizer", "lowercase": true}),
            json!({"type": "Sequence", "normalizers": [
                {"type": "NFKC"}, replace(&json!({"Regex": " {2,}"}), "▁"), {"type": "Lowercase"}]}),
            json!({"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"}, replace(&json!({"String": " "}), "▁")]}),
        ] {
            assert_eq!(checked(&normalizer), Ok(()), "{normalizer}");
        }
    }
}
