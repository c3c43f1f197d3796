"""Lists in Redis that change behind a vault, or are lost."""

from __future__ import annotations

import pytest

from benchmarks.private.redis_server import KEY, Server
from pyshield.errors import VaultError
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.vault import RedisVaults
from tests.vault.gone import refused

PAIR = ("[REDACTED_PERSON_1]", "Ada Lovelace")
OTHER = ("[REDACTED_PERSON_2]", "Grace Hopper")
THIRD = ("[REDACTED_PERSON_2]", "Alan Turing")
MAIL = ["EMAIL_ADDRESS"]


def test_a_list_that_got_shorter_is_read_again(server):
    # A replica that was behind when it took over, say.
    vaults = RedisVaults(server.url, keys=[KEY], prefix="short")
    vault = vaults["a"]
    vault.append(PAIR)
    vault.append(OTHER)
    server.command("RPOP", "short:{a}")
    assert vault.get() == [PAIR]
    vault.append(OTHER)
    assert vaults["a"].get() == [PAIR, OTHER]


def test_a_list_that_ends_otherwise_is_read_again(server, vaults):
    """What another process wrote where the end was lost is never taken for what was lost."""
    knew = vaults["a"]
    knew.append(PAIR)
    knew.append(OTHER)
    server.command("RPOP", "pyshield:{a}")
    other = RedisVaults(server.url, keys=[KEY])["a"]
    other.append(THIRD)
    assert Deanonymize(knew).scan("", OTHER[0])[0] == "Alan Turing"
    assert knew.get() == other.get() == [PAIR, THIRD]
    # Also where it is told only when it writes.
    server.command("RPOP", "pyshield:{a}")
    server.command("RPOP", "pyshield:{a}")
    RedisVaults(server.url, keys=[KEY])["b"].append(PAIR)
    knew.append(OTHER)
    assert other.get() == knew.get()


def test_a_list_that_is_longer_by_then_is_read_again(server, vaults):
    knew, other = vaults["a"], RedisVaults(server.url, keys=[KEY])["a"]
    knew.append(PAIR)
    knew.append(OTHER)
    server.command("RPOP", "pyshield:{a}")
    other.append(THIRD)
    other.append(("[X]", "x"))
    assert knew.get() == [PAIR, THIRD, ("[X]", "x")]


@pytest.mark.parametrize("lost", [("FLUSHALL",), ("DEL", "pyshield:{a}"), ("RPOP", "pyshield:{a}", "2")])
def test_numbers_of_what_a_server_lost_are_not_given_again(server, vaults, lost):
    vault = vaults["a"]
    scanner = Anonymize(vault, entity_types=MAIL)
    for number in (1, 2, 3):
        assert scanner.scan(f"u{number}@example.org")[0] == f"[REDACTED_EMAIL_ADDRESS_{number}]"
    server.command(*lost)
    assert scanner.scan("new@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_4]"
    # Nor by others, from then on.
    there = RedisVaults(server.url, keys=[KEY])["a"]
    assert Anonymize(there, entity_types=MAIL).scan("b@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_5]"
    answer = "To [REDACTED_EMAIL_ADDRESS_3] and [REDACTED_EMAIL_ADDRESS_4]"
    assert Deanonymize(vault).scan("", answer)[0] == "To [REDACTED_EMAIL_ADDRESS_3] and new@example.org"
    # Who clears a vault begins anew.
    vault.clear()
    assert scanner.scan("new@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_1]"


def test_a_server_that_comes_back_empty(server):
    vault = RedisVaults(server.url, keys=[KEY], timeout=2)["a"]
    scanner = Anonymize(vault, entity_types=MAIL)
    assert scanner.scan("ada@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_1]"
    server.stop()
    assert refused(lambda: scanner.scan("b@example.org")).reason == "unavailable"
    for file in (server.folder / "appendonlydir").iterdir():
        file.unlink()
    server.start()
    assert vault.get() == []
    assert scanner.scan("b@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_2]"
    assert vault.get() == [("[REDACTED_EMAIL_ADDRESS_2]", "b@example.org")]


def test_a_server_that_evicts(redis_server, tmp_path):
    with Server(tmp_path, "--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru") as server:
        vaults = RedisVaults(server.url, keys=[KEY], timeout=60)
        vault = vaults["a"]
        scanner = Anonymize(vault, entity_types=MAIL)
        assert scanner.scan("ada@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_1]"
        others = 0
        # Among keys last used within the same second the server chooses at random. EXISTS is no use of a key.
        while server.command("EXISTS", "pyshield:{a}").split()[-1] == "1":
            assert others < 10_000
            for _ in range(100):
                vaults[f"other-{others}"].append(("[X]", "y" * 20_000))
                others += 1
        # Whole vaults go, never a part of one.
        assert vault.get() == []
        assert Deanonymize(vault).scan("", "[REDACTED_EMAIL_ADDRESS_1]")[0] == "[REDACTED_EMAIL_ADDRESS_1]"
        assert scanner.scan("b@example.org")[0] == "[REDACTED_EMAIL_ADDRESS_2]"
        left = [vaults[f"other-{number}"].get() for number in range(others)]
        assert all(pairs in ([], [("[X]", "y" * 20_000)]) for pairs in left)


def test_rotation_is_no_use_of_a_vault(server):
    vaults = RedisVaults(server.url, keys=[KEY], prefix="old", ttl=60)
    vaults["a"].append(PAIR)
    server.command("PEXPIRE", "old:{a}", "50000")
    assert vaults.rotate() == 1
    assert 0 < int(server.command("PTTL", "old:{a}").split()[-1]) <= 50_000
    assert RedisVaults(server.url, keys=[KEY], prefix="old")["a"].get() == [PAIR]


def test_rotation_leaves_out_what_cannot_be_read_and_says_so(server, vaults):
    new = bytes(reversed(range(32)))
    for name in "abcdef":
        vaults[name].append(PAIR)
    server.command("LSET", "pyshield:{c}", "1", "x" * 80)
    server.command("SET", "pyshield:{e}", "mine")
    with pytest.raises(VaultError) as caught:
        RedisVaults(server.url, keys=[new, KEY]).rotate()
    assert caught.value.reason in ("sealed", "refused")
    only = RedisVaults(server.url, keys=[new])
    assert all(only[name].get() == [PAIR] for name in "abdf")
