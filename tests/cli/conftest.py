"""The command line, run inside the test's process and out of it."""

import io
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from pyshield.cli.app import run

KEY = bytes(range(32))
ENTITIES = ("-e", "EMAIL_ADDRESS", "-e", "IBAN_CODE")


@dataclass
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def pyshield(monkeypatch, tmp_path):
    """Runs a command line in an empty folder, without a terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, stdin=b""):
        streams = {"stdin": io.BytesIO(stdin), "stdout": io.BytesIO(), "stderr": io.BytesIO()}
        with monkeypatch.context() as patch:
            for name, stream in streams.items():
                patch.setattr(sys, name, io.TextIOWrapper(stream, encoding="utf-8", newline=""))
            code = run(list(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            return Outcome(code, streams["stdout"].getvalue().decode(), streams["stderr"].getvalue().decode())

    return call


@pytest.fixture
def process(tmp_path):
    """Starts the command line as a process of its own; whatever is left of it is ended after the test."""
    started = []

    def start(*arguments, **options):
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        # Interrupts are ignored, and so inherited, where the tests run in the background.
        heard = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            child = subprocess.Popen(
                [sys.executable, "-m", "pyshield", *arguments], cwd=options.pop("cwd", tmp_path), **options
            )
        finally:
            signal.signal(signal.SIGINT, heard)
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def keyed(tmp_path):
    (tmp_path / "key").write_bytes(KEY)
    return ("--vault", "v.vault", "--key-file", "key")


@pytest.fixture
def redact(pyshield, keyed):
    return lambda *arguments, **options: pyshield("redact", *ENTITIES, *keyed, *arguments, **options)


@pytest.fixture
def restore(pyshield, keyed):
    return lambda *arguments, **options: pyshield("restore", *keyed, *arguments, **options)
