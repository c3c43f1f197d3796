"""Texts as words. As `runtime/core/src/consistency/tokens.rs` has it."""

from __future__ import annotations

from dataclasses import dataclass

from training.consistency import words

LONGEST_SENTENCE = 64
"""Words after which a sentence ends, whatever stands there."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, as far as it matters here."""

    word: str
    """In lower case; numbers without commas and closing zeros, in digits."""
    stem: str
    sentence: int
    is_upper: bool
    """Whether it begins with a capital."""
    is_name: bool
    """Whether it does so inside a sentence."""
    is_number: bool
    is_stopword: bool
    is_negation: bool


def _is_ideograph(char: str) -> bool:
    """Whether it is of a script that does not part words: kana, or the common Chinese characters."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


def _ends(text: str) -> list[tuple[int, int]]:
    """Where each word begins and ends.

    A word is letters and digits, with apostrophes before letters, and full stops and commas before digits,
    inside.
    """
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        start = at
        if _is_ideograph(text[at]):
            at += 1
            found.append((start, at))
            continue
        at = _run(text, at)
        if at == start:
            at += 1
            continue
        while at + 1 < len(text):
            if text[at] in "'\u2019" and _run(text, at + 1) > at + 1:
                at = _run(text, at + 1)
            elif text[at] in ".," and text[at + 1] in "0123456789":
                at += 1
                while at < len(text) and text[at] in "0123456789":
                    at += 1
            else:
                break
        found.append((start, at))
    return found


def _run(text: str, at: int) -> int:
    """Where the letters and digits that begin at `at` end."""
    while at < len(text) and text[at].isalnum() and not _is_ideograph(text[at]):
        at += 1
    return at


def _parts_sentences(gap: str) -> bool:
    """Whether what stands between two words ends a sentence; a full stop in `U.S.` does not."""
    return "\n" in gap or (gap != "." and any(char in ".!?\u3002\uff01\uff1f" for char in gap))


def tokens(text: str) -> list[Token]:
    """The words of a text."""
    found: list[Token] = []
    sentence, size, last = 0, 0, 0
    for start, end in _ends(text):
        begins = not found
        if found and (_parts_sentences(text[last:start]) or size == LONGEST_SENTENCE):
            sentence, size, begins = sentence + 1, 0, True
        found.append(_token(text[start:end], sentence, begins=begins))
        size, last = size + 1, end
    return found


def _token(raw: str, sentence: int, *, begins: bool) -> Token:
    word = raw.lower().replace("\u2019", "'")
    contracted = word.endswith("n't")
    if not contracted:
        word = word.split("'", 1)[0]
    is_number = "0" <= word[:1] <= "9"
    if is_number:
        word = _number(word)
    elif word in words.NUMBERS:
        word, is_number = words.NUMBERS[word], True
    stem = word if is_number else words.stem(word)
    upper = raw[:1].isupper()
    return Token(
        word,
        stem,
        sentence,
        is_upper=upper,
        is_name=upper and not begins,
        is_number=is_number,
        is_stopword=not is_number and (word in words.STOPWORDS or (len(word) == 1 and word.isascii())),
        is_negation=contracted or stem in words.NEGATIONS,
    )


def _number(word: str) -> str:
    word = word.replace(",", "")
    if "." in word and all(char in "0123456789." for char in word):
        return word.rstrip("0").rstrip(".")
    return word
