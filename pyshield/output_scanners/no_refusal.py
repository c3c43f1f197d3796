"""NoRefusalLight: outputs in which a model refuses, by the phrases that refusals use."""

from __future__ import annotations

from pyshield._declaration import OutputScanner

__all__ = ["NoRefusalLight"]


class NoRefusalLight(OutputScanner):
    """Refuses outputs that contain a phrase typical of refusals, in any case, also inside words.

    It takes no model and no parameters; being a list of phrases, it also refuses innocent texts that
    use one of them.
    """

    __slots__ = ()
    _type = "NoRefusalLight"

    def __init__(self) -> None:
        self._declare()
