"""What there is to scan, and what cannot be."""

import io
import json
import os

import pytest

from pyshield.cli.pointer import Pointer
from pyshield.cli.sources import Document, Sources, Unreadable, split_arguments


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in {
        "b.txt": b"b",
        "a.md": b"a",
        "sub/c.txt": b"c",
        "sub/deeper/d.txt": b"d",
        "z.txt": b"z",
        "image.bin": b"\x89PNG\0\0",
        ".git/config": b"hidden",
        ".env": b"hidden",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "link.txt").symlink_to("b.txt")
    (tmp_path / "loop").symlink_to(".")
    return tmp_path


def items(*paths, **options):
    return list(Sources(paths, **options))


def stdin(monkeypatch, content):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_directories_in_order_without_hidden_files_links_and_binaries(tree):
    sources = Sources((".",))
    assert [item.source for item in sources] == [
        "./a.md",
        "./b.txt",
        "./z.txt",
        "./sub/c.txt",
        "./sub/deeper/d.txt",
    ]
    assert sources.skipped == 1


def test_what_is_the_calls_own_is_left_out_of_directories(tree):
    own = frozenset({os.path.realpath("b.txt")})
    assert [item.source for item in items(".", own=own, glob="*.txt")] == [
        "./z.txt",
        "./sub/c.txt",
        "./sub/deeper/d.txt",
    ]


def test_glob_chooses_by_name(tree):
    assert [item.source for item in items(".", glob="*.md")] == ["./a.md"]


def test_a_glob_that_matches_nothing_is_no_clean_directory(tree):
    (found,) = items(".", glob="*.mdx")
    assert isinstance(found, Unreadable)
    assert (found.source, found.reason) == (".", "no file in it has a name that --glob matches")


def test_a_named_file_is_read_whatever_it_is(tree):
    assert items("image.bin") == [Unreadable("image.bin", "not UTF-8 (byte 0)", 6)]
    assert [item.text for item in items("link.txt")] == ["b"]
    assert [item.text for item in items(".env")] == ["hidden"]


def test_nuls_are_text(tmp_path):
    (tmp_path / "nul").write_bytes(b"a\0b")
    assert [item.text for item in items(str(tmp_path / "nul"))] == ["a\0b"]


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path):
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbfabc")
    assert [item.text for item in items(str(tmp_path / "bom"))] == ["abc"]


def test_line_ends_are_kept(tmp_path):
    (tmp_path / "dos").write_bytes(b"a\r\nb\r")
    assert [item.text for item in items(str(tmp_path / "dos"))] == ["a\r\nb\r"]


def test_over_the_cap_is_not_read(tmp_path):
    file = tmp_path / "big"
    file.write_bytes(b"x" * 11)
    assert items(str(file), max_bytes=10) == [Unreadable(str(file), "larger than 10 bytes (--max-bytes)", 11)]
    assert len(items(str(file), max_bytes=11)[0].text) == 11


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_the_cap_itself_takes_no_memory(tmp_path, size):
    file = tmp_path / "file"
    file.write_bytes(b"x" * size)
    (item,) = items(str(file), max_bytes=1 << 60)
    assert (item.text, item.size) == ("x" * size, size)
    assert len(items(str(file), max_bytes=max(size, 1))) == 1
    if size > 1:
        assert items(str(file), max_bytes=size - 1)[0].reason.startswith("larger than")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    file = tmp_path / "closed"
    file.touch(mode=0)
    assert items(str(file)) == [Unreadable(str(file), "permission denied")]


def test_a_dangling_link_is_not_scanned(tmp_path):
    (tmp_path / "dangling").symlink_to("nowhere")
    (item,) = items(str(tmp_path / "dangling"))
    assert item.reason == "no such file or directory"


def test_standard_input(monkeypatch):
    stdin(monkeypatch, "prömpt".encode())
    assert items("-") == [Document("<stdin>", "prömpt", 7)]


def test_records(monkeypatch):
    lines = [
        b'{"prompt": "one", "id": 1}',
        b"",
        b'{"prompt": "two"}',
        b"not json",
        b'{"other": "x"}',
        b'{"prompt": 5}',
        b'{"prompt": "\xff"}',
        b"[" * 100_000,
        b'{"prompt": ["no"], "prompt": "yes"}',
        b'{"prompt": "a", "deep": ' + b"[" * 600 + b"]" * 600 + b"}",
        b'{"prompt": "\\ud800"}',
        b'{"prompt": "last"}',
    ]
    stdin(monkeypatch, b"\n".join(lines))
    found = items("-", pointer=Pointer("prompt"))
    assert [(item.record, item.text if isinstance(item, Document) else item.reason) for item in found] == [
        (1, "one"),
        (3, "two"),
        (4, "not JSON"),
        (5, "no prompt"),
        (6, "no string at prompt"),
        (7, "not UTF-8 (byte 12)"),
        (8, "JSON nested too deep"),
        (9, "more than one prompt"),
        (10, "JSON nested too deep"),
        (11, "half of a surrogate pair at prompt"),
        (12, "last"),
    ]
    assert found[0].line == '{"prompt": "one", "id": 1}\n'


def test_a_record_with_its_prompt(monkeypatch):
    stdin(monkeypatch, b'{"q": "why", "a": "so"}\n')
    (item,) = items("-", pointer=Pointer("a"), prompt_pointer=Pointer("q"))
    assert (item.prompt, item.text) == ("why", "so")


def test_one_record_over_the_cap_does_not_hide_the_next(monkeypatch):
    record = json.dumps({"p": "x" * 100}).encode()
    stdin(monkeypatch, b'{"p": "a"}\n' + record + b'\n{"p": "b"}')
    found = items("-", pointer=Pointer("p"), max_bytes=20)
    assert [item.text if isinstance(item, Document) else item.reason for item in found] == [
        "a",
        "larger than 20 bytes (--max-bytes)",
        "b",
    ]
    assert [item.record for item in found] == [1, 2, 3]


@pytest.mark.parametrize("extra", range(3))
def test_a_record_as_long_as_the_cap(monkeypatch, extra):
    record = b'{"p": "a"}'
    stdin(monkeypatch, record + b"\n" + record + b"\n" + record)
    found = items("-", pointer=Pointer("p"), max_bytes=len(record) - 1 + extra)
    assert [item.record for item in found] == [1, 2, 3]
    assert all(isinstance(item, Document if extra else Unreadable) for item in found)


def test_text_never_shows_in_a_repr():
    document = Document("<text>", "the secret", 10, 1, {"p": "the secret"}, "the secret")
    assert "secret" not in repr(document)


def test_total_bytes(tree, monkeypatch):
    assert Sources((".", "b.txt")).total_bytes() == 5 + 6 + 1
    assert Sources(("-",)).total_bytes() is None


def test_split_arguments(tree):
    paths, texts, neither = split_arguments(
        ["b.txt", "sub", "-", "two words", "missing.txt", "word", "a\0b", " x"]
    )
    assert paths == ["b.txt", "sub", "-"]
    assert texts == ["two words"]
    assert neither == ["missing.txt", "word", "a\0b", " x"]
