"""`BlockingShield`: the synchronous twin of `Shield`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pyshield._check import Check
from pyshield._messages.methods import BlockingConversations
from pyshield._own.scanners import is_asynchronous, run_blocking
from pyshield._slices import listed
from pyshield._until import until_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from types import TracebackType

    from pyshield._declared import OnError
    from pyshield._limits import Cache, Limits, Pipeline, Views
    from pyshield._messages.policy import MessagePolicy
    from pyshield._runtime import ScanResult
    from pyshield.ml import MLConfig
    from pyshield.session import BlockingSession
    from pyshield.stream import BlockingOutputStream, CutWhen, PassPolicy, StreamEvent
    from pyshield.vault import RedisVault, Vault

__all__ = ["BlockingShield"]


class BlockingShield(BlockingConversations):
    """Scans prompts and outputs on the calling thread, with the interpreter lock released.

    It is for programs without an event loop; inside one it would hold the loop up, so use `Shield` there.

    Args:
        prompt: Scanners for prompts: built-in ones, and objects of your own with `scan(prompt)`.
        output: Scanners for outputs: built-in ones, and objects of your own with `scan(prompt, output)`.
            Asynchronous ones are refused.
        limits: What is admitted and how long it may take. While a scanner of your own runs the deadline is
            not looked at, only between two of them.
        views: Other readings of a text (normalised, decoded) that `BanSubstrings`, `Regex` with blocked
            patterns, `Secrets`, `PromptInjection`, `Toxicity` and `BanTopics` read as well; `None` for the
            text alone.
        cache: Whether results are remembered, and how many; those of your own scanners never are.
        on_error: What a scanner that comes to no verdict means; as for `Shield`.
        messages: How conversations are scanned; as for `Shield`.
        pipeline: In which order the scanners run; as for `Shield`.
        ml: How scanners read models; as for `Shield`.

    Raises:
        ConfigError: For anything that cannot work, naming it.
    """

    __slots__ = ()
    _name = "BlockingShield"

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
        for field, scanners in (("prompt", self._own_prompt), ("output", self._own_output)):
            for own in scanners:
                if is_asynchronous(own.scanner):
                    Check(self._name).fail(field, f"the `scan` of {own.name} is asynchronous; use Shield")

    def scan_prompt(self, text: str, *, deadline: float | None = None) -> ScanResult:
        """Scans a prompt; as `Shield.scan_prompt`, but returns the result itself."""
        until = until_of(deadline, self._seconds)
        result = self._native.scan_prompt_blocking(text, deadline)
        return (
            run_blocking(self._own_prompt, result, (), self.on_error, until, self._short)
            if self._own_prompt
            else result
        )

    def scan_output(self, prompt: str, output: str, *, deadline: float | None = None) -> ScanResult:
        """Scans what a model answered to a prompt; otherwise as `scan_prompt`."""
        until = until_of(deadline, self._seconds)
        result = self._native.scan_output_blocking(prompt, output, deadline)
        if not self._own_output:
            return result
        return run_blocking(self._own_output, result, (prompt,), self.on_error, until, self._short)

    def scan_prompts(self, texts: Sequence[str], *, deadline: float | None = None) -> list[ScanResult]:
        """Scans many prompts in one go, on all cores; the results are in the order of the texts."""
        until = until_of(deadline, self._seconds)
        results = self._native.scan_prompts_blocking(listed("texts", texts), deadline)
        if not self._own_prompt:
            return results
        return [
            run_blocking(self._own_prompt, result, (), self.on_error, until, self._short)
            for result in results
        ]

    def scan_outputs(
        self, pairs: Sequence[tuple[str, str] | list[str]], *, deadline: float | None = None
    ) -> list[ScanResult]:
        """Scans many `(prompt, output)` pairs in one go, on all cores; the results are in their order."""
        until = until_of(deadline, self._seconds)
        pairs = listed("pairs", pairs)
        results = self._native.scan_outputs_blocking(pairs, deadline)
        if not self._own_output:
            return results
        return [
            run_blocking(self._own_output, result, (prompt,), self.on_error, until, self._short)
            for result, (prompt, _) in zip(results, pairs, strict=True)
        ]

    def open_output(
        self,
        prompt: str,
        *,
        cut: CutWhen = "unredacted",
        policy: PassPolicy = "hold",
        deadline: float | None = None,
    ) -> BlockingOutputStream:
        """Opens a stream for an output that is still being written; as `Shield.open_output`."""
        from pyshield.stream import BlockingOutputStream, cut_when, pass_policy

        found = cut_when(cut)
        native = self._native.open_output(prompt, found, pass_policy(policy), deadline)

        def scan(output: str) -> ScanResult:
            return self.scan_output(prompt, output, deadline=deadline)

        return BlockingOutputStream(native, scan, own=bool(self._own_output), found=found)

    def stream_output(
        self,
        prompt: str,
        pieces: Iterable[str],
        *,
        cut: CutWhen = "unredacted",
        policy: PassPolicy = "hold",
        deadline: float | None = None,
    ) -> Generator[StreamEvent, None, None]:
        """Scans an output while a model writes it; as `Shield.stream_output`."""
        from pyshield._pieces import no_text
        from pyshield.stream import blocking_events_of

        no_text(pieces)
        return blocking_events_of(self.open_output(prompt, cut=cut, policy=policy, deadline=deadline), pieces)

    def session(self, vault: Vault | RedisVault) -> BlockingSession:
        """The same shield for one conversation; as `Shield.session`."""
        from pyshield.session import BlockingSession

        return BlockingSession(self, vault)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
