"""Functions that take and return Python objects as they are: how a shield runs scanners of the user's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pyshield._runtime import Function
from pyshield.functions._target import Target

if TYPE_CHECKING:
    from pyshield._runtime import Job

__all__ = ["objects_function"]

_NO_LIMIT = 30 * 24 * 3600.0
"""The shield's deadline is the limit, where there is one."""

_MOST_ABANDONED = 8


class _Objects(Target):
    """Calls the first argument with the others."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(self._unused)

    @staticmethod
    def _unused() -> None:
        """Each call brings its function."""

    async def acall(self, job: Job) -> list[Any]:
        call, *arguments = job.calls[0]
        return [await call(*arguments)]

    def call(self, job: Job) -> list[Any]:
        call, *arguments = job.calls[0]
        return [call(*arguments)]


def objects_function(name: str, isolation: Literal["task", "thread"]) -> Function:
    """A function for `call_objects`, which nobody can call by its name.

    Args:
        name: What errors call it.
        isolation: How it runs.
    """
    spec = {
        "name": name,
        "isolation": isolation,
        "timeout": _NO_LIMIT,
        "max_in_flight": 1_000_000,
        "max_abandoned": _MOST_ABANDONED,
        "max_batch_size": None,
        "cache": None,
    }
    return Function(json.dumps(spec), _Objects())
