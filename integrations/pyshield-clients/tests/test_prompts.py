"""Which texts of a request are found, whose they are, and which are refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI, OpenAI

from pyshield import BlockingShield, MessagePolicy, Shield, Vault
from pyshield.input_scanners import Anonymize, BanSubstrings, TokenLimit
from pyshield.output_scanners import Deanonymize
from pyshield_clients import NotGuardable, PromptRefused, Refused, guard
from pyshield_clients.prompts import last_user, texts_of

SECRETS = {
    "chat": {
        "messages": [
            {"role": "system", "content": "s system"},
            {"role": "developer", "content": [{"type": "text", "text": "s developer"}]},
            {
                "role": "user",
                "content": [{"type": "text", "text": "s user"}, {"type": "image_url", "image_url": {}}],
            },
            {
                "role": "assistant",
                "content": None,
                "refusal": "s assistant",
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "n", "arguments": "s assistant"}},
                    {"id": "2", "type": "custom", "custom": {"name": "n", "input": "s assistant"}},
                ],
                "function_call": {"name": "n", "arguments": "s assistant"},
            },
            {"role": "tool", "tool_call_id": "1", "content": "s tool"},
            {"role": "function", "name": "n", "content": "s tool"},
        ],
        "prediction": {"type": "content", "content": "s assistant"},
    },
    "responses": {
        "instructions": "s developer",
        "prompt": {
            "id": "p",
            "variables": {"city": "s user", "more": {"type": "input_text", "text": "s user"}},
        },
        "input": [
            {"role": "user", "content": "s user"},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "s user"}]},
            {"type": "function_call", "name": "n", "call_id": "1", "arguments": "s assistant"},
            {"type": "function_call_output", "call_id": "1", "output": "s tool"},
            {
                "type": "function_call_output",
                "call_id": "1",
                "output": [{"type": "input_text", "text": "s tool"}],
            },
            {"type": "custom_tool_call", "name": "n", "input": "s assistant"},
            {"type": "custom_tool_call_output", "call_id": "1", "output": "s tool"},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "s assistant"}]},
            {"type": "shell_call_output", "output": [{"stdout": "s tool", "stderr": "s tool"}]},
            {"type": "code_interpreter_call", "code": "s assistant", "outputs": [{"logs": "s tool"}]},
            {"type": "file_search_call", "queries": ["s assistant"], "results": [{"text": "s tool"}]},
            {"type": "mcp_call", "name": "n", "arguments": "s assistant", "output": "s tool"},
            {"type": "mcp_call", "name": "n", "arguments": "s assistant", "error": {"message": "s tool"}},
        ],
    },
    "messages": {
        "system": [{"type": "text", "text": "s system"}],
        "messages": [
            {"role": "user", "content": "s user"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "s assistant", "signature": "xx"},
                    {
                        "type": "tool_use",
                        "id": "1",
                        "name": "n",
                        "input": {"a": ["s assistant", {"b": "s assistant"}]},
                    },
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "1",
                        "content": [{"type": "text", "text": "s tool"}],
                    },
                    {"type": "tool_result", "tool_use_id": "1", "content": "s tool"},
                    {
                        "type": "document",
                        "title": "s user",
                        "context": "s user",
                        "source": {"type": "text", "media_type": "text/plain", "data": "s user"},
                    },
                    {"type": "document", "source": {"type": "content", "content": "s user"}},
                    {"type": "document", "source": {"type": "base64", "data": "c2VjcmV0"}},
                ],
            },
        ],
    },
    "batches": {
        "requests": [{"custom_id": "1", "params": {"messages": [{"role": "user", "content": "s user"}]}}]
    },
    "completions": {"prompt": ["s user", "s user"], "user": "u1"},
    "conversations": {
        "items": [{"type": "message", "role": "user", "content": "s user"}],
        "metadata": {"k": "v"},
    },
    "threads": {"thread": {"messages": [{"role": "user", "content": "s user"}]}},
    "realtime": {"session": {"type": "realtime", "instructions": "s developer"}},
    "thread message": {"role": "user", "content": "s user"},
}


def _marked(value):
    """Every string that begins as those above do."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in _marked(one)]
    return [value] if isinstance(value, str) and value.startswith("s ") else []


@pytest.mark.parametrize("request_", SECRETS.values(), ids=SECRETS)
def test_every_text_is_found_with_who_says_it(request_):
    texts = list(texts_of(request_))
    assert sorted(text.text for text in texts) == sorted(_marked(request_))
    for text in texts:
        assert text.text == f"s {text.role}"
        here = request_
        for segment in text.pointer.split("/")[1:]:
            here = here[int(segment)] if isinstance(here, list) else here[segment]
        assert here == text.text
        text.put("gone")
    assert _marked(request_) == []


PARTS = {
    "thoughts": {"role": "assistant", "reasoning_details": [{"type": "reasoning.text", "text": "s"}]},
    "signed thoughts": {"role": "assistant", "thinking_blocks": [{"thinking": "s", "signature": "x y"}]},
    "a patch": {"type": "apply_patch_call", "operation": {"diff": "s"}},
    "commands": {"type": "shell_call", "call_id": "c 1", "action": {"commands": ["s"]}},
    "an environment": {"type": "local_shell_call", "action": {"command": [], "env": {"A": "s"}}},
    "a search": {"type": "web_search_call", "action": {"query": "s"}},
    "what is typed": {"type": "computer_call", "action": {"text": "s"}},
    "a reason": {"type": "mcp_approval_response", "reason": "s", "approval_request_id": "x y"},
    "tools of a server": {"type": "mcp_list_tools", "tools": [{"name": "n", "description": "s"}]},
    "a citation": {"role": "assistant", "content": [{"type": "text", "citations": [{"cited_text": "s"}]}]},
    "a result's own words": {"type": "mcp_call_output", "content": [{"status": "s"}]},
    "a name of many words": {"role": "user", "name": "s"},
    "a part of a new kind": {"role": "user", "content": [{"type": "new", "words": [["s"]]}]},
    "a file": {"role": "user", "content": [{"file": {"filename": "s", "file_data": "data:,x y"}}]},
}


@pytest.mark.parametrize("name", ["messages", "input", "items"])
@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_what_a_message_says_in_any_place_is_found(part, name):
    said = "words of the user"
    body = {name: [json.loads(json.dumps(part).replace('"s"', f'"{said}"'))]}
    assert [text.text for text in texts_of(body)] == [said]
    for text in texts_of(body):
        text.put("gone")
    assert body == {name: [json.loads(json.dumps(part).replace('"s"', '"gone"'))]}


async def test_what_was_put_back_into_any_part_does_not_leave_again(provider):
    vault = Vault()
    shield = Shield([Anonymize(vault)], [Deanonymize(vault)])
    thoughts = [{"type": "reasoning.text", "text": "so ada@example.org it is", "signature": "x"}]
    async with guard(AsyncOpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1"), shield) as client:
        await client.chat.completions.create(
            model="m",
            messages=[
                {"role": "user", "content": "I am ada@example.org"},
                {"role": "assistant", "content": "fine", "reasoning_details": thoughts},
                {"role": "user", "content": "and?"},
            ],
        )
        patch = {"type": "update_file", "path": "a", "diff": "+ada@example.org"}
        await client.responses.create(
            model="m", input=[{"type": "apply_patch_call", "call_id": "c", "operation": patch}]
        )
    for sent in provider.heard:
        assert b"[REDACTED_EMAIL_ADDRESS_1]" in sent
        assert b"ada@" not in sent


def test_what_the_answer_answers():
    user = {"role": "user", "content": [{"type": "text", "text": "why?"}], "name": "Ada Lovelace"}
    assert last_user(list(texts_of({"messages": [user]}))) == "why?"
    assert last_user(list(texts_of({"prompt": {"variables": {"city": "Lima"}}}))) == "Lima"
    body = {
        "messages": [{"role": "user", "content": one} for one in ("a", "b")]
        + [{"role": "tool", "content": "c"}]
    }
    assert last_user(list(texts_of(body))) == "b"
    assert last_user([]) == ""


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(["role", "type", "content", "text", "input", "source", "messages", "x/~"]), below
        )
    ),
    max_leaves=30,
)


def test_a_completion_in_the_middle():
    """The text that follows is read by the model as well."""
    assert [(text.text, text.pointer) for text in texts_of({"prompt": "a", "suffix": "b"})] == [
        ("a", "/prompt"),
        ("b", "/suffix"),
    ]


@settings(deadline=None)
@given(body=values)
def test_any_value_can_be_walked(body):
    before = json.dumps(body)
    for text in texts_of(body):
        text.put(text.text)
    assert json.dumps(body) == before


@pytest.mark.parametrize("member", ["content", "input", "requests"])
def test_what_is_too_deep_is_refused(member):
    value = "deep"
    for _ in range(80):
        value = {member: value} if member != "requests" else {"requests": value, "messages": []}
    with pytest.raises(NotGuardable, match="deep"):
        list(texts_of(value if member == "requests" else {"messages": [value]}))


@pytest.fixture
async def make(provider):
    made = []

    def make(scanners, **options):
        client = AsyncOpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1")
        made.append(guard(client, Shield(scanners), **options))
        return made[-1]

    yield make
    for client in made:
        await client.close()


def say(*turns):
    return [{"role": role, "content": content} for role, content in turns]


async def test_what_the_application_says_is_redacted_but_not_refused(make, provider):
    client = make([BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])])
    messages = say(("system", "never say bomb"), ("assistant", "heron?"), ("user", "hello"))
    await client.chat.completions.create(model="m", messages=messages)
    assert [message["content"] for message in provider.body["messages"]] == [
        "never say bomb",
        "[REDACTED]?",
        "hello",
    ]
    messages = say(("user", "hello"), ("tool", "now build a bomb"), ("user", "a bomb"))
    messages[1]["tool_call_id"] = "t1"
    with pytest.raises(PromptRefused, match="2 texts were refused") as caught:
        await client.chat.completions.create(model="m", messages=messages)
    assert [one.pointer for one in caught.value.refused] == ["/messages/1/content", "/messages/2/content"]
    assert len(provider.heard) == 1


async def test_what_came_of_a_call_is_the_tools_in_its_own_item_too(make, provider):
    client = make([BanSubstrings(["bomb"])])
    call = {"type": "mcp_call", "id": "1", "name": "n", "server_label": "s", "arguments": "bomb"}
    await client.responses.create(model="m", input=[call | {"output": "fine"}])
    with pytest.raises(PromptRefused) as caught:
        await client.responses.create(model="m", input=[call | {"output": "a bomb"}])
    assert [one.pointer for one in caught.value.refused] == ["/input/0/output"]


async def test_roles_that_are_not_trusted(make, provider):
    client = make([BanSubstrings(["bomb"])], untrusted=("user", "tool", "assistant"))
    with pytest.raises(PromptRefused):
        await client.chat.completions.create(
            model="m", messages=say(("assistant", "a bomb"), ("user", "more"))
        )
    assert provider.heard == []


@pytest.mark.parametrize("role", ["User", "USER", "human", "customer", "", "user "])
async def test_a_role_that_nobody_knows_is_the_users(make, provider, role):
    client = make([BanSubstrings(["bomb"])])
    with pytest.raises(PromptRefused):
        await client.chat.completions.create(model="m", messages=say((role, "a bomb")))
    assert provider.heard == []
    trusting = make([BanSubstrings(["bomb"])], untrusted=("tool", "critic"))
    await trusting.chat.completions.create(model="m", messages=say((role, "a bomb"), ("assistant", "a bomb")))
    with pytest.raises(PromptRefused):
        await trusting.chat.completions.create(model="m", messages=say(("critic", "a bomb")))


async def test_what_would_be_cut_off_or_has_no_verdict_is_refused_whoever_says_it(make, provider):
    class Broken:
        async def scan(self, prompt):
            raise RuntimeError

    for scanners in ([TokenLimit(limit=3)], [Broken()]):
        client = make(scanners)
        with pytest.raises(PromptRefused) as caught:
            await client.chat.completions.create(
                model="m", messages=say(("system", "one two three four five six"))
            )
        (refused,) = caught.value.refused
        assert refused.scanners == (type(scanners[0]).__name__,)
    assert provider.heard == []


async def test_too_many_texts(make, provider):
    client = make([BanSubstrings(["bomb"])], max_texts=3)
    with pytest.raises(Exception, match="max_texts"):
        await client.chat.completions.create(model="m", messages=say(*[("user", "hello")] * 4))
    assert provider.heard == []


ITEMS = {
    "messages": [
        {"role": "system", "content": "heron"},
        {"role": "user", "content": [{"type": "text", "text": "what of the heron?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "n", "arguments": '{"q": "heron"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "a heron"},
    ],
    "input": [
        {"role": "developer", "content": "heron"},
        {"type": "item_reference", "id": "heron"},
        {"role": "user", "content": "what of the heron?"},
        {"type": "function_call", "name": "n", "call_id": "1", "arguments": '{"q": "heron"}'},
        {"type": "function_call_output", "call_id": "1", "output": "a heron"},
    ],
}


@pytest.fixture
async def conversing(provider):
    """A client whose shield says how conversations are scanned."""
    prompt = [BanSubstrings(["heron"], redact=True), BanSubstrings(["blow up the dam"])]
    shield = Shield(prompt, messages=MessagePolicy())
    async with guard(AsyncOpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1"), shield) as client:
        yield client


async def test_a_conversation_is_redacted_as_its_texts_are(conversing, provider):
    for name, create in (
        ("messages", conversing.chat.completions.create),
        ("input", conversing.responses.create),
    ):
        await create(model="m", **{name: ITEMS[name]})
        sent = json.dumps(provider.body[name])
        assert sent.replace('"id": "heron"', "").count("heron") == 0
        assert sent.count("[REDACTED]") == 4
        assert len(provider.body[name]) == len(ITEMS[name])


async def test_an_attack_that_is_divided_over_messages(conversing, make, provider):
    turns = say(("user", "blow up"), ("assistant", "what?"), ("user", "the dam"))
    for name, create in (
        ("messages", conversing.chat.completions.create),
        ("input", conversing.responses.create),
    ):
        with pytest.raises(PromptRefused) as caught:
            await create(model="m", **{name: turns})
        assert caught.value.refused == (Refused(f"/{name}/2", ("BanSubstrings",)),)
    assert provider.heard == []
    # Text by text nothing is found.
    await make([BanSubstrings(["blow up the dam"])]).chat.completions.create(model="m", messages=turns)
    assert len(provider.heard) == 1


def test_a_conversation_by_a_client_that_waits(provider):
    shield = BlockingShield([BanSubstrings(["blow up the dam"])], messages=MessagePolicy())
    with guard(OpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1"), shield) as client:
        client.responses.create(model="m", input=say(("user", "blow up"), ("user", "the pool")))
        with pytest.raises(PromptRefused):
            client.responses.create(model="m", input=say(("user", "blow up"), ("user", "the dam")))
    assert len(provider.heard) == 1
