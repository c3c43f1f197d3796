"""Calendar dates as people write them, by language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pl": (
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
    ),
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "pl": "poniedziałek wtorek środę czwartek piątek sobotę niedzielę",
}


def weekday(rng: random.Random, language: str) -> str:
    """The name of a day of the week."""
    return rng.choice(_DAYS[language].split())


def iso(rng: random.Random) -> str:
    """A date as agencies' datelines and computers write it."""
    return f"{rng.randint(1985, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def date(rng: random.Random, language: str) -> str:
    """A date with a day or a month; never a bare weekday or a bare year."""
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1935, 2029)
    name = _MONTHS[language].split()[month - 1]
    if rng.random() < 0.3:
        mark = rng.choice("-/." if language != "en" else "-//")
        return rng.choice((
            iso(rng), f"{day:02}{mark}{month:02}{mark}{year}", f"{day}{mark}{month}{mark}{year % 100:02}",
            f"{month}{mark}{day}{mark}{year}" if language == "en" else f"{day}{mark}{month}{mark}{year}",
        ))  # fmt: skip
    if language == "en":
        return _english(rng, day, name, year)
    if language in {"es", "pt"}:
        return rng.choice((f"{day} de {name} de {year}", f"{day} de {name}", f"{name} de {year}"))
    if language == "de":
        return rng.choice(
            (f"{day}. {name} {year}", f"{day}. {name}", f"{name} {year}", f"{day}. {name[:3]}. {year}")
        )
    if language == "pl":
        return rng.choice((f"{day} {name} {year}", f"{day} {name} {year} r.", f"{day} {name}"))
    return rng.choice((f"{day} {name} {year}", f"{day} {name}", f"{name} {year}"))


def _english(rng: random.Random, day: int, name: str, year: int) -> str:
    short = f"{name[:3]}{rng.choice(('', '.'))}" if name != "May" else name
    suffix = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return rng.choice((
        f"{name} {day}, {year}", f"{name} {day}", f"{day} {name} {year}", f"{day} {name}", f"{name} {year}",
        f"{name} {day}{suffix}", f"{day}{suffix} of {name}", f"{day}{suffix} of {name} {year}",
        f"{short} {day}", f"{short} {day}, {year}", f"{day} {short} {year}", f"{day}-{name[:3]}-{year}",
        f"{name} {day}{suffix}, {year}", f"{short} {year}",
    ))  # fmt: skip
