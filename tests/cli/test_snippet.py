"""The underlined line of a finding."""

from time import perf_counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield.cli.escape import cells
from pyshield.cli.snippet import place, underline


def finding(start, end):
    return SimpleNamespace(start=start, end=end)


def shown(text, start, end, width=100):
    (placed,) = place(text, [finding(start, end)])
    return underline(text, placed, width)


def test_place_counts_lines_and_columns_in_code_points():
    text = "één\n日本 x\r\n\nlast"
    found = [finding(text.index("x"), 8), finding(0, 1), finding(text.index("last"), len(text))]
    assert [(item.line, item.column) for item in place(text, found)] == [(1, 1), (2, 4), (4, 1)]


def test_findings_come_in_the_order_of_the_text():
    found = [finding(5, 6), finding(1, 9), finding(1, 2)]
    assert [item.finding for item in place("x" * 9, found)] == [found[2], found[1], found[0]]


def test_the_span_is_underlined():
    assert shown("say secret now", 4, 10) == ("say secret now", "    ^^^^^^")


def test_only_the_line_of_the_span_is_shown():
    text = "above\nsay secret now\r\nbelow"
    assert shown(text, 10, 16) == ("say secret now", "    ^^^^^^")


def test_tabs_take_four_columns():
    assert shown("\tsay\tit", 5, 7) == ("    say    it", "           ^^")


def test_wide_characters_take_two_columns():
    assert shown("日本語 secret", 4, 10) == ("日本語 secret", "       ^^^^^^")
    assert shown("a 日本語 b", 2, 5) == ("a 日本語 b", "  ^^^^^^")


def test_marks_take_none():
    assert shown("e\u0301e\u0301 x", 5, 6) == ("e\u0301e\u0301 x", "   ^")


def test_invisible_characters_are_written_out_and_underlined():
    assert shown("a\u200bb", 1, 2) == (r"a\u200bb", " ^^^^^^")
    assert shown("\x1b]0;title\x07x", 10, 11) == (r"\x1b]0;title\x07x", " " * 16 + "^")


def test_a_long_line_is_clipped_on_both_sides():
    line, carets = shown("a" * 500 + "secret" + "b" * 500, 500, 506, width=40)
    assert line == "…" + "a" * 16 + "secret" + "b" * 16 + "…"
    assert carets == " " * 17 + "^" * 6


def test_room_that_one_side_does_not_need_goes_to_the_other():
    line, carets = shown("a" * 500 + "secret", 500, 506, width=40)
    assert line == "…" + "a" * 32 + "secret"
    assert carets == " " * 33 + "^" * 6
    assert shown("secret" + "b" * 500, 0, 6, width=40)[0] == "secret" + "b" * 32 + "…"


def test_a_long_span_is_clipped():
    line, carets = shown("say " + "x" * 500, 4, 504, width=60)
    assert line == "say " + "x" * 40 + "…"
    assert carets == "    " + "^" * 40


def test_a_span_over_several_lines_ends_in_an_ellipsis():
    assert shown("one two\nthree", 4, 13) == ("one two…", "    ^^^")


@pytest.mark.parametrize("at", [0, 3])
def test_an_empty_span_is_one_caret(at):
    assert shown("abc", at, at) == ("abc", " " * at + "^")


def test_an_empty_text():
    assert shown("", 0, 0) == ("", "^")


def test_a_line_break_as_the_span():
    line, carets = shown("a\nb", 1, 2)
    assert line.startswith(r"a\n")
    assert carets == " ^^"


@given(st.text(max_size=300), st.data(), st.integers(40, 120))
def test_carets_stand_below_the_span(text, data, width):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    line, carets = shown(text, start, end, width)
    columns = sum(size for _, size in cells(line))
    assert columns <= width
    assert carets.strip(" ") == "^" * len(carets.strip(" "))
    assert len(carets) <= max(columns, 1) or end == start or all(cells(text[start])[0][1] == 0 for _ in [0])


def test_many_findings_in_one_huge_line_are_placed_in_linear_time():
    text = "x" * 5_000_000 + "\n" * 5_000_000
    found = [finding(position, position + 3) for position in range(0, len(text), 5000)]
    begin = perf_counter()
    for placed in place(text, found):
        underline(text, placed)
    # One pass is some ten milliseconds; a pass for each of the 2,000 findings would be half a minute.
    assert perf_counter() - begin < 15
