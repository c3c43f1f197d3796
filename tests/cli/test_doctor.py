"""`pyshield doctor`."""

import json
import sys

import pytest

from pyshield.cli import doctor

TESTED = {"lane inline", "lane actor", "lane bulk", "blocking", "supervision", "threads"}


def statuses(outcome):
    return {check["name"]: check["status"] for check in json.loads(outcome.out)["checks"]}


def test_it_works_here(pyshield):
    outcome = pyshield("doctor", "--format", "json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["ok"] is True
    found = statuses(outcome)
    assert {name: found[name] for name in TESTED} == dict.fromkeys(TESTED, "ok")


def test_text(pyshield):
    outcome = pyshield("doctor")
    assert outcome.code == 0
    *checks, last = outcome.out.splitlines()
    assert last == "pyshield works here"
    assert {line.split()[0] for line in checks} <= {"ok", "info", "warn"}


def test_a_lane_that_does_not_work(pyshield, monkeypatch):
    real = doctor._shield
    # The lane that scans take is the inline one whatever was asked for.
    monkeypatch.setattr(
        doctor, "_shield", lambda *args, **options: real(*args, **(options | {"inline_budget_us": 1e6}))
    )
    outcome = pyshield("doctor", "--format", "json")
    assert outcome.code == 1
    assert json.loads(outcome.out)["ok"] is False
    found = statuses(outcome)
    assert (found["lane inline"], found["lane actor"]) == ("ok", "fail")
    assert "1 of" in pyshield("doctor").out.splitlines()[-1]


def test_a_panic_that_is_not_reported(pyshield, monkeypatch):
    real = doctor._shield
    monkeypatch.setattr(doctor, "_shield", lambda *args, **options: real(**options))
    assert statuses(pyshield("doctor", "-f", "json"))["supervision"] == "fail"


def test_formats(pyshield):
    assert "<text|json>" in pyshield("doctor", "--help").out.replace("[text|json]", "<text|json>")
    refused = pyshield("doctor", "-f", "html")
    assert (refused.code, refused.out) == (2, "")
    assert "--format" in refused.err


def test_no_extension(pyshield, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyshield._runtime", None)
    outcome = pyshield("doctor", "--format", "json")
    assert outcome.code == 1
    assert statuses(outcome)["runtime"] == "fail"


def test_a_debug_build_is_a_warning(monkeypatch):
    checks = {check.name: check for check in doctor._build({"version": "1", "profile": "debug"})}
    assert checks["build"].status == "warn"


class TestOnnxRuntime:
    @pytest.fixture
    def package(self, monkeypatch, tmp_path):
        monkeypatch.delenv("ORT_DYLIB_PATH", raising=False)
        monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)  # imported by another test
        folder = tmp_path / "onnxruntime"
        (folder / "capi").mkdir(parents=True)
        (folder / "__init__.py").write_text("raise AssertionError('doctor imports nothing')")
        monkeypatch.syspath_prepend(tmp_path)
        return folder

    def test_in_its_package(self, package):
        library = package / "capi" / "libonnxruntime.so.1.31.1"
        library.touch()
        assert doctor._onnx_runtime() == doctor.Check("onnxruntime", "ok", str(library))

    def test_a_package_without_it(self, package):
        assert doctor._onnx_runtime().status == "warn"

    def test_by_environment(self, package, monkeypatch, tmp_path):
        library = tmp_path / "mine.so"
        monkeypatch.setenv("ORT_DYLIB_PATH", str(library))
        assert doctor._onnx_runtime().status == "warn"
        library.touch()
        assert doctor._onnx_runtime() == doctor.Check("onnxruntime", "ok", f"{library} (ORT_DYLIB_PATH)")

    def test_not_at_all(self, monkeypatch):
        monkeypatch.delenv("ORT_DYLIB_PATH", raising=False)
        monkeypatch.setattr(doctor, "find_spec", lambda name: None)
        found = doctor._onnx_runtime()
        assert found.status == "warn"
        assert "need it" in found.detail
