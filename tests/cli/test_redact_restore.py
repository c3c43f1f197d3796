"""`pyshield redact` and `pyshield restore`: files, folders, records and pipes, and the vault between them."""

import json
import os
import stat

import pytest

from pyshield.cli.vaultfile import Secret, VaultFile

KEY = bytes(range(32))
LETTER = "Dear ada@example.org, pay DE89 3704 0044 0532 0130 00.\nYours, b@example.org\n"
VALUES = ("ada@example.org", "DE89 3704", "b@example.org")


def clean(text):
    return not any(value in text for value in VALUES)


def test_a_file_there_and_back(redact, restore, tmp_path):
    (tmp_path / "letter.txt").write_text(LETTER)
    there = redact("letter.txt")
    assert there.code == 0
    assert there.out == (
        "Dear [REDACTED_EMAIL_ADDRESS_1], pay [REDACTED_IBAN_CODE_1].\nYours, [REDACTED_EMAIL_ADDRESS_2]\n"
    )
    assert there.err == "1 text redacted, 1 changed; the vault holds 3 pairs\n"
    (tmp_path / "answer.txt").write_text(there.out)
    back = restore("answer.txt")
    assert (back.code, back.out) == (0, LETTER)
    vault = (tmp_path / "v.vault").read_bytes()
    assert not any(value.encode() in vault for value in VALUES)
    assert stat.S_IMODE((tmp_path / "v.vault").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("letter.csv", (), "\ufeffname,mail\r\nAda,ada@example.org\r\n"),
        (
            "records.jsonl",
            ("--jsonl-field", "text"),
            '\ufeff{"text": "ada@example.org"}\n{"text": "b@example.org"}\n',
        ),
    ],
)
def test_a_byte_order_mark_stays(redact, restore, tmp_path, name, arguments, text):
    (tmp_path / name).write_bytes(text.encode())
    assert redact(name, *arguments, "-o", "out").code == 0
    there = (tmp_path / "out").read_bytes()
    assert there.startswith("\ufeff".encode())
    assert clean(there.decode())
    (tmp_path / name).write_bytes(there)
    assert restore(name, *arguments, "-o", "back").code == 0
    assert (tmp_path / "back").read_bytes() == text.encode()


def test_pipes_and_a_second_run_keep_placeholders(redact, restore):
    first = redact("-", stdin=b"to b@example.org")
    again = redact("-", "-q", stdin=b"to c@example.org, b@example.org")
    assert first.out == "to [REDACTED_EMAIL_ADDRESS_1]"
    assert (again.out, again.err) == ("to [REDACTED_EMAIL_ADDRESS_2], [REDACTED_EMAIL_ADDRESS_1]", "")
    assert restore("-", stdin=again.out.encode()).out == "to c@example.org, b@example.org"


def test_what_the_vault_does_not_know_is_said(redact, restore):
    redact("-", stdin=b"ada@example.org")
    back = restore("-", stdin=b"[REDACTED_EMAIL_ADDRESS_1] [REDACTED_EMAIL_ADDRESS_9]")
    assert (back.code, back.out) == (1, "ada@example.org [REDACTED_EMAIL_ADDRESS_9]")
    assert "1 placeholder left" in back.err
    fuzzy = restore("-", "--matching", "case_insensitive", stdin=b"[redacted_email_address_1]")
    assert fuzzy.out == "ada@example.org"


def test_what_is_private_in_one_file_is_so_in_all(pyshield, keyed, restore, tmp_path):
    texts = {
        "a.txt": "Ring 2025550173, number 4111-1111.\n",
        "b.txt": "My phone is 2025550173.\n",
        "c.txt": "2025550173?\n",
    }
    (tmp_path / "in").mkdir()
    for name, text in texts.items():
        (tmp_path / "in" / name).write_text(text)
    asked = pyshield("redact", *keyed, "-e", "PHONE_NUMBER", "in", "-o", "out")
    assert asked.code == 0
    assert asked.err == "3 texts redacted, 3 changed; the vault holds 1 pair\n"
    # In a later run nothing says what it is.
    (tmp_path / "in" / "d.txt").write_text("and 2025550173")
    later = pyshield("redact", *keyed, "-e", "EMAIL_ADDRESS", "in/d.txt")
    assert later.out == "and [REDACTED_PHONE_NUMBER_1]"
    for name in texts:
        assert "2025550173" not in (tmp_path / "out" / name).read_text()
    restore("out", "-o", "back")
    assert {name: (tmp_path / "back" / name).read_text() for name in texts} == texts


def test_records(redact, restore, tmp_path):
    records = [{"id": n, "text": f"u{n % 3}@example.org é"} for n in range(1_200)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "chats.jsonl").write_text(lines + "no JSON\n")
    there = redact("--jsonl-field", "text", "chats.jsonl", "-o", "out.jsonl")
    assert there.code == 3
    assert "chats.jsonl:1201: not JSON" in there.err
    written = (tmp_path / "out.jsonl").read_text()
    assert "@" not in written
    assert [json.loads(line)["id"] for line in written.splitlines()] == list(range(1_200))
    back = restore("--jsonl-field", "/text", "out.jsonl")
    assert [json.loads(line) for line in back.out.splitlines()] == records


def test_many_values(redact, restore, tmp_path):
    text = "\n".join(f"u{n}@example.org" for n in range(60_000))
    (tmp_path / "many.txt").write_text(text)
    there = redact("many.txt", "-o", "out.txt")
    assert (there.code, there.err) == (0, "1 text redacted, 1 changed; the vault holds 60000 pairs\n")
    assert "@" not in (tmp_path / "out.txt").read_text()
    assert restore("out.txt", "-o", "back.txt").code == 0
    assert (tmp_path / "back.txt").read_text() == text


def test_restoring_needs_no_lock(redact, restore, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    sent = redact("-", stdin=b"ada@example.org").out.encode()
    with (tmp_path / "v.vault.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert restore("-", stdin=sent).out == "ada@example.org"
    (tmp_path / "v.vault.lock").unlink()
    assert restore("-", stdin=sent).code == 0
    assert not (tmp_path / "v.vault.lock").exists()


def test_a_vault_that_is_read_is_not_written(redact, tmp_path):
    redact("-", stdin=b"ada@example.org")
    before = (tmp_path / "v.vault").read_bytes()
    file = VaultFile(str(tmp_path / "v.vault"), Secret(key=KEY), read_only=True)
    file.vault.append(("[REDACTED_PERSON_1]", "Ada"))
    with pytest.raises(PermissionError):
        file.save()
    file.close()
    assert (tmp_path / "v.vault").read_bytes() == before


def test_a_vault_behind_a_link_is_replaced_where_it_is(redact, pyshield, tmp_path):
    redact("-", stdin=b"ada@example.org")
    (tmp_path / "link").symlink_to("v.vault")
    call = ("--vault", "link", "--key-file", "key", "-")
    again = pyshield("redact", *call, stdin=b"b@example.org ada@example.org")
    assert again.out == "[REDACTED_EMAIL_ADDRESS_2] [REDACTED_EMAIL_ADDRESS_1]"
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "link.lock").exists()
    back = pyshield("restore", "--vault", "v.vault", *call[2:], stdin=again.out.encode())
    assert back.out == "b@example.org ada@example.org"


def test_a_folder_is_no_vault(pyshield, tmp_path):
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "folder").mkdir()
    refused = pyshield("redact", "--vault", "folder", "--key-file", "key", "-", stdin=b"")
    assert (refused.code, refused.err) == (2, "pyshield: folder is a directory and no vault\n")
    assert not (tmp_path / "folder.lock").exists()


def test_a_forged_vault_takes_no_memory(pyshield, tmp_path):
    (tmp_path / "good").write_text("right horse")
    header = {"kdf": "scrypt", "n": 1 << 20, "r": 32, "p": 1, "salt": "00" * 16}
    (tmp_path / "v").write_bytes(b"pyshield vault file 1\n" + json.dumps(header).encode() + b"\nx")
    refused = pyshield("restore", "--vault", "v", "--passphrase-file", "good", "-")
    assert (refused.code, refused.out) == (3, "")
    assert "another format" in refused.err


@pytest.mark.parametrize("missing", ["--key-file", "--passphrase-file"])
def test_a_file_that_is_not_there_is_named(pyshield, missing):
    refused = pyshield("redact", "--vault", "v", missing, "nokey", "-", stdin=b"")
    assert (refused.code, refused.err) == (2, "pyshield: nokey: No such file or directory\n")


def test_records_keep_every_other_byte(redact, restore):
    records = b'{"n":1e400,"text" :"ada@example.org","f":1.10,"n":2}\n{"text":"\\u0061","o":"\\ud800"}\n'
    there = redact("--jsonl-field", "text", "-", stdin=records)
    assert there.code == 0
    assert there.out.encode() == records.replace(b"ada@example.org", b"[REDACTED_EMAIL_ADDRESS_1]")
    back = restore("--jsonl-field", "text", "-", stdin=there.out.encode())
    assert back.out.encode() == records


def test_a_record_with_two_texts_is_not_written(redact):
    records = b'{"t":["ada@example.org"],"t":"clean"}\n{"t":"b@example.org","n":[{"x":1,"x":1e400}]}\n'
    there = redact("--jsonl-field", "t", "-", stdin=records)
    assert (there.code, there.out) == (3, '{"t":"[REDACTED_EMAIL_ADDRESS_1]","n":[{"x":1,"x":1e400}]}\n')
    assert there.err.startswith("<stdin>:1: more than one t\n")


@pytest.mark.parametrize("arguments", [(), ("--jsonl-field", "t")])
def test_the_largest_cap(redact, restore, arguments):
    cap = ("--max-bytes", str(1 << 40), *arguments, "-")
    there = redact(*cap, stdin=b'{"t":"ada@example.org"}\n')
    assert (there.code, there.out) == (0, '{"t":"[REDACTED_EMAIL_ADDRESS_1]"}\n')
    assert restore(*cap, stdin=there.out.encode()).out == '{"t":"ada@example.org"}\n'


def test_passphrases(pyshield, tmp_path):
    (tmp_path / "good").write_text("right horse\nnot read")
    (tmp_path / "bad").write_text("wrong horse")
    call = ("--vault", "v", "--passphrase-file")
    sent = pyshield("redact", *call, "good", "-", stdin=b"ada@example.org")
    assert sent.code == 0
    assert pyshield("restore", *call, "good", "-", stdin=sent.out.encode()).out == "ada@example.org"
    refused = pyshield("restore", *call, "bad", "-", stdin=sent.out.encode())
    assert (refused.code, refused.out) == (3, "")
    assert "wrong" in refused.err
    assert "horse" not in refused.err
    (tmp_path / "key").write_bytes(KEY)
    assert pyshield("restore", "--vault", "v", "--key-file", "key", "-", stdin=b"").code == 2


def test_a_vault_that_was_altered(redact, restore, tmp_path):
    redact("-", stdin=b"ada@example.org")
    whole = (tmp_path / "v.vault").read_bytes()
    for altered in (whole[:-1], whole[:30], b"", whole.replace(b"none", b"scrypt"), b"x" + whole):
        (tmp_path / "v.vault").write_bytes(altered)
        refused = restore("-", stdin=b"[REDACTED_EMAIL_ADDRESS_1]")
        assert refused.code in (2, 3)
        assert refused.out == ""


def test_a_vault_in_use(redact, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    redact("-", stdin=b"")
    with (tmp_path / "v.vault.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = redact("-", stdin=b"ada@example.org")
    assert (refused.code, refused.out) == (2, "")
    assert "another process" in refused.err


def test_the_vault_is_kept_before_the_text_leaves(redact, restore, tmp_path, monkeypatch):
    redact("-", stdin=b"ada@example.org")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        refused = redact("-", stdin=b"c@example.org")
    assert (refused.code, refused.out) == (3, "")
    assert restore("-", stdin=b"[REDACTED_EMAIL_ADDRESS_1]").out == "ada@example.org"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.txt",), "no such file"),
        (("-", "-e", "NO_SUCH_THING"), "--entity 'NO_SUCH_THING': no recogniser finds it; known are ABA_"),
        (("-", "-e", "EMAIL"), "did you mean 'EMAIL_ADDRESS'? Known are ABA_"),
        (("a.txt", "b.txt"), "--output"),
        (("folder",), "--output"),
        (("folder", "-o", "folder/out"), "is read"),
        (("a.txt", "-o", "b.txt"), "there already"),
        (("a.txt", "-o", "a.txt", "--force"), "also read"),
        (("-", "--passphrase-file", "a.txt"), "exclude"),
        (("-", "--key-file", "a.txt"), "32 bytes"),
    ],
)
def test_wrong_calls(redact, tmp_path, arguments, words):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("kept")
    (tmp_path / "folder").mkdir()
    refused = redact(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert words in refused.err
    assert (tmp_path / "b.txt").read_text() == "kept"


def test_without_a_terminal_nothing_is_asked(pyshield):
    refused = pyshield("redact", "--vault", "v", "-", stdin=b"ada@example.org")
    assert (refused.code, refused.out) == (2, "")
    assert "--passphrase-file" in refused.err
    assert pyshield("restore", "--vault", "v", "-").code == 2


def test_a_typed_passphrase(pyshield, monkeypatch):
    typed = iter(["right horse", "right horse", "right horse", "a", "b"])
    monkeypatch.setattr("getpass.getpass", lambda *_: next(typed))
    monkeypatch.setattr("pyshield.cli.vaultfile._terminal", lambda: True)
    sent = pyshield("redact", "--vault", "v", "-", stdin=b"ada@example.org")
    assert pyshield("restore", "--vault", "v", "-", stdin=sent.out.encode()).out == "ada@example.org"
    refused = pyshield("redact", "--vault", "w", "-", stdin=b"ada@example.org")
    assert "differ" in refused.err


def test_names_are_looked_for_if_they_are_asked_for(pyshield, keyed, tmp_path):
    text = b"Dear Grace Hopper, please write to Alan Turing in London.\n"
    asked = pyshield("redact", *keyed, "-e", "PERSON", "-", stdin=text)
    assert asked.code == 0
    assert "Hopper" not in asked.out
    assert asked.err.endswith("the vault holds 2 pairs\n")
    back = pyshield("restore", *keyed, "-", stdin=asked.out.encode())
    assert back.out.encode() == text


def test_what_is_not_looked_for_is_said_once(pyshield, keyed):
    records = b'{"text": "Ada Lovelace"}\n' * 3
    usual = pyshield("redact", *keyed, "--jsonl-field", "text", "-", stdin=records)
    assert usual.code == 0
    assert usual.err.count("PERSON cannot be recognised") == 1
    assert "with -e" in usual.err


def test_what_was_asked_for_and_cannot_be_looked_for_is_an_error(pyshield, keyed, monkeypatch):
    from pyshield.input_scanners import anonymize_helpers

    conf = {"DEFAULT_MODEL": None, "MODEL_TO_PRESIDIO_MAPPING": {"PERSON": "PERSON", "CITY": "LOCATION"}}
    monkeypatch.setattr(anonymize_helpers, "ENCODER_CONF", conf)
    refused = pyshield("redact", *keyed, "-e", "PERSON", "-e", "LOCATION", "-", stdin=b"in London")
    assert refused.code == 3
    assert "LOCATION cannot be recognised" in refused.err
