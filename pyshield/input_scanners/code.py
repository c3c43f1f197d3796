"""Code: prompts with code in some languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import CODE as DEFAULT_MODEL
from pyshield._declarations.reads import Reader, checked_model
from pyshield.errors import LLMGuardValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = ["DEFAULT_MODEL", "SUPPORTED_LANGUAGES", "Code", "checked_languages"]

SUPPORTED_LANGUAGES = [
    "ARM Assembly",
    "AppleScript",
    "C",
    "C#",
    "C++",
    "COBOL",
    "CSS",
    "Erlang",
    "Fortran",
    "Go",
    "HTML",
    "Java",
    "JavaScript",
    "Kotlin",
    "Lua",
    "Mathematica/Wolfram Language",
    "PHP",
    "Pascal",
    "Perl",
    "PowerShell",
    "Python",
    "R",
    "Ruby",
    "Rust",
    "SQL",
    "Scala",
    "Shell",
    "Swift",
    "TypeScript",
    "Visual Basic .NET",
    "jq",
]
"""The languages: llm-guard's, and CSS, HTML, SQL, Shell and TypeScript, which its model does not know."""


def checked_languages(check: Check, languages: Sequence[str]) -> tuple[str, ...]:
    """The `languages` of a `Code`."""
    given = check.texts("languages", languages)
    if not given:
        check.fail("languages", "is empty")
    if not set(given) <= set(SUPPORTED_LANGUAGES):
        raise LLMGuardValidationError(f"Code: languages: must be among {', '.join(SUPPORTED_LANGUAGES)}")
    return given


def declared(
    languages: Sequence[str], model: Model | None, is_blocked: bool, threshold: float, use_onnx: bool
) -> dict[str, Any]:
    """The checked parameters, shared by the input and the output scanner."""
    check = Check("Code")
    return {
        "languages": checked_languages(check, languages),
        "model": checked_model(check, model),
        "is_blocked": check.boolean("is_blocked", is_blocked),
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "use_onnx": check.boolean("use_onnx", use_onnx),
    }


class Code(Reader, PromptScanner):
    """Refuses prompts with code in one of some languages, or with none in them.

    What stands between backticks is read, each block for itself; without any, the whole prompt.

    Args:
        languages: The languages, of `SUPPORTED_LANGUAGES`.
        model: The model that is read; the bundled one if not given. It must know all of `languages`.
        is_blocked: Whether the languages are refused. If not, one of them must be there.
        threshold: A language counts from this probability on, 0 to 1.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        LLMGuardValidationError: For a language that is not supported.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "Code"
    _usual = 0.5
    _reads: ClassVar[dict[str, Any]] = {"head": "code_language"}

    def __init__(
        self,
        languages: Sequence[str],
        *,
        model: Model | None = None,
        is_blocked: bool = True,
        threshold: float = 0.5,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(languages, model, is_blocked, threshold, use_onnx))
