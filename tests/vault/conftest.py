"""A real Redis server, started and ended by the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.private.redis_server import KEY, Server, installed
from pyshield.vault import RedisVaults

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def redis_server() -> None:
    """Skips where there is no Redis."""
    if not installed():
        pytest.skip("redis-server and redis-cli are not installed")


@pytest.fixture
def server(redis_server: None, tmp_path: Path):
    """A server of the test's own."""
    with Server(tmp_path) as server:
        yield server


@pytest.fixture
def vaults(server: Server) -> RedisVaults:
    """Vaults on it."""
    return RedisVaults(server.url, keys=[KEY], timeout=60)
