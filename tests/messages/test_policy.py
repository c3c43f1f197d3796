"""How conversations are scanned, as declared: in Python, in files, printed, pickled."""

from __future__ import annotations

import pickle

import pytest

from pyshield import BlockingShield, Decision, MessagePolicy, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ConfigError
from pyshield.messages import Context, Decisions

YAML = """
prompt: [InvisibleText]
messages:
  user: prompt
  assistant:
    - {type: BanSubstrings, params: {substrings: [heron], redact: true}}
  system: prompt
  tool:
    - InvisibleText
    - type: BanSubstrings
      params: {substrings: [mole]}
  tool_call: null
  context:
    span: 500
    joints: [""]
    scanners: [{type: BanSubstrings, params: {substrings: [ignore rules]}}]
  decisions:
    refused: ask
    ask_below: 0.5
    scanners: {InvisibleText: block}
  max_messages: 10
"""


@pytest.mark.parametrize("kind", [Shield, BlockingShield])
def test_from_a_file_and_back(kind):
    shield = kind.from_config(YAML)
    policy = shield.messages
    assert policy.tool == (i.InvisibleText(), i.BanSubstrings(["mole"]))
    assert policy.assistant == (o.BanSubstrings(["heron"], redact=True),)
    assert (policy.user, policy.system, policy.tool_call) == ("prompt", "prompt", None)
    assert policy.context == Context(span=500, joints=("",), scanners=[i.BanSubstrings(["ignore rules"])])
    assert policy.decisions == Decisions(refused="ask", ask_below=0.5, scanners={"InvisibleText": "block"})
    assert policy.max_messages == 10
    for again in (
        kind.from_config(shield.to_yaml()),
        kind.from_config(shield.to_config()),
        pickle.loads(pickle.dumps(shield)),
    ):
        assert again.messages == policy
        assert again.to_config() == shield.to_config()


def test_it_is_what_scans():
    shield = BlockingShield.from_config(YAML)
    messages = [{"role": "tool", "content": "a mole"}, {"role": "assistant", "content": "a heron"}]
    result = shield.scan_messages(messages)
    assert [one.decision for one in result.scanned] == [Decision.ASK, Decision.REDACT]
    assert result.messages[1]["content"] == "a [REDACTED]"


def test_without_one():
    shield = Shield.from_config("prompt: [InvisibleText]\nmessages: null\n")
    assert shield.messages is None
    assert shield.to_config()["messages"] is None
    assert "messages" not in repr(shield)
    assert pickle.loads(pickle.dumps(shield)).messages is None


def test_beside_a_preset():
    shield = Shield.from_config("preset: standard\nmessages: {system: prompt}\n")
    assert shield.messages == MessagePolicy(system="prompt")


@pytest.mark.parametrize(
    ("yaml", "line", "key", "words"),
    [
        ("messages:\n  tol: []\n", 2, "messages.tol", "did you mean 'tool'?"),
        ("messages:\n  tool: Regex\n", 2, "messages.tool", "expected 'prompt', 'output', a list"),
        ("messages:\n  tool: [Regx]\n", 2, "messages.tool[0].type", "did you mean 'Regex'?"),
        (
            "messages:\n  assistant: [InvisibleText]\n",
            2,
            "messages.assistant[0].type",
            "one of the input scanners",
        ),
        (
            "messages:\n  tool:\n    - type: Regex\n      params: {patterns: [(]}\n",
            4,
            "messages.tool[0].params.patterns[0]",
            "Regex",
        ),
        ("messages:\n  context: {span: 0}\n", 2, "messages.context.span", "must be at least 1"),
        ("messages:\n  context: 7\n", 2, "messages.context", "expected a mapping"),
        ("messages:\n  context: {joints: []}\n", 2, "messages.context.joints", "expected 1 to 4"),
        (
            "messages:\n  context: {scanners: [Regx]}\n",
            2,
            "messages.context.scanners[0].type",
            "did you mean",
        ),
        (
            "messages:\n  decisions:\n    split: redact\n",
            3,
            "messages.decisions.split",
            "nothing is replaced",
        ),
        (
            "messages:\n  decisions: {scaners: {}}\n",
            2,
            "messages.decisions.scaners",
            "did you mean 'scanners'?",
        ),
        (
            "messages:\n  system: [Secrets]\n  decisions:\n    scanners:\n      Secret: block\n",
            5,
            "messages.decisions.scanners.Secret",
            "did you mean 'Secrets'? Known are Secrets",
        ),
        ("messages:\n  decisions: null\n", 2, "messages.decisions", "expected a mapping"),
        ("messages:\n  max_bytes: none\n", 2, "messages.max_bytes", "expected a whole number"),
        ("messages: []\n", 1, "messages", "expected a mapping, got a list"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(yaml, line, key, words):
    with pytest.raises(ConfigError) as caught:
        Shield.from_config("prompt: []\n" + yaml)
    error = caught.value
    assert (error.line, error.field) == (line + 1, key)
    assert words in str(error)
    assert str(error).startswith(f"configuration:{line + 1}: ")


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (lambda: MessagePolicy(tool=[o.JSON()]), "messages.tool[0]"),
        (lambda: MessagePolicy(assistant=[i.InvisibleText()]), "messages.assistant[0]"),
        (lambda: MessagePolicy(tool=[7]), "messages.tool[0]"),
        (lambda: MessagePolicy(context=Context(scanners=[o.JSON()])), "messages.context.scanners[0]"),
        (lambda: {"tool": []}, "messages"),
        (lambda: MessagePolicy(context="all"), "context"),
        (lambda: MessagePolicy(decisions={}), "decisions"),
        (lambda: MessagePolicy(user=7), "user"),
        (lambda: MessagePolicy(context=Context(joints="-")), "joints"),
        (lambda: MessagePolicy(context=Context(joints=["longer"])), "joints"),
    ],
)
def test_what_cannot_work_is_refused_when_declared(policy, field):
    with pytest.raises(ConfigError) as caught:
        Shield(messages=policy())
    assert caught.value.field == field


def test_scanners_of_ones_own_are_no_data():
    class Mine:
        def scan(self, prompt):
            return prompt, True, -1.0

    shield = Shield(messages=MessagePolicy(tool=[Mine()]))
    with pytest.raises(ConfigError, match="Mine"):
        shield.to_config()


def test_lists_are_copied_and_shared():
    mine = [i.BanSubstrings(["mole"])]
    policy = MessagePolicy(tool=mine, user=mine)
    mine.clear()
    assert policy.tool == (i.BanSubstrings(["mole"]),)
    shield = BlockingShield(messages=policy)
    shield.scan_messages([{"role": "tool", "content": "x"}, {"role": "user", "content": "x"}])
    (numbers,) = shield.metrics()["messages"]
    assert set(numbers) == set(shield.metrics()) - {"messages"}


def test_a_shield_without_conversations_has_no_numbers_of_any():
    assert "messages" not in BlockingShield([i.InvisibleText()]).metrics()
