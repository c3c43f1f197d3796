"""Counting without the extension. Each test runs a new interpreter in which some module cannot be had."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from pyshield import tokens
from pyshield.tokens import Tokenizer, _fallback, check_rust_modules

ROOT = Path(__file__).parents[2]

PRELUDE = '''
import importlib.abc, json, logging, sys, types

class Refuse(importlib.abc.MetaPathFinder):
    """Raises, for the modules named, what their import would raise."""

    def __init__(self, refused):
        self.refused = refused

    def find_spec(self, name, path=None, target=None):
        if name in self.refused:
            raise self.refused[name]
        return None

def refuse(**errors):
    names = {"extension": "pyshield._runtime"}
    sys.meta_path.insert(0, Refuse({names.get(k, k): v for k, v in errors.items()}))

def missing(name):
    return ModuleNotFoundError(f"No module named {name!r}", name=name)

LOG = []
class Keep(logging.Handler):
    def emit(self, record):
        LOG.append([record.name, record.levelname, record.getMessage()])
logging.getLogger("pyshield.rust").addHandler(Keep())

class ByteEncoding:
    """Stands in for tiktoken, whose vocabularies have to be downloaded: each pair of bytes is a token."""

    def encode_ordinary(self, text):
        data = text.encode()
        return [data[i : i + 2] for i in range(0, len(data), 2)]

    def decode_bytes(self, tokens):
        return b"".join(tokens)

def fake_tiktoken(get_encoding=lambda name: ByteEncoding()):
    sys.modules["tiktoken"] = types.SimpleNamespace(get_encoding=get_encoding)
'''


def run(code: str) -> Any:
    """What `code` leaves in `result`, run in a new interpreter."""
    program = PRELUDE + textwrap.dedent(code) + "\nprint(json.dumps(result))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_the_extension_and_without_tiktoken_lengths_are_estimated():
    result = run("""
        refuse(extension=missing("pyshield._runtime"), tiktoken=missing("tiktoken"))
        from pyshield import tokens
        quiet = list(LOG)
        t = tokens.Tokenizer()
        counted = t.count_tokens("x" * 41)
        result = [quiet, t.backend, tokens.is_rust_available(), counted.count, counted.exact,
                  [c.count for c in t.count_tokens_batch(["x" * 8, ""])], t.truncate_to_tokens("y" * 41, 3),
                  tokens.count_tokens("x" * 41), tokens.check_rust_modules(), LOG]
    """)
    warning = "Rust module 'tokenizer' not available, using Python fallback (may be slower)"
    log = [["pyshield.rust", "WARNING", warning]]
    assert result == [[], "python", False, 10, False, [2, 0], "y" * 12, 10, {"tokenizer": False}, log]


def test_without_the_extension_tiktoken_counts():
    result = run("""
        refuse(extension=missing("pyshield._runtime"))
        asked = []
        def get_encoding(name):
            asked.append(name)
            return ByteEncoding()
        fake_tiktoken(get_encoding)
        from pyshield.tokens import Tokenizer
        t = Tokenizer("gpt-4o")
        one, estimate = t.count_tokens("abcde"), t.count_tokens("ab" * 50, "claude-3")
        result = [one.count, one.exact, estimate.count, estimate.exact, asked,
                  t.truncate_to_tokens("aé本😀", 2), t.truncate_to_tokens("abc", 2),
                  t.truncate_to_tokens("abc", 0)]
    """)
    # Of "aé本😀" two tokens hold a, é and one byte of 本.
    assert result == [3, True, 57, False, ["o200k_base"], "aé", "abc", ""]


def test_an_extension_that_fails_to_load_is_warned_about_and_replaced():
    for error in (
        "ImportError('libfoo.so: cannot open')",
        "OSError('truncated')",
        "missing('pyshield._other')",
    ):
        backend, log = run(f"""
            refuse(extension={error}, tiktoken=missing("tiktoken"))
            from pyshield.tokens import Tokenizer
            result = [Tokenizer().backend, LOG]
        """)
        assert backend == "python"
        [[logger, level, message]] = log
        assert (logger, level) == ("pyshield.rust", "WARNING")
        assert message.startswith("pyshield._runtime failed to load (")


def test_an_extension_without_token_counting_is_replaced():
    backend, log = run("""
        sys.modules["pyshield._runtime"] = types.ModuleType("pyshield._runtime")
        from pyshield.tokens import Tokenizer
        result = [Tokenizer().backend, LOG]
    """)
    assert backend == "python"
    assert "has no token counting" in log[0][2]


def test_an_error_of_the_extension_does_not_lead_to_the_fallback():
    result = run("""
        fake_tiktoken()
        from pyshield import errors, tokens
        from pyshield.tokens import tokenizer
        class Failing:
            def count_tokens(self, text, model):
                raise errors.EncodingError("Encoding error: no")
        tokenizer.EXTENSION = Failing()
        t = tokens.Tokenizer()
        t._use_rust = True
        try:
            result = t.count_tokens("x").count
        except tokens.EncodingError as error:
            result = [error.code, str(error)]
    """)
    assert result == ["INT_ERR_TOKENIZER", "Encoding error: no"]


def test_tiktoken_that_cannot_download_is_warned_about_once():
    result = run("""
        refuse(extension=missing("pyshield._runtime"))
        def get_encoding(name):
            raise ConnectionError("no network for the secret text")
        fake_tiktoken(get_encoding)
        from pyshield.tokens import Tokenizer
        counts = [Tokenizer().count_tokens("x" * 8) for _ in range(3)]
        result = [[[c.count, c.exact] for c in counts], LOG]
    """)
    message = "tiktoken has no cl100k_base here (ConnectionError), estimating tokens"
    assert result == [[[2, False]] * 3, [["pyshield.rust", "WARNING", message]]]


def test_the_fallback_refuses_what_the_extension_refuses():
    result = run("""
        refuse(extension=missing("pyshield._runtime"))
        class Broken(ByteEncoding):
            def encode_ordinary(self, text):
                raise ValueError(text)
        fake_tiktoken(lambda name: Broken() if name == "r50k_base" else ByteEncoding())
        from pyshield import tokens
        def outcome(call, *arguments):
            try:
                return call(*arguments)
            except Exception as error:
                return [type(error).__name__, getattr(error, "code", None), "secret" in str(error)]
        result = [outcome(tokens.count_tokens, "secret", "gpt-9000b"),
                  outcome(tokens.count_tokens, "secret\\ud800"),
                  outcome(tokens.truncate_to_tokens, "secret\\ud800", 1),
                  outcome(tokens.truncate_to_tokens, "secret", -1),
                  outcome(tokens.count_tokens_batch, "secret"),
                  outcome(tokens.count_tokens, b"secret"),
                  outcome(tokens.count_tokens, "secret", "davinci")]
    """)
    invalid = ["InvalidInput", "DOM_VAL_INVALID_INPUT", False]
    assert result == [
        ["UnknownModel", "DOM_VAL_INVALID_MODEL", False],
        invalid,
        invalid,
        invalid,
        invalid,
        ["TypeError", None, False],
        ["EncodingError", "INT_ERR_TOKENIZER", False],
    ]


class Squeezing:
    """Encodes a text that was cut into more tokens than it had before the cut."""

    def encode_ordinary(self, text: str) -> list[bytes]:
        size = 4 if text.endswith("!") else 3
        data = text.encode()
        return [data[i : i + size] for i in range(0, len(data), size)]

    def decode_bytes(self, tokens: list[bytes]) -> bytes:
        return b"".join(tokens)


def test_a_cut_that_counts_more_than_allowed_is_cut_again(monkeypatch):
    monkeypatch.setattr(_fallback, "_encoding", lambda name: Squeezing())
    text = "x" * 40 + "!"
    for limit in range(12):
        kept = _fallback.truncate(text, limit, "gpt-4")
        assert text.startswith(kept)
        assert _fallback.count(kept, "gpt-4")[0] <= limit
    # 36 characters count 12 alone, 32 count 11, 28 count 10; then two more steps are taken at once.
    assert _fallback.truncate(text, 9, "gpt-4") == "x" * 20


def test_one_tokenizer_can_be_told_to_stay_in_python(monkeypatch):
    monkeypatch.setattr(_fallback, "_encoding", lambda name: None)
    tokenizer = Tokenizer()
    tokenizer._use_rust = False
    assert tokenizer.backend == "python"
    assert tokenizer.count_tokens("x" * 16).count == 4
    assert tokens.is_rust_available()
    assert check_rust_modules() == {"tokenizer": True}
