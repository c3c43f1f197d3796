"""Declarations of scanners whose model is compiled into the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._check import shown
from pyshield._declarations.declaration import Declaration

if TYPE_CHECKING:
    from pyshield._check import Check

__all__ = ["BuiltIn", "only_built_in"]


def only_built_in(check: Check, model: object, use_onnx: object) -> dict[str, Any]:
    """The checked `model` and `use_onnx` of such a scanner."""
    if model is not None:
        check.fail(
            "model", f"expected None, for the built-in model; others cannot be used yet, got {shown(model)}"
        )
    return {"model": None, "use_onnx": check.boolean("use_onnx", use_onnx)}


class BuiltIn(Declaration):
    """The part of a declaration that leaves out what llm-guard needs to load a model."""

    __slots__ = ()

    def _spec(self) -> dict[str, Any]:
        spec = super()._spec()
        del spec["model"], spec["use_onnx"]
        return spec
