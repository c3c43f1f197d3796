"""PyShieldTransformer: what `stream_events(version="v3")` shows, scanned on its way.

Answers and reasoning pass piece by piece through a stream of the shield, one for each block of a message, and
what is held back of a block comes with its end. Arguments of tool calls and what tools write while they run
are shown when they are complete. The state is the middleware's; nothing here changes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from langchain_core.messages import AIMessage, BaseMessage
from langgraph.stream import StreamTransformer

from langchain_pyshield.calls import Call
from langchain_pyshield.content import CONTENT, VALUES, rebuilt, texts
from langchain_pyshield.conversations import Find
from langchain_pyshield.marks import scanned, withheld
from langchain_pyshield.outgoing import answer
from langchain_pyshield.shields import Feed, Open, Scans, arun, run
from pyshield.errors import TextError
from pyshield.policy import always
from pyshield.stream import StreamBlocked, StreamEnd, StreamText

if TYPE_CHECKING:
    from langgraph.stream import ProtocolEvent

    from langchain_pyshield.calls import Calls
    from langchain_pyshield.content import Reading
    from langchain_pyshield.conversations import Conversations
    from langchain_pyshield.rules import Rules
    from langchain_pyshield.shields import Shields, Side, Steps
    from pyshield.stream import BlockingOutputStream, CutWhen, OutputStream, StreamEvent

    AnyStream: TypeAlias = OutputStream | BlockingOutputStream

__all__ = ["PyShieldTransformer"]

_DELTAS = {"text-delta": "text", "reasoning-delta": "reasoning"}
_BLOCKS = {"text": "text", "reasoning": "reasoning"}
_NAMES = frozenset({"type", "id", "name", "index"})
"""Keys of blocks that tell which one it is."""
_WITHHELD = {"type": "withheld"}
"""Stands for a delta that is not shown; consumers pass over kinds that they do not know."""


@dataclass(slots=True)
class _Message:
    """A message on its way.

    Attributes:
        call: What it answers.
        open: The streams of its blocks, with what has passed of each.
        cut: Whether nothing more of it may pass.
    """

    call: Call
    open: dict[int, tuple[AnyStream, list[str]]] = field(default_factory=dict)
    cut: bool = False

    def close(self) -> None:
        """Gives up what has not ended."""
        for stream, _ in self.open.values():
            stream.close()
        self.open.clear()


class PyShieldTransformer(StreamTransformer):
    """Scans the events of a run; made by `PyShieldMiddleware` for each.

    Args:
        scope: The part of the graph it is made for.
        source: What scans conversations.
        calls: Which of them a call belongs to.
        rules: The middleware's.
    """

    before_builtins: ClassVar[bool] = True
    supports_sync: ClassVar[bool] = True
    required_stream_modes: ClassVar[tuple[str, ...]] = ("messages", "tools")

    def __init__(
        self,
        scope: tuple[str, ...] = (),
        *,
        source: Shields | Conversations,
        calls: Calls,
        rules: Rules,
    ) -> None:
        super().__init__(scope)
        self._source = source
        self._calls = calls
        # Reports and errors are the middleware's, which sees the same texts whole.
        self._rules = replace(rules, on_result=None, blocked="end", blocked_tools="withhold")
        self._cut: CutWhen = "found" if rules.refuses is always else "unredacted"
        self._messages: dict[str, _Message] = {}

    def init(self) -> dict[str, Any]:
        """Adds nothing to the run."""
        return {}

    def process(self, event: ProtocolEvent) -> bool:
        """Scans an event; whether there is still something to show."""
        return run(self._event(event))

    async def aprocess(self, event: ProtocolEvent) -> bool:
        """As `process`."""
        return await arun(self._event(event))

    def finalize(self) -> None:
        """Frees what is held of messages that did not end."""
        for message in self._messages.values():
            message.close()
        self._messages.clear()

    def fail(self, err: BaseException) -> None:  # noqa: ARG002  # the interface's
        """As `finalize`."""
        self.finalize()

    def _event(self, event: ProtocolEvent) -> Steps[bool]:
        params = event["params"]
        data = params["data"]
        if event["method"] == "tools" and isinstance(data, dict):
            new = yield from self._tool(data)
            params["data"] = data if new is None else new
            return new is not None
        if event["method"] != "messages" or not isinstance(data, tuple) or len(data) != 2:
            return True
        payload, metadata = data
        if isinstance(payload, AIMessage):
            params["data"] = ((yield from self._whole(payload, metadata)), metadata)
        elif isinstance(payload, dict):
            new, keep = yield from self._part(payload, metadata)
            params["data"] = (new, metadata)
            return keep
        return True

    def _call(self, metadata: dict[str, Any]) -> Steps[Call]:
        """The call that an event belongs to; a model called for something else answers no prompt."""
        known = self._calls.get(metadata.get("langgraph_checkpoint_ns"))
        if known is not None:
            return known
        shields: Shields = yield Find(self._source, metadata.get("thread_id"))
        return Call(shields, "")

    def _whole(self, message: AIMessage, metadata: dict[str, Any]) -> Steps[BaseMessage]:
        """A message that was not streamed: as the model made it, or as the middleware left it."""
        if scanned(message):
            return message
        call = yield from self._call(metadata)
        done = yield from answer(self._rules, call.shields, call.prompt, [message])
        return done.messages[0]

    def _part(self, payload: dict[str, Any], metadata: dict[str, Any]) -> Steps[tuple[dict[str, Any], bool]]:
        kind, run_id, index = payload.get("event"), str(metadata.get("run_id")), payload.get("index")
        if kind in {"message-finish", "error"}:
            ended = self._messages.pop(run_id, None)
            if ended is not None:
                ended.close()
            return payload, True
        if not isinstance(kind, str) or not kind.startswith("content-block"):
            return payload, True
        message = self._messages.get(run_id)
        if message is None:
            call = yield from self._call(metadata)
            message = self._messages[run_id] = _Message(call)
        place = index if isinstance(index, int) else -1
        if kind == "content-block-delta":
            return (yield from self._delta(message, place, payload))
        # Older ones call the block `content_block`.
        name = "content" if "content" in payload else "content_block"
        block = payload.get(name)
        if not isinstance(block, dict):
            return payload, True
        if kind == "content-block-finish":
            return {**payload, name: (yield from self._ended(message, place, block))}, True
        return {**payload, name: (yield from self._begun(message, place, block))}, True

    def _begun(self, message: _Message, place: int, block: dict[str, Any]) -> Steps[dict[str, Any]]:
        shown = _BLOCKS.get(block.get("type", ""))
        bare = _bare({key: value for key, value in block.items() if key != shown})
        if shown is None or shown not in block:
            return bare
        return {**bare, shown: (yield from self._feed(message, place, block[shown]))}

    def _delta(
        self, message: _Message, place: int, payload: dict[str, Any]
    ) -> Steps[tuple[dict[str, Any], bool]]:
        delta = payload.get("delta")
        kind = delta.get("type") if isinstance(delta, dict) else None
        shown = _DELTAS.get(kind or "")
        if not isinstance(delta, dict) or (shown is None and kind != "data-delta"):
            rest = {key: value for key, value in payload.items() if key != "content_block"}
            return {**rest, "delta": _WITHHELD}, False
        if shown is None:
            return payload, not message.cut
        passed = yield from self._feed(message, place, delta.get(shown))
        return {**payload, "delta": {**delta, shown: passed}}, bool(passed)

    def _feed(self, message: _Message, place: int, piece: Any) -> Steps[str]:  # noqa: ANN401
        """What passes now that `piece` has come."""
        if message.cut or not isinstance(piece, str) or not piece:
            return ""
        if place not in message.open:
            opened: AnyStream = yield self._opened(message.call)
            message.open[place] = (opened, [])
        stream, passed = message.open[place]
        text = self._note(message, (yield Feed(stream, piece)))
        passed.append(text)
        return text

    def _opened(self, call: Call) -> Open:
        return Open(call.shields, call.prompt, self._cut, self._rules.policy)

    def _note(self, message: _Message, events: list[StreamEvent]) -> str:
        message.cut = message.cut or any(isinstance(event, StreamBlocked) for event in events)
        # A policy of one's own may refuse what no scanner did; what came with the end is not shown then.
        for event in events:
            if isinstance(event, StreamEnd) and not message.cut and self._rules.refuses(event.result):
                message.cut = True
                return ""
        return "".join(event.text for event in events if isinstance(event, StreamText))

    def _ended(self, message: _Message, place: int, block: dict[str, Any]) -> Steps[dict[str, Any]]:
        """The block as a whole, as far as it passed."""
        shown = _BLOCKS.get(block.get("type", ""))
        call = message.call
        if shown is None:
            return (yield from self._other(message, block))
        if place not in message.open and not message.cut:
            yield from self._feed(message, place, block.get(shown))
        stream, passed = message.open.pop(place, (None, []))
        if stream is not None and not stream.ended and not message.cut:
            passed.append(self._note(message, (yield Feed(stream, None))))
        rest = {key: value for key, value in block.items() if key != shown}
        rest = yield from self._scanned(call.shields, "output", call.prompt, rest, CONTENT, {})
        return {**rest, "type": block["type"], shown: "".join(passed)}

    def _other(self, message: _Message, block: dict[str, Any]) -> Steps[dict[str, Any]]:
        """A block that is shown once it is complete."""
        call = message.call
        if "args" in block:
            # With placeholders, as in the state: the tool is given the values, nobody else.
            who, value, reading = call.shields.unrestored, block["args"], VALUES
            shown: Any = "" if isinstance(value, str) else {}
        else:
            who, value, reading = call.shields, block, CONTENT
            shown = {"type": block.get("type")}
        if not message.cut:
            shown = yield from self._scanned(who, "output", call.prompt, value, reading, shown)
        whole: dict[str, Any] = {**block, "args": shown} if "args" in block else shown
        return whole

    def _tool(self, data: dict[str, Any]) -> Steps[dict[str, Any] | None]:
        """An event of a tool; `None` if it is not shown."""
        shown = {"tool-finished": "output", "tool-error": "message"}.get(data.get("event", ""))
        if data.get("event") == "tool-output-delta":
            return None
        if shown is None or shown not in data:
            return data
        value = data[shown]
        text = self._rules.withheld
        instead = withheld(value, text) if isinstance(value, BaseMessage) else text
        call = self._calls.get(data.get("tool_call_id"))
        who = self._rules.tool_results or (None if call is None else call.shields)
        if who is None:
            return {**data, shown: instead}
        return {**data, shown: (yield from self._scanned(who, "prompt", "", value, CONTENT, instead))}

    def _scanned(
        self,
        shields: Shields,
        side: Side,
        prompt: str,
        value: Any,  # noqa: ANN401  # of any block, argument or tool
        reading: Reading,
        instead: Any,  # noqa: ANN401
    ) -> Steps[Any]:
        """A value with what passed of its texts, or what stands in its place if it is refused."""
        try:
            fresh = list(dict.fromkeys(texts(value, reading)))
            if not fresh:
                return value
            results = yield Scans(shields, side, prompt, fresh)
        except TextError:
            return instead  # for errors as for reports: the middleware
        if any(self._rules.refuses(result) for result in results):
            return instead
        passed = {text: result.text for text, result in zip(fresh, results, strict=True)}
        return rebuilt(value, passed, reading)


def _bare(block: dict[str, Any]) -> dict[str, Any]:
    """A block without the texts in it, which come with its end, scanned."""
    names = {key: value for key, value in block.items() if key in _NAMES}
    rest = {key: value for key, value in block.items() if key not in _NAMES}
    try:
        return {**names, **rebuilt(rest, dict.fromkeys(texts(rest, CONTENT), ""), CONTENT)}
    except TextError:
        return names
