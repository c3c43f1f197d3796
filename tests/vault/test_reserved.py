"""Numbers of placeholders that a vault does not give again."""

from __future__ import annotations

import os

import pytest

from pyshield.errors import ConfigError
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.sessions import Sessions
from pyshield.vault import Vault

KEY = os.urandom(32)
OLD = "Write to [REDACTED_EMAIL_ADDRESS_7] and %5BREDACTED_PERSON_9%5D"


def _redacted(vault, text):
    return Anonymize(vault).scan(text)[0]


def test_reserved_numbers_are_not_given():
    vault = Vault()
    assert _redacted(vault, "ada@example.org") == "[REDACTED_EMAIL_ADDRESS_1]"
    vault.reserve([OLD, "nothing"])
    assert (
        _redacted(vault, "bob@example.org 10.0.0.1") == "[REDACTED_EMAIL_ADDRESS_10] [REDACTED_IP_ADDRESS_10]"
    )
    vault.reserve(["[REDACTED_EMAIL_ADDRESS_3]"])
    assert _redacted(vault, "eve@example.org") == "[REDACTED_EMAIL_ADDRESS_11]"
    vault.reserve([])
    vault.reserve([f"[REDACTED_EMAIL_ADDRESS_{2**40}]"])  # none that a vault would give
    assert _redacted(vault, "dan@example.org") == "[REDACTED_EMAIL_ADDRESS_12]"
    vault.reserve([f"[REDACTED_EMAIL_ADDRESS_{2**32 - 1}] [REDACTED_URL_{2**32}] [REDACTED_URL_{2**64 - 1}]"])
    again = Vault.load(vault.export(KEY), keys=[KEY])
    for one in (vault, again):
        assert _redacted(one, "kim@example.org") == f"[REDACTED_EMAIL_ADDRESS_{2**32 + 1}]"
    with pytest.raises(ConfigError, match="texts") as caught:
        vault.reserve("one text")
    assert "one text" not in str(caught.value)


def test_a_session_that_begins_anew_knows_what_was_reserved():
    sessions = Sessions()
    sessions["a"].reserve([OLD])
    assert _redacted(sessions["a"], "ada@example.org") == "[REDACTED_EMAIL_ADDRESS_10]"


def test_unknown_placeholders():
    vault = Vault([("[REDACTED_EMAIL_ADDRESS_7]", "ada@example.org")])
    assert vault.unknown(OLD) == ["[REDACTED_PERSON_9]"]
    assert vault.unknown(r"\[redacted\_email\_address\_7\], [REDACTED_X_1] [REDACTED_X_1]") == [
        "[REDACTED_X_1]"
    ]
    assert vault.unknown("") == []


def test_exports_know_the_numbers_that_were_given():
    vault = Vault()
    _redacted(vault, "ada@example.org bob@example.org")
    vault.remove(("[REDACTED_EMAIL_ADDRESS_2]", "bob@example.org"))
    again = Vault.load(vault.export(KEY), keys=[KEY])
    assert _redacted(again, "eve@example.org") == "[REDACTED_EMAIL_ADDRESS_3]"
    vault.reserve(["[REDACTED_IP_ADDRESS_20]"])
    again = Vault.load(vault.export(KEY), keys=[KEY])
    assert _redacted(again, "eve@example.org") == "[REDACTED_EMAIL_ADDRESS_21]"


async def test_vaults_in_redis(vaults):
    vault, other = vaults["one"], vaults["one"]
    assert _redacted(vault, "ada@example.org bob@example.org").endswith("_2]")
    await vault.aremove(("[REDACTED_EMAIL_ADDRESS_2]", "bob@example.org"))
    assert _redacted(other, "eve@example.org") == "[REDACTED_EMAIL_ADDRESS_3]"
    await vault.areserve([OLD])
    other.reserve([])
    assert _redacted(other, "dan@example.org") == "[REDACTED_EMAIL_ADDRESS_10]"
    assert await vault.aunknown(OLD) == ["[REDACTED_EMAIL_ADDRESS_7]", "[REDACTED_PERSON_9]"]
    for pair in vault.get():
        other.remove(pair)
    await vaults.arotate()
    assert _redacted(vaults["one"], "fay@example.org") == "[REDACTED_EMAIL_ADDRESS_11]"
    vault.clear()
    assert _redacted(vault, "fay@example.org") == "[REDACTED_EMAIL_ADDRESS_1]"
    vaults["two"].reserve([OLD])
    assert _redacted(vaults["two"], "fay@example.org") == "[REDACTED_EMAIL_ADDRESS_10]"


DRESSED = [
    "%5BREDACTED_EMAIL_ADDRESS_1%5D",
    r"\[REDACTED\_EMAIL\_ADDRESS\_1\]",
    "[redacted_email_address_1]",
    "[REDACTED_EMAIL_ADRESS_1]",
]


@pytest.mark.parametrize("dressed", DRESSED)
@pytest.mark.parametrize("strategy", ["exact", "case_insensitive", "fuzzy", "combined_exact_fuzzy"])
def test_what_looks_like_a_placeholder_however_it_is_written_stays_what_it_is(dressed, strategy):
    vault = Vault()
    text = f"{dressed} ada@example.org"
    sent = _redacted(vault, text)
    assert "ada@example.org" not in sent
    assert Deanonymize(vault, matching_strategy=strategy).scan("", sent)[0] == text
