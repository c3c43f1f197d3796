"""SolePyShieldMiddleware: the same for an agent that has no other middleware, in fewer steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelResponse
from langchain.agents.middleware.types import ExtendedModelResponse
from langgraph.types import Command

from langchain_pyshield.marks import refusal
from langchain_pyshield.middleware import PyShieldMiddleware
from langchain_pyshield.modes import untold
from langchain_pyshield.shields import arun, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from langchain.agents.middleware import ModelRequest
    from langchain_core.messages import BaseMessage

    from langchain_pyshield.shields import Steps

__all__ = ["SolePyShieldMiddleware"]


class SolePyShieldMiddleware(PyShieldMiddleware):
    """`PyShieldMiddleware` for an agent whose only middleware it is.

    What the hooks around an agent's run and before its model do keeps other middleware from seeing, and
    saying, what was not scanned. Where there is none, all of it is done in the calls of the model and of the
    tools, with the same outcome, and the graph has no nodes of the middleware, each of which takes its time.

    It takes the same arguments. Beside other middleware use `PyShieldMiddleware`.
    """

    # LangChain makes a node of each hook that a class has of its own.
    before_agent = AgentMiddleware.before_agent
    abefore_agent = AgentMiddleware.abefore_agent
    before_model = AgentMiddleware.before_model
    abefore_model = AgentMiddleware.abefore_model
    after_model = AgentMiddleware.after_model
    aafter_model = AgentMiddleware.aafter_model
    after_agent = AgentMiddleware.after_agent
    aafter_agent = AgentMiddleware.aafter_agent

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any] | ExtendedModelResponse[Any]:
        """Scans what came, sends what may be sent, and lets pass what may pass of the answer."""
        begun = run(self._begun(request))
        if isinstance(begun, ExtendedModelResponse):
            return begun
        sent, changed = begun
        with untold(sent):
            got = handler(sent)
        return _with(run(self._answered(sent, got)), changed)

    async def _wrapped_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any] | ExtendedModelResponse[Any]:
        begun = await arun(self._begun(request))
        if isinstance(begun, ExtendedModelResponse):
            return begun
        sent, changed = begun
        with untold(sent):
            got = await handler(sent)
        return _with(await arun(self._answered(sent, got)), changed)

    def _begun(
        self, request: ModelRequest[Any]
    ) -> Steps[tuple[ModelRequest[Any], Sequence[BaseMessage]] | ExtendedModelResponse[Any]]:
        """The request with what came since the last one as it may be sent, and what of it is different."""
        messages = request.messages
        shields = yield from self._conversation(request.runtime, messages)
        done, refused = yield from self._entering(shields, messages)
        # In the state they take the places of those with the same ids; what has none is not in the state.
        changed: list[BaseMessage] = [message for message in done.changed.values() if message.id is not None]
        if refused is not None:
            answer = ModelResponse(result=[refusal(self._rules.refusal, refused)])
            return ExtendedModelResponse(answer, Command(update={"messages": changed, "jump_to": "end"}))
        sent = yield from self._prepared(request, shields, done)
        return sent, changed


def _with(
    response: ModelResponse[Any] | ExtendedModelResponse[Any], changed: Sequence[BaseMessage]
) -> ModelResponse[Any] | ExtendedModelResponse[Any]:
    """An answer with messages that take the place of those before it."""
    if not changed:
        return response
    update: dict[str, Any] = {"messages": list(changed)}
    if isinstance(response, ExtendedModelResponse):
        before = response.command.update if response.command is not None else None
        return ExtendedModelResponse(response.model_response, Command(update={**(before or {}), **update}))
    return ExtendedModelResponse(response, Command(update=update))
