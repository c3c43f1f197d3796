"""Token counts for language models.

Exact for OpenAI's models, an estimate (`TokenCount.exact` is false) for others. Works without the
compiled extension, more slowly: with tiktoken where that is installed, else from the length of the text.

    >>> from pyshield.tokens import count_tokens, truncate_to_tokens
    >>> count_tokens("Hello, world!", "gpt-4o")
    4
    >>> truncate_to_tokens("Hello, world!", 1, "gpt-4o")
    'Hello'
"""

from __future__ import annotations

from pyshield.errors import EncodingError, InvalidInput, TokenizerError, UnknownModel
from pyshield.tokens.tokenizer import (
    TokenCount,
    Tokenizer,
    check_rust_modules,
    count_tokens,
    count_tokens_batch,
    is_rust_available,
    truncate_to_tokens,
)

__all__ = [
    "EncodingError",
    "InvalidInput",
    "TokenCount",
    "Tokenizer",
    "TokenizerError",
    "UnknownModel",
    "check_rust_modules",
    "count_tokens",
    "count_tokens_batch",
    "is_rust_available",
    "truncate_to_tokens",
]
