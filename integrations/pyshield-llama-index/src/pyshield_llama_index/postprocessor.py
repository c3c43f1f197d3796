"""ShieldPostprocessor: what was retrieved, before a model is given it."""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import MetadataMode
from pydantic import Field, PrivateAttr, field_validator

from pyshield._twin import twin_of
from pyshield.errors import ShieldError
from pyshield.messages import Decision
from pyshield.policy import refused_by, unless_redacted
from pyshield.shield import BlockingShield, Shield
from pyshield_llama_index.nodes import Metadata, rewritten, texts_of

if TYPE_CHECKING:
    from llama_index.core.schema import NodeWithScore, QueryBundle

    from pyshield.messages import ScannedMessages
    from pyshield.results import ScanResult

__all__ = ["NodesRefused", "ShieldPostprocessor"]

_LOGGER = logging.getLogger("pyshield_llama_index")

_Refused: TypeAlias = "dict[str, tuple[str, ...]]"
"""Nodes that do not pass, by their ids, and who refuses each."""


class NodesRefused(ShieldError):  # noqa: N818  # the name of the outcome
    """A scanner refused a retrieved node; raised if `on_refusal` is `"raise"`.

    Args:
        message: How many nodes were refused, without a word of them.
        nodes: The ids of the nodes.
        scanners: The scanners that refused them.
    """

    _details = ("nodes", "scanners")

    def __init__(self, message: str, nodes: tuple[str, ...] = (), scanners: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nodes = nodes
        self.scanners = scanners


class ShieldPostprocessor(BaseNodePostprocessor):
    """Scans retrieved nodes as prompts: what a scanner redacts is redacted, what one refuses is dropped.

    Nodes are copied before they are changed, so the index keeps what it holds. Put it last: what an earlier
    postprocessor puts in place of a node's text is scanned then. If the shield says how conversations are
    scanned, an attack that is divided over nodes is found too, and the node that completes it is refused.

    Attributes:
        shield: A `Shield` or a `BlockingShield`; the other one, for queries that wait or are awaited, is
            made of its declaration when it is first needed; of a session one with the session's vault.
        metadata: Which metadata is scanned: what the model is `"shown"`, `"all"`, or `"none"`.
        on_refusal: Whether a refused node is dropped, or `NodesRefused` raised.
        refuses: Whether a result means that the node is refused.
        deadline: Seconds for all nodes of a query; `Limits.deadline` if not given.
    """

    shield: Any = Field(exclude=True)
    metadata: Metadata = "shown"
    on_refusal: Literal["drop", "raise"] = "drop"
    refuses: Any = Field(default=unless_redacted, exclude=True)
    deadline: float | None = None

    _twin: Any = PrivateAttr(default=None)

    @field_validator("shield")
    @classmethod
    def _is_a_shield(cls, shield: object) -> object:
        if not isinstance(shield, Shield | BlockingShield):
            raise ValueError(f"expected a Shield or a BlockingShield, got {type(shield).__name__}")  # noqa: TRY004
        return shield

    @classmethod
    def class_name(cls) -> str:
        """The name that LlamaIndex knows it by."""
        return "ShieldPostprocessor"

    def _postprocess_nodes(
        self,
        nodes: list[NodeWithScore],
        query_bundle: QueryBundle | None = None,  # noqa: ARG002  # part of the interface
    ) -> list[NodeWithScore]:
        shield = self._as(BlockingShield)
        found = [texts_of(node.node, self.metadata) for node in nodes]
        texts = [text for each in found for text in each]
        results = shield.scan_prompts(texts, deadline=self.deadline) if texts else []
        passed, refused = self._passed(nodes, found, results)
        if passed and shield.messages is not None:
            scanned = shield.scan_messages(_said(passed), deadline=self.deadline)
            passed = _undivided(passed, refused, scanned)
        return self._told(nodes, passed, refused)

    async def _apostprocess_nodes(
        self,
        nodes: list[NodeWithScore],
        query_bundle: QueryBundle | None = None,  # noqa: ARG002  # part of the interface
    ) -> list[NodeWithScore]:
        shield = self._as(Shield)
        found = [texts_of(node.node, self.metadata) for node in nodes]
        texts = [text for each in found for text in each]
        results = await shield.scan_prompts(texts, deadline=self.deadline) if texts else []
        passed, refused = self._passed(nodes, found, results)
        if passed and shield.messages is not None:
            scanned = await shield.scan_messages(_said(passed), deadline=self.deadline)
            passed = _undivided(passed, refused, scanned)
        return self._told(nodes, passed, refused)

    def _as(self, kind: type[Any]) -> Any:  # noqa: ANN401  # a shield of that kind
        if isinstance(self.shield, kind):
            return self.shield
        if self._twin is None:
            self._twin = twin_of(self.shield, kind)
        return self._twin

    def _passed(
        self, nodes: list[NodeWithScore], found: list[list[str]], results: list[ScanResult]
    ) -> tuple[list[NodeWithScore], _Refused]:
        """The nodes that pass, redacted, and who refuses the others."""
        passed: list[NodeWithScore] = []
        refused: _Refused = {}
        scanned = iter(results)
        for node, texts in zip(nodes, found, strict=True):
            mine = list(islice(scanned, len(texts)))
            names = refused_by(mine, self.refuses)
            if names is not None:
                refused[node.node_id] = names
                continue
            new = [result.text for result in mine]
            passed.append(node if new == texts else rewritten(node, self.metadata, new))
        return passed, refused

    def _told(
        self, nodes: list[NodeWithScore], passed: list[NodeWithScore], refused: _Refused
    ) -> list[NodeWithScore]:
        """The nodes that pass, once it was said which do not."""
        if refused:
            scanners = tuple(dict.fromkeys(name for names in refused.values() for name in names))
            _LOGGER.warning(
                "%d of %d nodes were refused by %s",
                len(refused),
                len(nodes),
                ", ".join(scanners) or "the policy",
            )
            if self.on_refusal == "raise":
                raise NodesRefused(f"{len(refused)} nodes were refused", tuple(refused), scanners)
        return passed


def _said(nodes: list[NodeWithScore]) -> list[dict[str, str]]:
    """What nodes say, as a conversation has what tools return."""
    return [
        {"role": "tool", "content": node.node.get_content(metadata_mode=MetadataMode.NONE)} for node in nodes
    ]


def _undivided(
    nodes: list[NodeWithScore], refused: _Refused, scanned: ScannedMessages
) -> list[NodeWithScore]:
    """The nodes but those that must not pass together; who refuses them is noted."""
    passed = []
    for node, one in zip(nodes, scanned.scanned, strict=True):
        if one.decision > Decision.REDACT:
            refused[node.node_id] = tuple(dict.fromkeys(found.scanner for found in one.findings))
        else:
            passed.append(node)
    return passed
