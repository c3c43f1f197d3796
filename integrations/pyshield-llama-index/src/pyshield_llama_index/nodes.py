"""The texts of a node that a model may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from llama_index.core.schema import MetadataMode, Node, NodeWithScore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llama_index.core.schema import BaseNode

__all__ = ["Metadata", "Place", "rewritten", "texts_of"]

Metadata: TypeAlias = Literal["shown", "all", "none"]
"""Which metadata is scanned: what the model is shown, all of it, or none."""

_DEEPEST = 32


class Place(NamedTuple):
    """A text of a node.

    Attributes:
        path: Where it is in the metadata; `()` for the node's own text.
        text: The text.
    """

    path: tuple[Any, ...]
    text: str


def texts_of(node: BaseNode, metadata: Metadata) -> list[Place]:
    """The node's own text and those of its metadata."""
    own = node.get_content(metadata_mode=MetadataMode.NONE)
    places = [Place((), own)] if own else []
    if metadata != "none":
        hidden = set(node.excluded_llm_metadata_keys) if metadata == "shown" else set()
        for key, value in node.metadata.items():
            if key not in hidden:
                places += _strings((key,), value)
    return places


def rewritten(node: NodeWithScore, changes: Sequence[Place]) -> NodeWithScore:
    """A copy of the node with other texts; an index may hold the node itself."""
    copy = node.node.model_copy(deep=True)
    for place in changes:
        if place.path:
            _put(copy.metadata, place)
        elif isinstance(copy, Node) and copy.text_resource is not None:
            # `set_content` would drop what else the resource says.
            copy.text_resource = copy.text_resource.model_copy(update={"text": place.text})
        else:
            copy.set_content(place.text)
    return NodeWithScore(node=copy, score=node.score)


def _strings(path: tuple[Any, ...], value: Any) -> Iterator[Place]:  # noqa: ANN401  # any metadata
    if isinstance(value, str):
        if value:
            yield Place(path, value)
    elif isinstance(value, dict | list | tuple):
        if len(path) > _DEEPEST:
            raise ValueError("the metadata of a node is nested too deeply to be scanned")
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings((*path, key), below)


def _put(metadata: dict[str, Any], place: Place) -> None:
    """Puts a text where it stands; a tuple on the way becomes a list."""
    holder: Any = metadata
    for key in place.path[:-1]:
        if isinstance(holder[key], tuple):
            holder[key] = list(holder[key])
        holder = holder[key]
    holder[place.path[-1]] = place.text
