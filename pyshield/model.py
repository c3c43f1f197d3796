"""Models: which one a scanner reads, and how it is run. llm-guard's fields, and some of ours.

A declaration names a model and loads nothing. Scanners that name the same one share it: it is loaded once in
a process, a text is made into tokens once for all of them, and run once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from pyshield._check import Check, shown
from pyshield._frozen import sealed
from pyshield.errors import ModelError

__all__ = ["Model"]

_MOST_TOKENS = 8192
_MOST_WINDOWS = 1_000_000
_MOST_WORKERS = 1024
_LONGEST = 30 * 24 * 3600.0
_FUNCTIONS = {"sigmoid", "softmax", "none", "default"}


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else max(1, round(seconds * 1000))


@sealed
@dataclass(frozen=True, slots=True)
class Model:
    """A model as llm-guard declares it.

    Args:
        path: A directory with `config.json`, `tokenizer.json` and the ONNX file; an ONNX file with the two
            others beside it or one directory above; or a name on the Hugging Face hub.
        subfolder: Where in `path` configuration and tokenizer are.
        revision: The revision of a hub's model: a commit, so that it is always the same one. A branch or tag
            is looked up each time; without any it is `main`.
        onnx_path: Where the ONNX file is, if not in `path`.
        onnx_revision: As `revision`, for `onnx_path`.
        onnx_subfolder: Where in it the ONNX file is.
        onnx_filename: The name of the ONNX file.
        kwargs: `local_files_only` forbids to fetch; the others are taken for llm-guard's sake.
        pipeline_kwargs: `max_length` limits a window's tokens, `function_to_apply` says how logits become
            probabilities, `pooling` (`"cls"` or `"mean"`) how an embedding is made of tokens, if not as the
            model's `1_Pooling/config.json` says; the others are taken for llm-guard's sake. No text is cut
            off at `max_length`: a longer one is read in several windows.
        tokenizer_kwargs: Taken for llm-guard's sake; transformers' alone.
        providers: Execution providers in the order of preference: `"cpu"`, `"cuda"`, `"tensorrt"`,
            `"coreml"`, `"directml"`, `"openvino"`, or ONNX Runtime's names for them.
        strict: Whether it is an error if none of `providers` can be used. If not, the CPU is used; either
            way `Verdict.model` and the metrics say where a model runs.
        workers: Sessions; if not given one for each core on a CPU, one elsewhere.
        threads: Threads of each session. If not given it is one, and a text that is alone is run by several
            where that is found to be faster; for that there is one session more.
        max_batch_tokens: Tokens that are run together at most, if fewer than are found to be best when the
            model is loaded.
        max_windows: Windows that are read of one text. What is longer can be refused, but not passed.
        idle_timeout: Seconds without a request after which the sessions are unloaded.
        run_timeout: Seconds one run may take before it is stopped, which is an error of the texts in it; if
            not given 120 on a CPU, and no bound elsewhere. A run that nobody waits for any more is stopped
            whatever this says.

    Raises:
        ConfigError: For a wrong type or value.
    """

    path: str
    subfolder: str = ""
    revision: str | None = None
    onnx_path: str | None = None
    onnx_revision: str | None = None
    onnx_subfolder: str = ""
    onnx_filename: str = "model.onnx"
    kwargs: dict[str, Any] = field(default_factory=dict)
    pipeline_kwargs: dict[str, Any] = field(default_factory=dict)
    tokenizer_kwargs: dict[str, Any] = field(default_factory=dict)
    providers: tuple[str, ...] = ()
    strict: bool = True
    workers: int | None = None
    threads: int | None = None
    max_batch_tokens: int | None = None
    max_windows: int = 1024
    idle_timeout: float | None = None
    run_timeout: float | None = None

    def __post_init__(self) -> None:
        check = Check("Model")
        for name in ("subfolder", "onnx_subfolder", "onnx_filename"):
            check.text(name, getattr(self, name))
        if not check.text("path", self.path):
            check.fail("path", "is empty")
        for name in ("revision", "onnx_path", "onnx_revision"):
            if getattr(self, name) is not None:
                check.text(name, getattr(self, name))
        for name in ("kwargs", "pipeline_kwargs", "tokenizer_kwargs"):
            if not isinstance(getattr(self, name), dict):
                check.fail(name, f"expected a dict, got {shown(getattr(self, name))}")
        object.__setattr__(self, "providers", check.texts("providers", self.providers))
        check.boolean("strict", self.strict)
        check.integer("max_windows", self.max_windows, least=1, most=_MOST_WINDOWS)
        self._check_options(check)
        _ = self._max_length, self._activation, self._pooling

    def _check_options(self, check: Check) -> None:
        """What need not be given."""
        for name in ("workers", "threads"):
            if getattr(self, name) is not None:
                check.integer(name, getattr(self, name), least=1, most=_MOST_WORKERS)
        if self.max_batch_tokens is not None:
            check.integer("max_batch_tokens", self.max_batch_tokens, least=1)
        for name in ("idle_timeout", "run_timeout"):
            if getattr(self, name) is not None:
                check.number(name, getattr(self, name), least=0.0, most=_LONGEST, above=True)

    @property
    def _max_length(self) -> int | None:
        given = self.pipeline_kwargs.get("max_length")
        if given is None:
            return None
        return Check("Model").integer("pipeline_kwargs.max_length", given, least=8, most=_MOST_TOKENS)

    @property
    def _activation(self) -> Literal["sigmoid", "softmax"] | None:
        given = self.pipeline_kwargs.get("function_to_apply", "default")
        if given not in _FUNCTIONS:
            Check("Model").fail(
                "pipeline_kwargs.function_to_apply", f"expected 'sigmoid' or 'softmax', got {shown(given)}"
            )
        return given if given in {"sigmoid", "softmax"} else None

    @property
    def _pooling(self) -> Literal["cls", "mean"] | None:
        given = self.pipeline_kwargs.get("pooling")
        if given not in {None, "cls", "mean"}:
            Check("Model").fail("pipeline_kwargs.pooling", f"expected 'cls' or 'mean', got {shown(given)}")
        return given

    def __str__(self) -> str:
        return self.path

    def __hash__(self) -> int:
        # The dictionaries are left out: equal models have equal paths.
        return hash((self.path, self.onnx_path, self.revision))

    def source(self, *, offline: bool | None = None) -> dict[str, Any]:
        """The model as the runtime reads it: files on this machine, fetched from the hub if need be.

        Args:
            offline: Whether to look on this machine alone; as `HF_HUB_OFFLINE` and `local_files_only` say if
                not given.

        Raises:
            ModelError: If the model is nowhere to be found.
        """
        from pyshield._models import locate

        graph, directories = locate(self, offline=offline)
        return {
            "name": self.path,
            "graph": str(graph),
            "directories": [str(directory) for directory in directories],
            "max_tokens": self._max_length,
            "activation": self._activation,
            "token_pooling": self._pooling,
            "providers": list(self.providers),
            "strict": self.strict,
            "workers": self.workers,
            "threads": self.threads,
            "max_batch_tokens": self.max_batch_tokens,
            "max_windows": self.max_windows,
            "idle_timeout": _milliseconds(self.idle_timeout),
            "run_timeout": _milliseconds(self.run_timeout),
        }

    def reload(self) -> bool:
        """Loads the model anew, from its files as they are now, for every scanner and shield that reads it.

        The old sessions answer what they have been asked, the new ones everything from then on; no request
        is dropped. Blocks until the new sessions are there. On an error the old ones stay in use.

        Returns:
            Whether the model is in use in this process.

        Raises:
            ModelError: If the files cannot be loaded, or hold a model with other heads, windows or
                thresholds: scanners were made for those.
        """
        import json

        from pyshield._runtime import reload_model

        return reload_model(json.dumps(self.source()))

    def is_here(self) -> bool:
        """Whether the ONNX file is on this machine."""
        from pyshield._models import locate

        try:
            return locate(self, offline=True)[0].is_file()
        except ModelError:
            return False

    def to_config(self) -> dict[str, Any]:
        """The model as a configuration file holds it: what is not left at its default."""
        given = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        defaults = {spec.name: getattr(Model(self.path), spec.name) for spec in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given.items()
            if name == "path" or value != defaults[name]
        }

    @classmethod
    def bundled(cls) -> Model:
        """The encoder that comes with pyshield."""
        return cls(path=str(Path(__file__).parent / "weights" / "encoder"))
