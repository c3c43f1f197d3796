"""Measures an agent with PyShieldMiddleware beside one with PIIMiddleware: python -m benchmarks.langchain.

The model is a script that answers at once, so what is left is the framework and the middleware. Both redact
the same five kinds of private data in what the user says, what a tool returns and what the model answers.
PyShieldMiddleware puts it back into the answer and into the tool's arguments too; SolePyShieldMiddleware is
what an agent without other middleware has, as both agents are here.
"""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain.agents.middleware import PIIMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

from benchmarks.measure import Figure, Report, compared, finish, parser, quartiles
from langchain_pyshield import PyShieldMiddleware, SolePyShieldMiddleware
from pyshield import Shield, Vault
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KINDS = {
    "email": "EMAIL_ADDRESS",
    "credit_card": "CREDIT_CARD",
    "ip": "IP_ADDRESS",
    "mac_address": "MAC_ADDRESS",
    "url": "URL",
}
PLAIN = "The parcel left the warehouse on Tuesday and should be with you before the end of the week. "
PRIVATE = "Write to ada@example.org, card 4111 1111 1111 1111, from 203.0.113.7, see https://example.org/a. "


class Script(BaseChatModel):
    """Calls the tool, then answers."""

    text: str

    @property
    def _llm_type(self) -> str:
        return "script"

    def bind_tools(self, tools: Any, **_: Any) -> Script:  # noqa: ARG002
        """Knows its tools."""
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if messages[-1].type == "tool":
            answer = AIMessage(self.text)
        else:
            answer = AIMessage("", tool_calls=[{"name": "look_up", "args": {"what": "it"}, "id": "1"}])
        return ChatResult(generations=[ChatGeneration(message=answer)])

    async def _agenerate(self, messages: list[BaseMessage], *rest: Any, **options: Any) -> ChatResult:
        # Not through a thread, as the default is: that would be most of what is measured.
        return self._generate(messages, *rest, **options)


def _agent(text: str, middleware: Sequence[Any]) -> Any:
    @tool
    async def look_up(what: str) -> str:  # noqa: ARG001
        """Looks something up."""
        return text

    return create_agent(Script(text=text), [look_up], middleware=middleware)


def _pyshield(kinds: Sequence[str], guard: type[PyShieldMiddleware]) -> list[Any]:
    vault = Vault()
    scanners = [Anonymize(vault, entity_types=[KINDS[kind] for kind in kinds])]
    return [guard(Shield(prompt=scanners, output=[Deanonymize(vault)]))]


def _builtin(kinds: Sequence[str]) -> list[Any]:
    options = {"apply_to_input": True, "apply_to_output": True, "apply_to_tool_results": True}
    return [PIIMiddleware(kind, **options) for kind in kinds]


async def _round(agent: Any, prompts: list[str]) -> float:
    """Microseconds of a run."""
    start = perf_counter()
    for prompt in prompts:
        await agent.ainvoke({"messages": [HumanMessage(prompt)]})
    return (perf_counter() - start) / len(prompts) * 1e6


async def _measure(text: str, kinds: Sequence[str], rounds: int, runs: int) -> dict[str, list[float]]:
    agents = {
        "SolePyShieldMiddleware": _agent(text, _pyshield(kinds, SolePyShieldMiddleware)),
        "PyShieldMiddleware": _agent(text, _pyshield(kinds, PyShieldMiddleware)),
        "PIIMiddleware": _agent(text, _builtin(kinds)),
        "none": _agent(text, ()),
    }
    # A prompt of its own for each run: what has passed before need not be scanned again.
    number = count()
    prompts: Callable[[], list[str]] = lambda: [f"{text}{next(number)}" for _ in range(runs)]  # noqa: E731
    times: dict[str, list[float]] = {name: [] for name in agents}
    for agent in agents.values():
        await _round(agent, prompts())
    for index in range(rounds):
        for name in list(agents) if index % 2 else list(reversed(agents)):
            times[name].append(await _round(agents[name], prompts()))
    return times


def main() -> None:
    """Measures, prints, writes."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=15, help="rounds per agent (default: %(default)s)")
    arguments.add_argument("--runs", type=int, default=40, help="runs per round (default: %(default)s)")
    chosen = arguments.parse_args()
    report = Report("agent")
    cases = {
        "one kind, clean texts": (PLAIN * 4, ["email"]),
        "five kinds, clean texts": (PLAIN * 4, list(KINDS)),
        "five kinds, private data in all texts": (PRIVATE + PLAIN * 3, list(KINDS)),
        "five kinds, clean texts of 36,000 characters": (PLAIN * 400, list(KINDS)),
    }
    for words, (text, kinds) in cases.items():
        times = asyncio.run(_measure(text, kinds, chosen.rounds, chosen.runs))
        what = f"an agent's run with a tool call, {words}"
        theirs = times["PIIMiddleware"]
        sole, ours = times["SolePyShieldMiddleware"], times["PyShieldMiddleware"]
        report.add(compared(what, sole, theirs, unit="us", rival="PIIMiddleware", at_least=1.0))
        report.add(compared("  beside other middleware", ours, theirs, unit="us", rival="PIIMiddleware"))
        bare = median(times["none"])
        report.add(Figure("  without middleware", bare, "us", spread=quartiles(times["none"])))
        report.details[words] = times
    finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
