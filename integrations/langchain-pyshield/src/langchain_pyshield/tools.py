"""The call of a tool: its arguments, and what it returns, as a message or in a `Command`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, RemoveMessage, ToolMessage, convert_to_messages
from langgraph.types import Command

from langchain_pyshield.incoming import asked, incoming
from langchain_pyshield.marks import withheld
from langchain_pyshield.outgoing import answer, arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain.agents.middleware import ToolCallRequest

    from langchain_pyshield.rules import Rules
    from langchain_pyshield.shields import Shields, Steps

__all__ = ["called", "messages_of", "returned"]


def messages_of(request: ToolCallRequest) -> Sequence[BaseMessage]:
    """Those of the state that a tool is called in."""
    state = request.state
    messages: Sequence[BaseMessage] = state.get("messages", ()) if isinstance(state, dict) else ()
    return messages


def called(rules: Rules, shields: Shields, request: ToolCallRequest) -> Steps[ToolCallRequest | ToolMessage]:
    """A call with what the tool may have of its arguments, or what the model reads instead of a result.

    Raises:
        Refused: If they are refused and that is what was asked for.
    """
    call = request.tool_call
    who = shields if rules.restores_for(call["name"]) else shields.unrestored
    args, refused = yield from arguments(rules, who, asked(messages_of(request)), call["args"])
    if refused is not None:
        message = ToolMessage("", tool_call_id=call["id"], name=call["name"])
        done = withheld(message, rules.withheld)
        assert isinstance(done, ToolMessage)  # noqa: S101  # a copy of one
        return done
    if args is call["args"]:
        return request
    return request.override(tool_call={**call, "args": dict(args)})


def returned(rules: Rules, shields: Shields, request: ToolCallRequest, result: Any) -> Steps[Any]:  # noqa: ANN401
    """What passes of a result, one or a list of them.

    Raises:
        Refused: If it is refused and that is what was asked for.
    """
    if isinstance(result, list):
        results: list[Any] = []
        for one in result:
            passed = yield from returned(rules, shields, request, one)
            results.append(passed)
        return results
    if isinstance(result, BaseMessage):
        return (yield from _passed(rules, shields, request, result))
    if not isinstance(result, Command) or not isinstance(result.update, dict):
        return result
    given = result.update.get("messages")
    if given is None:
        return result
    # As the state takes them: one or a list, messages or whatever LangChain makes messages of.
    before = convert_to_messages(given if isinstance(given, list) else [given])
    messages: list[BaseMessage] = []
    for message in before:
        if not isinstance(message, RemoveMessage):
            message = yield from _passed(rules, shields, request, message)  # noqa: PLW2901
        messages.append(message)
    if all(new is old for new, old in zip(messages, before, strict=True)):
        return result
    return replace(result, update={**result.update, "messages": messages})


def _passed(
    rules: Rules, shields: Shields, request: ToolCallRequest, message: BaseMessage
) -> Steps[BaseMessage]:
    done = yield from incoming(rules, shields, [message], "tool_result")
    passed = done.changed.get(0, message)
    if done.refused_tool is not None or not getattr(request.tool, "return_direct", False):
        return passed
    # The user is given it as it is: an answer, if no model's.
    got = yield from answer(rules, shields, asked(messages_of(request)), [passed])
    return withheld(passed, rules.refusal) if got.refused else got.messages[0]
