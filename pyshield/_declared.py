"""What `Shield` and `BlockingShield` share: a checked declaration and the runtime's shield made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pyshield._check import Check, shown
from pyshield._declarations.declaration import Declaration, OutputScanner, PromptScanner, is_native
from pyshield._limits import Cache, Limits, Pipeline, Views
from pyshield._own.scanners import Own
from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyshield._messages.lanes import Lanes
    from pyshield._messages.policy import MessagePolicy
    from pyshield._private.declared import NativeVault
    from pyshield._runtime import Shield as NativeShield
    from pyshield.ml import MLConfig

__all__ = ["Declared", "OnError"]

OnError = Literal["block", "allow", "raise"]
_ON_ERROR = ("block", "allow", "raise")


def _scanners(check: Check, field: str, given: object, kind: type[Declaration]) -> tuple[Any, ...]:
    """The scanners of one direction, each one something that can stand there."""
    if not isinstance(given, list | tuple):
        check.fail(field, f"expected a list of scanners, got {shown(given)}")
    other = OutputScanner if kind is PromptScanner else PromptScanner
    for index, scanner in enumerate(given):
        place = f"{field}[{index}]"
        if isinstance(scanner, type):
            check.fail(place, f"expected a scanner, got the class {scanner.__name__}; call it")
        if not callable(getattr(scanner, "scan", None)):
            check.fail(place, f"expected a scanner (an object with a `scan` method), got {shown(scanner)}")
        if isinstance(scanner, other):
            package = "input_scanners" if kind is PromptScanner else "output_scanners"
            check.fail(place, f"{type(scanner).__name__} is not one of pyshield.{package}")
    return tuple(given)


def _run_by_runtime(scanner: Any) -> Any:  # noqa: ANN401  # any object with `scan`
    """What of a scanner the runtime runs: all of it, the first stage of a cascade, or nothing."""
    if is_native(scanner):
        return scanner
    first_stage = getattr(scanner, "_first_stage", None)
    return first_stage() if callable(first_stage) else None


class Declared:
    """A shield's declaration, immutable, and the runtime's shield made of it."""

    __slots__ = (
        "_declared",
        "_lanes",
        "_messages",
        "_ml",
        "_native",
        "_own_output",
        "_own_prompt",
        "_pipeline",
        "_seconds",
        "_vault_count",
    )

    _name: ClassVar[str]

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
        check = Check(self._name)
        limits = Limits() if limits is None else limits
        if not isinstance(limits, Limits):
            check.fail("limits", f"expected Limits, got {shown(limits)}")
        if views is not None and not isinstance(views, Views):
            check.fail("views", f"expected Views or None, got {shown(views)}")
        if cache is not None and not isinstance(cache, Cache):
            check.fail("cache", f"expected Cache or None, got {shown(cache)}")
        if pipeline is not None and not isinstance(pipeline, Pipeline):
            check.fail("pipeline", f"expected Pipeline or None, got {shown(pipeline)}")
        if ml is not None:
            from pyshield.ml import MLConfig

            if not isinstance(ml, MLConfig):
                check.fail("ml", f"expected MLConfig or None, got {shown(ml)}")
        if on_error not in _ON_ERROR:
            check.fail("on_error", f"expected 'block', 'allow' or 'raise', got {shown(on_error)}")
        prompts = _scanners(check, "prompt", prompt, PromptScanner)
        outputs = _scanners(check, "output", output, OutputScanner)
        self._declared = (prompts, outputs, limits, views, cache, on_error)
        self._pipeline, self._ml = pipeline, ml
        self._own_prompt = self._own(prompts, output=False)
        self._own_output = self._own(outputs, output=True)
        self._seconds = limits.deadline
        self._native = self._compile()
        if self._vault_count > 1:
            from pyshield._private.declared import told_of_apart

            told_of_apart(self._name, prompts, outputs)
        self._messages = messages
        self._lanes: Lanes | None = None
        if messages is not None:
            from pyshield._messages.lanes import declared

            self._lanes = declared(self, messages)

    def _compile(self) -> NativeShield:
        import json

        from pyshield._runtime import Shield as NativeShield

        prompts, outputs, limits, views, cache, on_error = self._declared
        vaults: list[NativeVault] = []
        ml = self._ml
        if ml is not None and cache is None and ml.cache_enabled:
            cache = ml.cache_config.to_cache()
        spec = {
            "prompt": self._specs(prompts, vaults),
            "output": self._specs(outputs, vaults),
            "pipeline": self._order(),
            "limits": limits.to_config(),
            "views": None if views is None else views.to_config(),
            "cache": None if cache is None else cache.to_config(),
            "on_error": on_error,
        }
        self._vault_count = len(set(map(id, vaults)))
        return NativeShield(json.dumps(spec), vaults)

    def _own(self, scanners: tuple[Any, ...], *, output: bool) -> tuple[Own, ...]:
        """Those the runtime alone cannot run, with their places."""

        def compiled(scanner: Declaration) -> Any:  # noqa: ANN401  # a stage, or one that is left out
            from pyshield._own.stage import stage_of

            return stage_of(scanner, self._spec, self.limits, self.views, output=output)

        own, native = [], 0
        for at, scanner in enumerate(scanners):
            first = _run_by_runtime(scanner)
            if first is not scanner:
                in_shield = getattr(scanner, "_in_shield", None)
                if callable(in_shield):
                    scanner = in_shield(compiled, views=self.views is not None)  # noqa: PLW2901
                own.append(Own(scanner, at, None if first is None else native))
            native += first is not None
        return tuple(own)

    def _spec(self, scanner: Declaration, vaults: list[NativeVault] | None = None) -> dict[str, Any]:
        """The declaration of a scanner as the runtime reads it; its vault is added to `vaults`."""
        vaults = [] if vaults is None else vaults
        if self._ml is None:
            return scanner._spec_with(vaults)  # noqa: SLF001
        from pyshield.ml._spec import spec_of

        return spec_of(self._ml, scanner, vaults)

    def _specs(self, scanners: tuple[Any, ...], vaults: list[NativeVault]) -> list[dict[str, Any]]:
        """The declarations of those the runtime runs, as it reads them."""
        specs = []
        for scanner in scanners:
            native = _run_by_runtime(scanner)
            if native is None:
                continue
            spec = self._spec(native, vaults)
            specs.append(spec if native is scanner else spec | {"cascade": True})
        return specs

    def _order(self) -> dict[str, Any]:
        """In which order they run, as the runtime reads it."""
        pipeline, ml = self._pipeline, self._ml
        return {
            "sequential": pipeline is not None and pipeline.mode == "sequential",
            "short_circuit": None if pipeline is None else pipeline.short_circuit,
            "prefilter": ml is not None and ml.mode.value == "hybrid",
            "fallback": ml is not None and ml.fallback_to_heuristic,
        }

    @property
    def _short(self) -> float | None:
        """The risk from which on a refusal ends a scan, for scanners that the runtime does not run."""
        return None if self._pipeline is None else self._pipeline.short_circuit

    @property
    def prompt(self) -> tuple[Any, ...]:
        """The scanners for prompts."""
        return self._declared[0]

    @property
    def output(self) -> tuple[Any, ...]:
        """The scanners for outputs."""
        return self._declared[1]

    @property
    def limits(self) -> Limits:
        """What is admitted and how long it may take."""
        return self._declared[2]

    @property
    def views(self) -> Views | None:
        """Which other readings of a text the scanners read as well; `None` for the text alone."""
        return self._declared[3]

    @property
    def cache(self) -> Cache | None:
        """Whether results are remembered, and how many."""
        return self._declared[4]

    @property
    def on_error(self) -> OnError:
        """What a scanner that comes to no verdict means."""
        return self._declared[5]

    @property
    def pipeline(self) -> Pipeline | None:
        """In which order the scanners run; `None` for all at once."""
        return self._pipeline

    @property
    def ml(self) -> MLConfig | None:
        """How scanners read models; `None` for each as it is declared."""
        return self._ml

    @property
    def messages(self) -> MessagePolicy | None:
        """How conversations are scanned; `None` for the default."""
        return self._messages

    def conversing(self) -> Lanes:
        """What scans which role of a conversation; made when the first one comes."""
        if self._lanes is None:
            from pyshield._messages.lanes import Lanes

            self._lanes = Lanes(self, None)
        return self._lanes

    def _closing(self) -> list[Any]:
        """The shields of roles with a list of their own, of which no more are made from now on."""
        return self.conversing().close()

    def metrics(self) -> dict[str, Any]:
        """Counters and histograms so far, as plain data.

        `own_scanners` has those of scanners that are not pyshield's, by class and by how they ran; they are
        counted per class, over all shields. See `pyshield.functions.metrics`. `messages` has those of lists
        of scanners that only conversations have.
        """
        numbers = self._native.metrics()
        if self._own_prompt or self._own_output:
            numbers["own_scanners"] = {
                own.name: own.metrics() for own in (*self._own_prompt, *self._own_output)
            }
        if self._lanes is not None and (others := self._lanes.others()):
            numbers["messages"] = [other.metrics() for other in others]
        return numbers

    def prometheus(self) -> str:
        """The same in Prometheus' text format."""
        return self._native.prometheus()

    def to_config(self) -> dict[str, Any]:
        """The declaration as plain data, every default spelt out; `from_config` takes it back.

        Raises:
            ConfigError: If a scanner is not one of pyshield's own.
        """
        prompts, outputs, limits, views, cache, on_error = self._declared
        for scanner in (*prompts, *outputs):
            if not isinstance(scanner, Declaration):
                raise ConfigError(
                    f"{type(scanner).__name__}: only pyshield's own scanners can be written as data"
                )
        return {
            "prompt": [scanner.to_config() for scanner in prompts],
            "output": [scanner.to_config() for scanner in outputs],
            "limits": limits.to_config(),
            "views": None if views is None else views.to_config(),
            "cache": None if cache is None else cache.to_config(),
            "on_error": on_error,
            "messages": None if self._messages is None else self._messages.to_config(),
            "pipeline": None if self._pipeline is None else self._pipeline.to_config(),
            "ml": None if self._ml is None else self._ml.to_config(),
        }

    def to_yaml(self) -> str:
        """The declaration as a configuration file; `from_config` takes it back."""
        from pyshield.config import to_yaml

        return to_yaml(self.to_config())

    @classmethod
    def from_config(cls, source: Mapping[str, Any] | str | Path) -> Self:
        """Builds a shield from a mapping, a YAML file or YAML text; `pyshield.config` documents the format.

        Args:
            source: A mapping; a `Path`, or a `str` without a line break, that names a file; or YAML text.

        Raises:
            ConfigError: For anything wrong, naming file, line and key where there are any.
        """
        from pyshield.config import built

        return built(cls, source)

    @classmethod
    def preset(cls, name: str) -> Self:
        """Builds the shield of a preset: `"strict"`, `"standard"` or `"permissive"`; see `pyshield.presets`.

        Raises:
            ConfigError: For another name.
        """
        from pyshield.presets import preset

        return cls(**preset(name))

    def __repr__(self) -> str:
        prompts, outputs, limits, views, cache, on_error = self._declared
        parts = [f"prompt={list(prompts)!r}", f"output={list(outputs)!r}"]
        if limits != Limits():
            parts.append(f"limits={limits!r}")
        if views is not None:
            parts.append(f"views={views!r}")
        if cache is not None:
            parts.append(f"cache={cache!r}")
        if on_error != "block":
            parts.append(f"on_error={on_error!r}")
        if self._messages is not None:
            parts.append(f"messages={self._messages!r}")
        if self._pipeline is not None:
            parts.append(f"pipeline={self._pipeline!r}")
        if self._ml is not None:
            parts.append(f"ml={self._ml!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # By declaration: another process compiles its own shield, with its own permits, cache and counters.
        prompts, outputs, limits, views, cache, on_error = self._declared
        options: dict[str, Any] = {"limits": limits, "views": views, "cache": cache, "on_error": on_error}
        if self._messages is not None:
            options["messages"] = self._messages
        if self._pipeline is not None:
            options["pipeline"] = self._pipeline
        if self._ml is not None:
            options["ml"] = self._ml
        return _rebuild, (type(self), prompts, outputs, options)


def _rebuild(
    cls: type[Declared], prompt: tuple[Any, ...], output: tuple[Any, ...], options: dict[str, Any]
) -> Declared:
    return cls(prompt, output, **options)
