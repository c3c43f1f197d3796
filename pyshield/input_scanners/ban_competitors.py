"""BanCompetitors: prompts that name one of some organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import COMPETITORS as MODEL_V1
from pyshield._declarations.reads import Reader, checked_model
from pyshield._told import told_if_empty
from pyshield.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = ["MODEL_V1", "BanCompetitors"]


def needs_model(model: Model | None) -> None:
    """Refuses to go on without a model.

    Raises:
        ModelError: Without one.
    """
    if model is None:
        raise ModelError(
            "BanCompetitors: the bundled model overlooks too many names of organisations; give another, for"
            " example model=Model('dslim/bert-base-NER')"
        )


class BanCompetitors(Reader, PromptScanner):
    """Refuses prompts in which a model sees the name of a competitor, and replaces the name by `[REDACTED]`.

    A name counts when it is written as in the list, case included, and all of it is the name.

    Args:
        competitors: The names.
        threshold: A name counts from this probability on, 0 to 1.
        redact: Whether names are replaced.
        model: The model that is read, which must label tokens. There is no default: the bundled one overlooks
            four names of organisations in ten.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.
        chunk_size: Taken for llm-guard's sake; windows are as long as the model takes them.
        chunk_overlap_size: Likewise.

    Raises:
        ConfigError: For a wrong type or value.
        ModelError: When first used, if there is no model or it cannot be used.
    """

    __slots__ = ()
    _type = "BanCompetitors"
    _reads: ClassVar[dict[str, Any]] = {"head": "entities"}
    _unread = ("use_onnx", "chunk_size", "chunk_overlap_size")

    def __init__(
        self,
        competitors: Sequence[str],
        *,
        threshold: float = 0.5,
        redact: bool = True,
        model: Model | None = None,
        use_onnx: bool = False,
        chunk_size: int = 512,
        chunk_overlap_size: int = 40,
    ) -> None:
        check = Check("BanCompetitors")
        names = check.texts("competitors", competitors)
        told_if_empty("BanCompetitors", "competitors", names)
        self._declare(
            competitors=names,
            threshold=check.number("threshold", threshold, least=0.0, most=1.0),
            redact=check.boolean("redact", redact),
            model=checked_model(check, model),
            use_onnx=check.boolean("use_onnx", use_onnx),
            chunk_size=check.integer("chunk_size", chunk_size, least=1),
            chunk_overlap_size=check.integer("chunk_overlap_size", chunk_overlap_size, least=0),
        )

    def check_model(self) -> None:
        """Refuses to go on without a model."""
        needs_model(self._params["model"])
