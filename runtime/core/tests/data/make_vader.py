"""Writes vader.jsonl, beside this file: texts of our own making with nltk's VADER scores.

Each line is `[text, neg, neu, pos, compound]`. Run it where nltk and its `vader_lexicon` package are
installed, under CPython 3.11 (`sum` adds floats differently from 3.12 on):

    python -m nltk.downloader vader_lexicon && python make_vader.py

`make_vader.py COUNT SEED` prints that many lines instead, for larger comparisons.
"""

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nltk.sentiment.vader import SentimentIntensityAnalyzer

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 3_600
SEED = 20_140_601


def _words(text: str) -> list[str]:
    return text.split()


ANALYZER = SentimentIntensityAnalyzer()
LEXICON = sorted(ANALYZER.lexicon)
WORDS = [word for word in LEXICON if word.isalpha()]
EMOTICONS = [word for word in LEXICON if not word.isalnum()]
BOOSTERS = sorted(ANALYZER.constants.BOOSTER_DICT)
NEGATIONS = sorted(ANALYZER.constants.NEGATE)
IDIOMS = sorted(ANALYZER.constants.SPECIAL_CASE_IDIOMS)
MARKS = sorted(ANALYZER.constants.PUNC_LIST)

COMMON = _words("good great bad sad love hate awful nice happy kind badass hand heart flawed fine worst best")
PLAIN = _words(
    "the a an i we it they this that so never at very least but of and or to is was were service food table "
    "driver movie answer today train report shit bomb ass right yeah cut mustard kiss death mouth enough "
    "just sort kind least most more less ok x at"
)
ODD_MARKS = _words("... ?! !!!! ???? '' ( ) * # @ / -- \u2026 \u201d \u3002")
FOREIGN = _words(
    "\u00e9t\u00e9 na\u00efve \u00dcBER \u65e5\u672c \u041f\u0420\u0418\u0412\u0415\u0422 \U0001f600 "
    "\U0001f600\U0001f600 \u212aill \u212a\u212a \u01c5x \u1f88A \u00aa\u00ba G\u00d6\u00d6D \u00dflove "
    "\u0130stanbul GOOD\u200b \u03a3\u0391\u03a3 \u2160\u2161 \u24b6\u24b7 e\u0301e can\u2019t \u0149\u0149 "
    "wouldn't\u00e9 \u00dcN'T"
)
SPACES = [*[" "] * 6, "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\x1c", "\x85"]

TEMPLATES = [
    "The {p} was {b} {w}{m}",
    "I {n} {w} the {p}, but the {p} was {w}{m}",
    "It was {n} {b} {w}{m} {e}",
    "{n} so {w} {p}{m}",
    "{n} this {w}{m}",
    "never so {w}, never this {w}{m}",
    "At least it is {w}, the least {w} {p}{m}",
    "The very least {w} {p} but least {w}{m}",
    "It is kind of {w} and sort of {w}, just enough {w}{m}",
    "The {p} is kind of {p}{m}",
    "They were {w} to the {p} but {w} but {w}{m}",
    "My {p} {p} {p} {i} {p}{m}",
    "{p} {p} {p} {i} of {w} {p}{m}",
    "{w} {w} {w} {i} {w}{m}",
    "{W} {p} is {w} {B} {W}{m}",
    "{e} {e} {w}{m} {e}",
    "{f} {w} {f} {p}{m} {f}",
    "{w}{m}{w} {m}{w} {m} {w}",
    "{p}{m} {n} {p} {w} {m}",
]


def cased(rng: random.Random, word: str) -> str:
    """The word in some case."""
    roll = rng.random()
    if roll < 0.6:
        return word
    if roll < 0.8:
        return word.upper()
    if roll < 0.95:
        return word.capitalize()
    return "".join(rng.choice((c.lower(), c.upper())) for c in word)


def marked(rng: random.Random, word: str) -> str:
    """The word, sometimes with marks around it."""
    roll = rng.random()
    if roll < 0.7:
        return word
    mark = rng.choice(MARKS + ODD_MARKS)
    if roll < 0.85:
        return word + mark
    return mark + word if roll < 0.95 else mark + word + rng.choice(MARKS)


def sentiment_word(rng: random.Random) -> str:
    """A word of the lexicon, or a common one."""
    return rng.choice(COMMON if rng.random() < 0.3 else WORDS)


def template(rng: random.Random) -> str:
    """A sentence from a template."""
    text = rng.choice(TEMPLATES)
    parts: dict[str, Callable[[], str]] = {
        "{w}": lambda: sentiment_word(rng),
        "{W}": lambda: sentiment_word(rng).upper(),
        "{p}": lambda: rng.choice(PLAIN),
        "{b}": lambda: cased(rng, rng.choice(BOOSTERS)),
        "{B}": lambda: rng.choice(BOOSTERS).upper(),
        "{n}": lambda: cased(rng, rng.choice(NEGATIONS)),
        "{i}": lambda: rng.choice(IDIOMS),
        "{e}": lambda: rng.choice(EMOTICONS),
        "{f}": lambda: rng.choice(FOREIGN),
        "{m}": lambda: rng.choice(["", ".", "!", "?", *MARKS, *ODD_MARKS]),
    }
    for name, part in parts.items():
        while name in text:
            text = text.replace(name, part(), 1)
    return text if rng.random() < 0.85 else text.upper()


def salad(rng: random.Random) -> str:
    """Words in no order, dense enough for every rule to meet every other."""
    pools = [COMMON, WORDS, LEXICON, PLAIN, PLAIN, BOOSTERS, NEGATIONS, IDIOMS, EMOTICONS, FOREIGN, ODD_MARKS]
    pools = rng.sample(pools, rng.randint(1, 5))
    text = ""
    for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 13, 20])):
        text += marked(rng, cased(rng, rng.choice(rng.choice(pools)))) + rng.choice(SPACES)
    return text if rng.random() < 0.5 else text.strip()


def repeats(rng: random.Random) -> str:
    """A few words over and over: a token scores as where it first stood."""
    words = [cased(rng, rng.choice(rng.choice([COMMON, PLAIN, BOOSTERS, NEGATIONS]))) for _ in range(5)]
    return " ".join(marked(rng, rng.choice(words)) for _ in range(rng.randint(3, 18)))


def noise(rng: random.Random) -> str:
    """Characters in no order."""
    alphabet = rng.choice(["ab!? '.,", "Ok!?:-) D", "n'T o\u00e9\u212a", "GOOD good:;,!?-\"' "])
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 40)))


def texts(count: int, seed: int) -> list[str]:
    """That many texts, always the same for a seed."""
    rng = random.Random(seed)
    makers = [template, template, salad, salad, repeats, noise]
    return [makers[number % len(makers)](rng) for number in range(count)]


def lines(count: int, seed: int) -> list[str]:
    """The texts with nltk's scores."""
    result = []
    for text in texts(count, seed):
        scores = ANALYZER.polarity_scores(text)
        row = [text, scores["neg"], scores["neu"], scores["pos"], scores["compound"]]
        result.append(json.dumps(row, separators=(",", ":"), ensure_ascii=False))
    return result


def main() -> None:
    """Writes the file, or prints more lines."""
    if len(sys.argv) == 3:
        for line in lines(int(sys.argv[1]), int(sys.argv[2])):
            sys.stdout.buffer.write(f"{line}\n".encode())
        return
    target = Path(__file__).with_name("vader.jsonl")
    target.write_text("".join(line + "\n" for line in lines(COUNT, SEED)), encoding="utf-8")


if __name__ == "__main__":
    main()
