"""Writes ``json_repair.jsonl``: broken JSON, and what json_repair makes of it.

The inputs are ours; each is paired with what ``json_repair.repair_json(text, skip_json_loads=True)``
returns. The Rust test ``json_repair`` replays the file. Run it where json_repair is installed::

    python make_json_repair.py

Inputs are broken on purpose, in the ways language models break JSON: a list of single faults, and the same
faults put into larger documents.
"""

from __future__ import annotations

import json
import random
from importlib.metadata import version
from pathlib import Path

import json_repair

# fmt: off
FAULTS: list[str] = [
    # Commas.
    '{"a": 1,}', '{"a": 1,,}', '{"a": 1 "b": 2}', '{"a": 1\n"b": 2}', '{"a": "x" "b": "y"}',
    '{"a": "x"\n"b": "y"}', "[1, 2, 3,]", "[1 2 3]", "[1,,2]", "[,1]", '{,"a": 1}', '{"a": 1 ,}',
    '{"a": "b",, "c": 1}', '["a" "b"]', '["a"\n"b"]', '["a", "b",]', '{"a": [1, 2,], "b": {"c": 1,},}',
    '{"a": 1; "b": 2}', '{"a": {"b": 1} "c": 2}', '{"a": [1] "c": 2}', '[{"a": 1} {"b": 2}]', "[[1] [2]]",
    "[true false null]", '{"a": true "b": false}', '{"a": null "b": 1.5}', '["a" 1 "b"]', '[1 "a"]',
    # Quotation marks.
    "{'a': 'b'}", "['a', 'b']", "{a: 1}", "{a: 1, b: two}", '{"a": two words}', '{"a": b, "c": d}',
    "{“a”: “b”}", '{"a": “b”}', "{“a”: 1, “b”: [“c”]}", '{"a": \'b\'}', "{'a': \"b\"}",
    '{"a": "x "y" z"}', '{"a": "x "y""}', '{"a": ""y" z"}', '["x "y" z"]', '{"a": "say "hi", then go"}',
    '{"a": "he said "yes".", "b": 1}', '{"key": "a "quoted" word", "n": "an "other" one"}',
    '{"a": "it\'s"}', "{'a': \"it's\"}", '{"a: 1}', '{"a": "b, "c": "d"}', '{"a": "b}', '{"a": b"}',
    '{"a": "b, "c": 1}', '{"a": "b",\n"c": "d,\n"e": "f"}', '{a": 1}', '{"a": ["b, "c"]}', '{"a": ["b", c]}',
    '{"a": ["b", "c]}', "{a: 'x', b: \"y\"}", '{""a"": 1}', '{"a": ""b""}', '{"a": "", "b": ""}', '{"": 1}',
    "{first: 1, second_key: 2, third-key: 3}", "{1: 2}", "{1.5: 2}", '{"a": "b" , \'c\' : \'d\' }',
    # Line breaks and control characters within strings.
    '{"a": "one\ntwo"}', '{"a": "one\r\ntwo"}', '{"a": "tab\there"}', '{"a": "\x01"}', '["one\n\ntwo"]',
    '{"a": "one\n\n- two\n- three", "b": 1}',
    # Comments.
    '{"a": 1 // one\n}', '{"a": 1, // one\n"b": 2}', '{"a": 1 /* one */, "b": 2}', '{/* zero */ "a": 1}',
    '{"a": /* one */ 1}', '{"a": 1 # one\n, "b": 2}', "[1, // one\n2]", "[1, /* one */ 2]", "[1, # one\n2]",
    '{"a": "http://x.y/z"}', '{"a": "x", // "b": 1\n "c": 2}', '// head\n{"a": 1}', '/* head */ {"a": 1}',
    '{"a": 1} // tail', '{"a": 1\n// tail\n}', '{"a": "# not one"}', '{"a": "/* not one */"}',
    # Literals.
    '{"a": True, "b": False, "c": None}', "[True, False, None]", '{"a": TRUE, "b": NULL}', "[true, None]",
    '{"a": undefined}', '{"a": yes}', '{"a": tru', '{"a": true', '{"a": "True"}', "{'a': None}",
    # Missing closers.
    "{", "[", '{"', '{"a"', '{"a":', '{"a": ', '{"a": 1', '{"a": "b', '{"a": "b"', '{"a": "b",', '{"a": [',
    '{"a": [1', '{"a": [1,', '{"a": [1, 2', '{"a": {"b"', '{"a": {"b": 1', '{"a": {"b": 1}', "[1", "[1,",
    "[1, 2", '["a', '["a"', '["a",', '["a", "b', '[{"a": 1', '[{"a": 1}', '[{"a": 1},', '[{"a": 1}, {',
    '[{"a": 1}, {"b"', '[{"a": 1}, {"b": ', '[{"a": 1}, {"b": 2', "[[1, 2], [3", '{"a": {"b": {"c": [1',
    '{"a": "long text that stops in the mid', '{"a": 1, "b', '{"a": [1, 2}', '[{"a": 1, "b": [2, 3}]',
    '{"a": [{"b": 1, "c": 2]}', '[{"a": 1}, {"b": 2]', '{"a": {"b": 1, "c": 2}', '{"a": ["b", "c"}',
    # Too many closers.
    '{"a": 1}}', "[1]]", '{"a": [1]]}', '{"a": 1]}', "[1}]", '{"a": "b"}}}', '[{"a": 1}}]',
    # Text around.
    'Here: {"a": 1}', '{"a": 1} is it', 'Here: {"a": 1} is it.', 'Sure!\n\n{"a": 1}\n\nAnything else?',
    '```json\n{"a": 1}\n```', '```\n{"a": 1}\n```', "So:\n```json\n[1, 2]\n```\nDone.", '```json\n{"a": 1}',
    '{"a": 1}\n```', '`{"a": 1}`', 'x = {"a": 1};', "just words", "", " ", "}", "]",
    # Several values.
    '{"a": 1}{"b": 2}', '{"a": 1}\n{"b": 2}', '{"a": 1}, {"b": 2}', "[1][2, 3]", '{"a": 1} and {"b": 2}',
    '{} {"a": 1}', '{"a": 1} {}', "[] [1]", '{"a": 1} [2]',
    # Ellipses.
    "[1, 2, ...]", '{"a": 1, ...}', '["a", ...]', "[...]", '{"a": [1, 2, ...], "b": 3}', '["a", "...", "b"]',
    '[{"a": 1}, ...]', '{"a": "wait..."}', "[1, ..., 9]",
    # Concatenated strings.
    '{"a": "b" + "c"}', '["a" + "b"]', '{"a": "b" +\n "c", "d": 1}', '{"a": \'b\' + \'c\'}',
    # Numbers.
    '{"a": 1.}', '{"a": .5}', '{"a": -.5}', '{"a": +1}', '{"a": 01}', '{"a": 007}', '{"a": 1e}', '{"a": 1e+}',
    '{"a": 1.2.3}', '{"a": 1-2}', '{"a": 10/12}', '{"a": 2024-01-02}', '{"a": 12:30}', '{"a": 1_000}',
    '{"a": -}', '{"a": 5%}', '{"a": 5 kg}', '{"a": 0x1F}', '{"a": 1,000}', "[1., .5, +1, 01]", "[1e]",
    '{"a": 123456789012345678901234567890,}', '{"a": 1.5,}', '{"a": -1,}', '{"a": 0,}', '{"a": 1e5,}',
    '{"a": 12abc}', '{"a": 192.168.0.1}',
    # Escapes.
    '{"a": "\\u12"}', '{"a": "\\u00e9",}', '{"a": "\\x41"}', '{"a": "\\q"}', '{"a": "C:\\dir\\new"}',
    '{"a": "b\\"}', '{"a": "b\\\\",}', '{"a": "\\n\\t\\r\\b",}', '{"a": "\\"b\\"",}', "{'a': 'b\\'c'}",
    '{"a": "\\d+\\s*"}', '{"a": "é",}', '{"a": "日本",}', '{"a": "😀",}', '{"a": "\\ud83d\\ude00",}',
    '{\\"a\\": 1}', '{\\"a\\": \\"b\\"}', '{"a": "\\u",}', '{"a": "tail\\',
    # Colons.
    '{"a"::1}', '{"a":: "b"}', '{"a" : : 1}', '{"a" 1}', '{"a" "b"}', '{"a" = 1}', '{"a" => 1}', "{a = 1}",
    '{"a": : 1}', '{"a" "b", "c": 1}',
    # Missing values and keys.
    '{"a": }', '{"a": , "b": 1}', '{"a"}', '{"a", "b"}', '{"a": 1, "b"}', '{"a": 1, b}', "{: 1}", '{"a":,}',
    '{"a": 1, 2}', "{a}", "{a, b}", '{"a": 1, "b":}', '{"a": [], "b": }', "{1, 2}", '{"a": "b", "c"}',
    # Misplaced brackets.
    '{{"a": 1}}', '[{"a": 1, {"b": 2}]', '["a": 1]', '["a": 1, "b": 2]', '{"a": ["b": 1]}', "{[1, 2]}",
    '{"a": [1, 2, "b": 3}', '{"a": {"b": 1, "c": {"d": 2}', '[{"a": 1, "b": 2}, {"a": 3, "b": 4]',
    '{"a": [{"b": 1}, {"b": 2}, "c": 3}', "[[1, 2, [3, 4]]", '({"a": 1})', "(1, 2)", '{"a": (1, 2)}',
    "[(1, 2), (3, 4)]", '{"a": ()}', '{"a": [(1)]}',
    # Strings that hold what looks like structure.
    '{"a": "{b}",}', '{"a": "[b]",}', '{"a": "x, y: z",}', '{"a": "}",}', '{"a": "]",}', '["}", "{",]',
    '{"a": "b: {c: d}", }', '{"a": "say: \\"x\\", y",}', '{"a": "1, 2, 3",}', "{'a': '}'}", "['[', ']']",
    '{"code": "if (x) { return [1]; }",}', '{"a": "b, c", "d": "e, f",}', '{"a": "k: v", b: 1}',
    # White space.
    '{ "a" : 1 , }', '\n\n{"a": 1,}\n', '{\n  "a": 1,\n  "b": [\n    1,\n    2,\n  ],\n}', '{"a":1,"b":2,}',
    '{\t"a":\t1,}', '{"a": " padded ",}', '{" a ": 1,}', '\ufeff{"a": 1,}', '{\u00a0"a": 1,}',
    # Empty containers.
    "{ }", "[ ]", '{"a": {},}', '{"a": [],}', "[{},]", "[[],]", '{"a": {}, "b": []', "[{}, []",
    '{"a": {"b": {',
]
# fmt: on

WORDS = ["name", "age", "city", "items", "note", "total", "is active", "señor", "x-y", "user_id"]
TEXTS = ["Ann", "New York", "it's fine", "a, b", "50 %", "see (1)", "naïve", "", "https://x.y/?a=b", "1. one"]


def document(rng: random.Random, depth: int = 0) -> object:
    """A JSON value such as a model is asked for."""
    kind = rng.random()
    if (depth < 3 and kind < 0.35) or depth == 0:
        return {rng.choice(WORDS): document(rng, depth + 1) for _ in range(rng.randint(1, 4))}
    if depth < 3 and kind < 0.5:
        return [document(rng, depth + 1) for _ in range(rng.randint(1, 3))]
    return rng.choice([rng.choice(TEXTS), rng.randint(-9, 999), True, False, None, 2.5])


def broken(rng: random.Random) -> str:
    """A document with one or two faults."""
    value = document(rng)
    text = json.dumps(value, ensure_ascii=rng.random() < 0.3, indent=rng.choice([None, None, 2]))
    for _ in range(rng.randint(1, 2)):
        fault = rng.randrange(8)
        if fault == 0:
            text = text[: rng.randrange(len(text) // 2, len(text))]
        elif fault == 1:
            text = text.replace("}", ",}").replace("]", ",]")
        elif fault == 2:
            text = text.replace("true", "True").replace("false", "False").replace("null", "None")
        elif fault == 3 and "'" not in text:
            text = text.replace('"', "'")
        elif fault == 4:
            text = f"Here you go:\n```json\n{text}\n```\nBye."
        elif fault == 5:
            text = text.replace('",', '"', 1)
        elif fault == 6:
            text = text.replace(": ", ": /* value */ ", 1)
        else:
            text = text.removesuffix("}")
    return text


def main() -> None:
    """Writes the cases beside this script."""
    rng = random.Random(2718)  # noqa: S311 (reproducible cases, no secrets)
    inputs = list(dict.fromkeys(FAULTS + [broken(rng) for _ in range(300)]))
    lines = [json.dumps({"json_repair": version("json_repair")})]
    for text in inputs:
        repaired = json_repair.repair_json(text, skip_json_loads=True)
        lines.append(json.dumps({"text": text, "repaired": repaired}))
    path = Path(__file__).with_suffix("").with_name("json_repair.jsonl")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
