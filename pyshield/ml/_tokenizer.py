"""`TokenizerWrapper`: the tokens of a text, as a model is given them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._check import Check, shown
from pyshield.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield._runtime import ModelHandle

__all__ = ["TokenizerWrapper"]

_MOST = 8_000_000


class TokenizerWrapper:
    """The tokenizer of a model, as the runtime uses it.

    Scanners need none: they read a long text in windows, to its end. This is for those who want to know what
    a text costs, or to feed a model themselves.

    Args:
        model: The model; the bundled one if not given.
        max_length: Tokens of a text at most, special ones included; those of the model's window if not given.
        padding: Whether shorter texts are filled up to `max_length`.
        truncation: Whether what is beyond `max_length` is left out; all is kept if not.

    Raises:
        ConfigError: For a wrong type or value.
        ModelError: If the model or its tokenizer cannot be read.
    """

    __slots__ = ("_handle", "max_length", "model", "padding", "truncation")

    def __init__(
        self,
        model: Model | None = None,
        *,
        max_length: int | None = None,
        padding: bool = True,
        truncation: bool = True,
    ) -> None:
        import json

        from pyshield._runtime import ModelHandle

        check = Check("TokenizerWrapper")
        if model is not None and not isinstance(model, Model):
            check.fail("model", f"expected a Model or None, got {shown(model)}")
        self.model = Model.bundled() if model is None else model
        self._handle: ModelHandle = ModelHandle(json.dumps(self.model.source()))
        if max_length is None:
            max_length = self._handle.window
        self.max_length = check.integer("max_length", max_length, least=1, most=_MOST)
        self.padding = check.boolean("padding", padding)
        self.truncation = check.boolean("truncation", truncation)

    @property
    def vocab_size(self) -> int:
        """How many different tokens there are, special ones included."""
        return self._handle.vocabulary()

    def encode(self, text: str) -> list[int]:
        """The ids of the text's tokens, special ones included.

        Raises:
            TextError: If the text holds lone surrogates.
        """
        return self.encode_with_attention(text)[0]

    def encode_with_attention(self, text: str) -> tuple[list[int], list[int]]:
        """As `encode`, and for each id 1 if it is a token, 0 if it only fills up."""
        ids = [token for token, _ in self._handle.tokens(text, self._most)]
        mask = [1] * len(ids)
        fill = self.max_length - len(ids)
        if self.padding and fill > 0:
            ids += [self._handle.padding()] * fill
            mask += [0] * fill
        return ids, mask

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """As `encode`, for each of the texts."""
        return [self.encode(text) for text in texts]

    def spans(self, text: str) -> list[tuple[int, int] | None]:
        """For each token the code points it stands for, start and end; `None` for special ones."""
        return [span for _, span in self._handle.tokens(text, self._most)]

    def count(self, text: str) -> int:
        """How many tokens the text has, special ones included, whatever `max_length` is."""
        return len(self._handle.tokens(text, _MOST))

    @property
    def _most(self) -> int:
        return self.max_length if self.truncation else _MOST

    def __repr__(self) -> str:
        return f"TokenizerWrapper({str(self.model)!r}, max_length={self.max_length})"
