use super::*;

const OWN: &str = r#"{"name": "pyshield-encoder", "version": "1.0", "format": 1, "max_tokens": 256,
    "window": {"tokens": 256, "overlap": 64}, "token_types": "segment_and_case",
    "embedding": {"output": "embedding", "dimensions": 384},
    "heads": {
        "injection": {"output": "injection", "kind": "sequence", "activation": "sigmoid",
            "labels": ["direct", "indirect", "jailbreak"], "temperature": 1.5, "pooling": "max"},
        "entities": {"output": "entities", "kind": "token", "activation": "softmax",
            "labels": ["O", "B-PERSON", "I-PERSON"], "temperature": 1.0, "pooling": "max"},
        "consistency": {"output": "consistency", "kind": "pair", "activation": "softmax",
            "labels": ["entails", "contradicts", "neither"], "temperature": 1.0, "pooling": "mean"}},
    "thresholds": {"PromptInjection": 0.5}}"#;

fn parse(json: &str) -> Result<ModelConfig, ModelFault> {
    ModelConfig::parse(json.as_bytes(), "some/model", &Overrides::default())
}

#[test]
fn own_format() {
    let config = parse(OWN).unwrap();
    assert_eq!(config.name, "pyshield-encoder 1.0");
    assert_eq!((config.window, config.overlap, config.token_types), (256, 64, TokenTypes::SegmentAndCase));
    assert_eq!(config.heads.len(), 4);
    let injection = &config.heads[config.head("injection").unwrap()];
    assert_eq!((injection.kind, injection.activation), (HeadKind::Sequence, Activation::Sigmoid));
    assert_eq!(injection.label("jailbreak"), Some(2));
    assert_eq!(config.heads[config.head("embedding").unwrap()].kind, HeadKind::Embedding);
    assert_eq!(config.head("nothing"), None);
    assert!((config.thresholds["PromptInjection"] - 0.5).abs() < 1e-9);
}

#[test]
fn transformers_sequence_classification() {
    let config = parse(
        r#"{"architectures": ["DebertaV2ForSequenceClassification"], "max_position_embeddings": 512,
            "id2label": {"1": "INJECTION", "0": "SAFE"}, "model_type": "deberta-v2"}"#,
    )
    .unwrap();
    let head = &config.heads[config.head("injection").unwrap()];
    assert_eq!((head.kind, head.activation), (HeadKind::Sequence, Activation::Softmax));
    assert_eq!(head.label("INJECTION"), Some(1));
    assert_eq!(config.window, 512);
}

#[test]
fn transformers_kinds() {
    let several = parse(
        r#"{"architectures": ["RobertaForSequenceClassification"], "max_position_embeddings": 514,
            "model_type": "roberta", "problem_type": "multi_label_classification",
            "id2label": {"0": "a", "1": "b"}}"#,
    );
    let several = several.unwrap();
    assert_eq!((several.heads[0].activation, several.window), (Activation::Sigmoid, 512));
    let tokens =
        parse(r#"{"architectures": ["BertForTokenClassification"], "id2label": {"0": "O", "1": "B-X"}}"#);
    assert_eq!(tokens.unwrap().heads[0].kind, HeadKind::Token);
    let vectors = parse(r#"{"architectures": ["BertModel"], "max_position_embeddings": 512}"#).unwrap();
    assert_eq!(vectors.heads[0].kind, HeadKind::Embedding);
    let vectors = parse(r#"{"model_type": "bert", "max_position_embeddings": 512}"#).unwrap();
    assert_eq!(vectors.heads[0].kind, HeadKind::Embedding);
}

#[test]
fn overrides() {
    let overrides =
        Overrides { max_tokens: Some(128), activation: Some(Activation::Sigmoid), token_pooling: None };
    let config = ModelConfig::parse(OWN.as_bytes(), "x", &overrides).unwrap();
    assert_eq!((config.window, config.overlap), (128, 32));
    assert!(config.heads.iter().all(|head| head.activation == Activation::Sigmoid));
}

#[test]
fn what_is_no_configuration_says_so() {
    for json in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"hidden_size": 384}"#,
        r#"{"format": 1, "name": "x", "version": "1", "max_tokens": 64}"#,
        "7",
        r#"{"format": 2, "name": "x", "version": "1", "max_tokens": 64, "heads": {}}"#,
        r#"{"format": 1, "name": "x", "version": "1", "max_tokens": 64, "heads": {}}"#,
        r#"{"format": 1, "name": "x", "version": "1", "max_tokens": 100000000, "embedding": {"output": "e"}}"#,
        r#"{"architectures": ["BertForSequenceClassification"], "id2label": {"0": "a", "2": "b"}}"#,
        r#"{"architectures": ["BertForSequenceClassification"], "id2label": {"zero": "a"}}"#,
        r#"{"architectures": ["BertForSequenceClassification"], "id2label": {}}"#,
        r#"{"architectures": ["BertModel"], "max_position_embeddings": 2}"#,
        r#"{"architectures": ["BertForSequenceClassification"], "id2label": {"0": "a", "1": "b", "2": "a"}}"#,
        r#"{"architectures": ["BertForSequenceClassification"], "id2label": {"0": "a", "1": "b", "01": "c"}}"#,
        &*OWN.replace(r#""indirect""#, r#""direct""#),
        &*OWN.replace(r#""indirect""#, &format!(r#""{}""#, "x".repeat(1_001))),
        &*OWN.replace(r#""1.0""#, &format!(r#""{}""#, "x".repeat(1_001))),
        &*OWN.replace(r#""PromptInjection": 0.5"#, r#""PromptInjection": 7"#),
        &*OWN.replace(r#""PromptInjection": 0.5"#, r#""PromptInjection": -1.5"#),
    ] {
        let fault = parse(json).unwrap_err();
        assert_eq!(fault.kind(), "unreadable", "{json}: {fault}");
    }
}
