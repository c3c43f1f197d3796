"""guard: a client of a model provider's SDK, guarded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from pyshield.policy import unless_redacted
from pyshield_clients.settings import Settings, roles
from pyshield_clients.transport import AsyncTransport, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import ModuleType

    from pyshield.results import ScanResult
    from pyshield.stream import PassPolicy
    from pyshield_clients.settings import OnRefusal, Shields

__all__ = ["guard"]

Client = TypeVar("Client")

_LIBRARIES = ("httpx2", "httpx")
"""What SDKs send with: one and the same library under two names."""

_ERRORS = ("OpenAIError", "AnthropicError")


def guard(
    client: Client,
    shield: Shields,
    *,
    untrusted: Collection[str] = ("user", "tool"),
    refuses: Callable[[ScanResult], bool] = unless_redacted,
    on_refusal: OnRefusal = "end",
    policy: PassPolicy = "hold",
    deadline: float | None = None,
    max_answer_bytes: int = 16 * 1024 * 1024,
    max_texts: int = 10_000,
    max_form_bytes: int = 128 * 1024 * 1024,
) -> Client:
    """Guards a client: its prompts are scanned before they are sent, its answers as they come.

    Args:
        client: A client of the OpenAI or Anthropic SDK, or of another that is made the same way (a `_client`
            of httpx2 or httpx, and `copy`).
        shield: A `Shield` for an asynchronous client, a `BlockingShield` for another; or a function that
            gives the one for the request that is about to be sent, the conversation's, say.
        untrusted: Roles whose texts are refused if a scanner refuses them. Those of the others (`system`,
            `developer`, `assistant`) the application itself says: what is found in them is redacted too, but
            they are refused only if a scanner came to no verdict or would have cut them off.
        refuses: Whether a result means that the request is not sent.
        on_refusal: What comes of an answer that is refused: `"end"`, it ends there as the provider's own
            filter ends it; `"raise"`, `AnswerRefused`.
        policy: What may pass of a streamed answer before a scanner that reads a model has judged it:
            `"hold"`, nothing; `"lag"`, some sentences; `"after"`, all. As for `Shield.open_output`.
        deadline: Seconds for each scan; `Limits.deadline` if not given.
        max_answer_bytes: Bytes that an answer which is no stream, or an event of a stream, may have.
        max_texts: Texts that a request may have, and that an answer may write side by side; also the parts of
            a form.
        max_form_bytes: Bytes that a form (`multipart/form-data`) may have with its files: it is held in
            memory, because a text that is refused may come after them.

    Returns:
        A client of the same class with the same options, which sends through the HTTP client of the first;
        closing one closes both. The first stays unguarded.

    Raises:
        TypeError: If `client` is no such client.
        ConfigError: If another argument cannot work.
    """
    inner: Any = getattr(client, "_client", None)
    copy: Any = getattr(client, "copy", None)
    library, asynchronous = _library(inner)
    if library is None or not callable(copy):
        raise TypeError(f"expected a client of the OpenAI or Anthropic SDK, got {type(client).__name__}")
    settings = Settings(
        shield,
        asynchronous,
        roles(untrusted),
        refuses,
        on_refusal,
        policy,
        deadline,
        max_answer_bytes,
        max_texts,
        max_form_bytes,
        _base(type(client)),
    )
    kind: Any = library
    common = {
        "timeout": inner.timeout,
        "headers": inner.headers,
        "params": inner.params,
        "cookies": inner.cookies,
        "base_url": inner.base_url,
        "follow_redirects": inner.follow_redirects,
        "max_redirects": inner.max_redirects,
        "trust_env": inner.trust_env,
    }
    outer = (
        kind.AsyncClient(transport=AsyncTransport(library, inner, settings), **common)
        if asynchronous
        else kind.Client(transport=Transport(library, inner, settings), **common)
    )
    return copy(http_client=outer)  # type: ignore[no-any-return]  # a client's copy is of its class


def _library(inner: object) -> tuple[ModuleType | None, bool]:
    """The library that an HTTP client is of, and whether it is awaited."""
    for kind in type(inner).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in _LIBRARIES and kind.__name__ in ("Client", "AsyncClient"):
            return sys.modules[package], kind.__name__ == "AsyncClient"
    return None, False


def _base(client: type) -> type[Exception] | None:
    """The base of the errors of the SDK that a client is of."""
    for kind in client.__mro__:
        package = sys.modules.get(kind.__module__.partition(".")[0])
        for name in _ERRORS:
            error = getattr(package, name, None)
            if isinstance(error, type) and issubclass(error, Exception):
                return error
    return None
