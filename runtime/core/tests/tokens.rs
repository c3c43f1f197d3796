//! Token counts against tiktoken's, and what must hold for every text.

use std::fmt::Write as _;

use proptest::prelude::*;
use pyshield_core::Interrupt;
use pyshield_core::interrupt::Interrupted;
use pyshield_core::tokens::{Encoding, Model, TokenizerError, count, count_up_to, model_names, truncate};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    encodings: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    limit: usize,
    counts: Vec<usize>,
    cuts: Vec<usize>,
}

#[test]
fn counts_and_cuts_are_those_tiktoken_makes() {
    let recorded: Recorded = serde_json::from_str(include_str!("data/token_counts.json")).unwrap();
    let mut wrong = String::new();
    for (i, name) in recorded.encodings.iter().enumerate() {
        let encoding = Encoding::from_name(name).unwrap();
        for case in &recorded.cases {
            let count = encoding.count(&case.text).unwrap();
            let cut = encoding.first_tokens(&case.text, case.limit, &Interrupt::NEVER).unwrap().len();
            if (count, cut) != (case.counts[i], case.cuts[i]) {
                writeln!(wrong, "{name} {:?}: {count}, {cut} of {}", case.text, case.limit).unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn models_are_known_by_name_by_prefix_and_by_provider() {
    let encoding = |name: &str| match Model::from_name(name) {
        Ok(Model::Exact(encoding)) => encoding.name(),
        Ok(Model::Estimate(family)) => family.name,
        Err(_) => "unknown",
    };
    for (name, expected) in [
        ("gpt-4", "cl100k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("openai/gpt-4o", "o200k_base"),
        ("gpt-5-nano", "o200k_base"),
        ("gpt-oss-20b", "o200k_harmony"),
        ("ft:gpt-4o:acme::1", "o200k_base"),
        ("ft:gpt-4:acme::1", "cl100k_base"),
        ("davinci", "r50k_base"),
        ("text-davinci-edit-001", "p50k_edit"),
        ("gpt2", "gpt2"),
        ("claude-3-5-sonnet-latest", "claude"),
        ("us.anthropic.claude-3-haiku-20240307-v1:0", "claude"),
        ("gemini-2.5-pro", "gemini"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama"),
        ("mistral-large-latest", "mistral"),
        ("gpt-4p", "unknown"),
        ("", "unknown"),
        ("no-such-model", "unknown"),
    ] {
        assert_eq!(encoding(name), expected, "{name}");
    }
}

#[test]
fn every_listed_name_resolves_to_what_the_list_says() {
    for (name, encoding) in model_names() {
        let model = Model::from_name(name).unwrap();
        match encoding {
            Some(encoding) => assert_eq!(model, Model::Exact(encoding), "{name}"),
            None => assert!(matches!(model, Model::Estimate(_)), "{name}"),
        }
    }
}

#[test]
fn an_unknown_model_is_named_and_a_long_name_is_cut() {
    assert_eq!(count("x", "nope"), Err(TokenizerError::UnknownModel("nope".into())));
    assert_eq!(count("x", "nope").unwrap_err().to_string(), "Unknown model: nope");
    let error = count("x", &"é".repeat(1_000_000)).unwrap_err().to_string();
    assert!(error.len() < 300);
    let error = Encoding::from_name("nope").unwrap_err();
    assert!(matches!(error, TokenizerError::InvalidInput(_)));
    assert!(error.to_string().starts_with("Invalid input: no encoding is called nope; there are gpt2, "));
}

#[test]
fn an_estimate_says_that_it_is_one_and_stays_consistent() {
    let text = "Tokens of a model whose tokenizer is not public. ".repeat(20);
    let exact = count(&text, "gpt-4o").unwrap();
    let claude = count(&text, "claude-sonnet-4").unwrap();
    assert!(exact.exact && !claude.exact);
    assert_eq!(claude.tokens, (exact.tokens * 114).div_ceil(100));
    assert_eq!(count(&text, "gemini-2.0-flash").unwrap().tokens, exact.tokens);
    for limit in 0..claude.tokens + 2 {
        let kept = truncate(&text, limit, "claude-sonnet-4").unwrap();
        assert!(count(kept, "claude-sonnet-4").unwrap().tokens <= limit, "{limit}");
        let within = count_up_to(&text, limit, "claude-sonnet-4").unwrap();
        assert_eq!(within, (claude.tokens <= limit).then_some(claude), "{limit}");
    }
}

#[test]
fn control_tokens_in_a_text_are_ordinary_text() {
    let text = "<|endoftext|>";
    assert_eq!(Encoding::Cl100kBase.count(text).unwrap(), 7);
    assert_eq!(Encoding::O200kBase.count(text).unwrap(), Encoding::O200kHarmony.count(text).unwrap());
}

#[test]
fn hostile_texts_of_a_megabyte_are_counted_exactly() {
    // Each is one piece, or a run that a careless pattern scans again and again.
    let n = 1 << 20;
    assert_eq!(Encoding::Cl100kBase.count(&"a".repeat(n)).unwrap(), n / 8);
    assert_eq!(Encoding::O200kBase.count(&"A".repeat(n)).unwrap(), n / 8);
    assert_eq!(Encoding::Cl100kBase.count(&" ".repeat(n)).unwrap(), n.div_ceil(128));
    for encoding in Encoding::ALL {
        for unit in ["\n ", "本A", "e\u{301}", "\u{301}A", "!", "aAbB", "'", "1", "\u{1F468}\u{200D}"] {
            let text = unit.repeat(n / unit.len());
            let tokens = encoding.count(&text).unwrap();
            assert!(tokens >= text.len() / 128 && tokens <= text.len());
        }
    }
}

#[test]
fn counting_stops_when_the_caller_has_gone() {
    let cancelled = std::sync::atomic::AtomicBool::new(true);
    let interrupt = Interrupt::new(None, Some(&cancelled));
    for text in ["x".repeat(1 << 20), "many words ".repeat(1 << 16)] {
        let result = Encoding::O200kBase.count_up_to(&text, usize::MAX, &interrupt);
        assert_eq!(result, Err(TokenizerError::Interrupted(Interrupted::Cancelled)));
    }
}

fn any_encoding() -> impl Strategy<Value = Encoding> {
    prop::sample::select(Encoding::ALL.to_vec())
}

proptest! {
    #[test]
    fn a_truncated_text_is_a_prefix_within_the_limit(
        encoding in any_encoding(), text in "(?s).{0,120}", limit in 0usize..80,
    ) {
        let kept = encoding.truncate(&text, limit, &Interrupt::NEVER).unwrap();
        prop_assert!(text.starts_with(kept));
        prop_assert!(encoding.count(kept).unwrap() <= limit);
        if encoding.count(&text).unwrap() <= limit {
            prop_assert_eq!(kept, &text);
        }
    }

    #[test]
    fn counting_up_to_a_limit_agrees_with_counting(
        encoding in any_encoding(), text in "(?s).{0,120}", limit in 0usize..200,
    ) {
        let tokens = encoding.count(&text).unwrap();
        let within = encoding.count_up_to(&text, limit, &Interrupt::NEVER).unwrap();
        prop_assert_eq!(within, (tokens <= limit).then_some(tokens));
    }

    #[test]
    fn cuts_grow_with_the_limit(encoding in any_encoding(), text in "[ a-z'本\u{301}\u{1F600}\n]{0,60}") {
        let mut last = 0;
        for limit in 0..=encoding.count(&text).unwrap() {
            let kept = encoding.first_tokens(&text, limit, &Interrupt::NEVER).unwrap();
            prop_assert!(kept.len() >= last);
            last = kept.len();
        }
        prop_assert_eq!(last, text.len());
    }
}
