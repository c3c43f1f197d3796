"""A callback handler: what models, tools and retrievers are given and give is scanned, nothing is changed.

Callbacks cannot rewrite. This one reports what it finds, and aborts a run by raising `Refused`; a streamed
answer as soon as it is refused, so that the model writes no more of it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration

from langchain_pyshield.content import CONTENT, VALUES, texts
from langchain_pyshield.errors import Refused
from langchain_pyshield.shields import Scans, Shields, run
from langchain_pyshield.values import answer_texts, prompt_texts, question
from pyshield.policy import always, refused_by, unless_redacted
from pyshield.stream import StreamBlocked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from langchain_core.documents import Document
    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import LLMResult

    from langchain_pyshield.errors import Place
    from langchain_pyshield.shields import Side, Steps
    from pyshield.results import ScanResult
    from pyshield.shield import Shield
    from pyshield.stream import BlockingOutputStream

__all__ = ["PyShieldCallback"]

_RUNS = 4096
"""Prompts that are remembered at a time, for answers that have not come yet."""


class PyShieldCallback(BaseCallbackHandler):
    """Watches runs of chains, models, tools and retrievers, in either lane.

    In runs that are awaited it works in other threads, so the event loop is not held up. (Errors of handlers
    that are asynchronous themselves LangChain only logs, where it runs something synchronous.)

    Args:
        shield: Prompt scanners scan prompts, tools' results and documents; output scanners answers and the
            inputs of tools.
        abort: Whether a run is aborted by `Refused` when something is refused.
        refuses: Says of a result whether its text must not pass. Nothing is redacted here, so by default
            whatever a scanner refuses is refused.
        on_result: A function of a place and a `ScanResult` that is told of every scan.
    """

    # Else what it raises is only logged.
    raise_error = True

    def __init__(
        self,
        shield: Shield,
        *,
        abort: bool = True,
        refuses: Callable[[ScanResult], bool] = always,
        on_result: Callable[[Place, ScanResult], None] | None = None,
    ) -> None:
        self._shields = Shields(shield)
        self._abort = abort
        self._refuses = refuses
        self._on_result = on_result
        self._lock = Lock()
        self._asked: OrderedDict[UUID, str] = OrderedDict()
        # The answers that are streamed; a policy of one's own is asked at their end alone.
        self._cuts = abort and refuses in (always, unless_redacted)
        self._written: OrderedDict[UUID, BlockingOutputStream] = OrderedDict()

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Scans what goes to a chat model."""
        run(self._prompt(run_id, messages))

    def on_llm_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        prompts: list[str],
        *,
        run_id: UUID,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Scans what goes to a model of texts."""
        run(self._prompt(run_id, prompts))

    def on_llm_new_token(
        self,
        token: str | list[str | dict[str, Any]],
        *,
        chunk: Any = None,  # noqa: ANN401
        run_id: UUID,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Scans a piece of an answer."""
        text = token if isinstance(token, str) else getattr(getattr(chunk, "message", None), "text", "")
        self._piece(run_id, str(text))

    def on_stream_event(self, event: Any, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401
        """The same of the events of `stream_events(version="v3")`."""
        delta = event.get("delta") if event.get("event") == "content-block-delta" else None
        if isinstance(delta, dict) and delta.get("type") == "text-delta":
            self._piece(run_id, str(delta.get("text", "")))

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401
        """Scans an answer."""
        run(self._answer(run_id, response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Forgets the prompt."""
        self._forget(run_id)

    def on_tool_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        input_str: str,
        *,
        inputs: dict[str, Any] | None = None,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Scans what a tool is given."""
        run(self._call(input_str, inputs))

    def on_tool_end(self, output: Any, **_: Any) -> None:  # noqa: ANN401
        """Scans what a tool returns."""
        run(self._result(output))

    def on_retriever_end(self, documents: Sequence[Document], **_: Any) -> None:  # noqa: ANN401
        """Scans what was retrieved."""
        run(self._documents(documents))

    def _prompt(self, run_id: UUID, values: Sequence[Any]) -> Steps[None]:
        with self._lock:
            self._asked[run_id] = "\n".join(question(value) for value in values)
            if len(self._asked) > _RUNS:
                self._asked.popitem(last=False)
        yield from self._judge("prompt", [text for value in values for text in prompt_texts(value)])

    def _answer(self, run_id: UUID, response: LLMResult) -> Steps[None]:
        prompt = self._forget(run_id)
        every = [generation for generations in response.generations for generation in generations]
        values = [one.message if isinstance(one, ChatGeneration) else one.text for one in every]
        yield from self._judge("answer", [text for value in values for text in answer_texts(value)], prompt)

    def _forget(self, run_id: UUID) -> str:
        with self._lock:
            stream = self._written.pop(run_id, None)
            asked = self._asked.pop(run_id, "")
        if stream is not None:
            stream.close()
        return asked

    def _piece(self, run_id: UUID, text: str) -> None:
        """Feeds what is written of an answer; raises where it is refused."""
        if not self._cuts or not text:
            return
        stream = self._stream(run_id)
        if stream.holds or stream.ended:  # nothing is known before the end
            return
        for event in stream.feed(text):
            if isinstance(event, StreamBlocked):
                self._forget(run_id)
                raise Refused.at("answer", tuple(event.scanners))

    def _stream(self, run_id: UUID) -> BlockingOutputStream:
        with self._lock:
            stream = self._written.get(run_id)
            if stream is not None:
                return stream
            asked = self._asked.get(run_id, "")
        opened = self._shields.blocking.open_output(
            asked, cut="found" if self._refuses is always else "unredacted"
        )
        with self._lock:
            self._written[run_id] = opened
            oldest = self._written.popitem(last=False)[1] if len(self._written) > _RUNS else None
        if oldest is not None:
            oldest.close()
        return opened

    def _call(self, input_str: str, inputs: dict[str, Any] | None) -> Steps[None]:
        yield from self._judge("tool_call", texts(inputs or input_str, VALUES))

    def _result(self, output: Any) -> Steps[None]:  # noqa: ANN401
        yield from self._judge("tool_result", texts(getattr(output, "content", output), CONTENT))

    def _documents(self, documents: Sequence[Document]) -> Steps[None]:
        yield from self._judge("tool_result", [document.page_content for document in documents])

    def _judge(self, place: Place, found: list[str], prompt: str = "") -> Steps[None]:
        fresh = list(dict.fromkeys(text for text in found if text))
        if not fresh:
            return
        side: Side = "output" if place in ("answer", "tool_call") else "prompt"
        results = yield Scans(self._shields, side, prompt, fresh)
        for result in results:
            if self._on_result is not None:
                self._on_result(place, result)
        if not self._abort:
            return
        refusing = refused_by(results, self._refuses)
        if refusing is not None:
            raise Refused.at(place, refusing)
