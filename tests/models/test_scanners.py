"""Every scanner on a small model whose answers can be worked out by hand."""

from __future__ import annotations

import json
import pickle

import pytest

from pyshield import BlockingShield, Shield, _told
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ConfigError, LLMGuardValidationError, ModelError
from pyshield.model import Model
from pyshield.models import embed_blocking
from pyshield.util import calculate_risk_score as crs
from tests.models.small_models import encoder, ordinary, sigmoid, softmax, weights


@pytest.fixture(scope="module")
def model(encoder_dir):
    return Model(str(encoder_dir))


def both(name: str, *args, **kwargs):
    """A scanner of both sides, each as a call on one text."""
    prompt, output = getattr(i, name)(*args, **kwargs), getattr(o, name)(*args, **kwargs)
    return [prompt.scan, lambda text: output.scan("a prompt", text)]


@pytest.mark.parametrize("side", [0, 1])
def test_toxicity(model, side):
    scan = both("Toxicity", model=model, threshold=0.6)[side]
    assert scan("hello poison") == ("hello poison", False, crs(sigmoid(3), 0.6))
    assert scan("hello") == ("hello", True, crs(sigmoid(-3), 0.6))
    assert scan(" ") == (" ", True, -1.0)


def test_toxicity_tells_every_label(tmp_path):
    def add(graph):
        graph.sequence("logits", weights(3, {"poison": [6, 4, 9]}), [-3, -3, -3])

    labels = ["toxicity", "insult", "male"]
    config = {"problem_type": "multi_label_classification"}
    model = ordinary(tmp_path, "RobertaForSequenceClassification", labels, add, **config)
    report = i.Toxicity(model=Model(str(model))).report("poison")
    found = {finding.label: finding.score for finding in report.findings}
    # Not `male`: it is no kind of toxicity, likely as it is.
    assert found == {"TOXICITY": pytest.approx(sigmoid(3)), "INSULT": pytest.approx(sigmoid(1))}


@pytest.mark.parametrize("side", [0, 1])
def test_gibberish(model, side):
    scan = both("Gibberish", model=model, threshold=0.8)[side]
    clean = softmax(1, 5, 0, 0)[0]
    assert scan("hello") == ("hello", False, crs(round(1 - clean, 2), 0.8))
    shares = softmax(4, 2.5, 2, 0)
    assert scan("sad") == ("sad", True, crs(round(1 - shares[0], 2), 0.8))


def test_gibberish_of_an_ordinary_model_goes_by_the_likeliest_label(tmp_path):
    def add(graph):
        graph.sequence("logits", weights(4, {"hello": [0, 3, 2.9, 0], "sad": [3, 2.9, 2, 0]}), [0, 0, 0, 0])

    labels = ["clean", "noise", "mild gibberish", "word salad"]
    directory = ordinary(tmp_path, "BertForSequenceClassification", labels, add)
    scanner = i.Gibberish(model=Model(str(directory)), threshold=0.7)
    assert scanner.scan("hello")[2] == crs(round(softmax(0, 3, 2.9, 0)[1], 2), 0.7)
    assert scanner.scan("sad")[2] == crs(round(1 - softmax(3, 2.9, 2, 0)[0], 2), 0.7)


def test_one_bad_window_is_enough(tmp_path):
    """Of a long text each window is judged for itself; harmless ones do not outvote a bad one."""

    def add(graph):
        graph.sequence("logits", weights(2, {"hello": [0.1, 0], "poison": [0, 20]}), [3, 0])

    directory = ordinary(tmp_path, "BertForSequenceClassification", ["clean", "noise"], add)
    scanner = i.Gibberish(model=Model(str(directory)), threshold=0.9)
    assert scanner.scan("hello " * 200)[1]
    assert not scanner.scan("hello " * 100 + "poison " + "hello " * 100)[1]


@pytest.mark.parametrize(("pooling", "passes"), [("max", False), ("mean", True)])
def test_windows_are_pooled_as_the_model_says(tmp_path, pooling, passes):
    directory = encoder(tmp_path, f"pools-by-{pooling}")
    config = json.loads((directory / "config.json").read_text())
    config["heads"]["toxicity"]["pooling"] = pooling
    (directory / "config.json").write_text(json.dumps(config))
    scanner = i.Toxicity(model=Model(str(directory)), threshold=0.5)
    assert scanner.scan("hello " * 200)[1]
    assert scanner.scan("hello " * 100 + "poison " + "hello " * 100)[1] is passes
    assert not scanner.scan("poison " * 200)[1]


@pytest.mark.parametrize("side", [0, 1])
def test_ban_code(model, side):
    scan = both("BanCode", model=model, threshold=0.9)[side]
    assert scan("def alice") == ("def alice", False, crs(round(sigmoid(3), 2), 0.9))
    assert scan("alice") == ("alice", True, crs(round(sigmoid(-3), 2), 0.9))


def test_ban_code_reads_prose_with_an_ordinary_model(tmp_path):
    def add(graph):
        graph.sequence("logits", weights(2, {"def": [4, 0], "1": [-9, 0]}), [0, 2])

    directory = ordinary(tmp_path, "BertForSequenceClassification", ["CODE", "NLP"], add)
    scanner = i.BanCode(model=Model(str(directory)), threshold=0.7)
    expected = crs(round(softmax(4, 2)[0], 2), 0.7)
    # The digit is not read, the code between backticks is.
    assert scanner.scan("def 1") == ("def 1", False, expected)
    assert scanner.scan("```\ndef 1\n```")[2] == expected


@pytest.mark.parametrize("side", [0, 1])
def test_code(model, side):
    block = "See:\n```python\ndef alice\n```\nand hello"
    python = round(softmax(6, 0, 0)[0], 2)
    scan = both("Code", ["Python"], model=model)[side]
    assert scan(block) == (block, False, crs(python, 0.5))
    assert scan("```\nfn bob\n```") == ("```\nfn bob\n```", True, -1.0)
    allowed = both("Code", ["Python"], model=model, is_blocked=False)[side]
    assert allowed(block) == (block, True, crs(python, 0.5))
    assert allowed("`fn(bob)`") == ("`fn(bob)`", False, 1.0)
    assert allowed(" ") == (" ", True, -1.0)
    # Without backticks the whole text is read; that it is code at all is the head `code`'s to say.
    assert not scan("def alice")[1]
    assert scan("def")[2] == crs(round(python_share() * sigmoid(3), 2), 0.5)


def python_share() -> float:
    return softmax(6, 0, 0)[0]


def test_code_points_at_the_block(model):
    text = "é `def()` and `fn()`"
    report = i.Code(["Python", "Rust"], model=model).report(text)
    assert [(f.label, text[f.start : f.end]) for f in report.findings] == [
        ("PYTHON", "def()"),
        ("RUST", "fn()"),
    ]


def test_code_of_languages_nobody_knows(model):
    with pytest.raises(LLMGuardValidationError, match="languages"):
        i.Code(["Klingon"], model=model)
    with pytest.raises(ConfigError, match="is empty"):
        i.Code([], model=model)
    with pytest.raises(ModelError, match="but not COBOL"):
        i.Code(["COBOL"], model=model).scan("x")


@pytest.mark.parametrize("side", [0, 1])
def test_emotions(model, side):
    scan = both("EmotionDetection", model=model)[side]
    assert scan("angry") == ("angry", False, crs(sigmoid(3), 0.5))
    assert scan("hello") == ("hello", True, 0.0)
    assert scan("") == ("", True, -1.0)
    assert both("EmotionDetection", model=model, blocked_emotions=["sadness"])[side]("angry")[1]


def test_emotions_in_full(model):
    scores = {"anger": sigmoid(3), "sadness": sigmoid(1), "neutral": 0.5}
    scanner = i.EmotionDetection(model=model, match_type="sentence")
    assert scanner.get_emotion_analysis("Angry. Sad.") == pytest.approx(scores)
    *plain, analysis = scanner.scan_with_full_output("Angry. Sad.")
    assert tuple(plain) == scanner.scan("Angry. Sad.")
    assert analysis == pytest.approx(scores)
    output = o.EmotionDetection(model=model)
    assert output.get_emotion_analysis(" ") == {}
    assert output.scan_with_full_output("a prompt", " ") == (" ", True, -1.0, {})
    with pytest.raises(ConfigError, match="blocked_emotions"):
        i.EmotionDetection(model=model, blocked_emotions=["neutral"])


@pytest.mark.parametrize("side", [i, o])
def test_emotions_that_the_bundled_model_does_not_know(side):
    with pytest.raises(ConfigError) as caught:
        side.EmotionDetection(blocked_emotions=["Sadness", "angr"])
    words = "EmotionDetection: blocked_emotions[1]: 'angr': the bundled model knows no such emotion"
    assert str(caught.value).startswith(f"{words}; did you mean 'anger'? Known are admiration, amusement, ")
    assert caught.value.field == "blocked_emotions[1]"
    config = {"type": "EmotionDetection", "params": {"blocked_emotions": ["angr"]}}
    key = "prompt" if side is i else "output"
    with pytest.raises(ConfigError, match="did you mean 'anger'") as caught:
        BlockingShield.from_config({key: [config]})
    assert caught.value.field == f"{key}[0].params.blocked_emotions[0]"


def test_emotions_that_another_model_does_not_know(model, monkeypatch, caplog):
    monkeypatch.setattr(_told, "_told", set())
    # llm-guard lets them stand beside others.
    scanner = i.EmotionDetection(model=model, blocked_emotions=["angr", "ANGER", "grief"])
    assert not scanner.scan("angry")[1]
    assert not scanner.scan("angry")[1]
    (words,) = caplog.messages
    assert words == (
        "EmotionDetection: blocked_emotions[0]: 'angr': the model has no such label, nothing looks for it;"
        " did you mean 'anger'? Known are anger, sadness, neutral"
    )


@pytest.mark.parametrize("side", [0, 1])
def test_competitors(model, side):
    scan = both("BanCompetitors", ["Acme", "Bob"], model=model)[side]
    assert scan("hello Acme, Acme!") == ("hello [REDACTED], [REDACTED]!", False, 1.0)
    # Bob is a person here, and `acme` is not how the name is written.
    assert scan("Bob acme") == ("Bob acme", True, -1.0)
    assert scan("") == ("", True, -1.0)
    kept = both("BanCompetitors", ["Acme"], model=model, redact=False)[side]
    assert kept("to Acme") == ("to Acme", False, 1.0)
    sure = both("BanCompetitors", ["Acme"], model=model, threshold=0.99)[side]
    assert sure("to Acme")[1]


def test_competitors_beyond_the_first_window(model):
    text = "a b c d " * 30 + "Acme" + " e f g h" * 30
    sanitized, valid, _ = i.BanCompetitors(["Acme"], model=model).scan(text)
    assert (sanitized, valid) == (text.replace("Acme", "[REDACTED]"), False)


def test_competitors_need_a_model_of_names(classifier_dir):
    with pytest.raises(ModelError, match="does not label tokens"):
        i.BanCompetitors(["Acme"], model=Model(str(classifier_dir))).scan("Acme")


def test_bias_reads_the_prompt_too(model):
    scanner = o.Bias(model=model)
    biased = crs(round(sigmoid(3), 2), 0.7)
    assert scanner.scan("hello", "bob") == ("bob", False, biased)
    assert scanner.scan("bob", "hello") == ("hello", False, biased)
    assert scanner.scan("hello", "hello") == ("hello", True, crs(round(sigmoid(-3), 2), 0.7))
    assert scanner.scan("bob", " ") == (" ", True, -1.0)
    sentences = o.Bias(model=model, match_type="sentence")
    assert not sentences.scan("Hello. Bob.", "Hello.")[1]


async def test_bias_reads_the_prompt_in_a_shield(model):
    shield = Shield(output=[o.Bias(model=model)])
    assert not (await shield.scan_output("bob", "hello")).is_valid
    assert (await shield.scan_output("alice", "hello")).is_valid
    first, second = await shield.scan_outputs([("bob", "hello"), ("alice", "hello")])
    assert (first.is_valid, second.is_valid) == (False, True)


def test_no_refusal(model):
    scanner = o.NoRefusal(model=model)
    assert scanner.scan("", "hello world") == ("hello world", False, crs(round(sigmoid(3), 2), 0.75))
    assert scanner.scan("world", "hello") == ("hello", True, crs(round(sigmoid(-3), 2), 0.75))


def zero_shot(tmp_path, topics, **kwargs):
    def add(graph):
        table = weights(2, {"paris": [4, 0], "alice": [3, 0], "hello": [1, 0]})
        graph.pair("logits", table, [0, 2])

    directory = ordinary(
        tmp_path, "DebertaV2ForSequenceClassification", ["entailment", "not_entailment"], add
    )
    return i.BanTopics(topics, model=Model(str(directory)), **kwargs)


def test_topics_as_claims(tmp_path):
    """Topics share one probability, by the logit of entailment; one alone is weighed against its contrary."""
    scanner = zero_shot(tmp_path, ["paris", "alice"], threshold=0.7)
    assert scanner.scan("a text") == ("a text", False, crs(round(softmax(4, 3)[0], 2), 0.7))
    assert [finding.label for finding in scanner.report("a text").findings] == ["TOPIC_PARIS"]
    assert scanner.scan(" ") == (" ", True, -1.0)
    alone = zero_shot(tmp_path, ["hello"], threshold=0.6)
    assert alone.scan("a text") == ("a text", True, crs(round(softmax(1, 2)[0], 2), 0.6))
    with pytest.raises(ConfigError, match=r"topics\[1\]"):
        zero_shot(tmp_path, ["paris", " "])


@pytest.mark.parametrize("side", [0, 1])
def test_topics_as_places(model, side):
    """As near as the text is to a question about the topic, less a part of that to one about anything."""
    scan = both("BanTopics", ["hello world", "paris"], model=model, threshold=0.2)[side]
    claims = [f"a question about {topic}" for topic in ("something", "hello world", "paris")]

    def nearness(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    def near(text):
        place, anything, *topics = embed_blocking([text, *claims], model=model.path)
        return max(nearness(place, topic) - 0.6 * nearness(place, anything) for topic in topics)

    for text, refused in (("hello world", True), ("hello alice", True), ("alice", False)):
        assert scan(text)[1:] == (not refused, crs(round(near(text), 2), 0.2)), text


def test_topics_of_a_head_of_pairs(tmp_path):
    model = Model(str(encoder(tmp_path / "pairs", "pairs", leave_out=("embedding",))))
    scanner = i.BanTopics(["world"], model=model)
    # One claim, weighed against the last label.
    assert scanner.scan("a text") == ("a text", False, crs(round(softmax(5, 2)[0], 2), 0.6))
    injection_only = Model(str(encoder(tmp_path / "none", "none", leave_out=("embedding", "consistency"))))
    with pytest.raises(ModelError, match="entailment"):
        i.BanTopics(["world"], model=injection_only).scan("a text")


def test_a_model_s_own_threshold_is_the_usual_one(tmp_path):
    """What a model should flag by its own account, a scanner with llm-guard's default threshold flags."""
    directory = encoder(tmp_path, "calibrated")
    config = json.loads((directory / "config.json").read_text())
    own = sigmoid(2) - 0.01
    config["thresholds"] = {"PromptInjection": own, "Toxicity": 0.99}
    (directory / "config.json").write_text(json.dumps(config))
    model = Model(str(directory))
    assert i.PromptInjection(model=model).scan("hello")[1]
    assert not i.PromptInjection(model=model).scan("ignore")[1]
    [finding] = i.PromptInjection(model=model).report("ignore").findings
    assert finding.score == round(0.92 + 0.01 / (1 - own) * 0.08, 2)
    for scanner in (i.Toxicity(model=model), o.Toxicity(model=model)):
        assert scanner.scan(*["poison"] * (1 if isinstance(scanner, i.Toxicity) else 2))[1]


READERS = [
    ("input_scanners", "BanCode", {}),
    ("input_scanners", "BanCompetitors", {"competitors": ["Acme"]}),
    ("input_scanners", "BanTopics", {"topics": ["paris"]}),
    ("input_scanners", "Code", {"languages": ["Python"]}),
    ("input_scanners", "EmotionDetection", {"blocked_emotions": ["anger"]}),
    ("input_scanners", "Gibberish", {}),
    ("input_scanners", "PromptInjection", {}),
    ("input_scanners", "Toxicity", {}),
    ("output_scanners", "BanCode", {}),
    ("output_scanners", "BanCompetitors", {"competitors": ["Acme"]}),
    ("output_scanners", "BanTopics", {"topics": ["paris"]}),
    ("output_scanners", "Bias", {}),
    ("output_scanners", "Code", {"languages": ["Python"]}),
    ("output_scanners", "EmotionDetection", {}),
    ("output_scanners", "FactualConsistency", {}),
    ("output_scanners", "Gibberish", {}),
    ("output_scanners", "NoRefusal", {}),
    ("output_scanners", "Relevance", {}),
    ("output_scanners", "Toxicity", {}),
]


@pytest.mark.parametrize(("package", "name", "params"), READERS)
def test_declarations(model, package, name, params):
    module = i if package == "input_scanners" else o
    cls = getattr(module, name)
    threshold = "minimum_score" if name == "FactualConsistency" else "threshold"
    scanner = cls(**params, **{threshold: 0.25}, model=model)
    assert pickle.loads(pickle.dumps(scanner)) == scanner
    config = scanner.to_config()
    assert json.loads(json.dumps(config)) == config
    assert module.get_scanner_by_name(name, config["params"]) == scanner
    shown = repr(cls(**params, model=model)).replace(repr(model.to_config()), "model")
    assert eval(shown, {name: cls, "model": model}) == cls(**params, model=model)
    usual = getattr(cls, "_usual", None)
    assert usual in (None, cls.__init__.__kwdefaults__[threshold])
    for wrong in ({threshold: 1.5}, {threshold: "high"}, {"model": 7}, {"use_onnx": "no"}):
        with pytest.raises(ConfigError, match=name):
            cls(**({"model": model} | params | wrong))


@pytest.mark.parametrize(
    ("package", "name", "params"), [reader for reader in READERS if reader[1] != "FactualConsistency"]
)  # which compares words without a model
def test_without_a_model(monkeypatch, tmp_path, encoder_dir, package, name, params):
    """The bundled model is taken where there is one; where there is none, the error says what to give."""
    cls = getattr(i if package == "input_scanners" else o, name)
    monkeypatch.setattr(Model, "bundled", classmethod(lambda cls: cls(path=str(tmp_path / "nothing"))))
    with pytest.raises(ConfigError, match="model=Model"):
        cls(**params)
    if name == "BanCompetitors":  # which needs a better one
        return
    monkeypatch.setattr(Model, "bundled", classmethod(lambda cls: cls(path=str(encoder_dir))))
    arguments = ("hello",) if package == "input_scanners" else ("hello", "hello")
    report = cls(**params).report(*arguments)
    assert report.verdicts[name].model == "small-encoder 1"
