"""`pyshield scan --format html`: a page that hostile text cannot become part of."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser

import pytest

BAN = "BanSubstrings:{substrings: [heron], match_type: str}"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "section"),
    *("h1", "h2", "p", "pre", "mark", "span", "table", "tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "title"}
HOSTILE = [
    "</pre><script>alert(1)</script>",
    "</mark></title></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "+ADw-script+AD4-",
    "\ufeff<svg/onload=alert(1)>",
    "\x00<base href=//example.org>",
    "\u2028\u2029\u202e\u200b",
    "\x1b[2J",
    "</textarea><plaintext>",
    "<a href='javascript:alert(1)'>",
    "＜script＞",
    "é世界🙂",
    "heron",
    "\n\t heron \r\n",
]


class Page(HTMLParser):
    """What a browser would make of a page: elements that close in order, attributes, text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.classes: set[str] = set()
        self.texts: dict[str, list[str]] = {}
        self.titles: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.classes.update(value for name, value in attrs if name == "class")
        self.titles += [value for name, value in attrs if name == "title"]
        if tag != "meta":
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def handle_comment(self, data):
        raise AssertionError("a comment")

    def unknown_decl(self, data):
        raise AssertionError("a declaration")


def is_sound(out: str) -> Page:
    """Nothing but what the report itself writes."""
    assert out.isascii()
    page = Page(out)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.classes <= {"dim", "bad", "good", "none", "low", "medium", "high", "critical"}
    assert out.count("<meta") == 4
    assert out.count("<style") == out.count("<head>") == out.count("<body>") == 1
    assert not re.search(r"url\(|@import|src=|href=(?!$)", page.texts["style"][0])
    return page


def test_findings_are_highlighted(pyshield, tmp_path):
    (tmp_path / "notes.txt").write_text("first\nwe call it heron now\n" + "x" * 1_000 + " heron\n")
    (tmp_path / "clean.txt").write_text("a stork")
    outcome = pyshield("scan", "-s", BAN, "-f", "html", "notes.txt", "clean.txt")
    assert outcome.code == 1
    page = is_sound(outcome.out)
    assert page.texts["mark"] == ["heron", "heron"]
    assert all(title.startswith("BanSubstrings ") and title.endswith(" 1.00") for title in page.titles)
    assert page.texts["h2"] == ["notes.txt"]
    first, second = page.texts["pre"]
    assert first.startswith("first\nwe call it heron now\nxxx")
    assert first.endswith("x …")
    assert second.startswith("… x")
    assert "BanSubstrings" in page.texts["td"]
    assert "2:12" in page.texts["td"]
    assert page.texts["header"][0].strip().endswith("2 texts scanned, 1 refused, 2 findings")


def test_all_of_the_text_if_asked_for(pyshield, tmp_path):
    text = "a stork\n" * 500
    (tmp_path / "clean.txt").write_text(text)
    page = is_sound(pyshield("scan", "-s", BAN, "-f", "html", "--include-text", "clean.txt").out)
    assert page.texts["pre"] == [text]
    page = is_sound(pyshield("scan", "-s", BAN, "-f", "html", "clean.txt").out)
    assert "pre" not in page.texts


def test_a_browser_is_told_to_load_and_run_nothing(pyshield):
    out = pyshield("scan", "-s", BAN, "-f", "html", "a heron").out
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', out)
    assert policy
    assert policy[1].startswith("default-src &#x27;none&#x27;; style-src &#x27;sha256-")
    assert out.index("Content-Security-Policy") < out.index("<style")
    assert "prefers-color-scheme:dark" in out


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(pyshield, tmp_path, text):
    (tmp_path / "in.txt").write_bytes(f"{text} heron {text}".encode())
    outcome = pyshield("scan", "-s", BAN, "-f", "html", "--include-text", "in.txt")
    page = is_sound(outcome.out)
    (shown,) = page.texts["pre"]
    if text.isprintable():
        assert shown == f"{text} heron {text}"
    assert shown.count("heron") == 1 + 2 * text.count("heron")


def test_hostile_texts_together(pyshield, tmp_path):
    rng = random.Random(11)
    for number in range(40):
        text = "".join(rng.choices(HOSTILE, k=rng.randrange(1, 12)))
        (tmp_path / f"{number:02}.txt").write_bytes(text.encode())
    words = "BanSubstrings:{substrings: ['script', 'alert(', heron, '<', '\"'], match_type: str}"
    scanners = ("-s", words, "-s", "InvisibleText", "-s", "Regex:{patterns: ['<[^>]*>', 'o.*o']}")
    page = is_sound(pyshield("scan", *scanners, "-f", "html", ".").out)
    assert len(page.texts["h2"]) >= 20
    assert any("<" in mark for mark in page.texts["mark"])
    # Where findings overlap, all of them are named.
    assert any(";" in title for title in page.titles)


def test_hostile_names_and_reasons_stay_text(pyshield, tmp_path):
    name = "<script>alert(1)<_script>\"'&\x1b\u202e.txt"
    (tmp_path / name).write_bytes(b"heron")
    (tmp_path / ("b" + name)).write_bytes(b"\xff")
    outcome = pyshield("scan", "-s", BAN, "-f", "html", name, "b" + name)
    assert outcome.code == 3
    page = is_sound(outcome.out)
    shown = "<script>alert(1)<_script>\"'&\\x1b\\u202e.txt"
    assert page.texts["h2"] == [shown, "b" + shown]
    assert "not scanned: not UTF-8" in page.texts["p"][1]


def test_many_and_long_findings_are_cut(pyshield, tmp_path):
    (tmp_path / "many.txt").write_text("heron " * 3_000)
    (tmp_path / "long.txt").write_text("a" * 5_000)
    long = pyshield("scan", "-s", "Regex:{patterns: ['a+']}", "-f", "html", "long.txt")
    (mark,) = is_sound(long.out).texts["mark"]
    assert mark == "a" * 200 + " … 4,600 characters … " + "a" * 200
    page = is_sound(pyshield("scan", "-s", BAN, "-f", "html", "many.txt").out)
    assert len(page.texts["mark"]) == 1_000
    assert any(text == "2,000 more findings are not listed." for text in page.texts["p"])
