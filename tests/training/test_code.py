"""Code in many languages and texts about it."""

import random
import re
from collections import Counter

import pytest

from training.generate.code import generate, prose
from training.generate.code.snippets import comment_mark, languages, program

ROWS = list(generate(random.Random(1), 4000))
NAMED = {
    "ARM Assembly", "AppleScript", "C", "C#", "C++", "COBOL", "Erlang", "Fortran", "Go", "Java", "JavaScript",
    "Kotlin", "Lua", "Mathematica/Wolfram Language", "PHP", "Pascal", "Perl", "PowerShell", "Python", "R",
    "Ruby", "Rust", "Scala", "Swift", "Visual Basic .NET", "jq",
}  # fmt: skip


def test_all_languages_of_the_code_scanner_have_snippets():
    assert set(languages()) == NAMED | {"other"}
    assert all(grammar.alternatives("snippet") >= 9 for grammar in languages().values())


def test_every_language_occurs_in_number():
    counts = Counter(row.labels["code_language"] for row in ROWS if row.labels["code"])
    assert set(counts) == NAMED | {"other"}
    assert min(counts.values()) > 40


def test_texts_that_are_no_code_have_no_language():
    plain = [row for row in ROWS if not row.labels["code"]]
    assert 0.25 < len(plain) / len(ROWS) < 0.45
    assert all("code_language" not in row.labels for row in plain)


@pytest.mark.parametrize("language", sorted(NAMED))
def test_no_part_of_the_template_language_is_left(language):
    for seed in range(60):
        text = program(random.Random(seed), language)
        assert not re.search("[⟨⟩\0]|backslash", text), text


def python_error(text):
    try:
        compile(text, "snippet", "exec")
    except SyntaxError as error:
        return str(error)
    return ""


def test_python_programs_are_python():
    errors = [
        python_error(languages()["Python"].expand(random.Random(seed), "snippet")) for seed in range(100)
    ]
    # Some snippets stand inside a loop or a coroutine; nothing else may be wrong with them.
    assert all("outside" in error or "not in loop" in error for error in errors if error)
    assert errors.count("") > 60


def test_braces_of_a_program_are_balanced():
    for language in ("Java", "C", "C#", "Go", "Rust", "JavaScript", "Kotlin", "Swift", "Scala"):
        for seed in range(60):
            text = languages()[language].expand(random.Random(seed), "snippet")
            assert text.count("{") == text.count("}"), text


def test_comments_open_as_the_language_wants():
    assert comment_mark("Python") == ("#", "")
    assert comment_mark("Lua") == ("--", "")
    assert comment_mark("Java") == ("//", "")
    assert comment_mark("Mathematica/Wolfram Language") == ("(*", " *)")


def test_talk_about_code_names_languages():
    text = " ".join(prose().expand(random.Random(seed), "about") for seed in range(100))
    assert sum(name in text for name in ("Python", "Java", "Rust", "Pascal")) >= 3
