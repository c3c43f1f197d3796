"""Sentences with private data of known place and kind, and with numbers that only look like it.

The check digits are worked out here, by the published rules and independently of pyshield. Seeded: the same
seed gives the same corpus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


class Sample(NamedTuple):
    """A text and what is private in it, as `(entity, start, end)` in code points."""

    text: str
    spans: list[tuple[str, int, int]]


def _digits(rng: Random, count: int) -> list[int]:
    return [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(count - 1))]


def _text(digits: list[int]) -> str:
    return "".join(map(str, digits))


def _luhn(digits: list[int]) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled // 10 + doubled % 10
    return -total % 10


def _card(rng: Random) -> str:
    digits = [4, *_digits(rng, 14)]
    number = _text([*digits, _luhn(digits)])
    joint = rng.choice(["", " ", "-"])
    return joint.join(number[at : at + 4] for at in range(0, 16, 4))


def _iban(rng: Random) -> str:
    account = _text(_digits(rng, 18))
    check = 98 - int(account + "131400") % 97
    number = f"DE{check:02}{account}"
    return number if rng.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, 22, 4))


def _wallet(rng: Random) -> str:
    from hashlib import sha256

    body = b"\0" + bytes([rng.randrange(1, 256), *rng.randbytes(19)])
    number = int.from_bytes(body + sha256(sha256(body).digest()).digest()[:4])
    letters = ""
    while number:
        number, rest = divmod(number, 58)
        letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest] + letters
    return "1" + letters


def _nhs(rng: Random) -> str:
    while True:
        digits = _digits(rng, 9)
        check = -sum(digit * (10 - at) for at, digit in enumerate(digits)) % 11
        if check != 10:
            number = _text([*digits, check])
            return f"{number[:3]} {number[3:6]} {number[6:]}"


def _pesel(rng: Random) -> str:
    born = f"{rng.randrange(40, 99):02}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    digits = [*map(int, born), *(rng.randrange(10) for _ in range(4))]
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    return _text([*digits, -sum(d * w for d, w in zip(digits, weights, strict=True)) % 10])


def _nif(rng: Random) -> str:
    number = rng.randrange(10_000_000, 99_999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def _ssn(rng: Random) -> str:
    area = rng.choice([rng.randrange(1, 666), rng.randrange(667, 900)])
    return f"{area:03}-{rng.randrange(1, 100):02}-{rng.randrange(1, 10_000):04}"


def _phone(rng: Random) -> str:
    line = f"{rng.randrange(100, 200):04}"
    area = rng.choice(["202", "212", "312", "415", "617"])
    return rng.choice(
        [
            f"({area}) 555-{line}",
            f"{area}-555-{line}",
            f"{area}.555.{line}",
            f"+1 {area} 555 {line}",
            f"+1-{area}-555-{line}",
            f"+44 20 7946 {line}",
            f"+33 1 99 00 {line[:2]} {line[2:]}",
            f"+49 30 23125 {line[1:]}",
            f"+61 2 5550 {line}",
        ]
    )


def _mail(rng: Random) -> str:
    name = rng.choice(["ada", "grace.hopper", "li_wei", "o.neil+news", "x99"])
    return f"{name}@{rng.choice(['example.com', 'mail.example.org', 'uni-bremen.de', 'post.co.uk'])}"


def _ip(rng: Random) -> str:
    if rng.random() < 0.3:
        return f"2001:db8:{rng.randrange(1, 65_535):x}::{rng.randrange(1, 65_535):x}"
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def _url(rng: Random) -> str:
    return f"https://www.example.com/{rng.choice(['a', 'docs/x', 'q?id=7'])}"


def _date(rng: Random) -> str:
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1950, 2030)
    return rng.choice([f"{month}/{day}/{year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}"])


KINDS: dict[str, Callable[[Random], str]] = {
    "CREDIT_CARD": _card,
    "IBAN_CODE": _iban,
    "CRYPTO": _wallet,
    "UK_NHS": _nhs,
    "PL_PESEL": _pesel,
    "ES_NIF": _nif,
    "US_SSN": _ssn,
    "PHONE_NUMBER": _phone,
    "EMAIL_ADDRESS": _mail,
    "IP_ADDRESS": _ip,
    "URL": _url,
    "DATE_TIME": _date,
}

_FRAMES = [
    "Please note {} for the file, and call me back when you can.",
    "It was {}, as I said before; nothing else has changed since.",
    "({}) is what the customer wrote in the third paragraph of the letter.",
    "They asked for it twice: {}. We did not answer until Monday.",
    'The form says "{}" although the field should be empty.',
]
_PLAIN = [
    "The meeting lasted three hours and nobody took notes.",
    "We shipped 12,400 units in the second quarter, 8.5 % more than before.",
    "Version 2.14.3 fixes the crash that build 20240117 had.",
    "Row 1048576 is the last one; column 16384 the last one to the right.",
    "The checksum is 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.",
    "See section 3.2.1, table 14-2, and figure 7 on page 1234.",
    "Order 7712345609 left on truck 55 at a quarter past eight.",
]


def corpus(rng: Random, count: int) -> list[Sample]:
    """`count` texts of about eight sentences, half of which hold something private, and some a number with
    a wrong check digit."""
    samples = []
    for _ in range(count):
        text, spans = "", []
        for _ in range(8):
            kind = rng.choice(list(KINDS))
            value = KINDS[kind](rng)
            chance = rng.random()
            if chance < 0.5:
                before, after = rng.choice(_FRAMES).split("{}")
                start = len(text) + len(before)
                spans.append((kind, start, start + len(value)))
                text += before + value + after + " "
            elif chance < 0.6 and kind in {"CREDIT_CARD", "IBAN_CODE", "UK_NHS", "PL_PESEL"}:
                wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
                text += rng.choice(_FRAMES).format(wrong) + " "
            else:
                text += rng.choice(_PLAIN) + " "
        samples.append(Sample(text, spans))
    return samples
