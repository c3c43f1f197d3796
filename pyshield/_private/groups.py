"""Groups of patterns of the caller's, in llm-guard's format, and which entities there are with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from pyshield._check import Check, hint, shown, suggestion
from pyshield._told import told_once
from pyshield.errors import ConfigError

__all__ = ["CustomPatterns", "known", "known_entities", "patterns", "told_of_unwanted"]

_KEYS = ("name", "expressions", "examples", "context", "score", "languages", "reuse")
_LISTED = "pyshield.input_scanners.anonymize.entity_types()"


class CustomPatterns(TypedDict, total=False):
    """A group of patterns of the caller's, in llm-guard's format.

    Attributes:
        name: The entity they find, in capitals.
        expressions: Patterns of Python's `re`.
        examples: What they match; for readers.
        context: Words that make a match likelier.
        score: How sure a match is, 0 to 1; 0.75 if not given.
        languages: The languages they are for; `["en"]` if not given.
        reuse: The group or built-in entity that is to be found in another language too, by `language` and
            `name`; instead of expressions.
    """

    name: str
    expressions: Sequence[str]
    examples: Sequence[str]
    context: Sequence[str]
    score: float
    languages: Sequence[str]
    reuse: Mapping[str, str]


def patterns(check: Check, value: object, language: str) -> list[dict[str, Any]] | None:
    """The groups for `language`, as the runtime reads them."""
    if not value:
        return None
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        check.fail("regex_patterns", f"expected a list of groups, got {shown(value)}")
    groups: list[dict[str, Any]] = []
    reused: list[tuple[str, str, str]] = []
    own: dict[tuple[str, str], dict[str, Any]] = {}
    for index, group in enumerate(value):
        field = f"regex_patterns[{index}]"
        if not isinstance(group, Mapping) or "name" not in group:
            check.fail(field, "expected a mapping with a 'name'")
        name = check.text(f"{field}.name", group["name"]).upper()
        languages = check.texts(f"{field}.languages", group.get("languages") or ["en"])
        score = check.number(f"{field}.score", group.get("score", 0.75), least=0.0, most=1.0)
        context = check.texts(f"{field}.context", group.get("context") or [])
        expressions = _expressions(check, field, group)
        if group.get("reuse"):
            if language in languages:
                reused.append((field, *_reused(check, field, group["reuse"])))
            continue
        lists = {"expressions": list(expressions), "context": list(context), "languages": [language]}
        one = {"name": name, **lists, "score": score}
        own.update({(other, name): one for other in languages})
        if language in languages:
            groups.append(one)
    for field, other, name in reused:
        found = own.get((other, name)) or _built_in(check, field, name, language, own)
        if found not in groups:
            groups.append(found)
    return groups


def _expressions(check: Check, field: str, group: Mapping[Any, Any]) -> tuple[str, ...]:
    """The patterns of a group; a group without any, or with one that is none, would never match.

    All of them are looked at: the runtime compiles but those whose entity is wanted.
    """
    strange = [key for key in group if key not in _KEYS]
    expressions = check.texts(f"{field}.expressions", group.get("expressions") or [])
    if not expressions and not group.get("reuse"):
        close = next(filter(None, (suggestion(key, _KEYS) for key in strange)), "")
        check.fail(field, f"has neither 'expressions' nor 'reuse'{close}")
    for key in strange:
        # llm-guard takes any key, so notes may stand there.
        place = f"{check.owner}: {field}: {shown(key)}"
        told_once(f"{place}: unknown key, nothing reads it{hint(key, _KEYS)}")
    if "" in expressions:
        check.fail(f"{field}.expressions[{expressions.index('')}]", "is empty")
    _compiled(check, field, expressions)
    return expressions


def _compiled(check: Check, field: str, expressions: tuple[str, ...]) -> None:
    """Fails for a pattern that the runtime does not take for one."""
    import json

    from pyshield._runtime import Scanner

    spec = {"type": "Regex", "patterns": expressions, "is_blocked": True, "match_type": "all", "redact": True}
    try:
        Scanner(json.dumps(spec), [])
    except ConfigError as error:
        place = (error.field or "").replace("patterns", f"{field}.expressions", 1)
        check.fail(place, error.message.removeprefix(f"Regex: {error.field}: "))


def _reused(check: Check, field: str, value: object) -> tuple[str, str]:
    """Of which language, and what."""
    if not isinstance(value, Mapping) or "name" not in value:
        check.fail(f"{field}.reuse", "expected a mapping with a 'name' and a 'language'")
    language = check.text(f"{field}.reuse.language", value.get("language", "en"))
    return language, check.text(f"{field}.reuse.name", value["name"]).upper()


def _built_in(
    check: Check, field: str, name: str, language: str, own: Mapping[tuple[str, str], object]
) -> dict[str, Any]:
    """The group that stands for a built-in entity, which is the same in every language."""
    from pyshield._runtime import entity_types

    built_in = entity_types()
    if name not in built_in:
        all_ = [*built_in, *(one for _, one in own)]
        reason = f"there is no such group as {shown(name)}, nor a built-in entity"
        check.fail(f"{field}.reuse", reason + hint(name, all_, _LISTED))
    lists: dict[str, Any] = {"expressions": [], "context": [], "languages": [language]}
    return {"name": name, **lists, "score": 0.75, "reuse": {"language": "en", "name": name}}


def known(check: Check, named: Mapping[str, str], more: Iterable[str]) -> None:
    """Fails for an entity that nothing finds, with the one that may be meant.

    Args:
        check: Whose arguments they are.
        named: The entity of each field.
        more: Entities beside the built-in ones.
    """
    from pyshield._runtime import entity_types

    entities = [*entity_types(), *more]
    for field, name in named.items():
        if name not in entities:
            check.fail(field, f"no recogniser finds {shown(name)}{hint(name, entities, _LISTED)}")


def told_of_unwanted(owner: str, groups: Iterable[Mapping[str, Any]] | None, wanted: Iterable[str]) -> None:
    """Tells of groups with a name of their own that is not wanted: they are taken, and never looked for.

    Of a built-in name it is taken for meant: llm-guard's whole list may stand beside a few entities.

    Args:
        owner: The scanner.
        groups: The groups.
        wanted: What is looked for.
    """
    from pyshield._runtime import entity_types

    left = {group["name"] for group in groups or ()}.difference(entity_types(), wanted)
    for name in sorted(left):
        reason = "nothing looks for it; a group counts where entity_types has its name"
        told_once(f"{owner}: regex_patterns: {shown(name)}: {reason}")


def known_entities(check: Check, field: str, names: Iterable[str], patterns: object) -> None:
    """Fails for an entry of `field`, a mapping by entity, that is of no entity: it would do nothing.

    Args:
        check: Whose arguments they are.
        field: The parameter.
        names: The entities it names.
        patterns: Groups of patterns, of any language.
    """
    groups = patterns if isinstance(patterns, Sequence) else ()
    own = (str(group["name"]).upper() for group in groups if isinstance(group, Mapping))
    known(check, {f"{field}[{check.text(field, name)[:64]}]": name for name in names}, own)
