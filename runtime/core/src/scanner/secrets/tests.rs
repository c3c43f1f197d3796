//! The scanner as a whole. No token stands in this file: all are drawn from their shapes.

mod borders;
mod commands;
mod examples;
mod names;
mod passwords;
mod streams;

use std::borrow::Cow;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::check::Check;
use super::rule::Anchor;
use super::shape::{Alternative, has};
use super::table::Target;
use super::*;
use crate::edit::{apply_edits, merge_edits};
use crate::stream::{Cut, Failure, Step, Stream};

const ALL: SecretsSpec = SecretsSpec { redact_mode: RedactMode::All, allow_pragma: false };

fn scan_with(spec: &SecretsSpec, text: &str) -> (String, Verdict) {
    let scanner = Secrets::new(spec);
    let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
    run(&scanner, &automaton, text)
}

fn run(scanner: &Secrets, automaton: &LiteralAutomaton, text: &str) -> (String, Verdict) {
    let source = Text::from(text);
    let hits = automaton.find(&source, &Interrupt::NEVER).unwrap();
    let verdict = scanner.scan(&Input::text(&source), &Evidence { literals: &hits[0] }).unwrap();
    let edited = apply_edits(text, &merge_edits(verdict.edits.clone()));
    (edited.unwrap_or_else(|| text.to_owned()), verdict)
}

pub(super) fn scan(text: &str) -> (String, Verdict) {
    scan_with(&ALL, text)
}

/// Numbers that are the same in every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }

    /// Digits of a hexadecimal number.
    fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"0123456789abcdef"[self.below(16)])).collect()
    }

    /// A string of a shape, with the secret in it.
    fn token(&mut self, shape: &Alternative, check: Check) -> (String, String) {
        for _ in 0..10_000 {
            let mut text = String::new();
            for atom in &shape.atoms {
                let set: Vec<u8> = (0..128).filter(|&byte| has(atom.set, byte)).collect();
                let more = self.below((atom.max - atom.min).min(8) as usize + 1);
                for _ in 0..atom.min as usize + more {
                    text.push(char::from(set[self.below(set.len())]));
                }
            }
            if check == Check::Jwt {
                text = format!("{}.{}.{}", ["eyJ", "hbGciOiJub25lIn0"].concat(), "e30xy", "c2ln");
            } else if check == Check::EncodedJwt {
                // base64 of `eyJhbGciOiJub25lIn0.` and more.
                text = ["ZXlKaGJHY2lPaUp1YjI1bEluMC4", "ZTMweHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"].concat();
            }
            if check == Check::Encoded {
                // base64 of `hunter2!`
                text = ["_password=", "aHVudGVyMiE="].concat();
            }
            let Some(matched) = shape.match_at(text.as_bytes(), 0) else { continue };
            let secret = text[matched.secret.range()].to_owned();
            let random = check != Check::Random || entropy::looks_random(secret.as_bytes());
            if random && !placeholder::is_filler(secret.as_bytes()) {
                return (text, secret);
            }
        }
        panic!("no string of this shape passes its own check")
    }
}

fn each_shape(mut test: impl FnMut(&'static rule::Rule, &Alternative)) {
    for compiled in &table().rules {
        for shape in &compiled.alternatives {
            test(compiled.rule, shape);
        }
    }
}

#[test]
fn nothing_needs_to_be_given_back() {
    each_shape(|rule, shape| {
        for (at, atom) in shape.atoms.iter().enumerate().filter(|(_, atom)| atom.min != atom.max) {
            // What may be missing may as well have been taken by the row before; what must be there not.
            let after = &shape.atoms[at + 1..];
            let next = after.iter().find(|next| next.min > 0);
            assert!(next.is_none_or(|next| atom.set & next.set == 0), "{}: {}", rule.label, rule.shape);
        }
    });
}

#[test]
fn every_literal_is_found_and_none_hides_another() {
    let table = table();
    for (literal, targets) in table.literals.iter().zip(&table.targets) {
        assert!(literal.len() >= 2, "{literal:?} is nearly everywhere");
        for other in table.literals.iter().filter(|other| *other != literal) {
            if let Some(before) = other.strip_suffix(&**literal) {
                // The automaton tells the longer of two that end at one place. The shorter one's rules would
                // not have accepted what the longer one has before it.
                let last = before.chars().last().unwrap();
                let refused = last.is_ascii_alphanumeric() || last == '_' || last == '-';
                let prefix = |target: &Target| match *target {
                    Target::Token { anchor: 0, .. } => refused,
                    Target::Token { rule, alternative, anchor } => {
                        let before = table.rules[rule].alternatives[alternative].atoms[anchor - 1].set;
                        !has(before, last as u8)
                    }
                    _ => false,
                };
                let rule = |target: &Target| match target {
                    Target::Token { rule, .. } => Some(*rule),
                    _ => None,
                };
                // A rule may know both, and means the longer one where it is.
                let others = &table.targets[table.literals.iter().position(|one| one == other).unwrap()];
                let both = targets.iter().all(|one| others.iter().any(|of| rule(of) == rule(one)));
                let fine = both || targets.iter().all(prefix);
                assert!(fine, "{other:?} hides {literal:?}");
            }
        }
    }
}

#[test]
fn labels_are_names_and_kinds_are_many() {
    let kinds = kinds();
    let mut labels: Vec<&str> = kinds.iter().map(|kind| kind.label).collect();
    for label in &labels {
        assert!(label.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'), "{label}");
    }
    labels.sort_unstable();
    labels.dedup();
    assert!(labels.len() >= 250, "{}", labels.len());
}

#[test]
fn every_shape_finds_its_tokens_and_only_those() {
    let scanner = Secrets::new(&ALL);
    let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
    let labelled = |text: &str, label: &str| {
        let (edited, verdict) = run(&scanner, &automaton, text);
        (edited, verdict.findings.iter().any(|one| one.label == label))
    };
    let mut draws = Draws(11);
    each_shape(|rule, shape| {
        let (token, secret) = draws.token(shape, rule.check);
        let name = match rule.anchor {
            Anchor::Named(names) => names[draws.below(names.len())],
            Anchor::Literal | Anchor::Alone => "it",
        };
        for text in [
            format!("{name} = \"{token}\""),
            format!("{}: {token}\n", name.to_uppercase()),
            format!("{{\"{name}\": \"{token}\", \"n\": 1}}"),
        ] {
            let (edited, found) = labelled(&text, rule.label);
            // Where rules overlap, another may have found it; found it must be.
            assert!(!edited.contains(&secret), "{}: {}", rule.label, rule.shape);
            let same_place = rule.check == Check::Jwt || found || edited.contains("******");
            assert!(same_place, "{}: {}", rule.label, rule.shape);
        }
        // One character less than the least is something else.
        let last = shape.atoms.last().unwrap();
        if last.min > 1 && last.min == last.max {
            assert!(shape.match_at(&token.as_bytes()[..token.len() - 1], 0).is_none(), "{}", rule.label);
        }
        let siblings = table().rules.iter().filter(|other| other.rule.label == rule.label).count() > 1;
        match rule.anchor {
            _ if siblings => {}
            // What begins with a sign may follow anything.
            Anchor::Literal if rule.check.proves() => {}
            Anchor::Literal if shape.anchor().0 == 0 && token.starts_with(|c: char| c != '$') => {
                let inside = run(&scanner, &automaton, &format!("x{token}")).1;
                let found = inside.findings.iter().any(|one| one.label == rule.label && one.span.start <= 1);
                assert!(!found, "{} inside a word", rule.label);
            }
            Anchor::Named(_) => {
                let nameless = labelled(&format!("it = \"{token}\""), rule.label);
                assert!(!nameless.1, "{} without its name", rule.label);
            }
            _ => {}
        }
    });
}

fn github() -> String {
    ["gh", "p_", "q9Zk2LmX7cVbT4fNP0UcnZwJUVFk6LO0pINU"].concat()
}

#[test]
fn every_occurrence_is_redacted_once_for_each_detector() {
    let token = github();
    let (text, verdict) = scan(&format!("token = '{token}' and {token}x"));
    assert_eq!(text, "token = '************' and ************x");
    assert_eq!((verdict.valid, verdict.risk), (false, 1.0));
    let labels: Vec<&str> = verdict.findings.iter().map(|one| &*one.label).collect();
    assert_eq!(labels, ["GITHUB_TOKEN", "BASE64_HIGH_ENTROPY", "GITHUB_TOKEN", "BASE64_HIGH_ENTROPY"]);
    assert_eq!(scan(&format!("see {token}.")).0, "see ******.");
}

#[test]
fn what_separates_is_no_part_of_the_token() {
    let token = github();
    for text in [
        format!("a\\n{token}"),
        format!("x%3D{token}"),
        format!("https://h/{token}?a"),
        format!("a={token}&b"),
    ] {
        assert!(!scan(&text).0.contains(&token), "{}", text.len());
    }
    let signature = "q9Zk2LmX7cVbT4f".repeat(3);
    let url = format!("https://a.blob.core.windows.net/c?se=2030-01-01&sig={signature}&sp=r");
    assert_eq!(scan(&url).0, url.replace(&signature, "******"));
}

#[test]
fn modes() {
    let token = github();
    let with = |redact_mode| scan_with(&SecretsSpec { redact_mode, allow_pragma: false }, &token).0;
    assert_eq!(with(RedactMode::Partial), "gh..NU");
    assert_eq!(with(RedactMode::Hash), hash::md5_hex(token.as_bytes()));
}

#[test]
fn the_pragma_counts_only_if_asked() {
    let text = format!("a {} # pragma: allowlist secret\nb", github());
    assert!(!scan(&text).1.valid);
    let allow = SecretsSpec { allow_pragma: true, ..ALL };
    assert!(scan_with(&allow, &text).1.valid);
    let elsewhere = format!("{text} {}", github());
    let (edited, verdict) = scan_with(&allow, &elsewhere);
    assert!(!verdict.valid && edited.contains("allowlist") && edited.ends_with("******"));
    assert_eq!(edited.matches(&github()).count(), 1);
}

#[test]
fn clean_and_blank_texts_pass() {
    for text in [
        "",
        " \n",
        "Dear team, please send the 12 invoices of 2027-03-14 to https://example.org/a/b?c=d.",
        "id: 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "\"sha256\": \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "checksum = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "password = os.environ[\"PASSWORD1\"]",
        "token: ${{ secrets.GITHUB_TOKEN_2 }}",
        "const getElementsByClassName2 = document.getElementsByClassName2;",
    ] {
        let (edited, verdict) = scan(text);
        assert_eq!((verdict.valid, verdict.risk, &*edited), (true, -1.0, text), "{text}");
    }
}

#[test]
fn overlapping_secrets_leave_nothing() {
    let token = github();
    let url = format!("https://kim:{token}@example.org/{token}");
    let (edited, _) = scan(&url);
    assert!(!edited.contains(&token[6..20]), "{}", edited.len());
}

#[test]
fn hostile_texts_are_done_in_one_pass() {
    let table = table();
    let mut draws = Draws(3);
    let mut texts: Vec<String> =
        table.literals.iter().step_by(7).map(|literal| literal.repeat(100_000 / literal.len())).collect();
    for part in [
        "eyJa.",
        "eyJabcde.",
        "xeyJabcde=",
        "a1",
        "a1B2-",
        "\"",
        "password='",
        "password=a1",
        "://a:",
        "-----BEGIN PRIVATE KEY-----\n",
        "PuTTY-User-Key-File-2\nPrivate-Lines:",
        "=\"a1b2c3d4e5f6g7\"",
        "token=",
        "1/",
        "é1",
        "://a:b1@c ",
    ] {
        texts.push(part.repeat(100_000 / part.len()));
    }
    let many: Vec<String> =
        (0..2_000).map(|n| format!("password='p{n}-{}Xy' ", draws.below(1_000_000))).collect();
    texts.push(many.concat());
    let scanner = Secrets::new(&ALL);
    let automaton = LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap();
    for text in texts {
        run(&scanner, &automaton, &text);
    }
}

#[test]
fn more_literals_than_the_automaton_keeps() {
    let scanner = Secrets::new(&ALL);
    let token = github();
    let text = format!("{token} {} {token}", "sk-".repeat(500_000));
    let source = Text::from(text.as_str());
    // As if the automaton had given up.
    let hits = LiteralHits { omitted: 1, ..LiteralHits::default() };
    let verdict = scanner.scan(&Input::text(&source), &Evidence { literals: &hits }).unwrap();
    assert_eq!(verdict.findings.iter().filter(|one| one.label == "GITHUB_TOKEN").count(), 2);
}

#[test]
fn an_interrupt_stops_it() {
    let cancelled = std::sync::atomic::AtomicBool::new(true);
    let source = Text::from("a1b2c3d4e5f6g7h8 ".repeat(20_000));
    let input = Input { interrupt: Interrupt::new(None, Some(&cancelled)), ..Input::text(&source) };
    let hits = LiteralHits::default();
    assert!(Secrets::new(&ALL).scan(&input, &Evidence { literals: &hits }).is_err());
}

#[test]
fn nothing_shows_the_secret() {
    let token = github();
    let (_, verdict) = scan(&format!("token = '{token}'"));
    assert!(!format!("{verdict:?}").contains(&token[4..12]));
    assert!(!format!("{:?}", Secrets::new(&ALL)).contains(&token[4..12]));
}

/// Texts of tokens, pieces of them, and what stands around them.
fn any_text() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = table().literals.iter().map(ToString::to_string).collect();
    let token = any::<u64>().prop_map(|seed| {
        let mut draws = Draws(seed);
        let rules = &table().rules;
        let compiled = &rules[draws.below(rules.len())];
        let shape = &compiled.alternatives[draws.below(compiled.alternatives.len())];
        draws.token(shape, compiled.rule.check).0
    });
    let part = prop_oneof![
        token,
        prop::sample::select(pieces),
        "[a-z0-9A-Z]{0,40}",
        "\\PC{0,10}",
        prop::sample::select(vec![
            "=\"",
            "\"",
            "'",
            ": ",
            " ",
            "\n",
            "/",
            "@",
            "é",
            "\\n",
            "aws",
            "-----END X-----"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_found_is_gone_and_spans_are_characters(text in any_text()) {
        let (edited, verdict) = scan(&text);
        prop_assert_eq!(verdict.valid, verdict.edits.is_empty());
        prop_assert_eq!(verdict.valid, verdict.findings.is_empty());
        for finding in &verdict.findings {
            let value = text.get(finding.span.range());
            prop_assert!(value.is_some_and(|value| !value.is_empty()));
            let value = value.unwrap_or_default();
            prop_assert!(value.len() < 8 || !edited.contains(value), "{}", finding.label);
        }
    }
}
