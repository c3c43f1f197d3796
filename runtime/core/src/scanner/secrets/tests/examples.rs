//! The examples beside the rules: what must match does, what must not does not.

use super::*;
use crate::scanner::secrets::check::polymod;
use crate::scanner::secrets::hash::crc32;

const WORD: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BECH32: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// Words put together as names of programs are.
const PROSE: &str = "thelistofalltheelementsthatarenotinthesamefolderasthefirstoneofthemandsoon";

/// base64 of `eyJhbGciOiJub25lIn0.` and more.
const JWT_IN_BASE64: &str = "ZXlKaGJHY2lPaUp1YjI1bEluMC4ZTMweHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4";

/// How often each example is filled in, and how often at least it must be found: chance draws a word or no digit now
/// and then.
const FILLED: u64 = 20;
const FOUND: usize = 12;

/// What is drawn for a name in a template.
fn alphabet(name: &str) -> &str {
    match name {
        "word" => WORD,
        "lower" => "0123456789abcdefghijklmnopqrstuvwxyz",
        "upper" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "hex" => "0123456789abcdef",
        "HEX" => "0123456789ABCDEF",
        "digits" => "0123456789",
        "letters" => "abcdefghijklmnopqrstuvwxyz",
        "LETTERS" => "ABCDEFGHIJKLMNOP",
        "Letters" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "url" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-",
        "base64" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
        "base32" => "abcdefghijklmnopqrstuvwxyz234567",
        "bech32" => BECH32,
        "signs" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+,-./:;=?@[]^_{|}~",
        other => panic!("no alphabet is called {other}"),
    }
}

/// A number in digits of a base, the highest first.
fn written(mut number: u32, base: u32, digits: usize) -> String {
    let mut made = String::new();
    for _ in 0..digits {
        made.insert(0, char::from(WORD.as_bytes()[(number % base) as usize]));
        number /= base;
    }
    made
}

/// The check sum of the token that `made` ends with.
fn sum(check: Check, made: &str) -> String {
    let token = made.rsplit([' ', '"', '\'']).next().unwrap_or_default();
    match check {
        Check::Base62Crc => written(crc32(token.rsplit('_').next().unwrap().as_bytes()), 62, 6),
        Check::Base36Crc => written(crc32(token.as_bytes()), 36, 7).to_lowercase(),
        Check::HexCrc => {
            let sum = crc32(token.strip_suffix('_').unwrap().as_bytes());
            sum.to_le_bytes().map(|byte| format!("{byte:02x}")).concat()
        }
        Check::Bech32 => {
            let (prefix, data) = token.split_at(token.rfind('1').unwrap());
            let prefix = prefix.to_lowercase();
            let digit = |c: char| BECH32.find(c).unwrap() as u8;
            let high = prefix.bytes().map(|byte| byte >> 5).chain([0]);
            let values = high.chain(prefix.bytes().map(|byte| byte & 31)).chain(data[1..].chars().map(digit));
            let sum = polymod(values.chain([0; 6])) ^ 1;
            let digits = (0..6).rev().map(|at| BECH32.as_bytes()[(sum >> (5 * at) & 31) as usize]);
            digits.map(char::from).collect()
        }
        other => panic!("{other:?} has no check sum"),
    }
}

/// A template with what stands between `<` and `>` drawn.
fn filled(template: &str, check: Check, draws: &mut Draws) -> String {
    let mut made = String::new();
    let mut rest = template;
    while let Some((plain, after)) = rest.split_once('<') {
        made.push_str(plain);
        let (name, after) = after.split_once('>').expect("`<` has its `>`");
        rest = after;
        match name.split_once(' ').and_then(|(count, name)| Some((count.parse().ok()?, name))) {
            Some((count, "prose")) => made.extend(PROSE.chars().cycle().take(count)),
            Some((count, name)) => {
                let letters: Vec<char> = alphabet(name).chars().collect();
                made.extend((0..count).map(|_: usize| letters[draws.below(letters.len())]));
            }
            None => match name {
                "uuid" => made.push_str(&filled("<8 hex>-<4 hex>-<4 hex>-<4 hex>-<12 hex>", check, draws)),
                "sum" => made.push_str(&sum(check, &made)),
                // {"alg":"none"}
                "jwt" => made.push_str(&filled("eyJhbGciOiJub25lIn0.<60 url>.<43 url>", check, draws)),
                "jwt in base64" => made.push_str(JWT_IN_BASE64),
                // `hunter2!`
                "text in base64" => made.push_str("aHVudGVyMiE="),
                other => panic!("nothing is called {other}"),
            },
        }
    }
    made + rest
}

/// Whether one of the rule's shapes is somewhere in a text.
fn has_shape(compiled: &rule::Compiled, text: &str) -> bool {
    let at = |start: usize| {
        compiled.alternatives.iter().any(|shape| shape.match_at(text.as_bytes(), start).is_some())
    };
    (0..text.len()).any(at)
}

#[test]
fn every_rule_finds_what_its_examples_say_and_nothing_else() {
    let scanner = Secrets::new(&ALL);
    let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
    // Each template has its own draws, so that another one changes nothing.
    let seeded = |template: &str| Draws(u64::from(crc32(template.as_bytes())));
    let mut wrong = Vec::new();
    for compiled in &table().rules {
        let rule = compiled.rule;
        let score = |text: &str| {
            let findings = run(&scanner, &automaton, text).1.findings;
            findings.iter().find(|one| one.label == rule.label).map(|one| one.score)
        };
        if rule.like.is_empty() || rule.unlike.is_empty() {
            wrong.push(format!("{} ({}) has no examples", rule.label, rule.about));
        }
        for template in rule.like {
            let mut draws = seeded(template);
            let texts: Vec<String> = (0..FILLED).map(|_| filled(template, rule.check, &mut draws)).collect();
            let found = texts.iter().filter(|text| has_shape(compiled, text) && score(text).is_some());
            if found.count() < FOUND {
                wrong.push(format!("{} does not find {template}", rule.label));
            }
            let Some(before) = template.strip_suffix("<sum>") else { continue };
            for text in texts {
                // With its check sum wrong it is found, and less surely.
                let before =
                    &text[..text.len() - sum(rule.check, &filled(before, rule.check, &mut draws)).len()];
                let other = text[before.len()..].replace(|c| c != '2', "2");
                let broken = score(&format!("{before}{other}"));
                if score(&text) != Some(1.0) || broken != Some(0.6) {
                    wrong.push(format!("{} scores {broken:?} with another sum than {template}", rule.label));
                }
            }
        }
        for template in rule.unlike {
            let mut draws = seeded(template);
            let found = (0..FILLED).filter(|_| score(&filled(template, rule.check, &mut draws)).is_some());
            if found.count() > 0 {
                wrong.push(format!("{} finds {template}", rule.label));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fillers_are_not_secrets() {
    each_shape(|rule, shape| {
        let repeated: String = shape
            .atoms
            .iter()
            .flat_map(|atom| {
                let byte = (0..128).rev().find(|&byte| has(atom.set, byte)).unwrap_or(b'x');
                std::iter::repeat_n(char::from(byte), atom.min.max(1) as usize)
            })
            .collect();
        let long = shape.atoms.iter().any(|atom| atom.min >= 12);
        if long && rule.check == Check::Shape && shape.atoms.len() < 8 {
            let text = format!("key = {repeated}");
            let labels: Vec<_> = scan(&text).1.findings.into_iter().map(|one| one.label).collect();
            assert!(!labels.iter().any(|label| *label == rule.label), "{}: {}", rule.label, rule.shape);
        }
    });
}

/// A token without an end that may begin anew within itself costs the square of a text of its beginnings. Of web tokens one
/// is tried in a row.
#[test]
fn every_token_has_a_longest_form() {
    for rule in rules::all().filter(|rule| rule.label != "JWT") {
        assert!(!rule.shape.contains(",}"), "{}: {}", rule.label, rule.shape);
    }
}
