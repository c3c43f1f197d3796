"""The command line as a process: signals, pipes, terminals."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

BAN = ["-s", "BanSubstrings:{substrings: [heron]}"]
RECORD = b'{"p": "a heron"}\n'


def finish(child, seconds=30):
    out, err = child.communicate(timeout=seconds)
    return child.returncode, out, err


def test_interrupted_while_it_waits_for_input(process):
    child = process("scan", *BAN, "-f", "jsonl", "--jsonl-field", "p", "-")
    # More than two batches, so that the first has been printed when the process waits for more.
    child.stdin.write(RECORD * 2000)
    child.stdin.flush()
    assert json.loads(child.stdout.readline())["is_valid"] is False
    child.send_signal(signal.SIGINT)
    code, _, err = finish(child)
    assert (code, err) == (130, b"")


def test_a_reader_that_goes_away(process, tmp_path):
    (tmp_path / "records.jsonl").write_bytes(RECORD * 20_000)
    child = process(
        "scan", *BAN, "-f", "jsonl", "--jsonl-field", "p", "records.jsonl", stdin=subprocess.DEVNULL
    )
    child.stdout.readline()
    child.stdout.close()
    assert (child.wait(timeout=100), child.stderr.read()) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize(
    "call",
    [
        ("scan", *BAN, "-f", "text", "a heron"),
        ("scan", *BAN, "-f", "json", "a heron"),
        ("scan", *BAN, "--redact", "a heron"),
        ("redact", "--vault", "v", "--key-file", "key", "-"),
        ("--version",),
    ],
)
def test_a_full_disk(process, tmp_path, call):
    (tmp_path / "key").write_bytes(bytes(32))
    with Path("/dev/full").open("wb") as full:
        code, _, err = finish(process(*call, stdout=full, stdin=subprocess.DEVNULL))
    assert (code, err.splitlines()[-1]) == (3, b"pyshield: No space left on device")


@pytest.mark.skipif(os.name != "posix", reason="shells close streams so on POSIX")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_the_caller_closed(tmp_path, closed):
    command = f"{sys.executable} -m pyshield scan {BAN[0]} '{BAN[1]}' 'a stork' - {closed}"
    ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, input=b"", check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (b"2 texts scanned" in ran.stdout) == (">&-" not in closed.replace("2>&-", ""))


def test_an_ascii_terminal_gets_ascii(process):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    child = process("scan", *BAN, "日本 heron", env=environment)
    code, out, err = finish(child)
    assert (code, err) == (1, b"")
    assert rb"\u65e5\u672c heron" in out


def test_redacted_bytes_are_utf8_whatever_the_terminal_says(process):
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    code, out, _ = finish(process("scan", *BAN, "--redact", "日本 heron", env=environment))
    assert (code, out) == (1, "日本 [REDACTED]".encode())


def on_a_terminal(process, *arguments, **environment):
    """What a person at a terminal sees, and the exit code."""
    leader, follower = pty.openpty()
    try:
        child = process(
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=follower,
            env=os.environ | {"TERM": "xterm-256color"} | environment,
        )
        os.close(follower)
        seen = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # how Linux says that the last writer has gone
                break
            if not piece:
                break
            seen += piece
        return child.wait(timeout=100), seen
    finally:
        os.close(leader)


def test_colours_on_a_terminal(process):
    code, seen = on_a_terminal(process, "scan", *BAN, "a heron", NO_COLOR="")
    assert code == 1
    assert b"\x1b[1;31m^^^^^\x1b[0m" in seen


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb", "NO_COLOR": ""}])
def test_no_colours_where_they_are_not_wanted(process, environment):
    code, seen = on_a_terminal(process, "scan", *BAN, "a heron", **environment)
    assert code == 1
    assert b"\x1b[" not in seen


def test_redacted_text_on_a_terminal_is_made_visible(process, tmp_path):
    (tmp_path / "evil.txt").write_text("\x1b[2J a heron\n")
    code, seen = on_a_terminal(process, "scan", *BAN, "--redact", "evil.txt", NO_COLOR="1")
    assert code == 1
    assert rb"\x1b[2J a [REDACTED]" in seen
    assert b"\x1b[2J" not in seen


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing tells the most memory used")
def test_memory_does_not_grow_with_the_input(process, tmp_path):
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    record = b'{"p": "%s"}\n' % (b"calm water " * 100)
    small.write_bytes(record * 10_000)
    with large.open("wb") as file:
        for _ in range(10):
            file.write(record * 10_000)
    peaks = []
    for path in (small, large):
        code = (
            "import re, sys; from pathlib import Path; from pyshield.cli.app import run; run(sys.argv[1:]);"
            # Not `ru_maxrss`, in which the process that started this one counts.
            "print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1], file=sys.stderr)"
        )
        arguments = ["scan", *BAN, "-q", "--jsonl-field", "p", str(path)]
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, check=True, timeout=100
        )
        peaks.append(int(done.stderr))
    # 11 MB of input against 110 MB.
    assert peaks[1] - peaks[0] < 20_000


def test_starting_is_quick(process):
    """`--help` and `--version` load neither yaml nor rich nor asyncio."""
    code = "import sys; from pyshield.cli.app import run; run(['--version']); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    )
    assert not {"'yaml'", "'rich'"} & set(done.stdout.splitlines()[1].strip("[]").split(", "))
    begin = monotonic()
    process("--version").communicate(timeout=100)
    assert monotonic() - begin < 30
