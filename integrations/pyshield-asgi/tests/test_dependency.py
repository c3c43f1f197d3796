"""The dependency for FastAPI."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import Body, Depends, FastAPI, Header, Query, Request
from pydantic import BaseModel, ConfigDict, RootModel

from pyshield import Limits, Shield
from pyshield.errors import ConfigError, Overloaded
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import Guard
from pyshield_asgi.fastapi import ProblemError, problem_response, shielded


class Colour(StrEnum):
    HERON = "heron"


class Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    text: str
    kind: Literal["heron", "other"] = "other"


class Question(BaseModel):
    text: str
    colour: Colour = Colour.HERON
    parts: list[Part] = []
    labels: dict[str, Any] = {}
    size: int = 0


@dataclass(frozen=True)
class Note:
    title: str
    lines: tuple[str, ...] = ()


@pytest.fixture
def shield():
    return Shield(prompt=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])])


class Service:
    """An application with one operation, which answers with what it is given."""

    def __init__(self, dependency, *, handled=True):
        self.app = FastAPI()
        self.given = []

        # Not a string, as the annotations of this module are: it names what only this function knows.
        def operation(request, value):
            self.given.append(value)
            return {"value": str(value), "found": [pointer for pointer, _ in request.state.pyshield.findings]}

        operation.__annotations__ = {"request": Request, "value": Annotated[Any, Depends(dependency)]}
        self.app.post("/")(operation)
        if handled:
            self.app.add_exception_handler(ProblemError, problem_response)

    async def ask(self, **request):
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.post("/", **request)


async def test_a_model_is_redacted_wherever_there_is_text(shield):
    service = Service(shielded(shield, Question))
    body = {
        "text": "a heron",
        "parts": [{"text": "clean"}, {"text": "heron", "kind": "heron", "more": {"x": ["heron", 1]}}],
        "labels": {"heron": "heron", "n": None},
        "size": 3,
    }
    answer = await service.ask(json=body)
    assert answer.status_code == 200, answer.text
    (question,) = service.given
    assert isinstance(question, Question)
    assert question.text == "a [REDACTED]"
    assert question.colour is Colour.HERON
    assert question.parts[1].text == "[REDACTED]"
    assert question.parts[1].more == {"x": ["[REDACTED]", 1]}
    assert question.labels == {"heron": "[REDACTED]", "n": None}
    assert question.size == 3
    # A Literal is a string like any other; name the fields where that matters.
    assert question.parts[1].kind == "[REDACTED]"
    assert answer.json()["found"] == [
        "/text",
        "/parts/1/text",
        "/parts/1/kind",
        "/parts/1/more/x/0",
        "/labels/heron",
    ]


async def test_fields_by_their_names(shield):
    service = Service(shielded(shield, Question, fields=["/text", "/parts/*/text"]))
    await service.ask(
        json={"text": "heron", "parts": [{"text": "heron", "kind": "heron"}], "labels": {"a": "heron"}}
    )
    (question,) = service.given
    assert (question.text, question.parts[0].text) == ("[REDACTED]", "[REDACTED]")
    assert (question.parts[0].kind, question.labels) == ("heron", {"a": "heron"})
    service = Service(shielded(shield, Question, fields=lambda question: ["/text"] if question.size else []))
    await service.ask(json={"text": "heron", "size": 0})
    await service.ask(json={"text": "heron", "size": 1})
    assert [question.text for question in service.given] == ["heron", "[REDACTED]"]


async def test_what_is_clean_is_the_same_object(shield):
    made = []

    def source(text: str = Body(embed=True)):
        made.append(Note(text, (text,)))
        return made[-1]

    source.__annotations__ = {"text": str}
    service = Service(shielded(shield, source))
    await service.ask(json={"text": "clean"})
    await service.ask(json={"text": "heron"})
    assert service.given[0] is made[0]
    assert service.given[1] == Note("[REDACTED]", ("[REDACTED]",))
    assert made[1] == Note("heron", ("heron",))


@pytest.mark.parametrize(
    ("source", "request_with"),
    [
        (Annotated[str, Query()], {"params": {"q": "a heron"}}),
        (Annotated[str, Header(alias="x-q")], {"headers": {"x-q": "a heron"}}),
        (Annotated[str, Body(embed=True)], {"json": {"q": "a heron"}}),
        (Annotated[str, Body()], {"json": "a heron"}),
        (str, {"params": {"q": "a heron"}}),
    ],
)
async def test_strings_from_anywhere(shield, source, request_with):
    service = Service(shielded(shield, source, name="q"))
    assert (await service.ask(**request_with)).json()["value"] == "a [REDACTED]"
    assert (await service.ask()).status_code == 422
    assert len(service.given) == 1


async def test_a_refusal_is_a_problem(shield):
    told = []
    service = Service(
        shielded(shield, Question, on_refused=lambda scope, outcome: told.append(scope["path"]))
    )
    answer = await service.ask(json={"text": "a bomb"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pyshield:problem:refused"
    assert answer.json()["refused"] == [{"pointer": "/text", "scanners": ["BanSubstrings#2"]}]
    assert "a bomb" not in answer.text
    assert (told, service.given) == (["/"], [])


async def test_without_its_handler_the_problem_is_the_detail(shield):
    service = Service(shielded(shield, Question, disclose=False), handled=False)
    answer = await service.ask(json={"text": "a bomb"})
    assert answer.status_code == 422
    assert answer.json()["detail"]["type"] == "urn:pyshield:problem:refused"
    assert "findings" not in answer.json()["detail"]


async def test_what_cannot_be_scanned(shield, monkeypatch):
    service = Service(shielded(Guard(shield, max_fields=2), Question))
    answer = await service.ask(json={"text": "a", "labels": {"a": "b", "c": "d"}})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:pyshield:problem:too-many-texts")
    answer = await service.ask(content=b'{"text": "\\ud800"}', headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    deep = Service(shielded(shield, Annotated[Any, Body()]))
    json_type = {"content-type": "application/json"}
    answer = await deep.ask(content=b"[" * 300 + b'"a"' + b"]" * 300, headers=json_type)
    assert answer.json()["type"] == "urn:pyshield:problem:too-deep"
    answer = await deep.ask(content=b'"\\ud800"', headers=json_type)
    assert answer.json()["type"] == "urn:pyshield:problem:not-text"

    async def full(self, *arguments, **options):
        raise Overloaded("full", retry_after=2.5)

    monkeypatch.setattr(Shield, "scan_prompt", full)
    answer = await service.ask(json={"text": "a"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.json()["type"] == "urn:pyshield:problem:overloaded"


async def test_a_shield_that_is_closed():
    shield = Shield(prompt=[BanSubstrings(["x"])], limits=Limits(max_in_flight=1))
    service = Service(shielded(shield, Question))
    await shield.close()
    answer = await service.ask(json={"text": "a"})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pyshield:problem:closed")


async def test_containers_of_every_kind(shield):
    pair = namedtuple("pair", "first second")  # noqa: PYI024  # as they come

    def source():
        return [pair("heron", 1), ("heron", b"heron", {1: "heron", None: "heron"}), {"heron"}, frozenset("a")]

    service = Service(shielded(shield, source))
    answer = await service.ask()
    assert answer.status_code == 200
    assert answer.json()["found"] == ["/0/0", "/1/0", "/1/2/1", "/1/2/None", "/2/0"]
    hidden = "[REDACTED]"
    assert service.given == [
        [pair(hidden, 1), (hidden, b"heron", {1: hidden, None: hidden}), {hidden}, frozenset("a")]
    ]


class Several(RootModel[list[str]]):
    """A model that is gone through as the list it holds."""

    def __iter__(self):
        return iter(self.root)


async def test_a_model_with_a_way_through_of_its_own(shield):
    service = Service(shielded(shield, Several))
    answer = await service.ask(json=["wren", "heron"])
    assert answer.status_code == 200, answer.text
    assert service.given == [Several(["wren", "[REDACTED]"])]


async def test_other_errors_are_not_answered():
    with pytest.raises(ValueError, match="mine"):
        await problem_response(None, ValueError("mine"))


def test_wrong_arguments(shield):
    with pytest.raises(ConfigError):
        shielded(None, str)
    with pytest.raises(ConfigError, match="belongs"):
        shielded(Guard(shield), str, max_fields=5)
    for name in ("request", "not a name"):
        with pytest.raises(ConfigError, match="identifier"):
            shielded(shield, str, name=name)


def test_the_parameters_are_documented(shield):
    service = Service(shielded(shield, Annotated[str, Query(description="what to ask")], name="q"))
    (parameter,) = service.app.openapi()["paths"]["/"]["post"]["parameters"]
    assert (parameter["name"], parameter["in"]) == ("q", "query")
