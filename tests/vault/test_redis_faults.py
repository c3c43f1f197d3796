"""Servers that are slow, or answer what no Redis should: a typed error in time, and nothing private in it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from benchmarks.private.redis_server import KEY, Server
from pyshield.errors import DeadlineExceeded, ShieldError, VaultError
from pyshield.vault import RedisVaults
from tests.vault.gone import refused

PAIR = ("[REDACTED_PERSON_1]", "Ada Lovelace")
OTHER = ("[REDACTED_PERSON_2]", "Grace Hopper")


@contextmanager
def listening(serve):
    """A server on a port of its own, each connection of which `serve` gets; gives the address."""
    server = socket.create_server(("127.0.0.1", 0))

    def connected(one):
        with one, suppress(OSError):
            serve(one)

    def accept():
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=connected, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def always(answer):
    def serve(one):
        while one.recv(65536):
            one.sendall(answer)

    return serve


LIST = b"*3\r\n$16\r\n0123456789abcdef\r\n:%d\r\n*%d\r\n%s"


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", {"refused"}),
        (bytes(range(256)), {"refused"}),
        (b":1\r\n" * 4, {"refused"}),
        (b"+OK\r\n" * 6, {"refused"}),
        (b"$-1\r\n" * 4, {"refused"}),
        (b"*1\r\n" * 100_000, {"refused"}),
        (b"$99999999999\r\nx", {"refused", "unavailable", "timed_out"}),
        (b"*2147483647\r\n", {"refused", "unavailable", "timed_out"}),
        (b"*-7\r\n", {"refused", "unavailable", "timed_out"}),
        (b"*3\r\n$16\r\n0123", {"refused", "unavailable", "timed_out"}),
        (b"-ERR Ada Lovelace said so\r\n" * 4, {"refused"}),
        (b"-LOADING Redis is loading the dataset in memory\r\n" * 4, {"unavailable", "timed_out"}),
        (b"-READONLY You can't write against a read only replica.\r\n" * 4, {"refused"}),
        (b"-NOREPLICAS Not enough good replicas to write.\r\n" * 4, {"refused"}),
        (b"-MOVED 3999 127.0.0.1:6381\r\n" * 4, {"refused"}),
        (LIST % (0, 1, b"$5\r\nhello\r\n") * 4, {"sealed", "refused"}),
        (LIST % (9, 0, b"") * 4, {"sealed", "refused"}),
        (LIST % (-9, 0, b"") * 4, {"refused"}),
        (b"*3\r\n$5\r\nshort\r\n:0\r\n*0\r\n" * 4, {"refused"}),
    ],
)
def test_answers_that_are_none(answer, reasons):
    with listening(always(answer)) as url:
        # Where an answer is expected, a busy machine has time for it.
        timeout = 1 if "timed_out" in reasons or "unavailable" in reasons else 60
        vault = RedisVaults(url, keys=[KEY], timeout=timeout).vault("Ada Lovelace")
        for operation in (lambda: vault.append(PAIR), vault.get):
            with pytest.raises(ShieldError) as caught:
                operation()
            error = caught.value
            assert isinstance(error, (VaultError, DeadlineExceeded))
            assert getattr(error, "reason", "timed_out") in reasons
            assert not any(word in str(error) for word in ("Ada", "Lovelace", "REDACTED", "127.0.0.1"))


def test_a_server_that_says_nothing():
    with listening(lambda one: one.recv(1 << 20) and threading.Event().wait(100)) as url:
        vault = RedisVaults(url, keys=[KEY], timeout=1).vault("one")
        with pytest.raises((VaultError, DeadlineExceeded)):
            vault.append(PAIR)


@contextmanager
def between(path, delay, cut):
    """A server before another, slow by `delay` seconds each way; `cut` says which answers are lost."""

    def serve(one):
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(str(path))

            def back():
                while piece := there.recv(65536):
                    time.sleep(delay)
                    if cut():
                        one.shutdown(socket.SHUT_RDWR)
                        return
                    one.sendall(piece)

            def quietly():
                with suppress(OSError):
                    back()

            threading.Thread(target=quietly, daemon=True).start()
            while piece := one.recv(65536):
                time.sleep(delay)
                there.sendall(piece)

    with listening(serve) as url:
        yield url


def test_a_slow_way_there_and_back(server):
    with between(server.socket, 0.05, lambda: False) as url:
        vault = RedisVaults(url, keys=[KEY], timeout=60).vault("one")
        vault.append(PAIR)
        vault.append(OTHER)
        vault.remove(PAIR)
        assert vault.get() == [OTHER]


def test_answers_that_are_lost_on_the_way_store_nothing_twice(server):
    answers = iter([False] * 12 + [True, False, False, True, True] * 40)
    with between(server.socket, 0, lambda: next(answers, False)) as url:
        vault = RedisVaults(url, keys=[KEY], timeout=60).vault("one")
        for number in range(20):
            vault.append((f"[{number}]", "x"))
    held = RedisVaults(server.url, keys=[KEY]).vault("one").get()
    assert held == [(f"[{number}]", "x") for number in range(20)]


def test_a_paused_server_is_waited_for_within_the_time(server):
    patient = RedisVaults(server.url, keys=[KEY], timeout=60).vault("one")
    patient.append(PAIR)
    server.command("CLIENT", "PAUSE", "700")
    patient.append(OTHER)
    server.command("CLIENT", "PAUSE", "6000")
    hasty = RedisVaults(server.url, keys=[KEY], timeout=0.5).vault("one")
    with pytest.raises((VaultError, DeadlineExceeded)) as caught:
        hasty.get()
    assert getattr(caught.value, "reason", "timed_out") in ("unavailable", "timed_out")
    assert patient.get() == [PAIR, OTHER]


def test_a_server_that_is_busy_is_waited_for(server):
    vault = RedisVaults(server.url, keys=[KEY], timeout=60).vault("one")
    vault.append(PAIR)
    sleeping = threading.Thread(
        target=lambda: server.command("EVAL", "local n = 0; while n < 3e7 do n = n + 1 end; return n", "0")
    )
    sleeping.start()
    vault.append(OTHER)
    sleeping.join()
    assert vault.get() == [PAIR, OTHER]


def test_a_replica_is_read_and_not_written(redis_server, tmp_path):
    with Server(tmp_path) as server:
        RedisVaults(server.url, keys=[KEY]).vault("one").append(PAIR)
        server.command("REPLICAOF", "127.0.0.1", "1")
        vault = RedisVaults(server.url, keys=[KEY]).vault("one")
        assert vault.get() == [PAIR]
        with pytest.raises(VaultError, match="read-only replica") as caught:
            vault.append(OTHER)
        assert caught.value.reason == "refused"
        server.command("REPLICAOF", "NO", "ONE")
        vault.append(OTHER)
        assert vault.get() == [PAIR, OTHER]


def test_too_few_replicas_and_too_many_clients(server, vaults):
    vault = vaults.vault("one")
    vault.append(PAIR)
    server.command("CONFIG", "SET", "min-replicas-to-write", "1")
    with pytest.raises(VaultError, match="too few replicas"):
        vault.append(OTHER)
    server.command("CONFIG", "SET", "min-replicas-to-write", "0")
    vault.append(OTHER)
    server.command("CONFIG", "SET", "maxclients", "1")
    another = RedisVaults(server.url, keys=[KEY], timeout=1).vault("one")
    assert refused(another.get).reason == "unavailable"
    assert vault.get() == [PAIR, OTHER]
