"""Which encoding a model uses, for use without the extension.

The tables are those of `runtime/core/src/tokens/model.rs`, where the reasons for the figures are given. A
test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pyshield.errors import UnknownModel

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAMILIES", "NAMES", "PREFIXES", "Model", "model_of"]

NAMES: Final[Mapping[str, str]] = {
    "o1": "o200k_base",
    "o3": "o200k_base",
    "o4-mini": "o200k_base",
    "gpt-5": "o200k_base",
    "gpt-4.1": "o200k_base",
    "gpt-4o": "o200k_base",
    "gpt-4": "cl100k_base",
    "gpt-3.5-turbo": "cl100k_base",
    "gpt-3.5": "cl100k_base",
    "gpt-35-turbo": "cl100k_base",
    "davinci-002": "cl100k_base",
    "babbage-002": "cl100k_base",
    "text-embedding-ada-002": "cl100k_base",
    "text-embedding-3-small": "cl100k_base",
    "text-embedding-3-large": "cl100k_base",
    "text-davinci-003": "p50k_base",
    "text-davinci-002": "p50k_base",
    "text-davinci-001": "r50k_base",
    "text-curie-001": "r50k_base",
    "text-babbage-001": "r50k_base",
    "text-ada-001": "r50k_base",
    "davinci": "r50k_base",
    "curie": "r50k_base",
    "babbage": "r50k_base",
    "ada": "r50k_base",
    "code-davinci-002": "p50k_base",
    "code-davinci-001": "p50k_base",
    "code-cushman-002": "p50k_base",
    "code-cushman-001": "p50k_base",
    "davinci-codex": "p50k_base",
    "cushman-codex": "p50k_base",
    "text-davinci-edit-001": "p50k_edit",
    "code-davinci-edit-001": "p50k_edit",
    "text-similarity-davinci-001": "r50k_base",
    "text-similarity-curie-001": "r50k_base",
    "text-similarity-babbage-001": "r50k_base",
    "text-similarity-ada-001": "r50k_base",
    "text-search-davinci-doc-001": "r50k_base",
    "text-search-curie-doc-001": "r50k_base",
    "text-search-babbage-doc-001": "r50k_base",
    "text-search-ada-doc-001": "r50k_base",
    "code-search-babbage-code-001": "r50k_base",
    "code-search-ada-code-001": "r50k_base",
    "gpt2": "gpt2",
    "gpt-2": "gpt2",
}
"""Names and their encodings, as tiktoken 0.14 lists them."""

PREFIXES: Final[Mapping[str, str]] = {
    "o1-": "o200k_base",
    "o3-": "o200k_base",
    "o4-mini-": "o200k_base",
    "gpt-5": "o200k_base",
    "gpt-4.5-": "o200k_base",
    "gpt-4.1-": "o200k_base",
    "chatgpt-4o-": "o200k_base",
    "gpt-4o-": "o200k_base",
    "gpt-4-": "cl100k_base",
    "gpt-3.5-turbo-": "cl100k_base",
    "gpt-35-turbo-": "cl100k_base",
    "gpt-oss-": "o200k_harmony",
    "ft:gpt-4o": "o200k_base",
    "ft:gpt-4": "cl100k_base",
    "ft:gpt-3.5-turbo": "cl100k_base",
    "ft:davinci-002": "cl100k_base",
    "ft:babbage-002": "cl100k_base",
}
"""Prefixes of names, from the same source; the first that fits decides."""

FAMILIES: Final[Mapping[str, int]] = {
    "claude": 114,
    "gemini": 100,
    "gemma": 100,
    "palm": 100,
    "llama": 100,
    "codellama": 100,
    "mistral": 100,
    "ministral": 100,
    "magistral": 100,
    "devstral": 100,
    "mixtral": 100,
    "codestral": 100,
    "pixtral": 100,
    "command": 100,
    "deepseek": 100,
    "qwen": 100,
    "qwq": 100,
    "grok": 100,
    "phi-": 100,
    "nova": 100,
    "titan": 100,
    "jamba": 100,
    "glm": 100,
    "kimi": 100,
    "granite": 100,
    "nemotron": 100,
}
"""Models whose tokens are estimated: tokens per hundred tokens of `o200k_base`."""

_QUALIFIERS: Final = ("openai/", "azure/")
_NAME_IN_ERROR: Final = 80


class Model(NamedTuple):
    """How the tokens of a model are counted."""

    encoding: str
    """The encoding to count in, as tiktoken names it."""

    percent: int | None
    """Tokens of the model per hundred of the encoding where that is an estimate, else `None`."""

    def rate(self, tokens: int) -> int:
        """What so many tokens of the encoding are for the model, rounded up."""
        return tokens if self.percent is None else -(-tokens * self.percent // 100)

    def budget(self, tokens: int) -> int:
        """How many tokens of the encoding are within so many of the model."""
        return tokens if self.percent is None else tokens * 100 // self.percent


def model_of(name: str) -> Model:
    """The model of that name.

    Raises:
        UnknownModel: If neither the name nor a prefix of it is known.
    """
    plain = next((name.removeprefix(q) for q in _QUALIFIERS if name.startswith(q)), name)
    if plain in NAMES:
        return Model(NAMES[plain], None)
    for prefix, encoding in PREFIXES.items():
        if plain.startswith(prefix):
            return Model(encoding, None)
    # A family may follow a provider's name: after a slash, or after the dots of Bedrock.
    for part in name[: _NAME_IN_ERROR * 4].lower().replace("/", ".").split("."):
        for family, percent in FAMILIES.items():
            if part.startswith(family):
                return Model("o200k_base", percent)
    raise UnknownModel(f"Unknown model: {name[:_NAME_IN_ERROR]}")
