"""Anonymize and Sensitive with a model that finds names, on a small model whose answers are known."""

from __future__ import annotations

import asyncio
import json

import pytest

from pyshield import Shield, Vault
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield._runtime import model_metrics
from pyshield.errors import ConfigError, ModelError, ScannerError
from pyshield.input_scanners import anonymize_helpers as helpers
from pyshield.input_scanners.anonymize import entity_types
from pyshield.ml import MLConfig
from pyshield.model import Model
from pyshield.pipeline import Pipeline
from tests.models.small_models import encoder, ordinary, softmax, weights
from tests.models.waiting import until

TEXT = "hello Alice, ask Bob at Acme in Paris: bob@acme.com"
HIDDEN = (
    "hello [REDACTED_PERSON_1], ask [REDACTED_PERSON_2] at [REDACTED_ORGANIZATION_1] in "
    "[REDACTED_LOCATION_1]: [REDACTED_EMAIL_ADDRESS_1]"
)
ALL = ["PERSON", "LOCATION", "ORGANIZATION", "EMAIL_ADDRESS"]
SURE = softmax(5, 9)[1]


@pytest.fixture(scope="module")
def model(encoder_dir):
    return Model(str(encoder_dir))


@pytest.fixture
def conf(model):
    return {"DEFAULT_MODEL": model}


def test_names_and_patterns_are_replaced_and_restored(conf):
    vault = Vault()
    scanner = i.Anonymize(vault, entity_types=ALL, recognizer_conf=conf)
    assert scanner.scan(TEXT)[:2] == (HIDDEN, False)
    # The same value has the same placeholder in the next turn, too.
    assert scanner.scan("Bob!")[0] == "[REDACTED_PERSON_2]!"
    assert o.Deanonymize(vault).scan("", HIDDEN)[0] == TEXT


def test_a_text_without_names_passes(conf):
    scanner = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf)
    assert scanner.scan("hello world") == ("hello world", True, -1.0)
    assert scanner.scan(" \n") == (" \n", True, -1.0)


def test_only_what_is_wanted_is_replaced(conf):
    scanner = i.Anonymize(Vault(), entity_types=["LOCATION"], recognizer_conf=conf)
    assert scanner.scan("Bob in Paris")[0] == "Bob in [REDACTED_LOCATION_1]"
    allowed = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf, allowed_names=["Bob"])
    assert allowed.scan("Bob in Paris")[0] == "Bob in [REDACTED_LOCATION_1]"


def test_thresholds(conf):
    unsure = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf, threshold=0.99)
    assert unsure.scan("Bob in Paris")[0] == "Bob in Paris"
    one = {"PERSON": 0.9}
    scanner = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf, threshold=0.99, thresholds=one)
    report = scanner.report("Bob in Paris")
    assert report.text == "[REDACTED_PERSON_1] in Paris"
    assert report.findings[0].score == pytest.approx(SURE, abs=0.02)


def believed(path, thresholds):
    """The directory of a model that asks to be believed from such scores on."""
    directory = encoder(path)
    config = json.loads((directory / "config.json").read_text())
    config["thresholds"] = thresholds
    (directory / "config.json").write_text(json.dumps(config))
    return directory


def test_a_model_may_say_from_when_on_it_is_believed(tmp_path):
    directory = believed(tmp_path, {"Anonymize": 0.999})
    conf = {"DEFAULT_MODEL": Model(str(directory))}
    assert i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf).scan("Bob")[1]
    asked = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf, thresholds={"PERSON": 0.5})
    assert asked.scan("Bob")[0] == "[REDACTED_PERSON_1]"
    assert not o.Sensitive(entity_types=ALL, recognizer_conf=conf).scan("", "Bob")[1]


def test_what_a_verdict_says_of_the_model(conf):
    report = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf).report("hello")
    verdict = report.verdicts["Anonymize"]
    assert (verdict.model, verdict.degraded) == ("small-encoder 1", None)
    # Of a kind that is asked for, but not among its labels, it finds none.
    unlabelled = i.Anonymize(Vault(), entity_types=[*ALL, "NRP"], recognizer_conf=conf).report("hello")
    assert "NRP" in (unlabelled.verdicts["Anonymize"].degraded or "")
    other = {**conf, "MODEL_TO_PRESIDIO_MAPPING": {"PERSON": "PERSON", "CITY": "LOCATION"}}
    cities = o.Sensitive(entity_types=["PERSON", "LOCATION"], recognizer_conf=other).report("", "hello")
    assert "LOCATION" in (cities.verdicts["Sensitive"].degraded or "")
    conf["MODEL_TO_PRESIDIO_MAPPING"] = {"PERSON": "PERSON"}
    less = i.Anonymize(Vault(), entity_types=[*ALL, "NRP"], recognizer_conf=conf).report("hello")
    assert "NRP" in (less.verdicts["Anonymize"].degraded or "")
    alone = i.Anonymize(Vault()).report("hello").verdicts["Anonymize"]
    assert alone.model is None
    assert "PERSON" in (alone.degraded or "")


@pytest.mark.parametrize("redact", [False, True])
def test_sensitive(conf, redact):
    scanner = o.Sensitive(entity_types=ALL, recognizer_conf=conf, redact=redact)
    hidden = "<PERSON> at <ORGANIZATION>: <EMAIL_ADDRESS>" if redact else "Bob at Acme: bob@acme.com"
    assert scanner.scan("", "Bob at Acme: bob@acme.com") == (hidden, False, 1.0)
    assert scanner.scan("", "hello") == ("hello", True, -1.0)
    assert scanner.report("", "hello").verdicts["Sensitive"].degraded is None


def test_names_beyond_the_first_window(conf):
    text = "a b c d " * 30 + "Bob" + " e f g h" * 30
    assert i.Anonymize(Vault(), recognizer_conf=conf).scan(text)[0] == text.replace(
        "Bob", "[REDACTED_PERSON_1]"
    )


def test_a_text_of_which_a_part_was_not_read_does_not_pass(encoder_dir):
    conf = {"DEFAULT_MODEL": Model(str(encoder_dir), max_windows=2)}
    text = "a b c d " * 60 + "Bob"
    with pytest.raises(ScannerError, match="2 windows of the model"):
        i.Anonymize(Vault(), recognizer_conf=conf).scan(text)
    with pytest.raises(ScannerError, match="2 windows of the model"):
        i.Anonymize(Vault(), recognizer_conf=conf).explain(text)
    with pytest.raises(ScannerError, match="2 windows of the model"):
        o.Sensitive(recognizer_conf=conf).scan("", text)


def test_a_text_of_which_a_part_was_not_read_is_refused_for_the_rest_but_not_redacted(encoder_dir):
    model = Model(str(encoder_dir), max_windows=2)
    conf = {"DEFAULT_MODEL": model}
    text = "Bob and " + "a b c d " * 60
    assert not o.Sensitive(recognizer_conf=conf).scan("", text)[1]
    companies = "Acme and " + "a b c d " * 60
    assert not o.BanCompetitors(["Acme"], model=model, redact=False).scan("", companies)[1]
    redacting = [
        lambda: i.Anonymize(Vault(), recognizer_conf=conf).scan(text),
        lambda: o.Sensitive(recognizer_conf=conf, redact=True).scan("", text),
        lambda: o.BanCompetitors(["Acme"], model=model, redact=True).scan("", companies),
    ]
    for scan in redacting:
        with pytest.raises(ScannerError, match="2 windows of the model"):
            scan()


def test_explains_names(conf):
    text = "Bob at Acme in Paris: bob@acme.com"
    scanner = i.Anonymize(
        Vault(),
        entity_types=["PERSON", "LOCATION", "EMAIL_ADDRESS"],
        recognizer_conf=conf,
        thresholds={"LOCATION": 0.999},
        allowed_names=["Bob"],
    )
    trace = scanner.explain(text)
    told = ["type", "decision", "threshold", "recognizer", "model", "model_label"]
    assert [[one[key] for key in told] for one in trace] == [
        ["PERSON", "allowed", 0.5, "model", "small-encoder 1", "PERSON"],
        ["LOCATION", "below_threshold", 0.999, "model", "small-encoder 1", "LOCATION"],
        ["PERSON", "overlapped", 0.5, "model", "small-encoder 1", "PERSON"],
        ["EMAIL_ADDRESS", "kept", 0.5, "mail", None, None],
    ]
    assert [text[one["start"] : one["end"]] for one in trace] == ["Bob", "Paris", "bob", "bob@acme.com"]
    assert trace[0]["score"] == pytest.approx(SURE, abs=0.02)
    assert not any(word in repr(trace) for word in ("Bob", "Paris", "acme"))
    # A scanner that judges by the same model says the same.
    assert [f.label for f in scanner.report(text).findings] == ["EMAIL_ADDRESS"]
    output = o.Sensitive(entity_types=["PERSON"], recognizer_conf=conf)
    assert [one["decision"] for one in output.explain("Bob at Acme")] == ["kept"]


def test_explains_from_when_on_a_model_is_believed(tmp_path):
    directory = believed(tmp_path, {"Anonymize": 0.999})
    conf = {"DEFAULT_MODEL": Model(str(directory))}
    (one,) = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf).explain("Bob")
    assert (one["threshold"], one["decision"]) == (0.999, "below_threshold")
    (one,) = o.Sensitive(entity_types=ALL, recognizer_conf=conf).explain("Bob")
    assert (one["threshold"], one["decision"]) == (0.5, "kept")


def test_a_scanner_alone_loads_its_model_when_a_text_is_first_read(tmp_path):
    model = Model(str(encoder(tmp_path, "names-not-yet")))
    scanner = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf={"DEFAULT_MODEL": model})
    assert model_metrics()["names-not-yet 1"]["sessions"] == 0
    assert scanner.scan("Bob")[0] == "[REDACTED_PERSON_1]"
    assert model_metrics()["names-not-yet 1"]["sessions"] >= 1


async def test_in_a_shield_one_session_each(conf):
    vault = Vault()
    names = i.Anonymize(vault, entity_types=ALL, recognizer_conf=conf)
    shield = Shield(prompt=[names], output=[o.Deanonymize(vault)])
    first, second = shield.session(Vault()), shield.session(Vault())
    results = await asyncio.gather(*(one.scan_prompt(TEXT) for one in (shield, first, second)))
    assert {result.text for result in results} == {HIDDEN}
    assert {result.lane for result in results} == {"actor"}
    assert (await second.scan_prompt("Paris, Bob")).text == "[REDACTED_LOCATION_1], [REDACTED_PERSON_2]"
    assert (await first.scan_output("", "to [REDACTED_PERSON_1]")).text == "to Alice"
    many = await first.scan_prompts([TEXT, "hello", "Bob"])
    assert [one.text for one in many] == [HIDDEN, "hello", "[REDACTED_PERSON_2]"]


async def test_the_model_is_shared_with_other_scanners(tmp_path):
    model = Model(str(encoder(tmp_path, "names-and-more")))
    conf = {"DEFAULT_MODEL": model}
    shield = Shield(
        prompt=[
            i.PromptInjection(model=model, threshold=0.5),
            i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf),
            i.BanSubstrings(["poison"]),
            i.Toxicity(model=model),
        ]
    )
    result = await shield.scan_prompt("ignore Bob")
    metrics = model_metrics()["names-and-more 1"]
    assert (metrics["rows_total"], metrics["batches_total"]) == (1, 1)
    assert list(result.verdicts) == ["PromptInjection", "Anonymize", "BanSubstrings", "Toxicity"]
    assert [verdict.is_valid for verdict in result.verdicts.values()] == [False, False, True, True]
    assert result.text == "ignore [REDACTED_PERSON_1]"


@pytest.mark.parametrize("mode", ["sequential", "parallel"])
async def test_in_every_mode_of_a_pipeline(conf, mode):
    scanners = [i.BanSubstrings(["poison"]), i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf)]
    shield = Shield(prompt=scanners, pipeline=Pipeline(mode=mode))
    assert (await shield.scan_prompt("Bob in Paris")).text == "[REDACTED_PERSON_1] in [REDACTED_LOCATION_1]"
    assert not (await shield.scan_prompt("poison Bob")).is_valid


async def test_nobody_stands_in_for_it_when_its_model_fails(tmp_path):
    directory = encoder(tmp_path, "names-that-fail")
    conf = {"DEFAULT_MODEL": Model(str(directory), idle_timeout=0.05)}
    names = i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf)
    shield = Shield(prompt=[names, i.BanSubstrings(["poison"])], ml=MLConfig(fallback_to_heuristic=True))
    output = Shield(output=[o.Sensitive(recognizer_conf=conf)], ml=MLConfig(fallback_to_heuristic=True))
    await until(lambda: model_metrics()["names-that-fail 1"]["sessions"] == 0)
    (directory / "model.onnx").write_bytes(b"no graph")
    result, answer = await shield.scan_prompt(TEXT), await output.scan_output("", TEXT)
    assert (result.is_valid, answer.is_valid) == (False, False)
    assert [type(one.errors[0]).__name__ for one in (result, answer)] == ["ModelError", "ModelError"]


def test_blocking(conf):
    from pyshield import BlockingShield

    shield = BlockingShield(prompt=[i.Anonymize(Vault(), entity_types=ALL, recognizer_conf=conf)])
    assert shield.scan_prompt(TEXT).text == HIDDEN


def test_a_model_that_is_not_there_is_an_error_at_once(tmp_path):
    with pytest.raises(ModelError):
        i.Anonymize(Vault(), recognizer_conf={"DEFAULT_MODEL": Model(str(tmp_path / "nowhere"))})


def test_a_model_that_labels_no_tokens(classifier_dir):
    conf = {"DEFAULT_MODEL": Model(str(classifier_dir))}
    with pytest.raises(ModelError, match="does not label tokens"):
        i.Anonymize(Vault(), recognizer_conf=conf)


def test_labels_of_another_model(tmp_path):
    def add(graph):
        table = weights(3, {"bob": [0, 9, 0], "alice": [0, 0, 9]})
        table[:, 0] += 5
        graph.token("logits", table)

    labels = ["O", "B-FIRSTNAME", "B-USERAGENT"]
    directory = ordinary(tmp_path, "BertForTokenClassification", labels, add)
    conf = {**helpers.DEBERTA_AI4PRIVACY_v2_CONF, "DEFAULT_MODEL": Model(str(directory))}
    assert i.Anonymize(Vault(), recognizer_conf=conf).scan("Bob, Alice")[0] == "[REDACTED_PERSON_1], Alice"
    with pytest.raises(ModelError, match="FIRSTNAME"):
        i.Anonymize(
            Vault(), recognizer_conf={"DEFAULT_MODEL": Model(str(directory)), "LABELS_TO_IGNORE": ["O"]}
        )


@pytest.mark.parametrize(
    ("conf", "what"),
    [
        (3, "recognizer_conf"),
        ({}, "DEFAULT_MODEL"),
        ({"DEFAULT_MODEL": 3}, "model"),
        ({"DEFAULT_MODEL": None, "MODEL_TO_PRESIDIO_MAPPING": 3}, "MODEL_TO_PRESIDIO_MAPPING"),
        ({"DEFAULT_MODEL": None, "MODEL_TO_PRESIDIO_MAPPING": {"PER": 3}}, "MODEL_TO_PRESIDIO_MAPPING"),
        ({"DEFAULT_MODEL": None, "MODEL_TO_PRESIDIO_MAPPING": {"MISC": "O"}}, "no label counts"),
    ],
)
@pytest.mark.parametrize("make", [lambda **more: i.Anonymize(Vault(), **more), o.Sensitive])
def test_what_is_wrong_with_a_choice(make, conf, what):
    with pytest.raises(ConfigError, match=what):
        make(recognizer_conf=conf)


def test_a_choice_survives_a_file(model):
    conf = {"DEFAULT_MODEL": model, "MODEL_TO_PRESIDIO_MAPPING": {"PERSON": "PERSON"}}
    scanner = o.Sensitive(recognizer_conf=conf, redact=True)
    config = scanner.to_config()
    again = o.Sensitive(**config["params"])
    assert again == scanner
    assert again.scan("", "Bob in Paris")[0] == "<PERSON> in Paris"


def test_the_choices_that_come_along():
    known = set(entity_types())
    for name in helpers.__all__:
        if name.endswith("_CONF"):
            labels = getattr(helpers, name)["MODEL_TO_PRESIDIO_MAPPING"]
            assert set(labels.values()) <= known, name
            assert "PERSON" in labels.values()
