"""Pairs with what training sees in them, which the runtime's tests compare with what it sees."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from training.consistency import data, pack
from training.consistency.tokens import tokens

if TYPE_CHECKING:
    from pathlib import Path

MINUTES = (
    "Ines: the depot in Tartu opens on 3 May at 9.30.\nOla: not on 2 May? Rents rose by 1,250.00 euros,"
    " didn't they?\nInes: they did. The U.S. office wasn't moved; Bo's team can't pay more than twelve"
    " percent."
)
PAIRS = (
    (MINUTES, "The depot in Tartu opens on 3 May. Rents rose by 1250 euros."),
    (MINUTES, "The depot in Tartu closes on 4 May. Rents fell by 1,251 euros."),
    (MINUTES, "The office was moved, and Bo's team can pay no less than 12 percent!"),
    (MINUTES, "I love Tartu, don't you? Are you going there in the summer? My brother is."),
    (MINUTES, "Ola's depot in Riga never opened; every rent is unpaid."),
    ("It\u2019s a 1946 film, directed by Stuart; unlike others it isn't happy.", "Is it a happy film?"),
    (
        "They stopped singing and tried cities, boxes, classes.",
        "He stops, sings, tries a city, a box, a class.",
    ),
    ("die Straße nach MÜNCHEN ist gesperrt", "Die strasse nach München ist frei, ΣΟΦΟΣ."),
    ("東京は日本の首都です。人口は多い。", "東京は首都です"),
    ("a.b.c 1.2.3 10.0.0 3.50m x'y 'z' rock'n'roll", "A b 1.2.3 10 3.5 m x rock"),
    (
        "The price went up. " + "Nothing else was said at the time, and nobody asked. " * 40 + "Cocoa fell.",
        "Cocoa rose, and the price went up.",
    ),
    ("word " * 700 + "ending", "The ending. " + "A claim of many words that goes on without a stop " * 30),
)


def run(weights: Path, out: Path) -> None:
    """Writes for each pair the words of both, the features of each part, and the score."""
    model, table = pack.unpacked(weights.read_bytes())
    found = []
    for text, claim in PAIRS:
        lines = data.matrix([data.Row("", text, claim, follows=False)], table)
        found.append(
            {
                "source": text,
                "claim": claim,
                "stems": " ".join(token.stem for token in tokens(text + "\n" + claim)),
                "features": [
                    None if np.isnan(line).any() else [round(float(value), 9) for value in line]
                    for line in lines[0]
                ],
                "score": round(float(1 / (1 + np.exp(-model.sums(lines)[0]))), 9),
            }
        )
    out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
