"""Injections and texts that only look like them, drawn from grammars in several languages.

A row's `group` is the family of templates that it was drawn from, so whole families can be held out; `meta`
says which carrier, place and obfuscation it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection import attacks, harmless
from training.generate.injection.voice import ENGLISH, OTHERS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from training.example import Example
    from training.generate.injection.draft import Draft

_KINDS: dict[str, tuple[int, Callable[[random.Random, str], Draft]]] = {
    "direct": (17, lambda rng, language: attacks.typed(rng, language, "direct")),
    "jailbreak": (12, lambda rng, language: attacks.typed(rng, language, "jailbreak")),
    "planted": (17, attacks.planted),
    "quoted": (10, harmless.quoted),
    "benign": (26, harmless.plain),
    "clean": (18, harmless.clean),
}
"""Makers of rows with their share in per cent."""
_ENGLISH_SHARE = 0.68


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yields that many rows, no text twice.

    Args:
        rng: Source of all choices; the same state gives the same rows.
        count: Number of rows.
    """
    makers = [maker for _, maker in _KINDS.values()]
    shares = [share for share, _ in _KINDS.values()]
    seen: set[str] = set()
    while len(seen) < count:
        language = ENGLISH if not OTHERS or rng.random() < _ENGLISH_SHARE else rng.choice(OTHERS)
        draft = rng.choices(makers, shares)[0](rng, language)
        if draft.text not in seen:
            seen.add(draft.text)
            yield draft.row(len(seen))
