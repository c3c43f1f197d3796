"""Routes: which guard a request passes, by its path or by what the application decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pyshield.shield import Shield
from pyshield_asgi.guard import Guard, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyshield_asgi._types import Scope

__all__ = ["Paths", "RouteChoice", "Routes"]

RouteChoice: TypeAlias = (
    "Sequence[tuple[str, Guard | Shield | None]] | Mapping[str, Guard | Shield | None]"
    " | Callable[[Scope], Guard | None]"
)
"""Paths and their guards, the first that matches counts; or a function that chooses one. `None`: no guard."""


_MOST_KNOWN, _LONGEST_KNOWN = 256, 256
"""Paths whose guard is remembered, and characters of such a one."""


class Paths:
    """A set of paths: exact ones, and those ending in `*`, which stand for all that begin so.

    Args:
        field: The argument they come from.
        patterns: The paths.

    Raises:
        ConfigError: For anything but a list of paths.
    """

    __slots__ = ("_exact", "_prefixes")

    def __init__(self, field: str, patterns: Iterable[str]) -> None:
        if isinstance(patterns, str | bytes):
            raise wrong(field, "expected a list of paths")
        patterns = tuple(patterns)
        if not all(isinstance(path, str) for path in patterns):
            raise wrong(field, "expected a list of paths")
        if not all(path.startswith("/") for path in patterns):
            raise wrong(field, "a path begins with '/'")
        self._exact = frozenset(_bare(path) for path in patterns if not path.endswith("*"))
        self._prefixes = tuple(path[:-1] for path in patterns if path.endswith("*"))

    def match(self, path: str) -> bool:
        """Whether the path is one of them; a slash at its end does not matter."""
        if self._prefixes and path.startswith(self._prefixes):
            return True
        exact = self._exact
        return bool(exact) and (path in exact or (path[-1:] == "/" and _bare(path) in exact))


class Routes:
    """Chooses the guard of a request.

    Args:
        default: The guard where nothing else is said; `None` for none.
        routes: As for `ShieldMiddleware`.
        paths: Paths that are guarded at all; `None` for all.
        exclude: Paths that are not.

    Attributes:
        guards: All guards that are known beforehand.

    Raises:
        ConfigError: For anything else.
    """

    __slots__ = ("_choose", "_default", "_exclude", "_known", "_paths", "_table", "guards")

    def __init__(
        self,
        default: Guard | None,
        routes: RouteChoice,
        paths: Sequence[str] | None,
        exclude: Sequence[str],
    ) -> None:
        self._default = default
        self._paths = None if paths is None else Paths("paths", paths)
        self._exclude = Paths("exclude", exclude)
        self._choose = routes if callable(routes) else None
        self._table = [] if callable(routes) else [*_table(routes)]
        every = [default, *(guard for _, guard in self._table)]
        self.guards = [guard for guard in every if guard is not None]
        # Of paths that were asked for, which guard they have: paths are the clients', so not of all.
        self._known: dict[str, Guard | None] = {}

    def guard(self, scope: Scope) -> Guard | None:
        """The guard of a request; `None` if it passes without, or has passed it already."""
        path: str = scope["path"]
        if scope.get("root_path"):
            path = _below(path, scope["root_path"])
        known = self._known
        guard = known[path] if path in known else self._look_up(path, scope)
        if guard is None:
            return None
        before = scope.get("pyshield")
        return None if before is not None and guard.key in before.guards else guard

    def _look_up(self, path: str, scope: Scope) -> Guard | None:
        """The guard of a path; what is asked for again and again is told at once from then on."""
        covered = not self._exclude.match(path) and (self._paths is None or self._paths.match(path))
        if self._choose is not None:
            return self._choose(scope) if covered else None
        found = (guard for paths, guard in self._table if paths.match(path))
        guard = next(found, self._default) if covered else None
        if len(self._known) < _MOST_KNOWN and len(path) <= _LONGEST_KNOWN:
            self._known[path] = guard
        return guard


def _table(
    routes: Sequence[tuple[str, Guard | Shield | None]] | Mapping[str, Guard | Shield | None],
) -> Iterable[tuple[Paths, Guard | None]]:
    pairs: Iterable[Any] = routes.items() if isinstance(routes, Mapping) else routes
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise wrong("routes", "expected pairs of a path and a Guard, a Shield or None")
        path, guard = pair
        if isinstance(guard, Shield):
            guard = Guard(guard)
        if guard is not None and not isinstance(guard, Guard):
            kind = type(guard).__name__
            raise wrong("routes", f"expected a Guard, a pyshield.Shield or None, got {kind}")
        yield Paths("routes", [path]), guard


def _below(path: str, root: str) -> str:
    """The path below where the application is mounted."""
    root = root.rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _bare(path: str) -> str:
    return path.rstrip("/") or "/"
