# ruff: noqa: RUF001  # other people's letters
"""Texts with the words and n-grams that training sees in them; the runtime's tests compare theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.language import grams, words

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = (
    "Hello, WORLD2go! It's rock'n'roll, isn't it?",
    "see https://example.org/Words or kim@example.org, WWW.a.b",
    "L’Été d'abord 'quoted' o''er naïve coöperation",
    "Straße GRÖSSE Ünï-cödé İstanbul ſt ﬁn",
    "Zażółć gęślą jaźń; příliš žluťoučký kůň",
    "Đường phố Hà Nội, tiếng Việt e\u0301te\u0301",
    "Привет,мирworld ЁЛКА Ђорђе їжак Ґанок",
    "می\u200cخواهم مُحَمَّد السَّلامُ کتاب",
    "नमस्ते दुनिया। मराठी ज्ञान",
    "東京タワー、です。人々 ｶﾅ 中文字符",
    "ΣΣ αβγ 한국어 שלום ไทย ქართული",
    "a\u00adb\u200dc 12 + 3 = 😀 x",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "re:// a:b : 12:30 'x' ''y",
)


def line(text: str) -> str:
    """The text; its words with their groups; how many n-grams they have, and the sum of their hashes."""
    found = [(kind, word) for kind, word in words.runs(text) if isinstance(kind, int)]
    pieces = [f"{kind}:{piece}" for kind, word in found for piece in words.pieces(word)]
    count, total = 0, 0
    for kind, order in grams.ORDERS.items():
        document = [word for group, word in found if group == kind]
        if not document:
            continue  # training has no empty documents
        hashes, _ = grams.hashes([document], order)
        count += len(hashes)
        total += int(hashes.astype("uint64").sum())
    return f"{text}\t{' '.join(pieces)}\t{count}\t{total}\n"


def run(out: Path) -> None:
    """Writes a line for each text."""
    out.write_text("".join(map(line, TEXTS)), encoding="utf-8")
