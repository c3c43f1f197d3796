"""The same question through each API, by clients that wait and clients that are awaited. No test itself."""

from __future__ import annotations

from dataclasses import dataclass, field

REFUSED = {"chat": "content_filter", "responses": "content_filter", "messages": "refusal"}
"""How each API says that an answer was cut off."""


@dataclass
class Said:
    """An answer.

    Attributes:
        text: All its text.
        reason: Why it ended.
        calls: The arguments of its tool calls.
        pieces: How many pieces of text it came in.
    """

    text: str = ""
    reason: str | None = None
    calls: list = field(default_factory=list)
    pieces: int = 0


class Talk:
    """Asks through one API. Each method is given a client and the arguments of its `create`."""

    api: str

    def ask(self, text):
        """The arguments that ask a text."""
        return {"messages": [{"role": "user", "content": text}]}


class Chat(Talk):
    api = "chat"

    def create(self, client, stream=False, **arguments):
        return client.chat.completions.create(model="m", stream=stream, **arguments)

    def read(self, answer):
        choice = answer.choices[0]
        calls = [call.function.arguments for call in choice.message.tool_calls or ()]
        return Said(choice.message.content or "", choice.finish_reason, calls)

    def add(self, said, event):
        for choice in event.choices:
            said.text += choice.delta.content or ""
            said.pieces += bool(choice.delta.content)
            for call in choice.delta.tool_calls or ():
                said.calls = ["".join([*said.calls, call.function.arguments or ""])]
            said.reason = choice.finish_reason or said.reason


class Responses(Talk):
    api = "responses"

    def ask(self, text):
        return {"input": text}

    def create(self, client, stream=False, **arguments):
        return client.responses.create(model="m", stream=stream, **arguments)

    def read(self, answer):
        calls = [item.arguments for item in answer.output if item.type == "function_call"]
        details = answer.incomplete_details
        return Said(answer.output_text, details.reason if details else answer.status, calls)

    def add(self, said, event):
        if event.type == "response.output_text.delta":
            said.text += event.delta
            said.pieces += 1
        elif event.type == "response.output_text.done":
            assert event.text == said.text
        elif event.type == "response.function_call_arguments.done":
            said.calls.append(event.arguments)
        elif event.type in ("response.completed", "response.incomplete"):
            whole = self.read(event.response)
            said.reason = whole.reason
            if event.type == "response.completed":
                assert (whole.text, whole.calls) == (said.text, said.calls)


class Messages(Talk):
    api = "messages"

    def create(self, client, stream=False, **arguments):
        return client.messages.create(model="m", max_tokens=9, stream=stream, **arguments)

    def read(self, answer):
        text = "".join(block.text for block in answer.content if block.type == "text")
        calls = [block.input for block in answer.content if block.type == "tool_use"]
        return Said(text, answer.stop_reason, calls)

    def add(self, said, event):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            said.text += event.delta.text
            said.pieces += 1
        elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            said.calls = ["".join([*said.calls, event.delta.partial_json])]
        elif event.type == "message_delta":
            said.reason = event.delta.stop_reason


class Awaited:
    """Talks through an asynchronous client."""

    asynchronous = True

    def __init__(self, talk):
        self.talk = talk

    async def whole(self, client, text="", **arguments):
        arguments = arguments or self.talk.ask(text)
        return self.talk.read(await self.talk.create(client, **arguments))

    async def stream(self, client, text="", **arguments):
        said = Said()
        arguments = arguments or self.talk.ask(text)
        async for event in await self.talk.create(client, stream=True, **arguments):
            self.talk.add(said, event)
        return said


class Waited(Awaited):
    """Talks through one that waits; the methods are awaited all the same, so that tests are written once."""

    asynchronous = False

    async def whole(self, client, text="", **arguments):
        arguments = arguments or self.talk.ask(text)
        return self.talk.read(self.talk.create(client, **arguments))

    async def stream(self, client, text="", **arguments):
        said = Said()
        arguments = arguments or self.talk.ask(text)
        for event in self.talk.create(client, stream=True, **arguments):
            self.talk.add(said, event)
        return said
