"""What comes from the model: answers, structured answers, and the arguments of tool calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_pyshield.content import (
    ANSWER,
    CONTENT,
    REASONED,
    VALUES,
    aside,
    rebuilt,
    texts,
    with_aside,
)
from langchain_pyshield.marks import refusal, restored
from langchain_pyshield.placeholders import lost
from langchain_pyshield.shields import Scans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from langchain_pyshield.errors import Place
    from langchain_pyshield.rules import Rules
    from langchain_pyshield.shields import Shields, Steps
    from pyshield.results import ScanResult

__all__ = ["Answer", "answer", "arguments"]


@dataclass(slots=True)
class Answer:
    """What became of an answer.

    Attributes:
        messages: What stands in its place.
        structured: The structured answer, if there is one.
        refused: Whether it was refused; then `messages` is the refusal alone.
    """

    messages: list[BaseMessage]
    structured: Any = None
    refused: bool = False


def answer(
    rules: Rules,
    shields: Shields,
    prompt: str,
    messages: Sequence[BaseMessage],
    structured: Any = None,  # noqa: ANN401
) -> Steps[Answer]:
    """Scans an answer: redacts it, restores it, or puts a refusal in its place.

    Args:
        rules: The middleware's.
        shields: The conversation's.
        prompt: What it answers.
        messages: The answer, and what the framework adds to it when it is structured.
        structured: The structured answer.

    Raises:
        Refused: If it is refused and that is what was asked for.
    """
    contents = [texts(message.content, ANSWER) for message in messages]
    values = texts(structured, VALUES)
    fresh = dict.fromkeys(text for each in (*contents, values) for text in each)
    # Beside its content an answer keeps its placeholders: that is not sent to the model again as it was.
    asides = [aside(message, REASONED) for message in messages]
    others = dict.fromkeys(text for said in asides for text in texts(said, CONTENT))
    if not fresh and not others:
        return Answer(list(messages), structured)
    results: dict[str, ScanResult] = {}
    beside: dict[str, ScanResult] = {}
    if fresh:
        results |= zip(fresh, (yield Scans(shields, "output", prompt, list(fresh))), strict=True)
    if others:
        who = shields.unrestored
        beside |= zip(others, (yield Scans(who, "output", prompt, list(others))), strict=True)
    refusing = rules.judge("answer", [*results.values(), *beside.values()])
    if refusing is not None:
        return Answer([refusal(rules.refusal, refusing, messages[0] if messages else None)], refused=True)
    for text, result in results.items():
        if result.text == text:
            shields.passed.add("output", text)
    passed = {text: result.text for text, result in results.items()}
    kept = {text: result.text for text, result in beside.items()}
    done = []
    for given, each, said in zip(messages, contents, asides, strict=True):
        message = with_aside(given, rebuilt(said, kept, CONTENT))
        content = rebuilt(message.content, passed, ANSWER)
        if content is not message.content:
            # What was redacted must not be kept beside what is left of it.
            keep = shields.keeps_originals and not any(results[text].findings for text in each)
            done.append(restored(message, content, keep=keep))
        else:
            done.append(message)
    return Answer(done, rebuilt(structured, passed, VALUES))


def arguments(
    rules: Rules, shields: Shields, prompt: str, args: Mapping[str, Any], place: Place = "tool_call"
) -> Steps[tuple[Mapping[str, Any], tuple[str, ...] | None]]:
    """Scans the arguments of a tool call; they are refused if a placeholder in them cannot be restored.

    Returns:
        The arguments as the tool may have them, and who refuses them, if somebody does.

    Raises:
        Refused: If they are refused and that is what was asked for.
    """
    fresh = list(dict.fromkeys(texts(args, VALUES)))
    if not fresh:
        return args, None
    unknown: list[str] = (yield from lost(shields, fresh)) if shields.restores else []
    if unknown:
        return args, rules.refused(place, ("Deanonymize",))
    results: dict[str, ScanResult] = dict(
        zip(fresh, (yield Scans(shields, "output", prompt, fresh)), strict=True)
    )
    refusing = rules.judge(place, results.values())
    if refusing is not None:
        return args, refusing
    return rebuilt(args, {text: result.text for text, result in results.items()}, VALUES), None
