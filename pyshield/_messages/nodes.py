"""Messages as trees: mappings, lists and objects read alike, and copied only where they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from pyshield.errors import MessageError

__all__ = ["Path", "Step", "at", "children", "field", "is_leaf", "is_stream", "rewritten"]

Step = str | int
Path = tuple[Step, ...]

_LEAVES = (str, bytes, bytearray, memoryview, int, float, complex, type(None))


def is_leaf(node: object) -> bool:
    """Whether there is nothing inside."""
    return isinstance(node, _LEAVES)


def is_stream(node: Any) -> bool:  # noqa: ANN401  # anything
    """Whether what is inside cannot be read twice, or has no order: a generator, a set."""
    if is_leaf(node) or isinstance(node, Mapping | Sequence) or hasattr(type(node), "model_copy"):
        return False
    return isinstance(node, Iterable)


def field(node: object, name: str) -> Any:  # noqa: ANN401  # whatever the message holds
    """What a mapping or an object has under a name, `None` if nothing."""
    if isinstance(node, Mapping):
        return node.get(name)
    return None if is_leaf(node) or isinstance(node, Sequence) else getattr(node, name, None)


def children(node: object) -> Iterator[tuple[Any, Any]]:
    """What is inside a mapping, a list or an object, and under which key, index or attribute."""
    if isinstance(node, Mapping):
        yield from node.items()
    elif isinstance(node, Sequence):
        yield from enumerate(node)
    elif not is_leaf(node):
        for name in _attributes(node):
            yield name, getattr(node, name, None)


def _attributes(node: object) -> Iterator[str]:
    """The public attributes that hold data: of models, dataclasses, plain and slotted objects."""
    names: dict[Any, None] = {}
    for kind in reversed(type(node).__mro__):
        slots = vars(kind).get("__slots__", ())
        names |= dict.fromkeys((slots,) if isinstance(slots, str) else slots)
    names |= dict.fromkeys(getattr(node, "__dict__", ()))
    extra = getattr(node, "__pydantic_extra__", None)
    if isinstance(extra, dict):
        names |= dict.fromkeys(extra)
    return (name for name in names if isinstance(name, str) and not name.startswith("_"))


def at(node: Any, path: Path) -> Any:  # noqa: ANN401
    """What stands at the end of a path."""
    for step in path:
        node = _at(node, step)
    return node


def rewritten(node: Any, changes: Mapping[Path, Any], message: int) -> Any:  # noqa: ANN401
    """A copy of a message with other values in some places; what does not change is shared.

    Raises:
        MessageError: If an object cannot be copied, or was changed while its text was scanned.
    """
    try:
        return _copied(node, changes, 0)
    except MessageError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever an object of the user's raises
        kind = type(error).__name__
        raise MessageError(
            f"messages[{message}]: cannot be rewritten ({kind}); was it changed while it was scanned?",
            message,
        ) from None


def _copied(node: Any, changes: Mapping[Path, Any], depth: int) -> Any:  # noqa: ANN401
    below: dict[Step, dict[Path, Any]] = {}
    for path, text in changes.items():
        if len(path) == depth:
            return text
        below.setdefault(path[depth], {})[path] = text
    inside = {step: _copied(_at(node, step), some, depth + 1) for step, some in below.items()}
    return _with(node, inside)


def _at(node: Any, step: Any) -> Any:  # noqa: ANN401
    return node[step] if isinstance(node, Mapping | Sequence) else getattr(node, step)


def _with(node: Any, inside: dict[Any, Any]) -> Any:  # noqa: ANN401
    """A copy of one node with some of its children replaced."""
    if isinstance(node, dict):
        other = dict(node) if type(node) is dict else copy(node)
        other.update(inside)
        return other
    if isinstance(node, Mapping):
        return {**node, **inside}
    if isinstance(node, Sequence):
        items = [inside.get(index, item) for index, item in enumerate(node)]
        if not isinstance(node, tuple):
            return items
        return type(node)._make(items) if hasattr(node, "_make") else tuple(items)
    if hasattr(node, "model_copy"):
        return node.model_copy(update=inside)
    other = copy(node)
    for name, value in inside.items():
        # Past a frozen class's own `__setattr__`: the copy is nobody else's yet.
        object.__setattr__(other, name, value)
    return other
