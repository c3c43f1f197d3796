"""`ScannerPipeline`: a list of scanners, run one after another or side by side.

```python
pipeline = ScannerPipeline([Secrets(), PromptInjection()]).with_short_circuit(0.9)
verdicts = await pipeline.execute(text)             # in order, up to the one that ended it
result = await pipeline.execute_aggregated(text)    # one result of all
```

It is a `Shield` with `pipeline=` set; see `pyshield.Pipeline` for what the order means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._declarations.declaration import OutputScanner
from pyshield.shield import Pipeline, Shield

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.results import ScanResult, Verdict

__all__ = ["ScannerPipeline"]

_SHORT_CIRCUIT = 0.9


class ScannerPipeline:
    """Scanners of one direction, and when a scan ends before all of them were asked.

    Args:
        scanners: Scanners for prompts, or for outputs if one of them is of `pyshield.output_scanners`.
        short_circuit: The risk from which on a refusal ends `execute` and `execute_aggregated`; `None` for
            never.
        options: What `Shield` takes beside scanners and `pipeline`.

    Raises:
        ConfigError: For anything that cannot work, when first executed.
    """

    __slots__ = ("_options", "_shields", "scanners", "short_circuit")

    def __init__(
        self,
        scanners: Sequence[Any] = (),
        *,
        short_circuit: float | None = None,
        **options: Any,  # noqa: ANN401  # as `Shield` takes them
    ) -> None:
        self.scanners = tuple(scanners)
        self.short_circuit = short_circuit
        self._options = options
        self._shields: dict[str, Shield] = {}

    def add(self, scanner: Any) -> ScannerPipeline:  # noqa: ANN401  # any object with `scan`
        """The same with one more scanner at its end."""
        scanners = (*self.scanners, scanner)
        return ScannerPipeline(scanners, short_circuit=self.short_circuit, **self._options)

    def with_short_circuit(self, threshold: float = _SHORT_CIRCUIT) -> ScannerPipeline:
        """The same, ended by a refusal of at least this risk."""
        return ScannerPipeline(self.scanners, short_circuit=threshold, **self._options)

    async def execute(self, text: str, prompt: str = "") -> dict[str, Verdict]:
        """The verdicts of the scanners, one after another, of those that were asked.

        Args:
            text: What is scanned.
            prompt: What an output answers.

        Raises:
            ShieldError: As `Shield.scan_prompt`.
        """
        return _asked(await self.execute_aggregated(text, prompt))

    async def execute_parallel(self, text: str, prompt: str = "") -> dict[str, Verdict]:
        """The verdicts of all scanners, run side by side."""
        return _asked(await self._scan("parallel", text, prompt))

    async def execute_aggregated(self, text: str, prompt: str = "") -> ScanResult:
        """As `execute`, as one result: the text passes if every scanner lets it, and the highest risk counts.

        `result.skipped` names the scanners that were not asked.
        """
        return await self._scan("sequential", text, prompt)

    async def _scan(self, mode: str, text: str, prompt: str) -> ScanResult:
        shield = self.shield(mode)
        return await (shield.scan_output(prompt, text) if shield.output else shield.scan_prompt(text))

    def shield(self, mode: str = "sequential") -> Shield:
        """The shield that runs the scanners in this mode: for its metrics, and to close it."""
        if mode not in self._shields:
            short = self.short_circuit if mode == "sequential" else None
            outputs = any(isinstance(scanner, OutputScanner) for scanner in self.scanners)
            sides: dict[str, Any] = {"output" if outputs else "prompt": self.scanners}
            order = Pipeline(mode=mode, short_circuit=short)  # type: ignore[arg-type]  # checked there
            self._shields[mode] = Shield(**sides, pipeline=order, **self._options)
        return self._shields[mode]


def _asked(result: ScanResult) -> dict[str, Verdict]:
    return {name: verdict for name, verdict in result.verdicts.items() if verdict.skipped is None}
