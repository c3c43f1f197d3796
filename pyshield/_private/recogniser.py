"""What scanners of private data say of entities that nothing looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._declarations.declaration import Declaration
from pyshield._private.names import BY_MODEL
from pyshield._told import told_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyshield._runtime import Scanner as NativeScanner

__all__ = ["Recogniser", "unfound"]


def unfound(params: Mapping[str, Any]) -> list[str]:
    """The wanted entities that only a model finds, and none does."""
    conf = params["recognizer_conf"]
    found = set() if conf is None else set(conf.labels.values())
    found.update(group["name"] for group in params["regex_patterns"] or ())
    return [name for name in BY_MODEL if name in params["entity_types"] and name not in found]


class Recogniser(Declaration):
    """A scanner of private data. A verdict says what nothing looks for; where there is none, the log."""

    __slots__ = ("_checked",)

    _checked: NativeScanner

    def _check(self) -> None:
        """Compiles it, which refuses what cannot work."""
        self._checked = self._compile()
        if unfound(self._params):
            del self._native  # so that the first scan comes by `_first_used`

    def _first_used(self) -> NativeScanner:
        missing = unfound(self._params)
        if missing:
            told_once(
                f"{self._type}: nothing looks for {', '.join(missing)}: only a model finds such, and"
                " recognizer_conf names none that does; ENCODER_CONF of"
                " pyshield.input_scanners.anonymize_helpers is bundled"
            )
        try:
            self._native = self._checked
        except AttributeError:  # it was sent here, and is compiled anew
            return self._compile()
        return self._native
