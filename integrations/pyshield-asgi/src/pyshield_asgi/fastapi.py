"""A dependency for FastAPI: single values that are scanned before a path operation is given them.

Beside the middleware, which guards whole requests, `Depends(shielded(...))` guards what one operation takes,
wherever in the request it stands: a body model, a query parameter, what another dependency returns.
"""

from __future__ import annotations

from copy import copy
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from enum import Enum
from inspect import Parameter, Signature, isroutine
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel
from starlette.responses import Response

from pyshield_asgi.document import Located
from pyshield_asgi.fields import Fields
from pyshield_asgi.guard import Guard, wrong
from pyshield_asgi.judge import SCOPE_KEY, mark, refuse, refused, scanned
from pyshield_asgi.problem import HALF_A_PAIR, TOO_DEEP, Problem, RejectedError, too_many

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from typing import Unpack

    from pyshield.shield import Shield
    from pyshield_asgi.fields import State
    from pyshield_asgi.guard import Options
    from pyshield_asgi.path import Path

__all__ = ["ProblemError", "problem_response", "shielded"]

_DEEPEST = 200


class ProblemError(HTTPException):
    """The request ends here, with a problem (RFC 9457) for an answer.

    FastAPI's own handler answers with the problem as `detail`; `problem_response` with the problem itself.

    Attributes:
        problem: What is answered.
    """

    def __init__(self, problem: Problem) -> None:
        headers = {name.decode(): value.decode() for name, value in problem.headers}
        super().__init__(problem.status, problem.document(), headers or None)
        self.problem = problem


async def problem_response(_: Request, error: Exception) -> Response:
    """Answers with the problem: `app.add_exception_handler(ProblemError, problem_response)`."""
    if not isinstance(error, ProblemError):
        raise error
    headers = {"cache-control": "no-store", **(error.headers or {})}
    return Response(error.problem.encoded(), error.status_code, headers, "application/problem+json")


def shielded(
    shield: Shield | Guard,
    source: Any,  # noqa: ANN401  # an annotation or a function
    *,
    name: str = "value",
    **options: Unpack[Options],
) -> Callable[..., Awaitable[Any]]:
    """A dependency whose value has been scanned as a prompt: `Depends(shielded(shield, Question))`.

    Strings are scanned in the value itself, in items of lists, tuples, sets and dictionaries, and in fields
    of pydantic models and dataclasses; `fields` chooses among them, by their names in Python. What is
    redacted is put into a copy, which is not validated again. Keys, bytes, enumerations and other objects
    stay as they are.

    Args:
        shield: Scans, or a `Guard` that says how.
        source: Where the value comes from: an annotation as parameters of path operations have it (a model,
            `Annotated[str, Query()]`), or a function that is a dependency and returns it.
        name: The parameter's name in the request, where the annotation gives it none.
        options: Of `Guard`; those for bodies, answers and messages do not matter here.

    Returns:
        A dependency. It raises `ProblemError`: 422 if a scanner refuses, 413 for more than `max_fields` texts
        or one that is too long, 400 for half a surrogate pair, 503 with `Retry-After` if the shield is
        overloaded, too slow or closed, 500 if a scanner fails. What was found is in `request.state.pyshield`.

    Raises:
        ConfigError: For a wrong type or value.
    """
    if isinstance(shield, Guard):
        if options:
            raise wrong(next(iter(options)), "belongs to the Guard that is given")
        guard = shield
    else:
        guard = Guard(shield, **options)
    if name == "request" or not name.isidentifier():
        raise wrong("name", "expected an identifier other than 'request'")
    choice = guard.choice

    async def dependency(**given: Any) -> Any:  # noqa: ANN401  # what the source gives
        request, value = given["request"], given[name]
        start = (choice if isinstance(choice, Fields) else Fields(choice(value))).start
        try:
            found = list(_texts(value, start, None, 0, guard.max_fields))
            fields = await scanned(guard.within(request.scope), found)
            outcome = mark(request.scope, guard, fields, request.scope.get(SCOPE_KEY))
            if refusing := refused(guard, fields):
                await refuse(guard, request.scope, outcome, refusing)
        except RejectedError as rejected:
            raise ProblemError(rejected.problem) from rejected.__cause__
        if not any(field.rewritten for field in fields):
            return value
        return _rebuilt(value, start, iter([field.result.text for field in fields]))

    parameter = Annotated[Any, Depends(source)] if isroutine(source) else source
    dependency.__signature__ = Signature(  # type: ignore[attr-defined]  # what FastAPI goes by
        [
            Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request),
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=parameter),
        ]
    )
    return dependency


def _parts(value: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401  # any value
    """What a value is made of, by name, number or key; nothing for one that is not looked into."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return list(enumerate(value))
    if isinstance(value, BaseModel):
        return list(BaseModel.__iter__(value))  # a model may have one of its own, over something else
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields_of(value)]
    return []


def _below(state: State, key: object) -> State | None:
    return state.keys.get(str(key), state.others)


def _is_text(value: Any) -> bool:  # noqa: ANN401  # any value
    return isinstance(value, str) and not isinstance(value, Enum)


def _texts(
    value: Any,  # noqa: ANN401  # any value
    state: State | None,
    path: Path,
    depth: int,
    most: int,
) -> Iterator[Located]:
    """The texts in a value that the patterns reach.

    Raises:
        RejectedError: If there are too many, or they are too deep, or one is no Unicode.
    """
    if state is None:
        return
    if depth > _DEEPEST:
        raise RejectedError(TOO_DEEP)
    if _is_text(value):
        if state.accepts:
            yield Located(path, _unicode(value), 0, len(value))
        return
    count = 0
    for key, part in _parts(value):
        step = key if isinstance(key, str | int) else str(key)
        for found in _texts(part, _below(state, key), (path, step), depth + 1, most):
            count += 1
            if count > most:
                raise RejectedError(too_many(most))
            yield found


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RejectedError(HALF_A_PAIR) from None
    return text


def _rebuilt(value: Any, state: State | None, texts: Iterator[str]) -> Any:  # noqa: ANN401  # any value
    """The value with these texts in the place of its own, in their order; itself where nothing changes."""
    if state is None:
        return value
    if _is_text(value):
        text = next(texts) if state.accepts else value
        return value if text == value else text
    changed = {}
    for key, part in _parts(value):
        rebuilt = _rebuilt(part, _below(state, key), texts)
        if rebuilt is not part:
            changed[key] = rebuilt
    return _with(value, changed) if changed else value


def _with(value: Any, changed: dict[Any, Any]) -> Any:  # noqa: ANN401  # any value
    """A copy with other parts."""
    if isinstance(value, BaseModel):
        return value.model_copy(update=changed)
    if isinstance(value, tuple | set | frozenset):
        items = [changed.get(index, item) for index, item in enumerate(value)]
        if isinstance(value, set | frozenset):
            return type(value)(items)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    other = copy(value)
    for key, part in changed.items():
        if isinstance(value, dict | list):
            other[key] = part
        else:  # a dataclass, frozen or not
            object.__setattr__(other, key, part)
    return other
