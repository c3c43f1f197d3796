"""Vault: llm-guard's interface, with copies where llm-guard shares lists."""

from __future__ import annotations

import pickle
import threading

import pytest

from pyshield.errors import ConfigError
from pyshield.sessions import Sessions
from pyshield.vault import RedisVaults, Vault

PERSON = ("[REDACTED_PERSON_1]", "Ada Lovelace")
MAIL = ("[REDACTED_EMAIL_1]", "ada@example.org")


def test_interface():
    vault = Vault()
    vault.append(PERSON)
    vault.extend([MAIL, PERSON])
    assert vault.get() == [PERSON, MAIL, PERSON]
    assert len(vault) == 3
    vault.remove(PERSON)
    assert vault.get() == [MAIL, PERSON]
    assert vault.placeholder_exists("[REDACTED_EMAIL_1]")
    assert not vault.placeholder_exists("[REDACTED_EMAIL_10]")
    assert not vault.placeholder_exists("")


def test_begins_with_pairs():
    pairs = [PERSON]
    vault = Vault(pairs)
    pairs.append(MAIL)
    assert vault.get() == [PERSON]
    assert Vault(tuples=(PERSON, list(MAIL))).get() == [PERSON, MAIL]


def test_get_is_a_copy():
    vault = Vault([PERSON])
    vault.get().clear()
    assert vault.get() == [PERSON]


def test_vaults_are_apart():
    first, second = Vault(), Vault()
    first.append(PERSON)
    assert second.get() == []


def test_removing_what_is_not_there():
    with pytest.raises(ValueError):  # noqa: PT011  # as list.remove; the pair is private
        Vault([PERSON]).remove(MAIL)


@pytest.mark.parametrize(
    "wrong", [None, "ab", ("a",), ("a", "b", "c"), ("a", 1), (None, "b"), ("\ud800", "b"), {"a": "b"}]
)
def test_wrong_pairs(wrong):
    vault = Vault([PERSON])
    for call in (vault.append, vault.remove):
        with pytest.raises(ConfigError):
            call(wrong)
    with pytest.raises(ConfigError):
        vault.extend([MAIL, wrong])
    with pytest.raises(ConfigError):
        Vault([wrong])
    assert vault.get() == [PERSON]


@pytest.mark.parametrize("wrong", ["ab", 7, {"a": "b"}, iter([PERSON])])
def test_wrong_lists(wrong):
    with pytest.raises(ConfigError, match="expected a list of"):
        Vault(wrong)
    with pytest.raises(ConfigError, match="expected a list of"):
        Vault().extend(wrong)


def test_does_not_leak_what_it_holds():
    vault = Vault([PERSON])
    assert repr(vault) == "<Vault of 1 pairs>"
    with pytest.raises(TypeError, match="does not pickle"):
        pickle.dumps(vault)


@pytest.mark.parametrize("pair", [("[REDACTED_PHONE_1]", 15550123456), (15550123456, "value")])
def test_a_value_that_is_no_string_is_not_quoted(pair):
    with pytest.raises(ConfigError, match="got a int") as raised:
        Vault().append(pair)
    assert "15550123456" not in str(raised.value)


def test_an_empty_one_is_true():
    # As llm-guard's, which has no length: `vault or Vault()` keeps the one that is there.
    empty = Vault()
    assert (empty or Vault([PERSON])) is empty
    nobody = RedisVaults("redis://127.0.0.1:1", keys=[bytes(32)])["session"]
    assert bool(nobody)  # nobody is asked
    sessions = Sessions()
    assert (sessions or None) is sessions


def test_threads():
    vault = Vault()

    def work(n):
        for m in range(200):
            vault.append((f"{n}-{m}", "value"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vault) == 1_600
    assert len({placeholder for placeholder, _ in vault.get()}) == 1_600
