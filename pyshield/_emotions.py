"""What the two `EmotionDetection` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._reads import MatchType, Reader, checked_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield._check import Check
    from pyshield._runtime import Scanner as NativeScanner
    from pyshield.model import Model

__all__ = ["EmotionReader", "declared"]


def declared(
    check: Check,
    model: Model | None,
    threshold: float,
    blocked_emotions: Sequence[str] | None,
    match_type: MatchType | str,
    use_onnx: bool,
    return_full_output: bool,
) -> dict[str, Any]:
    """The parameters, checked."""
    blocked = None if blocked_emotions is None else check.texts("blocked_emotions", blocked_emotions)
    if blocked is not None and not set(blocked) - {"neutral"}:
        check.fail("blocked_emotions", "names none that can be refused")
    return {
        "model": checked_model(check, model),
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "blocked_emotions": blocked,
        "match_type": check.choice("match_type", match_type, MatchType),
        "use_onnx": check.boolean("use_onnx", use_onnx),
        "return_full_output": check.boolean("return_full_output", return_full_output),
    }


class EmotionReader(Reader):
    """Reads the emotions of a text, to refuse some of them or to tell all."""

    __slots__ = ("_all",)
    _type = "EmotionDetection"
    _reads: ClassVar[dict[str, Any]] = {"head": "emotions", "passing_risk": "zero"}
    _unread = ("use_onnx", "return_full_output", "blocked_emotions")

    _all: NativeScanner

    def _spec(self) -> dict[str, Any]:
        from pyshield.input_scanners.emotion_detection import DEFAULT_BLOCKED_EMOTIONS

        blocked = self._params["blocked_emotions"]
        watched = DEFAULT_BLOCKED_EMOTIONS if blocked is None else blocked
        return super()._spec() | {"labels": {"watch": [name for name in watched if name != "neutral"]}}

    def _analysis(self, text: str) -> dict[str, float]:
        """Every emotion's score; none for a blank text."""
        try:
            native = self._all
        except AttributeError:
            import json

            from pyshield._runtime import Scanner as NativeScanner

            native = self._all = NativeScanner(json.dumps(self._spec() | {"labels": "all", "summary": True}))
        return {finding.label.lower(): finding.score for finding in native.report(text).findings}
