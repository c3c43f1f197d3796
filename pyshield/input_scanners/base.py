"""The protocol of input scanners."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Scanner"]


@runtime_checkable
class Scanner(Protocol):
    """Anything with this method can stand in a list of input scanners, beside the built-in ones."""

    def scan(self, prompt: str) -> tuple[str, bool, float]:
        """Judges a prompt.

        Args:
            prompt: The prompt as the scanner before left it.

        Returns:
            The prompt to go on with, whether it passes, and its risk: -1 for none, up to 1.
        """
        ...
