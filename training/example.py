"""A training row: one text (or pair of texts) and what is known about it.

Rows are stored as JSON lines. A head without a label is *unobserved*: its loss is masked, it is not negative.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

INJECTION = ("direct", "indirect", "jailbreak")
TOXICITY = ("toxic", "insult", "obscene", "threat", "identity_hate", "sexual")
GIBBERISH = ("clean", "mild", "word_salad", "noise")
CONSISTENCY = ("entails", "contradicts", "neither")
EMOTIONS = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity",
    "desire", "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear",
    "gratitude", "grief", "joy", "love", "nervousness", "optimism", "pride", "realization", "relief",
    "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip


class RowError(ValueError):
    """A row that breaks the format. The message names the row's `id` and the head, never the text."""


@dataclass(slots=True)
class Example:
    """One row.

    Attributes:
        id: Unique within its source.
        text: What the model reads.
        source: Where it comes from: an archive's name, or `generated/<subject>/<kind>`.
        group: The unit that never crosses a split: a thread, a template family, a document.
        labels: What is observed, by head:
            `injection`: list out of `INJECTION`, empty for benign;
            `quoted`, `bias`, `refusal`, `code`: 0 or 1;
            `toxicity`: `{label: 0 | 1}` with labels out of `TOXICITY`;
            `gibberish`: one of `GIBBERISH`; `code_language`: a name; `emotions`: list out of `EMOTIONS`;
            `entities`: `{"spans": [[start, end, type], ...], "observed": [types]}`, code points;
            `consistency`: one of `CONSISTENCY` (`text` is the source, `pair` the claim).
        pair: The second text, for pair heads.
        language: ISO 639-1 code.
        meta: How the row was made, for slices of reports (`obfuscation`, `carrier`, `position`, ...); never
            an input of the model.
    """

    id: str
    text: str
    source: str
    group: str
    labels: dict[str, Any] = field(default_factory=dict)
    pair: str | None = None
    language: str = "en"
    meta: dict[str, str] = field(default_factory=dict)


def subject(source: str) -> str:
    """Return the source without its kind: of `generated/injection/mail`, `generated/injection`."""
    return "/".join(source.split("/")[:2])


def check(example: Example) -> Example:
    """Return `example` if it keeps the format.

    Raises:
        RowError: It does not.
    """
    for name in ("id", "text", "source", "group", "language"):
        value = getattr(example, name)
        if not isinstance(value, str) or not value:
            raise RowError(f"row {example.id!r}: {name} is not a non-empty string")
    if not example.labels:
        raise RowError(f"row {example.id!r}: no label at all")
    for head, value in example.labels.items():
        test = _TESTS.get(head)
        if test is None:
            raise RowError(f"row {example.id!r}: unknown head {head!r}")
        if not test(value, example):
            raise RowError(f"row {example.id!r}: bad value for {head!r}")
    return example


def read(path: Path) -> Iterator[Example]:
    """Yield the rows of a JSON-lines file, checked."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield check(Example(**json.loads(line)))


def write(path: Path, examples: Iterable[Example]) -> int:
    """Write rows to a JSON-lines file, checked; return how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for example in examples:
            out.write(json.dumps(asdict(check(example)), ensure_ascii=False) + "\n")
            count += 1
    return count


def _is_bit(value: Any, _: Example) -> bool:
    return type(value) is int and value in {0, 1}


def _subset_of(names: tuple[str, ...]) -> Callable[[Any, Example], bool]:
    def test(value: Any, _: Example) -> bool:
        return (
            isinstance(value, list) and len(set(value)) == len(value) and all(name in names for name in value)
        )

    return test


def _one_of(names: tuple[str, ...]) -> Callable[[Any, Example], bool]:
    return lambda value, _: isinstance(value, str) and value in names


def _is_toxicity(value: Any, example: Example) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(name in TOXICITY and _is_bit(bit, example) for name, bit in value.items())
    )


def _is_entities(value: Any, example: Example) -> bool:
    if not isinstance(value, dict) or set(value) != {"spans", "observed"}:
        return False
    end = 0
    for first, last, kind in sorted(value["spans"]):
        if not end <= first < last <= len(example.text) or kind not in value["observed"]:
            return False
        end = last
    return all(isinstance(kind, str) for kind in value["observed"])


def _is_consistency(value: Any, example: Example) -> bool:
    return value in CONSISTENCY and bool(example.pair)


_TESTS: dict[str, Callable[[Any, Example], bool]] = {
    "injection": _subset_of(INJECTION),
    "quoted": _is_bit,
    "toxicity": _is_toxicity,
    "bias": _is_bit,
    "refusal": _is_bit,
    "gibberish": _one_of(GIBBERISH),
    "code": _is_bit,
    "code_language": lambda value, _: isinstance(value, str) and bool(value),
    "emotions": _subset_of(EMOTIONS),
    "entities": _is_entities,
    "consistency": _is_consistency,
}
