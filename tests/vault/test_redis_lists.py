"""Lists in Redis that change behind a vault."""

from __future__ import annotations

from benchmarks.private.redis_server import KEY
from pyshield.vault import RedisVaults

PAIR = ("[REDACTED_PERSON_1]", "Ada Lovelace")
OTHER = ("[REDACTED_PERSON_2]", "Grace Hopper")


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


def test_rotation_is_no_use_of_a_vault(server):
    vaults = RedisVaults(server.url, keys=[KEY], prefix="old", ttl=60)
    vaults["a"].append(PAIR)
    server.command("PEXPIRE", "old:{a}", "5000")
    assert vaults.rotate() == 1
    assert 0 < int(server.command("PTTL", "old:{a}").split()[-1]) <= 5000
    assert RedisVaults(server.url, keys=[KEY], prefix="old")["a"].get() == [PAIR]
