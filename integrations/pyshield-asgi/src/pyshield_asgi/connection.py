"""Connection: a WebSocket whose messages are scanned in both directions.

Nothing is queued: a message is taken from the server when the application asks for one, and scanned then; one
that the application sends is scanned, and sent, before its `send` returns. Only while a scan takes its time
is the next message asked for, to hear of a disconnect.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, NoReturn

from pyshield._turns import turn
from pyshield.dialects.flow import MessageFlow
from pyshield.dialects.outputs import TooManyOutputsError
from pyshield.dialects.sse import TooLongError
from pyshield.errors import ShieldError
from pyshield_asgi.channel import Channel, DisconnectedError
from pyshield_asgi.document import Located
from pyshield_asgi.frames import Pieces, read, size, written
from pyshield_asgi.guard import EVERY
from pyshield_asgi.judge import SCOPE_KEY, answered, mark, refuse, refused, scanned
from pyshield_asgi.problem import (
    OUTPUT_REFUSED,
    Problem,
    RejectedError,
    of_output_error,
)
from pyshield_asgi.prompt import Prompt
from pyshield_asgi.response import CutOffError, ResponseGuard

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs
    from pyshield_asgi._types import ASGIApp, Message, Receive, Scope, Send
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.outcome import ScannedBody

__all__ = ["Connection"]

_LOGGER = logging.getLogger("pyshield_asgi")

_CODES = {400: 1007, 413: 1009, 415: 1003, 422: 1008, 500: 1011, 502: 1008, 503: 1013}
"""Close codes (RFC 6455 and its registry) for the statuses of problems."""


_CLOSED = 1000
"""Stands for the application's own closing, whatever it says."""

_REASON = 123
"""Bytes that the reason of a close may have (RFC 6455, 5.5)."""

_DENIAL, _PREFIX = "websocket.http.response.", "websocket."
"""What the messages of an HTTP response begin with that refuses a connection, and what others have not."""

_MESSAGE, _TURN = 256, 16 * 1024
"""Characters that a message counts for beside its own, and those after which others have a turn."""

_UNSCANNED = Problem(500, "scan-failed", "The scan failed", "The message could not be scanned.")


class Connection:
    """One connection.

    Args:
        app: The application.
        guard: Who guards it.
        scope: The connection's scope.
        receive: The server's `receive`.
        send: The server's `send`.
    """

    __slots__ = (
        "_app",
        "_asked_anew",
        "_before",
        "_binary",
        "_channel",
        "_code",
        "_denial",
        "_flow",
        "_guard",
        "_left",
        "_outputs",
        "_pending",
        "_pieces",
        "_prompt",
        "_scope",
        "_send",
        "_turn",
        "_written",
    )

    def __init__(self, app: ASGIApp, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._guard = guard
        self._scope = scope
        self._channel = Channel(receive)
        self._send = send
        self._before: ScannedBody | None = scope.get(SCOPE_KEY)
        # A message that was taken from the server and not yet given to the application.
        self._pending: Message | None = None
        self._prompt = Prompt(guard, scope)
        # Where the pieces of the answer under way go through, if messages are such.
        self._outputs: Outputs | None = None
        self._flow: MessageFlow | None = None
        self._asked_anew = False
        # How the messages that go out are put together if they are pieces, and whether the last was binary.
        self._pieces = Pieces(guard)
        self._binary = False
        # Messages go out in the order in which the application sends them, whatever their scans take.
        self._turn = asyncio.Lock()
        # What was sent since others last had a turn of the event loop.
        self._written = 0
        # Why it was closed, once it is.
        self._code: int | None = None
        # Whether the application was told that its client has gone.
        self._left = False
        # The HTTP response that the application answers in place of a connection.
        self._denial: ResponseGuard | None = None

    async def run(self) -> None:
        """Hands the connection to the application."""
        mark(self._scope, self._guard, (), self._before)
        try:
            await self._app(self._scope, self.receive, self.send)
            await self._end()
        except Exception:
            # One that was told that its client had gone may well end by that.
            if self._denial is not None:
                if self._denial.ended:
                    return
                await self._denial.fail()
            if self._code in (None, _CLOSED):
                raise
        finally:
            self._channel.close()
            if self._denial is not None:
                self._denial.close()
            if self._outputs is not None:
                self._outputs.close()

    async def receive(self) -> Message:
        """The application's `receive`."""
        if self._code not in (None, _CLOSED):
            return self._gone()
        # The application may give up waiting while a message is scanned: then that is the next one.
        message = self._pending
        if message is None:
            message = await self._channel.receive()
        if message["type"] != "websocket.receive":
            self._left |= message["type"] == "websocket.disconnect"
            return message
        self._pending = message
        try:
            passed = await self._passed(message)
        except RejectedError as rejected:
            await self._close(rejected.problem)
            return self._gone()
        except DisconnectedError:
            self._pending = None
            self._left = True
            return await self._channel.receive()  # which says so
        self._pending = None
        return passed

    async def send(self, message: Message) -> None:
        """The application's `send`."""
        async with self._turn:
            if self._code not in (None, _CLOSED):
                raise CutOffError("the connection was closed")
            kind = message["type"]
            if kind == "websocket.send" and self._guard.answers:
                await self._answer(message)
                return
            if self._guard.answers and kind.startswith(_DENIAL):
                await self._denied({**message, "type": kind.removeprefix(_PREFIX)})
                return
            if kind == "websocket.close":
                await self._rest()
                self._code = _CLOSED
                message = await self._reasoned(message)
            await self._send(message)

    async def _passed(self, message: Message) -> Message:
        """The message as the application is given it."""
        guard = self._guard
        body = read(guard, message, guard.choice)
        if body is None:
            return message
        text = body.text
        fields = await scanned(guard, body.fields, self._channel.unless_disconnected)
        outcome = mark(self._scope, guard, fields, self._before)
        if refusing := refused(guard, fields):
            await refuse(guard, self._scope, outcome, refusing)
        if any(field.rewritten for field in fields):
            text = body.changed([field.result.text for field in fields])
            message = {**message, **written(message, body, text)}
        self._prompt.of(body.media, text)
        self._asked_anew = True
        return message

    async def _denied(self, message: Message) -> None:
        """Sends what passes of a response in place of a connection."""
        if self._denial is None:

            async def send(passed: Message) -> None:
                await self._send({**passed, "type": _PREFIX + passed["type"]})

            self._denial = ResponseGuard(self._guard, self._prompt if self._guard.compares else None, send)
        await self._denial.send(message)

    async def _reasoned(self, message: Message) -> Message:
        """The application's close with what passes of its reason, which is none that must not."""
        reason = message.get("reason")
        if not reason or not self._guard.answers:
            return message
        try:
            prompt = await self._prompt.text() if self._guard.compares else ""
            passed = await answered(self._guard, prompt, [Located(None, reason, 0, len(reason))])
        except (RejectedError, ShieldError) as error:
            why = error.why if isinstance(error, RejectedError) else f"{type(error).__name__}: {error}"
            _LOGGER.error("the reason of a close was left out: %s", why)  # noqa: TRY400
            passed = [""]
        if passed is None:
            return message
        return {**message, "reason": passed[0].encode()[:_REASON].decode(errors="ignore")}

    async def _answer(self, message: Message) -> None:
        """Sends what passes of a message."""
        self._written += size(message) + _MESSAGE
        if self._written > _TURN:
            # Scanning takes no time that is waited for, and perhaps nor does sending.
            self._written = 0
            await turn()
        try:
            parts = await self._answers(message)
        except RejectedError as rejected:
            await self._cut(rejected.problem, rejected)
        except (ShieldError, TooLongError, TooManyOutputsError) as error:
            await self._cut(_problem(error), error)
        for part in parts:
            if self._code is not None:  # while it was scanned, for a message that came in
                raise CutOffError("the connection was closed")
            await self._send({**message, **part})
        if self._outputs is not None and self._outputs.blocked:
            await self._cut(OUTPUT_REFUSED, None, self._outputs.why)

    async def _end(self) -> None:
        """Sends what is held back when the application is done and leaves the closing to the server."""
        if self._left:
            return
        async with self._turn:
            try:
                await self._rest()
            except OSError:
                # Closed, or the client went away: nobody is left to be told.
                return

    async def _answers(self, message: Message) -> list[dict[str, Any]]:
        """What is sent for a message: for each that goes out, what differs from it."""
        guard = self._guard
        if guard.streamed_messages:
            piece = self._pieces.read(message)
            parts = [_bytes(piece.other)] if piece.other else []
            if piece.text is not None:
                self._binary = piece.binary
                parts += map(self._part, await (await self._stream()).feed(piece.text))
            return parts
        body = read(guard, message, EVERY if guard.answer_choice is None else guard.answer_choice)
        if body is None:
            return [{}]
        prompt = await self._prompt.text() if guard.compares else ""
        passed = await answered(guard, prompt, body.fields)
        return [{} if passed is None else written(message, body, body.changed(passed))]

    async def _stream(self) -> MessageFlow:
        """The way of the answer under way; a new one where another answer begins."""
        outputs, flow, guard = self._outputs, self._flow, self._guard
        if outputs is not None and flow is not None and (outputs.open or not self._asked_anew):
            return flow
        self._asked_anew = False
        prompt = await self._prompt.text() if guard.compares else ""
        self._outputs = outputs = guard.outputs(prompt)
        self._flow = flow = MessageFlow(outputs, guard.max_body_bytes)
        return flow

    async def _rest(self) -> None:
        """Sends what is held back of an answer when the application closes."""
        if self._code is not None:
            return
        parts: list[dict[str, Any]] = []
        try:
            if self._flow is not None:
                parts += map(self._part, await self._flow.finish())
        except ShieldError as error:
            await self._cut(_problem(error), error)
        outputs = self._outputs
        blocked = outputs is not None and outputs.blocked
        held = self._pieces.rest()
        if held and not blocked and self._guard.other_types == "pass":
            parts.append(_bytes(held))
        for part in parts:
            await self._send({"type": "websocket.send", **part})
        if outputs is not None and outputs.blocked:
            await self._cut(OUTPUT_REFUSED, None, outputs.why)

    def _part(self, text: str) -> dict[str, Any]:
        """A text as a part of a message of the kind that the application sends."""
        return _bytes(text.encode()) if self._binary else {"text": text}

    async def _cut(self, problem: Problem, cause: Exception | None, why: str = "") -> NoReturn:
        """Closes the connection for what the application sent, and tells it so."""
        # The words of errors name no text.
        if isinstance(cause, RejectedError):
            why = cause.why
        elif cause is not None:
            why = f"{type(cause).__name__}: {cause}"
        _LOGGER.error("a connection was closed: %s", why)
        await self._close(problem)
        raise CutOffError("the connection was closed") from cause

    async def _close(self, problem: Problem) -> None:
        if self._code is not None:
            return
        self._code = 1001 if problem.code == "closed" else _CODES.get(problem.status, 1011)
        try:
            await self._send({"type": "websocket.close", "code": self._code, "reason": problem.title})
        except OSError:
            # The client went away: nobody is left to be told.
            return

    def _gone(self) -> Message:
        return {"type": "websocket.disconnect", "code": self._code, "reason": ""}


def _bytes(data: bytes) -> dict[str, Any]:
    return {"text": None, "bytes": data}


def _problem(error: Exception) -> Problem:
    """The problem that an error is when a message could not be scanned."""
    return of_output_error(error) if isinstance(error, ShieldError) else _UNSCANNED
