"""The calls whose answers by llm-guard 0.3.16 are recorded. Needs nothing but the standard library."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Call = dict[str, Any]

SENTENCES = [
    "",
    " ",
    "\n\t ",
    "a",
    "Hello!",
    "Good morning, Kim. Could you send me the minutes of yesterday's meeting?",
    "I love this! It is the best thing that ever happened to me :) :)",
    "This is terrible, I hate it. WORST service ever!!!",
    "The service was not good at all, but the food was okay.",
    "It isn't bad; I'd even say it's kind of great, though never cheap.",
    "I'm sorry, but I cannot help with that.",
    "As an AI language model, I do not have opinions.",
    "As a language model I can't provide that. My apologies.",
    "Sure! Here is the code: `print('hello')`. Is that unethical? No, it is not illegal.",
    "Ring 0171-555-0199 or write to kim@example.org before 2027-03-14.",
    "My number is 123-45-6789, and yours is 987-65-4321.",
    "Authorization: Bearer abc.def-ghi_jkl~mno+pqr/stu==",
    "key = sk-abcdefghijklmnopqrstuvwx0123456789",
    "card 4111 1111 1111 1111, again 4111-1111-1111-1111",
    "A backdoor is not the back door; backdoors are backdoored.",
    "BACKDOOR Backdoor backDoor backdoor_ _backdoor back-door",
    "the cat concatenated the category: cat, cats, Cat; CAT!",
    "C++ and C# are languages. So is .NET; a+b=c?",
    "line one\nline two\r\nline three\ttabbed\x0bvertical\x0cform",
    "multiple   spaces   between    words  ",
    "  leading and trailing  ",
    "Straße STRASSE straße ẞ",
    "İstanbul istanbul ISTANBUL ıstanbul",
    "Ünïcödé wörds — „quoted“ … and ellipsis",
    "Οδυσσεύς ΟΔΥΣΣΕΥΣ οδυσσευς",
    "Привет, мир! Как дела?",
    "你好,世界。这是一个测试。",
    "こんにちは世界。テストです。",
    "مرحبا بالعالم",
    "हिन्दी में एक वाक्य",
    "emoji: 😀 🎉 ❤️ 👍🏽 🇩🇪",
    "family: 👩‍👩‍👧‍👦 and flag 🏳️‍🌈",
    "zero\u200bwidth and joiner\u200d and bom\ufeff",
    "soft\u00adhyphen, word\u2060joiner, ltr\u200emark, rtl\u202eoverride",
    "private \ue000 use, unassigned \u0378, tag \U000e0041\U000e0042",
    "nul \x00 and escape \x1b[31m and delete \x7f",
    "combining e\u0301 and a\u0308, ligature ﬁ, fullwidth ABC 123",
    "non-breaking\u00a0space, ideographic\u3000space, line\u2028separator",
    "The quick brown fox jumps over the lazy dog. " * 5,
    "word " * 60,
    "x" * 300,
    "!?" * 40,
    "GREAT great Great, awful AWFUL Awful",
    "very very extremely good but somewhat slightly bad",
    "no no no, nothing, never, nobody, none",
    "kill the process, fight the fire, attack the problem",
    "The movie was great?? The movie was great??? The movie was great!!!!",
    "At least it was not the worst. The least helpful of all.",
    ":-( :'( >:( :D xD <3 </3 ;-)",
    "bad-ass, the shit, the bomb, yeah right, kiss of death, to die for, cut the mustard",
    "without doubt, never so good, hardly ever happy, sort of sad, kind of mad",
]

WORDS = (  # noqa: SIM905 - readable as a text
    "good bad not very never great terrible happy sad love hate but however secret key cat dog backdoor "
    "the a of and is was it they we you meeting minutes invoice broken new old 12 2027 e-mail don't can't "
    "isn't GOOD BAD LOVE !!! ?? :) :( — … café naïve größer мир 世界 😀 \u200b \u00a0 \n"
).split(" ")


def mixtures(seed: int, count: int, longest: int = 40) -> list[str]:
    """Random sequences of words that the scanners treat differently."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randrange(1, longest))) for _ in range(count)]


def _input(scanner: str, params: dict[str, Any], prompt: str) -> Call:
    return {"direction": "input", "scanner": scanner, "params": params, "prompt": prompt}


def _output(scanner: str, params: dict[str, Any], output: str) -> Call:
    return {"direction": "output", "scanner": scanner, "params": params, "prompt": "Why?", "output": output}


def _pairs(params: list[dict[str, Any]], texts: list[str], each: int, seed: int) -> Iterator[tuple[Any, str]]:
    """Every text with `each` of the parameters, so that all of both occur."""
    rng = random.Random(seed)
    turn = itertools.cycle(params)
    for text in texts:
        first = [next(turn)]
        for chosen in first + rng.sample(params, min(len(params), each) - 1):
            yield chosen, text


LISTS = [
    ["backdoor", "secret"],
    ["cat", "dog"],
    ["great", "terrible", "not"],
    ["straße", "ISTANBUL", "οδυσσεύς"],
    ["C++", ".NET", "a+b"],
    ["世界", "мир", "café"],
    ["good morning", "my number", "the"],
    ["!!!", ":)"],
]


def ban_substrings() -> Iterator[Call]:
    """Strings and words, cased or not, any or all, redacted or not."""
    params = [
        {
            "substrings": substrings,
            "match_type": match_type,
            "case_sensitive": cased,
            "redact": redact,
            "contains_all": every,
        }
        for substrings in LISTS
        for match_type, cased, redact, every in itertools.product(
            ["str", "word"], [False, True], [False, True], [False, True]
        )
    ]
    params.append({"substrings": []})
    texts = SENTENCES + mixtures(1, 70)
    for chosen, text in _pairs(params, texts, 3, 1):
        yield _input("BanSubstrings", chosen, text)
    for chosen, text in _pairs(params, SENTENCES, 1, 2):
        yield _output("BanSubstrings", chosen, text)


EXPRESSIONS = [
    [r"Bearer [A-Za-z0-9\-._~+/]+"],
    [r"\b\d{3}-\d{2}-\d{4}\b"],
    [r"\d+", r"[A-Z]{2,}"],
    [r"(?i)backdoor"],
    [r"^\s*$"],
    [r"^.*$"],
    [r"(?m)^line.*$"],
    [r"(?s).+"],
    [r"(\w)\1"],
    [r"(?<=not )\w+"],
    [r"\bcat(?!s)\b"],
    [r"(?<!\w)the(?!\w)"],
    [r"(?P<word>\w+) (?P=word)"],
    [r"\w+@\w+\.\w+", r"sk-[a-z0-9]+"],
    [r"[^\x00-\x7f]+"],
    [r"\s{2,}"],
    [r"a*"],
    [r"\Z"],
    [r"(?x) good \s+ (?: morning | evening )  # a greeting"],
    [r"[\u4e00-\u9fff]+", r"[а-яё]+"],
    [r"(great|awful)\b.*?(?:!|\.)"],
    [r"\bno\b", r"\bnot\b", r"never"],
    [r"(?i)straße"],
    [r"\S+\s*"],
]


def regex() -> Iterator[Call]:
    """Every way to match, blocking and requiring, redacting and not."""
    params = [
        {"patterns": patterns, "is_blocked": blocked, "match_type": match_type, "redact": redact}
        for patterns in EXPRESSIONS
        for blocked, match_type, redact in itertools.product(
            [True, False], ["search", "fullmatch", "all"], [True, False]
        )
    ]
    params.append({"patterns": []})
    texts = SENTENCES + mixtures(3, 60)
    for chosen, text in _pairs(params, texts, 4, 3):
        yield _input("Regex", chosen, text)
    for chosen, text in _pairs([{"patterns": patterns} for patterns in EXPRESSIONS], SENTENCES, 2, 4):
        yield _output("Regex", chosen, text)


def invisible_text() -> Iterator[Call]:
    """Plain text, and format, private and unassigned characters strewn in."""
    rng = random.Random(5)
    hidden = "\u200b\u200c\u200d\u200e\u2060\u2063\ufeff\u00ad\u061c\u180e\ue000\uf8ff\u0378"
    hidden += "\U000e0041\U000e007f\U0001f600"
    texts = SENTENCES + mixtures(5, 80)
    for text in [*texts, *"".join(hidden)]:
        yield _input("InvisibleText", {}, text)
    for text in mixtures(6, 120, 12):
        at = rng.randrange(len(text) + 1)
        yield _input(
            "InvisibleText", {}, text[:at] + "".join(rng.choices(hidden, k=rng.randrange(1, 4))) + text[at:]
        )


def token_limit() -> Iterator[Call]:
    """Limits below, at and above the number of tokens."""
    params: list[dict[str, Any]] = [{"limit": limit} for limit in (1, 2, 3, 5, 8, 13, 21, 34, 60, 200)]
    params += [{"limit": 7, "encoding_name": name} for name in ("r50k_base", "p50k_base", "o200k_base")]
    params += [{"limit": 9, "model_name": name} for name in ("gpt-4", "gpt-4o", "gpt-3.5-turbo")]
    params.append({})
    for chosen, text in _pairs(params, SENTENCES + mixtures(7, 60), 3, 7):
        yield _input("TokenLimit", chosen, text)
    for text in ("<|endoftext|>", "before <|endofprompt|> after", "<|fim_prefix|>x"):
        yield _input("TokenLimit", {"limit": 3}, text)


def sentiment() -> Iterator[Call]:
    """Thresholds on both sides of zero."""
    params = [{"threshold": threshold} for threshold in (-0.3, -0.9, -0.5, -0.1, 0.1, 0.4, 0.8, 1.0, -1.0)]
    for chosen, text in _pairs([{}, *params], SENTENCES + mixtures(8, 200), 2, 8):
        yield _input("Sentiment", chosen, text)
    for chosen, text in _pairs([{}, *params], SENTENCES, 1, 9):
        yield _output("Sentiment", chosen, text)
    for text in ("The table is brown.", "Wonderful!", "Horrible!"):
        yield _input("Sentiment", {"threshold": 0.0}, text)


OBJECTS = [
    "{}",
    "[]",
    '{"a": 1}',
    '{"a": {"b": {"c": [1, 2, {"d": null}]}}}',
    '{"a": 1} and {"b": 2}',
    'text before {"a": "x"} text after',
    "{'a': 'b'}",
    "{a: 1, b: 2}",
    '{"a": 1,}',
    '{"a": 1, "b": [1, 2, 3,]}',
    '{"a": "unclosed',
    '{"a": "b"',
    '{"a" "b"}',
    '{"a": True, "b": None, "c": False}',
    '{"a": 1 "b": 2}',
    '{"text": "he said \\"hi\\" and left"}',
    '{"text": "a { brace } in a string"}',
    '{"text": "tab\tin string"}',
    '{"number": 1.5e10, "negative": -3, "zero": 0}',
    '{"number": 01}',
    '{"number": .5}',
    '{"n": NaN, "i": Infinity}',
    '```json\n{"a": 1}\n```',
    '{"a": "ü", "b": "世界", "c": "😀"}',
    '{"a": "\\u00fc \\ud83d\\ude00"}',
    "{ }",
    "{ not json at all }",
    "{{}}",
    "{{'a': 1}}",
    "}{",
    "{",
    "}",
    "a } b { c",
    '{"a": // comment\n 1}',
    '{"a": /* comment */ 1}',
    '{"a": "x", "a": "y"}',
    '[{"a": 1}, {"b": 2}]',
    '{"a": [1, 2}',
    '{"key": "value" trailing}',
    '{"a":1}{"b":2}{"c":3}',
    '{"a": 1}\n{"b": }\n{"c": 3}',
    '{"nested": {"broken": tru}, "ok": 1}',
    "plain text without any",
    '"just a string"',
    "12",
]


def json_calls() -> Iterator[Call]:
    """Well-formed, broken and no JSON, with what is required on both sides of what is there."""
    params = [
        {"required_elements": count, "repair": repair} for count in (0, 1, 2, 3) for repair in (True, False)
    ]
    rng = random.Random(10)
    texts = [*OBJECTS, "", " "]
    for _ in range(60):
        count = rng.randrange(1, 4)
        fields = [
            f'"k{n}": {rng.choice(["1", "null", "true", chr(34) + "v" + chr(34), "[1, 2]"])}'
            for n in range(count)
        ]
        made = "{" + rng.choice([", ", ",", " , "]).join(fields) + "}"
        texts.append(rng.choice(["", "Answer: ", "1. "]) + made + rng.choice(["", " Done.", "\n"]))
    for chosen, text in _pairs(params, texts, 3, 10):
        yield _output("JSON", chosen, text)


def reading_time() -> Iterator[Call]:
    """Times on both sides of the text's, cut and not."""
    params = [
        {"max_time": minutes, "truncate": cut}
        for minutes in (0.0, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 5)
        for cut in (True, False)
    ]
    for chosen, text in _pairs(params, SENTENCES + mixtures(11, 60, 80), 3, 11):
        yield _output("ReadingTime", chosen, text)


def no_refusal_light() -> Iterator[Call]:
    """Refusals, near refusals and others."""
    starts = [
        "I'm sorry", "Sorry", "I am sorry", "I apologize", "As an", "As an AI", "I'm an", "I'm just",
        "As a language model", "As an Assistant", "I cannot", "I do not", "Hello!",
        "is illegal and unethical", "OpenAI", "unethical", "not ethical", "not legal", "My apologies",
        "but I cannot", "I can't assist", "I can not", "I will not", "I won't", "sorrow", "ass an",
        "hello", "legal", "ethical", "openly", "I'm", "If you have any other non-malicious requests",
        "I'm not able to provide", "I can't provide",
    ]  # fmt: skip
    for start in starts:
        for text in (
            start,
            start.upper() + ", dear Kim.",
            f"Well, {start.lower()} that I know of.",
            start[1:],
        ):
            yield _output("NoRefusalLight", {}, text)
    for text in SENTENCES + mixtures(12, 60):
        yield _output("NoRefusalLight", {}, text)


def chains() -> Iterator[Call]:
    """Several scanners in a row, each on what the one before left."""
    ban = ["BanSubstrings", {"substrings": ["backdoor", "great", "the"], "redact": True}]
    number = ["Regex", {"patterns": [r"\d{3}-\d{2}-\d{4}"]}]
    word = ["Regex", {"patterns": ["REDACTED"]}]
    feeling, count, hidden = ["Sentiment", {}], ["TokenLimit", {"limit": 12}], ["InvisibleText", {}]
    rows = [
        [],
        [ban],
        [ban, number],
        [number, ban, word],
        [feeling, count],
        [hidden, ban, count, feeling],
        [word, number],
    ]
    for text, fast in itertools.product(SENTENCES + mixtures(13, 20), (False, True)):
        for scanners in random.Random(text).sample(rows, 2):
            yield {"direction": "prompt chain", "scanners": scanners, "fail_fast": fast, "prompt": text}
    time, refusal = ["ReadingTime", {"max_time": 0.02, "truncate": True}], ["NoRefusalLight", {}]
    objects = ["JSON", {"required_elements": 1}]
    rows = [
        [],
        [ban, refusal],
        [time, ban],
        [refusal, time, feeling],
        [objects, ban],
        [number, objects, time],
    ]
    for text, fast in itertools.product(SENTENCES + OBJECTS, (False, True)):
        for scanners in random.Random(text).sample(rows, 1):
            yield {
                "direction": "output chain",
                "scanners": scanners,
                "fail_fast": fast,
                "prompt": "Why?",
                "output": text,
            }


def risks() -> Iterator[Call]:
    """Scores against thresholds, all of those two digits long that matter, and random ones."""
    rng = random.Random(14)
    pairs = [(score / 20, threshold / 20) for score in range(21) for threshold in range(21)]
    pairs += [(rng.random(), rng.random()) for _ in range(150)]
    pairs += [
        (0.95, 0.92),
        (0.5, 0.92),
        (0.6, 0.6),
        (1.0, 1.0),
        (0.0, 0.0),
        (0.3, -0.3),
        (-0.5, -0.3),
        (1.0, -1.0),
    ]
    for score, threshold in pairs:
        yield {"direction": "risk", "score": score, "threshold": threshold}


def calls() -> Iterator[Call]:
    """All of them."""
    for group in (
        ban_substrings,
        regex,
        invisible_text,
        token_limit,
        sentiment,
        json_calls,
        reading_time,
        no_refusal_light,
        chains,
        risks,
    ):
        yield from group()
