"""The texts of a node that a model may be given."""

from __future__ import annotations

from numbers import Number
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from llama_index.core.schema import MetadataMode, Node, NodeWithScore

from pyshield._messages.arguments import plain_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from llama_index.core.schema import BaseNode

    Take: TypeAlias = Callable[[str], str]
    """A function that is given each text in order, and gives what stands in its place."""

__all__ = ["Metadata", "rewritten", "texts_of"]

Metadata: TypeAlias = Literal["shown", "all", "none"]
"""Which metadata is scanned: what the model is shown, all of it, or none."""

_DEEPEST = 32


def texts_of(node: BaseNode, metadata: Metadata) -> list[str]:
    """The node's own text and those of its metadata."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _each(node, metadata, note)
    return found


def rewritten(node: NodeWithScore, metadata: Metadata, passed: Iterable[str]) -> NodeWithScore:
    """A copy of the node, which an index may hold, with what passed of the texts that `texts_of` lists."""
    texts = iter(passed)

    def swap(text: str) -> str:
        new = next(texts)
        return text if new == text else new

    own, shown = _each(node.node, metadata, swap)
    copy = node.node.model_copy(update={"metadata": shown}).model_copy(deep=True)
    if own != copy.get_content(metadata_mode=MetadataMode.NONE):
        if isinstance(copy, Node) and copy.text_resource is not None:
            # `set_content` would drop what else the resource says.
            copy.text_resource = copy.text_resource.model_copy(update={"text": own})
        else:
            copy.set_content(own)
    return NodeWithScore(node=copy, score=node.score)


def _each(node: BaseNode, metadata: Metadata, take: Take) -> tuple[str, dict[str, Any]]:
    """The node's text and metadata with what `take` makes of each text."""
    own = node.get_content(metadata_mode=MetadataMode.NONE)
    own = take(own) if own else own
    if metadata == "none":
        return own, node.metadata
    hidden = set(node.excluded_llm_metadata_keys)
    shown: dict[str, Any] = {}
    for key, value in node.metadata.items():
        if key not in hidden:
            shown[_key(key, take, str)] = _value(value, take, 1)
        else:
            # The application's own name: what is hidden under it must stay so.
            shown[key] = _value(value, take, 1) if metadata == "all" else value
    return own, shown


def _value(value: Any, take: Take, depth: int) -> Any:  # noqa: ANN401  # any metadata
    """A value with what passed of its texts; itself if nothing changed."""
    if not isinstance(value, dict | list | tuple | set | frozenset):
        # The model is shown `str` of each value, which is `repr` of what is inside of it.
        return _leaf(value, take, str if depth == 1 else repr)
    if depth > _DEEPEST:
        raise ValueError("the metadata of a node is nested too deeply to be scanned")
    if isinstance(value, dict):
        changed = {_key(key, take, repr): _value(item, take, depth + 1) for key, item in value.items()}
        same = len(changed) == len(value) and all(
            new is old and changed[new] is value[old] for new, old in zip(changed, value, strict=True)
        )
        return value if same else changed
    items = [_value(item, take, depth + 1) for item in value]
    if all(new is old for new, old in zip(items, value, strict=True)):
        return value
    kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
    return kind(items)


def _key(key: Any, take: Take, shown: Callable[[Any], str]) -> Any:  # noqa: ANN401
    """A key with what passed of it, if it is no plain name; of those that become the same the last stays."""
    return key if isinstance(key, str) and plain_key(key.lower()) else _leaf(key, take, shown)


def _leaf(value: Any, take: Take, shown: Callable[[Any], str]) -> Any:  # noqa: ANN401
    """What passed of the text that a value is shown as; itself if that is the same, or if it is a number."""
    if value is None or isinstance(value, Number):
        return value
    text = value if type(value) is str else shown(value)
    new = take(text) if text else text
    return value if new is text else new
