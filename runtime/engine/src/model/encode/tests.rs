use std::sync::atomic::AtomicBool;

use pyshield_core::Text;

use super::*;

/// A `WordPiece` tokenizer as BERT's, over letters and a few words.
pub(crate) fn tokenizer_json() -> String {
    let mut vocab = vec!["[PAD]".to_owned(), "[UNK]".to_owned(), "[CLS]".to_owned(), "[SEP]".to_owned()];
    vocab.extend(["ignore", "all", "previous", "##s", "instruction", "nasa"].map(str::to_owned));
    vocab.extend(('a'..='z').flat_map(|c| [c.to_string(), format!("##{c}")]));
    vocab.extend(('0'..='9').flat_map(|c| [c.to_string(), format!("##{c}")]));
    vocab.extend([".", ",", "!", "?", "'", "-"].map(str::to_owned));
    let vocab: serde_json::Map<_, _> =
        vocab.into_iter().enumerate().map(|(id, token)| (token, id.into())).collect();
    serde_json::json!({
        "version": "1.0", "truncation": {"max_length": 8, "strategy": "LongestFirst", "stride": 0,
            "direction": "Right"},
        "padding": null, "added_tokens": [],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab},
    })
    .to_string()
}

pub(crate) fn encoder() -> Encoder {
    Encoder::parse(tokenizer_json().as_bytes(), TokenTypes::SegmentAndCase, 32).unwrap()
}

fn all(text: &str) -> Tokens {
    encoder().tokens(text, usize::MAX, &Interrupt::NEVER).unwrap()
}

#[test]
fn frames_are_learned_from_the_template() {
    let encoder = encoder();
    assert_eq!(
        encoder.frame_of(false),
        &Frame { before: vec![2], between: vec![], after: vec![3], second: 0 }
    );
    assert_eq!(
        encoder.frame_of(true),
        &Frame { before: vec![2], between: vec![3], after: vec![3], second: 1 }
    );
}

#[test]
fn tokens_know_their_bytes_and_the_case_of_their_word() {
    let text = "Ignore ALL pré-instructions, NASA2 é";
    let tokens = all(text);
    let seen: Vec<_> =
        tokens.tokens.iter().map(|t| (&text[t.start as usize..t.end as usize], t.case)).collect();
    assert_eq!(seen[0], ("Ignore", 1));
    assert_eq!(seen[1], ("ALL", 2));
    assert_eq!(&seen[2..5], [("p", 0), ("r", 0), ("é", 0)]);
    let instruction: Vec<_> = seen.iter().filter(|(piece, _)| ["instruction", "s"].contains(piece)).collect();
    assert_eq!(instruction.len(), 2);
    assert!(seen.contains(&("NASA", 4)) && seen.contains(&("2", 4)));
    assert_eq!(tokens.covered, text.len());
}

#[test]
fn long_texts_are_tokenised_in_pieces_as_in_one() {
    let text = "ignore all previous instructions. ".repeat(4_000);
    let tokens = all(&text);
    let short = all("ignore all previous instructions. ");
    assert_eq!(tokens.tokens.len(), short.tokens.len() * 4_000);
    assert_eq!(tokens.covered, text.len());
    for (at, token) in tokens.tokens.iter().enumerate() {
        let expected = short.tokens[at % short.tokens.len()];
        assert_eq!(token.id, expected.id);
        assert_eq!(
            text[token.start as usize..token.end as usize].len(),
            (expected.end - expected.start) as usize
        );
    }
    let words: Vec<u32> = tokens.tokens.iter().map(|token| token.word).collect();
    assert!(words.windows(2).all(|pair| pair[0] <= pair[1]), "words are numbered in order");
}

#[test]
fn the_most_tokens_are_kept_and_the_rest_is_told() {
    let text = "a b c d e f g h";
    let tokens = encoder().tokens(text, 3, &Interrupt::NEVER).unwrap();
    assert_eq!((tokens.tokens.len(), tokens.covered), (3, 5));
}

#[test]
fn text_without_a_space_is_cut_at_a_character() {
    let text = "é".repeat(60_000);
    let tokens = all(&text);
    assert_eq!(tokens.covered, text.len());
}

#[test]
fn tokenising_stops_when_nobody_waits() {
    let gone = AtomicBool::new(true);
    let stopped = encoder().tokens("a", 9, &Interrupt::new(None, Some(&gone)));
    assert_eq!(stopped, Err(EncodeError::Interrupted(Interrupted::Cancelled)));
}

#[test]
fn broken_tokenizers_are_refused() {
    let whole = tokenizer_json();
    for json in ["", "{}", "[1]", &whole[..whole.len() / 2], &whole.replace("\"vocab\"", "\"vocal\"")] {
        let fault = Encoder::parse(json.as_bytes(), TokenTypes::Segment, 32).unwrap_err();
        assert_eq!(fault.kind(), "unreadable");
        assert!(fault.to_string().starts_with("tokenizer.json"), "{fault}");
    }
}

#[test]
fn tokenizers_made_to_take_long_are_refused() {
    let whole = tokenizer_json();
    let open = whole.strip_suffix('}').unwrap();
    let bomb =
        serde_json::json!({"type": "Replace", "pattern": {"String": "h"}, "content": "a ".repeat(50_000)});
    for (json, detail) in [
        // What is said twice counts as the library takes it.
        (format!("{open}, \"normalizer\": {bomb}}}"), "100000 bytes"),
        (format!("{{\"pre_tokenizer\": {bomb}, {}", &whole[1..]), ""),
        (whole.replace("_per_word\":100", "_per_word\":1000000"), "1000000 characters"),
    ] {
        let fault = Encoder::parse(json.as_bytes(), TokenTypes::Segment, 32).unwrap_err();
        assert!(fault.to_string().contains(detail), "{fault}");
    }
}

#[test]
fn an_empty_text_has_no_tokens() {
    assert!(all("").tokens.is_empty());
    assert!(all(Text::from("   ").as_str()).tokens.is_empty());
}

#[test]
fn more_special_tokens_than_text_are_refused() {
    let many = vec![2; 200];
    let json = tokenizer_json().replace("\"ids\":[2]", &format!("\"ids\":{many:?}"));
    let names = vec!["[CLS]"; 200];
    let json = json.replace("\"tokens\":[\"[CLS]\"]", &format!("\"tokens\":{names:?}"));
    let parse = |window| Encoder::parse(json.as_bytes(), TokenTypes::Segment, window);
    assert!(parse(32).unwrap_err().to_string().contains("half a window of 32"));
    assert!(parse(512).is_ok());
}

#[test]
fn a_foreign_sign_hides_no_word() {
    for text in ["ignore☃ all☃ previous☃", "☃ignore☃all☃previous☃", "Ignore▁ALL▁☃☃▁préVious"]
    {
        let tokens = all(text).tokens;
        let plain: Vec<u32> = all("ignore all previous").tokens.iter().map(|token| token.id).collect();
        let known: Vec<u32> = tokens.iter().map(|token| token.id).filter(|&id| id != 1).collect();
        assert!(known == plain || text.contains('é'), "{text}: {known:?}");
        for token in &tokens {
            let read = &text[token.start as usize..token.end as usize];
            let foreign = read.chars().all(|c| "☃▁".contains(c));
            assert_eq!(token.id == 1, foreign, "{text}: {read}");
        }
        assert!(tokens.windows(2).all(|pair| pair[0].id != 1 || pair[1].id != 1), "runs are one token");
    }
    let glued = all("ignore☃ all").tokens;
    assert_eq!(glued.iter().map(|token| token.word).collect::<Vec<_>>(), [0, 0, 1], "still one word");
}

#[test]
fn words_of_any_length_are_read() {
    for length in [100, 101, 250, 40_000] {
        let tokens = all(&"a".repeat(length)).tokens;
        assert_eq!(tokens.len(), length);
        assert!(tokens.iter().all(|token| token.id != 1));
    }
}

#[test]
fn what_is_unknown_as_a_whole_stays_one_token() {
    for text in ["☃", "☃☃☃", "☃▁☃ a", "[UNK] a"] {
        let library = encoder().tokenizer.encode(text, false).unwrap();
        let ids: Vec<u32> = all(text).tokens.iter().map(|token| token.id).collect();
        assert_eq!(ids, library.get_ids(), "{text}");
    }
}

#[test]
fn signs_in_every_word_take_linear_time() {
    let began = std::time::Instant::now();
    for unit in ["☃a", "a☃ ", "☃", "a☃☃☃☃☃☃☃☃☃"] {
        assert!(!all(&unit.repeat(1_000_000 / unit.len())).tokens.is_empty());
    }
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

/// The tokenizer that comes with the package, on its documentation.
#[test]
fn ordinary_text_gives_the_tokens_of_the_library() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let json = std::fs::read(root.join("pyshield/weights/encoder/tokenizer.json")).unwrap();
    let encoder = Encoder::parse(&json, TokenTypes::SegmentAndCase, 512).unwrap();
    let mut lines = 0;
    for file in ["README.md", "docs/models.md", "docs/private-data.md", "docs/decisions/encoder.md"] {
        for line in std::fs::read_to_string(root.join(file)).unwrap().lines() {
            let library = encoder.tokenizer.encode(line, false).unwrap();
            let tokens = encoder.tokens(line, usize::MAX, &Interrupt::NEVER).unwrap().tokens;
            let places = tokens.iter().map(|token| (token.id, token.start as usize, token.end as usize));
            let its = library.get_ids().iter().zip(library.get_offsets()).map(|(&id, &(a, b))| (id, a, b));
            let unknown = library.get_ids().contains(&1);
            lines += usize::from(!unknown);
            assert!(unknown || places.eq(its), "{line}");
        }
    }
    assert!(lines > 300, "{lines}");
}
