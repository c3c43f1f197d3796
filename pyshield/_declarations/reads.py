"""Declarations of scanners that read a model: what tells them apart, as data.

A scanner names the head it reads (its name in the bundled model; an ordinary model has but one), the labels
that count, and what of a text is read. The runtime does the rest; see "Models" in `docs/architecture.md`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check, shown
from pyshield._declarations.declaration import Declaration
from pyshield.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MatchType", "Reader", "checked_model", "declared"]


class MatchType(Enum):
    """What of a text the model reads."""

    SENTENCE = "sentence"
    """Each sentence for itself."""
    FULL = "full"
    """All of it, in overlapping windows if it is long."""


def checked_model(check: Check, model: object) -> Model | None:
    """The `model` argument of a scanner: a `Model`, or a mapping of its fields as files hold one.

    `None` stands for the bundled model, which must be there.
    """
    if model is None:
        if not Model.bundled().is_here():
            check.fail(
                "model",
                "this installation comes without the bundled model; give one, for example"
                " model=Model('path/to/a/directory') with config.json, tokenizer.json and model.onnx",
            )
        return None
    if isinstance(model, Model):
        return model
    if isinstance(model, dict):
        unknown = [key for key in model if key not in Model.__dataclass_fields__]
        if unknown:
            check.fail("model", f"{shown(unknown[0])}: unknown key")
        if "path" not in model:
            check.fail("model", "path: missing")
        return Model(**model)
    if hasattr(model, "onnx_filename") and hasattr(model, "pipeline_kwargs"):
        # llm-guard's own dataclass.
        names = [name for name in Model.__dataclass_fields__ if hasattr(model, name)]
        return Model(**{name: getattr(model, name) for name in names})
    return check.fail("model", f"expected a Model or None, got {shown(model)}")


def declared(
    check: Check,
    model: object,
    threshold: object,
    match_type: object,
    use_onnx: object,
    kinds: type[Enum] = MatchType,
) -> dict[str, Any]:
    """The parameters that most of these scanners have, checked."""
    return {
        "model": checked_model(check, model),
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "match_type": check.choice("match_type", match_type, kinds),
        "use_onnx": check.boolean("use_onnx", use_onnx),
    }


class Reader(Declaration):
    """The part of a declaration that says which model is read, and how."""

    __slots__ = ()

    _reads: ClassVar[Mapping[str, Any]]
    """What goes to the runtime beside the parameters: `head`, `labels`, and what else the scanner needs."""

    _usual: ClassVar[float | None] = None
    """The default threshold, which stands for the one that a model may have of its own."""

    _flags_above: ClassVar[bool] = True
    """Whether a score above the threshold is refused, as against one below it."""

    _unread: ClassVar[tuple[str, ...]] = ("use_onnx",)
    """Parameters that are taken for llm-guard's sake, and are nothing to the runtime."""

    def reads_model(self) -> bool:
        """Whether it reads one at all, as against one that has something else to go by."""
        return True

    def check_model(self) -> None:
        """Refuses a declaration that leaves a model open which has to be named.

        Raises:
            ModelError: If so.
        """

    def scaled_threshold(self) -> float | None:
        """The default threshold, if that is what it has and more of it is laxer; `None` otherwise."""
        allows = self._params.get("is_blocked") is False
        usual = self._usual if self._flags_above and not allows else None
        return usual if usual == self._params.get("threshold") else None

    def _spec(self) -> dict[str, Any]:
        self.check_model()
        spec = super()._spec()
        model = self._params["model"]
        spec["model"] = (Model.bundled() if model is None else model).source()
        for name in self._unread:
            spec.pop(name, None)
        if self._usual is not None:
            spec["usual_threshold"] = self._usual
        return spec | dict(self._reads)
