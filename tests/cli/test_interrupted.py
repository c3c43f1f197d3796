"""`pyshield redact` on a full disk, and interrupted: no half of a file stays, and no vault is lost."""

import json
import os
import re
import signal
import subprocess
from time import monotonic, sleep

import pytest

from pyshield.cli.outputs import _part

resource = pytest.importorskip("resource")

KEY = bytes(range(32))
CALL = ("redact", "-e", "EMAIL_ADDRESS", "--vault", "v", "--key-file", "key", "--jsonl-field", "t")


@pytest.fixture
def limited(process, tmp_path):
    """Runs a command line that can write no file larger than this."""

    def run(most, *arguments):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        (tmp_path / "key").write_bytes(KEY)
        child = process(*arguments, stdin=subprocess.DEVNULL, preexec_fn=limit)
        _, err = child.communicate(timeout=100)
        return child.returncode, err.decode()

    return run


def records(path, values):
    path.write_text("".join(json.dumps({"t": f"{value}, {'words ' * 40}"}) + "\n" for value in values))


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_no_room_for_the_output(limited, process, tmp_path):
    records(tmp_path / "in", ["ada@example.org"] * 3000)
    code, err = limited(100_000, *CALL, "in", "-o", "out")
    assert (code, err.splitlines()[-1]) == (3, "pyshield: File too large")
    assert names(tmp_path) == {"in", "key", "v.lock"}
    records(tmp_path / "first", ["ada@example.org"])
    assert limited(100_000, *CALL, "first")[0] == 0
    (tmp_path / "first").unlink()
    # At the last moment, too: all of it waits to be written.
    records(tmp_path / "in", ["ada@example.org"] * 3)
    code, err = limited(300, *CALL, "in", "-o", "out")
    assert (code, err.splitlines()[-1]) == (3, "pyshield: File too large")
    assert names(tmp_path) == {"in", "key", "v", "v.lock"}


def test_no_room_for_the_vault(limited, tmp_path):
    records(tmp_path / "in", ["ada@example.org"])
    assert limited(100_000, *CALL, "in", "-o", "out")[0] == 0
    kept = (tmp_path / "v").read_bytes()
    records(tmp_path / "in", [f"u{n}@example.org" for n in range(500)])
    code, err = limited(5_000, *CALL, "in", "-o", "second")
    assert (code, err.splitlines()[-1]) == (3, "pyshield: File too large")
    assert names(tmp_path) == {"in", "key", "out", "v", "v.lock"}
    assert (tmp_path / "v").read_bytes() == kept


def test_interrupted_in_the_middle(process, pyshield, tmp_path):
    (tmp_path / "key").write_bytes(KEY)
    line = json.dumps({"t": "u{}@example.org, " + "words " * 40}) + "\n"
    child = process(*CALL, "-", "-o", "out")
    for number in range(1500):
        child.stdin.write(line.replace("{}", str(number)).encode())
    child.stdin.flush()
    end = monotonic() + 100
    while not {"v", _part(tmp_path / "out").name} <= names(tmp_path):
        assert child.poll() is None
        assert monotonic() < end
        sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=100)
    assert (child.returncode, err) == (130, b"")
    assert names(tmp_path) == {"key", "v", "v.lock"}
    back = pyshield("restore", "-v", "v", "--key-file", "key", "-", stdin=b"[REDACTED_EMAIL_ADDRESS_1]")
    assert back.code == 0
    # Whose record was the first to be looked at.
    assert re.fullmatch(r"u\d+@example\.org", back.out)


@pytest.mark.parametrize("command", ["redact", "restore"])
def test_a_pipe_is_no_vault(pyshield, tmp_path, command):
    (tmp_path / "key").write_bytes(KEY)
    os.mkfifo(tmp_path / "v")
    ran = pyshield(command, "-v", "v", "--key-file", "key", "-", stdin=b"text")
    assert (ran.code, ran.err) == (2, "pyshield: v is no regular file and no vault\n")
    assert names(tmp_path) == {"key", "v"}
