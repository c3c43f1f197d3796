"""llm-guard's helpers of this module that need no model, and logging by its names.

pyshield logs through the standard library, to loggers below `pyshield`; it never logs scanned text.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pyshield._runtime import extract_urls as _extract_urls
from pyshield._runtime import risk_score

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO, TypeVar

    T = TypeVar("T")

__all__ = [
    "CHUNK",
    "LOG_LEVELS",
    "calculate_risk_score",
    "chunk_text",
    "configure_logger",
    "extract_urls",
    "get_logger",
    "remove_markdown",
    "split_text_to_word_chunks",
    "truncate_tokens_head_tail",
]

LOG_LEVELS = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
"""The names `configure_logger` takes."""

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class CHUNK(NamedTuple):
    """A part of a sequence: `start`, and `end` exclusive."""

    start: int
    end: int


class _JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        import json

        fields: dict[str, Any] = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        written, given = getattr(record, "key_values", ("", {}))
        if given:
            fields["event"] = fields["event"].removesuffix(written)
            fields = given | fields
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=repr)


def configure_logger(
    log_level: LOG_LEVELS = "INFO", render_json: bool = False, stream: TextIO | None = None
) -> None:
    """Sends pyshield's log to a stream; called again, it replaces what it did before.

    Args:
        log_level: The least level that is logged.
        render_json: Whether each line is a JSON object.
        stream: Where to; standard output if not given.

    Raises:
        ValueError: For an unknown level.
    """
    if log_level not in _LOG_LEVELS:
        raise ValueError(f"log_level: expected one of {', '.join(_LOG_LEVELS)}")
    handler = logging.StreamHandler(sys.stdout if stream is None else stream)
    plain = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"
    handler.setFormatter(_JsonFormatter() if render_json else logging.Formatter(plain))
    handler.set_name("pyshield")
    logger = logging.getLogger("pyshield")
    for before in [known for known in logger.handlers if known.get_name() == "pyshield"]:
        logger.removeHandler(before)
    logger.addHandler(handler)
    logger.setLevel(log_level)


_LOGGING_S = frozenset({"exc_info", "extra", "stack_info", "stacklevel"})


class KeyValueLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger whose calls take key-values, as structlog's do: `logger.warning("slow", seconds=3)`.

    They stand behind the message, and in `render_json` as fields of their own.
    """

    def log(self, level: int, msg: object, /, *args: object, **kwargs: Any) -> None:  # type: ignore[override]  # noqa: ANN401  # a key may be called `level`
        """Logs the message with the key-values."""
        if not self.isEnabledFor(level):
            return
        given = {name: kwargs.pop(name) for name in [*kwargs] if name not in _LOGGING_S}
        if given:
            written = "".join(f" {name}={value!r}" for name, value in given.items())
            kwargs["extra"] = {**(kwargs.get("extra") or {}), "key_values": (written, given)}
            msg = f"{msg}{written.replace('%', '%%') if args else written}"
        # This method is not the caller.
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
        self.logger.log(level, msg, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the logger has
        if name == "logger":
            raise AttributeError(name)
        return getattr(self.logger, name)


def get_logger(name: str | None = None) -> KeyValueLogger:
    """The standard library's logger of that name, pyshield's own if none is given; it takes key-values."""
    return KeyValueLogger(logging.getLogger(name or "pyshield"), None)


def calculate_risk_score(score: float, threshold: float) -> float:
    """How far a score is from its threshold, -1 to 1, one decimal; positive above it.

    A threshold of 0 or 1, where llm-guard divides by zero, gives 0 on the threshold and -1 or 1 off it.
    """
    return risk_score(score, threshold)


def chunk_text(text: str, chunk_size: int) -> list[str]:
    """The text, without white space at its ends, in pieces of `chunk_size` characters.

    Raises:
        ValueError: If `chunk_size` is not positive.
    """
    if chunk_size < 1:
        raise ValueError("chunk_size: must be at least 1")
    text = text.strip()
    return [text[start : start + chunk_size] for start in range(0, len(text), chunk_size)]


def split_text_to_word_chunks(input_length: int, chunk_length: int, overlap_length: int) -> list[CHUNK]:
    """Windows over a sequence, each overlapping the one before.

    Args:
        input_length: How long the sequence is.
        chunk_length: How long a window is, at least 1.
        overlap_length: How much of it the next one repeats; half a window if it is no less than a window.

    Raises:
        ValueError: If `chunk_length` is not positive or `overlap_length` is negative.
    """
    if chunk_length < 1 or overlap_length < 0:
        raise ValueError("chunk_length must be at least 1 and overlap_length at least 0")
    if input_length < chunk_length:
        return [CHUNK(0, input_length)]
    if overlap_length >= chunk_length:
        get_logger().warning("overlap_length is no less than chunk_length; half of that is used")
        overlap_length = chunk_length // 2
    step = chunk_length - overlap_length
    starts = range(0, input_length - overlap_length, step)
    return [CHUNK(start, min(start + chunk_length, input_length)) for start in starts]


def truncate_tokens_head_tail(
    tokens: Sequence[T], max_length: int = 512, head_length: int = 128, tail_length: int = 382
) -> Sequence[T]:
    """The first `head_length` and the last `tail_length` tokens, if there are more than `max_length`."""
    if len(tokens) <= max_length:
        return tokens
    tail = tokens[len(tokens) - tail_length :] if tail_length > 0 else tokens[:0]
    return [*tokens[:head_length], *tail]


def extract_urls(text: str) -> list[str]:
    """The `http` and `https` URLs of a text, in order, as URLReachability sees them."""
    return _extract_urls(text)


# Emphasis keeps its words, everything else goes. Lengths are bounded, so that no text costs quadratic time.
_KEPT = (re.compile(r"\*\*([^*]{1,2000})\*\*"), re.compile(r"\*([^*]{1,2000})\*"))
_DROPPED = (
    re.compile(r"!?\[[^\]\[]{1,2000}\]\([^)(]{1,2000}\)"),
    re.compile(r"#{1,6}\s"),
    re.compile(r">+"),
    re.compile(r"`{1,3}[^`]{1,20000}`{1,3}"),
    re.compile(r"\n{2,}"),
    re.compile(r"[*_`]"),
)


def remove_markdown(text: str) -> str:
    """The text without Markdown: emphasis keeps its words; links, images and code are dropped."""
    for pattern in _KEPT:
        text = pattern.sub(r"\1", text)
    for pattern in _DROPPED:
        text = pattern.sub("", text)
    return text.strip()
