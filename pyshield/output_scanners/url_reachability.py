"""URLReachability: outputs with links that lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from pyshield._check import Check, shown
from pyshield._declarations.declaration import OutputScanner

__all__ = ["URLReachability"]

_SUCCESS = (200, 201, 202)
_LONGEST_TIMEOUT = 600.0


def _status_codes(check: Check, value: Sequence[int] | None) -> tuple[int, ...]:
    if value is None:
        return _SUCCESS
    if isinstance(value, str | bytes | bytearray) or not isinstance(value, Sequence):
        check.fail("success_status_codes", f"expected a list of whole numbers, got {shown(value)}")
    if not value:
        check.fail("success_status_codes", "is empty; no URL could ever be reachable")
    return tuple(
        check.integer(f"success_status_codes[{index}]", code, least=100, most=599)
        for index, code in enumerate(value)
    )


class URLReachability(OutputScanner):
    """Requests every URL of an output, in parallel, and refuses the output if one is not reachable.

    A model chooses those URLs, so requests never go to private, loopback or link-local addresses unless
    that is allowed; a redirect is checked like the first request.

    Args:
        success_status_codes: What counts as reachable; 200, 201 and 202 if not given. Copied.
        timeout: Seconds for all requests of an output together; what has not answered by then is not
            reachable.
        allow_private: Whether private, loopback and link-local addresses may be requested.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "URLReachability"

    def __init__(
        self,
        *,
        success_status_codes: Sequence[int] | None = None,
        timeout: float = 5,
        allow_private: bool = False,
    ) -> None:
        check = Check("URLReachability")
        self._declare(
            success_status_codes=_status_codes(check, success_status_codes),
            timeout=check.number("timeout", timeout, least=0.0, most=_LONGEST_TIMEOUT, above=True),
            allow_private=check.boolean("allow_private", allow_private),
        )

    def is_reachable(self, url: str) -> bool:
        """Whether the URL answers with one of the status codes; blocks until it is known."""
        import json

        from pyshield._runtime import url_is_reachable

        spec = self._spec()
        del spec["type"]
        return url_is_reachable(json.dumps(spec), url)
