"""`pyshield models`, run in this process."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from pyshield import models
from pyshield.cli.app import run
from tests.models.hub_server import COMMIT


def test_pull_check_list(hub, capsys):
    assert run(["models", "check", "acme/guard"]) == 3
    assert "model.onnx is not in the cache" in capsys.readouterr().err
    assert hub.requests == []
    assert run(["models", "pull", "acme/guard"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"MB  model\.onnx +hash right", out)
    assert out.endswith(f"pin it with: Model('acme/guard', revision='{COMMIT}')\n")
    assert run(["models", "check", "acme/guard", "--revision", COMMIT]) == 0
    out = capsys.readouterr().out
    assert "ok  head labels (sequence): SAFE, INJECTION\n" in out
    assert "CPUExecutionProvider" in out
    assert run(["models", "list", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["models"]
    (row,) = (row for row in rows if row["source"] == "hub")
    assert (row["name"], row["revision"]) == ("acme/guard", COMMIT)
    assert row["graphs"][0].endswith("model.onnx")
    assert run(["models", "list"]) == 0
    assert f"acme/guard @ {COMMIT}" in capsys.readouterr().out


def test_force_mends_what_is_damaged(hub, capsys):
    hub.repositories["acme/guard"].corrupt.add("model.onnx")
    assert run(["models", "pull", "acme/guard"]) == 3
    assert "checksum" in capsys.readouterr().err
    hub.repositories["acme/guard"].corrupt.clear()
    assert run(["models", "pull", "acme/guard"]) == 3
    assert run(["models", "pull", "--force", "acme/guard"]) == 0


def test_check_a_directory(classifier_dir, tmp_path, capsys):
    assert run(["models", "check", str(classifier_dir)]) == 0
    assert "a short text in" in capsys.readouterr().out
    copy = shutil.copytree(classifier_dir, tmp_path / "copy")
    (copy / "model.onnx").write_bytes(b"nothing")
    assert run(["models", "check", str(copy)]) == 3
    assert "model.onnx cannot be read" in capsys.readouterr().err


def test_check_the_bundled_one_by_its_name(capsys):
    assert run(["models", "list", "-f", "json"]) == 0
    (row,) = (row for row in json.loads(capsys.readouterr().out)["models"] if row["source"] == "bundled")
    assert row["name"] == "pyshield-encoder"
    assert run(["models", "check", row["name"]]) == 0
    assert "a short text in" in capsys.readouterr().out


def test_list_with_settings(hub, classifier_dir, tmp_path, capsys):
    settings = tmp_path / "models.toml"
    settings.write_text(f'[models.guard]\npath = "{classifier_dir}"\n[models.away]\npath = "acme/guard"\n')
    try:
        assert run(["models", "list", "-c", str(settings), "-f", "json"]) == 0
    finally:
        models.configure({})
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["guard"]["graphs"] == [str(classifier_dir / "model.onnx")]
    assert rows["away"]["graphs"] == []
    assert hub.requests == []


def test_a_call_that_cannot_be(capsys):
    assert run(["models", "pull", "./here"]) == 2
    assert "expected ORGANISATION/NAME" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["list", "pull", "check"])
def test_help_teaches(command, capsys):
    run(["models", command, "--help"])
    out = capsys.readouterr().out
    assert "Examples:" in out
    assert f"pyshield models {command}" in out


def test_only_models_of_the_hub_are_pulled(capsys):
    run(["models", "pull", "--help"])
    out = capsys.readouterr().out
    assert "ORGANISATION/NAME" in out
    assert "directory" not in out
