"""ShieldMiddleware: what goes from a model to a server's tools, and from them back to a model."""

from __future__ import annotations

import logging
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, TextContent
from pydantic import BaseModel, ValidationError

from pyshield._check import Check
from pyshield.errors import ConfigError, DeadlineExceeded, Overloaded, ShieldError, TextError
from pyshield.policy import refused_by, unless_redacted
from pyshield.shield import Shield
from pyshield_mcp.texts import of_error, of_request, of_result

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

    from pyshield._texts import Text
    from pyshield.results import ScanResult

__all__ = ["REFUSED", "ShieldMiddleware"]

REFUSED = -32042
"""The JSON-RPC code of a prompt or a resource that was refused."""

_BUSY = -32043
"""The JSON-RPC code of a request that may be sent again: the shield is overloaded, or was too slow."""

_METHODS = frozenset({"tools/call", "prompts/get", "resources/read"})
_LONGEST = 30 * 24 * 3600.0
"""Seconds that a deadline may be away, as in `Limits`."""
_LOGGER = logging.getLogger("pyshield_mcp")


class ShieldMiddleware:
    """Middleware of an MCP server.

    What goes into a model is a prompt, and what comes out of one is an output, as everywhere in pyshield. So
    what tools return, prompts and resources go through the shield's prompt scanners, and what tools are
    called with goes through its output scanners: `Anonymize` hides private data from the model, and
    `Deanonymize` gives it back to the tools. If the shield says how conversations are scanned, an attack that
    is divided over the parts of a result is found too.

    Args:
        shield: The shield, or a function from the request's context to the shield for it, that of the
            conversation, say.
        methods: Which requests are guarded.
        refuses: Whether a result means that what was scanned must not pass.
        deadline: Seconds for each scan; `Limits.deadline` if not given.
        max_texts: Texts that the arguments or the result of one call may have.

    Raises:
        ConfigError: For anything that cannot work.
    """

    __slots__ = ("_deadline", "_methods", "_most", "_refuses", "_shield")

    def __init__(
        self,
        shield: Shield | Callable[[ServerRequestContext[Any, Any]], Shield],
        *,
        methods: Collection[str] = _METHODS,
        refuses: Callable[[ScanResult], bool] = unless_redacted,
        deadline: float | None = None,
        max_texts: int = 10_000,
    ) -> None:
        given: Any = shield
        if not isinstance(given, Shield) and (isinstance(given, type) or not callable(given)):
            raise ConfigError(
                "ShieldMiddleware: expected a Shield, or a function that gives one", None, "shield"
            )
        if isinstance(methods, str) or not set(methods) <= _METHODS:
            expected = ", ".join(sorted(_METHODS))
            raise ConfigError(f"ShieldMiddleware: expected some of {expected}", None, "methods")
        if not callable(refuses):
            raise ConfigError("ShieldMiddleware: expected a function of a ScanResult", None, "refuses")
        if deadline is not None:
            Check("ShieldMiddleware").number("deadline", deadline, least=0.0, most=_LONGEST, above=True)
        most: Any = max_texts
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            raise ConfigError("ShieldMiddleware: expected a whole number from 1", None, "max_texts")
        self._shield = shield
        self._methods = frozenset(methods)
        self._refuses = refuses
        self._deadline = deadline
        self._most = max_texts

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Guards one request; everything else passes as it is."""
        if ctx.method not in self._methods or ctx.request_id is None:
            return await call_next(ctx)
        shield = self._shield if isinstance(self._shield, Shield) else self._shield(ctx)
        try:
            ctx, refused = await self._arguments(shield, ctx)
        except ShieldError as error:
            raise _error("arguments", error) from error
        if refused is not None:
            return _refusal(ctx.method, "arguments", refused)
        if not shield.prompt:
            return await call_next(ctx)
        try:
            result = await call_next(ctx)
        except ValidationError:
            raise  # the server answers it with fixed words
        except Exception as error:  # noqa: BLE001  # a server may send the words of any
            return await self._failed(shield, ctx.method, error)
        if result is None:
            return result
        try:
            rewritten, refused = await self._result(shield, ctx.method, result)
        except ShieldError as error:
            raise _error("result", error) from error
        return rewritten if refused is None else _refusal(ctx.method, "result", refused)

    async def _arguments(
        self, shield: Shield, ctx: ServerRequestContext[Any, Any]
    ) -> tuple[ServerRequestContext[Any, Any], tuple[str, ...] | None]:
        """The context with the arguments to call with, and who refuses them, if somebody does."""
        if not shield.output or not ctx.params:
            return ctx, None

        def scan(texts: list[str]) -> Awaitable[list[ScanResult]]:
            return shield.scan_outputs([("", text) for text in texts], deadline=self._deadline)

        params, refused = await self._scanned(dict(ctx.params), of_request, scan)
        return (ctx if params is None else replace(ctx, params=params)), refused

    async def _result(
        self, shield: Shield, method: str, result: BaseModel | dict[str, Any]
    ) -> tuple[HandlerResult, tuple[str, ...] | None]:
        """The result to answer with, and who refuses it, if somebody does."""
        plain = result
        if isinstance(plain, BaseModel):
            plain = plain.model_dump(by_alias=True, mode="json", exclude_none=True)

        def scan(texts: list[str]) -> Awaitable[list[ScanResult]]:
            return shield.scan_prompts(texts, deadline=self._deadline)

        texts_of = partial(of_result, method)
        rewritten, refused = await self._scanned(plain, texts_of, scan)
        if refused is None and shield.messages is not None:
            refused = await self._together(shield, list(texts_of(plain if rewritten is None else rewritten)))
        return (result if rewritten is None else rewritten), refused

    async def _together(self, shield: Shield, texts: list[Text]) -> tuple[str, ...] | None:
        """Who refuses the texts of a result as parts of one message of a tool, if somebody does."""
        if not texts:
            return None
        parts = [{"type": "text", "text": text.text} for text in texts]
        scanned = await shield.scan_messages([{"role": "tool", "content": parts}], deadline=self._deadline)
        if scanned.passes:
            return None
        return tuple(dict.fromkeys(found.scanner for found in scanned.findings))

    async def _failed(self, shield: Shield, method: str, error: Exception) -> CallToolResult:
        """Raises what a handler raised, with what may pass of it; if nothing may, as for a result."""
        if isinstance(error, MCPError):
            plain = error.error.model_dump(by_alias=True, mode="json", exclude_none=True)
        else:
            plain = {"code": INTERNAL_ERROR, "message": str(error)}

        def scan(texts: list[str]) -> Awaitable[list[ScanResult]]:
            return shield.scan_prompts(texts, deadline=self._deadline)

        try:
            rewritten, refused = await self._scanned(plain, of_error, scan)
        except ShieldError as problem:
            raise _error("error", problem) from problem
        if refused is not None:
            return _refusal(method, "error", refused)
        if rewritten is None:
            raise error
        if not isinstance(error, MCPError):
            # Some transports send its words and others none: then nobody needs what is left of them.
            raise MCPError(INTERNAL_ERROR, "Internal server error") from error
        raise MCPError(rewritten["code"], rewritten["message"], rewritten.get("data")) from error

    async def _scanned(
        self,
        value: dict[str, Any],
        texts_of: Callable[[dict[str, Any]], Iterable[Text]],
        scan: Callable[[list[str]], Awaitable[list[ScanResult]]],
    ) -> tuple[dict[str, Any] | None, tuple[str, ...] | None]:
        """A copy with what scans left of the texts, if they changed one, and who refuses them."""
        texts = self._bounded(texts_of(value))
        if not texts:
            return None, None
        results = await scan([text.text for text in texts])
        refused = refused_by(results, self._refuses)
        if refused is not None or all(
            text.text == result.text for text, result in zip(texts, results, strict=True)
        ):
            return None, refused
        # Whoever made the value may keep it, so it is not changed itself.
        try:
            copy = deepcopy(value)
        except RecursionError:
            raise TextError("nested too deeply to be rewritten") from None
        for text, result in zip(texts_of(copy), results, strict=True):
            text.put(result.text)
        return copy, None

    def _bounded(self, texts: Iterable[Text]) -> list[Text]:
        bounded: list[Text] = []
        for text in texts:
            if len(bounded) == self._most:
                raise TextError(f"more than {self._most} texts (max_texts)")
            bounded.append(text)
        return bounded


def _refusal(method: str, what: str, refused: tuple[str, ...]) -> CallToolResult:
    """What a refused call gives: for a tool a result, which the model sees and can act on, else an error."""
    _LOGGER.warning("refused: the %s of %s, by %s", what, method, ", ".join(refused) or "the policy")
    message = f"The {what} must not pass: a scanner refused it."
    if method != "tools/call":
        raise MCPError(REFUSED, message, {"reason": "refused", "scanners": list(refused)})
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def _error(what: str, error: ShieldError) -> MCPError:
    """What could not be scanned does not pass; the words of these errors name no text."""
    _LOGGER.error("the %s could not be scanned: %s: %s", what, type(error).__name__, error)
    if isinstance(error, Overloaded | DeadlineExceeded):
        after = error.retry_after if isinstance(error, Overloaded) else 1.0
        return MCPError(
            _BUSY, "The server is busy; try again later.", {"reason": "busy", "retry_after": after}
        )
    if isinstance(error, TextError):
        code = INVALID_PARAMS if what == "arguments" else INTERNAL_ERROR
        return MCPError(code, f"The {what} could not be scanned: too large or too deep.")
    return MCPError(INTERNAL_ERROR, f"The {what} could not be scanned.")
