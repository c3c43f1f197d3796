"""Programs put together from snippets whose names, texts and numbers are drawn."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.generate.grammar import Grammar

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping

_HERE = Path(__file__).parent
_FILES = ("classic", "scripting", "compiled", "older")
_PART = re.compile("⟨(\\^?[A-Za-z]+)(:[a-z])?⟩")
_CHOICE = re.compile("⟨([^⟨⟩]*)⟩")
# The word style of functions and variables.
_SNAKE = frozenset(
    {"Python", "Ruby", "Rust", "C", "Perl", "PHP", "Erlang", "R", "Fortran", "ARM Assembly", "Lua", "jq"}
)
_ROLES = ("", "", "Loader", "Reader", "Parser", "Box")
_RULES = {
    "fn": "fn",
    "v": "variable",
    "w": "word",
    "s": "short",
    "n": "number",
    "Cls": "type",
    "CONST": "constant",
    "mod": "module",
    "txt": "text",
    "comment": "comment",
    "Comment": "comment",
    "op": "operator",
    "cmp": "comparison",
}


@cache
def languages() -> Mapping[str, Grammar]:
    """The grammar of each language; its rule `snippet` has the alternatives."""
    found: dict[str, Grammar] = {}
    for file in _FILES:
        source = (_HERE / f"{file}.code").read_text(encoding="utf-8")
        for block in re.split(r"^:: ", source, flags=re.MULTILINE)[1:]:
            name, _, body = block.partition("\n")
            snippets = [_template(text) for text in re.split(r"\n\s*\n", body.strip("\n")) if text.strip()]
            found[name] = Grammar(
                {
                    "snippet": snippets,
                    **_words("snake" if name in _SNAKE else "camel", "-" if name == "COBOL" else "_"),
                }
            )
    return found


def program(rng: random.Random, language: str) -> str:
    """One to five snippets, sometimes with a comment between them."""
    grammar = languages()[language]
    parts = [grammar.expand(rng, "snippet") for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4, 5)))]
    if rng.random() < 0.25:
        mark, end = comment_mark(language)
        parts.insert(rng.randrange(len(parts) + 1), f"{mark} {grammar.expand(rng, 'comment')}{end}")
    return rng.choice(("\n\n", "\n")).join(parts)


def comment_mark(language: str) -> tuple[str, str]:
    """What opens and what closes a comment."""
    if language in {"Python", "Ruby", "Perl", "R", "PowerShell", "jq", "other"}:
        return "#", ""
    if language in {"Lua", "AppleScript"}:
        return "--", ""
    if language == "Mathematica/Wolfram Language":
        return "(*", " *)"
    marks = {
        "Erlang": "%",
        "Fortran": "!",
        "COBOL": "      *>",
        "Visual Basic .NET": "'",
        "ARM Assembly": "@",
    }
    return marks.get(language, "//"), ""


def _template(snippet: str) -> str:
    """A snippet in the template language: its own braces and bars are escaped."""
    parts: list[str] = []
    at = 0
    for match in _CHOICE.finditer(snippet):
        parts.append(_literal(snippet[at : match.start()]))
        part = _PART.fullmatch(match[0])
        if part and part[1] in _RULES:
            parts.append(
                "{" + ("^" if part[1] == "Comment" else "") + _RULES[part[1]] + (part[2] or "") + "}"
            )
        else:
            parts.append("{" + "|".join(_literal(option) for option in match[1].split("|")) + "}")
        at = match.end()
    return "".join([*parts, _literal(snippet[at:])])


def _literal(text: str) -> str:
    """Text that stands for itself. A backslash is a rule of its own: before a brace it would be an escape."""
    return re.sub(r"[{}|]", r"\\\g<0>", text.replace("\\", "\0")).replace("\0", "{backslash}")


@cache
def _words(style: str, joint: str) -> dict[str, list[str]]:
    with (_HERE / "words.toml").open("rb") as file:
        table = tomllib.load(file)
    verbs, nouns, plain = (table[name].split() for name in ("verbs", "nouns", "plain"))
    return {
        "fn": [_joined((verb, noun), style) for verb in verbs for noun in nouns],
        "variable": [*plain * 6, *(_joined((one, other), style) for one in nouns for other in plain)],
        "word": [*plain, *nouns],
        "short": table["short"].split(),
        "type": [
            f"{noun.capitalize()}{role}"
            for noun in nouns
            for role in ("", "", "Loader", "Reader", "Parser", "Box")
        ],
        "constant": [prefix + noun.upper() for noun in nouns for prefix in ("", f"MAX{joint}", f"N{joint}")],
        "module": table["modules"].split(),
        "text": [_literal(text) for text in table["texts"].split("|")],
        "backslash": ["\\"],
        "comment": table["comments"].split("|"),
        "operator": ["+", "-", "*", "/", "%", "+"],
        "comparison": ["<", ">", "<=", ">=", "=="],
        "number": ["{0..12}", "{2..99}", "{100..999}", "10", "1"],
    }


def _joined(words: Iterable[str], style: str) -> str:
    first, *rest = words
    return (
        "_".join((first, *rest)) if style == "snake" else first + "".join(word.capitalize() for word in rest)
    )
