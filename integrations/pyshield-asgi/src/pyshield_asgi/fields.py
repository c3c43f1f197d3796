"""Fields: which strings of a JSON document are scanned.

A pattern is a JSON pointer (RFC 6901) in which the segment `*` stands for any member or item and `**` for any
number of levels, none included. All patterns together are compiled into one automaton that is stepped once
for each key on the way down, so their number does not matter to a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyshield._runtime import FieldTable
from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANSWER_FIELDS", "CHAT_FIELDS", "EVERY_STRING", "Fields", "State"]

EVERY_STRING: tuple[str, ...] = ("/**",)
"""Every string value, at any depth; keys are not values."""

_SAID = (
    "text",
    "content",
    "title",
    "document_title",
    "context",
    "source",
    "cited_text",
    "thinking",
    "refusal",
    "transcript",
    "stdout",
    "stderr",
    "lines/*",
    "error",
    "error_message",
)
"""Members that hold text in the parts of a message: in each of them, and in what a tool returned there."""


def _parts(place: str) -> tuple[str, ...]:
    """What parts say, or the text in their place: they hold each other, to any depth."""
    return (place, *(f"{place}/**/{name}" for name in _SAID))


_CONVERSATION = (
    *_parts("/system"),
    "/system/*",
    *_parts("/messages/*/content"),
    "/messages/*/content/*",
    "/messages/*/content/*/input/**",
    "/messages/*/refusal",
    "/messages/*/reasoning",
    "/messages/*/reasoning_content",
    "/messages/*/reasoning_details/*/text",
    "/messages/*/reasoning_details/*/summary",
    "/messages/*/thinking",
    "/messages/*/thinking_blocks/*/thinking",
    "/messages/*/function_call/arguments",
    "/messages/*/tool_calls/*/function/arguments",
    "/messages/*/tool_calls/*/custom/input",
)

_ITEM = (
    "",
    *_parts("/content"),
    "/content/*",
    *_parts("/output"),
    "/text",
    "/summary/*/text",
    "/arguments/**",
    "/input",
    "/code",
    "/action/**",
    "/actions/**",
    "/operation/**",
    "/queries/*",
    "/results/*/text",
    "/results/*/attributes/**",
    "/outputs/*/logs",
    "/error/**",
    "/reason",
    "/revised_prompt",
    "/pending_safety_checks/*/message",
    "/acknowledged_safety_checks/*/message",
    "/tools/**/description",
)
"""The same for an item of OpenAI's responses and conversations: of a call, and what came of it."""

CHAT_FIELDS: tuple[str, ...] = (
    "/prompt",
    "/prompt/*",
    "/prompt/variables/**",
    "/suffix",
    "/prediction/content",
    "/prediction/content/*/text",
    "/instructions",
    "/compaction/instructions",
    "/input",
    *(f"/{items}/*{place}" for items in ("input", "items") for place in _ITEM),
    *_CONVERSATION,
    *(f"/requests/*/params{place}" for place in _CONVERSATION),
)
"""Where requests in the shapes of OpenAI's and Anthropic's APIs, and plain `{"prompt": …}`, hold text.

What was put back into an answer stands there when the client sends that again, its thoughts and patches too.
Not among them are tools (but for those that a server listed), names, files, whatever they are sent in, and
members that nobody knows; nor the text of a document (`source/data`) and what a program returned (`result`),
where pictures stand in base64 as well. A guard that is given no fields passes no string over.
"""

ANSWER_FIELDS: tuple[str, ...] = (
    "/choices/*/text",
    "/choices/*/message/content",
    "/choices/*/message/content/*/text",
    "/choices/*/message/content/*/thinking",
    "/choices/*/message/content/*/thinking/*/text",
    "/choices/*/message/refusal",
    "/choices/*/message/reasoning_content",
    "/choices/*/message/reasoning",
    "/choices/*/message/audio/transcript",
    "/choices/*/message/function_call/arguments",
    "/choices/*/message/tool_calls/*/function/arguments",
    "/choices/*/message/tool_calls/*/custom/input",
    "/content",
    "/content/*/text",
    "/content/*/thinking",
    "/content/*/input/**",
    "/output",
    "/output/*/arguments",
    "/output/*/input",
    "/output/*/code",
    "/output/*/content/*/text",
    "/output/*/content/*/refusal",
    "/output/*/summary/*/text",
    "/message/content",
    "/response",
    "/answer",
    "/text",
)
"""Where answers in the shapes of OpenAI's, Anthropic's and Ollama's APIs, and plain ones, hold what is said.

A narrower choice than that of a guard that is given none, which passes no text over.
"""

_Pattern: TypeAlias = "tuple[str, ...]"
_Patterns: TypeAlias = "frozenset[_Pattern]"
_MOST_WORK = 200_000
"""`**` can multiply states; patterns that need more than this, in pattern rests, are a mistake."""


class State:
    """What is still to match below a value.

    Attributes:
        accepts: Whether the value itself, if it is a string, is a field.
        keys: The next state for each key that some pattern names; `None` where nothing can match any more.
        others: The next state for every other key and index.
    """

    __slots__ = ("accepts", "keys", "others")

    def __init__(self, *, accepts: bool) -> None:
        self.accepts = accepts
        self.keys: dict[str, State | None] = {}
        self.others: State | None = None


class Fields:
    """Compiled patterns.

    Args:
        patterns: JSON pointers with `*` and `**`; `""` is the document itself, where that is a string.
        but: Keys below which there is no field, unless a pattern names them.

    Attributes:
        patterns: The patterns.
        start: What is to match at the document itself.
        table: The same for documents that are text.

    Raises:
        ConfigError: For anything that is no such pattern.
    """

    __slots__ = ("_but", "_states", "patterns", "start", "table")

    def __init__(self, patterns: Iterable[str], but: Iterable[str] = ()) -> None:
        if isinstance(patterns, str | bytes):
            raise ConfigError("ShieldMiddleware: expected a list of JSON pointers", None, "fields")
        self.patterns = tuple(patterns)
        self._but: dict[str, State | None] = dict.fromkeys(but)
        self._states: dict[_Patterns, State] = {}
        self.start = self._state(_segments(index, pattern) for index, pattern in enumerate(self.patterns))
        self.table = _table(list(self._states.values()), self.start)

    def _state(self, remaining: Iterable[_Pattern]) -> State | None:
        """The state in which `remaining` are left to match, with every state that it leads to."""
        start = _closed(remaining)
        todo = [start]
        work = 0
        steps: dict[_Patterns, tuple[_Patterns, dict[str, _Patterns]]] = {}
        while todo:
            here = todo.pop()
            if not here or here in self._states:
                continue
            self._states[here] = State(accepts=() in here)
            steps[here] = others, keys = _steps(here)
            work += len(others) + sum(map(len, keys.values()))
            if work > _MOST_WORK:
                raise ConfigError("ShieldMiddleware: the patterns are too many or too vague", None, "fields")
            todo += (others, *keys.values())
        for here, (others, keys) in steps.items():
            state = self._states[here]
            state.others = self._states.get(others)
            state.keys = self._but | {key: self._states.get(below) for key, below in keys.items()}
        return self._states.get(start)


def _table(states: list[State], start: State | None) -> FieldTable:
    """The automaton as the runtime takes it, its states numbered."""
    numbers = {id(state): number for number, state in enumerate(states)}

    def number(state: State | None) -> int | None:
        return None if state is None else numbers[id(state)]

    rows = [
        (state.accepts, [(key, number(below)) for key, below in state.keys.items()], number(state.others))
        for state in states
    ]
    return FieldTable(rows, number(start))


def _steps(here: _Patterns) -> tuple[_Patterns, dict[str, _Patterns]]:
    """What is left of `here` below a key that no pattern names, and below each that some pattern does."""
    anywhere: set[_Pattern] = set()
    named: dict[str, set[_Pattern]] = {}
    for rest in here:
        if not rest:
            continue
        if rest[0] == "**":
            anywhere.add(rest)
        elif rest[0] == "*":
            anywhere.add(rest[1:])
        else:
            named.setdefault(rest[0], set()).add(rest[1:])
    return _closed(anywhere), {key: _closed(below | anywhere) for key, below in named.items()}


def _closed(remaining: Iterable[_Pattern]) -> _Patterns:
    """`**` may stand for no level at all."""
    closed = set(remaining)
    for rest in tuple(closed):
        shorter = rest
        while shorter and shorter[0] == "**":
            shorter = shorter[1:]
            closed.add(shorter)
    return frozenset(closed)


def _segments(index: int, pattern: object) -> _Pattern:
    """A pattern's segments, decoded as RFC 6901 has it: `~1` is a slash, `~0` a tilde."""
    where = f"fields[{index}]"
    if not isinstance(pattern, str):
        kind = type(pattern).__name__
        raise ConfigError(f"ShieldMiddleware: expected a JSON pointer, got {kind}", None, where)
    if pattern and not pattern.startswith("/"):
        raise ConfigError("ShieldMiddleware: a JSON pointer is empty or begins with '/'", None, where)
    try:
        pattern.encode()
    except UnicodeEncodeError:
        raise ConfigError("ShieldMiddleware: a JSON pointer is text", None, where) from None
    segments = pattern.split("/")[1:]
    if any("~" in part.replace("~0", "").replace("~1", "") for part in segments):
        raise ConfigError("ShieldMiddleware: in a JSON pointer '~' is followed by 0 or 1", None, where)
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in segments)
