//! Secrets in a text that is still being written.

use super::*;

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
    let known = (again, 0usize..16).prop_map(|(value, how)| match how {
        0 => format!("password = \"{value}\""),
        1 => format!("https://kim:{value}@example.org/"),
        2 => format!("API_KEY={value}; "),
        3 => format!("my password is {value}."),
        4 => format!("https%3A%2F%2Fkim%3A{value}%40db.corp.com%2F"),
        5 => format!("login: kim / {value}"),
        6 => format!("my password's q{{{value}}}"),
        7 => format!("x --password {value} --api-key {value} "),
        8 => format!("\nENV DB_PASSWORD {value}\n"),
        9 => format!("CREATE USER kim IDENTIFIED BY '{value}'; ALTER USER kim PASSWORD '{value}'"),
        10 => format!("password={value}&user=kim\u{200b}"),
        11 => format!("PRIVATE_KEY=0x{}", Draws(value.len() as u64).hex(64)),
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
            "%3A%2F%2F", "%3A", "%40", "login: ", " / ", "'s ", "q{", "}",
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
