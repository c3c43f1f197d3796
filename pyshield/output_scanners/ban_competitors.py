"""BanCompetitors: outputs that name one of some organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.reads import Reader, checked_model
from pyshield._told import told_if_empty
from pyshield.input_scanners.ban_competitors import BanCompetitors as InputBanCompetitors
from pyshield.input_scanners.ban_competitors import needs_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = ["BanCompetitors"]


class BanCompetitors(Reader, OutputScanner):
    """Refuses outputs in which a model sees the name of a competitor, and replaces the name by `[REDACTED]`.

    A name counts when it is written as in the list, case included, and all of it is the name.

    Args:
        competitors: The names.
        threshold: A name counts from this probability on, 0 to 1.
        redact: Whether names are replaced.
        model: The model that is read, which must label tokens. There is no default: the bundled one overlooks
            four names of organisations in ten.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value.
        ModelError: When first used, if there is no model or it cannot be used.
    """

    __slots__ = ()
    _type = "BanCompetitors"
    _reads = InputBanCompetitors._reads  # noqa: SLF001  # its twin

    def __init__(
        self,
        competitors: Sequence[str],
        *,
        threshold: float = 0.5,
        redact: bool = True,
        model: Model | None = None,
        use_onnx: bool = False,
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
        )

    def check_model(self) -> None:
        """Refuses to go on without a model."""
        needs_model(self._params["model"])
