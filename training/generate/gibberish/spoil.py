"""Ways to spoil texts: order, sense and letters."""

from __future__ import annotations

import random
import string
from functools import cache

from training.generate._texts import ordinary

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qwertz", "azerty", "asdf jkl")
_LETTERS = "eeeeettttaaaooiinnsshhrrddlluccmmffyywggpbbvkxqjz"
_SYLLABLES = [
    "ba",
    "ko",
    "ti",
    "ru",
    "mel",
    "zan",
    "dor",
    "fi",
    "gu",
    "lop",
    "shu",
    "vri",
    "ck",
    "pla",
    "ne",
    "wo",
    "ix",
    "qua",
    "tho",
    "bri",
    "zek",
    "mu",
    "stra",
]
_POOLS = (
    string.ascii_lowercase,
    _LETTERS,
    string.ascii_letters,
    string.ascii_lowercase + string.digits,
    "bcdfghjklmnpqrstvwxz",
)
_SYMBOLS = "!@#$%^&*()_+-=[]{};:'\",.<>/?\\|~`§±¬¦°·"


@cache
def vocabulary(language: str) -> tuple[str, ...]:
    """Words of a language as they stand in ordinary texts, with their frequencies."""
    rng = random.Random(7)
    words: list[str] = []
    for _ in range(4000):
        _, text, spoken = ordinary(rng)
        if spoken == language:
            words += [word for word in text.split() if word.strip(string.punctuation).isalpha()]
    stripped = (word.strip(string.punctuation) for word in words)
    # initials and grades are no words
    return tuple(word for word in stripped if len(word) > 1 or word in {"a", "A", "I"})


def salad(rng: random.Random, language: str) -> str:
    """Words that make no sentence."""
    words = list(rng.choices(vocabulary(language), k=rng.choice((4, 6, 8, 10, 14, 20, 30))))
    if rng.random() < 0.6:
        words = [word.lower() for word in words]
    if rng.random() < 0.4:
        for at in range(rng.randint(3, 7), len(words), 7):
            words[at] += rng.choice((",", ".", ";"))
    text = " ".join(words)
    return text[0].upper() + text[1:] + "." if rng.random() < 0.5 else text


def mild(rng: random.Random, text: str, other: str, language: str) -> str:
    """A sentence that lost part of its sense or grammar: half of another one, wrong words, wrong order."""
    words = text.split()
    way = rng.random()
    if way < 0.3:
        rest = other.split()
        cut = max(2, len(words) // 2)
        return " ".join(words[:cut] + rest[len(rest) // 2 :])
    if way < 0.65:
        for at in rng.sample(range(len(words)), max(2, round(len(words) * rng.uniform(0.25, 0.45)))):
            words[at] = rng.choice(vocabulary(language)).lower()
        return " ".join(words)
    if way < 0.85:
        for at in range(0, len(words) - 2, 3):
            piece = words[at : at + 3]
            rng.shuffle(piece)
            words[at : at + 3] = piece
        return " ".join(words) if words != text.split() else " ".join(reversed(words))
    kept = [word for word in words if rng.random() < 0.6]
    doubled = [word for word in kept for _ in range(rng.choice((1, 1, 1, 2)))]
    rng.shuffle(doubled)
    return " ".join(doubled or words[::-1])


def noise(rng: random.Random) -> str:
    """Letters and signs that make no words."""
    return rng.choice(
        (_mash, _mash, _random_letters, _random_letters, _syllables, _symbols, _scrambled, _strange)
    )(rng)


def _words(rng: random.Random) -> int:
    return rng.choice((1, 1, 2, 3, 4, 6, 8, 12))


def _mash(rng: random.Random) -> str:
    """Fingers on neighbouring keys."""
    words = []
    for _ in range(_words(rng)):
        row = rng.choice(_ROWS)
        at, word = rng.randrange(len(row)), ""
        for _ in range(rng.randint(4, 14)):
            word += row[at]
            at = (at + rng.choice((-2, -1, 1, 1, 2))) % len(row)
            if rng.random() < 0.15:
                row = rng.choice(_ROWS)
                at %= len(row)
        words.append(word)
    return " ".join(words)


def _random_letters(rng: random.Random) -> str:
    pool = rng.choice(_POOLS)
    return " ".join("".join(rng.choices(pool, k=rng.randint(3, 12))) for _ in range(_words(rng) + 1))


def _syllables(rng: random.Random) -> str:
    count = _words(rng) + 2
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 5))) for _ in range(count)]
    text = " ".join(words)
    return text.capitalize() + "." if rng.random() < 0.4 else text


def _symbols(rng: random.Random) -> str:
    return "".join(rng.choices(_SYMBOLS + string.digits + " ", k=rng.randint(8, 60))).strip() or "#@!%"


def _scrambled(rng: random.Random) -> str:
    """Real words whose letters are out of order."""
    words = []
    for word in rng.choices(vocabulary("en"), k=_words(rng) + 3):
        letters = list(word.lower())
        rng.shuffle(letters)
        words.append("".join(letters))
    return " ".join(words)


def _strange(rng: random.Random) -> str:
    """Wrongly decoded bytes, or one unit again and again."""
    if rng.random() < 0.5:
        raw = bytes(rng.randrange(128, 256) for _ in range(rng.randint(12, 50)))
        return raw.decode("latin-1") if rng.random() < 0.5 else raw.decode("cp1250", errors="replace")
    unit = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(1, 3)))
    return rng.choice(("", " ")).join([unit] * rng.randint(8, 30))
