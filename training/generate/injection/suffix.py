"""Suffixes as searching algorithms find them: pieces of words, code and punctuation in no order.

Optimised suffixes (Zou et al. 2023, "Universal and Transferable Adversarial Attacks on Aligned Language
Models", arXiv:2307.15043) are made of tokens of a model's vocabulary; what marks them is that words break off
and run into punctuation and each other, not which words they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.voice import ENGLISH, voice

if TYPE_CHECKING:
    import random

    from training.generate.injection.voice import Voice

_SIGNS = (
    "]", "](", "(", ")", "}", "{", "}}", "[", "\\", "\\\\", "\\!", "\\n", "--", "->", "=>", "==", "!=",
    "::", ";", ";;", "/*", "*/", "**", "***", "#", "##", "###", "`", "``", "```", '"', '""', "'", "?",
    "??", "!!", "<", ">", "</", "/>", "<<", "|", "||", "&&", "%%", "$", "$\\", "@", "^", "~", "_", "...",
    "..", ",", ".,", "!--", "+", "++",
)  # fmt: skip
_CODE = (
    "println", "sprintf", "printf", "return", "null", "self", "void", "const", "lambda", "async", "await",
    "import", "foreach", "elseif", "endif", "def", "struct", "typedef", "usepackage", "textbf", "mathbb",
    "begin", "href", "div", "span", "onclick", "init", "args", "kwargs", "str", "int", "bool", "utf8",
    "json", "xml", "sql", "Null", "True", "TODO", "README", "Interface", "Override", "Exception",
    "toString", "getElement",
)  # fmt: skip
_STEER = (
    "Sure", "Here", "step", "Tutorial", "Write", "sentence", "Now", "Begin", "please", "revert",
    "instead", "two", "opposite", "formatted", "steps", "oppose", "Response", "answer", "sentences",
    "reply", "list",
)  # fmt: skip


LATIN = ("de", "es", "fr", "it", "nl", "pl", "pt")


def suffix(rng: random.Random, spoken: Voice) -> str:
    """Return 12 to 30 pieces run together."""
    words = " ".join(spoken.sentences(rng, spoken.topic(rng), 3, 5)).split()
    if spoken.language == ENGLISH:  # the vocabularies that are searched hold other languages, too
        other = voice(rng.choice(LATIN))
        words += " ".join(other.sentences(rng, other.topic(rng), 1, 3)).split()
    out = ""
    for _ in range(rng.randint(12, 30)):
        kind = rng.random()
        if kind < 0.34:
            piece = rng.choice(_SIGNS)
        elif kind < 0.46:
            piece = rng.choice(_CODE)
        elif kind < 0.58:
            piece = rng.choice(_STEER)
        else:
            piece = _broken(rng, rng.choice(words))
        out += piece if rng.random() < 0.38 else f" {piece}"
    return out.strip()


def _broken(rng: random.Random, word: str) -> str:
    word = word.strip(".,;:!?\"'()")
    if len(word) > 4 and rng.random() < 0.6:
        at = rng.randint(2, len(word) - 2)
        word = word[:at] if rng.random() < 0.5 else word[at:]
    how = rng.random()
    return word.upper() if how < 0.1 else word.capitalize() if how < 0.3 else word
