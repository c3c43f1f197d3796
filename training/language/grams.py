"""The n-grams of words, as 32-bit hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.language.words import ARABIC, CJK, CYRILLIC, DEVANAGARI, LATIN, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

ORDERS = {LATIN: 5, CYRILLIC: 5, ARABIC: 5, DEVANAGARI: 4, CJK: 2}
"""The longest n-gram of a group, the blank before and after a word counted."""
SEED = 0x811C_9DC5
FACTOR = 0x9E37_79B1
_WORD = 0x5BD1_E995


def hashes(documents: Iterable[Iterable[str]], order: int) -> tuple[np.ndarray, np.ndarray]:
    """The hash of every n-gram of every document, and the number of the document each is in.

    Of a piece `w`, the n-grams of the characters of ` w ` of one to `order` characters count (a blank alone
    does not), and, if they are longer than that, all of them together.
    """
    stream: list[str] = []
    ends: list[int] = []
    length = 0
    for document in documents:
        text = " " + " ".join(piece for word in document for piece in pieces(word)) + " \0"
        stream.append(text)
        length += len(text)
        ends.append(length)
    codes = np.frombuffer("".join(stream).encode("utf-32-le"), dtype=np.uint32)
    numbers = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff([0, *ends]))
    found, owners = [], []
    state = np.full(length, SEED, dtype=np.uint32)
    alive = codes != 0
    blank = codes == 32
    for n in range(order):
        here = np.zeros(length, dtype=np.uint32)
        here[: length - n] = codes[n:]
        state = mixed(state, here)
        alive = alive & (here != 0)
        counted = alive if n else alive & ~blank
        found.append(state[counted])
        owners.append(numbers[counted])
        if n:
            alive = alive & (here != 32)
    # Whole words: continue from each blank that has not been closed yet.
    at = np.flatnonzero(alive & blank)
    word = state[at] ^ np.uint32(_WORD)
    position = at + order
    while at.size:
        here = codes[np.minimum(position, length - 1)]
        word = mixed(word, here)
        done = here == 32
        found.append(word[done])
        owners.append(numbers[at[done]])
        going = ~done & (here != 0)
        at, word, position = at[going], word[going], position[going] + 1
    return np.concatenate(found), np.concatenate(owners)


def mixed(state: np.ndarray, code: np.ndarray) -> np.ndarray:
    """The hash of what `state` is the hash of, and one more character."""
    state = (state ^ code) * np.uint32(FACTOR)
    return state ^ (state >> np.uint32(15))
