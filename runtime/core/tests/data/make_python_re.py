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

PATTERNS = r"""
a|b*|c
|a
a|
()
(?:)
.
.*
.+?
.??
a*
a*?
a+
a?
a??
x*
(a|ab)(c|bcd)?
(a*)(a|b)*
(?:a|ab)(?:c|b)?
(a|b)*?c
\d+
\D+
\w+
\W+
\s+
\S+
\b
\B
\b\w
\w\b
\B.
\bfoo\b
\bfoo
foo\b
\Bfoo
^
$
^$
^a
a$
^a$
c$
c\Z
\Aabc
\Z
\A
(?m)^
(?m)$
(?m)^.
(?m).$
(?m)^$
(?m)^\w+$
(?s).
(?s)a.b
(?s).*
(?s)^.*$
.*$
.+$
\s*$
[^a]*$
(?:a$|b)
(?:abc$|c)
(a$)?
(?:\n|c$)
c$\n
c$(?:\n)?
(?m)c$\n^
a$b
$a
(?:$|a)+
[abc]
[^abc]
[]]
[]a]+
[^]]+
[^]a]+
[a-]
[-a]
[a\-z]
[a^]
[[]
[[a]
[[a]]
[a&&b]
[a--b]
[a||b]
[a~~b]
[&&]
[\d-]
[\w.-]+
[\w.+-]+@[\w-]+\.[\w.-]+
[\s\S]
[\d\D]
[\W\d]
[^\W\d_]+
[^\w\s]
[^\S\n]
[a-zA-Z]{2,4}
[\]\[]
[\\]
[\x41-\x43]
[\u0391-\u03a9]
[\U0001F600-\U0001F64F]
[\101\0]
[\b]
[\n\t\r\f\v\a]
[.]
[$^]
[ -~]
[^ -~]
[\x00-\x1f]
a{2}
a{2,}
a{,2}
a{2,3}
a{2,3}?
a{0}
a{,}
a{0,0}b
a{}
a{
a{a
a{1
a{1,
a{1,a}
a{ 2}
{
{}
{a}
x{,y}
a}
}
]
a]b
\{d\}
\$5
\^t
\(
\.
\-
\#
\@
\"
\'
\/
\_
\é
\x41
\u00e9
\U0001f600
\0
\07
\012
\101
\141
\x0a
\a\f\v
\t
\n
\r\n
\\
\\d
(a)\1
(a|b)\1
(\w)\1
(\w+) \1
(?i)(a)\1
(?i)(\w)\1
(?ia)(\w)\1
(?P<x>a|b)(?P=x)
(?P<x>\w)(?P<y>\w)(?P=y)(?P=x)
(a)?\1
(a)?b\1
(a)|b\1
(?:(a)|b)*\1
(a)(b)(c)(d)?\4?
(a)(b)(c)\3
((a)|b)+
(?:(a)|(b)|(c))+
((a*)b)*
(a*)*
(a*)+
(a*?)*
(a*?)+?
(?:a*)*b
(?:a*|b)*
(?:a|b*)*c
(?:a?b?)*
(?:a?){3}
(?:a?){2,4}
(?:|a)*
(?:|a)+
(?:|a){2}
(?:a|)*
(?:a??)*
(?:a??)+b
(a?)*?
(a?)*?b
(?:(?=a))*
(?:(?=a)a?)*
(?:\b)*
(?:^)*a
(?:$)*
(?:a|(?:)){3}
(?:ab?)*?b
(?:ab|a)(?:bb)?
(?:a|ab|abc)c?
(?:abc|ab|a)c?
foo|foobar
foobar|foo
(?:foo|foobar)$
(?:foo|foobar)\b
\w+?\b
(?=a)
(?=a).
a(?=b)
a(?!b)
a(?=a*b)
(?=(a+))a*b\1
(?=(a))\1
(?!a).
(?!.*b)a
(?!(a)b).
(?<=a)b
(?<!a)b
(?<=a)
(?<!a)
(?<=\b)a
(?<=ab|cd)c
(?<=^a)b
(?<=(a))b
(?<=(a))\1
(a)(?<=\1)b
(?<=a{2})b
(?<=\n)a
(?<![\w.])\d{3}(?!\d)
(?<!\w)foo(?!\w)
(?<=(?<!x)a)b
(?<=(?=a)a)b
(?<!^)b
(?<!.)a
(?<=.)$
(?<=...)a
(?<=é)
(?<=😀).
(?<=)a
(?<!)a
(?!)
(?=)
(?=a)*b
(?=a)?a
(?!a)*b
(?=a){2}a
(?<=a)+b
(?>a|ab)c
(?>a+)b
(?>a*)a
(?>a*?)b
(?>(a|ab))(c)?
(?>a|ab)*c
(?>)a
a++b
a++a
a*+b
a*+a
a?+a
a?+b
a{1,3}+a
a{2}+
(?:ab)++a
(?:a|ab){2}+
(?:a|ab)*+c
(?:a|ab)?+c
(?:a|ab)++b
(a|b)*+c
\w++\b
\d++(?!\d)
.*+
(?:a?)++
(?:a*)*+b
(a)?(?(1)b|c)
(a)?(?(1)b)
(a)?(?(1)|c)
(?P<q>['"])?(\w+)(?(q)(?P=q)|\b)
(\()?\w+(?(1)\))
(?(1)a|b)(c)?
(?:(a)|b)(?(1)b|a)
(<)?(\w+@\w+(?:\.\w+)+)(?(1)>|\b)
(?:(?(1)b|(a)))*
(?#comment)a
a(?#comment)*
a(?#)b
a(?#\))b)
(?x) a b c
(?x) a # comment
(?x)a\ b
(?x)[a b]
(?x)a b | c d
(?x)( ?:a)
(?x)a{2 }
(?x) a + ? b
(?x)a  +
(?x: a b )c
(?x: a (?-x: b) c)
(?i)abc
(?i)ABC
(?i)straße
(?i)STRASSE
(?i)s
(?i)[s]
(?i)k
(?i)\u212a
(?i)i
(?i)İ
(?i)ı
(?i)[i]
(?i)[^i]
(?i)[a-k]
(?i)[^a-z]
(?i)σ
(?i)Σ
(?i)ς
(?i)[ς]
(?i)µ
(?i)ǅ
(?i)ǆ
(?i)[ǆ]
(?i)𐐀
(?i)𐐨
(?i)[𐐨]
(?i)[\U00010428-\U00010430]
(?i)[\u0391-\u03a9]+
(?i)é
(?i)[à-ý]
(?i)\w
(?i)[\W]
(?i)[_-b]
(?i)[Z-a]
(?ia)k
(?ia)s
(?ia)[a-z]+
(?ia)é
(?ia)σ
(?a)\w+
(?a)\W+
(?a)\d+
(?a)\s+
(?a)\bna
(?a)\b
(?a)[\w]+
(?a)[^\w]
(?u)\w+
(?i:a)b
(?i:a)B
a(?i:b)c
a(?i:b(?-i:c))
(?-i:a)b
(?i)(?-i:a)b
(?i-s:a.)
(?s:.)\n
(?s-i:a.b)
(?m:^)b
(?m:^b$)
(?a:\w)\w
(?a:\w+)(?u:\w+)
(?u)(?a:\d)\d
(?im)^B
(?im-s:^b.)
(?mi)(?s).b
(?i)(?m)^B$
(?:(?i)a)
a(?i)b
(?i
(?i-
(?i-:a)
(?-:a)
(?-)
(?i-i:a)
(?L)a
(?L:a)
(?au)a
(?a)(?u)a
(?au:a)
(?-a:b)
(?-u:b)
(?z)a
(?z:a)
(?iz)a
(?i a)
(?i:a
(?^a)
(?ii)a
(?i-mm:a)
(?i|m)
(?i\)a)
*
+
?
a**
a*+*
a+*
a?*
a???
a*??
a{2}{3}
a{2}*
a*{2}
(?:a{2}){3}
(?:a*)*
{2}
(*a)
(|*)
(?:+a)
^*
$*
\b*
\B+
\A?
\Z{2}
^{2}
^{a
(^)*
(^*)
a|*
a{3,2}
a{99999999999}
a{4294967295}
a{0,4294967294}
a{1000}
(?:a{10}){10}
(
)
(a
a)
(?
(?P
(?P<
(?P<a
(?P<a>
(?P<>a)
(?P<1>a)
(?P<a b>a)
(?P<é>a)
(?P<_1>a)
(?P<a-b>a)
(?P<x>a)(?P<x>b)
(?P=x)
(?P=x)(?P<x>a)
(?P<x>a(?P=x))
(?P=
(?P=)
(?P=1)
(?P>x)
(?<x>a)
(?<
(?<=a
(?<=a*)b
(?<=a?)b
(?<=a|bc)d
(?<=a+)b
(?<!a{1,2})b
(?<=\1)(a)
(?<=(a)\1)b
(a(?<=\1))
(?<=(?(1)a|b))c(d)
(a)(?<=(?(1)a|b))b
(?=a
(?!
(?>a
(?:a
(?#a
(?#
(?(1)a|b)
(?(0)a|b)
(?(2)a|b)(c)
(?(x)a|b)
(?(x)a|b)(?P<x>c)
(?P<x>a)(?(x)b|c)
(a)(?(1)b|c|d)
(a)(?(1)b
(a)?(?(1
(a)?(?()b)
(a)?(?(-1)b)
(a)?(?(1a)b)
(?(
(?'x'a)
(?|a)
(?&a)
(?+1)
(?R)
\1
\2(a)
(a)\2
(a\1)
(a)\10
\8
\9
\18
\400
\377
\477
[\400]
[\377]
[\8]
[\18]
\x
\x1
\xg1
\u12
\u123g
\U0001
\U00110000
\U0010ffff
[\x]
[\u1]
[\U00110000]
\c
\e
\g
\i
\p{L}
\q
\y
\z
\C
\E
\G
\K
\N
\N{
\Q
\R
\X
[\c]
[\A]
[\B]
[\Z]
[\q]
[a
[
[]
[^]
[^
[a-
[a-\
[z-a]
[a-\d]
[\d-a]
[\w-\d]
[a-a]
[b-a-c]
[a-c-e]
[a-c-]
[--a]
[!--]
[a-z&&[^b]]
[[:alpha:]]
[[:alpha:]]+
\
a\
(?x)#\
(?x)a #)
(?x)(a #)
)
\d{3}-\d{4}
\+?\d[\d ()-]{7,}\d
(?:\d[ -]*?){13,16}
\b\d{1,3}(?:\.\d{1,3}){3}\b
\b(?:\d{4}[- ]?){3}\d{4}\b
\b[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}\b
(?i)\b[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}\b
(?i)(?:password|passwd|pwd|key)\s*[:=]\s*['"]?([^\s'";]+)
(?P<key>\w+)\s*=\s*(?P<q>["']?)(?P<value>[^"';]*)(?P=q)
(["'])(?:\\.|(?!\1).)*\1
^(?=.*[a-z])(?=.*\d).{3,}$
(?m)^(?!#)\w+
(\w+)\s+(?=bar)
(?<=call )\d{3}-\d{4}
(?:(?<=^)|(?<=\s))\S+(?=\s|$)
([a-z])([a-z])\2\1
(a+)+$
(a|aa)+$
(a|a?)+b
(\w+\s?)*$
^(\w+\s?)*$
(?:a+)+b
(.*)(.*)(.*)b
(.*?),(.*?)
\((?:[^()]|\([^()]*\))*\)
""".strip("\n").split("\n")

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
