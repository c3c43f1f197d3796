"""Named entities: token-per-line corpora turned back into running text, and PII templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.example import Example
from training.prepare.conventions import harmonise, is_handle
from training.prepare.splits import HELD_OUT

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from training.prepare.archives import Archive

_NAMES = ["PERSON", "LOCATION", "ORGANIZATION"]
_TYPES = {
    "PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION", "person": "PERSON", "location": "LOCATION",
    "corporation": "ORGANIZATION", "group": "ORGANIZATION", "Person": "PERSON", "Location": "LOCATION",
    "Organisation": "ORGANIZATION", "Temporal": "DATE",
}  # fmt: skip
_NO_SPACE_BEFORE = set(".,;:!?)]}%'\u2019") | {"'s", "n't", "'re", "'ll", "'ve", "'m", "'d", "\u2019s", "..."}
_NO_SPACE_AFTER = set("([{$#@\u20ac\u00a3")


def read(archive: Archive, _: random.Random) -> Iterator[Example]:
    """Yield the sentences of an archive with entity labels."""
    yield from _READERS[archive.name](archive)


def running_text(tokens: list[str], tags: list[str]) -> tuple[str, list[list[int | str]]]:
    """Join tokens as they are written; return the text and the spans of IOB1 or IOB2 tags."""
    text = ""
    spans: list[list[int | str]] = []
    last_tag, glue, quoted = "O", True, False
    for word, tag in zip(tokens, tags, strict=True):
        opening = word == '"' and not quoted
        if word == '"':
            quoted = not quoted
        if text and not glue and word not in _NO_SPACE_BEFORE and not (word == '"' and not opening):
            text += " "
        start = len(text)
        text += word
        glue = word in _NO_SPACE_AFTER or opening
        prefix, _, kind = tag.partition("-")
        mapped = _TYPES.get(kind)
        if mapped:
            if prefix == "I" and last_tag.partition("-")[2] == kind and spans:
                spans[-1][1] = len(text)
            else:
                spans.append([start, len(text), mapped])
        last_tag = tag
    return text, spans


def _sentences(
    lines: Iterable[str], word: int, tag: int, separator: str | None
) -> Iterator[tuple[list[str], list[str]]]:
    tokens: list[str] = []
    tags: list[str] = []
    for line in [*lines, ""]:
        columns = line.split(separator) if line.strip() else []
        if len(columns) <= max(word, 0, tag) or columns[0] in {"-DOCSTART-", "#"}:
            if tokens:
                yield tokens, tags
            tokens, tags = [], []
        else:
            tokens.append(columns[word].strip())
            tags.append(columns[tag].strip())


# In the filings "Borrower" and "Lender" are persons: their PERSON is not ours.
_OBSERVED = {"SEC-filings": ["LOCATION", "ORGANIZATION"], "re3d": [*_NAMES, "DATE"]}


# What the reports call persons and organisations without naming them.
_PRONOUNS = frozenset({
    "i", "me", "my", "myself", "we", "us", "our", "ours", "ourselves", "you", "your", "yours", "he",
    "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself", "they", "them",
    "their", "theirs", "themselves", "who", "whom", "whose", "this", "that", "these", "those",
})  # fmt: skip


def is_name(text: str) -> bool:
    """Whether a span names something, unlike `They` and `the fighters`: a word has a capital or a digit."""
    words = [word for word in text.split() if word.lower() not in _PRONOUNS]
    return any(not word.islower() and any(map(str.isalnum, word)) for word in words)


def archive_part(name: str) -> str:
    """Return the corpus that a file of the collection belongs to."""
    return name.split("__")[1] if name.startswith("data__") else name


def _rows(
    archive: Archive, name: str, word: int, tag: int, separator: str | None, **more: str
) -> Iterator[Example]:
    observed = _OBSERVED.get(archive_part(name), _NAMES)
    for index, (tokens, tags) in enumerate(_sentences(archive.text(name).split("\n"), word, tag, separator)):
        text, spans = running_text(tokens, tags)
        # tweets name their addressees by handles, which the corpora do not treat alike
        spans = [span for span in spans if span[2] in observed and not is_handle(text, int(span[0]))]
        if archive_part(name) == "re3d":
            # times are no names
            spans = [span for span in spans if span[2] == "DATE" or is_name(text[slice(*span[:2])])]
        source = more.get("source", archive.name)
        if source not in HELD_OUT:
            spans = harmonise(text, spans, observed)
        if text and len(tokens) > 2:
            labels = {"entities": {"spans": spans, "observed": observed}, "injection": []}
            yield Example(
                f"{name}/{index}",
                text,
                source,
                f"{name}/{index // 20}",
                labels,
                language=more.get("language", "en"),
            )


def _corpora(archive: Archive) -> Iterator[Example]:
    for name in archive.matching("BTC"):
        yield from _rows(archive, name, 0, -1, "\t", source="broad_twitter_corpus")
    for name in archive.matching("wikigold"):
        yield from _rows(archive, name, 0, -1, " ", source="wikigold")
    for name in archive.matching("FIN5"):
        yield from _rows(archive, name, 0, -1, " ", source="sec_filings")
    for name in archive.matching("re3d"):
        yield from _rows(archive, name, 0, -1, "\t", source="re3d")


def _wnut(archive: Archive) -> Iterator[Example]:
    for name in ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"):
        source = "wnut17_test" if "test" in name else "wnut17"
        yield from _rows(archive, name, 0, 1, "\t", source=source)


def _germeval(archive: Archive) -> Iterator[Example]:
    yield from _rows(archive, "GermEval2014__NER-de-dev.tsv", 1, 2, "\t", source="germeval14", language="de")


def _presidio(archive: Archive) -> Iterator[Example]:
    types = {
        "PERSON": "PERSON",
        "LOCATION": "LOCATION",
        "ORGANIZATION": "ORGANIZATION",
        "ADDRESS": "ADDRESS",
        "DATE_TIME": "DATE",
    }
    for name in archive.matching("generated"):
        for index, row in enumerate(archive.json(name)):
            spans: list[list[int | str]] = []
            for span in sorted(row["spans"], key=lambda span: span["start_position"]):
                kind = types.get(span["entity_type"])
                first, last = span["start_position"], span["end_position"]
                if not kind or last <= first or (spans and first < int(spans[-1][1])):
                    continue
                if kind == "PERSON" and spans and spans[-1][2] == kind and first - int(spans[-1][1]) == 1:
                    spans[-1][1] = last  # a title and its name
                else:
                    spans.append([first, last, kind])
            if any(
                kind == "ADDRESS" and last - first < 4 for first, last, kind in spans
            ):  # a number that the template broke off
                continue
            observed = [*_NAMES, "ADDRESS", "DATE"]
            spans = harmonise(row["full_text"], spans, observed)
            labels = {"entities": {"spans": spans, "observed": observed}, "injection": []}
            template = row.get("template_id", index)
            yield Example(f"{name}/{index}", row["full_text"], archive.name, f"template/{template}", labels)


_READERS = {
    "ner_btc_wikigold_sec": _corpora,
    "wnut17": _wnut,
    "germeval14": _germeval,
    "presidio_research": _presidio,
}
ARCHIVES = tuple(_READERS)
