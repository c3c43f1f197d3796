//! The scanner as a whole. No token stands in this file: all are drawn from their shapes.

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

fn scan(text: &str) -> (String, Verdict) {
    scan_with(&ALL, text)
}

/// Numbers that are the same in every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
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
                let prefix = |target: &Target| matches!(target, Target::Token { anchor: 0, .. });
                let rule = |target: &Target| match target {
                    Target::Token { rule, .. } => Some(*rule),
                    _ => None,
                };
                // A rule may know both, and means the longer one where it is.
                let others = &table.targets[table.literals.iter().position(|one| one == other).unwrap()];
                let both = targets.iter().all(|one| others.iter().any(|of| rule(of) == rule(one)));
                let fine = both || refused && targets.iter().all(prefix);
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
            Anchor::Literal if shape.anchor().0 == 0 => {
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

/// A finding: where, what, how sure, and what takes its place.
type Told = (Span, &'static str, f64, Arc<str>);

/// What is told of a text that is read from its begin to its end, place by place: what is found there, and each
/// value that was found up to there.
fn told(scanner: &Secrets, text: &str) -> Vec<Told> {
    let source = Text::from(text);
    let hits = AUTOMATON.find(&source, &Interrupt::NEVER).unwrap();
    let mut found = scanner.find(text, &hits[0], &Allowed::default(), Interrupt::NEVER).unwrap();
    found.sort_by_key(|one| (one.span.start, Reverse(one.span.end)));
    let outer = outermost(&found);
    let (mut told, mut free) = (Vec::new(), 0);
    for at in 0..text.len() {
        let known = || found.iter().filter(|one| one.span.start <= at);
        let mut tell = |span: Span| {
            let value = &text[span.range()];
            let known: Vec<Found> = known().cloned().collect();
            let values = scanner.values(text, &known);
            let described = &values.iter().find(|(other, _)| *other == value).unwrap().1;
            for (label, score) in &described.labels {
                told.push((span, *label, *score, Arc::clone(&described.replacement)));
            }
        };
        if let Some(span) = outer.iter().find(|span| span.start == at) {
            tell(*span);
        }
        let values = known().map(|one| &text[one.span.range()]);
        let here = values.filter(|value| text.as_bytes()[at..].starts_with(value.as_bytes()));
        let Some(length) = here.map(str::len).max().filter(|_| at >= free) else { continue };
        let span = Span::new(at, at + length);
        free = span.end;
        let inside = outer.iter().any(|one| one.start <= at && one.end >= span.end);
        let alone = length >= occurrences::ANYWHERE || occurrences::stands_alone(text.as_bytes(), span);
        if alone && !inside {
            tell(span);
        }
    }
    told
}

static AUTOMATON: LazyLock<Arc<LiteralAutomaton>> = LazyLock::new(|| {
    let scanner = Secrets::new(&ALL);
    Arc::new(LiteralAutomaton::new(&[scanner.literals().unwrap()]).unwrap())
});

fn stream_of(scanner: &Secrets) -> Stream {
    let followers = vec![(scanner.follow().unwrap(), Some(0))];
    Stream::new(followers, Arc::clone(&AUTOMATON), Cut::Unredacted, Failure::Block)
}

/// What a stream of pieces tells, and the most bytes that it held.
fn streamed<'a>(scanner: &Secrets, pieces: impl IntoIterator<Item = &'a str>) -> (Vec<Told>, String, usize) {
    let mut stream = stream_of(scanner);
    let (mut told, mut passed, mut held) = (Vec::new(), String::new(), 0);
    let mut take = |step: Step| {
        assert!(step.blocked_by.is_empty());
        passed += &step.text;
        told.extend(step.findings.into_iter().map(|(_, finding)| {
            let Cow::Borrowed(label) = finding.label else { panic!("labels are constant") };
            (finding.span, label, finding.score, finding.replacement.unwrap())
        }));
    };
    for piece in pieces {
        take(stream.feed(piece, Interrupt::NEVER));
        held = held.max(stream.held());
    }
    take(stream.finish(Interrupt::NEVER));
    assert!(stream.error().is_none());
    (told, passed, held)
}

fn part() -> impl Strategy<Value = String> {
    let alternatives: Vec<(&'static rule::Rule, Alternative)> = {
        let mut all = Vec::new();
        each_shape(|rule, shape| all.push((rule, shape.clone())));
        all
    };
    let token = (0..alternatives.len(), any::<u64>())
        .prop_map(move |(at, seed)| Draws(seed).token(&alternatives[at].1, alternatives[at].0.check).0);
    let begins = ["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "CERTIFICATE", "PGP PRIVATE KEY BLOCK"];
    let key = (prop::sample::select(begins.to_vec()), "[A-Za-z0-9+/\\n]{0,80}")
        .prop_map(|(kind, body)| format!("-----{} {kind}-----\n{body}\n-----{} {kind}-----", "BEGIN", "END"));
    let putty = "[A-Za-z0-9+/]{0,20}".prop_map(|body| {
        format!("PuTTY-User-Key-{}-3: x\nPrivate-Lines: 1\n{body}\nPrivate-MAC: {body}\n", "File")
    });
    // Some stand more than once, so that values come again.
    let again = prop::sample::select(vec!["Tr0ub4dor&3", "hunter2", "aB3$", "q8Zk2Lp9Xv4Tn7Rw1Ys6"]);
    let known = (again, 0usize..7).prop_map(|(value, how)| match how {
        0 => format!("password = \"{value}\""),
        1 => format!("https://kim:{value}@example.org/"),
        2 => format!("API_KEY={value}; "),
        3 => format!("my password is {value}."),
        _ => value.to_owned(),
    });
    let any = prop_oneof![
        6 => token,
        2 => key,
        1 => putty,
        4 => known,
        2 => prop::sample::select(vec![
            "password", "secret: ", "Password=", "api_key = ", "\"", "\\\"", "'", "://", "sha256 ", "token is ",
            "discord ", "\n", "==", " ", "%3D", "\\n", "-----", ":", "é", "@", ".", "/", "~8Q~", "NRAL",
        ]).prop_map(str::to_owned),
        2 => "[a-z ]{0,12}|[A-Za-z0-9_+/-]{1,30}|[0-9a-f]{20,40}",
    ];
    (any, 0usize..20, prop::bool::weighted(0.15))
        .prop_map(|(part, chars, cut)| if cut { part.chars().take(chars).collect() } else { part })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_cut_a_text_tells_the_same(
        parts in prop::collection::vec(part(), 0..9),
        sizes in prop::collection::vec(1usize..30, 1..5),
    ) {
        let text = parts.concat();
        let scanner = Secrets::new(&ALL);
        let mut expected = told(&scanner, &text);
        let code_points = |at: usize| text[..at].chars().count();
        let edits = expected.iter().map(|(span, _, score, replacement)| crate::Edit {
            span: *span,
            score: *score,
            replacement: Arc::clone(replacement),
        });
        // One for each place, as sure as its first label.
        let mut edits: Vec<crate::Edit> = edits.collect();
        edits.dedup_by_key(|edit| edit.span);
        let edited = apply_edits(&text, &merge_edits(edits)).unwrap_or_else(|| text.clone());
        for (span, ..) in &mut expected {
            *span = Span::new(code_points(span.start), code_points(span.end));
        }
        let one_by_one = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
        let mut pieces = Vec::new();
        let mut rest = &*text;
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.char_indices().nth(*size).map_or(rest.len(), |(at, _)| at));
            pieces.push(piece);
            rest = after;
        }
        for (how, came) in [
            ("in one piece", streamed(&scanner, [&*text])),
            ("character by character", streamed(&scanner, one_by_one)),
            ("in pieces", streamed(&scanner, pieces)),
        ] {
            prop_assert_eq!(&came.0, &expected, "{}", how);
            prop_assert_eq!(&came.1, &edited, "{}", how);
        }
    }

    #[test]
    fn secrets_that_are_told_where_they_are_first_written_pass_as_in_the_whole_text(
        parts in prop::collection::vec(part(), 0..7),
        size in 1usize..30,
    ) {
        let text = parts.join(" and ");
        let scanner = Secrets::new(&ALL);
        let whole = scan(&text);
        let places: Vec<Span> = told(&scanner, &text).iter().map(|(span, ..)| *span).collect();
        let same = whole.1.findings.iter().map(|finding| finding.span).eq(places.iter().copied());
        prop_assume!(same);
        let chars: Vec<char> = text.chars().collect();
        let pieces: Vec<String> = chars.chunks(size).map(|piece| piece.iter().collect()).collect();
        prop_assert_eq!(streamed(&scanner, pieces.iter().map(String::as_str)).1, whole.0);
    }
}

#[test]
fn a_stream_is_held_from_where_a_secret_may_begin() {
    let scanner = Secrets::new(&ALL);
    let token = Draws(3).token(&table().rules[0].alternatives[0], table().rules[0].rule.check).0;
    let prose = "It was a dark and stormy night; the rain fell in torrents, except at occasional intervals. ";
    let long = prose.repeat(400) + &token + " " + &prose.repeat(400);
    let chars: Vec<String> =
        long.as_bytes().chunks(7).map(|c| String::from_utf8(c.to_vec()).unwrap()).collect();
    let (told, passed, held) = streamed(&scanner, chars.iter().map(String::as_str));
    assert_eq!((told.len(), passed), (1, long.replace(&token, "******")));
    // What may tell a secret by what stands before it, gathered to be moved at once.
    assert!(held < 2_400, "{held}");
    let passed = |pieces: &[&str]| {
        let mut stream = stream_of(&scanner);
        pieces.iter().map(|piece| stream.feed(piece, Interrupt::NEVER).text).collect::<Vec<_>>()
    };
    assert_eq!(passed(&["The night was ", "dark, and ", "so"]), ["The night was ", "dark, and ", ""]);
    assert_eq!(
        passed(&["My password is Tr0u", "b4dor&3", ". And Tr0ub4", "dor&3 again"]),
        ["My password", "", " is ******. And ", "****** "]
    );
}

#[test]
fn a_stream_takes_no_quadratic_time() {
    let scanner = Secrets::new(&ALL);
    let began = std::time::Instant::now();
    let begin = ["-----", "BEGIN PRIVATE KEY-----\n"].concat();
    for unit in [&*begin, "eyJ", "A1b2", "password", "://a:", "PuTTY-User-Key-File-", "12345:A", "\\", "é"] {
        let piece = unit.repeat(20 / unit.len() + 1);
        let text = begin.clone() + "eyJ";
        let (_, passed, _) =
            streamed(&scanner, std::iter::once(&*text).chain(std::iter::repeat_n(&*piece, 2_000)));
        assert!(!passed.is_empty(), "{unit}");
    }
    assert!(began.elapsed().as_secs() < 120);
}
