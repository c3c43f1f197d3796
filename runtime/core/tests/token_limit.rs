//! `TokenLimit`: llm-guard's verdicts, and texts that are far too long.

use pyshield_core::literal::LiteralHits;
use pyshield_core::scanner::token_limit::{TokenLimit, TokenLimitSpec};
use pyshield_core::{Evidence, Input, Scanner, ScannerSpec, Text, Verdict, apply_edits, merge_edits};

fn scanner(limit: usize, encoding: &str, model: Option<&str>) -> TokenLimit {
    let model_name = model.map(str::to_owned);
    TokenLimit::new(&TokenLimitSpec { limit, encoding_name: encoding.to_owned(), model_name }).unwrap()
}

fn scan(scanner: &TokenLimit, text: &str) -> (String, Verdict) {
    let evidence = LiteralHits::default();
    let verdict = scanner.scan(&Input::text(&Text::from(text)), &Evidence { literals: &evidence }).unwrap();
    let edited = apply_edits(text, &merge_edits(verdict.edits.clone()));
    (edited.unwrap_or_else(|| text.to_owned()), verdict)
}

#[test]
fn fewer_tokens_than_the_limit_pass_and_as_many_do_not() {
    // "one two three four" is four tokens.
    let text = "one two three four";
    for (limit, kept) in [(5, None), (4, Some(text)), (3, Some("one two three")), (1, Some("one"))] {
        let (edited, verdict) = scan(&scanner(limit, "cl100k_base", None), text);
        assert_eq!((verdict.valid, verdict.risk), kept.map_or((true, -1.0), |_| (false, 1.0)), "{limit}");
        assert_eq!(edited, kept.unwrap_or(text), "{limit}");
        assert_eq!(verdict.findings.len(), usize::from(kept.is_some()));
        if let Some(kept) = kept {
            let finding = &verdict.findings[0];
            assert_eq!((&*finding.label, finding.span.range()), ("TOKEN_LIMIT", kept.len()..text.len()));
        }
    }
}

#[test]
fn blank_texts_pass_whatever_their_length() {
    for text in ["", " ", &" \n\t\u{3000}".repeat(10_000)] {
        let (edited, verdict) = scan(&scanner(1, "cl100k_base", None), text);
        assert_eq!(verdict, Verdict::pass());
        assert_eq!(edited, text);
    }
}

#[test]
fn a_cut_never_splits_a_character() {
    let text = "👩‍👩‍👧‍👦漢字🦜".repeat(3);
    for limit in 1..60 {
        let (edited, _) = scan(&scanner(limit, "cl100k_base", None), &text);
        assert!(text.starts_with(&edited), "{limit}");
    }
}

#[test]
fn the_model_decides_before_the_encoding() {
    let text = "今日は良い天気ですね";
    let by_model = scanner(7, "r50k_base", Some("gpt-4o"));
    assert!(scan(&by_model, text).1.valid);
    assert!(!scan(&scanner(7, "r50k_base", None), text).1.valid);
    assert!(!scan(&scanner(7, "r50k_base", Some("")), text).1.valid);
}

#[test]
fn fifty_megabytes_are_cut_without_being_counted_whole() {
    let spaces = " ".repeat(50_000_000) + "x";
    let scanner = scanner(4_096, "cl100k_base", None);
    let (edited, verdict) = scan(&scanner, &spaces);
    assert!(!verdict.valid);
    assert_eq!(edited.len(), 4_096 * 128);
}

#[test]
fn what_cannot_be_counted_with_is_refused() {
    let spec = |limit, encoding: &str, model: Option<&str>| TokenLimitSpec {
        limit,
        encoding_name: encoding.to_owned(),
        model_name: model.map(str::to_owned),
    };
    for (spec, field) in [
        (spec(1, "cl100k", None), "encoding_name"),
        (spec(1, "cl100k_base", Some("gpt-nine")), "model_name"),
        (spec(0, "cl100k_base", None), "limit"),
    ] {
        let error = TokenLimit::new(&spec).unwrap_err();
        assert_eq!((error.scanner, error.field.as_str()), ("TokenLimit", field));
    }
}

#[test]
fn it_is_declared_by_its_class_name() {
    let json = r#"{"type": "TokenLimit", "limit": 9, "encoding_name": "o200k_base", "model_name": null}"#;
    let spec: ScannerSpec = serde_json::from_str(json).unwrap();
    assert_eq!(spec.build().unwrap().name(), "TokenLimit");
    assert!(serde_json::from_str::<ScannerSpec>(&json.replace("limit", "limits")).is_err());
}
