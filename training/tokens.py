"""Text to model input: WordPiece ids, and token types that carry segment and case.

The vocabulary is lower-cased, so a plain BERT encoder cannot see that "Apple" or "US" is capitalised. The
token types, which single texts leave unused, tell it: `type = segment + 2 * case`, the case being that of the
token's whole word in the original text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tokenizers

LOWER, CAPITALISED, UPPER, MIXED, DIGITS = range(5)
CASES = 5
TYPES = 2 * CASES


def case_of(word: str) -> int:
    """Return the case of a word: `LOWER` also where it has no cased letter.

    A numeric character (Unicode Nd, Nl, No) wins over everything else.
    """
    if word.isascii():
        if word.isalpha():
            if word.islower():
                return LOWER
            if word.isupper():
                return UPPER if len(word) > 1 else CAPITALISED
            return CAPITALISED if word[0].isupper() and word[1:].islower() else MIXED
        if any(c.isdigit() for c in word):
            return DIGITS
    elif any(unicodedata.category(c)[0] == "N" for c in word):
        return DIGITS
    cased = [c for c in word if c.isupper() or c.islower()]
    upper = sum(c.isupper() for c in cased)
    if upper == 0:
        return LOWER
    if upper == len(cased) and upper > 1:
        return UPPER
    return CAPITALISED if upper == 1 and cased[0].isupper() else MIXED


@dataclass(slots=True)
class Tokens:
    """One encoded text or pair.

    Attributes:
        ids: Token ids with `[CLS]` and `[SEP]`.
        types: Segment plus twice the case, one per token.
        offsets: Code points of each token in its text; `(0, 0)` for special tokens.
        segments: 0 or 1 per token; -1 for special tokens.
    """

    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]
    segments: list[int]


def encode(
    tokenizer: tokenizers.Tokenizer, rows: Sequence[tuple[str, str | None]], max_tokens: int
) -> list[Tokens]:
    """Encode texts and pairs, each cut to `max_tokens` (of a pair the longer text is cut)."""
    tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch([text if pair is None else (text, pair) for text, pair in rows])
    return [_tokens(encoding, row) for encoding, row in zip(encodings, rows, strict=True)]


def _tokens(encoding: tokenizers.Encoding, row: tuple[str, str | None]) -> Tokens:
    types = list(encoding.type_ids)
    segments: list[int] = []
    offsets = encoding.offsets
    words: dict[tuple[int, int], list[int]] = {}
    for index, (segment, word) in enumerate(zip(encoding.sequence_ids, encoding.word_ids, strict=True)):
        segments.append(-1 if segment is None else segment)
        if segment is not None and word is not None:
            words.setdefault((segment, word), []).append(index)
    for (segment, _), indices in words.items():
        text = row[segment] or ""
        case = case_of(text[offsets[indices[0]][0] : offsets[indices[-1]][1]])
        if case:
            for index in indices:
                types[index] += 2 * case
    return Tokens(list(encoding.ids), types, offsets, segments)
