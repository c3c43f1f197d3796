"""The protocol of output scanners."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Scanner"]


@runtime_checkable
class Scanner(Protocol):
    """Anything with this method can stand in a list of output scanners, beside the built-in ones."""

    def scan(self, prompt: str, output: str) -> tuple[str, bool, float]:
        """Judges a model's output.

        Args:
            prompt: The prompt that was answered.
            output: The output as the scanner before left it.

        Returns:
            The output to go on with, whether it passes, and its risk: -1 for none, up to 1.
        """
        ...
