"""llm-guard's helpers."""

from __future__ import annotations

import io
import json
import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import util


@pytest.mark.parametrize(
    ("score", "threshold", "risk"),
    [
        (0.95, 0.92, 0.4),
        (0.5, 0.92, -0.5),
        (0.6, 0.6, 0.0),
        (1.0, 0.5, 1.0),
        (0.0, 0.5, -1.0),
        (0.3, -0.3, 0.5),
        (0.0, 0.0, 0.0),
        (0.2, 0.0, 0.2),
        (1.5, 1.0, 1.0),
    ],
)
def test_risk(score, threshold, risk):
    assert util.calculate_risk_score(score, threshold) == risk


FINITE = st.floats(-1, 1, allow_nan=False)


@given(FINITE, FINITE)
def test_risk_is_pythons_rounding(score, threshold):
    if threshold in (0.0, 1.0):
        return
    scale = 1 - threshold if score > threshold else threshold
    quotient = (score - threshold) / scale
    assert util.calculate_risk_score(score, threshold) == min(max(round(quotient, 1), -1.0), 1.0)


def test_chunk_text():
    assert util.chunk_text("  abcde ", 2) == ["ab", "cd", "e"]
    assert util.chunk_text(" \n", 2) == []
    with pytest.raises(ValueError, match="chunk_size"):
        util.chunk_text("abc", 0)


def test_split_text_to_word_chunks():
    chunk = util.CHUNK
    assert util.split_text_to_word_chunks(5, 10, 2) == [chunk(0, 5)]
    assert util.split_text_to_word_chunks(10, 4, 1) == [chunk(0, 4), chunk(3, 7), chunk(6, 10)]
    assert util.split_text_to_word_chunks(4, 4, 0) == [chunk(0, 4)]
    assert util.split_text_to_word_chunks(6, 4, 4) == [chunk(0, 4), chunk(2, 6)]
    for wrong in ((5, 0, 0), (5, 2, -1)):
        with pytest.raises(ValueError, match="at least"):
            util.split_text_to_word_chunks(*wrong)


@given(st.integers(0, 300), st.integers(1, 50), st.integers(0, 60))
def test_chunks_cover_the_whole(length, size, overlap):
    chunks = util.split_text_to_word_chunks(length, size, overlap)
    covered = {position for chunk in chunks for position in range(chunk.start, chunk.end)}
    assert covered == set(range(length))
    assert all(chunk.end - chunk.start <= size for chunk in chunks)


def test_truncate_tokens_head_tail():
    tokens = list(range(600))
    assert util.truncate_tokens_head_tail(tokens) == tokens[:128] + tokens[-382:]
    assert util.truncate_tokens_head_tail(tokens[:512]) == tokens[:512]
    assert util.truncate_tokens_head_tail(tokens, 5, 2, 0) == [0, 1]


def test_extract_urls():
    text = "see https://example.org/a?b=c and http://example.com, not ftp://example.net"
    assert [url.rstrip(",") for url in util.extract_urls(text)] == [
        "https://example.org/a?b=c",
        "http://example.com",
    ]
    assert util.extract_urls("") == []


def test_remove_markdown():
    text = "# Title\n\nA **bold** and *slanted* word, `code`, [link](https://x.y) ![image](z.png)\n> quoted"
    assert util.remove_markdown(text) == "TitleA bold and slanted word, ,  \n quoted"
    assert util.remove_markdown("") == ""


@pytest.mark.parametrize("piece", ["[", "![", "[a](", "`", "*", "**", "#", ">", "\n", "[a]"])
def test_remove_markdown_takes_linear_time(piece):
    start = time.perf_counter()
    util.remove_markdown(piece * (200_000 // len(piece)))
    assert time.perf_counter() - start < 60


@pytest.fixture
def log():
    logger = logging.getLogger("pyshield")
    before = logger.handlers[:], logger.level
    stream = io.StringIO()
    yield stream
    logger.handlers[:], level = before[0], before[1]
    logger.setLevel(level)


def test_logging_plain(log):
    util.configure_logger("INFO", stream=log)
    util.get_logger().info("one %s", "thing")
    util.get_logger("pyshield.part").warning("two")
    util.get_logger().debug("unseen")
    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("INFO     pyshield: one thing")


def test_logging_json(log):
    util.configure_logger("DEBUG", render_json=True, stream=log)
    util.configure_logger("DEBUG", render_json=True, stream=log)
    util.get_logger().error("failed", exc_info=ValueError("wrong"))
    (line,) = log.getvalue().splitlines()
    record = json.loads(line)
    assert (record["level"], record["logger"], record["event"]) == ("error", "pyshield", "failed")
    assert "ValueError: wrong" in record["exception"]


def test_logging_key_values(log, caplog):
    util.configure_logger("INFO", stream=log)
    util.get_logger().warning("hi", a=1, b="50 %")
    util.get_logger().warning("%d times", 2, b="50 %")
    util.get_logger().error("no", exc_info=False, extra={"mine": 1}, stacklevel=1)
    lines = [line.partition("pyshield: ")[2] for line in log.getvalue().splitlines()]
    assert lines == ["hi a=1 b='50 %'", "2 times b='50 %'", "no"]
    assert {record.funcName for record in caplog.records} == {"test_logging_key_values"}
    assert caplog.records[2].mine == 1


def test_logging_key_values_as_json(log):
    util.configure_logger("INFO", render_json=True, stream=log)
    util.get_logger().info("%d times", 2, a=1, level="mine", what=object)
    record = json.loads(log.getvalue())
    assert (record["event"], record["a"], record["level"]) == ("2 times", 1, "info")


def test_the_logger_is_the_standard_library_s(log):
    handler = logging.StreamHandler(log)
    util.get_logger("pyshield.part").addHandler(handler)
    logging.getLogger("pyshield.part").warning("one")
    util.get_logger("pyshield.part").removeHandler(handler)
    assert log.getvalue() == "one\n"


def test_logging_unknown_level(log):
    with pytest.raises(ValueError, match="log_level"):
        util.configure_logger("LOUD", stream=log)
