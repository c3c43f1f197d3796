"""Settings: what a middleware was told, checked once, shared by all its requests and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pyshield.errors import ConfigError
from pyshield.shield import Shield
from pyshield_asgi.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from pyshield.results import ScanResult
    from pyshield_asgi._types import Scope
    from pyshield_asgi.body import Choice
    from pyshield_asgi.outcome import ScannedBody

__all__ = ["FieldChoice", "OnRefused", "Otherwise", "Paths", "Settings", "checked_fields"]

Otherwise: TypeAlias = Literal["pass", "refuse"]
"""What becomes of a body that cannot be scanned."""

FieldChoice: TypeAlias = "Sequence[str] | Callable[[Any], Iterable[str]]"
"""JSON pointers, or a function from a parsed document to JSON pointers."""

OnRefused: TypeAlias = "Callable[[Scope, ScannedBody], Awaitable[None] | None]"
"""A function that is told of a refusal before it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The arguments of `ShieldMiddleware`, where they are described."""

    shield: Shield
    fields: Choice
    guard: tuple[Any, ...]
    paths: Paths | None
    exclude: Paths
    max_body_bytes: int
    max_fields: int
    deadline: float | None
    refuses: Callable[[ScanResult], bool]
    other_types: Otherwise
    encoded: Otherwise
    unreadable: Otherwise
    disclose: bool
    on_refused: OnRefused | None
    responses: bool

    def __post_init__(self) -> None:
        given: object = self.shield
        if not isinstance(given, Shield):
            kind = type(given).__name__
            raise _wrong("shield", f"expected a pyshield.Shield, got {kind}")
        for field in ("max_body_bytes", "max_fields"):
            value = getattr(self, field)
            if type(value) is not int or value < 1:
                raise _wrong(field, "expected a whole number from 1")
        if self.deadline is not None and not (
            type(self.deadline) in (int, float) and 0 < self.deadline < float("inf")
        ):
            raise _wrong("deadline", "expected seconds above 0, or None")
        for field in ("other_types", "encoded", "unreadable"):
            if getattr(self, field) not in ("pass", "refuse"):
                raise _wrong(field, "expected 'pass' or 'refuse'")
        if not callable(self.refuses):
            raise _wrong("refuses", "expected a function of a ScanResult")
        if self.on_refused is not None and not callable(self.on_refused):
            raise _wrong("on_refused", "expected a function of a scope and a ScannedBody")

    def applies(self, scope: Scope) -> bool:
        """Whether a request is to be guarded, and is not yet by a guard like this one."""
        before = scope.get("pyshield")
        if before is not None and self.guard in before.guards:
            return False
        path = _route(scope)
        return (self.paths is None or self.paths.match(path)) and not self.exclude.match(path)


class Paths:
    """A set of paths: exact ones, and those ending in `*`, which stand for all that begin so.

    Args:
        field: The argument they come from.
        patterns: The paths.

    Raises:
        ConfigError: For anything but a list of paths.
    """

    __slots__ = ("_exact", "_prefixes")

    def __init__(self, field: str, patterns: Sequence[str]) -> None:
        if isinstance(patterns, str | bytes) or not all(isinstance(path, str) for path in patterns):
            raise _wrong(field, "expected a list of paths")
        if not all(path.startswith("/") for path in patterns):
            raise _wrong(field, "a path begins with '/'")
        self._exact = frozenset(_bare(path) for path in patterns if not path.endswith("*"))
        self._prefixes = tuple(path[:-1] for path in patterns if path.endswith("*"))

    def match(self, path: str) -> bool:
        """Whether the path is one of them; a slash at its end does not matter."""
        return _bare(path) in self._exact or path.startswith(self._prefixes)


def checked_fields(fields: FieldChoice) -> tuple[Choice, Any]:
    """The choice as it is used, and what it is compared by."""
    if callable(fields):
        return fields, fields
    compiled = Fields(fields)
    return compiled, compiled.patterns


def _route(scope: Scope) -> str:
    """The path below where the application is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _bare(path: str) -> str:
    return path.rstrip("/") or "/"


def _wrong(field: str, message: str) -> ConfigError:
    return ConfigError(f"ShieldMiddleware: {field}: {message}", None, field)
