"""Vaults in Redis, against a real server."""

from __future__ import annotations

import asyncio
import pickle
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.private import kills
from benchmarks.private.redis_server import KEY, Server
from pyshield.errors import ConfigError, DeadlineExceeded, VaultError
from pyshield.vault import RedisVaults
from tests.vault.gone import refused

PAIR = ("[REDACTED_PERSON_1]", "Ada Lovelace")
OTHER = ("[REDACTED_PERSON_2]", "Grace Höpper 🦊")


def test_is_a_vault(vaults):
    vault = vaults.vault("one")
    assert vault.get() == []
    assert len(vault) == 0
    vault.append(PAIR)
    vault.extend([OTHER, PAIR])
    assert vault.get() == [PAIR, OTHER, PAIR]
    assert vault.placeholder_exists(OTHER[0])
    assert not vault.placeholder_exists("[REDACTED_PERSON_3]")
    vault.remove(PAIR)
    assert vault.get() == [OTHER, PAIR]
    with pytest.raises(ValueError, match="not in the vault"):
        vault.remove(("no", "such"))
    vault.clear()
    assert vault.count() == 0
    vault.extend([])
    assert vault.get() == []


async def test_awaitable_twins(vaults):
    vault = vaults.vault("one")
    await vault.aappend(PAIR)
    await vault.aextend([OTHER])
    assert await vault.aget() == [PAIR, OTHER]
    assert await vault.aplaceholder_exists(PAIR[0])
    await vault.aremove(PAIR)
    with pytest.raises(ValueError, match="not in the vault"):
        await vault.aremove(PAIR)
    assert await vault.acount() == 1
    await vault.aclear()
    assert await vault.acount() == 0
    assert await vaults.arotate() == 0


def test_handles_see_each_other_and_not_the_neighbour(server, vaults):
    first, second = vaults.vault("one"), RedisVaults(server.url, keys=[KEY]).vault("one")
    neighbour = vaults.vault("two")
    first.append(PAIR)
    assert second.get() == [PAIR]
    second.append(OTHER)
    assert first.get() == [PAIR, OTHER]
    first.clear()
    second.append(OTHER)
    assert first.get() == second.get() == [OTHER]
    assert neighbour.get() == []


def test_a_restart_brings_everything_back(server, vaults):
    vaults.vault("one").extend([PAIR, OTHER])
    server.stop()
    server.start()
    assert RedisVaults(server.url, keys=[KEY]).vault("one").get() == [PAIR, OTHER]
    assert vaults.vault("one").get() == [PAIR, OTHER]


def test_nothing_readable_is_stored(server, vaults):
    vaults.vault("one").extend([PAIR, OTHER])
    stored = server.command("LRANGE", "pyshield:{one}", "0", "-1") + (server.folder / "redis.log").read_text()
    for file in (server.folder / "appendonlydir").iterdir():
        stored += file.read_bytes().decode("latin-1")
    assert "pyshield:{one}" in stored
    for private in ("Ada", "Lovelace", "Grace", "REDACTED"):
        assert private not in stored


def test_another_key_opens_nothing(server, vaults):
    vaults.vault("one").append(PAIR)
    wrong = RedisVaults(server.url, keys=[bytes(32)]).vault("one")
    for operation in (wrong.get, wrong.clear, lambda: wrong.append(OTHER)):
        with pytest.raises(VaultError) as caught:
            operation()
        assert caught.value.reason == "sealed"
    assert vaults.vault("one").get() == [PAIR]


@pytest.mark.parametrize(
    "tamper",
    [
        ("LSET", "pyshield:{one}", "1", "x" * 80),
        ("LSET", "pyshield:{one}", "0", "0123456789abcdef"),
        ("RENAME", "pyshield:{one}", "pyshield:{two}"),
        ("COPY", "pyshield:{one}", "pyshield:{two}"),
    ],
    ids=["altered", "other generation", "moved", "copied"],
)
def test_what_was_altered_or_moved_is_not_opened(server, vaults, tamper):
    vaults.vault("one").append(PAIR)
    server.command(*tamper)
    session = "two" if "pyshield:{two}" in tamper else "one"
    with pytest.raises(VaultError) as caught:
        vaults.vault(session).get()
    assert caught.value.reason == "sealed"
    assert "Ada" not in str(caught.value)


def test_order_within_a_vault_is_sealed_too(server, vaults):
    vault = vaults.vault("one")
    vault.append(PAIR)
    vault.append(OTHER)
    server.command(
        "EVAL",
        "local a, b = redis.call('LINDEX', KEYS[1], 1), redis.call('LINDEX', KEYS[1], 2) "
        "redis.call('LSET', KEYS[1], 1, b) redis.call('LSET', KEYS[1], 2, a)",
        "1",
        "pyshield:{one}",
    )
    with pytest.raises(VaultError, match="altered"):
        vaults.vault("one").get()


def test_keys_rotate(server, vaults):
    new = bytes(reversed(range(32)))
    names = [f"session-{number}" for number in range(250)]
    for name in names:
        vaults.vault(name).append((name, name))
    RedisVaults(server.url, keys=[KEY], prefix="pyshield2").vault("one").append(PAIR)
    both = RedisVaults(server.url, keys=[new, KEY])
    assert both.rotate() == len(names)
    only = RedisVaults(server.url, keys=[new])
    assert all(only.vault(name).get() == [(name, name)] for name in names)
    # A handle that was open before goes on, as far as its keys allow.
    with pytest.raises(VaultError, match="another key"):
        vaults.vault(names[0]).get()
    assert RedisVaults(server.url, keys=[KEY], prefix="pyshield2").vault("one").get() == [PAIR]


def test_many_threads_and_handles_lose_nothing(vaults):
    def add(worker: int) -> None:
        vault = vaults.vault("shared")
        for number in range(25):
            vault.append((f"[{worker}-{number}]", "x"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    held = vaults.vault("shared").get()
    assert len(held) == 200 == len({placeholder for placeholder, _ in held})
    for worker in range(8):
        own = [placeholder for placeholder, _ in held if placeholder.startswith(f"[{worker}-")]
        assert own == [f"[{worker}-{number}]" for number in range(25)]


def test_a_vault_expires_after_its_last_use(server):
    # In use for longer than it would last; a process that is not scheduled for a while does not use it.
    vaults = RedisVaults(server.url, keys=[KEY], ttl=4.0)
    vault = vaults.vault("one")
    vault.append(PAIR)
    end = time.monotonic() + 4.5
    while time.monotonic() < end:
        assert vault.get() == [PAIR]
        time.sleep(0.05)
    deadline = time.monotonic() + 30
    while server.command("EXISTS", "pyshield:{one}").strip() == "1":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert vault.get() == []
    vault.append(OTHER)
    assert vault.get() == [OTHER]


def test_limits_of_a_vault(server):
    vault = RedisVaults(server.url, keys=[KEY], max_entries=2).vault("one")
    vault.append(PAIR)
    with pytest.raises(VaultError, match="more than 2 entries") as caught:
        vault.extend([PAIR, OTHER])
    assert caught.value.reason == "full"
    assert vault.get() == [PAIR]


def test_a_full_server_refuses_and_loses_nothing(server, vaults):
    vault = vaults.vault("one")
    vault.extend([PAIR, OTHER])
    server.command("CONFIG", "SET", "maxmemory", "1")
    for one in (vault, vaults.vault("another")):
        with pytest.raises(VaultError, match="out of memory") as caught:
            one.append(PAIR)
        assert caught.value.reason == "refused"
    assert vault.get() == [PAIR, OTHER]
    # What makes room is taken.
    vault.remove(PAIR)
    assert vault.get() == [OTHER]
    server.command("CONFIG", "SET", "maxmemory", "0")
    vault.append(PAIR)
    assert vault.get() == [OTHER, PAIR]


def test_a_server_that_is_gone(server):
    vault = RedisVaults(server.url, keys=[KEY], timeout=2).vault("one")
    vault.append(PAIR)
    server.stop()
    assert refused(vault.get).reason == "unavailable"
    server.start()
    assert vault.get() == [PAIR]


def test_waits_for_a_server_that_comes_back(server):
    vault = RedisVaults(server.url, keys=[KEY], timeout=30).vault("one")
    vault.append(PAIR)
    server.stop()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(vault.append, OTHER)
        time.sleep(0.5)
        assert not waiting.done()
        server.start()
        waiting.result(30)
    assert vault.get() == [PAIR, OTHER]


def test_a_slow_server_times_out(server):
    vault = RedisVaults(server.url, keys=[KEY], timeout=2).vault("one")
    vault.append(PAIR)
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(DeadlineExceeded):
            vault.get()
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert vault.get() == [PAIR]


async def test_a_slow_server_does_not_hold_the_loop(server):
    vault = RedisVaults(server.url, keys=[KEY], timeout=2).vault("one")
    await vault.aappend(PAIR)
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    turns = 0
    try:
        task = asyncio.ensure_future(vault.aget())
        while not task.done():
            turns += 1
            await asyncio.sleep(0.001)
        with pytest.raises(DeadlineExceeded):
            await task
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert turns > 10
    # One that nobody waits for any more does no harm to the next.
    task = asyncio.ensure_future(vault.aappend(OTHER))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await vault.aget())[0] == PAIR


def test_wrong_password_and_foreign_names(server, vaults):
    server.command("SET", "pyshield:{one}", "mine")
    with pytest.raises(VaultError, match="something else"):
        vaults.vault("one").get()
    server.command("DEL", "pyshield:{one}")
    server.command("RPUSH", "pyshield:{one}", "mine")
    with pytest.raises(VaultError, match="something else"):
        vaults.vault("one").append(PAIR)
    server.command("CONFIG", "SET", "requirepass", "right-horse")
    with pytest.raises(VaultError, match="password") as caught:
        RedisVaults(f"{server.url}?pass=wrong-horse", keys=[KEY], timeout=30).vault("two").get()
    assert "horse" not in str(caught.value)
    vault = RedisVaults(f"{server.url}?pass=right-horse", keys=[KEY]).vault("two")
    vault.append(PAIR)
    assert vault.get() == [PAIR]


def test_a_user_with_the_documented_rights_is_enough(server):
    text = (Path(__file__).parents[2] / "docs" / "vaults.md").read_text()
    rights = re.search(r"A user with `([^`]+)`", text)
    assert rights
    server.command("ACL", "SETUSER", "vaults", "on", ">right-horse", "resetkeys", *rights[1].split())
    vaults = RedisVaults(f"{server.url}?user=vaults&pass=right-horse", keys=[KEY], timeout=30)
    vault = vaults.vault("one")
    vault.extend([PAIR, OTHER])
    vault.remove(PAIR)
    assert vaults.rotate() == 1
    assert vault.get() == [OTHER]
    vault.clear()
    elsewhere = RedisVaults(f"{server.url}?user=vaults&pass=right-horse", keys=[KEY], prefix="other")
    with pytest.raises(VaultError, match="may not use") as caught:
        elsewhere.vault("one").get()
    assert caught.value.reason == "refused"


def test_over_tls(redis_server, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *(
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-keyout",
                str(key),
                "-out",
                str(certificate),
            ),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    with Server(tmp_path, *options):
        url = f"rediss://127.0.0.1:{port}"
        vault = RedisVaults(url, keys=[KEY], root_certificates=certificate.read_bytes()).vault("one")
        vault.append(PAIR)
        assert vault.get() == [PAIR]
        assert refused(RedisVaults(url, keys=[KEY], timeout=1).vault("one").get).reason == "unavailable"


@pytest.mark.parametrize("loop", [kills.of_process, kills.of_redis])
def test_killed_again_and_again_nothing_acknowledged_is_lost(server, loop):
    """A few times here; `python -m benchmarks.private kills` does it two hundred times."""
    outcome = loop(server, 6)
    assert outcome.kills == 6
    assert outcome.acknowledged >= 12
    assert (outcome.lost, outcome.twice) == (0, 0)
    # At most what each of those who were killed, or each of those who wrote, had under way.
    assert outcome.unasked <= 6 * kills.TASKS


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"url": "http://localhost"}, "url"),
        ({"url": 7}, "url"),
        ({"keys": []}, "keys"),
        ({"keys": KEY}, "keys"),
        ({"keys": [KEY[:16]]}, "keys"),
        ({"keys": [KEY] * 9}, "keys"),
        ({"keys": ["text"]}, "keys"),
        ({"ttl": 0}, "ttl"),
        ({"ttl": "long"}, "ttl"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"max_entries": 0}, "max_entries"),
        ({"max_bytes": -1}, "max_bytes"),
        ({"root_certificates": "text"}, "root_certificates"),
        ({"prefix": None}, "prefix"),
    ],
)
def test_wrong_arguments(arguments, field):
    with pytest.raises(ConfigError, match="RedisVaults") as caught:
        RedisVaults(**{"url": "redis://localhost", "keys": [KEY], **arguments})
    assert caught.value.field == field


def test_shows_and_pickles_nothing():
    vaults = RedisVaults("redis://:hunter2@localhost", keys=[KEY])
    vault = vaults.vault("user@example.org")
    assert repr(vaults) == "<RedisVaults>"
    assert repr(vault) == "<RedisVault>"
    for held in (vaults, vault):
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(held)
    with pytest.raises(VaultError, match="512"):
        vaults.vault("x" * 513)
