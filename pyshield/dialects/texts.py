"""Which strings of an answer are text: one rule, whichever provider's shape it has.

Every string is, but for those under names that name things (`id`, `type`, `url`, …) or hold what is not
text (`signature`, `encrypted_content`, sound in `data`, …). In what a tool is called with, keys are the
tool's own: there every string is text. A member that nobody knows is scanned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from pyshield._texts import DEEPEST
from pyshield.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = [
    "HANDED",
    "NAMES",
    "SETTINGS",
    "Place",
    "Steps",
    "anywhere",
    "at",
    "forget_logprobs",
    "is_name",
    "is_sound",
    "members",
    "placed",
    "says",
]

NAMES = frozenset(
    {
        "id",
        "type",
        "object",
        "role",
        "model",
        "created_at",
        "system_fingerprint",
        "service_tier",
        "finish_reason",
        "native_finish_reason",
        "done_reason",
        "stop_reason",
        "stop_sequence",
        "item_id",
        "call_id",
        "tool_call_id",
        "tool_use_id",
        "response_id",
        "message_id",
        "request_id",
        "conversation_id",
        "session_id",
        "signature",
        "thought_signature",
        "thoughtSignature",
        "encrypted_content",
        "encrypted_index",
        "encrypted_stdout",
        "embedding",
        "b64_json",
        "partial_image_b64",
        "obfuscation",
        "logprobs",
    }
)
"""Names of what is no text, in documents of any shape: what nobody would call a text so."""

_NAMES = NAMES | {
    "index",
    "created",
    "created_by",
    "provider",
    "status",
    "phase",
    "name",
    "namespace",
    "tool_name",
    "server_name",
    "server_label",
    "container",
    "caller",
    "fingerprint",
    "fallback_credit_token",
    "url",
    "uri",
    "image_url",
    "file_url",
    "data",
    "file_data",
    "media_type",
    "mime_type",
    "format",
    "output_format",
    "quality",
    "size",
    "background",
    "detail",
    "usage",
    "cache_control",
    "content_filter_results",
    "content_filter_offsets",
    "prompt_filter_results",
    "token_ids",
    "prompt_token_ids",
}
"""The same in the shapes of the providers, which keep these for themselves."""

SETTINGS = frozenset(
    {
        "instructions",
        "tools",
        "tool_choice",
        "metadata",
        "prompt",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prompt_cache_options",
        "safety_identifier",
        "user",
        "text",
        "reasoning",
        "truncation",
        "conversation",
        "incomplete_details",
        "moderation",
    }
)
"""What a response of OpenAI's repeats of its request, beside its output."""

_SOUND = re.compile(r"(?<![a-z])audio(?![a-z])")

_SAMPLES = ("data", "delta")
"""Members in which an object that is sound holds it."""

HANDED = frozenset({"input", "arguments", "args"})
"""Where a tool's own data stands."""

Steps: TypeAlias = "tuple[str | int, ...]"
"""Keys and indices that lead to a text."""

Place: TypeAlias = "tuple[Steps, Any, str | int]"
"""A text: the steps to it, what holds it, and where."""


def is_name(name: str, kind: object = None) -> bool:
    """Whether no text stands under a name, in an object of the type `kind` in a provider's shape."""
    if name in _NAMES:
        # Documents of Anthropic's hold text there, pictures and files what is none.
        return not (name == "data" and kind == "text")
    if name == "result":
        return kind == "image_generation_call"
    return name.endswith(("_id", "_ids"))


def is_sound(name: object) -> bool:
    """Whether an event of this name says sound: its words are in those of its transcript."""
    return isinstance(name, str) and _SOUND.search(name) is not None and "transcript" not in name


def placed(
    holder: Any,  # noqa: ANN401  # any JSON value
    key: str | int,
    steps: Steps = (),
    *,
    handed: bool = False,
) -> Iterator[Place]:
    """The texts of what an object or a list holds at one place, but empty ones.

    Args:
        holder: The object or list.
        key: The place, which it has.
        steps: Those that led there.
        handed: Whether it is a tool's own data, in which every string is text.

    Raises:
        TextError: If something is nested more than `DEEPEST` levels deep.
    """
    if len(steps) > DEEPEST:
        raise TextError(f"nested more than {DEEPEST} levels deep, so that it cannot be scanned")
    value = holder[key]
    if isinstance(value, str):
        if value:
            yield steps, holder, key
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from placed(value, index, (*steps, index), handed=handed)
    elif isinstance(value, dict):
        if not handed:
            yield from members(value, steps=steps)
            return
        for name in list(value):
            yield from placed(value, name, (*steps, name), handed=True)


def members(holder: dict[str, Any], but: Container[str] = (), steps: Steps = ()) -> Iterator[Place]:
    """The texts of an object's members, but for some of them; raises as `placed` does."""
    kind = holder.get("type")
    for name, value in list(holder.items()):
        if not value or name in but:
            continue
        if isinstance(value, str):
            if not is_name(name, kind):
                yield (*steps, name), holder, name
        elif isinstance(value, dict | list) and not is_name(name, kind):
            yield from placed(holder, name, (*steps, name), handed=name in HANDED)


def anywhere(held: list[Any]) -> Iterator[tuple[Any, Any]]:
    """The strings of JSON values of no known shape: what holds each, and where. Names and sound are none."""
    left: list[tuple[Any, bool]] = [(held, False)]
    while left:
        holder, sound = left.pop()
        if isinstance(holder, dict):
            sound = sound or is_sound(holder.get("type"))
        for name, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            if name in NAMES:
                continue
            if isinstance(value, dict | list):
                left.append((value, name == "audio"))
            elif isinstance(value, str) and name != "audio" and not (sound and name in _SAMPLES):
                yield holder, name


def at(steps: Steps, text: str) -> Any:  # noqa: ANN401  # a JSON value
    """A value that says nothing but a text, at the end of these steps."""
    value: Any = text
    for step in reversed(steps):
        value = {step: value} if isinstance(step, str) else [value]
    return value


def says(value: Any, depth: int = 0) -> bool:  # noqa: ANN401  # any JSON value
    """Whether anything is said in it, beside where it belongs."""
    if depth > DEEPEST:
        return True
    if isinstance(value, dict):
        return any(says(one, depth + 1) for name, one in value.items() if name not in ("index", "type"))
    if isinstance(value, list):
        return any(says(one, depth + 1) for one in value)
    return bool(value)


def forget_logprobs(document: Any) -> bool:  # noqa: ANN401  # any JSON value
    """Empties log probabilities, which spell a text out once more; whether there were any."""
    found = False
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("logprobs"):
                value["logprobs"] = [] if isinstance(value["logprobs"], list) else None
                found = True
            waiting += [one for one in value.values() if isinstance(one, dict | list)]
        elif isinstance(value, list):
            waiting += [one for one in value if isinstance(one, dict | list)]
    return found
