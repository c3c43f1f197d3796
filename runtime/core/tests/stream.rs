//! A stream says what the whole text says, however the text is cut into pieces.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList};
use pyshield_core::stream::{Cut, Failure, Follow, Found, Progress, Step, Stream, Window};
use pyshield_core::{
    Edit, Evidence, Finding, Input, Interrupt, Scanner, ScannerError, ScannerSpec, Text, Verdict,
    apply_edits, merge_edits,
};
use serde_json::{Value, json};

/// Scanners and the automaton over all their literals, as a plan has them.
struct Plan {
    scanners: Vec<Box<dyn Scanner>>,
    lists: Vec<Option<usize>>,
    literals: Arc<LiteralAutomaton>,
}

impl Plan {
    fn new(specs: &[Value]) -> Self {
        let build =
            |spec: &Value| serde_json::from_value::<ScannerSpec>(spec.clone()).unwrap().build().unwrap();
        let scanners: Vec<Box<dyn Scanner>> = specs.iter().map(build).collect();
        let mut declared: Vec<&LiteralList> = Vec::new();
        let lists = scanners.iter().map(|scanner| {
            scanner.literals().map(|list| {
                declared.push(list);
                declared.len() - 1
            })
        });
        let lists = lists.collect();
        let literals = Arc::new(LiteralAutomaton::new(&declared).unwrap());
        Self { scanners, lists, literals }
    }

    fn stream(&self, cut: Cut) -> Stream {
        let followers = self.scanners.iter().zip(&self.lists).map(|(scanner, list)| {
            (scanner.follow().unwrap_or_else(|| panic!("{scanner:?} cannot follow")), *list)
        });
        Stream::new(followers.collect(), Arc::clone(&self.literals), cut, Failure::Block)
    }

    fn whole(&self, text: &str) -> Vec<Verdict> {
        let text = Text::from(text);
        let hits = self.literals.find(&text, &Interrupt::NEVER).unwrap();
        let none = LiteralHits::default();
        self.scanners
            .iter()
            .zip(&self.lists)
            .map(|(scanner, list)| {
                let literals = list.map_or(&none, |list| &hits[list]);
                scanner.scan(&Input::text(&text), &Evidence { literals }).unwrap()
            })
            .collect()
    }
}

/// What a stream came to.
#[derive(Debug, PartialEq)]
struct Came {
    text: String,
    blocked: bool,
    verdicts: Vec<Result<Verdict, ScannerError>>,
}

fn streamed<'a>(plan: &Plan, cut: Cut, pieces: impl IntoIterator<Item = &'a str>) -> Came {
    let mut stream = plan.stream(cut);
    let (mut text, mut blocked) = (String::new(), false);
    let mut passed: Vec<(usize, Finding)> = Vec::new();
    let mut take = |step: Step| {
        assert!(!blocked || (step.text.is_empty() && step.findings.is_empty()));
        text += &step.text;
        blocked |= !step.blocked_by.is_empty();
        passed.extend(step.findings);
    };
    for piece in pieces {
        take(stream.feed(piece, Interrupt::NEVER));
    }
    take(stream.finish(Interrupt::NEVER));
    let verdicts = stream.conclude();
    // What was passed on on the way is what the verdicts hold.
    let mut kept: Vec<Finding> = Vec::new();
    for verdict in verdicts.iter().flatten() {
        kept.extend(verdict.findings.iter().cloned());
    }
    let order = |a: &Finding, b: &Finding| (a.span, &a.label).cmp(&(b.span, &b.label));
    let mut passed: Vec<Finding> = passed.into_iter().map(|(_, finding)| finding).collect();
    passed.sort_by(order);
    kept.sort_by(order);
    assert_eq!(passed, kept);
    Came { text, blocked, verdicts }
}

/// What the stream has to come to, from the verdicts on the whole text.
fn expected(plan: &Plan, cut: Cut, text: &str) -> Came {
    let whole = plan.whole(text);
    let blocks = |finding: &&Finding| cut == Cut::Found || finding.replacement.is_none();
    let found = || whole.iter().flat_map(|verdict| &verdict.findings);
    let block = found().filter(blocks).map(|finding| finding.span.start).min();
    let edits: Vec<Edit> = whole.iter().flat_map(|verdict| verdict.edits.clone()).collect();
    let mut end = block.unwrap_or(usize::MAX);
    while let Some(across) = edits.iter().find(|e| e.span.start < end && end < e.span.end) {
        end = across.span.start;
    }
    let kept = edits.into_iter().filter(|edit| edit.span.start < end).collect();
    let before = &text[..end.min(text.len())];
    let edited = apply_edits(before, &merge_edits(kept)).unwrap_or_else(|| before.to_owned());
    let code_points = |at: usize| text[..at].chars().count();
    let verdicts = whole.into_iter().zip(&plan.scanners).map(|(mut verdict, scanner)| {
        verdict.edits.clear();
        verdict.findings.retain(|finding| block.is_none_or(|block| finding.span.start <= block));
        for finding in &mut verdict.findings {
            finding.span = (code_points(finding.span.start)..code_points(finding.span.end)).into();
        }
        if verdict.findings.is_empty() {
            // What follows the end of the stream has no say.
            verdict.valid = true;
            verdict.risk =
                if scanner.name() == "InvisibleText" && !text[..block.unwrap_or(text.len())].is_ascii() {
                    0.0
                } else {
                    -1.0
                };
        }
        Ok(verdict)
    });
    Came { text: edited, blocked: block.is_some(), verdicts: verdicts.collect() }
}

fn words(substrings: &[String], word: bool, case: bool, redact: bool) -> Value {
    json!({"type": "BanSubstrings", "substrings": substrings, "match_type": if word { "word" } else { "str" },
           "case_sensitive": case, "redact": redact, "contains_all": false})
}

fn regex(patterns: &[String], all: bool, redact: bool) -> Value {
    json!({"type": "Regex", "patterns": patterns, "is_blocked": true,
           "match_type": if all { "all" } else { "search" }, "redact": redact})
}

fn any_words() -> impl Strategy<Value = Value> {
    let substring = prop_oneof![
        8 => "[abcA é]{1,4}|ss|ß|İ|i\u{307}|σ",
        1 => "[a ]{5,12}|(ab|é|k|\u{212a}){5,20}",
    ];
    let substrings = prop::collection::vec(substring, 1..14);
    (substrings, any::<bool>(), any::<bool>(), prop::bool::weighted(0.8))
        .prop_map(|(substrings, word, case, redact)| words(&substrings, word, case, redact))
}

/// Patterns of bounded length, and some without a bound.
fn any_pattern() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        "[abcé]",
        Just("[ab]".to_owned()),
        Just("[^a]".to_owned()),
        Just(r"\w".to_owned()),
        Just(r"\d".to_owned()),
        Just(r"\s".to_owned()),
    ];
    let part = (atom, prop::sample::select(vec!["", "?", "{1,3}", "{2}", "{1,3}?", "{4,30}", "+", "*?"]))
        .prop_map(|(atom, times)| atom + times);
    let body = prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat());
    let ends = prop_oneof![
        Just(("", "")),
        Just((r"\b", "")),
        Just((r"\b", r"\b")),
        Just(("(?m:^)", "")),
        Just(("", "(?m:$)")),
        Just(("^", "")),
        Just(("", r"\Z")),
        Just((r"\B", "")),
        Just(("(?i)", ""))
    ];
    let bodies = prop::collection::vec(body, 1..3).prop_map(|bodies| bodies.join("|"));
    (ends, bodies, "[abc]")
        .prop_map(|((before, after), bodies, sure)| format!("{before}(?:{bodies}){sure}{after}"))
}

fn any_scanner() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_words(),
        (prop::collection::vec(any_pattern(), 1..4), any::<bool>(), prop::bool::weighted(0.8))
            .prop_map(|(patterns, all, redact)| regex(&patterns, all, redact)),
        any::<bool>().prop_map(|keep| json!({"type": "InvisibleText", "keep_emoji_joiners": keep})),
    ]
}

/// Text that comes close to all of them.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[abcA é\n1]{0,6}",
        1 => "ß|ẞ|İ|i\u{307}|σ|ς|Σ|\u{200b}{1,3}",
        1 => ("[abA é1k]|ab|aé |\u{212a}", 1usize..40).prop_map(|(part, times)| part.repeat(times)),
        1 => "👨\u{200d}👩|😀\u{200d}|\u{200d}a|🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}|🏴\u{e0067}\u{e0062}\u{e0065}|\u{1f3f4}|[\u{e0041}\u{200b}]{1,4}|\u{feff}|[مש ខ!][\u{200b}\u{200c}\u{200d}\u{200f}]{1,2}[مש ខa]?",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The text in pieces of the sizes (in code points) that `sizes` names again and again.
fn cut<'a>(text: &'a str, sizes: &[usize]) -> Vec<&'a str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let at = rest.char_indices().nth(*size).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_cut_a_text_gives_the_whole_texts_result(
        specs in prop::collection::vec(any_scanner(), 1..4),
        text in any_text(),
        sizes in prop::collection::vec(1usize..6, 1..5),
        found in prop::bool::weighted(0.2),
    ) {
        let plan = Plan::new(&specs);
        let policy = if found { Cut::Found } else { Cut::Unredacted };
        let expected = expected(&plan, policy, &text);
        prop_assert_eq!(&streamed(&plan, policy, [&*text]), &expected, "in one piece");
        prop_assert_eq!(&streamed(&plan, policy, cut(&text, &[1])), &expected, "code point by code point");
        prop_assert_eq!(&streamed(&plan, policy, cut(&text, &sizes)), &expected, "in pieces");
    }
}

/// The text that has left after each piece.
fn progress(plan: &Plan, pieces: &[&str]) -> Vec<String> {
    let mut stream = plan.stream(Cut::Unredacted);
    let mut left: Vec<String> =
        pieces.iter().map(|piece| stream.feed(piece, Interrupt::NEVER).text).collect();
    left.push(stream.finish(Interrupt::NEVER).text);
    left
}

#[test]
fn text_leaves_as_soon_as_nothing_can_change_it() {
    let heron = ["project heron".to_owned()];
    let plan = Plan::new(&[words(&heron, false, false, true)]);
    assert_eq!(
        progress(&plan, &["We call it p", "roj", "ected. Project", " Heron, ", "pro"]),
        ["We call it ", "", "projected. ", "[REDACTED], ", "", "pro"]
    );
    let mail = [r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}".to_owned()];
    let plan = Plan::new(&[regex(&mail, true, true)]);
    assert_eq!(
        progress(&plan, &["Mail jane", ".doe", "@example", ".com", " or call", "; bye"]),
        ["Mail ", "", "", "", "[REDACTED] or ", "call; ", "bye"]
    );
    let phone = [r"\b\d{3}-\d{4}\b".to_owned()];
    let plan = Plan::new(&[regex(&phone, true, true)]);
    assert_eq!(
        // What may be a digit is told coarsely: not from other characters beyond ASCII.
        progress(&plan, &["é 555-01", "42", "7 5", "55-0142", ", é"]),
        ["é ", "", "555-01427 ", "", "[REDACTED], ", "é"]
    );
    let plan = Plan::new(&[json!({"type": "InvisibleText", "keep_emoji_joiners": true})]);
    assert_eq!(
        progress(&plan, &["a👨", "\u{200d}", "👩 b\u{200b}", "c"]),
        ["a👨", "", "\u{200d}👩 b", "c", ""]
    );
}

#[test]
fn a_word_begins_where_it_did_when_the_character_before_has_left() {
    let plan = Plan::new(&[words(&["AéA".to_owned()], true, false, true)]);
    for text in ["é1aaéA", "é1 aéA", "bbbbbbbaéA c", "bbbbbb aéA"] {
        let expected = expected(&plan, Cut::Unredacted, text);
        assert_eq!(streamed(&plan, Cut::Unredacted, [text]), expected, "{text}");
        assert_eq!(streamed(&plan, Cut::Unredacted, cut(text, &[1])), expected, "{text}");
    }
}

#[test]
fn what_is_no_word_hides_no_shorter_one_when_the_character_before_has_left() {
    for (literals, text) in [(["éé ", " "], "Aéé a"), (["bcdef ghi jk k", "k"], "abcdef ghi jk k x")] {
        for case in [false, true] {
            let plan = Plan::new(&[words(&literals.map(str::to_owned), true, case, true)]);
            let expected = expected(&plan, Cut::Unredacted, text);
            assert_eq!(expected.verdicts[0].as_ref().unwrap().findings.len(), 1, "{text}");
            assert_eq!(streamed(&plan, Cut::Unredacted, cut(text, &[1])), expected, "{text}");
        }
    }
}

#[test]
fn a_stream_ends_before_what_must_not_leave() {
    let heron = ["project heron".to_owned()];
    let plan = Plan::new(&[words(&heron, false, false, false)]);
    let came = streamed(&plan, Cut::Unredacted, ["This is pro", "ject he", "ron and", " more"]);
    assert_eq!((&*came.text, came.blocked), ("This is ", true));
    let verdict = came.verdicts[0].as_ref().unwrap();
    assert_eq!((verdict.valid, verdict.findings.len(), verdict.findings[0].span.range()), (false, 1, 8..21));
}

#[test]
fn a_stream_without_end_takes_no_more_and_no_more_memory() {
    let plan = Plan::new(&[
        words(&["project heron".to_owned()], true, false, true),
        regex(&[r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}".to_owned()], true, true),
        json!({"type": "InvisibleText", "keep_emoji_joiners": true}),
    ]);
    let mut stream = plan.stream(Cut::Unredacted);
    let mut most = 0;
    for number in 0..20_000 {
        let mut piece = String::new();
        write!(piece, "the project he{number} jane{number}@example.com, é ").unwrap();
        stream.feed(&piece, Interrupt::NEVER);
        most = most.max(stream.held());
    }
    assert!(most < 512, "{most} bytes were held");
    stream.finish(Interrupt::NEVER);
    let omitted: usize = stream.conclude().iter().flatten().map(|verdict| verdict.omitted).sum();
    assert_eq!(omitted, 19_000);
}

#[test]
fn a_pattern_that_never_decides_takes_no_quadratic_time() {
    let plan = Plan::new(&[regex(&[r"\w+@\w+".to_owned(), r"(?s)a.*b.*c".to_owned()], true, true)]);
    let mut stream = plan.stream(Cut::Unredacted);
    let piece = "x".repeat(1_000);
    for _ in 0..1_000 {
        stream.feed(&piece, Interrupt::NEVER);
    }
    let step = stream.finish(Interrupt::NEVER);
    assert_eq!(step.text.len(), 1_000_000);
}

/// Holds all of the text, of which it has read what came before.
#[derive(Debug)]
struct Holds;

/// Has decided all there is, and counts the bytes it was shown.
#[derive(Debug)]
struct Counts(Arc<AtomicUsize>);

impl Follow for Holds {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _: &LiteralHits,
        _: &mut Found,
    ) -> Result<Progress, ScannerError> {
        Ok(Progress { decided: 0, needed: window.end() })
    }

    fn conclude(&self, _: usize, _: usize) -> (bool, f64) {
        (true, -1.0)
    }
}

impl Follow for Counts {
    fn advance(
        &mut self,
        window: &Window<'_>,
        _: &LiteralHits,
        _: &mut Found,
    ) -> Result<Progress, ScannerError> {
        self.0.fetch_add(window.text.len(), Ordering::Relaxed);
        Ok(Progress { decided: window.end(), needed: window.end() })
    }

    fn conclude(&self, _: usize, _: usize) -> (bool, f64) {
        (true, -1.0)
    }
}

/// The bytes that were shown of a text of 100,000 in pieces of 100, beside somebody who holds it.
fn shown(holds: Box<dyn Follow>, piece: &str) -> usize {
    let shown = Arc::<AtomicUsize>::default();
    let followers: Vec<(Box<dyn Follow>, Option<usize>)> =
        vec![(holds, None), (Box::new(Counts(Arc::clone(&shown))), None)];
    let literals = Arc::new(LiteralAutomaton::new(&[]).unwrap());
    let mut stream = Stream::new(followers, literals, Cut::Unredacted, Failure::Block);
    for _ in 0..1_000 {
        assert_eq!(stream.feed(piece, Interrupt::NEVER).text, "");
    }
    assert_eq!(stream.held(), 100_000);
    assert_eq!(stream.finish(Interrupt::NEVER).text, piece.repeat(1_000));
    shown.load(Ordering::Relaxed)
}

#[test]
fn what_is_held_is_not_read_again_with_every_piece() {
    let piece = "it goes on".repeat(10);
    // Once as it comes, and what is left at the end.
    assert!(shown(Box::new(Holds), &piece) <= 2 * 100_000);
    // A match that is open for long is not looked at with every piece.
    let waits = Plan::new(&[regex(&[r"(?s)\s*it.*b.*c|i.*d".to_owned()], true, true)]);
    let follower = waits.scanners[0].follow().unwrap();
    assert!(shown(follower, &piece) <= 12 * 100_000);
}
