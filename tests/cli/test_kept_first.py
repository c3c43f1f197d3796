"""A redacted text is seen only when the vault that restores it is on the disk, which is written seldom."""

import os
import re
from pathlib import Path

import pytest

from pyshield.cli import private
from pyshield.cli.vaultfile import Secret, VaultFile

KEY = bytes(range(32))
CALL = ("-v", "v", "--key-file", "key", "-q")
FILES = 40
BATCH = 4


@pytest.fixture
def folder(pyshield, tmp_path, monkeypatch):
    """A folder of files with an address each, of which few are read at once."""
    monkeypatch.setattr("pyshield.cli.scan._BATCH_TEXTS", BATCH)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "in").mkdir()
    for n in range(FILES):
        (tmp_path / "in" / f"{n:02}.txt").write_text(f"to u{n}@example.org")
    return tmp_path


@pytest.fixture
def redact(pyshield, folder):
    return lambda *arguments: pyshield("redact", "-e", "EMAIL_ADDRESS", *CALL, *arguments)


@pytest.fixture
def restored(pyshield, folder):
    """The folder that redacted files are restored to, once nothing is left in them."""

    def restore():
        assert pyshield("restore", *CALL, "out", "-o", "back").code == 0
        return {path.name: path.read_text() for path in (folder / "back").iterdir()}

    return restore


def original(folder, count=FILES):
    return {path.name: path.read_text() for path in sorted((folder / "in").iterdir())[:count]}


def test_every_placeholder_that_is_seen_is_in_the_vault(redact, restored, folder, monkeypatch):
    seen = []
    real = Path.replace

    def replace(self, target):
        if Path(target).parent.name == "out":
            file = VaultFile(str(folder / "v"), Secret(key=KEY), read_only=True)
            known = {placeholder for placeholder, _ in file.vault.get()}
            assert set(re.findall(r"\[REDACTED_\w+\]", self.read_text())) <= known
            seen.append(target)
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        assert redact("in", "-o", "out").code == 0
    assert len(seen) == FILES
    assert restored() == original(folder)


def test_the_vault_is_written_a_few_times(redact, folder, monkeypatch):
    written = []
    real = Path.replace

    def replace(self, target):
        written.extend([target] if Path(target) == folder / "v" else [])
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert redact("in", "-o", "out").code == 0
    # After 4, 8, 16 and 32 texts, and at the end.
    assert len(written) == 5
    assert len(list((folder / "out").iterdir())) == FILES


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (OSError(5, "Input/output error"), 3), (ValueError(), 3)]
)
def test_what_is_complete_stays(redact, restored, folder, monkeypatch, error, code):
    batches = 0
    real = private._together

    def together(*arguments):
        nonlocal batches
        batches += 1
        if batches == 8:
            raise error
        return real(*arguments)

    monkeypatch.setattr(private, "_together", together)
    assert redact("in", "-o", "out").code == code
    # The last file of the seventh batch was not known to be at its end.
    assert restored() == original(folder, 7 * BATCH - 1)
    assert [path.name for path in (folder / "out").iterdir() if path.name.startswith(".")] == []


def test_what_cannot_be_restored_does_not_stay(redact, restored, folder, monkeypatch):
    calls = 0
    real = os.fsync

    def fsync(descriptor):
        nonlocal calls
        calls += 1
        if calls > 4:  # twice for each time that the vault is written
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        assert redact("in", "-o", "out").code == 3
    assert restored() == original(folder, 2 * BATCH - 1)
    assert len(list((folder / "out").iterdir())) == 2 * BATCH - 1


def test_what_came_in_the_way_meanwhile_is_not_replaced(redact, folder, monkeypatch):
    real = private._together

    def together(*arguments):
        if (folder / "out").exists():
            (folder / "out" / "06.txt").write_text("theirs")
        return real(*arguments)

    monkeypatch.setattr(private, "_together", together)
    refused = redact("in", "-o", "out")
    assert refused.code == 2
    assert "06.txt is there already" in refused.err
    assert (folder / "out" / "06.txt").read_text() == "theirs"
