"""Models that are built once."""

from __future__ import annotations

import pytest

from tests.models.small_models import classifier, encoder


@pytest.fixture(scope="session")
def classifier_dir(tmp_path_factory):
    return classifier(tmp_path_factory.mktemp("classifier"))


@pytest.fixture(scope="session")
def encoder_dir(tmp_path_factory):
    return encoder(tmp_path_factory.mktemp("encoder"))
