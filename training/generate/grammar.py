r"""A small seeded template language, shared by all generators.

A grammar is a set of named rules; a rule is a list of alternatives; an alternative is text with these parts:

| part | becomes |
|---|---|
| `{name}` | an expansion of the rule `name` |
| `{name:key}` | the same, but one value for all uses of `name:key` within one expansion |
| `{^name}` | the same with the first letter in upper case |
| `{a\|b\|}` | one of the alternatives, which may hold parts themselves; the last one here is empty |
| `{1..99}` | a whole number from that range, both ends included |
| `\{`, `\}`, `\|` | that character |

Rules live in Python mappings or in `.grammar` files: `:: name` opens a rule, every other line is one
alternative, `#` opens a comment line, `\n` and `\t` mean what they mean in Python, and a line that ends in a
backslash goes on below.
A rule whose name ends in `*` (`:: forget_all*`) is a *family*: a top-level rule that examples are drawn from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_NAME = re.compile(r"(\^?)([a-z][a-z0-9_.]*)(?::([a-z0-9_]+))?")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")
_ARTICLE = re.compile(r"\b([Aa])(?= [aeio](?!ne\b|u))")
_MAX_DEPTH = 40


class GrammarError(ValueError):
    """A template that cannot be read, or a reference to a rule that does not exist."""


@dataclass(frozen=True, slots=True)
class _Reference:
    rule: str
    key: str | None
    capital: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Sequence, ...]


@dataclass(frozen=True, slots=True)
class _Range:
    low: int
    high: int


_Part = str | _Reference | _Choice | _Range
_Sequence = tuple[_Part, ...]


class Grammar:
    """Rules that are parsed once and expanded with a random source of the caller's.

    Args:
        rules: Alternatives by rule name. A name that ends in `*` declares a family; references omit the star.
        slots: Names that callers bind at each expansion.

    Raises:
        GrammarError: A template is malformed, a rule is empty or a referenced rule is missing from `rules`
            and not listed in `slots`.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]], *, slots: Iterable[str] = ()) -> None:
        self._slots = frozenset(slots)
        self._families = tuple(name[:-1] for name in rules if name.endswith("*"))
        self._rules = {
            name.removesuffix("*"): tuple(_parse(text) for text in texts) for name, texts in rules.items()
        }
        for name, options in self._rules.items():
            if not options:
                raise GrammarError(f"rule {name} has no alternative")
            for option in options:
                self._check(name, option)

    @classmethod
    def load(cls, *paths: Path, slots: Iterable[str] = ()) -> Grammar:
        """Reads `.grammar` files into one grammar.

        Args:
            paths: Files; a rule may not be declared in two of them.
            slots: Names that callers bind at each expansion.

        Raises:
            GrammarError: As the constructor, or a rule is declared twice.
        """
        rules: dict[str, list[str]] = {}
        for path in paths:
            for name, options in read_rules(path.read_text(encoding="utf-8")).items():
                if name in rules or name.removesuffix("*") in rules or f"{name}*" in rules:
                    raise GrammarError(f"rule {name} is declared twice ({path.name})")
                rules[name] = options
        return cls(rules, slots=slots)

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the rules that were declared with a star, in order of declaration."""
        return self._families

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of all rules, in order of declaration."""
        return tuple(self._rules)

    def __contains__(self, rule: str) -> bool:
        return rule in self._rules

    def alternatives(self, rule: str) -> int:
        """How many templates a rule has."""
        return len(self._rules[rule])

    def expand(self, rng: random.Random, rule: str, slots: Mapping[str, str] | None = None) -> str:
        """Draws one text of a rule.

        Args:
            rng: Source of all choices; the same state gives the same text.
            rule: Name of the rule, without star.
            slots: Fixed texts by name; they win over rules of that name.
        """
        return _Expansion(self._rules, rng, dict(slots or {})).rule(rule)

    def draw(self, rng: random.Random, rule: str) -> tuple[int, str]:
        """Draws one text of a rule, with the number of the alternative that it is of."""
        options = self._rules[rule]
        number = rng.randrange(len(options))
        return number, _Expansion(self._rules, rng, {}).sequence(options[number], 1)

    def sample(self, rng: random.Random, rule: str, count: int) -> list[str]:
        """Draws texts of that many different alternatives of a rule, or of all it has."""
        options = self._rules[rule]
        chosen = rng.sample(options, min(count, len(options)))
        return [_Expansion(self._rules, rng, {}).sequence(option, 1) for option in chosen]

    def render(self, rng: random.Random, template: str, slots: Mapping[str, str] | None = None) -> str:
        """Draws one text of a template that is not part of the grammar but may refer to its rules."""
        return _Expansion(self._rules, rng, dict(slots or {})).sequence(_parse(template), 0)

    def _check(self, rule: str, parts: _Sequence) -> None:
        for part in parts:
            if isinstance(part, _Choice):
                for option in part.options:
                    self._check(rule, option)
            elif (
                isinstance(part, _Reference) and part.rule not in self._rules and part.rule not in self._slots
            ):
                raise GrammarError(f"rule {rule} refers to {part.rule}, which does not exist")


class _Expansion:
    """The state of one expansion: fixed texts and the values remembered by key."""

    def __init__(
        self, rules: Mapping[str, tuple[_Sequence, ...]], rng: random.Random, slots: dict[str, str]
    ) -> None:
        self._rules = rules
        self._rng = rng
        self._slots = slots
        self._remembered: dict[tuple[str, str], str] = {}

    def rule(self, name: str, depth: int = 0) -> str:
        if name in self._slots:
            return self._slots[name]
        if depth > _MAX_DEPTH:
            raise GrammarError(f"rule {name} never ends")
        try:
            options = self._rules[name]
        except KeyError:
            raise GrammarError(f"no rule and no slot is called {name}") from None
        return self.sequence(self._rng.choice(options), depth + 1)

    def sequence(self, parts: _Sequence, depth: int) -> str:
        return "".join(self._part(part, depth) for part in parts)

    def _part(self, part: _Part, depth: int) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, _Choice):
            return self.sequence(self._rng.choice(part.options), depth)
        if isinstance(part, _Range):
            return str(self._rng.randint(part.low, part.high))
        if part.key is None:
            text = self.rule(part.rule, depth)
        else:
            place = (part.rule, part.key)
            if place not in self._remembered:
                self._remembered[place] = self.rule(part.rule, depth)
            text = self._remembered[place]
        return text[:1].upper() + text[1:] if part.capital else text


def with_articles(text: str) -> str:
    """The text with `an` for `a` before a vowel, as far as spelling shows it."""
    return _ARTICLE.sub(r"\1n", text)


def read_rules(source: str) -> dict[str, list[str]]:
    """Reads the text of a `.grammar` file into alternatives by rule name (stars kept).

    Raises:
        GrammarError: An alternative stands before the first rule, or a rule is declared twice.
    """
    rules: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in re.sub(r"\\\n[ \t]*", "", source).splitlines():
        if line.startswith(":: "):
            name = line[3:].strip()
            if name in rules:
                raise GrammarError(f"rule {name} is declared twice")
            current = rules[name] = []
        elif line.strip() and not line.startswith("#"):
            if current is None:
                raise GrammarError("an alternative stands before the first rule")
            current.append(line.replace("\\n", "\n").replace("\\t", "\t"))
    return rules


def _parse(template: str) -> _Sequence:
    parts, end = _parse_sequence(template, 0, inside=False)
    if end != len(template):
        raise GrammarError(f"a brace is not opened: {template[:60]!r}")
    return parts


def _parse_sequence(template: str, at: int, *, inside: bool) -> tuple[_Sequence, int]:
    """Reads parts up to the end, or inside braces up to `|` or `}`; returns them and where it stopped."""
    parts: list[_Part] = []
    literal: list[str] = []
    while at < len(template):
        char = template[at]
        if char == "\\" and template[at + 1 : at + 2] in {"{", "}", "|"}:
            literal.append(template[at + 1])
            at += 2
        elif char == "{":
            if literal:
                parts.append("".join(literal))
                literal = []
            part, at = _parse_braces(template, at + 1)
            parts.append(part)
        elif char == "}" or (char == "|" and inside):
            break
        else:
            literal.append(char)
            at += 1
    if literal:
        parts.append("".join(literal))
    return tuple(parts), at


def _parse_braces(template: str, at: int) -> tuple[_Part, int]:
    close = template.find("}", at)
    content = template[at:close] if close >= 0 else ""
    if name := _NAME.fullmatch(content):
        return _Reference(name[2], name[3], bool(name[1])), close + 1
    if numbers := _RANGE.fullmatch(content):
        return _Range(int(numbers[1]), int(numbers[2])), close + 1
    options: list[_Sequence] = []
    while True:
        option, at = _parse_sequence(template, at, inside=True)
        options.append(option)
        if at >= len(template):
            raise GrammarError(f"a brace is not closed: {template[:60]!r}")
        at += 1
        if template[at - 1] == "}":
            break
    if len(options) == 1:
        raise GrammarError(f"braces hold neither a name, a range nor a choice: {template[:60]!r}")
    return _Choice(tuple(options)), at
