"""The compiled half of token counting, if there is one."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EXTENSION", "LOGGER", "Extension"]

LOGGER = logging.getLogger("pyshield.rust")


class Extension(Protocol):
    """What token counting uses of `pyshield._runtime`."""

    def count_tokens(self, text: str, model: str, /) -> tuple[int, bool]:
        """The number of tokens, and whether it is exact."""

    def count_tokens_batch(self, texts: Sequence[str], model: str, /) -> list[tuple[int, bool]]:
        """The same for many texts."""

    def truncate_to_tokens(self, text: str, max_tokens: int, model: str, /) -> str:
        """The first part of the text that is within `max_tokens`."""

    def model_encodings(self) -> list[tuple[str, str | None]]:
        """Every known name or prefix of a name with its encoding, `None` for an estimate."""


_NAME = "pyshield._runtime"


def _load() -> Extension | None:
    """The extension module, or `None`: without a word when it is not installed, else with a warning."""
    try:
        module = importlib.import_module(_NAME)
    except ModuleNotFoundError as error:
        if error.name == _NAME:
            return None
        LOGGER.warning("%s failed to load (%s), using Python fallback", _NAME, type(error).__name__)
        return None
    except (ImportError, OSError, SystemError) as error:
        # Built for another platform, a missing system library, a truncated file.
        LOGGER.warning("%s failed to load (%s), using Python fallback", _NAME, type(error).__name__)
        return None
    if not hasattr(module, "count_tokens_batch"):
        LOGGER.warning("%s has no token counting, using Python fallback", _NAME)
        return None
    return cast("Extension", module)


EXTENSION = _load()
