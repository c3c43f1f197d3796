"""Records what tiktoken counts, and where it cuts, for the texts of this file.

    python runtime/core/tests/data/record_token_counts.py VOCABULARIES > runtime/core/tests/data/token_counts.json

VOCABULARIES is a folder with the published ``*.tiktoken`` files. The crate tiktoken-rs carries them in
``assets/``; tiktoken itself would download them. Recorded with tiktoken 0.14.0.
"""

from __future__ import annotations

import json
import random
import sys
import unicodedata
from pathlib import Path

import tiktoken
import tiktoken_ext.openai_public as published
from tiktoken.load import load_tiktoken_bpe

ENCODINGS = ["r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony"]

SENTENCES = [
    "",
    "Hello, world!",
    "The quick brown fox jumps over the lazy dog. It didn't mind; they'd done it before, and WE'LL do it again.",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    "Dès Noël, où un zéphyr haï me vêt de glaçons würmiens, je dîne d'exquis rôtis de bœuf.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "今日は良い天気ですね。明日は雨が降るかもしれません。",
    "我们明天下午三点在图书馆门口见面,好吗?",
    "다람쥐 헌 쳇바퀴에 타고파.",
    "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر.",
    "ऋषियों को सताने वाले दुष्ट राक्षसों का विनाश करने वाले राम।",
    "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า",
    "def mean(values: list[float]) -> float:\n    return sum(values) / len(values)\n\n\n# done\n",
    'SELECT id, name FROM users WHERE created_at >= "2024-01-01"\tORDER BY id;\r\n',
    "https://example.com/a/b/c?x=1&y=%20z#part/../..//",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 é e\u0301 ǅ ʰ ſ 'ſ it'ſ IT'S we'LL y'all'd've",
    "1 12 123 1234 12345 ٣٤٥٦ ⅷ ² 3.14159265358979",
    "   leading,   inner    and trailing   ",
    "line\n\n\n  indented\r\n\r\n\ttab\u00a0nbsp\u3000wide\u2028sep \n \n",
    "<|endoftext|><|im_start|>system",
    "HTTPServer parseXMLDocument camelCase SCREAMING_SNAKE kebab-case ÀÉÎÕÜ",
    "本AAAA本BB,本CC\u0301DD\u0301\u0301ee",
    "a" * 300,
    "\u0301" * 40 + "x",
    " " * 200 + "x",
    "\n " * 60,
    "!?" * 90,
    "漢" * 60,
]
AWKWARD = "'sStTdDmMlLrRvVeEſ \t\n\r/aA1٣\u0301。ǅʰ本!-\u00a0\u2028\u3000K😀\u200d\0"


def texts() -> list[str]:
    """The sentences, and random strings of characters that the encodings treat differently."""
    random.seed(2024)
    characters = [
        chr(c) for c in range(0x20, 0x3000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")
    ]
    made = ["".join(random.choices(AWKWARD, k=random.randrange(1, 80))) for _ in range(300)]
    made += ["".join(random.choice(AWKWARD) * random.randrange(1, 12) for _ in range(12)) for _ in range(100)]
    made += ["".join(random.choices(characters, k=random.randrange(1, 60))) for _ in range(100)]
    return SENTENCES + made


def main(vocabularies: Path) -> None:
    published.load_tiktoken_bpe = lambda url, expected_hash=None: load_tiktoken_bpe(
        str(vocabularies / url.rsplit("/", 1)[1]), expected_hash
    )
    encodings = [tiktoken.Encoding(**published.ENCODING_CONSTRUCTORS[name]()) for name in ENCODINGS]
    cases = []
    for text in texts():
        limit = random.randrange(0, 40)
        counts, cuts = [], []
        for encoding in encodings:
            tokens = encoding.encode_ordinary(text)
            counts.append(len(tokens))
            # A character that was cut in two is left out; `ignore` touches nothing else.
            cuts.append(len(encoding.decode_bytes(tokens[:limit]).decode("utf-8", "ignore").encode()))
        cases.append({"text": text, "limit": limit, "counts": counts, "cuts": cuts})
    sys.stdout.write('{"encodings": ' + json.dumps(ENCODINGS) + ', "cases": [\n')
    sys.stdout.write(",\n".join(json.dumps(case) for case in cases) + "\n]}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
