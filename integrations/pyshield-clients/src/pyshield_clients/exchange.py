"""Exchange: one request and its answer, whichever library carries them."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from pyshield.dialects.charsets import charset_of
from pyshield.dialects.flow import LINES, EventFlow, LineFlow, TextFlow
from pyshield.dialects.outputs import Outputs, TooManyOutputsError
from pyshield.dialects.sse import TooLongError
from pyshield.errors import TextError
from pyshield.messages import Decision
from pyshield.policy import failed, incomplete, told
from pyshield_clients.answers import WholeFlow
from pyshield_clients.begun import BegunFlow
from pyshield_clients.bodies import Json, is_json, media_of, too_many
from pyshield_clients.errors import AnswerRefused, NotGuardable, PromptRefused, Refused
from pyshield_clients.forms import FORM, Form
from pyshield_clients.prompts import last_user, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyshield.dialects.flow import Flow
    from pyshield.results import ScanResult
    from pyshield_clients.prompts import Said
    from pyshield_clients.settings import Settings
    from pyshield_clients.waiting import Waiting

__all__ = ["Exchange"]

_LOGGER = logging.getLogger("pyshield_clients")

_CONVERSATIONS = ("messages", "input", "items")
"""Members of requests that may be lists of messages."""


_NO_TEXT = ("audio/", "image/", "video/")


class Exchange:
    """One request and its answer.

    Args:
        settings: The guard's settings.
        shield: What scans them, with methods that are awaited.
    """

    __slots__ = ("_flow", "_outputs", "_prompt", "_settings", "_shield", "_streams")

    def __init__(self, settings: Settings, shield: Waiting) -> None:
        self._settings = settings
        self._shield = shield
        self._prompt = ""
        # Whether a stream was asked for: then SDKs read what comes as events, whatever its media type says.
        self._streams = False
        self._outputs: Outputs | None = None
        self._flow: Flow | None = None

    async def request(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """The body to send in place of this one.

        Raises:
            PromptRefused: If a text of it must not be sent.
            NotGuardable: If it cannot be scanned, or not be rewritten.
            TextError: If it has too many texts.
            ShieldError: As for `Shield.scan_prompt`.
        """
        most = self._settings.max_texts
        form = media_of(headers)[0] == FORM
        source = Form(headers["content-type"], body, most) if form else Json(body)
        self._streams = source.streams
        rewritten = False
        for document in source.documents:
            rewritten |= await self._conversations(document)
        texts = [text for document in source.documents for text in texts_of(document)]
        if len(texts) > most:
            raise too_many(most)
        results = await self._shield.scan_all([text.text for text in texts]) if texts else []
        self._refuse(texts, results)
        for text, result in zip(texts, results, strict=True):
            if result.text != text.text:
                text.put(result.text)
                rewritten = True
        self._prompt = last_user(texts)
        if not rewritten:
            return body
        if headers.get("authorization", "").startswith("AWS4-"):
            raise NotGuardable("a signed request cannot be rewritten, and must not be sent as it is")
        return source.written()

    async def _conversations(self, document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Scans conversations as wholes, where the shield says how; whether one is now another."""
        rewritten = False
        if not self._shield.has_policy or not isinstance(document, dict):
            return False
        for name in _CONVERSATIONS:
            messages = document.get(name)
            if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
                continue
            scanned = await self._shield.scan_messages(messages)
            if not scanned.passes:
                _refused(
                    Refused(
                        f"/{name}/{one.index}", tuple(dict.fromkeys(found.scanner for found in one.findings))
                    )
                    for one in scanned.scanned
                    if one.decision > Decision.REDACT
                )
            rewritten |= any(one.changed for one in scanned.scanned)
            document[name] = scanned.messages
        return rewritten

    def _refuse(self, texts: list[Said], results: list[ScanResult]) -> None:
        refused = []
        for text, result in zip(texts, results, strict=True):
            if not self._settings.refuses(result):
                continue
            # What the application itself says is not refused for what is found in it, only if that could
            # not be taken out for want of a verdict.
            if self._settings.distrusts(text.role) or incomplete(result):
                refused.append(Refused(text.pointer, tuple(failed(result))))
        if refused:
            _refused(refused)

    def answer(self, status: int, headers: Mapping[str, str], accept: str = "") -> bool:
        """Whether the body of the answer has to go through `feed` and `finish`.

        Args:
            status: Its status.
            headers: Its headers.
            accept: What the request accepts: SDKs that ask for JSON read it under any media type.

        Raises:
            NotGuardable: If it would have to and cannot.
        """
        if not self._shield.scans_outputs or not 200 <= status < 300 or status in (204, 206):
            return False
        essence, parameters = media_of(headers)
        if essence == "application/vnd.amazon.eventstream":
            raise NotGuardable("an answer in Amazon's event stream encoding cannot be scanned")
        kind = self._read_as(essence, accept)
        if kind is None:
            return False
        settings = self._settings
        self._outputs = Outputs(
            self._shield,
            self._prompt,
            settings.max_texts,
            policy=settings.policy,
            deadline=settings.deadline,
        )
        most = settings.max_answer_bytes
        if kind is TextFlow:
            self._flow = TextFlow(self._outputs, most, _charset(parameters))
        else:
            self._flow = kind(self._outputs, most)
        return True

    def _read_as(self, essence: str, accept: str) -> type[Flow] | partial[BegunFlow] | None:
        """How an SDK reads a body of this media type; `None` if it is not read."""
        kind = _kind(essence)
        if essence.startswith(_NO_TEXT):
            return kind
        if self._streams and kind is WholeFlow:
            return partial(BegunFlow, other=EventFlow)
        if self._streams and kind in (None, TextFlow):
            return EventFlow
        return partial(BegunFlow, other=None) if kind is None and "json" in accept.lower() else kind

    async def feed(self, data: bytes) -> bytes:
        """What may be seen now that these bytes of the answer have come.

        Raises:
            AnswerRefused: If it is refused, and `on_refusal` is `"raise"`.
            ShieldError: As for `OutputStream.feed`.
        """
        return await self._passed(data)

    async def finish(self) -> bytes:
        """What is left to be seen now that the answer has ended; raises as `feed` does."""
        return await self._passed(None)

    @property
    def ended(self) -> bool:
        """Whether the answer was cut off."""
        return self._outputs is not None and self._outputs.blocked

    def close(self) -> None:
        """Frees what is held."""
        if self._outputs is not None:
            self._outputs.close()

    async def _passed(self, data: bytes | None) -> bytes:
        flow, outputs = self._flow, self._outputs
        if flow is None or outputs is None:  # `answer` said no
            return data or b""
        try:
            passed = await (flow.finish() if data is None else flow.feed(data))
        except TooLongError:
            most = self._settings.max_answer_bytes
            raise TextError(
                f"the answer, or an event of it, has more than {most} bytes (max_answer_bytes)"
            ) from None
        except TooManyOutputsError:
            most = self._settings.max_texts
            raise TextError(
                f"the answer has more than the {most} texts that are scanned (max_texts)"
            ) from None
        if outputs.blocked:
            _LOGGER.warning("an answer was cut off: %s", outputs.why)
            if self._settings.on_refusal == "raise":
                raise AnswerRefused("the answer was refused", tuple(outputs.blocking))
        return passed


def _refused(texts: Iterable[Refused]) -> NoReturn:
    refused = tuple(texts)
    _LOGGER.warning("a request was not sent: %s", told(name for one in refused for name in one.scanners))
    count = f"{len(refused)} texts were" if len(refused) > 1 else "a text was"
    raise PromptRefused(f"{count} refused, so the request was not sent", refused)


def _kind(essence: str) -> type[Flow] | None:
    """How a body of this media type is read; `None` if it is not."""
    if essence == "text/event-stream":
        return EventFlow
    if essence in LINES:
        return LineFlow
    if is_json(essence):
        return WholeFlow
    return TextFlow if essence.startswith("text/") else None


def _charset(parameters: str) -> str:
    """The charset that the parameters of a media type name.

    Raises:
        NotGuardable: If it is none that is decoded.
    """
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                return charset_of(value.strip().strip('"'))
            except LookupError:
                raise NotGuardable("an answer in an unknown charset cannot be scanned") from None
    return "utf-8"
