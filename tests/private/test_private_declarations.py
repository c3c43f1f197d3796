"""How Anonymize, Deanonymize and Sensitive are declared, and which arguments are refused."""

from __future__ import annotations

import pickle

import pytest

from pyshield import Shield, Vault
from pyshield.errors import ConfigError
from pyshield.exception import LLMGuardValidationError
from pyshield.input_scanners import Anonymize
from pyshield.input_scanners.anonymize import DEFAULT_ENTITY_TYPES, entity_types
from pyshield.output_scanners import Deanonymize, Sensitive

GROUP = {"name": "CARD", "expressions": ["C-[0-9]+"]}


def test_an_unknown_entity_is_answered_with_the_one_that_is_meant():
    with pytest.raises(ConfigError, match=r"entity_types\[1\]: .*did you mean 'EMAIL_ADDRESS'\?") as raised:
        Anonymize(Vault(), entity_types=["PERSON", "EMAIL_ADRESS"])
    assert raised.value.field == "entity_types[1]"
    for near, meant in (("EMAIL", "EMAIL_ADDRESS"), ("iban", "IBAN_CODE"), ("person", "PERSON")):
        with pytest.raises(ConfigError, match=f"finds '{near}'; did you mean '{meant}'"):
            Sensitive(entity_types=[near])
    with pytest.raises(ConfigError, match=r"finds 'TOE_SIZE'; all are listed by .*entity_types\(\)"):
        Sensitive(entity_types=["TOE_SIZE"])
    with pytest.raises(ConfigError, match="no recogniser finds a str; all") as raised:
        Sensitive(entity_types=["hunter2, which is not an entity but a whole text"])
    assert "hunter2" not in str(raised.value)
    own = [{"name": "ticket", "expressions": ["T-[0-9]+"]}]
    assert Sensitive(entity_types=["TICKET"], regex_patterns=own).scan("", "T-1")[1] is False


def test_declarations():
    vault = Vault([("[A]", "hunter2")])
    scanner = Anonymize(vault, hidden_names=["x"], use_faker=True)
    assert repr(scanner) == "Anonymize(<Vault of 1 pairs>, hidden_names=<1>, use_faker=True)"
    shown = repr(Anonymize(vault, hidden_names=["Grace", "Ada"], allowed_names=["Alan"]))
    assert shown == "Anonymize(<Vault of 1 pairs>, hidden_names=<2>, allowed_names=<1>)"
    assert (
        scanner == Anonymize(vault, hidden_names=["x"], use_faker=True) != Anonymize(Vault(), use_faker=True)
    )
    assert len({scanner, Anonymize(vault, hidden_names=["x"], use_faker=True)}) == 1
    assert "vault" not in scanner.to_config()["params"]
    assert repr(Sensitive(redact=True)) == "Sensitive(redact=True)"
    assert repr(Deanonymize(vault, matching_strategy="fuzzy")) == (
        "Deanonymize(<Vault of 1 pairs>, matching_strategy='fuzzy')"
    )
    with pytest.raises(TypeError, match="does not pickle"):
        pickle.dumps(scanner)
    again = pickle.loads(pickle.dumps(Sensitive(redact=True)))
    assert again == Sensitive(redact=True)


async def test_scanners_of_a_configuration_share_one_vault():
    shield = Shield.from_config(
        {
            "prompt": [{"type": "Anonymize", "params": {"entity_types": ["EMAIL_ADDRESS"]}}],
            "output": ["Deanonymize", {"type": "Sensitive", "params": {"redact": True}}],
        }
    )
    out = await shield.scan_prompt("I am ada@example.org")
    assert (await shield.scan_output("", out.text)).text == "I am ada@example.org"
    again = Shield.from_config(shield.to_config())
    assert (await again.scan_prompt("I am ada@example.org")).text == "I am [REDACTED_EMAIL_ADDRESS_1]"


def test_every_default_is_known():
    assert set(DEFAULT_ENTITY_TYPES) <= set(entity_types())


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"hidden_names": [""]}, r"hidden_names\[0\]"),
        ({"entity_types": ["NO_SUCH_THING"]}, r"entity_types\[0\]"),
        ({"threshold": 2}, "threshold"),
        ({"thresholds": [1]}, "thresholds"),
        ({"operators": {"URL": "burn"}}, r"operators\[URL\]"),
        ({"operators": {"URL": {"type": "mask", "character": "ab"}}}, "character"),
        ({"operators": {"URL": {"type": "mask", "visible": 3}}}, "visible"),
        ({"operators": 3}, "operators"),
        ({"key": b"short"}, "key"),
        ({"regex_patterns": [{"name": "A", "expressions": ["("]}], "entity_types": ["A"]}, "expressions"),
        ({"regex_patterns": ["A"]}, r"regex_patterns\[0\]"),
        ({"regex_patterns": [GROUP, {"name": "A"}]}, r"regex_patterns\[1\]: has neither 'expressions' nor"),
        ({"regex_patterns": [GROUP, {"name": "A", "expressions": []}]}, r"regex_patterns\[1\]: has neither"),
        ({"regex_patterns": [{"name": "A", "expression": ["a"]}]}, r"\[0\]: .*did you mean 'expressions'"),
        ({"regex_patterns": [{"name": "A", "note": "b"}]}, r"has neither 'expressions' nor 'reuse'$"),
        # Also where nothing asks for them: of no entity that is wanted, in another language.
        (
            {"regex_patterns": [GROUP, {"name": "A", "expressions": ["a", "("]}]},
            r"\[1\].expressions\[1\]: missing",
        ),
        (
            {"regex_patterns": [{"name": "A", "expressions": ["["], "languages": ["zh"]}]},
            r"regex_patterns\[0\].expressions\[0\]: unterminated character set",
        ),
        ({"regex_patterns": [{"name": "A", "expressions": [""]}]}, r"expressions\[0\]: is empty"),
        ({"regex_patterns": [{"name": "A", "expressions": ["(" * 9999]}]}, r"expressions\[0\]"),
        ({"recognizer_conf": 3}, "recognizer_conf"),
        ({"locale": "xx"}, "locale: 'xx': there are no made-up names .*; known are en, de, es, fr, it, zh"),
        ({"locale": ""}, "locale: ''"),
        ({"locale": "en "}, "locale: 'en ': .*did you mean 'en'"),
        ({"locale": "german"}, "locale"),
        ({"locale": None}, "locale: expected a string"),
        ({"vault": []}, "vault"),
    ],
)
def test_wrong_arguments(params, field):
    with pytest.raises(ConfigError, match=field):
        Anonymize(**{"vault": Vault(), **params})


def test_a_locale_is_a_tag():
    def cities(locale):
        groups = [{"name": "LOCATION", "expressions": ["[A-Z][a-z]+ton"]}]
        given = {"entity_types": ["LOCATION"], "regex_patterns": groups, "use_faker": True, "locale": locale}
        return {Anonymize(Vault(), **given).scan("Boston")[0] for _ in range(12)}

    # Of chance, but each language from a list of its own.
    assert not (cities("de_AT") | cities("DE")) & (cities("en_US") | cities("EN-gb"))


def test_wrong_language():
    for build in (lambda: Anonymize(Vault(), language="de"), lambda: Sensitive(language="de")):
        with pytest.raises(LLMGuardValidationError, match="en"):
            build()


@pytest.mark.parametrize("field", ["hidden_names", "allowed_names"])
@pytest.mark.parametrize("names", ["secretname", [4929123], [None], b"secretname"])
def test_no_error_quotes_a_name(field, names):
    with pytest.raises(ConfigError, match=field) as raised:
        Anonymize(Vault(), **{field: names})
    assert "secretname" not in str(raised.value)
    assert "4929123" not in str(raised.value)


def test_a_mapping_by_entity_names_entities_that_are_known():
    for wrong in ({"operators": {"EMAIL_ADDRES": "mask"}}, {"thresholds": {"EMAIL_ADRESS": 0.9}}):
        with pytest.raises(ConfigError, match="did you mean 'EMAIL_ADDRESS'"):
            Anonymize(Vault(), **wrong)
    with pytest.raises(ConfigError, match="no recogniser finds 'EMAIL'; did you mean 'EMAIL_ADDRESS'"):
        Anonymize(Vault(), operators={"EMAIL": "mask"})
    with pytest.raises(ConfigError, match="EMAIL_ADDRESS"):
        Sensitive(thresholds={"EMAIL_ADRESS": 0.9})
    group = {"name": "ticket", "expressions": [r"T-[0-9]+"], "languages": ["zh"]}
    own = {"regex_patterns": [group], "operators": {"TICKET": "mask"}, "thresholds": {"TICKET": 0.2}}
    for language in ("en", "zh"):
        Anonymize(Vault(), language=language, **own)


def test_a_configuration_has_the_same_errors():
    group = {"name": "TICKET", "expression": [r"T-\d+"]}
    for params in (
        {"regex_patterns": [group], "entity_types": ["EMAIL_ADDRESS"]},
        {"entity_types": ["EMAIL"]},
    ):
        with pytest.raises(ConfigError) as declared:
            Sensitive(**params)
        with pytest.raises(ConfigError) as configured:
            Shield.from_config({"output": [{"type": "Sensitive", "params": params}]})
        assert str(configured.value) == f"configuration: output[0]: {declared.value}"
        assert configured.value.field == f"output[0].params.{declared.value.field}"


def test_groups_are_reused_in_another_language():
    def scanned(groups, wanted, text):
        scanner = Anonymize(Vault(), language="zh", entity_types=[wanted], regex_patterns=groups)
        again = Sensitive(language="zh", entity_types=[wanted], regex_patterns=groups, redact=True)
        config = again.to_config()["params"]
        assert Sensitive(**config).scan("", text)[0] == again.scan("", text)[0]
        return scanner.scan(text)[0]

    card = {"name": "CREDIT_CARD_RE", "languages": ["zh"]}
    built_in = {**card, "reuse": {"language": "en", "name": "CREDIT_CARD_RE"}}
    assert scanned([built_in], "CREDIT_CARD_RE", "4111-1111-1111-1111") == "[REDACTED_CREDIT_CARD_RE_1]"
    own = {"name": "TICKET", "expressions": ["T-[0-9]+"], "languages": ["en"]}
    reused = {"name": "TICKET", "languages": ["zh"], "reuse": {"language": "en", "name": "TICKET"}}
    assert scanned([own, reused], "TICKET", "T-12") == "[REDACTED_TICKET_1]"
    with pytest.raises(ConfigError, match="no such group"):
        scanned([{**reused, "reuse": {"language": "en", "name": "TICKETS"}}, own], "TICKET", "")


def test_an_empty_placeholder_is_refused():
    for put in (
        lambda: Vault([("", "Ada")]),
        lambda: Vault().append(("", "Ada")),
        lambda: Vault().extend([("", "Ada")]),
    ):
        with pytest.raises(ConfigError, match="empty") as caught:
            put()
        assert "Ada" not in str(caught.value)
