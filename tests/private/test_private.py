"""Anonymize, Deanonymize and Sensitive: out of a prompt, into a vault, and back."""

from __future__ import annotations

import asyncio
import json

import pytest

from pyshield import Shield, Vault, scan_output, scan_prompt
from pyshield.errors import ConfigError
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize, Sensitive
from pyshield.output_scanners.deanonymize import MatchingStrategy

LETTER = (
    "Ask ada@example.org or call +1 202-555-0173. Card 4111 1111 1111 1111, "
    "account DE89 3704 0044 0532 0130 00, SSN 536-90-4399, host 10.0.0.1, "
    "wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa. Again: ada@example.org!"
)
VALUES = [
    "ada@example.org",
    "202-555-0173",
    "4111 1111",
    "DE89 3704",
    "536-90-4399",
    "10.0.0.1",
    "1A1zP1eP",
]


def test_round_trip():
    vault = Vault()
    text, valid, risk = Anonymize(vault).scan(LETTER)
    assert not valid
    assert risk == 1.0
    assert text.count("[REDACTED_EMAIL_ADDRESS_1]") == 2
    for kind in ("PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "CRYPTO"):
        assert f"[REDACTED_{kind}" in text
    assert not any(value in text for value in VALUES)
    assert Deanonymize(vault).scan("", text) == (LETTER, True, -1.0)


def test_clean_and_blank_prompts_pass():
    vault = Vault()
    for text in ("nothing of the kind", "", "  \n"):
        assert Anonymize(vault).scan(text) == (text, True, -1.0)
        assert Sensitive().scan("a prompt", text) == (text, True, -1.0)
    assert len(vault) == 0


def test_llm_guards_calls():
    vault = Vault()
    text, valid, risk = scan_prompt([Anonymize(vault, preamble="Mind: ")], "I am ada@example.org")
    assert text == "Mind: I am [REDACTED_EMAIL_ADDRESS_1]"
    assert (valid, risk) == ({"Anonymize": False}, {"Anonymize": 1.0})
    text, valid, risk = scan_output([Deanonymize(vault)], text, "Hello [REDACTED_EMAIL_ADDRESS_1]")
    assert (text, valid, risk) == ("Hello ada@example.org", {"Deanonymize": True}, {"Deanonymize": -1.0})


async def test_in_a_shield():
    vault = Vault()
    shield = Shield(prompt=[Anonymize(vault)], output=[Deanonymize(vault)])
    clean = await shield.scan_prompt("nothing of the kind")
    assert (clean.lane, clean.is_valid) == ("inline", True)
    result = await shield.scan_prompt(LETTER)
    assert result.lane == "actor"
    assert not result.is_valid
    assert {finding.label for finding in result.findings} >= {"EMAIL_ADDRESS", "CREDIT_CARD"}
    back = await shield.scan_output("", result.text)
    assert back.text == LETTER
    assert back.findings == []
    shown = repr((vault, shield, result, back)) + json.dumps(result.to_dict()) + shield.prometheus()
    assert not any(value in shown + json.dumps(back.to_dict()) for value in VALUES)


async def test_many_sessions_at_once():
    async def session(number):
        vault = Vault()
        shield = Shield(prompt=[Anonymize(vault)], output=[Deanonymize(vault)])
        for turn in range(3):
            text = f"turn {turn}: user{number}.{turn}@example.org and user{number}@example.org"
            result = await shield.scan_prompt(text)
            assert "@" not in result.text
            assert (await shield.scan_output("", result.text)).text == text
        return len(vault)

    assert await asyncio.gather(*(session(number) for number in range(60))) == [4] * 60


async def test_lists_and_blocking_agree():
    vault = Vault()
    shield = Shield(prompt=[Anonymize(vault)], output=[Deanonymize(vault)])
    texts = [f"mail u{number % 7}@example.org" for number in range(600)]
    results = await shield.scan_prompts(texts)
    assert len(vault) == 7
    back = await shield.scan_outputs([("", result.text) for result in results])
    assert [result.text for result in back] == texts


def test_says_what_no_pattern_finds():
    report = Anonymize(Vault()).report("Ada was here")
    assert "PERSON" in report.verdicts["Anonymize"].degraded
    assert report.to_dict()["verdicts"]["Anonymize"]["degraded"]
    assert Sensitive(entity_types=["EMAIL_ADDRESS"]).report("", "x").verdicts["Sensitive"].degraded is None


def test_names_patterns_and_thresholds():
    vault = Vault()
    scanner = Anonymize(
        vault,
        hidden_names=["Project Zeus"],
        allowed_names=["help@example.org"],
        entity_types=["EMAIL_ADDRESS", "TICKET"],
        regex_patterns=[{"name": "ticket", "expressions": [r"\bT-\d+\b"], "score": 0.6}],
        thresholds={"EMAIL_ADDRESS": 0.9},
    )
    text, _, _ = scanner.scan("project zeus T-12 help@example.org me@example.org")
    assert text == "[REDACTED_CUSTOM_1] [REDACTED_TICKET_1] help@example.org [REDACTED_EMAIL_ADDRESS_1]"


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("mask", "card **** **** **** ****"),
        ({"type": "partial", "visible": 4, "character": "#"}, "card #### #### #### 1111"),
        ("keep", "card 4111 1111 1111 1111"),
    ],
)
def test_operators_that_need_no_vault(operator, expected):
    vault = Vault()
    scanner = Anonymize(vault, entity_types=["CREDIT_CARD"], operators={"CREDIT_CARD": operator})
    text, valid, _ = scanner.scan("card 4111 1111 1111 1111")
    assert (text, valid) == (expected, operator == "keep")
    assert len(vault) == 0


def test_hash_and_encryption():
    key = bytes(range(32))
    operators = {"CREDIT_CARD": "hash", "EMAIL_ADDRESS": "encrypt"}
    scanner = Anonymize(Vault(), operators=operators, key=key)
    text, _, _ = scanner.scan("4111 1111 1111 1111 ada@example.org")
    assert text.startswith("[HASH_CREDIT_CARD_")
    assert (
        Anonymize(Vault(), operators=operators, key=key).scan("4111 1111 1111 1111 ada@example.org")[0]
        == text
    )
    back, _, _ = Deanonymize(Vault(), key=key).scan("", text)
    assert back.endswith(" ada@example.org")
    assert Deanonymize(Vault(), key=bytes(32)).scan("", text)[0] == text
    assert key.hex() not in repr(scanner) + json.dumps(scanner.to_config())
    with pytest.raises(ConfigError, match="key"):
        Anonymize(Vault(), operators=operators)


def test_made_up_values_stand_for_real_ones():
    vault = Vault()
    scanner = Anonymize(vault, use_faker=True)
    text, _, _ = scanner.scan(LETTER)
    assert "[REDACTED" not in text
    assert not any(value in text for value in VALUES)
    assert scanner.scan(LETTER)[0] == text
    assert Deanonymize(vault).scan("", text)[0] == LETTER
    assert Anonymize(Vault(), use_faker=True).scan(LETTER)[0] != text


@pytest.mark.parametrize("strategy", ["case_insensitive", "fuzzy", "combined_exact_fuzzy"])
def test_strategies(strategy):
    vault = Vault([("[REDACTED_PERSON_1]", "Ada"), ("[REDACTED_PERSON_10]", "Grace")])
    scanner = Deanonymize(vault, matching_strategy=MatchingStrategy(strategy))
    assert scanner.scan("", "[redacted_person_10], [redacted_person_1].")[0] == "Grace, Ada."


def test_sensitive():
    text = "Write to ada@example.org"
    assert Sensitive().scan("a prompt", text) == (text, False, 1.0)
    assert Sensitive(redact=True).scan("a prompt", text)[0] == "Write to <EMAIL_ADDRESS>"


def test_explains_without_the_text():
    wanted = ["US_BANK_NUMBER", "EMAIL_ADDRESS"]
    scanner = Anonymize(Vault(), entity_types=wanted, thresholds={"US_BANK_NUMBER": 0.6})
    decisions = scanner.explain("bank account 945456787654, ada@example.org")
    assert [(one["type"], one["decision"]) for one in decisions] == [
        ("US_BANK_NUMBER", "below_threshold"),
        ("EMAIL_ADDRESS", "kept"),
    ]
    assert decisions[0]["context"] == "account"
    assert decisions[1]["check_passed"]
    assert "ada" not in repr(decisions)


NAME = 'Ada "The" Countess'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"name": "', '"}'),
        ('Here you are:\n```json\n{"name": "', '"}\n```\nAll "right"?'),
        ('{"a": 1}\n{"name": "', '"}\n{"b": "c"}'),
        ('Here: {"name": "', '"}, as you said.'),
        ('name = "', '"'),
    ],
)
def test_values_are_escaped_in_literals(before, after):
    vault = Vault()
    sent = Anonymize(vault, hidden_names=[NAME]).scan(f"He is {NAME}.")[0]
    assert sent == "He is [REDACTED_CUSTOM_1]."
    written = Deanonymize(vault).scan("", f"{before}[REDACTED_CUSTOM_1]{after}")[0]
    escaped = json.dumps(NAME)[1:-1]
    assert written == before + escaped + after
    # What stood there unescaped comes back so.
    broken = f"{before}{NAME}{after}"
    sent = Anonymize(vault, hidden_names=[NAME]).scan(broken)[0]
    assert sent == f"{before}[REDACTED_VERBATIM_CUSTOM_1]{after}"
    assert Deanonymize(vault).scan("", sent)[0] == broken


@pytest.mark.parametrize(
    "written",
    [
        "project\nzeus",
        "Project\u00a0Zeus",
        "Project  Zeus",
        "Pro\u200bject Zeus",
        "\uff30\uff52\uff4f\uff4a\uff45\uff43\uff54 Zeus",
    ],
)
def test_hidden_names_are_found_however_they_are_written(written):
    vault = Vault()
    scanner = Anonymize(vault, hidden_names=["Project Zeus", "M\u00fcller"])
    text = f"About {written}, ask Mu\u0308ller."
    sent = scanner.scan(text)[0]
    assert sent == "About [REDACTED_CUSTOM_1], ask [REDACTED_CUSTOM_2]."
    assert Deanonymize(vault).scan("", sent)[0] == text


def test_explains_what_is_taken_because_it_is_known():
    vault = Vault()
    scanner = Anonymize(vault, entity_types=["PHONE_NUMBER", "EMAIL_ADDRESS"])

    def decisions(text):
        return [(one["start"], one["decision"]) for one in scanner.explain(text)]

    later = "2025550173 is gone"
    assert decisions(later) == [(0, "below_threshold")]
    text = "phone: 2025550173. Write that down now and never ever forget it: 2025550173"
    assert decisions(text) == [(7, "kept"), (65, "repeated")]
    assert len(vault) == 0
    scanner.scan(text)
    assert decisions(later) == [(0, "in_vault")]
    assert scanner.scan(later)[0] == "[REDACTED_PHONE_NUMBER_1] is gone"
    assert len(vault) == 1


def test_explains_what_only_the_vault_knows():
    vault = Vault([("[REDACTED_PERSON_1]", "Ada Lovelace"), ("10.9.8.7", "10.0.0.1")])
    scanner = Anonymize(vault, entity_types=["EMAIL_ADDRESS"], use_faker=True)
    text = "Ada Lovelace wrote to a@example.org of 10.9.8.7"
    explained = [(one["type"], one["recognizer"], one["decision"]) for one in scanner.explain(text)]
    assert explained == [
        ("PERSON", "vault", "in_vault"),
        ("EMAIL_ADDRESS", "mail", "kept"),
        ("CUSTOM", "vault", "made_up"),
    ]
    plain = Anonymize(vault, entity_types=["EMAIL_ADDRESS"], allowed_names=["Ada Lovelace"])
    assert [one["decision"] for one in plain.explain(text)] == ["kept"]


async def test_what_was_private_once_is_so_in_every_later_text():
    vault = Vault()
    sees = Anonymize(vault, hidden_names=["Ada Lovelace", "Bo", "\u738b\u4f1f"])
    sees.scan("Ada Lovelace, Bo and \u738b\u4f1f wrote to ada@example.org")
    loaded = Vault.load(vault.export(bytes(32)), keys=[bytes(32)])
    later = "Did Ada Lovelace (Bo's friend) answer \u738b\u4f1f\u5417?"
    for held in (vault, loaded):
        shield = Shield([Anonymize(held, entity_types=["UUID"])], [Deanonymize(held)])
        sent = await shield.scan_prompt(later)
        assert sent.text == (
            "Did [REDACTED_CUSTOM_1] ([REDACTED_CUSTOM_2]'s friend) answer [REDACTED_CUSTOM_3]\u5417?"
        )
        assert [finding.label for finding in sent.findings] == ["CUSTOM"] * 3
        assert (await shield.scan_output(sent.text, sent.text)).text == later
        many = await shield.scan_prompts([later, "nothing", later])
        assert [one.text for one in many] == [sent.text, "nothing", sent.text]


def test_private_data_in_other_writing_round_trips():
    letter = (
        "Tél\u00a0: +33\u00a01\u00a042\u00a068\u00a053\u00a000, Karte 4111\u202f1111\u202f1111\u202f1111, "
        "user=ada@example.org, _ada@example.org_, https://x.org/?to=ada%40example.org&n=1, "
        r'{"text": "hi\nada@example.org, IBAN\nDE89370400440532013000"}'
    )
    vault = Vault()
    text = Anonymize(vault).scan(letter)[0]
    assert not any(value in text for value in ("ada@", "ada%40", "4111", "DE89", "53\u00a000"))
    assert "user=[REDACTED_EMAIL_ADDRESS_1], _[REDACTED_EMAIL_ADDRESS_1]_" in text
    assert Deanonymize(vault).scan("", text)[0] == letter


@pytest.mark.parametrize(
    "written",
    [
        r"[REDACTED\_EMAIL\_ADDRESS\_1]",
        r"\[REDACTED_EMAIL_ADDRESS_1\]",
        r"\[REDACTED\_EMAIL\_ADDRESS\_1\]",
        r"[REDACTED\\_EMAIL\\_ADDRESS\\_1]",
        "%5BREDACTED_EMAIL_ADDRESS_1%5d",
    ],
)
def test_a_placeholder_comes_back_in_markdown_json_and_urls(written):
    vault = Vault()
    Anonymize(vault).scan("ada@example.org")
    restored = Deanonymize(vault).scan("", f"ask {written} now")[0]
    assert restored.replace("%40", "@") == "ask ada@example.org now"


def test_numbers_that_belong_to_nobody():
    clean = (
        "nginx 1.27 on chrome 120.0.6099.109, Windows 10.0.19045.3803, ISBN 978-3-16-148410-0, "
        "doi 10.1038/s41586-020-2649-2, invoice 2023-004512, OID 1.3.6.1.4.1.311.21.20, version 1.2.3.4, "
        "1,299.00 EUR, 52.520008, 13.404954"
    )
    assert Anonymize(Vault()).scan(clean) == (clean, True, -1.0)


def test_a_value_that_the_vault_holds_does_not_stay():
    vault = Vault()
    text = "My phone is 2025550173. Please write that down now and never ever forget it: 2025550173"
    assert "2025550173" not in Anonymize(vault).scan(text)[0]
    again, valid, risk = Anonymize(vault).scan("2025550173 again")
    assert (again, valid) == ("[REDACTED_PHONE_NUMBER_1] again", False)
    assert risk > 0


def test_any_group_can_be_encrypted_and_read_again():
    groups = [{"name": "employee-id 2", "expressions": [r"\bE-\d{4}\b"], "score": 0.9}]
    vault, key = Vault(), bytes(32)
    scanner = Anonymize(
        vault,
        regex_patterns=groups,
        entity_types=["EMPLOYEE-ID 2"],
        operators={"EMPLOYEE-ID 2": "encrypt"},
        key=key,
    )
    sent, *_ = scanner.scan("ask E-1234 please")
    assert "E-1234" not in sent
    assert Deanonymize(vault, key=key).scan("", sent)[0] == "ask E-1234 please"
