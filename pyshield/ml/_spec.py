"""A scanner's declaration as the runtime reads it, in a shield with an `MLConfig` or without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._declarations.reads import Reader
from pyshield.errors import ModelError

if TYPE_CHECKING:
    from pyshield._declarations.declaration import Declaration
    from pyshield._private.declared import NativeVault
    from pyshield.ml._config import MLConfig

__all__ = ["spec_of"]


def spec_of(ml: MLConfig, scanner: Declaration, vaults: list[NativeVault]) -> dict[str, Any]:
    """The declaration, or what stands for a scanner that is not asked or whose model is not to be found.

    Raises:
        ModelError: If its model is not to be found, and nothing may stand in for it; or if it names none and
            has to.
    """
    why = ml.left_out(scanner)
    if why is not None and isinstance(scanner, Reader) and scanner.reads_model():
        # Without a look for its model, which might have to be fetched.
        return {"type": scanner._type, "skipped": why}  # noqa: SLF001
    try:
        spec = ml.applied(scanner)._spec_with(vaults)  # noqa: SLF001
    except ModelError as error:
        # Without a name it is no model that fails, but a declaration that cannot work.
        if not ml.fallback_to_heuristic or error.model is None:
            raise
        return {"type": scanner._type, "missing_model": error.model}  # noqa: SLF001
    return spec if why is None else spec | {"skipped": why}
