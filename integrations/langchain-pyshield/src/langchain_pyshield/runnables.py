"""Runnables that scan what goes through a chain: `ScanPrompt(shield) | model | ScanOutput(shield)`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from pydantic import ConfigDict, PrivateAttr

from langchain_pyshield.errors import Place, Refused
from langchain_pyshield.hiding import hide_in
from langchain_pyshield.marks import refusal
from langchain_pyshield.pieces import Pieces
from langchain_pyshield.shields import Scans, Shields, arun, run
from langchain_pyshield.values import answer_passed, answer_texts, prompt_passed, prompt_texts
from pyshield.policy import refused_by, unless_redacted
from pyshield.shield import Shield  # noqa: TC001  # pydantic reads it
from pyshield.stream import PassPolicy, pass_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from langchain_pyshield.shields import Side, Steps
    from pyshield.results import ScanResult

__all__ = ["ScanOutput", "ScanPrompt"]

Instead: TypeAlias = Literal["raise", "replace"]
"""What a refused text leads to: `Refused`, or `refusal` in its place."""


class _Scan(RunnableSerializable[Any, Any]):
    """What both have: a shield, and a way to scan many values in one go."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    shield: Shield
    refuses: Any = unless_redacted
    on_result: Any = None

    _shields: Shields = PrivateAttr()

    def __init__(self, shield: Shield, **options: Any) -> None:  # noqa: ANN401
        super().__init__(shield=shield, **options)  # type: ignore[call-arg]  # its fields
        self._shields = Shields(self.shield)

    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: A002, ANN401
        """Scans a value; raises `Refused` if it must not pass."""
        return self._call_with_config(lambda value: run(self._one(value)), input, config)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: A002, ANN401
        """As `invoke`."""

        async def scan(value: Any) -> Any:  # noqa: ANN401
            return await arun(self._one(value))

        return await self._acall_with_config(scan, input, config)

    def batch(
        self,
        inputs: list[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **_: Any,  # noqa: ANN401
    ) -> list[Any]:
        """Scans many values in one go, on all cores."""

        def scan(values: list[Any]) -> list[Any]:
            return _raised(run(self._many(values)), return_exceptions)

        return self._batch_with_config(scan, inputs, config, return_exceptions=return_exceptions)

    async def abatch(
        self,
        inputs: list[Any],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **_: Any,  # noqa: ANN401
    ) -> list[Any]:
        """As `batch`."""

        async def scan(values: list[Any]) -> list[Any]:
            return _raised(await arun(self._many(values)), return_exceptions)

        return await self._abatch_with_config(scan, inputs, config, return_exceptions=return_exceptions)

    def _one(self, value: Any) -> Steps[Any]:  # noqa: ANN401
        (done,) = yield from self._many([value])
        if isinstance(done, Refused):
            raise done
        return done

    def _many(self, values: list[Any]) -> Steps[list[Any]]:
        """The values with what passed of them, or why one must not."""
        place, side, prompt = self._kind()
        parts = [self._texts(value) for value in values]
        fresh = list(dict.fromkeys(text for each in parts for text in each))
        if not fresh:
            return list(values)
        results = dict(zip(fresh, (yield Scans(self._shields, side, prompt, fresh)), strict=True))
        if self.on_result is not None:
            for result in results.values():
                self.on_result(place, result)
        passed = {text: result.text for text, result in results.items()}
        done: list[Any] = []
        for value, each in zip(values, parts, strict=True):
            refusing = refused_by((results[text] for text in each), self.refuses)
            if refusing is not None:
                done.append(self._refused(value, Refused.at(place, refusing)))
            else:
                done.append(self._passed(value, passed))
        return done

    @abstractmethod
    def _kind(self) -> tuple[Place, Side, str]: ...

    @abstractmethod
    def _texts(self, value: Any) -> list[str]:  # noqa: ANN401
        ...

    @abstractmethod
    def _passed(self, value: Any, passed: dict[str, str]) -> Any:  # noqa: ANN401
        ...

    def _refused(self, value: Any, error: Refused) -> Any:  # noqa: ANN401, ARG002
        return error


def _raised(done: list[Any], keep: bool) -> list[Any]:
    """The outcomes, or the first error among them."""
    for one in done:
        if isinstance(one, Refused) and not keep:
            raise one
    return done


class ScanPrompt(_Scan):
    """Scans what goes to a model: a text, messages, a prompt value, or any value with texts in it.

    Of messages it scans those of the user and of tools; what the application and the model say passes. But
    where the shield puts private data back, with `Deanonymize`, what `Anonymize` finds in answers is taken
    out again.

    Args:
        shield: Its prompt scanners scan.
        refuses: Says of a result whether its text must not pass; then `Refused` is raised.
        on_result: A function of a place and a `ScanResult` that is told of every scan.
    """

    def __init__(
        self,
        shield: Shield,
        *,
        refuses: Callable[[ScanResult], bool] = unless_redacted,
        on_result: Callable[[Place, ScanResult], None] | None = None,
    ) -> None:
        super().__init__(shield, refuses=refuses, on_result=on_result)

    def _many(self, values: list[Any]) -> Steps[list[Any]]:
        done = yield from super()._many(values)
        return (yield from hide_in(self._shields, done))

    def _kind(self) -> tuple[Place, Side, str]:
        return "prompt", "prompt", ""

    def _texts(self, value: Any) -> list[str]:  # noqa: ANN401
        return prompt_texts(value)

    def _passed(self, value: Any, passed: dict[str, str]) -> Any:  # noqa: ANN401
        return prompt_passed(value, passed)


class ScanOutput(_Scan):
    """Scans what comes from a model: a message, a text, or what a parser made of one; whole or in pieces.

    Args:
        shield: Its output scanners scan.
        prompt: What the outputs answer, for scanners that want to know.
        refuses: Says of a result whether its text must not pass. It is asked at the end of what is streamed:
            of what has passed by then only a finding keeps the rest from passing, and the result's `text` is
            that of what passed as a whole only.
        blocked: What comes then: `"raise"`, `Refused`; `"replace"`, `refusal` in the place of a text or a
            message, or after what has been streamed of it.
        refusal: See there.
        on_result: A function of a place and a `ScanResult` that is told of every scan.
        policy: What may pass of an output that is streamed before a scanner that reads a model has judged it:
            `"hold"`, nothing; `"lag"`, some sentences; `"after"`, all. As for `Shield.open_output`.

    Raises:
        ConfigError: For another value of `policy`.
    """

    prompt: str = ""
    blocked: Instead = "raise"
    refusal: str = "I cannot help with that."
    policy: PassPolicy = "hold"

    def __init__(
        self,
        shield: Shield,
        *,
        prompt: str = "",
        refuses: Callable[[ScanResult], bool] = unless_redacted,
        blocked: Instead = "raise",
        refusal: str = "I cannot help with that.",
        on_result: Callable[[Place, ScanResult], None] | None = None,
        policy: PassPolicy = "hold",
    ) -> None:
        super().__init__(
            shield,
            prompt=prompt,
            refuses=refuses,
            blocked=blocked,
            refusal=refusal,
            on_result=on_result,
            policy=pass_policy(policy),
        )

    # Not by LangChain's own helpers for streams: those keep all of the input for tracers, and when the output
    # has been cut or its reader has left, they go on reading it to its end.

    def transform(
        self,
        input: Iterator[Any],  # noqa: A002
        config: RunnableConfig | None = None,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> Iterator[Any]:
        """Scans an output while it is written; what passes comes as soon as nothing could change it.

        Where it is cut, or its reader leaves, the input is closed.
        """
        pieces = self._pieces()
        try:
            for piece in input:
                yield from run(pieces.feed(piece))
                if pieces.refused:
                    break
            else:
                yield from run(pieces.finish())
            yield from pieces.end()
        finally:
            pieces.close()
            if isinstance(input, Generator):
                input.close()

    async def atransform(
        self,
        input: AsyncIterator[Any],  # noqa: A002
        config: RunnableConfig | None = None,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> AsyncIterator[Any]:
        """As `transform`."""
        pieces = self._pieces()
        try:
            async for piece in input:
                for passed in await arun(pieces.feed(piece)):
                    yield passed
                if pieces.refused:
                    break
            else:
                for passed in await arun(pieces.finish()):
                    yield passed
            for passed in pieces.end():
                yield passed
        finally:
            pieces.close()
            if isinstance(input, AsyncGenerator):
                await input.aclose()

    def _pieces(self) -> Pieces:
        refusal = self.refusal if self.blocked == "replace" else None
        return Pieces(self._shields, self.prompt, self.refuses, refusal, self.on_result, self.policy)

    def _kind(self) -> tuple[Place, Side, str]:
        return "answer", "output", self.prompt

    def _texts(self, value: Any) -> list[str]:  # noqa: ANN401
        return answer_texts(value)

    def _passed(self, value: Any, passed: dict[str, str]) -> Any:  # noqa: ANN401
        return answer_passed(value, passed)

    def _refused(self, value: Any, error: Refused) -> Any:  # noqa: ANN401
        if self.blocked == "raise" or not isinstance(value, str | BaseMessage):
            return error
        if isinstance(value, str):
            return self.refusal
        return refusal(self.refusal, error.scanners, value)
