"""MaliciousURLs: web addresses that look malicious."""

from __future__ import annotations

from pyshield._check import Check
from pyshield._declarations.built_in import BuiltIn, only_built_in
from pyshield._declarations.declaration import OutputScanner

__all__ = ["MaliciousURLs"]


class MaliciousURLs(BuiltIn, OutputScanner):
    """Refuses outputs with a web address (`http://…`, `https://…`) that looks malicious.

    It judges the address alone: imitated names, the words and the shape of the host, the words of the path.
    Nothing is looked up, so a malicious site with an ordinary name passes. `docs/models/urls.md` tells how
    often it is right.

    Args:
        model: None, for the built-in model.
        threshold: An address is refused if its score is above this, 0 to 1.
        use_onnx: Taken for llm-guard's sake; the built-in model needs no other runtime.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "MaliciousURLs"

    def __init__(self, *, model: None = None, threshold: float = 0.5, use_onnx: bool = False) -> None:
        check = Check("MaliciousURLs")
        self._declare(
            threshold=check.number("threshold", threshold, least=0.0, most=1.0),
            **only_built_in(check, model, use_onnx),
        )
