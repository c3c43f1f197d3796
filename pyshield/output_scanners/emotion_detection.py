"""EmotionDetection: outputs with emotions that are not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.emotions import EmotionReader, declared
from pyshield._declarations.reads import MatchType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = ["EmotionDetection"]


class EmotionDetection(EmotionReader, OutputScanner):
    """Refuses outputs with emotions that are not wanted.

    Args:
        model: The model that is read; the bundled one if not given.
        threshold: An emotion whose score is above it is refused, 0 to 1.
        blocked_emotions: Emotions that are refused; the negative ones if not given. `neutral` never is.
        match_type: What of an output the model reads.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.
        return_full_output: Taken for llm-guard's sake; `scan_with_full_output` tells all emotions either way.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _usual = 0.5

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.5,
        blocked_emotions: Sequence[str] | None = None,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
        return_full_output: bool = False,
    ) -> None:
        check = Check("EmotionDetection")
        self._declare(
            **declared(check, model, threshold, blocked_emotions, match_type, use_onnx, return_full_output)
        )

    def get_emotion_analysis(self, output: str) -> dict[str, float]:
        """The score of every emotion in an output, by its name; of several sentences the highest."""
        return self._analysis(output)

    def scan_with_full_output(self, prompt: str, output: str) -> tuple[str, bool, float, dict[str, float]]:
        """What `scan` returns, and the score of every emotion."""
        return (*self.scan(prompt, output), self._analysis(output))
