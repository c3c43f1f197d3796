"""Prune a WordPiece vocabulary to the pieces that the training texts use, and give it their symbols.

Words whose piece is dropped are spelled with smaller pieces, so nothing becomes unknown as long as the single
characters stay. Emoji are unknown to BERT's vocabulary, and so is the word that one is written into: those
that texts use become tokens of their own, wherever they stand.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import tokenizers

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# BERT's list is sorted by frequency in general text: the weight of that prior against the counts of our own
# texts.
PRIOR = 0.3
FIRST_SYMBOL = "\u2600"
LEAST = 10  # texts that a symbol must occur in


def count(tokenizer: tokenizers.Tokenizer, texts: Iterable[str]) -> Counter[str]:
    """Count the pieces that texts are made of."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counts: Counter[str] = Counter()
    for batch in _batches(texts, 1000):
        for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
            counts.update(encoding.tokens)
    return counts


def choose(vocabulary: dict[str, int], counts: Counter[str], size: int) -> list[str]:
    """Choose `size` pieces: the special ones, all single characters that occur, then the most frequent."""
    single = [
        piece
        for piece in vocabulary
        if len(piece.removeprefix("##")) == 1 and (counts[piece] or piece.removeprefix("##").isascii())
    ]
    chosen = dict.fromkeys([*SPECIAL, *single])
    total = sum(counts.values())
    words = [piece for piece in vocabulary if not piece.startswith("[")]
    prior = {piece: PRIOR * total / (10.0 * rank) for rank, piece in enumerate(words, start=1)}
    for piece in sorted(words, key=lambda piece: (-counts[piece] - prior[piece], piece)):
        if len(chosen) >= size:
            break
        chosen.setdefault(piece)
    return sorted(chosen, key=lambda piece: vocabulary[piece])


def symbols(texts: Iterable[str], known: Iterable[str], least: int = LEAST) -> list[str]:
    """Return the emoji and other pictures beyond `known` that at least so many texts have, in code order."""
    counts = Counter(char for text in texts for char in set(text) if char >= FIRST_SYMBOL)
    known = set(known)
    return sorted(
        char
        for char, count in counts.items()
        if count >= least
        and char not in known
        and unicodedata.category(char) in {"So", "Sk"}
        and meaning(char)
    )


def meaning(symbol: str) -> str:
    """Return what Unicode calls a symbol, in small letters; empty where it has no name."""
    return unicodedata.name(symbol, "").lower().replace("-", " ")


def prune(source: Path, pieces: list[str], pictures: Sequence[str] = ()) -> tokenizers.Tokenizer:
    """Return the tokenizer of file `source` with only `pieces`, numbered in their order.

    Args:
        source: A `tokenizer.json`.
        pieces: Of its vocabulary.
        pictures: Characters that become tokens behind the pieces.
    """
    import tokenizers  # installed for training only

    definition = json.loads(source.read_text(encoding="utf-8"))
    ids = {piece: index for index, piece in enumerate([*pieces, *pictures])}
    definition["model"]["vocab"] = ids
    for token in definition["added_tokens"]:
        token["id"] = ids[token["content"]]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    definition["added_tokens"] += [{"id": ids[char], "content": char, **flags} for char in pictures]
    for special in definition["post_processor"]["special_tokens"].values():
        special["ids"] = [ids[token] for token in special["tokens"]]
    definition["truncation"] = definition["padding"] = None
    return tokenizers.Tokenizer.from_str(json.dumps(definition))


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
