"""A callback handler: what models, tools and retrievers are given and give is scanned, nothing is changed.

Callbacks cannot rewrite. This one reports what it finds, and aborts a run by raising `Refused`.
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
from pyshield.policy import always, refused_by

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
            return self._asked.pop(run_id, "")

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
