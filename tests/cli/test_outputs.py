"""Where `pyshield redact` and `pyshield restore` write, and what they leave as it is."""

import os
import stat
import sys

import pytest

from pyshield.cli.outputs import _part

KEY = bytes(range(32))
LETTER = "Dear ada@example.org, pay DE89 3704 0044 0532 0130 00.\nYours, b@example.org\n"


def test_folders(redact, restore, tmp_path):
    for name, text in (("a.txt", LETTER), ("deep/b.txt", "b@example.org"), ("deep/c.md", "ada@example.org")):
        (tmp_path / "mail" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mail" / name).write_text(text)
    (tmp_path / "mail" / "picture").write_bytes(b"\x89PNG\0\0")
    there = redact("mail", "-o", "out", "--glob", "*.txt")
    assert there.code == 0
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")) == [
        "a.txt",
        "deep/b.txt",
    ]
    assert "@" not in (tmp_path / "out" / "a.txt").read_text()
    assert redact("mail", "-o", "out").code == 2
    assert redact("mail", "-o", "out", "--force").err.endswith("1 binary file skipped\n")
    assert restore("out", "-o", "back").code == 0
    assert (tmp_path / "back" / "a.txt").read_text() == LETTER
    assert (tmp_path / "back" / "deep" / "c.md").read_text() == "ada@example.org"


@pytest.mark.parametrize("target", ["v.vault", "v.vault.lock", "key", "link"])
def test_force_does_not_replace_the_vault_or_its_key(redact, restore, tmp_path, target):
    sent = redact("-", stdin=b"ada@example.org").out
    (tmp_path / "link").symlink_to("v.vault")
    refused = redact("-", "-o", target, "--force", stdin=b"b@example.org")
    assert (refused.code, refused.out) == (2, "")
    assert "the vault's or its key" in refused.err
    assert (tmp_path / "key").read_bytes() == KEY
    assert restore("-", stdin=sent.encode()).out == "ada@example.org"


def test_many_named_files_are_each_looked_at_a_few_times(redact, tmp_path, monkeypatch):
    names = [f"{n}.txt" for n in range(120)]
    for name in names:
        (tmp_path / name).write_text("ada@example.org")
    asked = 0
    real = os.stat

    def counted(*arguments, **options):
        nonlocal asked
        asked += 1
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", counted)
        assert redact(*names, "-o", "out").code == 0
    assert len(list((tmp_path / "out").iterdir())) == len(names)
    assert asked < 20 * len(names)


def test_an_input_is_not_replaced_however_it_is_named(redact, tmp_path):
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "a.txt").write_text("ada@example.org")
    os.link(tmp_path / "in" / "a.txt", tmp_path / "out" / "b.txt")
    (tmp_path / "b.txt").write_text("b@example.org")
    refused = redact("in/a.txt", "b.txt", "-o", "out", "--force")
    assert refused.code == 2
    assert "also read" in refused.err
    assert (tmp_path / "in" / "a.txt").read_text() == "ada@example.org"


def test_folders_within_folders(redact, tmp_path):
    for name in ("a/b/x.txt", "c/b/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("ada@example.org")
    assert redact("a", "c/b", "-o", "out").code == 0
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")) == [
        "a/b/x.txt",
        "b/x.txt",
    ]


def test_a_name_as_long_as_names_can_be(redact, restore, tmp_path):
    name = "n" * 251 + ".txt"
    (tmp_path / name).write_text("ada@example.org")
    (tmp_path / "z.txt").write_text("b@example.org")
    assert redact(name, "z.txt", "-o", "out").code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {name, "z.txt"}
    assert restore(f"out/{name}", "-o", name, "--force").code == 0
    assert (tmp_path / name).read_text() == "ada@example.org"


def test_a_file_that_cannot_be_made_takes_no_others_along(redact, tmp_path):
    for name in ("a.txt", "deep/b.txt", "last/c.txt"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("ada@example.org")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "deep").write_text("in the way")
    there = redact("in", "-o", "out")
    assert there.code == 3
    assert there.err.splitlines() == [
        "in/deep/b.txt: out/deep/b.txt: file exists",
        "2 texts redacted, 2 changed; the vault holds 1 pair; 1 failed",
    ]
    for name in ("a.txt", "last/c.txt"):
        assert (tmp_path / "out" / name).read_text() == "[REDACTED_EMAIL_ADDRESS_1]"


@pytest.mark.parametrize("inputs", [("a.txt", "b.txt"), ("a.txt",)])
def test_where_nothing_can_be_written_the_call_is_wrong(redact, tmp_path, inputs):
    for name in ("a.txt", "b.txt", "file"):
        (tmp_path / name).write_text("ada@example.org")
    refused = redact(*inputs, "-o", "file/out")
    assert (refused.code, refused.err.count("\n")) == (2, 1)


@pytest.mark.parametrize("arguments", [(), ("--jsonl-field", "t")])
def test_a_file_that_is_named_twice_is_not_written_twice(redact, tmp_path, arguments):
    (tmp_path / "a").write_text('{"t": "ada@example.org"}\n')
    assert "there already" in redact("a", "a", "-o", "out", *arguments).err
    assert redact("a", "a", "-o", "out", "--force", *arguments).code == 0
    assert (tmp_path / "out" / "a").read_text() == '{"t": "[REDACTED_EMAIL_ADDRESS_1]"}\n'


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX")
def test_force_does_not_replace_what_is_no_file(redact, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused = redact("-", "-o", "pipe", "--force", stdin=b"ada@example.org")
    assert refused.code == 2
    assert "no regular file" in refused.err
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_dangling_link_is_there_already(redact, tmp_path):
    (tmp_path / "out").symlink_to("nowhere")
    assert "there already" in redact("-", "-o", "out", stdin=b"ada@example.org").err


def test_what_somebody_laid_where_it_is_written_first_gets_nothing(redact, tmp_path):
    (tmp_path / "theirs").write_text("")
    _part(tmp_path / "out").symlink_to("theirs")
    assert redact("-", "-o", "out", stdin=b"b@example.org!").code == 0
    assert (tmp_path / "theirs").read_text() == ""
    assert (tmp_path / "out").read_text() == "[REDACTED_EMAIL_ADDRESS_1]!"


def test_vault_and_key_in_a_folder_that_is_read_stay_there(pyshield, tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "a.txt").write_text("ada@example.org")
    (tmp_path / "mail" / "key").write_text(KEY.hex())
    call = ("redact", "mail", "--vault", "mail/v", "--key-file", "mail/key", "-o", "out", "--force")
    for _ in range(2):
        assert pyshield(*call).code == 0
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_what_is_restored_is_for_its_owner(redact, restore, tmp_path):
    (tmp_path / "a.txt").write_text("ada@example.org")
    redact("a.txt", "-o", "b.txt")
    restore("b.txt", "-o", "c.txt")
    assert stat.S_IMODE((tmp_path / "c.txt").stat().st_mode) == 0o600
