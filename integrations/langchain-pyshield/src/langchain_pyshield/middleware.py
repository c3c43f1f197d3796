"""PyShieldMiddleware: an agent's conversation scanned, redacted and restored on all its ways.

What goes to the model is scanned by the shield's prompt scanners: the user's messages before the agent runs,
tools' results before anybody reads them, and all of it once more before each call, which costs nothing for
what has passed already. What comes from it is scanned by the output scanners: answers before they reach the
state, arguments before the tool is run.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelResponse, hook_config
from langchain.agents.middleware.types import ExtendedModelResponse
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.constants import TAG_NOSTREAM
from langgraph.types import Command

from langchain_pyshield.calls import Call, Calls
from langchain_pyshield.content import ANSWER, texts
from langchain_pyshield.conversations import Conversations, Find
from langchain_pyshield.hiding import hide
from langchain_pyshield.incoming import Incoming, asked, incoming
from langchain_pyshield.marks import refusal, scanned, withheld_since
from langchain_pyshield.modes import hides_tokens, untold
from langchain_pyshield.outgoing import answer
from langchain_pyshield.placeholders import reserve
from langchain_pyshield.rules import Rules, tool_names, tool_shields, wrong
from langchain_pyshield.shields import Shields, arun, run
from langchain_pyshield.tools import called, messages_of, returned
from langchain_pyshield.transformer import PyShieldTransformer
from pyshield.policy import unless_redacted
from pyshield.shield import Shield

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence

    from langchain.agents.middleware import AgentState, ModelRequest, ToolCallRequest
    from langgraph.runtime import Runtime

    from langchain_pyshield.rules import Blocked, BlockedTools, OnResult, Tokens
    from langchain_pyshield.shields import Steps
    from pyshield.results import ScanResult
    from pyshield.stream import PassPolicy

__all__ = ["PyShieldMiddleware"]


class PyShieldMiddleware(AgentMiddleware):
    """Guards an agent; goes first in the list of middleware, but after what judges or changes tool calls.

    Args:
        shield: Scans the conversation; or, if private data is to be put back, `Conversations`, which make a
            shield with a vault of its own for each thread.
        tool_results: Scans what tools return (its prompt scanners do); what scans prompts, if not given.
        blocked: What a refused prompt or answer leads to: `"end"`, the run ends with `refusal` as the answer;
            `"raise"`, `Refused`.
        blocked_tools: What a refused tool call or result leads to: `"withhold"`, the model reads `withheld`
            instead and goes on; `"end"`, the run ends with `refusal`; `"raise"`, `Refused`.
        refuses: Says of a result whether its text must not pass; by default unless everything that was found
            has been replaced.
        refusal: What the user reads then.
        withheld: What stands in the conversation in place of a refused message.
        restore_for: The names of the tools that are given private data in place of placeholders; all of them,
            if not given.
        tokens: `"scanned"`: `stream_events(version="v3")` of the agent, which is scanned on its way, shows
            answers while they are written; other modes, and graphs that the agent is a part of, show an
            answer once it was scanned as a whole. `"whole"`: so does every mode. `"stream"`: other modes
            show what the model writes before anybody has read it.
        on_result: A function of a place and a `ScanResult` that is told of every scan.
        policy: What `stream_events(version="v3")` may show of an answer before a scanner that reads a model
            has judged it: `"hold"`, nothing; `"lag"`, some sentences; `"after"`, all. As for
            `Shield.open_output`.

    Raises:
        ConfigError: For anything that cannot work.
    """

    def __init__(
        self,
        shield: Shield | Conversations,
        *,
        tool_results: Shield | None = None,
        blocked: Blocked = "end",
        blocked_tools: BlockedTools = "withhold",
        refuses: Callable[[ScanResult], bool] = unless_redacted,
        refusal: str = "I cannot help with that.",
        withheld: str = "[Withheld: this content was refused by a security check.]",
        restore_for: Collection[str] | None = None,
        tokens: Tokens = "scanned",
        on_result: OnResult | None = None,
        policy: PassPolicy = "hold",
    ) -> None:
        super().__init__()
        given: object = shield
        if not isinstance(given, Shield | Conversations):
            kind = type(given).__name__
            raise wrong("shield", f"expected a pyshield.Shield or Conversations, got {kind}")
        self.tools = ()
        self._shields = Shields(shield) if isinstance(shield, Shield) else shield
        self._rules = Rules(
            tool_results=tool_shields(tool_results),
            blocked=blocked,
            blocked_tools=blocked_tools,
            refuses=refuses,
            refusal=refusal,
            withheld=withheld,
            restore_for=tool_names(restore_for),
            tokens=tokens,
            on_result=on_result,
            policy=policy,
        )
        self._calls = Calls()
        make = partial(PyShieldTransformer, source=self._shields, calls=self._calls, rules=self._rules)
        self.transformers = (make,)

    # What the user said, before anything else sees it.

    @hook_config(can_jump_to=["end"])
    def before_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Scans the messages that the run begins with; redacts them in the state, or ends the run."""
        return run(self._enter(runtime, state["messages"]))

    @hook_config(can_jump_to=["end"])
    async def abefore_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """As `before_agent`."""
        return await arun(self._enter(runtime, state["messages"]))

    # What came since: from tools, from a person who was asked, from other middleware.

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Scans what came since the model last spoke; redacts it in the state, or ends the run."""
        return run(self._enter(runtime, state["messages"]))

    @hook_config(can_jump_to=["end"])
    async def abefore_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """As `before_model`."""
        return await arun(self._enter(runtime, state["messages"]))

    def _enter(self, runtime: Runtime[Any], messages: Sequence[BaseMessage]) -> Steps[dict[str, Any] | None]:
        shields = yield from self._conversation(runtime, messages)
        done, refused = yield from self._entering(shields, messages)
        changed: list[BaseMessage] = [done.changed[at] for at in sorted(done.changed)]
        if refused is not None:
            return {"messages": [*changed, refusal(self._rules.refusal, refused)], "jump_to": "end"}
        return {"messages": changed} if changed else None

    def _entering(
        self, shields: Shields, messages: Sequence[BaseMessage]
    ) -> Steps[tuple[Incoming, tuple[str, ...] | None]]:
        """What became of messages, and who refuses what the run must end for, if somebody does."""
        rules = self._rules
        done = yield from incoming(rules, shields, messages)
        refused = done.refused
        if refused is None and rules.blocked_tools == "end":
            refused = done.refused_tool
            if refused is None and withheld_since(messages):
                refused = ()
        return done, refused

    # The call of the model: what is sent, and what comes back.

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any] | AIMessage | ExtendedModelResponse[Any]:
        """Sends what may be sent, and lets pass what may pass of the answer."""
        sent = run(self._sent(request))
        if isinstance(sent, ExtendedModelResponse):
            return sent
        with untold(sent):
            got = handler(sent)
        return run(self._answered(sent, got))

    # Neither this one nor `awrap_tool_call` is a coroutine function: LangChain sends each call of one through
    # another thread before and after it, for its trace, whether traces are asked for or not.
    def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> Coroutine[Any, Any, ModelResponse[Any] | AIMessage | ExtendedModelResponse[Any]]:
        """As `wrap_model_call`."""
        return self._wrapped_model_call(request, handler)

    async def _wrapped_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any] | ExtendedModelResponse[Any]:
        sent = await arun(self._sent(request))
        if isinstance(sent, ExtendedModelResponse):
            return sent
        with untold(sent):
            got = await handler(sent)
        return await arun(self._answered(sent, got))

    def _sent(self, request: ModelRequest[Any]) -> Steps[ModelRequest[Any] | ExtendedModelResponse[Any]]:
        rules, messages = self._rules, request.messages
        shields = yield from self._conversation(request.runtime, messages)
        done = yield from incoming(rules, shields, messages)
        if done.refused is not None:
            return _ended(refusal(rules.refusal, done.refused))
        if done.refused_tool is not None and rules.blocked_tools == "end":
            return _ended(refusal(rules.refusal, done.refused_tool))
        sent = yield from self._prepared(request, shields, done)
        return sent

    def _prepared(
        self, request: ModelRequest[Any], shields: Shields, done: Incoming
    ) -> Steps[ModelRequest[Any]]:
        """The request with what was scanned, and without what the model is not to have."""
        rules, messages = self._rules, request.messages
        done.changed |= yield from hide(shields, messages)
        if done.changed:
            request = request.override(messages=done.applied(messages))  # type: ignore[arg-type]
        call = Call(shields, asked(request.messages))
        namespace = _info(request.runtime, "checkpoint_ns")
        self._calls.note(namespace, call)
        if hides_tokens(rules.tokens, namespace):
            tags = [*(request.model.tags or ()), TAG_NOSTREAM]
            request = request.override(model=request.model.model_copy(update={"tags": tags}))
        return request

    def _answered(
        self, request: ModelRequest[Any], response: ModelResponse[Any]
    ) -> Steps[ModelResponse[Any] | ExtendedModelResponse[Any]]:
        shields: Shields = yield self._find(request.runtime)
        prompt = asked(request.messages)
        got = yield from answer(self._rules, shields, prompt, response.result, response.structured_response)
        if got.refused:
            # Not under the id of the answer: streams have shown parts of that and would leave this out.
            return _ended(got.messages[0].model_copy(update={"id": None}))
        return replace(response, result=got.messages, structured_response=got.structured)

    # The call of a tool: its arguments, and what it returns.

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Gives the tool what it may have, and lets pass what may pass of its result."""
        called = run(self._called(request))
        if isinstance(called, ToolMessage):
            return called
        result: ToolMessage | Command[Any] = run(self._returned(called, handler(called)))
        return result

    def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> Coroutine[Any, Any, ToolMessage | Command[Any]]:
        """As `wrap_tool_call`."""
        return self._wrapped_tool_call(request, handler)

    async def _wrapped_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        called = await arun(self._called(request))
        if isinstance(called, ToolMessage):
            return called
        result: ToolMessage | Command[Any] = await arun(self._returned(called, await handler(called)))
        return result

    def _called(self, request: ToolCallRequest) -> Steps[ToolCallRequest | ToolMessage]:
        shields = yield from self._conversation(request.runtime, messages_of(request))
        self._calls.note(request.tool_call["id"], Call(shields, ""))
        return (yield from called(self._rules, shields, request))

    def _returned(self, request: ToolCallRequest, result: Any) -> Steps[Any]:  # noqa: ANN401
        shields = yield from self._conversation(request.runtime, messages_of(request))
        return (yield from returned(self._rules, shields, request, result))

    # The answer, once more: other middleware may have written it.

    def after_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Scans an answer that other middleware wrote after the model, in any step of the run."""
        return run(self._leave(runtime, state))

    async def aafter_model(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """As `after_model`."""
        return await arun(self._leave(runtime, state))

    def after_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """Scans the last answer if it is not one that passed already."""
        return run(self._leave(runtime, state))

    async def aafter_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any] | None:
        """As `after_agent`."""
        return await arun(self._leave(runtime, state))

    def _leave(self, runtime: Runtime[Any], state: AgentState[Any]) -> Steps[dict[str, Any] | None]:
        shields: Shields = yield self._find(runtime)
        messages: Sequence[BaseMessage] = state["messages"]
        last = messages[-1] if messages else None
        if not isinstance(last, AIMessage) or scanned(last) or _known(shields, last):
            return None
        got = yield from answer(self._rules, shields, asked(messages), [last])
        return None if got.messages[0] is last else {"messages": got.messages}

    def _conversation(
        self,
        runtime: Any,  # noqa: ANN401  # a Runtime or a ToolRuntime
        messages: Sequence[BaseMessage],
    ) -> Steps[Shields]:
        """What scans the conversation, once it knows of the placeholders that it has not given itself."""
        shields: Shields = yield self._find(runtime)
        yield from reserve(shields, messages)
        return shields

    def _find(self, runtime: Any) -> Find:  # noqa: ANN401  # a Runtime or a ToolRuntime
        return Find(self._shields, _thread(runtime))


def _thread(runtime: Any) -> str | None:  # noqa: ANN401  # a Runtime or a ToolRuntime
    """The conversation that a hook runs for."""
    return _info(runtime, "thread_id")


def _info(runtime: Any, name: str) -> str | None:  # noqa: ANN401
    value = getattr(getattr(runtime, "execution_info", None), name, None)
    return None if value is None else str(value)


def _ended(refused: BaseMessage) -> ExtendedModelResponse[Any]:
    """A refusal as the last thing that a run says, whatever the agent was to do next."""
    return ExtendedModelResponse(ModelResponse(result=[refused]), Command(update={"jump_to": "end"}))


def _known(shields: Shields, message: AIMessage) -> bool:
    """Whether an answer passed as it is."""
    return all(shields.passed.has("output", text) for text in texts(message.content, ANSWER))
