"""Records what CPython 3.11's ``re`` says of our patterns and texts, for ``tests/pattern_python.rs``.

Run as ``python3.11 make_python_re.py > python_re.jsonl``. Each line is one record:

* ``{"pattern", "error": true}``: the pattern does not compile;
* ``{"pattern", "cases": [{"text", "search", "fullmatch", "finditer", "groups"}]}``: spans in code points,
  ``null`` where there is none, ``groups`` those of the first match;
* ``{"class", "ranges"}``: every code point (without surrogates) that a one-character pattern matches.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import sys
import warnings
from pathlib import Path

TEXTS = [
    "",
    "a",
    "\n",
    "abc",
    "abc\n",
    "a\nb\nc\n\n",
    "aaa bbb  ccc",
    "foo bar foobar barfoo",
    "Order 66: call 555-0199, or +1 (212) 555-0142.",
    "mail ann.lee@example.org and bob@test.example, now",
    "Straße ſtrasse KELVIN \u212a ıİiI ΣσςΑΩ ǅ",
    "naïve café e\u0301 x\u0301y हिन्दी ไทย 漢字 \u0663\u0664 ²½",
    "x\u200dy _z_ a-b [c] {d} a{2} \\d $5 ^t",
    "aaaaaaaaaaaaaaab",
    "((a)(b(c)))",
    "key=val; k2 = 'v 2'; k3=\"v\"",
    "tab\tvt\x0bff\x0cfs\x1cnel\x85nbsp\xa0ls\u2028end",
    "AbCaBcABC\r\nabc\r\n",
    "😀😁 a😀 \U0001f9d1\u200d\U0001f680 𐐀𐐨",
    "aabbab abab ababab",
]

PATTERNS = (Path(__file__).parent / "python_re_patterns.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")

EXTRA = [
    "\\ ",
    "a\nb",
    "\n",
    "(?x)a\n# c\nb",
    "(?x)\n  a  # first\n  \\s  # then\n",
    " ",
    "\t",
    "a\\\nb",
    "é",
    "😀+",
    "\x00",
    "[\n]",
]

CLASSES = [
    r"\d", r"\s", r"\w", r"(?a)\d", r"(?a)\s", r"(?a)\w", r"\D", r"\S", r"\W", ".",
    "(?i)k", "(?i)s", "(?i)i", "(?i)İ", "(?i)ı", "(?i)[a-z]", "(?i)[^a-z]", "(?i)[A-Z]", "(?ia)[a-z]", "(?i)µ", "(?i)ι",
    "(?i)[α-ω]", "(?i)[^α-ω]", "(?i)[\u0400-\u04ff]", "(?i)[\u1c80-\u1c88]", "(?i)[\u1e00-\u1fff]", "(?i)ß", "(?i)ẞ",
    "(?i)[\u10a0-\u10ff]", "(?i)[\u13a0-\u13ff]", "(?i)[\uab70-\uabbf]", "(?i)[\ufb00-\ufb06]", "(?i)[\x00-\uffff]",
    "(?i)[^\x00-\uffff]", "(?i)[\u0100-\u024f]", "(?i)[^\u0100-\u024f]", "(?i)[\U00010400-\U00010427]", "(?i)[\U00010428-\U0001044f]",
    r"(?i)[\w-]", r"(?i)[\Wk]", r"(?i)[^\Wk]", "(?i)[^ſ]", "(?i)[\u2c00-\u2dff]", "(?i)[\ua640-\ua7ff]", "(?i)ǆ", "(?i)θ", "(?i)ϴ", "(?i)Ω",
]  # fmt: skip


def ranges_of(pattern: str) -> list[list[int]]:
    """The code points that ``pattern`` matches, as inclusive ranges."""
    match = re.compile(pattern).fullmatch
    found = (c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and match(chr(c)))
    ranges: list[list[int]] = []
    for c in found:
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return ranges


def random_patterns(count: int) -> list[str]:
    """Patterns put together at random from a small alphabet, valid or not; always the same."""
    rng = random.Random(20240311)
    atoms = [
        "a",
        "b",
        "c",
        ".",
        "[ab]",
        "[^a]",
        r"\w",
        r"\b",
        "^",
        "$",
        "",
        r"\1",
        "(a)",
        "(b|ab)",
        r"\s",
        "é",
        r"\Z",
    ]
    quantifiers = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "*+", "?+", "{,2}?"]
    wrappers = [
        "({})",
        "(?:{})",
        "(?={})",
        "(?!{})",
        "(?<={})",
        "(?<!{})",
        "(?>{})",
        "(?i:{})",
        "(?m:{})",
        "(?(1){}|b)",
    ]

    def build(depth: int) -> str:
        parts = []
        for _ in range(rng.randint(1, 3)):
            if depth and rng.random() < 0.45:
                part = rng.choice(wrappers[:2] * 4 + wrappers).format(build(depth - 1))
            else:
                part = rng.choice(atoms)
            parts.append(part + rng.choice(quantifiers))
        pattern = "".join(parts)
        return pattern if rng.random() < 0.75 else pattern + "|" + (build(depth - 1) if depth else "b")

    return [build(3) for _ in range(count)]


def record(pattern: str, texts: list[str]) -> dict[str, object]:
    """What ``re`` says of one pattern."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, ValueError):
        return {"pattern": pattern, "error": True}
    cases = []
    for text in texts:
        first, full = compiled.search(text), compiled.fullmatch(text)
        case: dict[str, object] = {
            "text": text,
            "search": first and first.span(),
            "fullmatch": full is not None,
            "finditer": [m.span() for m in compiled.finditer(text)],
        }
        if first and compiled.groups:
            case["groups"] = [span if span[0] >= 0 else None for span in first.regs[1:]]
        cases.append(case)
    return {"pattern": pattern, "cases": cases}


def main() -> None:
    """Writes the records to standard output."""
    warnings.simplefilter("ignore")
    if sys.version_info[:2] != (3, 11):
        raise SystemExit("the records are of Python 3.11")
    rng = random.Random(7)
    short = ["", "a", "b", "ab\n", "aab", "abab b", "bAéa", "a\nb\n"] + [
        "".join(rng.choices("ab c\né", k=6)) for _ in range(4)
    ]
    plain = [record(pattern, TEXTS) for pattern in PATTERNS + EXTRA]
    drawn = [record(pattern, short) for pattern in dict.fromkeys(random_patterns(600))]
    classes = [{"class": pattern, "ranges": ranges_of(pattern)} for pattern in CLASSES]
    for line in itertools.chain(plain, drawn, classes):
        print(json.dumps(line, ensure_ascii=True, separators=(",", ":")))


if __name__ == "__main__":
    main()
