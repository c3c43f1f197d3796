"""What the two `EmotionDetection` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check, hint, shown
from pyshield._declarations.reads import MatchType, Reader, checked_model
from pyshield._told import told_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyshield._runtime import Scanner as NativeScanner
    from pyshield.model import Model

__all__ = ["DEFAULT_BLOCKED_EMOTIONS", "EMOTION_LABELS", "EmotionReader", "declared"]

EMOTION_LABELS = [
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
]
"""The emotions of the data set GoEmotions, and `neutral`."""

DEFAULT_BLOCKED_EMOTIONS = [
    "anger",
    "annoyance",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "fear",
    "grief",
    "nervousness",
    "remorse",
    "sadness",
]
"""The emotions that are refused if none are given: the negative ones."""


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
    given = checked_model(check, model)
    if given is None:
        for at, name in _strange(blocked):
            reason = f"{shown(name)}: the bundled model knows no such emotion{hint(name, EMOTION_LABELS)}"
            check.fail(f"blocked_emotions[{at}]", reason)
    return {
        "model": given,
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "blocked_emotions": blocked,
        "match_type": check.choice("match_type", match_type, MatchType),
        "use_onnx": check.boolean("use_onnx", use_onnx),
        "return_full_output": check.boolean("return_full_output", return_full_output),
    }


def _strange(blocked: Iterable[str] | None) -> list[tuple[int, str]]:
    """What is none of GoEmotions' names, and where; their case is not looked at."""
    return [(at, name) for at, name in enumerate(blocked or ()) if name.lower() not in EMOTION_LABELS]


def _told_of_unknown(model: Model, blocked: Iterable[str] | None) -> None:
    """Tells of emotions that another model has no label for: llm-guard lets them stand beside others."""
    strange = _strange(blocked)
    if not strange:
        return
    import json

    from pyshield._runtime import ModelHandle

    heads = {name: labels for name, _, labels in ModelHandle(json.dumps(model.source())).heads}
    labels = heads.get("emotions") or next(iter(heads.values()), [])
    known = {label.lower() for label in labels}
    for at, name in strange:
        if name.lower() not in known:
            place = f"EmotionDetection: blocked_emotions[{at}]: {shown(name)}"
            told_once(f"{place}: the model has no such label, nothing looks for it{hint(name, labels)}")


class EmotionReader(Reader):
    """Reads the emotions of a text, to refuse some of them or to tell all."""

    __slots__ = ("_all",)
    _type = "EmotionDetection"
    _reads: ClassVar[dict[str, Any]] = {"head": "emotions", "passing_risk": "zero"}
    _unread = ("use_onnx", "return_full_output", "blocked_emotions")

    _all: NativeScanner

    def _spec(self) -> dict[str, Any]:
        blocked = self._params["blocked_emotions"]
        watched = DEFAULT_BLOCKED_EMOTIONS if blocked is None else blocked
        if self._params["model"] is not None:
            _told_of_unknown(self._params["model"], blocked)
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
