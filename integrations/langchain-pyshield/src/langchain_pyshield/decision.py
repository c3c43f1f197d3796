"""PyShieldDecisionModel: how risky a conversation is, for what asks such models; needs langchain-core 1.8.

It answers yes-or-no questions (`Noul`) with the highest risk that the shield sees. What exactly is asked is
not read: the scanners are the question. `AutoModeMiddleware(classifier=…)` so blocks the tool calls of a
conversation in which something must not pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.decisions import BaseDecisionModel, ClassifierResponse, Noul, NoulAnswer
from langchain_core.messages import BaseMessage
from pydantic import ConfigDict, PrivateAttr

from langchain_pyshield.content import CONTENT, VALUES, texts
from langchain_pyshield.incoming import place_of
from langchain_pyshield.shields import Scans, Shields, arun, run
from pyshield.errors import ConfigError, TextError
from pyshield.policy import unless_redacted
from pyshield.shield import Shield  # noqa: TC001  # pydantic reads it

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.decisions import Question, State

    from langchain_pyshield.shields import Steps
    from pyshield.results import ScanResult

__all__ = ["PyShieldDecisionModel"]

_DEEPEST = 50
_RISKY = 0.5
"""The least risk of what must not pass; askers draw the line there."""


class PyShieldDecisionModel(BaseDecisionModel):
    """Answers how likely it is that a state is risky.

    Prompt scanners read the texts of the state and of its messages, but for those of the application and the
    model; output scanners the arguments of what stands under `tool_call`. The answer is the highest risk of
    them: at least 0.5 if one must not pass, and none for what could be redacted.

    Args:
        shield: Scans the state.
        refuses: Says of a result whether its text must not pass.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: str = "pyshield"
    shield: Shield
    refuses: Any = unless_redacted

    _shields: Shields = PrivateAttr()

    def __init__(
        self,
        shield: Shield,
        *,
        refuses: Callable[[ScanResult], bool] = unless_redacted,
        **rest: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(shield=shield, refuses=refuses, **rest)  # type: ignore[call-arg]  # its fields
        self._shields = Shields(self.shield)

    @property
    def _provider(self) -> str:
        return "pyshield"

    def _classify(self, state: State, questions: dict[str, Question]) -> ClassifierResponse:
        return run(self._answers(state, questions))

    async def _aclassify(self, state: State, questions: dict[str, Question]) -> ClassifierResponse:
        return await arun(self._answers(state, questions))

    def _answers(self, state: State, questions: dict[str, Question]) -> Steps[ClassifierResponse]:
        for name, question in questions.items():
            if not isinstance(question, Noul):
                kind = type(question).__name__
                raise ConfigError(f"PyShieldDecisionModel: {name}: expected a Noul, got a {kind}", None, name)
        prompts: list[str] = []
        outputs: list[str] = []
        _read(state, prompts, outputs, 0)
        risk = 0.0
        for side, found in (("prompt", prompts), ("output", outputs)):
            fresh = list(dict.fromkeys(found))
            if fresh:
                results = yield Scans(self._shields, side, "", fresh)  # type: ignore[arg-type]
                risk = max(risk, *(self._risk(result) for result in results))
        answers: Any = {name: NoulAnswer(type="noul", noul=risk) for name in questions}
        return ClassifierResponse(model=self.model, answers=answers)

    def _risk(self, result: ScanResult) -> float:
        if self.refuses(result):
            return max(result.risk, _RISKY)
        return result.risk if result.is_valid else 0.0


def _read(state: Any, prompts: list[str], outputs: list[str], depth: int) -> None:  # noqa: ANN401
    """Sorts the texts of a state by who reads them."""
    if depth > _DEEPEST:
        raise TextError(f"a state is nested more than {_DEEPEST} levels deep and cannot be scanned")
    if isinstance(state, str):
        prompts += [state] if state else []
    elif isinstance(state, BaseMessage):
        prompts += texts(state.content, CONTENT) if place_of(state) else []
    elif isinstance(state, Mapping):
        for key, value in state.items():
            if key == "tool_call" and isinstance(value, Mapping):
                outputs += texts(value.get("args"), VALUES)
            else:
                _read(value, prompts, outputs, depth + 1)
    elif isinstance(state, Sequence):
        for value in state:
            _read(value, prompts, outputs, depth + 1)
