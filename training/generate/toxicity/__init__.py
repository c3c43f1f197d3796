"""Toxicity: functional cases; each family says which labels it is sure of and is silent on the others.

Abuse is templated with generic words and placeholders for groups, no worse than a detector needs. As many
families name groups, quote abuse, speak against it or swear without being abuse.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.example import Example
from training.generate import obfuscation
from training.generate.grammar import Grammar, with_articles

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

_HERE = Path(__file__).parent
_CALM = {"toxic": 0, "insult": 0, "obscene": 0, "threat": 0, "identity_hate": 0, "sexual": 0}
_QUOTING = {"toxic": 0, "insult": 0, "threat": 0, "identity_hate": 0, "sexual": 0}
_HATE = {"toxic": 1, "identity_hate": 1}
# What each family is sure of. A swear word in the text settles `obscene`, which is a kind of abuse: scanners
# flag a text for any of the labels, and joy that swears is none. See `_labels`.
_ABUSE: Mapping[str, dict[str, int]] = {
    "derogation": _HATE | {"threat": 0, "sexual": 0},
    "dehumanise": _HATE | {"threat": 0, "sexual": 0},
    "threat_group": _HATE | {"threat": 1, "sexual": 0},
    "exclusion": _HATE | {"obscene": 0, "sexual": 0},
    "implicit": _HATE | {"obscene": 0, "threat": 0, "sexual": 0},
    "stereotype": _HATE | {"obscene": 0, "threat": 0, "sexual": 0},
    "pronoun": _HATE | {"sexual": 0},
    "question": _HATE | {"obscene": 0, "sexual": 0},
    "insult": {"toxic": 1, "insult": 1, "identity_hate": 0},
    "insult_trade": {"toxic": 1, "insult": 1, "identity_hate": 0, "threat": 0, "sexual": 0},
    "threat": {"toxic": 1, "threat": 1, "identity_hate": 0, "sexual": 0},
    "sexual": {"toxic": 1, "sexual": 1, "threat": 0, "identity_hate": 0},
    "opinion": _HATE | {"sexual": 0}, "asked": _HATE | {"sexual": 0}, "wish": _HATE | {"sexual": 0},
    "slurred": _HATE | {"sexual": 0}, "followed": _HATE | {"sexual": 0}, "polite": _HATE, "coded": _HATE,
    "joked": _HATE | {"sexual": 0}, "emoji": _HATE | {"sexual": 0},
    "insinuation": _HATE | {"obscene": 0, "threat": 0, "sexual": 0},
    "editor": {"toxic": 1, "insult": 1}, "reader": {"toxic": 1, "insult": 1},
    "body": {"toxic": 1, "insult": 1}, "bullying": {"toxic": 1, "insult": 1},
}  # fmt: skip
_HARMLESS: Mapping[str, dict[str, int]] = {
    "neutral": _CALM, "positive": _CALM, "negated": _CALM, "counter": _CALM, "critical": _CALM,
    "plain": _CALM,
    "frank": _CALM, "hyperbole": _CALM, "object_calm": _CALM,
    "quoted": {"toxic": 0, "identity_hate": 0, "threat": 0, "sexual": 0},
    "reported": {"toxic": 0, "identity_hate": 0, "threat": 0, "sexual": 0},
    "reclaimed": {"toxic": 0, "identity_hate": 0, "insult": 0, "threat": 0},
    "rejected": _QUOTING, "cited": _QUOTING, "homonym": _CALM, "belonging": _CALM, "standing": _QUOTING,
    "trades": _CALM, "emoji_calm": _CALM, "talk": _QUOTING, "moderation": _QUOTING, "politics": _CALM,
    "complaint": _QUOTING, "oneself": _QUOTING, "friends": _QUOTING,
    "object_rude": _QUOTING, "profane": _QUOTING, "smalltalk": _CALM, "informative": _CALM,
    "rights": _CALM, "spared": _CALM, "answered": _QUOTING, "everyday": _CALM,
}  # fmt: skip
_WEIGHTS = {
    "derogation": 3,
    "implicit": 2,
    "stereotype": 5,
    "plain": 4,
    "neutral": 3,
    "negated": 3,
    "quoted": 3,
    "counter": 2,
    "reported": 2,
    "insult": 3,
    "sexual": 3,
    "threat": 3,
    "threat_group": 3,
    "profane": 2,
    "opinion": 4, "asked": 3, "wish": 3, "slurred": 2, "followed": 3, "polite": 3, "coded": 3, "joked": 1.5,
    "editor": 3, "reader": 3, "body": 1, "bullying": 1.5,
    "rejected": 5, "cited": 4, "homonym": 2, "belonging": 4, "standing": 2, "emoji_calm": 2, "talk": 4,
    "moderation": 2, "politics": 3, "complaint": 2, "oneself": 1.5, "friends": 2,
    "insinuation": 9, "smalltalk": 5, "informative": 6, "rights": 6, "spared": 5,
    "answered": 6, "everyday": 5,
}  # fmt: skip
_FILES = {
    "abuse": ("abuse", "hate", "insinuation", "rude", "words"),
    "harmless": ("harmless", "contrasts", "comments", "rights", "smalltalk", "words"),
}
_AROUND = ("politics", "critical", "plain", "neutral", "frank", "homonym")
_LONGER = 0.12  # of the texts have such sentences around them
_SWEARING = re.compile(
    r"fuck|shit|asshole|bitch|\bprick|\btwat|wanker|dick|dumbass|piss|bastard|\btits|goddam", re.IGNORECASE
)
_TRICKS = ("typos", "typos", "typos", "vowels", "leet", "case", "confusables", "zero_width", "marks")
_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "$", "t": "7"})


@cache
def grammar(name: str) -> Grammar:
    """The grammar of abuse or of harmless texts."""
    return Grammar.load(*(_HERE / f"{file}.grammar" for file in _FILES[name]))


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    for number in range(count):
        kind, families = ("abuse", _ABUSE) if rng.random() < 0.47 else ("harmless", _HARMLESS)
        family = rng.choices(tuple(families), [_WEIGHTS.get(name, 1) for name in families])[0]
        frame, plain = grammar(kind).draw(rng, family)
        if rng.random() < _LONGER:
            plain = _among_others(rng, plain)
        text, typing = dress(rng, plain)
        yield Example(
            id=f"toxicity-{number}",
            text=text,
            source=f"generated/toxicity/{kind}",
            group=f"toxicity/{family}/{frame}",  # some frames of most families are only validated on
            labels={"toxicity": _labels(families[family], plain)},
            meta={"typing": typing},
        )


def _among_others(rng: random.Random, text: str) -> str:
    """The text with harmless sentences before or behind it: one sentence makes a comment abuse."""
    calm = grammar("harmless")
    parts = [calm.expand(rng, rng.choice(_AROUND)).strip() for _ in range(rng.randint(1, 4))]
    parts.insert(rng.randint(0, len(parts)), text.strip())
    joint = rng.choice((" ", " ", "\n", "\n\n"))
    if rng.random() < 0.7:
        parts = [part[0].upper() + part[1:] for part in parts]
    return joint.join(part if part[-1] in ".!?" else part + "." for part in parts)


def _labels(known: Mapping[str, int], text: str) -> dict[str, int]:
    if _SWEARING.search(text) and "obscene" not in known:
        return {**known, "obscene": known["toxic"]}
    return dict(known)


def dress(rng: random.Random, text: str) -> tuple[str, str]:
    """The text as somebody types it, and the name of the habit."""
    text = re.sub(r" {2,}", " ", re.sub(r" +([,.!?])", r"\1", text)).strip()
    text = with_articles(text)
    text = re.sub(r"\.\.(?!\.)(?<!\.\.\.)", ".", text)
    way = rng.random()
    if way < 0.45:
        return text[0].upper() + text[1:], "sentence"
    if way < 0.72:
        return text, "plain"
    if way < 0.86:
        return text.lower(), "lower"
    if way < 0.9:
        return text.upper(), "upper"
    if way < 0.94:
        trick = rng.choice(_TRICKS)
        return obfuscation.hide_words(rng, text, trick), trick
    words = text.split(" ")
    at = max(range(len(words)), key=lambda index: len(words[index]) * rng.uniform(0.7, 1.3))
    words[at] = _disguised(rng, words[at])
    return " ".join(words), "disguised"


def _disguised(rng: random.Random, word: str) -> str:
    """A word as those write it who fear a filter."""
    way = rng.random()
    if way < 0.3:
        return word.translate(_LEET)
    if way < 0.5:
        return rng.choice(" .-*").join(word)
    if way < 0.7 and len(word) > 3:
        return word[0] + "*" * (len(word) - 2) + word[-1]
    if way < 0.85 and len(word) > 3:
        at = rng.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1 :]
    return "".join(letter * rng.choice((1, 1, 2, 3)) for letter in word)
