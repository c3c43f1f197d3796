"""Sensitive: private data in an output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._private import declared as private
from pyshield._private.recogniser import Recogniser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyshield._private.declared import EntityDecision
    from pyshield._private.groups import CustomPatterns

__all__ = ["Sensitive"]


class Sensitive(Recogniser, OutputScanner):
    """Refuses outputs with private data in them.

    The recognisers are those of `Anonymize`.

    Args:
        entity_types: What to look for; `DEFAULT_ENTITY_TYPES` of `Anonymize` if not given.
        regex_patterns: Groups of patterns of your own, instead of llm-guard's.
        redact: Whether each entity is replaced by its name in angle brackets: `<EMAIL_ADDRESS>`.
        recognizer_conf: Which model finds names of people, places and organisations: one of
            `pyshield.input_scanners.anonymize_helpers`, or a mapping like those; `ENCODER_CONF` is the
            bundled one. Without, no model is asked, and a text takes microseconds instead of milliseconds.
        threshold: The least score that counts, 0 to 1.
        use_onnx: Accepted for llm-guard's sake.
        language: `"en"` or `"zh"`.
        thresholds: The least score for single entities.

    Raises:
        ConfigError: For a wrong type or value, or an entity that nothing recognises.
        LLMGuardValidationError: For another language.
        ModelError: If the model that finds names cannot be used.
    """

    __slots__ = ()
    _type = "Sensitive"

    def __init__(
        self,
        *,
        entity_types: Sequence[str] | None = None,
        regex_patterns: Sequence[CustomPatterns] | None = None,
        redact: bool = False,
        recognizer_conf: Mapping[str, Any] | None = None,
        threshold: float = 0.5,
        use_onnx: bool = False,
        language: str = "en",
        thresholds: Mapping[str, float] | None = None,
    ) -> None:
        shared = private.recognizers(
            "Sensitive",
            entity_types=entity_types,
            regex_patterns=regex_patterns,
            recognizer_conf=recognizer_conf,
            threshold=threshold,
            thresholds=thresholds,
            use_onnx=use_onnx,
            language=language,
        )
        self._declare(redact=Check("Sensitive").boolean("redact", redact), **shared)
        self._check()

    def _spec(self) -> dict[str, Any]:
        recognizers = private.recognizer_spec(self._params)
        names = private.names_spec(self._params)
        return {"type": self._type, "redact": self._params["redact"], **recognizers, **names}

    def explain(self, output: str) -> list[EntityDecision]:
        """Every candidate in an output, and what became of it; as `Anonymize.explain`."""
        return private.explain(self._type, self._params, output)

    def __repr__(self) -> str:
        defaults: Mapping[str, Any] = Sensitive.__init__.__kwdefaults__ or {}
        return f"Sensitive({private.shown_params(self._params, defaults)})"

    def __hash__(self) -> int:
        return hash((self._type, self._params["entity_types"], self._params["redact"]))

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)
