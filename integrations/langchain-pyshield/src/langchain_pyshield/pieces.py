"""The pieces of an output that is streamed through a chain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessageChunk, BaseMessage, BaseMessageChunk

from langchain_pyshield.content import CALLED, CONTENT, REASONED, VALUES, aside, rebuilt, texts
from langchain_pyshield.errors import Refused
from langchain_pyshield.marks import refusal
from langchain_pyshield.shields import Feed, Open, Scans
from langchain_pyshield.values import answer_passed, answer_texts
from pyshield.errors import TextError
from pyshield.policy import always, refused_by
from pyshield.stream import StreamBlocked, StreamEnd, StreamText

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from langchain_pyshield.errors import Place
    from langchain_pyshield.shields import Shields, Steps
    from pyshield.results import ScanResult
    from pyshield.stream import CutWhen, PassPolicy, StreamEvent

__all__ = ["Pieces"]

_STREAMED = {"text": "text", "reasoning": "reasoning"}


class Pieces:
    """An output on its way: texts and message chunks in, what passes of them out.

    Texts and reasoning pass as soon as nothing could change them. Calls of tools, other blocks of a message,
    and what a text has beside it (citations, say) are held until the end and scanned as a whole. A message
    that is no chunk is a whole answer: not every model streams.

    Args:
        shields: Scans it.
        prompt: What it answers.
        refuses: Says of a result whether its text must not pass.
        refusal: What follows what has passed of a refused one; `Refused` is raised, if not given.
        on_result: Is told of every scan.
        policy: What may pass of it before it is judged.
    """

    def __init__(
        self,
        shields: Shields,
        prompt: str,
        refuses: Callable[[ScanResult], bool],
        refusal: str | None,
        on_result: Callable[[Place, ScanResult], None] | None,
        policy: PassPolicy,
    ) -> None:
        self._shields = shields
        self._prompt = prompt
        self._refuses = refuses
        self._refusal = refusal
        self._on_result = on_result
        self._policy = policy
        self._cut: CutWhen = "found" if refuses is always else "unredacted"
        self._open: dict[Hashable, tuple[Any, dict[str, Any] | None]] = {}
        self._held: list[AIMessageChunk] = []
        self._holds = 0
        self._refusing: tuple[str, ...] | None = None
        self._message: BaseMessage | None = None
        # Of the chunks so far, if there were any; of them the last is marked.
        self._id: str | None = None
        self._chunks = self._marked = False

    @property
    def refused(self) -> bool:
        """Whether nothing more may pass."""
        return self._refusing is not None

    def close(self) -> None:
        """Gives up what is held."""
        for stream, _ in self._open.values():
            stream.close()
        self._open.clear()
        self._held.clear()

    def feed(self, piece: Any) -> Steps[list[Any]]:  # noqa: ANN401
        """What passes now that `piece` has come.

        Raises:
            TextError: If it is neither a text nor a message nor a chunk of one, or too much would be held.
        """
        if isinstance(piece, str):
            text = yield from self._text("", None, piece)
            return [text] if text else []
        if isinstance(piece, BaseMessage) and not isinstance(piece, BaseMessageChunk):
            done = yield from self.finish()
            return done if self.refused else [*done, *(yield from self._answer(piece))]
        if not isinstance(piece, AIMessageChunk):
            kind = type(piece).__name__
            raise TextError(f"only texts and messages can be scanned piece by piece, not {kind}")
        self._chunks, self._id = True, piece.id or self._id
        # The mark comes after what is held; what follows it would be taken for another message.
        self._marked = self._marked or piece.chunk_position == "last"
        content, others = yield from self._content(piece.content)
        rest = {name: value for name, value in piece.additional_kwargs.items() if name not in _BESIDE}
        for name, value in aside(piece, _BESIDE).items():
            if isinstance(value, str):
                rest[name] = yield from self._text((_ASIDE, name), None, value)
        self._hold(piece, others)
        update = {"content": content, "chunk_position": None, "additional_kwargs": rest, **_UNCALLED}
        return [piece.model_copy(update=update)]

    def finish(self) -> Steps[list[Any]]:
        """What passes now that the output has ended."""
        done: list[Any] = []
        for key in list(self._open):
            stream, block = self._open.pop(key)
            text = self._passed((yield Feed(stream, None)))
            if text and isinstance(key, tuple) and key[0] is _ASIDE:
                done.append(self._chunk("").model_copy(update={"additional_kwargs": {key[1]: text}}))
            elif text and self._chunks:
                content = text if block is None else [{**block, _STREAMED[block["type"]]: text}]
                done.append(self._chunk(content))
            elif text:
                done.append(text)
        held, self._held = self._held, []
        if held and not self.refused:
            done += yield from self._whole(held[0] + held[1:])
        return done

    def end(self) -> list[Any]:
        """What comes after all that passed.

        Raises:
            Refused: If the output must not pass, and there is no refusal to end it with.
        """
        self.close()
        done: list[Any] = []
        if self._refusing is not None:
            if self._refusal is None:
                raise Refused.at("answer", self._refusing)
            done.append(self._instead(self._refusal, self._refusing))
        if self._marked:
            done.append(self._chunk("").model_copy(update={"chunk_position": "last"}))
        return done

    def _instead(self, text: str, refusing: tuple[str, ...]) -> Any:  # noqa: ANN401
        """The refusal, in the kind of what it follows."""
        if self._chunks:
            return self._chunk(text)
        return text if self._message is None else refusal(text, refusing, self._message)

    def _chunk(self, content: Any) -> AIMessageChunk:  # noqa: ANN401
        return AIMessageChunk(content=content, id=self._id)

    def _content(self, content: Any) -> Steps[tuple[Any, list[Any]]]:  # noqa: ANN401
        """What passes of a content, and the blocks of it that are held."""
        if isinstance(content, str):
            return (yield from self._text("", None, content)), []
        blocks: list[Any] = []
        others: list[Any] = []
        for block in content:
            if isinstance(block, str):
                blocks.append((yield from self._text("", None, block)))
            elif name := _shown(block):
                same, now, later = _parted(block, name)
                text = yield from self._text((block["type"], block.get("index")), same, block[name])
                blocks.append({**now, name: text})
                others += later
            else:
                others.append(block)
        return blocks, others

    def _text(self, key: Hashable, block: dict[str, Any] | None, piece: str) -> Steps[str]:
        if self.refused or not piece:
            return ""
        if key not in self._open:
            opened = yield Open(self._shields, self._prompt, self._cut, self._policy)
            self._open[key] = (opened, block)
        return self._passed((yield Feed(self._open[key][0], piece)))

    def _passed(self, events: list[StreamEvent]) -> str:
        passed = []
        for event in events:
            match event:
                case StreamText(text) if not self.refused:
                    passed.append(text)
                case StreamBlocked(scanners):
                    self._refusing = tuple(scanners)
                case StreamEnd(result):
                    if self._on_result is not None:
                        self._on_result("answer", result)
                    refusing = None if self.refused else refused_by([result], self._refuses)
                    if refusing is not None:
                        # What a scanner held back to the end is not shown before this is known.
                        self._refusing = refusing
                        return ""
        return "".join(passed)

    def _hold(self, piece: AIMessageChunk, others: list[Any]) -> None:
        beside = {n: value for n, value in aside(piece, _BESIDE).items() if not isinstance(value, str)}
        if not others and not piece.tool_call_chunks and not beside:
            return
        self._holds += sum(len(call["args"] or "") for call in piece.tool_call_chunks)
        self._holds += 1 + len(others) + sum(len(text) for text in texts([others, beside], CONTENT))
        most = self._shields.shield.limits.max_text_bytes
        if self._holds > most:
            raise TextError(
                f"the output has more than the {most} bytes that may be held (limits.max_text_bytes)"
            )
        chunk = AIMessageChunk(
            content=others or "",
            id=piece.id,
            tool_call_chunks=piece.tool_call_chunks,
            additional_kwargs=beside,
        )
        self._held.append(chunk)

    def _answer(self, message: BaseMessage) -> Steps[list[Any]]:
        """A message that was not streamed."""
        self._message = message
        passed = yield from self._judged("answer", answer_texts(message))
        return [] if passed is None else [answer_passed(message, passed)]

    def _judged(self, place: Place, found: list[str]) -> Steps[dict[str, str] | None]:
        """What passed of texts that are complete, by text; `None` if they are refused."""
        fresh = list(dict.fromkeys(found))
        if not fresh:
            return {}
        results = yield Scans(self._shields, "output", self._prompt, fresh)
        for result in results:
            if self._on_result is not None:
                self._on_result(place, result)
        self._refusing = refused_by(results, self._refuses)
        if self.refused:
            return None
        return {text: result.text for text, result in zip(fresh, results, strict=True)}

    def _whole(self, held: AIMessageChunk) -> Steps[list[AIMessageChunk]]:
        """Calls and blocks that are complete now."""
        calls = [_parsed(call["args"]) for call in held.tool_call_chunks]
        beside = held.additional_kwargs
        found = texts([held.content, beside], CONTENT) + texts(calls, VALUES)
        passed = yield from self._judged("tool_call", found)
        if passed is None:
            return []
        if not passed:
            return [held]
        chunks: list[Any] = [
            {**call, "args": args if args is None or isinstance(args, str) else json.dumps(args)}
            for call, args in zip(held.tool_call_chunks, rebuilt(calls, passed, VALUES), strict=True)
        ]
        content = rebuilt(held.content, passed, CONTENT)
        return [
            AIMessageChunk(
                content=content,
                id=held.id,
                tool_call_chunks=chunks,
                additional_kwargs=rebuilt(beside, passed, CONTENT),
            )
        ]


_BESIDE = REASONED | CALLED
_ASIDE = object()
"""Begins the keys of texts beside the content."""

_UNCALLED: dict[str, Any] = {"tool_call_chunks": [], "tool_calls": [], "invalid_tool_calls": []}


def _shown(block: dict[str, Any]) -> str | None:
    """The key of the text of a block that is streamed."""
    name = _STREAMED.get(block.get("type", ""))
    return name if name and isinstance(block.get(name), str) else None


def _parted(block: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """What tells which block it is, what of it passes with its text, and what is held of it, if there is any.

    What has no text in it passes at once, and what is no text passes only once: chunks are added up.
    """
    same: dict[str, Any] = {key: block[key] for key in ("type", "index") if key in block}
    rest = {key: value for key, value in block.items() if key != name and key not in CONTENT.unread}
    held: dict[str, Any] = {**same, name: "", **rest}
    if not texts(held, CONTENT):
        return same, block, []
    return same, {key: value for key, value in block.items() if key not in rest}, [held]


def _parsed(args: str | None) -> Any:  # noqa: ANN401
    """The arguments of a call; as a text if they are no JSON."""
    try:
        return json.loads(args) if args else args
    except (ValueError, RecursionError):
        return args
