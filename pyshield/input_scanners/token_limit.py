"""TokenLimit: prompts that are too long for a model."""

from __future__ import annotations

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner

__all__ = ["TokenLimit"]


class TokenLimit(PromptScanner):
    """Refuses prompts of `limit` tokens or more, and cuts them to the first `limit`.

    Args:
        limit: The number of tokens that is too many, at least 1.
        encoding_name: The encoding that counts, as tiktoken names it.
        model_name: The model whose encoding counts; goes before `encoding_name` if given.

    Raises:
        ConfigError: For a wrong type or value, or an unknown encoding or model.
    """

    __slots__ = ()
    _type = "TokenLimit"

    def __init__(
        self,
        *,
        limit: int = 4096,
        encoding_name: str = "cl100k_base",
        model_name: str | None = None,
    ) -> None:
        check = Check("TokenLimit")
        self._declare(
            limit=check.integer("limit", limit, least=1),
            encoding_name=check.text("encoding_name", encoding_name),
            model_name=None if model_name is None else check.text("model_name", model_name) or None,
        )
        self._compile()
