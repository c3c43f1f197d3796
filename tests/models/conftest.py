"""Models that are built once."""

from __future__ import annotations

import pytest

from tests.models.hub_server import COMMIT, HubServer, Repository
from tests.models.small_models import classifier, encoder


@pytest.fixture(scope="session")
def classifier_dir(tmp_path_factory):
    return classifier(tmp_path_factory.mktemp("classifier"))


@pytest.fixture(scope="session")
def encoder_dir(tmp_path_factory):
    return encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def hub(classifier_dir, tmp_path, monkeypatch):
    """A hub with one model, and an empty cache."""
    server = HubServer()
    server.repositories["acme/guard"] = Repository.of(classifier_dir, COMMIT)
    for name in ("HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()
