"""Counting tokens, and cutting texts to a number of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyshield.errors import InvalidInput
from pyshield.tokens import _fallback
from pyshield.tokens._extension import EXTENSION, LOGGER

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "TokenCount",
    "Tokenizer",
    "check_rust_modules",
    "count_tokens",
    "count_tokens_batch",
    "is_rust_available",
    "truncate_to_tokens",
]


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How many tokens a text is for a model.

    Attributes:
        count: The number of tokens.
        model: The model as it was named.
        exact: Whether the model's own tokenizer would say the same. An estimate otherwise: no tokenizer is
            published for Claude and Gemini, nor are those of Llama, Mistral and others carried here.
    """

    count: int
    model: str
    exact: bool = True


class Tokenizer:
    """Counts tokens for a model, in Rust where the extension is there and else in Python.

    Control tokens in a text (`<|endoftext|>`) count as the characters they are written with, as with
    tiktoken's `encode_ordinary`: a text cannot make counting fail.

    Args:
        model: The model to count for when a call names none.
    """

    def __init__(self, model: str = "gpt-4") -> None:
        self.model = model
        self._use_rust = EXTENSION is not None

    def __repr__(self) -> str:
        return f"Tokenizer({self.model!r})"

    @property
    def backend(self) -> str:
        """`"rust"` or `"python"`."""
        return "rust" if self._use_rust else "python"

    def count_tokens(self, text: str, model: str | None = None) -> TokenCount:
        """Counts the tokens of a text.

        Args:
            text: The text.
            model: The model, this tokenizer's by default.

        Raises:
            UnknownModel: If the model is not known, by name or by prefix.
            InvalidInput: If the text holds lone surrogates.
        """
        name = model or self.model
        if EXTENSION is None or not self._use_rust:
            return self._count_tokens_python(text, name)
        count, exact = EXTENSION.count_tokens(text, name)
        return TokenCount(count, name, exact)

    def count_tokens_batch(self, texts: Sequence[str], model: str | None = None) -> list[TokenCount]:
        """Counts the tokens of many texts: on all cores, and while other Python threads run.

        Args:
            texts: The texts.
            model: The model, this tokenizer's by default.

        Returns:
            One count for each text, in the same order.

        Raises:
            UnknownModel: If the model is not known, by name or by prefix.
            InvalidInput: If `texts` is itself a string, or a text holds lone surrogates.
        """
        name = model or self.model
        if isinstance(texts, str):
            raise InvalidInput("Invalid input: texts must be a sequence of strings, not a string")
        if EXTENSION is None or not self._use_rust:
            return [self._count_tokens_python(text, name) for text in texts]
        return [
            TokenCount(count, name, exact) for count, exact in EXTENSION.count_tokens_batch(list(texts), name)
        ]

    def truncate_to_tokens(self, text: str, max_tokens: int, model: str | None = None) -> str:
        """Cuts a text after its first `max_tokens` tokens.

        The result is a beginning of the text, never splits a character, and counts no more than
        `max_tokens` tokens itself.

        Args:
            text: The text.
            max_tokens: How many tokens may stay, at least 0.
            model: The model, this tokenizer's by default.

        Raises:
            UnknownModel: If the model is not known, by name or by prefix.
            InvalidInput: If `max_tokens` is negative, or the text holds lone surrogates.
        """
        name = model or self.model
        if max_tokens < 0:
            raise InvalidInput("Invalid input: max_tokens must not be negative")
        max_tokens = min(max_tokens, sys.maxsize)
        if EXTENSION is None or not self._use_rust:
            return self._truncate_python(text, max_tokens, name)
        return EXTENSION.truncate_to_tokens(text, max_tokens, name)

    def _count_tokens_python(self, text: str, model: str) -> TokenCount:
        count, exact = _fallback.count(text, model)
        return TokenCount(count, model, exact)

    def _truncate_python(self, text: str, max_tokens: int, model: str) -> str:
        return _fallback.truncate(text, max_tokens, model)


def count_tokens(text: str, model: str = "gpt-4") -> int:
    """The number of tokens of a text. See `Tokenizer.count_tokens`."""
    return Tokenizer(model).count_tokens(text).count


def count_tokens_batch(texts: Sequence[str], model: str = "gpt-4") -> list[int]:
    """The numbers of tokens of many texts. See `Tokenizer.count_tokens_batch`."""
    return [counted.count for counted in Tokenizer(model).count_tokens_batch(texts)]


def truncate_to_tokens(text: str, max_tokens: int, model: str = "gpt-4") -> str:
    """The first `max_tokens` tokens of a text. See `Tokenizer.truncate_to_tokens`."""
    return Tokenizer(model).truncate_to_tokens(text, max_tokens)


def is_rust_available() -> bool:
    """Whether the extension is installed and could be loaded."""
    return EXTENSION is not None


def check_rust_modules() -> dict[str, bool]:
    """Which compiled modules are there; logs a warning to `pyshield.rust` for each that is not."""
    status = {"tokenizer": is_rust_available()}
    for module, available in status.items():
        if not available:
            LOGGER.warning("Rust module '%s' not available, using Python fallback (may be slower)", module)
    return status
