"""Frozen dataclasses with slots that say which attribute is wrong."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import NoReturn, TypeVar

__all__ = ["sealed"]

T = TypeVar("T")


def sealed(cls: type[T]) -> type[T]:
    """The frozen dataclass, on which setting an attribute that it has not is an `AttributeError` too.

    With slots a dataclass is made twice, and the method that refuses knows the first class alone: for a name
    that is no field it ends in a `TypeError` about `super`.
    """

    def _refuse(self: object, name: str) -> NoReturn:
        if hasattr(self, name):
            raise FrozenInstanceError(f"{type(self).__name__}: {name}: is frozen; make another one")
        raise FrozenInstanceError(f"{type(self).__name__}: has no attribute {name!r}")

    def __setattr__(self: object, name: str, value: object) -> NoReturn:  # noqa: ARG001, N807
        _refuse(self, name)

    def __delattr__(self: object, name: str) -> NoReturn:  # noqa: N807
        _refuse(self, name)

    for method in (__setattr__, __delattr__):
        setattr(cls, method.__name__, method)
    return cls
