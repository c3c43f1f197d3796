"""Dialects: how the documents of a stream say what a model writes, and how they end.

A dialect is given the documents of a response one by one and returns those to send in their place. It keeps
the pieces of each text apart, puts what passed where the piece was, and knows how its provider ends an answer
that was cut off.

`flow` puts them between bytes in and bytes out (server-sent events by `sse`, JSON lines, plain text), and
`outputs` holds the texts of one response. pyshield-asgi runs them behind a server, pyshield-clients in front
of a provider's client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield.dialects.anthropic import Anthropic
from pyshield.dialects.chat import Chat
from pyshield.dialects.plain import Plain
from pyshield.dialects.responses import Responses

if TYPE_CHECKING:
    from pyshield.dialects.base import Dialect
    from pyshield.dialects.outputs import Outputs

__all__ = ["dialect_of"]

_KNOWN: tuple[type[Dialect], ...] = (Chat, Responses, Anthropic)


def dialect_of(document: Any, outputs: Outputs) -> Dialect:  # noqa: ANN401  # any JSON value
    """The dialect that a document is written in; `Plain` if in none that is known."""
    known = next((kind for kind in _KNOWN if kind.speaks(document)), Plain)
    return known(outputs)
