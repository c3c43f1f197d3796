"""Languages of the same held-out texts, found by pyshield and by others.

    python3 -m venv .venv-language
    .venv-language/bin/pip install -r benchmarks/language/rivals.txt
    python -m benchmarks.language --data FOLDER

FOLDER holds `lingua_langid.tar.gz`, the archive that training reads; of it the tenth that training leaves
out. The weights' sizes and scale were chosen by that tenth, and lingua was built on the collection that it is
from.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections import defaultdict
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Figure, Report, at_least, finish, parser
from pyshield.input_scanners import Language
from training.language import data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_RIVALS = {
    "fasttext": "fastText lid.176.ftz, 0.9 MB",
    "lingua": "lingua 2.1.1, all models",
    "langid": "py3langid 0.4.0",
}
_TARGETS = {"three words": 0.85, "four sentences": 0.96}


def _texts(folder: Path, most: int) -> dict[str, list[tuple[str, str]]]:
    """At most `most` held-out texts of each language, by length."""
    rng = random.Random(5)
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in data.read(folder):
        if row.held_out:
            rows[row.kind, row.language].append(row.text)
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for (kind, language), found in sorted(rows.items()):
        chosen = rng.sample(found, min(most, len(found)))
        if kind == "single-words":
            texts["word"] += [(language, text) for text in chosen]
        elif kind == "word-pairs":
            texts["two words"] += [(language, text) for text in chosen]
        else:
            texts["sentence"] += [(language, text) for text in chosen]
            texts["three words"] += [(language, data.crop(rng, text, 3, language)) for text in chosen]
            texts["four sentences"] += [
                (language, " ".join(rng.sample(found, min(4, len(found))))) for _ in chosen
            ]
    return texts


def _own(texts: Sequence[str]) -> tuple[list[str], float]:
    """The most probable language of each text, and the processor time of one in microseconds."""
    scanner = Language([], threshold=0.0)
    start = process_time()
    reports = [scanner.report(text) for text in texts]
    seconds = process_time() - start
    found = [report.findings[0].label if report.findings else "" for report in reports]
    return [label.removeprefix("LANGUAGE_").lower() for label in found], seconds / len(texts) * 1e6


def _recalls(wanted: Iterable[str], found: Iterable[str]) -> dict[str, float]:
    """The recall of each language."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for language, code in zip(wanted, found, strict=True):
        hits[language].append(language == code)
    return {language: sum(all_) / len(all_) for language, all_ in sorted(hits.items())}


def _mean(recalls: dict[str, float], known: Iterable[str] | None = None) -> float:
    chosen = [value for language, value in recalls.items() if known is None or language in known]
    return sum(chosen) / len(chosen)


def main() -> None:
    """Measures one after the other."""
    arguments = parser(__doc__)
    arguments.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    arguments.add_argument(
        "--rivals", type=Path, default=ROOT / ".venv-language/bin/python", metavar="PYTHON"
    )
    arguments.add_argument("--most", type=int, default=40, help="texts of a language and length")
    chosen = arguments.parse_args()
    report = Report("recall")
    for length, pairs in _texts(chosen.data, chosen.most).items():
        wanted, texts = [language for language, _ in pairs], [text for _, text in pairs]
        found, micros = _own(texts)
        recalls = _recalls(wanted, found)
        own = _mean(recalls)
        what = f"{length}: recall over {len(recalls)} languages, {len(texts):,} texts"
        if length in _TARGETS:
            report.add(at_least(what, own, "", _TARGETS[length], note=f"{micros:.0f} µs a text"))
        else:
            report.add(Figure(what, own, "", note=f"{micros:.0f} µs a text"))
        details = {"pyshield": {"recalls": recalls, "microseconds": micros}}
        for rival, name in _RIVALS.items():
            command = [str(chosen.rivals), str(Path(__file__).with_name("rival.py")), rival]
            done = subprocess.run(
                command, input=json.dumps(texts), capture_output=True, text=True, check=True
            )
            answer = json.loads(done.stdout.splitlines()[-1])
            theirs = _recalls(wanted, answer["found"])
            known = set(answer["known"]) & set(recalls)
            report.add(
                Figure(
                    f"{length}: {name}, over the {len(known)} languages that it knows",
                    _mean(theirs, known), "", rival="pyshield on these", rival_value=_mean(recalls, known),
                    note=f"{_mean(theirs):.3f} over all; {answer['microseconds']:.0f} µs a text",
                )
            )  # fmt: skip
            details[rival] = {"recalls": theirs, "microseconds": answer["microseconds"]}
        report.details[length] = details
    finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
