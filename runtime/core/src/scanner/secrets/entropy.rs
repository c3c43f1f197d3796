//! Whether a row of characters was drawn at random or written by somebody.

/// How many bits a character of `text` carries, by Shannon.
pub(super) fn bits_per_character(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in text {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    let share = |count: u32| f64::from(count) / length;
    counts.iter().filter(|&&count| count > 0).map(|&count| -share(count) * share(count).log2()).sum()
}

/// Whether all of it is hexadecimal digits, of one case.
pub(super) fn is_hex(text: &[u8]) -> bool {
    let digits = |letters: std::ops::RangeInclusive<u8>| {
        text.iter().all(|byte| byte.is_ascii_digit() || letters.contains(byte))
    };
    digits(b'a'..=b'f') || digits(b'A'..=b'F')
}

/// Whether the value is a number, of a program's type perhaps: `-2147350782i32`.
pub(super) fn is_digits(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let typed = |rest: &[u8]| match rest {
        [b'i' | b'u' | b'f', size @ ..] => size.len() < 4 && size.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    digits == value.len() || digits > 0 && typed(&value[digits..])
}

/// Pairs of letters that make up three quarters of English words and of the names in programs.
const PAIRS: &str = "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le \
    ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac \
    ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh \
    ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke ui fr oo ag ap bu if \
    up uc ub ue um od ob cl cr cu da do du ef ei ep eq ey ck ff ga gr gi im ir ki ks lu mu my nk nu og ok oc \
    ov ph qu rc rd rk rn ru sc sp sw sy tt ud va vo xt ym yp ys";

/// By first and second letter: whether they are one of [`PAIRS`].
const COMMON: [u32; 26] = {
    let mut common = [0_u32; 26];
    let pairs = PAIRS.as_bytes();
    let mut at = 0;
    while at + 1 < pairs.len() {
        if pairs[at].is_ascii_lowercase() && pairs[at + 1].is_ascii_lowercase() {
            common[(pairs[at] - b'a') as usize] |= 1 << (pairs[at + 1] - b'a');
            at += 2;
        } else {
            at += 1;
        }
    }
    common
};

/// Whether two letters are one of [`PAIRS`], in any case.
fn is_common(first: u8, second: u8) -> bool {
    let place = |letter: u8| usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a'));
    COMMON.get(place(first)).is_some_and(|with| place(second) < 26 && with >> place(second) & 1 == 1)
}

/// Hundredths of a bit that a pair of characters speaks for words (above zero) or for chance (below).
fn evidence(first: u8, second: u8) -> i32 {
    match (first, second) {
        // The hump of a camel: about as often in names as by chance.
        (b'a'..=b'z', b'A'..=b'Z') => -40,
        (b'a'..=b'z' | b'A'..=b'Z', b'a'..=b'z' | b'A'..=b'Z') => {
            if is_common(first, second) {
                130
            } else {
                -190
            }
        }
        (b'0'..=b'9', b'a'..=b'z' | b'A'..=b'Z') => -170,
        (b'a'..=b'z' | b'A'..=b'Z', b'0'..=b'9') => -100,
        _ => 0,
    }
}

/// Whether `text` looks drawn at random: digits among its letters, and letters beside each other as chance
/// puts them. About one in a hundred random tokens of twenty characters is taken for words.
pub(super) fn looks_random(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if digits == 0 || letters == 0 || repeats(text) {
        return false;
    }
    if is_hex(text) {
        // Of 16 digits, 32 random ones carry 3.5 bits on average, 20 carry 3.2.
        return bits_per_character(text) >= if text.len() >= 32 { 3.0 } else { 2.5 };
    }
    let sum: i32 = text.windows(2).map(|pair| evidence(pair[0], pair[1])).sum();
    sum < -150
}

/// Whether `text` is the name of something in a program: letters, `_` and few digits, and most letters stand in
/// parts (`Flask`, `OAuth`; cut at humps, digits and `_`) that are put together as words are.
pub(super) fn is_name(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits * 8 > text.len() || !text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return false;
    }
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let together = |a: &u8, b: &u8| a.is_ascii_uppercase() || b.is_ascii_lowercase();
    let parts = text.split(|byte| !byte.is_ascii_alphabetic()).flat_map(|part| part.chunk_by(together));
    let wordy = |part: &&[u8]| {
        let common = part.windows(2).filter(|pair| is_common(pair[0], pair[1])).count();
        part.len() >= 3 && common * 2 >= part.len() - 1
    };
    let words: usize = parts.filter(wordy).map(<[u8]>::len).sum();
    letters > 0 && words * 10 >= letters * 7
}

/// Whether one character follows itself, or its neighbour in the alphabet, too often for chance: `xxxx`,
/// `abcdef`, `012345`; or does so two places on, as bytes that are counted do: `0a0b0c0d`; or too few characters
/// are different.
pub(super) fn repeats(text: &[u8]) -> bool {
    let mut seen: u128 = 0;
    for byte in text {
        seen |= 1 << (byte & 127);
    }
    let distinct = seen.count_ones() as usize;
    let near = |first: u8, second: u8| matches!(second.wrapping_sub(first), 0 | 1 | 255);
    let pairs = text.len().saturating_sub(1).max(1);
    let steps = text.windows(2).filter(|pair| near(pair[0], pair[1])).count();
    let counted = text.windows(3).filter(|three| near(three[0], three[2])).count();
    distinct < 5.min(text.len()) || steps * 2 > pairs || text.len() >= 16 && counted * 4 > pairs * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits() {
        assert!((bits_per_character(b"abcd") - 2.0).abs() < 1e-9);
        assert!(bits_per_character(b"aaaa").abs() < 1e-9);
        assert!(is_hex(b"0123abc") && is_hex(b"0123ABC") && !is_hex(b"0aB") && !is_hex(b"g"));
    }

    #[test]
    fn words_are_not_random() {
        for words in [
            "utf8_to_latin1_table",
            "org/apache/commons/lang3/StringUtils",
            "test_http2_connection_reset",
            "getElementsByClassName2",
            "AbstractSingletonProxyFactoryBean3",
            "x86_64-unknown-linux-gnu",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "aaaaaaaaaaaaaaaa1111",
            "0123456789abcdef0123456789abcdef",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "application/vnd.ms-excel.sheet12",
            "0102030405060708090a0b0c0d0e0f10",
            "00112233445566778899aabbccddeeff",
        ] {
            assert!(!looks_random(words.as_bytes()), "{words}");
        }
    }

    #[test]
    fn names_of_programs() {
        for name in ["FlaskOAuth1App", "oauth2authorizer", "utf8_decode", "AbstractProxyFactory2"] {
            assert!(is_name(name.as_bytes()), "{name}");
        }
        for other in ["q9Zk2LmX7cVb", "wJalrXUtnFEMIK7MDENG", "kq3vX9a1zbm4tr7wd2yc", "a-b", "12345", ""] {
            assert!(!is_name(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_chance_draws_is_random() {
        let mut state = 7_u64;
        let mut next = |count: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % count
        };
        for alphabet in [
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "0123456789abcdef",
        ] {
            for (length, most) in [(20, 60), (32, 12), (40, 5)] {
                let draws = (0..1_000).map(|_| {
                    (0..length).map(|_| alphabet.as_bytes()[next(alphabet.len())]).collect::<Vec<u8>>()
                });
                let missed = draws.filter(|token| !looks_random(token) || is_name(token)).count();
                assert!(missed <= most, "{missed} of 1000 of length {length} in base {}", alphabet.len());
            }
        }
    }
}
