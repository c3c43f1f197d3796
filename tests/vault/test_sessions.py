"""A store of sessions in memory: bounds, evictions that show, and limits of single vaults."""

from __future__ import annotations

import asyncio
import pickle
import queue
import random
import threading
import time

import pytest

from pyshield import SessionEnd, Sessions, Shield, Vault
from pyshield.errors import ConfigError, VaultError
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.shield import Limits
from pyshield.vault import RedisVaults

MAIL = ["EMAIL_ADDRESS"]
PAIR = ("[A]", "hunter2")


def declared(**options):
    vault = Vault()
    return Shield([Anonymize(vault, entity_types=MAIL)], [Deanonymize(vault)], **options)


def gone(vault):
    with pytest.raises(VaultError) as caught:
        vault.get()
    assert "hunter2" not in str(caught.value)
    return caught.value.reason


def test_vaults_by_name():
    sessions = Sessions()
    sessions["one"].append(PAIR)
    assert sessions["one"].get() == [PAIR]
    assert sessions.vault("two").get() == []
    assert "one" in sessions
    assert "three" not in sessions
    assert 3 not in sessions
    assert len(sessions) == 2
    assert sessions.discard("one")
    assert not sessions.discard("one")
    assert sessions["one"].get() == []
    held = sessions["one"]
    sessions.clear()
    assert gone(held) == "removed"
    assert len(sessions) == 0
    with pytest.raises(TypeError, match="not listed"):
        list(sessions)


async def test_a_conversation_in_a_store():
    shield, sessions = declared(), Sessions(ttl=3600)
    for turn in range(3):
        text = f"u{turn}@example.org and u0@example.org"
        sent = await shield.session(sessions["ada"]).scan_prompt(text)
        assert (await shield.session(sessions["ada"]).scan_output("", sent.text)).text == text
        other = await shield.session(sessions["grace"]).scan_output("", sent.text)
        assert other.text == sent.text


async def test_the_one_not_used_for_longest_goes_and_that_shows():
    shield, sessions = declared(), Sessions(max_sessions=3)
    for name in ("a", "b", "c"):
        await shield.session(sessions[name]).scan_prompt(f"{name}@example.org")
    held = shield.session(sessions["b"])
    await shield.session(sessions["c"]).scan_prompt("x@example.org")
    # Restoring from what is compiled asks nobody, and is a use all the same.
    first = shield.session(sessions["a"])
    for _ in range(3):
        assert (await first.scan_output("", "[REDACTED_EMAIL_ADDRESS_1]")).text == "a@example.org"
    assert sessions["d"].get() == []
    result = await held.scan_output("", "[REDACTED_EMAIL_ADDRESS_1]")
    assert not result.is_valid
    assert [(type(error), error.reason) for error in result.errors] == [(VaultError, "evicted")]
    result = await held.scan_prompt("y@example.org")
    assert [error.reason for error in result.errors] == ["evicted"]
    assert "@" not in str(result.errors)
    assert "a" in sessions
    assert sessions.metrics() == {
        "sessions": 3,
        "bytes": sessions.metrics()["bytes"],
        "made_total": 4,
        "evicted_total": 1,
        "expired_total": 0,
        "removed_total": 0,
        "untold_total": 0,
    }
    assert "pyshield_sessions_evicted_total 1" in sessions.prometheus()
    assert "example" not in sessions.prometheus() + repr(sessions)


async def test_an_old_placeholder_never_stands_for_another_value():
    shield, sessions = declared(), Sessions(max_sessions=1)
    sent = await shield.session(sessions["ada"]).scan_prompt("ada@example.org, b@example.org")
    assert sessions["other"].get() == []
    again = shield.session(sessions["ada"])
    assert (await again.scan_prompt("new@example.org")).text == "[REDACTED_EMAIL_ADDRESS_3]"
    assert (await again.scan_output("", sent.text)).text == sent.text


def test_sessions_expire():
    # In use for longer than it would last; a process that is not scheduled for a while does not use it.
    sessions = Sessions(ttl=4.0)
    vault = sessions["one"]
    vault.append(PAIR)
    end = time.monotonic() + 4.5
    while time.monotonic() < end:
        assert vault.get() == [PAIR]
        time.sleep(0.01)
    # Nobody asks, and it goes.
    deadline = time.monotonic() + 60
    while len(sessions):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert gone(vault) == "expired"
    assert sessions.metrics()["expired_total"] == 1
    assert sessions["one"].get() == []


def test_bytes_make_others_go():
    sessions = Sessions(max_total_bytes=10_000, max_bytes_per_session=6_000, max_entries_per_session=10)
    one, two = sessions["one"], sessions["two"]
    one.append(("[A]", "x" * 5_000))
    with pytest.raises(VaultError, match="bytes") as caught:
        one.append(("[A]", "x" * 5_000))
    assert caught.value.reason == "full"
    with pytest.raises(VaultError, match="10 entries"):
        two.extend([PAIR] * 11)
    two.append(("[A]", "x" * 5_000))
    assert gone(one) == "evicted"
    assert sessions.metrics()["bytes"] <= 10_000


def test_ends_are_told():
    told = queue.SimpleQueue()
    sessions = Sessions(max_sessions=2, on_end=told.put)
    for name in ("a", "b"):
        sessions[name].extend([PAIR, PAIR])
    sessions.discard("b")
    for name in ("c", "d"):
        sessions[name].append(PAIR)
    assert told.get(timeout=60) == SessionEnd("a", "evicted", 2, sessions.metrics()["bytes"])
    assert told.empty()
    brief = Sessions(ttl=0.5, on_end=told.put)
    assert brief["one"].get() == []
    assert told.get(timeout=60) == ("one", "expired", 0, 0)


def test_a_callback_that_raises_is_called_again(monkeypatch):
    raised, told = queue.SimpleQueue(), queue.SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", lambda hook: raised.put(hook.exc_type))

    def refuse(end):
        told.put(end.session)
        raise LookupError

    sessions = Sessions(max_sessions=1, on_end=refuse)
    for name in ("a", "b", "c"):
        assert sessions[name].get() == []
    assert [told.get(timeout=60) for _ in range(2)] == ["a", "b"]
    assert [raised.get(timeout=60) for _ in range(2)] == [LookupError, LookupError]


def test_whoever_listens_keeps_no_store_alive():
    before = set(threading.enumerate())
    sessions = Sessions(on_end=print)
    (thread,) = [one for one in set(threading.enumerate()) - before if one.name == "pyshield-sessions"]
    del sessions
    thread.join(60)
    assert not thread.is_alive()


async def test_ten_thousand_conversations_at_once_stay_apart():
    shield, sessions = declared(limits=Limits(policy="wait")), Sessions(max_sessions=10_000)

    async def converse(worker):
        rng = random.Random(worker)
        for turn in range(worker, 10_000, 16):
            for number in (turn, rng.randrange(10_000)):
                session = shield.session(sessions[f"s{number}"])
                text = f"u{number}@example.org"
                sent = await session.scan_prompt(text)
                assert sent.text == "[REDACTED_EMAIL_ADDRESS_1]"
                assert (await session.scan_output("", sent.text)).text == text

    await asyncio.gather(*(converse(worker) for worker in range(16)))
    assert len(sessions) == 10_000
    for number in range(0, 10_000, 97):
        assert sessions[f"s{number}"].get() == [("[REDACTED_EMAIL_ADDRESS_1]", f"u{number}@example.org")]


def test_limits_of_one_vault():
    vault = Vault([PAIR], max_entries=2, max_bytes=1_000)
    with pytest.raises(VaultError, match="2 entries") as caught:
        vault.extend([PAIR, PAIR])
    assert caught.value.reason == "full"
    with pytest.raises(VaultError, match="1000 bytes"):
        vault.append(("[B]", "x" * 1_000))
    assert vault.get() == [PAIR]
    with pytest.raises(VaultError):
        Vault([PAIR, PAIR], max_entries=1)
    brief = Vault([PAIR], ttl=0.2)
    time.sleep(0.5)
    assert gone(brief) == "expired"
    assert repr(brief) == "<Vault>"


def test_export_and_import():
    key, other = bytes(range(32)), bytes(32)
    vault = Vault([PAIR, ("[REDACTED_EMAIL_ADDRESS_7]", "ada@example.org")])
    sealed = vault.export(key)
    assert b"hunter2" not in sealed
    assert b"example" not in sealed
    back = Vault.load(sealed, keys=[other, key])
    assert back.get() == vault.get()
    text, _, _ = Anonymize(back, entity_types=MAIL).scan("b@example.org, ada@example.org")
    assert text == "[REDACTED_EMAIL_ADDRESS_8], [REDACTED_EMAIL_ADDRESS_7]"
    assert len(Vault.load(Vault().export(key), keys=[key])) == 0
    head = b"pyshield vault 1\n"
    for wrong, keys in ((sealed, [other]), (sealed[:-1], [key]), (b"", [key]), (head, [key])):
        with pytest.raises(VaultError) as caught:
            Vault.load(wrong, keys=keys)
        assert caught.value.reason == "sealed"
    with pytest.raises(VaultError, match="1 entries"):
        Vault.load(sealed, keys=[key], max_entries=1)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"max_sessions": 0}, "max_sessions"),
        ({"max_sessions": "many"}, "max_sessions"),
        ({"ttl": 0}, "ttl"),
        ({"max_entries_per_session": 0}, "max_entries_per_session"),
        ({"max_bytes_per_session": -1}, "max_bytes_per_session"),
        ({"max_total_bytes": None}, "max_total_bytes"),
        ({"on_end": "print"}, "on_end"),
    ],
)
def test_wrong_arguments(arguments, field):
    with pytest.raises(ConfigError, match="Sessions") as caught:
        Sessions(**arguments)
    assert caught.value.field == field


@pytest.mark.parametrize("arguments", [{"max_entries": 0}, {"max_bytes": "x"}, {"ttl": -1}])
def test_wrong_arguments_of_a_vault(arguments):
    with pytest.raises(ConfigError, match="Vault"):
        Vault(**arguments)


def test_wrong_keys_and_names():
    for key in (b"short", "text", None):
        with pytest.raises(ConfigError, match="key"):
            Vault().export(key)
        with pytest.raises(ConfigError, match="keys"):
            Vault.load(b"", keys=[key])
    with pytest.raises(ConfigError, match="session"):
        Sessions()[7]
    with pytest.raises(VaultError, match="512"):
        Sessions()["x" * 513]
    # Whoever has no name must not get the values of the others that have none.
    kept, stored = Sessions(), RedisVaults("redis://localhost", keys=[bytes(32)])
    for blank in ("", " ", "\t\n"):
        for vaults in (kept, stored):
            for look_up in (vaults.vault, vaults.__getitem__):
                with pytest.raises(ConfigError, match="session: is blank"):
                    look_up(blank)
        assert blank not in kept
        assert not kept.discard(blank)
    assert len(kept) == 0
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(Sessions())
