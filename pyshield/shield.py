"""Shield: scanners compiled once, awaited many times; and its synchronous twin.

The built-in scanners of a direction run together on the original text, and their changes are merged. Objects
of your own run after them, in declared order, each on the text the one before left; results list all in
declared order. A shield may be used from
any number of event loops and threads at once, and pickles by its declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pyshield._blocking import BlockingShield
from pyshield._declared import OnError
from pyshield._limits import Cache, Limits, Pipeline, Views
from pyshield._messages.methods import Conversations
from pyshield._own.gate import Gate
from pyshield._own.scanners import Own, run, run_many
from pyshield._slices import SLICE, in_slices, listed
from pyshield._until import remaining, until_of

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        Callable,
        Coroutine,
        Iterator,
        Sequence,
    )
    from types import TracebackType

    from pyshield._messages.policy import MessagePolicy
    from pyshield._runtime import ScanResult
    from pyshield.ml import MLConfig
    from pyshield.session import Session
    from pyshield.stream import CutWhen, OutputStream, PassPolicy, StreamEvent
    from pyshield.vault import RedisVault, Vault

__all__ = ["BlockingShield", "Cache", "Limits", "OnError", "Pipeline", "Shield", "Views"]


class Shield(Conversations):
    """Scans prompts and outputs without holding up the event loop.

    Args:
        prompt: Scanners for prompts: built-in ones, and objects of your own with `scan(prompt)`.
        output: Scanners for outputs: built-in ones, and objects of your own with `scan(prompt, output)`.
            Your own may be asynchronous; others run in a worker thread, with the caller's context variables.
            Either is given up at the deadline, see `pyshield.functions`.
        limits: What is admitted and how long it may take.
        views: Other readings of a text (normalised, decoded) that `BanSubstrings`, `Regex` with blocked
            patterns, `Secrets`, `PromptInjection`, `Toxicity` and `BanTopics` read as well; `None` for the
            text alone.
        cache: Whether results are remembered, and how many; those of your own scanners never are.
        on_error: What a scanner that comes to no verdict means: `"block"` refuses the text, `"allow"` lets it
            pass as far as that scanner goes, `"raise"` raises its `ScannerError`. With the first two the
            error is in the result.
        messages: How conversations are scanned; the default of `MessagePolicy` if not given.
        pipeline: In which order the scanners run, and when the rest need not; all at once if not given.
        ml: How the scanners that read models are to read them; each as it is declared if not given.

    Raises:
        ConfigError: For anything that cannot work, naming it.
    """

    __slots__ = ("_gate",)
    _name = "Shield"

    def __init__(
        self,
        prompt: Sequence[Any] = (),
        output: Sequence[Any] = (),
        *,
        limits: Limits | None = None,
        views: Views | None = None,
        cache: Cache | None = None,
        on_error: OnError = "block",
        messages: MessagePolicy | None = None,
        pipeline: Pipeline | None = None,
        ml: MLConfig | None = None,
    ) -> None:
        super().__init__(
            prompt,
            output,
            limits=limits,
            views=views,
            cache=cache,
            on_error=on_error,
            messages=messages,
            pipeline=pipeline,
            ml=ml,
        )
        self._gate = Gate(self.limits)

    def scan_prompt(self, text: str, *, deadline: float | None = None) -> Coroutine[Any, Any, ScanResult]:
        """Scans a prompt.

        Where no event loop runs yet, as in the argument of `asyncio.run`, a scan that cannot be done at once
        begins when it is awaited. Without any event loop use `BlockingShield`.

        Args:
            text: The prompt.
            deadline: Seconds until the result must be there; `limits.deadline` if not given.

        Returns:
            The result, to be awaited once; `create_task`, `gather` and `asyncio.run` take it as well.

        Raises:
            TypeError: If the text is no string.
            ConfigError: If the deadline is no number.
            TextError: If the text holds lone surrogates or is too long.
            Overloaded: If as many requests are in flight as are allowed.
            DeadlineExceeded: If there is no result in time.
            ScannerError: If a scanner fails and `on_error` is `"raise"`.
            Closed: If the shield is closed.
        """
        if self._own_prompt:
            return self._with_own(self._own_prompt, self._native.scan_prompt, (text,), deadline)
        return self._native.scan_prompt(text, deadline)

    def scan_output(
        self, prompt: str, output: str, *, deadline: float | None = None
    ) -> Coroutine[Any, Any, ScanResult]:
        """Scans what a model answered to a prompt; otherwise as `scan_prompt`."""
        if self._own_output:
            return self._with_own(self._own_output, self._native.scan_output, (prompt, output), deadline)
        return self._native.scan_output(prompt, output, deadline)

    def scan_prompts(
        self, texts: Sequence[str], *, deadline: float | None = None
    ) -> Coroutine[Any, Any, list[ScanResult]]:
        """Scans many prompts in one go, on all cores; the results are in the order of the texts."""
        texts = listed("texts", texts)
        if self._own_prompt:
            return self._many_with_own(self._own_prompt, self._native.scan_prompts, texts, deadline)
        return self._many(self._native.scan_prompts, texts, deadline)

    def scan_outputs(
        self, pairs: Sequence[tuple[str, str] | list[str]], *, deadline: float | None = None
    ) -> Coroutine[Any, Any, list[ScanResult]]:
        """Scans many `(prompt, output)` pairs in one go, on all cores; the results are in their order."""
        pairs = listed("pairs", pairs)
        if self._own_output:
            return self._many_with_own(self._own_output, self._native.scan_outputs, pairs, deadline)
        return self._many(self._native.scan_outputs, pairs, deadline)

    def open_output(
        self,
        prompt: str,
        *,
        cut: CutWhen = "unredacted",
        policy: PassPolicy = "hold",
        deadline: float | None = None,
    ) -> OutputStream:
        """Opens a stream for an output that is still being written, to be fed by hand.

        Args:
            prompt: What the output answers.
            cut: What ends the output before its text does: `"unredacted"`, a finding that nothing takes the
                place of; `"found"`, any finding.
            policy: What may pass before a scanner that reads a model has judged it: `"hold"`, nothing;
                `"lag"`, at most 480 characters; `"after"`, all, so that a verdict ends the output when it is
                there. With `"after"` scanners that need to see all of an output do not hold it back either,
                if they change nothing in it.
            deadline: Seconds for the scan of an output that has to be scanned as a whole, from its end on,
                and for that of each window; `limits.deadline` if not given.

        Raises:
            ConfigError: For another value of `cut` or `policy`.
            TextError: If a scanner reads the prompt, and it holds lone surrogates or is too long.
            Closed: If the shield is closed.
        """
        from pyshield.stream import OutputStream, cut_when, pass_policy

        found = cut_when(cut)
        native = self._native.open_output(prompt, found, pass_policy(policy), deadline)

        def scan(output: str) -> Coroutine[Any, Any, ScanResult]:
            return self.scan_output(prompt, output, deadline=deadline)

        return OutputStream(native, scan, own=bool(self._own_output), found=found)

    def stream_output(
        self,
        prompt: str,
        pieces: AsyncIterable[str],
        *,
        cut: CutWhen = "unredacted",
        policy: PassPolicy = "hold",
        deadline: float | None = None,
    ) -> AsyncGenerator[StreamEvent]:
        """Scans an output while a model writes it.

        Text passes as soon as no scanner could still change it, redacted as in a whole output. When something
        is found that must not pass, `StreamBlocked` comes in its place, and nothing of the output after it;
        `pieces` is closed then, as it is when the consumer leaves.

        Args:
            prompt: What the output answers.
            pieces: The output, piece by piece, cut anywhere.
            cut: As for `open_output`.
            policy: As for `open_output`.
            deadline: As for `open_output`.

        Returns:
            The events, the last of which is `StreamEnd`; each `StreamText` is what may be shown.

        Raises:
            TextError: If a piece holds a lone surrogate, or more than `limits.max_text_bytes` would be held.
            ScannerError: If a scanner fails and `on_error` is `"raise"`.
            DeadlineExceeded: If a window is not judged in time.
            Closed: If the shield is closed.
        """
        from pyshield._pieces import no_text
        from pyshield.stream import events_of

        no_text(pieces)
        return events_of(self.open_output(prompt, cut=cut, policy=policy, deadline=deadline), pieces)

    def session(self, vault: Vault | RedisVault) -> Session:
        """The same shield for one conversation: `Anonymize` and `Deanonymize` work with `vault` instead.

        Nothing is compiled, and it takes microseconds. Limits, permits and metrics are the shield's; results
        that the cache remembers are given to no other session.

        Args:
            vault: The conversation's vault.

        Raises:
            ConfigError: If it is none, or a scanner of the shield has a vault that cannot be replaced.
        """
        from pyshield.session import Session

        return Session(self, vault)

    def _many(
        self,
        scan: Callable[..., Coroutine[Any, Any, list[ScanResult]]],
        texts: list[Any],
        deadline: float | None,
    ) -> Coroutine[Any, Any, list[ScanResult]]:
        if len(texts) <= SLICE:
            return scan(texts, deadline)
        return in_slices(scan, texts, until_of(deadline, self._seconds))

    async def _with_own(
        self,
        own: tuple[Own, ...],
        scan: Callable[..., Coroutine[Any, Any, ScanResult]],
        texts: tuple[str, ...],
        deadline: float | None,
    ) -> ScanResult:
        until = until_of(deadline, self._seconds)
        await self._gate.enter(until)
        try:
            result = await scan(*texts, remaining(until))
            return await run(own, result, texts[:-1], self.on_error, until, self._short)
        finally:
            self._gate.leave()

    async def _many_with_own(
        self,
        own: tuple[Own, ...],
        scan: Callable[..., Coroutine[Any, Any, list[ScanResult]]],
        texts: list[Any],
        deadline: float | None,
    ) -> list[ScanResult]:
        until = until_of(deadline, self._seconds)
        await self._gate.enter(until)
        try:
            results = await in_slices(scan, texts, until)
            # Only now is it known that pairs are pairs.
            befores = [() if isinstance(text, str) else (text[0],) for text in texts]
            return await run_many(own, results, befores, self.on_error, until, self._short)
        finally:
            self._gate.leave()

    async def warm_up(self, *, deadline: float | None = 60.0) -> None:
        """Scans a word with the built-in scanners of each direction, so that no request has to wait for them.

        What is made when it is first needed (threads, models that were unloaded, connections to vaults) is
        there then. Scanners of your own are not called.

        Args:
            deadline: Seconds it may take for each direction.

        Raises:
            ShieldError: If one of them cannot scan, whatever `on_error` says; otherwise as `scan_prompt`.
        """
        results = []
        if any(_by_runtime(self.prompt, self._own_prompt)):
            results.append(await self._native.scan_prompt("ready", deadline))
        if any(_by_runtime(self.output, self._own_output)):
            results.append(await self._native.scan_output("ready", "ready", deadline))
        for result in results:
            for error in result.errors:
                raise error

    async def aclose(self) -> None:
        """As `close`, for `contextlib.aclosing`."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def _by_runtime(scanners: tuple[Any, ...], own: tuple[Own, ...]) -> Iterator[bool]:
    """For each scanner whether the runtime runs something of it."""
    alone = {one.place for one in own if one.first is None}
    return (place not in alone for place in range(len(scanners)))
