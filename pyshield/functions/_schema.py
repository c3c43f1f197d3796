"""JSON Schemas, compiled once, with errors that quote nothing.

`fastjsonschema` turns a schema (draft 4, 6 or 7) into a Python function. Its own messages quote the value;
ours name the place and the rule. References to other documents are refused: nothing is ever fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from pyshield.errors import ConfigError
from pyshield.functions._errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["compiled"]

_DRAFTS = ("draft-04", "draft-06", "draft-07")
_SHOWN_PLACE = 128
_INDEX = re.compile(r"\[([0-9]{1,18})\]")


def _refuse_reference(uri: str) -> NoReturn:  # noqa: ARG001  # fastjsonschema's signature
    raise ValueError("refers to another document")


class _Handlers(dict[str, "Callable[[str], Any]"]):
    """Refuses every scheme; fastjsonschema asks here before it would open the address itself."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __getitem__(self, scheme: str) -> Callable[[str], Any]:
        return _refuse_reference


def compiled(owner: str, field: str, schema: Mapping[str, Any] | bool) -> Callable[[Any], None]:
    """What checks values against `schema`, and raises `Refused` for those that do not match.

    Args:
        owner: The function's name.
        field: `input_schema` or `output_schema`.
        schema: The schema.

    Raises:
        ConfigError: If it is not a schema, or one of another draft.
    """
    import fastjsonschema

    plain = schema if isinstance(schema, bool) else dict(schema)
    if not isinstance(plain, bool):
        draft = plain.get("$schema")
        if draft is not None and not any(known in str(draft) for known in _DRAFTS):
            raise ConfigError(
                f"{owner}: {field}: only drafts 4, 6 and 7 of JSON Schema are known", owner, field
            )
    try:
        check = fastjsonschema.compile(plain, handlers=_Handlers(), use_default=False)
    except RecursionError:
        raise ConfigError(f"{owner}: {field}: is nested too deep", owner, field) from None
    except Exception as error:
        # Whatever the generator stumbles over, the schema is at fault; its types of errors are many.
        raise ConfigError(
            f"{owner}: {field}: is not a JSON Schema ({type(error).__name__})", owner, field
        ) from error

    what = "the arguments do" if field == "input_schema" else "the result does"
    named = _named(plain)

    def checked(value: Any) -> None:  # noqa: ANN401  # JSON is untyped
        try:
            check(value)
        except fastjsonschema.JsonSchemaValueException as error:
            place = _place(error.name or "", value, named)
            raise Refused("serialization", f"{what} not match the schema at {place}: {error.rule}") from None
        except RecursionError:
            raise Refused("serialization", f"{what} not match the schema: nested too deep") from None

    return checked


def _named(schema: dict[str, Any] | bool) -> frozenset[str]:
    """All names that the schema gives to properties, anywhere in it."""
    names: set[str] = set()
    left: list[Any] = [schema]
    seen: set[int] = set()
    while left:
        node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            properties = node.get("properties")
            if isinstance(properties, dict):
                names.update(properties)
            left += node.values()
        elif isinstance(node, list):
            left += node
    return frozenset(names)


def _place(path: str, value: Any, named: frozenset[str]) -> str:  # noqa: ANN401  # JSON is untyped
    """Where in the value: indices, keys that the schema names, and `*` for those that are the value's own.

    The path is one string, in which a key may look like an index or like several steps; the value, walked
    along with it, says what they are.
    """
    shown, at = "", len("data")
    while at < len(path) and len(shown) < _SHOWN_PLACE:
        if isinstance(value, list | tuple):
            index = _INDEX.match(path, at)
            if index is None or int(index[1]) >= len(value):
                break
            shown += index[0]
            at = index.end()
            value = value[int(index[1])]
        elif isinstance(value, dict):
            keys = (key for key in value if isinstance(key, str) and _is_step(path, at, key))
            key = max(keys, key=len, default=None)
            if key is None:
                break
            shown += f".{key}" if key in named else ".*"
            at += 1 + len(key)
            value = value[key]
        else:
            break
    return shown.removeprefix(".")[:_SHOWN_PLACE] or "the top"


def _is_step(path: str, at: int, key: str) -> bool:
    """Whether the path goes on with this key."""
    end = at + 1 + len(key)
    return path.startswith(f".{key}", at) and path[end : end + 1] in ("", ".", "[")
