"""A training row in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableSequence

UNOBSERVED = -1.0


@dataclass(slots=True)
class Row:
    """One row, ready for batching.

    Attributes:
        ids: Token ids.
        types: Token types.
        labels: Numbers by head: a list of bits with `UNOBSERVED`, or a class index.
        tags: Entity label per token; `None` where unobserved.
        open_labels: Indices of entity labels that `O` may hide, their types being unobserved.
        embedding: Row of the table of target embeddings.
        cuttable: Whether the beginning of the text has the labels of the whole.
        anywhere: Whether any part of the text has them.
        span: First token of the attack and the one behind its last, where it is known: any part around it
            will do.
    """

    ids: MutableSequence[int]
    types: MutableSequence[int]
    labels: dict[str, Any]
    tags: MutableSequence[int] | None = None
    open_labels: tuple[int, ...] = ()
    embedding: int | None = None
    cuttable: bool = False
    anywhere: bool = False
    span: tuple[int, int] | None = None
