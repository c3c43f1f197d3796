"""One convention for names: what the corpora that train label differently is brought together by rule.

A name is what agencies' corpora take it to be: without a title, an article, a possessive, a hash or the mark
of punctuation behind it. Handles name nobody. Nationalities and house numbers are of types (`NRP`, `ADDRESS`)
that these corpora do not observe: without a span, `O` and the type that is not observed are both right.
"""

from __future__ import annotations

import re

from training.generate.entities import lexicon

Span = list[int | str]
_TITLES = (
    r"(?:(?:vice|deputy|acting|former|prime|foreign|finance|defence|defense|interior|first|us|u\.s\.|uk)\s+)*"
    r"(?:president|pres\.?|minister|premier|chancellor|senator|sen\.?|congressman|congresswoman|rep\.?|"
    r"representative|governor|gov\.?|mayor|speaker|secretary|ambassador|justice|judge|chief|king|queen|"
    r"prince|princess|duke|duchess|lord|lady|sir|dame|baron|baroness|count|countess|pope|cardinal|"
    r"archbishop|bishop|father|rev\.?|reverend|pastor|rabbi|imam|sheikh|general|gen\.?|colonel|col\.?|"
    r"major|maj\.?|captain|capt\.?|lieutenant|lt\.?|sergeant|sgt\.?|corporal|admiral|commander|"
    r"inspector|constable|officer|detective|professor|prof\.?|doctor|dr\.?|mr\.?|mrs\.?|ms\.?|miss|"
    r"mx\.?|madam|coach|pm|mp|mayor|saint)"
)
_TITLE = re.compile(rf"(?:{_TITLES}\s+)+(?=\S)", re.IGNORECASE)
# Who is known by what looks like a title ("Lady Gaga"), and saints' and queens' names in other names.
_NOT_TITLES = re.compile(r"(lady|king|count|major|judge|justice|chief|miss|saint|sir)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|a|an)\s+(?=\S)")
_POSSESSIVE = re.compile(r"['\u2019](?:s|S)?$")
_KEEPS_ITS_STOP = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|Bros|Jr|Sr|St|Mt|Ave|Rd|Univ|Dept|Assn)|(?:^|[\s.])[A-Za-z])\.$", re.IGNORECASE
)
_ROLES = frozenset({
    "bank", "the bank", "commonwealth", "remarketing agent", "paying agent", "chief financial officer",
    "agent", "lender", "borrower", "company", "trustee", "delaware corporation", "eastern",
    "virginia general partnership", "board", "state", "court", "corporation", "government", "authority",
})  # fmt: skip
_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_MORE_GROUPS = (
    "european africans african asian asians arab arabs latin westerners europeans brits aussies yanks"
)


def _groups() -> frozenset[str]:
    places = lexicon.table("places")
    names = (*places["nationalities"], *places["peoples"], *_MORE_GROUPS.split())
    return frozenset(name.lower() for name in names)


_GROUPS = _groups()


def harmonise(text: str, spans: list[Span], observed: list[str]) -> list[Span]:
    """The spans of a row that trains, by one convention; those that name nothing by it are left out."""
    found = []
    for first, last, kind in spans:
        start, end = _trim(text, int(first), int(last), str(kind))
        if start < end and _counts(text, start, end, str(kind), observed):
            found.append([start, end, kind])
    return found


def is_handle(text: str, start: int) -> bool:
    """Whether the span that starts here is somebody's handle."""
    return text.startswith("@", start) or text.endswith(("@", "@ "), 0, start)


def _trim(text: str, start: int, end: int, kind: str) -> tuple[int, int]:
    while start < end and text[start] in "#\"' \u201c\u2018(":
        start += 1
    if kind == "PERSON":
        title = _TITLE.match(text, start, end)
        # one word behind a word that is also a name's: the name stays whole ("Lady Gaga", "Judge Judy")
        words = len(text[start:end].split())
        if title and not (_NOT_TITLES.match(text, start) and words == 2):
            start = title.end()
    elif kind != "ADDRESS" and (article := _ARTICLE.match(text, start, end)):
        start = article.end()
    before = None
    while before != end:
        before = end
        value = text[start:end]
        # in "players'" and "Lloyds'" the apostrophe alone is the possessive
        if (mark := _POSSESSIVE.search(value)) and len(value) > 3:
            end = start + mark.start()
        elif (value and value[-1] in ',;:!?"\u201d ') or (value.endswith(")") and "(" not in value):
            end -= 1
        elif value.endswith(".") and kind in {"LOCATION", "ORGANIZATION", "PERSON"}:
            end -= 0 if _KEEPS_ITS_STOP.search(value) or "." in value[:-1] else 1
    return start, end


def _counts(text: str, start: int, end: int, kind: str, observed: list[str]) -> bool:
    value = text[start:end].lower()
    if kind in {"LOCATION", "ORGANIZATION"}:
        if "NRP" not in observed and value in _GROUPS:
            return False
        if value in _ROLES:
            return False
    if kind == "LOCATION" and "ADDRESS" not in observed and value[0].isdigit():
        return False
    if kind == "DATE" and value in _WEEKDAYS:
        return False
    return any(map(str.isalnum, value))
